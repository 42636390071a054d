"""The plan of actions as a person filled it in the workbook: who, where it stands, by when, a note; read back by the next run."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from spaser import text
from spaser.problems import Problem
from spaser.sources import workbooks
from spaser.vocabulary import DECISIONS, PLAN_FILLED, PLAN_UNTOUCHED

#: The sheet of the workbook, and what its columns begin with: the key, then the field that each fills.
SHEET, KEY = "plan", "identifiant"
FIELDS = dict(zip(("qui", "etat", "echeance fixee", "note"), PLAN_FILLED, strict=True))
#: The state of what nobody touched.
UNTOUCHED = PLAN_UNTOUCHED
#: The states offered on the screen; a workbook may say others.
STATES = (UNTOUCHED, "en cours", "fait", "abandonné")


def is_plan(path: Path | str) -> bool:
    """Whether a file of decisions is a workbook rather than a table of text."""
    return Path(path).suffix.lower() in (".xlsx", ".xlsm", ".ods")


def read_plan(path: Path | str) -> pl.LazyFrame:
    """DECISIONS of type « action »: one row per cell filled (``objet_id`` the line's identifier, ``champ`` responsable, etat, echeance, note).

    An empty cell decides nothing. The lines may have been sorted, moved or added to: only their identifier counts.

    Raises
    ------
    Problem
        It is no workbook, or it has no sheet « plan » with its column « Identifiant ».
    """
    source = Path(path)
    found = [frame for name, frame in workbooks.sheets(source, source.name) if text.fold(name) == SHEET]
    rows = next((rows for frame in found if (rows := _filled(frame)) is not None), None)
    if rows is None:
        raise Problem(
            "Ce classeur n'a pas de plan d'actions à relire",
            where=source.name,
            why="Aucune feuille « plan » avec sa colonne « Identifiant »",
            todo="Donnez le classeur du rapport, sans renommer la feuille « plan » ni sa colonne « Identifiant »",
        )
    return DECISIONS.conform(rows.lazy())


def _filled(frame: pl.DataFrame) -> pl.DataFrame | None:
    """The cells filled below the line of headings; null when there is no such line."""
    cells = frame.with_columns(pl.all().fill_null("").str.strip_chars())
    for rank, line in enumerate(cells.iter_rows()):
        said = [text.fold(cell) for cell in line]
        if KEY in said:
            return _read(cells.slice(rank + 1), said)
    return None


def _read(cells: pl.DataFrame, said: list[str]) -> pl.DataFrame:
    named = {field: at for at, head in enumerate(said) for start, field in FIELDS.items() if head.startswith(start)}
    key = cells.columns[said.index(KEY)]
    parts = [
        cells.select(objet_type=pl.lit("action"), objet_id=key, champ=pl.lit(field), valeur=pl.col(cells.columns[at]))
        for field, at in named.items()
    ]
    empty = pl.DataFrame(schema=dict.fromkeys(("objet_type", "objet_id", "champ", "valeur"), pl.String))
    whole = pl.concat([empty, *parts]).with_columns(valeur=_day())
    kept = whole.filter((pl.col("objet_id") != "") & (pl.col("valeur") != ""))
    return kept.unique(["objet_id", "champ"], keep="last", maintain_order=True).sort("objet_id", "champ")


def _day() -> pl.Expr:
    """A date typed as such comes back with its hours: they are dropped."""
    return pl.col("valeur").str.replace(r"^(\d{4}-\d\d-\d\d)[ T]00:00(?::00(?:\.0+)?)?$", "${1}")
