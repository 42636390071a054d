"""How wide each column of a printed table is: room for its longest word first, then for its texts.

A form that prints (PDF, Word, slides) knows its room and its letters; this module knows neither pages nor fonts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from spaser import french

_NARROW, _WIDE_LETTERS = set("iljtfrI.,;:!'’|()[]/-\u202f\u00a0 "), set("mwMWŒœÆ@%€—…")
#: Ems: beyond, a word may be cut; a text is at ease (or with that part of what it wants); a text need not be on one line.
LONGEST_WORD, AT_EASE, EASE_PART, LONGEST_TEXT = 8.2, 11.0, 0.4, 60.0
_BOLD = 1.16
#: How a table stands on its page: words cut, words whole, each text at ease; and the columns that ask for ease.
CUT, TIGHT, EASY = range(3)
_MANY = 10
#: Lines from which what they all say alike is said once.
_ALIKE = 3
#: Columns that a page holds without effort.
MOST_COLUMNS = 6


def printed(
    labels: Sequence[str], extra: Sequence[bool], silent: Sequence[bool], same: Sequence[str] = ()
) -> tuple[list[int], str]:
    """The columns that a printed table keeps, by rank, and what its note says of the others.

    What every line says alike (``same``: that text, empty where lines differ) is said once, in the note. A table of six columns keeps the
    rest. Of a wider one, those without a single answer go first, then those said ``extra``, then the last: six are left at most.
    """
    once = [rank for rank, text in enumerate(same) if text]
    every = [rank for rank in range(len(labels)) if rank not in once]
    told = [f"Partout : {' ; '.join(f'« {labels[rank]} », {same[rank]}' for rank in once)}."] if once else []
    if len(every) <= MOST_COLUMNS:
        return every, french.typeset(" ".join(told))
    empty = [rank for rank in every if silent[rank]] if not all(silent) else []
    known = [rank for rank in every if rank not in empty]
    best = sorted(known, key=lambda rank: (extra[rank], rank))[:MOST_COLUMNS]
    whys = {"Sans aucune valeur ici": empty, "À l'écran et dans le classeur": [one for one in known if one not in best]}
    told += [f"{why} : {french.listing(f'« {labels[rank]} »' for rank in left)}." for why, left in whys.items() if left]
    return sorted(best), french.typeset(" ".join(told))


def alike(rows: Iterable[Sequence[str]], spared: Sequence[bool]) -> list[str]:
    """Of each column, what all of its lines say when they are several and say the same; never of the first, of those ``spared``, nor when
    nothing else would be left."""
    texts = list(zip(*rows, strict=True))
    if not texts or len(texts[0]) < _ALIKE:
        return []
    same = [lines[0] if len(set(lines)) == 1 else "" for lines in texts]
    told = [text if rank and not spared[rank] else "" for rank, text in enumerate(same)]
    return told if not all(told[1:]) else []


def breadth(text: str) -> float:
    """Width of a text in ems, in a face of ordinary proportions."""
    return sum(map(_letter, text))


def widths(heads: Sequence[str], rows: Iterable[Sequence[str]], room: float) -> tuple[list[float], int]:
    """The width of each column, in ems, their sum being ``room``; and how the texts stand in them (CUT, TIGHT, EASY).

    Parameters
    ----------
    heads, rows
        The texts of the header and of the lines, as they are shown.
    room
        What the page leaves for the texts of a line, in ems: margins of cells already taken away.
    """
    columns = [(head, list(texts)) for head, *texts in zip(heads, *rows, strict=True)]
    words = [max(_word(head) * _BOLD, *map(_word, texts), 0.0) + 0.4 for head, texts in columns]
    wish = [max(word, _wish(texts)) for word, (_, texts) in zip(words, columns, strict=True)]
    ease = [max(word, min(one, max(AT_EASE, EASE_PART * one))) for word, one in zip(words, wish, strict=True)]
    if sum(words) > room:
        return _cut(words, room), CUT
    if sum(ease) > room:
        return _between(words, ease, room), TIGHT
    if sum(wish) > room:
        return _between(ease, wish, room), EASY
    return [room * one / sum(wish) for one in wish], EASY


def fitted(
    heads: Sequence[str], rows: Sequence[Sequence[str]], points: float, margins: float, sizes: Sequence[float]
) -> tuple[float, list[float], int]:
    """The largest size of letters at which each text is at ease, the widths of the columns in points, and how they stand.

    ``points`` is the width of the page between its margins, ``margins`` what each cell keeps on its two sides.
    """
    size, found, standing = sizes[0], [0.0], CUT
    for size in sizes:
        found, standing = widths(heads, rows, (points - margins * len(heads)) / size)
        if standing == EASY:
            break
    return size, [one * size + margins for one in found], standing


def sideways(standing: int, count: int) -> bool:
    """Whether a table of so many columns asks for a page on its side."""
    return standing == CUT or (standing == TIGHT and count >= _MANY)


def _between(low: list[float], high: list[float], room: float) -> list[float]:
    """From ``low`` towards ``high``, each by the same part of what it wants, until the room is taken."""
    part = (room - sum(low)) / (sum(high) - sum(low))
    return [one + part * (more - one) for one, more in zip(low, high, strict=True)]


def _cut(words: list[float], room: float) -> list[float]:
    """The widest columns give first: a date keeps its place, a long word is cut."""
    widest = max(words)
    while sum(min(one, widest) for one in words) > room and widest > 0.5:
        widest -= 0.1
    kept = [min(one, widest) for one in words]
    return [room * one / sum(kept) for one in kept]


def _wish(texts: list[str]) -> float:
    """What a column would take: its longest text, or what holds most of its texts on a line when they are long."""
    sizes = [breadth(text) for text in texts]
    if not sizes:
        return 0.0
    return min(max(sizes), 4 + 1.5 * sum(sizes) / len(sizes), LONGEST_TEXT) + 0.3


def lines(text: str, width: float) -> int:
    """About how many lines a text takes in a column of so many ems."""
    used, count = 0.0, 1
    for word in text.split(" "):
        size = breadth(word) + 0.28
        count, used = (count + 1, size) if used and used + size > width + 0.28 else (count, used + size)
    return count


def _word(text: str) -> float:
    """The longest word: no-break spaces join what must stay together, as in an amount."""
    longest = max((part for part in text.replace("-", "- ").replace("'", "' ").split(" ")), key=breadth, default="")
    whole = breadth(longest)
    return whole if french.THIN in longest or french.NBSP in longest else min(whole, LONGEST_WORD)


def _letter(letter: str) -> float:
    if letter in _NARROW:
        return 0.3
    if letter in _WIDE_LETTERS:
        return 0.85
    return 0.68 if letter.isupper() else 0.55
