"""Whole words, in either number: how the patterns of the lexicon read a word, however it is written there.

« points d'apport volontaire », « points d'apports volontaires », « eau usée », « eaux usées » are one way of saying one thing:
the number of a noun carries nothing in a subject line or a clause, and buyers write both.
"""

from __future__ import annotations

import re
from itertools import product

#: A word shorter than this is left as it is written (articles, initials, « eu », « ep »).
SHORTEST = 4
#: Words without a number, left as they are: they would only lengthen the patterns.
INVARIABLE = frozenset(
    "pour avec dans sans sous plus moins tous tout vers chez entre selon lors dont sont sera seront devra devront etre"
    " aucun ainsi comme mais donc sauf hors tres trop bien leur leurs cette puis non".split()
)
#: What may stand in a pattern: an escaped character, a class, a look-behind (its width is fixed), a word, anything else.
_PIECE = re.compile(
    r"(?P<kept>\\.|\[\^?\]?[^\]]*\]|\(\?<[!=](?:[^()\\]|\\.)*\))|(?P<word>[a-z]+)|(?P<other>.)", re.DOTALL
)
#: A gap, before a word or a choice of words.
_GAP = re.compile(r"\[\^[^\]]*\]\)?\{0,\d+\}\??(?=[a-z]|\(\?:[a-z(])")
#: What may follow a whole word in a pattern.
_AFTER = " )|',.-"


def either_number(pattern: str) -> str:
    """A pattern (spaces not yet widened) whose words of four letters and more are read in the singular and in the plural."""
    out = []
    for piece in _PIECE.finditer(pattern):
        word = piece["word"]
        ends = pattern[piece.end() : piece.end() + 1]
        out.append(_inflected(word) if word and (ends == "" or ends in _AFTER) else piece[0])
    return "".join(out)


def whole_words(regex: str) -> str:
    """A regular expression whose words begin where a word begins, after a gap too: « heberge » holds no « berge »."""
    return _GAP.sub(lambda gap: gap[0] if _optional(regex, gap.end()) else gap[0] + "(?<![a-z0-9])", regex)


def _optional(regex: str, position: int) -> bool:
    """Whether the group that opens at a position may be absent."""
    depth = 0
    for at in range(position, len(regex)):
        depth += {"(": 1, ")": -1}.get(regex[at], 0) if regex[at - 1] != "\\" else 0
        if depth == 0:
            return regex.startswith(("?", "*", "{0"), at + 1)
    return False


def _inflected(word: str) -> str:
    if len(word) < SHORTEST or word in INVARIABLE:
        return word
    if word.endswith("eaux"):
        return word + "?"
    if word.endswith("aux") and word != "travaux":
        return word[:-2] + "(?:l|ux)"
    if word.endswith(("s", "x")):
        return word + "?"
    if word.endswith("al"):
        return word[:-1] + "(?:l|ux)"
    return word + ("x?" if word.endswith(("eau", "eu")) else "s?")


def anchors(anchor: str) -> list[str]:
    """An anchor in every number of its words; the last one is cut before its mark of number, unless « $ » closes it."""
    closed = anchor.endswith("$")
    words = re.split(r"(?<=[^a-z])(?=[a-z])", anchor.rstrip("$"))
    numbers = [_forms(word) for word in words[:-1]]
    last = words[-1]
    numbers.append([form + "$" for form in _forms(last)] if closed else [_stem(last)])
    return ["".join(one) for one in product(*numbers)]


def _forms(word: str) -> list[str]:
    """A word (with what follows it) in the singular and in the plural."""
    letters = re.match(r"[a-z]*", word)
    bare = letters[0] if letters else ""
    if len(bare) < SHORTEST or bare in INVARIABLE:
        return [word]
    rest = word[len(bare) :]
    if bare.endswith("eaux"):
        both = (bare[:-1], bare)
    elif bare.endswith("aux") and bare != "travaux":
        both = (bare[:-2] + "l", bare)
    elif bare.endswith(("s", "x")):
        both = (bare[:-1], bare)
    elif bare.endswith("al"):
        both = (bare, bare[:-1] + "ux")
    else:
        both = (bare, bare + ("x" if bare.endswith(("eau", "eu")) else "s"))
    return [form + rest for form in both]


def _stem(word: str) -> str:
    """The beginning that both numbers of a word share."""
    if len(word) < SHORTEST or not word.isalpha() or word in INVARIABLE:
        return word
    if word.endswith("aux") and not word.endswith("eaux") and word != "travaux":
        return word[:-2]
    return word[:-1] if word.endswith(("s", "x")) or word.endswith("al") else word
