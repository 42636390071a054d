"""A sheet that a person filled in, read back: its columns found under their headings, wherever the heading line stands."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from spaser.problems import Problem
from spaser.settings.faults import short
from spaser.sources import workbooks
from spaser.text import fold

#: The heading line is one of the first.
_SEARCHED = 12
#: Letters below which the beginning of a heading tells nothing.
_TOLD = 5


def names(book: Path | str) -> set[str]:
    """The names of the sheets of a workbook that hold something.

    Raises
    ------
    Problem
        It cannot be read.
    """
    return {name for name, _ in _opened(Path(book))}


def heads(book: Path | str) -> dict[str, list[set[str]]]:
    """The first lines of each sheet, their cells folded: what tells one workbook of the kit from another.

    Raises
    ------
    Problem
        It cannot be read.
    """
    return {
        name: [{fold(str(cell)) for cell in row if cell is not None} for row in found.head(_SEARCHED).iter_rows()]
        for name, found in _opened(Path(book))
    }


def filled(
    book: Path | str, name: str, columns: Mapping[str, tuple[str, ...]], *, anchor: str, written_by: str
) -> list[dict[str, str | None]]:
    """The rows of a sheet as texts: ``ligne`` (as the spreadsheet counts) and each column asked, null when empty or absent.

    Parameters
    ----------
    columns
        Each word and the folded spellings of its heading.
    anchor
        The heading without which the sheet says nothing.
    written_by
        The command that writes such a workbook, to start again from.

    Raises
    ------
    Problem
        It cannot be read, or lacks this sheet or this heading.
    """
    path = Path(book)
    todo = f"Repartez du classeur écrit par {written_by}"
    found = dict(_opened(path))
    name = next((one for one in found if fold(one).strip() == fold(name).strip()), name)
    if name not in found:
        seen = ", ".join(f"« {short(one)} »" for one in [*found][:_SEARCHED])
        raise Problem(
            f"Le classeur n'a pas de feuille « {name} », ou elle est vide",
            where=path.name,
            why=f"Feuilles lues : {seen or 'aucune'}",
            todo=todo,
        )
    rows = [["" if value is None else str(value).strip() for value in row] for row in found[name].iter_rows()]
    at = next(
        (rank for rank, row in enumerate(rows[:_SEARCHED]) if any(fold(cell) == fold(anchor) for cell in row)), None
    )
    if at is None:
        raise Problem(
            f"La feuille « {name} » n'a pas de colonne « {anchor} »",
            where=path.name,
            todo=todo,
        )
    places = _places([fold(cell).strip() for cell in rows[at]], columns)
    read: list[dict[str, str | None]] = []
    for line, row in enumerate(rows[at + 1 :], at + 2):
        if any(row):
            told = {word: (row[rank] or None) if rank is not None else None for word, rank in places.items()}
            read.append({"ligne": str(line), **told})
    return read


def _places(heads: list[str], columns: Mapping[str, tuple[str, ...]]) -> dict[str, int | None]:
    """Where each column stands: under a heading spelled as the kit writes it, else under the only one left that begins as it does."""
    places = {word: next((heads.index(s) for s in spelled if s in heads), None) for word, spelled in columns.items()}
    for word, spelled in columns.items():
        if places[word] is None:
            left = [rank for rank, head in enumerate(heads) if len(head) >= _TOLD and rank not in places.values()]
            near = [rank for rank in left if any(_begins(heads[rank], one) for one in spelled)]
            places[word] = near[0] if len(near) == 1 else None
    return places


def _begins(head: str, spelled: str) -> bool:
    """Does one begin with all the words of the other (« Souhait de l'acheteur » for « Souhait de l'acheteur (1 à 3) »)?"""
    one, other = sorted((head.split(), spelled.split()), key=len)
    return len(" ".join(one)) >= _TOLD and other[: len(one)] == one


def _opened(path: Path) -> list[tuple[str, pl.DataFrame]]:
    if not path.is_file():
        raise Problem("Le classeur est introuvable", where=str(path), todo="Vérifiez le nom et le dossier")
    return workbooks.sheets(path, path.name)
