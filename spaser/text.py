"""Writing made comparable, bytes made text: the one way to fold a word, to decode a file, to find its separator.

Everything that compares words or opens bytes goes through here: « Œting », « OETING » and « oeting » are one town, and a table in
UTF-16 is read alike as contracts, ledger or register.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

#: Letters that decomposition leaves whole; « ° » and « º » only stand for « numéro ».
_LETTERS = {
    "œ": "oe",
    "Œ": "OE",
    "æ": "ae",
    "Æ": "AE",
    "ß": "ss",
    "ø": "o",
    "Ø": "O",
    "đ": "d",
    "Đ": "D",
    "ł": "l",
    "Ł": "L",
}
_SIGNS = {"°": " ", "º": " ", "ª": " "}
#: What no one sees inside a word: pasted from a web page or a PDF, it must not part « SI…RET » from « SIRET ».
_NOTHING = dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", "")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: As a user knows them.
_SAID = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-32": "UTF-32",
    "cp1252": "Windows-1252 (cp1252)",
    "mac_roman": "Mac Roman",
    "cp850": "DOS (cp850)",
}
SEPARATORS = (";", "\t", "|", ",")
_LINES = 200


#: UTF-8 read as another encoding by a previous tool (« adaptÃ©e »): a leading byte, then continuation bytes as cp1252 shows them.
_TWICE = re.compile(
    "[\u00c2-\u00f4][\u0080-\u00bf\u20ac\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u017d\u2018-\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u017e\u0178]{1,3}"
)


class Decoded(NamedTuple):
    """A file as text: ``text`` without mark of order, the ``encoding`` found, and how many characters were ``lost`` (U+FFFD)."""

    text: str
    encoding: str
    lost: int

    @property
    def said(self) -> str:
        """The encoding as a user knows it: « UTF-16 »."""
        return _SAID.get(self.encoding, self.encoding[:6].upper())


def unaccented(text: str) -> str:
    """The text without accents nor ligatures, its case, signs and spaces kept: « Cœur d'Été » → « Coeur d'Ete »."""
    plain = unicodedata.normalize(
        "NFKD", text.translate({ord(sign): plain for sign, plain in (_LETTERS | _SIGNS | _NOTHING).items()})
    )
    return "".join(char for char in plain if not unicodedata.combining(char))


def fold(text: str | None) -> str:
    """Words to compare: no case, accent, ligature, apostrophe, hyphen nor repeated space. « L'Haÿ-les-Roses » → « l hay les roses ».

    Examples
    --------
    >>> fold("Œting"), fold("N° SIRET "), fold(None)
    ('oeting', 'n siret', '')
    """
    return " ".join(re.findall(r"[^\W_]+", unaccented(text or "").lower()))


def unaccented_expr(text: pl.Expr) -> pl.Expr:
    """``unaccented`` on a column: null stays null."""
    swaps = _LETTERS | _SIGNS | _NOTHING
    return text.str.replace_many(list(swaps), list(swaps.values())).str.normalize("NFKD").str.replace_all(r"\p{M}", "")


def fold_expr(text: pl.Expr) -> pl.Expr:
    """``fold`` on a column: null stays null, so that what is not written is never equal to what is not written."""
    return unaccented_expr(text).str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]+", " ").str.strip_chars()


def encoding(head: bytes) -> str:
    """The encoding told by the mark of order or by the zeros of UTF-16; ``utf-8`` when it can be, else ``cp1252``."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    even, odd = (head[start:200:2] for start in (0, 1))
    for zeros, letters, name in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        if zeros.count(0) > len(zeros) // 2 and not letters.count(0):
            return name
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return _eight_bits(head[:_LOOKED])
    return "utf-8"


#: Old machines write one byte a letter, each in its own way: Windows, then the Mac, then DOS; the first of equals.
_EIGHT_BITS = ("cp1252", "mac_roman", "cp850")
_LOOKED, _FEWEST = 1 << 16, 2
#: What French writes beyond ASCII: letters inside words, and signs between them.
_FRENCH = re.compile("(?<=[A-Za-z])[éèêëàâçôîïûùüœæ]|[éèêëàâçôîïûùüœÉÈÊÀÂÇÔÎŒ](?=[A-Za-z])")
_SIGNS_OF_TEXT = set("«»’‘“”–—…€°·²³½ \u00a0\u202f\ufeff") | set("éèêëàâäçôöîïûùüÿœæñáíóúÉÈÊËÀÂÄÇÔÖÎÏÛÙÜŒÆÑ")


