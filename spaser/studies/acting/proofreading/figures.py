"""Numbers written in letters, as tender documents write them: « trente-six mois », « mille deux cents heures », « un (1) an »."""

from __future__ import annotations

import re

_UNITS = {
    "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8, "neuf": 9, "dix": 10,
    "onze": 11, "douze": 12, "treize": 13, "quatorze": 14, "quinze": 15, "seize": 16, "vingt": 20, "vingts": 20,
    "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60,
}  # fmt: skip
_HUNDREDS = ("cent", "cents")
_WORD = "|".join(sorted([*_UNITS, *_HUNDREDS, "mille"], key=len, reverse=True))
_SAID = rf"(?:{_WORD})(?:(?:[ -]| et |-et-)(?:{_WORD}))*"
#: The same number told twice: « un (1) », « 36 (trente-six) ».
_TWICE = re.compile(rf"(\d+) ?\( ?(?:\d+|{_SAID}) ?\)")


def value(said: str) -> int:
    """The number that words of a folded text say: « quatre-vingt-douze » is 92."""
    total = part = 0
    for word in re.findall(rf"{_WORD}", said):
        if word == "mille":
            total, part = total + 1000 * max(part, 1), 0
        elif word in _HUNDREDS:
            part = 100 * max(part, 1)
        elif word in ("vingt", "vingts") and part % 100 == 4:
            part += 76
        else:
            part += _UNITS[word]
    return total + part


def in_figures(text: str, counted: str) -> str:
    """A folded text where the numbers said in words before what is counted (a pattern) are figures, each told once."""
    words = re.compile(rf"\b({_SAID})(?= ?(?:\( ?(?:\d+|{_SAID}) ?\))? ?(?:{counted}))")
    return _TWICE.sub(r"\1", words.sub(lambda found: str(value(found[1])), text))
