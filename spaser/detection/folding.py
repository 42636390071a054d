"""A text made ready for the patterns, and the way back to its original positions.

Folding (lower case, no accents) keeps one character for one; where it cannot (œ, a hyphen at the end of a line, two words
glued together, « clause(s) »), a map brings positions back.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from spaser.detection.sieve import FOLD

#: The one-for-one folding, for texts read here.
TABLE = {ord(char): plain for char, plain in FOLD.items()}
#: What one-for-one folding cannot do: œ, cut or glued words, entities, marks of both numbers or genders (« clause(s) », « salarié·e·s »).
UNEVEN = re.compile(
    r"[œŒæÆ]|[\u0300-\u036f\u00ad¬]+\n?|(?<=[a-zà-ÿ])-\n(?=[a-zà-ÿ])|(?<=[a-zà-ÿ0-9).])(?=[A-ZÀ-Þ][a-zà-ÿ'’])|&(?:[a-z]{2,8}|#\d{2,5}|#x[0-9a-f]{2,4});|Ã[^ a-zA-Z]|â€[^ a-zA-Z]"
    r"|(?<=[a-zà-ÿ])\((?:s|e|es|x|nt|ne|le)\)|(?<=[a-zà-ÿ])·[a-zà-ÿ]{1,5}(?:·s)?"
)
#: Letters encoded twice (UTF-8 read as Windows-1252): what is seen, what was written.
TWICE = {
    char.encode("utf-8").decode("cp1252"): char
    for char in "éèêëàâäîïôöùûüçÉÈÊÀÂÎÔÙÇ’–…"
    if b"\x81" not in char.encode("utf-8")
}
READ = {
    "œ": "oe",
    "Œ": "oe",
    "æ": "ae",
    "Æ": "ae",
    "": " ",
    "&nbsp;": " ",
}
LOST = re.compile(r"(?<![a-z])([dlnsjmtcq])[\ufffd?](?=[a-z\ufffd])|\ufffd|(?<=[a-z])\?(?=[a-z])")


@dataclass(frozen=True)
class Folded:
    """A text ready for the patterns, and the way back to its original positions."""

    text: str
    back: list[int] | None

    def original(self, position: int) -> int:
        return position if self.back is None else self.back[position]


def fold(text: str) -> Folded:
    """Lower case, no accents, straight apostrophes; lost characters guessed; glued words parted."""
    back: list[int] | None = None
    if UNEVEN.search(text):
        text, back = _uneven(text)
    folded = (
        text.lower().translate(TABLE) if len(text.lower()) == len(text) else "".join(map(_low, text)).translate(TABLE)
    )
    if "\ufffd" in folded or "?" in folded:
        folded = LOST.sub(_guessed, folded)
    return Folded(folded, back)


def _guessed(lost: re.Match[str]) -> str:
    """The letter lost in a bad encoding: « d?accueil » lost an apostrophe, « d?chets » an e, a letter alone was « à »."""
    if lost[1]:
        following = lost.string[lost.end() : lost.end() + 1]
        return lost[1] + ("'" if following in "aeiouyh\ufffd" else "e")
    if lost[0] == "?":
        return "'"
    around = lost.string[max(0, lost.start() - 1) : lost.end() + 1]
    return "a" if around.strip() == "\ufffd" else "e"


def _low(char: str) -> str:
    return low if len(low := char.lower()) == 1 else char


def _uneven(text: str) -> tuple[str, list[int]]:
    out: list[str] = []
    back: list[int] = []
    last = 0
    for match in UNEVEN.finditer(text):
        out.append(text[last : match.start()])
        back.extend(range(last, match.start()))
        read = READ.get(match[0]) or TWICE.get(match[0]) or (html.unescape(match[0]) if match[0][0] == "&" else "")
        out.append(read)
        back.extend([match.start()] * len(read))
        last = match.end()
    out.append(text[last:])
    back.extend(range(last, len(text) + 1))
    return "".join(out), back
