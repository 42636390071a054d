"""A table on a slide: every line whole, in the largest letters that hold them; what cannot stand is counted, never cut."""

from __future__ import annotations

from typing import Any

from spaser import french
from spaser.deliverables import columns
from spaser.deliverables.report import FIGURES, TableBlock
from spaser.deliverables.slides_parts import (
    FOOT,
    INK,
    LEFT,
    MOST_ROWS,
    PALE,
    WIDTH,
    add_text,
    described,
    dress,
    told,
)

#: Points of a table, the largest that hold being taken; inches kept for the line that counts the others.
SIZES, _COUNTED = (16, 14, 12, 11, 10), 0.35
#: Inches: the two side margins of a cell; what a line takes above and below its letters.
_SIDES, _AROUND = 0.2, 0.12
_MOST = 6


def draw(slide: Any, block: TableBlock, *, top: float) -> None:
    """The lines of a table; where all would not hold, the columns said ``extra`` and those to fill that say the same everywhere stay
    in the report, as identifiers do."""
    from pptx.util import Inches

    kept, size, lines, widths = _fitted(block, FOOT - top)
    right = [block.columns[rank].unit in FIGURES for rank in kept]
    shape = slide.shapes.add_table(len(lines), len(kept), *(Inches(v) for v in (LEFT, top, WIDTH, 0.3 * len(lines))))
    described(shape, block.caption)
    for place, width in enumerate(widths):
        shape.table.columns[place].width = Inches(width * size / 72 + _SIDES)
    for rank, row in enumerate(lines):
        shape.table.rows[rank].height = Inches(_tall(row, widths, size))
        for place, cell in enumerate(row):
            target = shape.table.cell(rank, place)
            target.text = cell or french.DASH
            colour = "FFFFFF" if rank == 0 else INK
            dress(target.text_frame.paragraphs[0], size, colour, bold=rank == 0, right=right[place])
    left = block.frame.height - (len(lines) - 1)
    if left > 0:
        used = sum(_tall(row, widths, size) for row in lines)
        more = french.typeset(f"Et {french.count(left, 'autre ligne', feminine=True)}, dans le rapport.")
        add_text(slide, [more], top=top + used, height=_COUNTED, size=12, colour=PALE, italic=True)


def holds(block: TableBlock, *, top: float) -> int:
    """How many lines of a table hold below ``top``."""
    return len(_fitted(block, FOOT - top)[2]) - 1


def _fitted(block: TableBlock, room: float) -> tuple[list[int], int, list[list[str]], list[float]]:
    """The columns kept, the size, the header and the lines that hold in ``room`` inches, the widths in ems."""
    every = [rank for rank, column in enumerate(block.columns) if column.unit != "identifiant"]
    cells, asked = list(block.cells(MOST_ROWS)), block.frame.height
    # Nobody fills a slide: what is to fill and is the same on every line (nobody named, nothing begun) says nothing there.
    hollow = [r for r in every if block.columns[r].fill and len({row[r] for row in cells}) == 1]
    bare = [rank for rank in every if not block.columns[rank].extra and rank not in hollow]
    tried = [(kept[:_MOST], size) for kept in (every, bare) for size in SIZES if kept]
    best: tuple[list[int], int, list[list[str]], list[float]] | None = None
    for kept, size in tried:
        names = [block.columns[rank].name for rank in kept]
        lines = [
            [block.columns[rank].label for rank in kept],
            # A title may be said in fewer words; anything else, cut, would say something else.
            *(
                [told(row[rank]) if name == "objet" else row[rank] for rank, name in zip(kept, names, strict=True)]
                for row in cells
            ),
        ]
        widths, standing = columns.widths(lines[0], lines[1:], (WIDTH - _SIDES * len(kept)) * 72 / size)
        fit = _holding(lines, widths, size, room)
        if fit < asked + 1:
            fit = _holding(lines, widths, size, room - _COUNTED)
        if standing != columns.CUT and fit == asked + 1:
            return kept, size, lines, widths
        if best is None or (fit, size) > (len(best[2]), best[1]):
            best = kept, size, lines[:fit], widths
    assert best is not None
    return best


def _holding(lines: list[list[str]], widths: list[float], size: int, room: float) -> int:
    """How many lines hold, the header and one at least."""
    used, count = 0.0, 0
    for row in lines:
        used += _tall(row, widths, size)
        if used > room and count > 1:
            break
        count += 1
    return count


def _tall(row: list[str], widths: list[float], size: int) -> float:
    """Inches of a line of a table."""
    most = max(columns.lines(cell, width) for cell, width in zip(row, widths, strict=True))
    return _AROUND + 1.2 * size / 72 * most