def _eight_bits(head: bytes) -> str:
    """Which of the old encodings makes French of these bytes; Windows, unless it makes signs that French never writes."""

    def worth(name: str) -> int:
        text = head.decode(name, "replace")
        return len(_FRENCH.findall(text)) - 2 * sum(ord(sign) > 127 and sign not in _SIGNS_OF_TEXT for sign in text)

    found = {name: worth(name) for name in _EIGHT_BITS}
    best = max(found, key=lambda name: found[name])
    return best if found["cp1252"] < 0 and found[best] >= _FEWEST else "cp1252"


def decode(data: bytes) -> Decoded:
    """A whole file as text, whatever Excel or a portal wrote it in; never raises: what cannot be read is U+FFFD, and counted."""
    found = encoding(data)
    try:
        text = data.decode(found)
    except UnicodeDecodeError:  # a file cut in the middle of a letter, or a byte that cp1252 does not have
        text = data.decode(found, errors="replace")
    return Decoded(text.removeprefix("\ufeff"), found, text.count("\ufffd"))


def separator(text: str) -> str:
    """What parts the columns: the mark found on most of the first lines; the comma, which also writes decimals, comes last."""
    lines = [line for line in text.splitlines()[:_LINES] if line.strip()]
    counts = {mark: sum(mark in line for line in lines) for mark in SEPARATORS}
    best = max(SEPARATORS, key=lambda mark: counts[mark])
    return best if counts[best] else ";"


def mended(text: str) -> str:
    """The text with what was decoded twice read once: « Entreprise adaptÃ©e » is « Entreprise adaptée »."""

    def once(found: re.Match[str]) -> str:
        for name in ("cp1252", "latin-1"):
            try:
                return found[0].encode(name).decode("utf-8")
            except (UnicodeEncodeError, UnicodeDecodeError):
                continue
        return found[0]

    return _TWICE.sub(once, text) if _TWICE.search(text) else text


#: The last word of a piece that was cut, and the signs before it: a subject never stops inside a word.
_LAST_WORD = r"[\s,;:(–-]+[^\s,;:(–-]*$"


def stopped(text: str) -> str:
    """The text ended as a sentence: its own stop, or a full one."""
    return text if text.endswith((".", "?", "!", "…")) else f"{text}."


def shortened(text: str, most: int) -> str:
    """A text of more than ``most`` signs cut at the end of a word, with « … »; before a parenthesis that it would leave open.

    Examples
    --------
    >>> shortened("Prestation de transport, levage", 24), shortened("court", 24)
    ('Prestation de transport …', 'court')
    >>> shortened("Fourniture de mobilier (lot 1 et lot 2)", 30)
    'Fourniture de mobilier …'
    """
    if len(text) <= most:
        return text
    kept = re.sub(_LAST_WORD, "", text[: most + 1])[:most].rstrip()
    opened = kept.rfind("(")
    whole = kept if opened <= 0 or ")" in kept[opened:] else kept[:opened].rstrip(" ,;:–-")
    return f"{whole or kept} …"


#: How a contract is made, before what it buys: « Accords-cadres à bons de commande pour la … ».
_FRAME = re.compile(
    r"^(?:accords?[- ]cadres?|march[ée]s?)(?:\s+(?:publics?|subséquents?|et|n°\s?\d+|(?:mono|multi)[- ]?attributaires?|à bons? de commandes?"
    r"|à marchés? subséquents?|\(?en \w+ lots?(?: séparés)?\)?))*\s+(?:pour|relatifs?\s+(?:à|aux?)|portant sur|ayant pour objet|de|d[’'])"
    r"\s*(?:(?:(?:la|les?|une?|des)\s+|l[’']))?(?=\w)",
    re.IGNORECASE,
)
#: What parts a title: a dash between spaces, « - Lot », the end of a line, a full stop before a lot; and what says nothing of it.
_PART = re.compile(r"\s+-+\s*|(?<=\w)-\s+(?=[A-ZÀ-Ý])|[.:]\s+(?=lots? ?(?:n°)?\s?\d)", re.IGNORECASE)
_REFERENCE = re.compile(
    r"^(?:n°|opérations?\b|op\.)?[^a-zà-ÿ]*$|^(?:n°|opérations?\b).*\d|^\d+\s?(?:bis)?,?\s", re.IGNORECASE
)
#: Words no title ends by.
_HANGING = re.compile(
    r"(?:[\s,;:(–-]+(?:[dlDL][’']|de|du|des|la|le|les|et|ou|à|au|aux|en|sur|dans|par|pour|avec|un|une|dont|n°|lot|\w))+$"
)
#: The least that is told of a part, in signs; by how many signs alike a lot only says its market again.
_LEAST, _SAME = 24, 16


