"""The number said with a consideration: hours, a share, a penalty, the weight of a criterion.

The nearest number is not always its own: in a grid of criteria, a weight belongs to its row, and stands on the same side of
its label all along the grid.
"""

from __future__ import annotations

import re

from spaser.detection.rules import Lexicon

#: A line that holds nothing but a weight: the cell of the label above it.
_WEIGHT_ALONE = re.compile(r"\W*\d+(?:[.,]\d+)? ?(?:%|points?|pts|/ ?\d+)?\W*$")
#: Words that open a list of criteria and are no label.
_OPENING = re.compile(r"[^:\n|]*:\s*$|\W*$")


def number_said(
    text: str, start: int, end: int, kind: str, first: int, lexicon: Lexicon
) -> tuple[float | None, str | None]:
    """The number of one kind said with the passage from `start` to `end`, and its unit; `first` is where its sentence begins."""
    if not kind:
        return None, None
    how = lexicon.numbers[kind]
    low = max(first, start - how.before)
    if kind == "poids":
        return _weight(text, start, end, first, lexicon)
    read = _read(text[low : end + how.after], kind, lexicon)
    if not read:
        return None, None
    _, _, said, unit = min(
        (max(low + a - end, start - low - b, 0), rank, said, unit) for a, b, rank, said, unit in read
    )
    return _value(said), unit


def _weight(text: str, start: int, end: int, first: int, lexicon: Lexicon) -> tuple[float | None, str | None]:
    """The weight in the row of the label: on the side where the row puts its weights, else alone on the line below."""
    opened = max(first, text.rfind("\n", 0, start) + 1)
    closed = text.find("\n", start)
    closed = len(text) if closed < 0 else closed
    how = lexicon.numbers["poids"]
    read = sorted(
        (opened + a, opened + b, rank, said, unit)
        for a, b, rank, said, unit in _read(text[opened:closed], "poids", lexicon)
    )
    if not read:
        below = text[closed + 1 :].split("\n", 1)[0]
        read = _read(below, "poids", lexicon) if _WEIGHT_ALONE.match(below) else []
        return (_value(read[0][3]), read[0][4]) if read else (None, None)
    before = [one for one in read if one[1] <= start and start - one[1] <= how.before]
    after = [one for one in read if one[0] >= start and one[0] - end <= how.after]
    leads = _OPENING.match(text[opened : read[0][0]]) is not None
    chosen = (before[-1:] or after[:1]) if leads else (after[:1] or before[-1:])
    return (_value(chosen[0][3]), chosen[0][4]) if chosen else (None, None)


def _read(window: str, kind: str, lexicon: Lexicon) -> list[tuple[int, int, int, str, str]]:
    """The numbers of a window: where each stands, the rank of its pattern, the number as written, its unit."""
    return [
        (match.start(1), match.end(1), rank, match[1], unit)
        for rank, (unit, pattern) in enumerate(lexicon.numbers[kind].patterns)
        for match in pattern.finditer(window)
    ]


def _value(said: str) -> float:
    return float(re.sub(r"\s", "", said).replace(",", "."))
