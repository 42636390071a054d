"""The measures of an analysis of suppliers, asked for by breakdown, unit and definition."""

from __future__ import annotations

import polars as pl

from spaser.deliverables.report import (
    Measured,
)
from spaser.sections.findings import Findings

MOST = 15


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
