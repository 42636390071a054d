"""A sheet that a person filled in, read back: its columns found under their headings, wherever the heading line stands."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from spaser import guards
from spaser.problems import Problem
from spaser.text import fold

#: The heading line is one of the first.
_SEARCHED = 12


def names(book: Path | str) -> set[str]:
    """The names of the sheets of a workbook.

    Raises
    ------
    Problem
        It cannot be read.
    """
    path = Path(book)
    with guards.reading(path.name, "polars", what="Le classeur est illisible"):
        return set(pl.read_excel(path, sheet_id=0, has_header=False, infer_schema_length=0, raise_if_empty=False))


def filled(
    book: Path | str, name: str, columns: Mapping[str, tuple[str, ...]], *, anchor: str, written_by: str
) -> list[dict[str, str | None]]:
    """The rows of a sheet as texts: ``ligne`` (as the spreadsheet counts) and each column asked, null when empty or absent.

    Parameters
    ----------
    columns
        Each word and the folded spellings of its heading.
    anchor
        The folded heading without which the sheet says nothing.
    written_by
        The command that writes such a workbook, to start again from.
    """
    path = Path(book)
    with guards.reading(path.name, "polars", what="Le classeur est illisible"):
        cells = pl.read_excel(
            path, sheet_name=name, has_header=False, infer_schema_length=0, drop_empty_rows=False, raise_if_empty=False
        )
    rows = [["" if value is None else str(value).strip() for value in row] for row in cells.iter_rows()]
    at = next((rank for rank, row in enumerate(rows[:_SEARCHED]) if any(fold(cell) == anchor for cell in row)), None)
    if at is None:
        raise Problem(
            f"La feuille « {name} » n'a pas de colonne « {anchor.capitalize()} »",
            where=path.name,
            todo=f"Repartez du classeur écrit par {written_by}",
        )
    heads = [fold(cell) for cell in rows[at]]
    places = {word: next((heads.index(s) for s in spelled if s in heads), None) for word, spelled in columns.items()}
    read: list[dict[str, str | None]] = []
    for line, row in enumerate(rows[at + 1 :], at + 2):
        if any(row):
            told = {word: (row[rank] or None) if rank is not None else None for word, rank in places.items()}
            read.append({"ligne": str(line), **told})
    return read
