"""A CSV that a person fills in: its columns found under their spellings, its lines as texts with their number.

    COLUMNS = {"objet_id": Column(("identifiant", "siret", "siren"), needed=True), "motif": Column(("motif", "raison"))}
    frame, faults = settings.rows(path, COLUMNS, "Le fichier de corrections")

Texts are trimmed, an empty cell is null, blank lines are left out, ``ligne`` is the line in the file. What is wrong in the form of
the file (lines longer than the headings, an unknown heading near an absent one) is already in ``faults``; the room adds what is
wrong in the values, then says all of it: ``faults.complain("Corrections refusées dans …")``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from spaser import guards, text
from spaser.problems import Problem, closest
from spaser.settings.documents import LARGEST
from spaser.settings.faults import Faults, place, short
from spaser.settings.kinds import unseen

#: A table filled by hand has a few thousand lines; a validation of a large ledger some tens of thousands.
LARGEST_TABLE = 32 * LARGEST
MOST_COLUMNS = 300
_LONGEST_CELL = 1 << 20


@dataclass(frozen=True)
class Column:
    """The spellings of a heading (the first is the one to name), and whether the file must have it."""

    spellings: tuple[str, ...]
    needed: bool = False


def rows(path: Path | str, columns: Mapping[str, Column], what: str, *, todo: str = "") -> tuple[pl.DataFrame, Faults]:
    """The lines of a CSV (« ; », « , », tab or bar; UTF-8, UTF-16 or Windows-1252), with ``ligne`` and the declared columns as texts.

    Raises
    ------
    Problem
        The file is absent, empty, too large, not a table, or lacks a column that is needed.
    """
    file = Path(path)
    names, lines = _read(file, what, todo)
    places = _places(names, columns)
    lacking = [column.spellings[0] for word, column in columns.items() if column.needed and word not in places]
    if lacking:
        plain = [name for name in names if name]
        hint = next((found for name in lacking if (found := closest(name, plain))), "")
        awaited = " ; ".join(column.spellings[0] for column in columns.values() if column.needed)
        raise Problem(
            f"{what} : il manque {'la colonne' if len(lacking) == 1 else 'les colonnes'} {', '.join(f'« {one} »' for one in lacking)}",
            where=file.name,
            why=f"Colonnes lues : {', '.join(map(short, plain[:8])) or 'aucune'}",
            todo=todo or hint or f"Colonnes attendues : {awaited}",
        )
    faults = Faults()
    _strange_names(names, columns, places, faults)
    kept = []
    for line, cells in lines:
        if len(cells) > len(names) and any(cell.strip() for cell in cells[len(names) :]):
            faults.add_line(
                line, f"{len(cells)} cases pour {len(names)} colonnes : un séparateur ou un guillemet est de trop"
            )
        if any(unseen(cell) for cell in cells):
            faults.add_line(
                line, f"un caractère de contrôle s'y trouve : « {short(next(cell for cell in cells if unseen(cell)))} »"
            )
        kept.append([line, *(_cell(cells, places.get(word)) for word in columns)])
    schema = {"ligne": pl.Int64} | dict.fromkeys(columns, pl.String)
    return pl.DataFrame(kept, schema=schema, orient="row"), faults


def text_of(path: Path, what: str, todo: str = "") -> str:
    """The text of a table saved by a spreadsheet, whatever its encoding; it holds no nul and no half character."""
    with guards.reading(place(path), what=f"{what} est introuvable ou illisible", todo=todo):
        with guards.named(path).open("rb") as stream:
            data = stream.read(LARGEST_TABLE + 1)
    if len(data) > LARGEST_TABLE:
        raise Problem(f"{what} est démesuré", where=path.name, why=f"Il dépasse {LARGEST_TABLE >> 20} Mo")
    found = text.decode(data).text
    if "\x00" in found or data.startswith((b"PK\x03\x04", b"%PDF", b"\xd0\xcf\x11\xe0")):
        raise Problem(
            f"{what} n'est pas un CSV",
            where=path.name,
            why="Il contient autre chose que du texte",
            todo=todo or "Enregistrez-le en CSV (UTF-8)",
        )
    if not found.strip():
        raise Problem(f"{what} est vide", where=path.name, todo=todo)
    return found


def _read(file: Path, what: str, todo: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The headings, and the lines that hold something with their number."""
    written = text_of(file, what, todo)
    heading = next(line for line in written.splitlines() if line.strip())
    separator = max(";,\t|", key=heading.count)
    before = csv.field_size_limit(_LONGEST_CELL)
    names: list[str] | None = None
    lines: list[tuple[int, list[str]]] = []
    reader = csv.reader(io.StringIO(written, newline=""), delimiter=separator)
    try:
        with guards.reading(file.name, "csv", what=f"{what} est mal formé"):
            for cells in reader:
                if names is None:
                    names = cells if any(cells) else None
                elif any(cell.strip() for cell in cells):
                    lines.append((reader.line_num - sum(cell.count("\n") for cell in cells), cells))
    finally:
        csv.field_size_limit(before)
    if lines and "\n" in lines[-1][1][-1].rstrip(" ") and not written.rstrip().endswith('"'):
        raise Problem(
            f"{what} : un guillemet ouvert n'est pas fermé",
            where=f"{file.name}, ligne {lines[-1][0]}",
            todo="Ôtez-le, ou doublez-le s'il fait partie du texte",
        )
    if not names or len(names) > MOST_COLUMNS:
        raise Problem(
            f"{what} n'est pas une table",
            where=file.name,
            why=f"Plus de {MOST_COLUMNS} colonnes" if names else "Aucun intitulé n'est lu",
            todo=todo,
        )
    return [name.strip() for name in names], lines


def _places(names: list[str], columns: Mapping[str, Column]) -> dict[str, int]:
    folded = [text.fold(name) for name in names]
    found = {
        word: next((folded.index(text.fold(s)) for s in column.spellings if text.fold(s) in folded), None)
        for word, column in columns.items()
    }
    return {word: rank for word, rank in found.items() if rank is not None}


def _strange_names(names: list[str], columns: Mapping[str, Column], places: dict[str, int], faults: Faults) -> None:
    """A heading that is near an absent one is a mistake; another is the user's own column and is left alone."""
    for rank, name in enumerate(names):
        absent = [column.spellings[0] for word, column in columns.items() if word not in places]
        if name and rank not in places.values() and absent and (hint := closest(name, absent, least=80)):
            faults.add_line(1, f"colonne inconnue « {short(name)} ». {hint}")


def _cell(cells: list[str], rank: int | None) -> str | None:
    cell = cells[rank].strip().strip("\u00a0\u202f") if rank is not None and rank < len(cells) else ""
    return cell or None
