"""The measures of an analysis of suppliers, asked for by breakdown, unit and definition."""

from __future__ import annotations

import polars as pl

from spaser import french
from spaser.deliverables.report import Measured
from spaser.sections.findings import Findings

MOST = 15
_YEAR = 12


def main_definition(findings: Findings) -> str:
    """The definition the page speaks of: all purchases, or equal parts of contracts."""
    return findings.definition or "achats"


def rows(findings: Findings, dimension: str, unit: str, definition: str | None = None) -> pl.DataFrame:
    """The measures of a breakdown in one unit and one definition."""
    kept = pl.col("dimension") == dimension, pl.col("unite") == unit
    return findings.measures.filter(*kept, pl.col("definition") == (definition or main_definition(findings)))


def one(findings: Findings, code: str, unit: str) -> Measured | None:
    """One measure on the whole."""
    found = rows(findings, "total", unit).filter(pl.col("indicateur") == code)
    return Measured.of(found.row(0, named=True)) if found.height else None


def partial(findings: Findings) -> str | None:
    """Why the spend file is perhaps not whole: less than a year, or less than what the contracts read come to in a year."""
    rows = findings.extras.get("depenses_couverture")
    for row in rows.to_dicts() if rows is not None else ():
        if row["mois"] is not None and row["mois"] < _YEAR:
            span = f"{french.month(row['premier'])} à {french.month(row['dernier'])}"
            span = french.month(row["premier"]) if row["mois"] == 1 else span
            return f"le fichier de dépenses ne couvre que {french.number(row['mois'])} mois ({span})"
        if row["par_an"] and row["achats"] is not None and row["achats"] < row["par_an"]:
            spent, due = french.euros_short(row["achats"]), french.euros_short(row["par_an"])
            return f"en {row['annee']}, ces achats ({spent}) sont sous une année des contrats lus ({due}, accord-cadre : moitié de son maximum) : le fichier est peut-être incomplet"
    return None