def chosen(text: str, most: int) -> str:
    """A title of more than ``most`` signs in fewer words: what is bought rather than how, and the lot; cut only when these do not hold.

    Examples
    --------
    >>> chosen("Accords-cadres à bons de commande pour la confection de blouses, en 3 lots - Vêtements gris ignifugés", 60)
    'Confection de blouses, en 3 lots – Vêtements gris ignifugés'
    """
    plain = " ".join(text.split())
    if len(plain) <= most:
        return plain
    split = [part.strip(" .") for part in _PART.split(plain)]
    parts = [_FRAME.sub("", part) for part in split if not _REFERENCE.search(part)] or [plain]
    first, last = (part[:1].upper() + part[1:] for part in (parts[0], parts[-1]))
    if last.casefold().startswith(first.casefold()[:_SAME]):
        return _told(last, most)
    room = most - 3
    # A lot that holds whole leaves its market what is left; else each has half.
    kept = last if len(last) <= room - _LEAST else _told(last, max(room - min(len(first), room // 2), _LEAST))
    return f"{_told(first, room - len(kept))} – {kept}"


def _told(text: str, most: int) -> str:
    """A part cut after a word that can end it; whole when it holds."""
    if len(text) <= most:
        return text
    return f"{_HANGING.sub('', shortened(text, most - 2).removesuffix(' …'))} …"


def distinct(texts: Sequence[str], most: int) -> list[str]:
    """Titles in fewer words; where two that differ would be told alike, what differs is told, from its lot on, after what they share when it holds.

    Examples
    --------
    >>> distinct(["Travaux de rénovation des écoles du nord", "Travaux de rénovation des écoles du sud"], 24)
    ['… nord', '… sud']
    >>> distinct(["Rénovation des écoles élémentaires du nord", "Rénovation des écoles élémentaires du sud"], 40)
    ['Rénovation des écoles … nord', 'Rénovation des écoles … sud']
    """
    groups: dict[str, list[str]] = {}
    for text in dict.fromkeys(texts):
        groups.setdefault(chosen(text, most), []).append(text)
    told: dict[str, str] = {}
    for cut, same in groups.items():
        words = [text.split() for text in same]
        shared = 0
        # One that ends where the others go on keeps its last word.
        while len(same) > 1 and all(len(one) > shared + 1 and one[shared] == words[0][shared] for one in words):
            shared += 1
        lot = next((back for back in (1, 2, 3) if words[0][shared - back : shared - back + 1] in (["Lot"], ["lot"])), 0)
        for text, split in zip(same, words, strict=True):
            told[text] = _apart(split[: shared - lot], split[shared - lot :], most) if shared else cut
    return [told[text] for text in texts]


def _apart(shared: list[str], own: list[str], most: int) -> str:
    """What a title shares with others, when there is room for it, then what is its own."""
    rest = _told(" ".join(own), most)
    room = most - len(rest) - 3
    if room < _LEAST:
        return f"… {rest}"
    head = _told(_FRAME.sub("", " ".join(shared)), room).removesuffix(" …")
    return f"{head[:1].upper()}{_HANGING.sub('', head[1:])} … {rest}"


#: What no one can see and a terminal, a page or a spreadsheet obeys: controls (but tab and new line), marks of direction, spaces
#: without width, letters of the plane of tags, halves.
_UNSEEN = (
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    r"\U000e0000-\U000e007f]"
)
_UNSEEN_THERE = re.sub(r"\\U000([0-9a-f]{5})|\\u([0-9a-f]{4})", lambda found: rf"\x{{{found[1] or found[2]}}}", _UNSEEN)
_UNSEEN_HERE = re.compile(_UNSEEN[:-1] + "\ud800-\udfff]")


def harmless(text: str) -> str:
    """The text without what no one can see and a reader obeys: controls, marks that turn the reading round, halves of characters.

    Examples
    --------
    >>> harmless("a\\x00b\\u202ec")
    'abc'
    """
    return _UNSEEN_HERE.sub("", text)


def harmless_expr(text: pl.Expr) -> pl.Expr:
    """``harmless`` on a column: null stays null."""
    return text.str.replace_all(_UNSEEN_THERE, "")
