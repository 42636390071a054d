"""What several sections show the same way: a picture with its data, a subject cut to fit a page."""

from __future__ import annotations

import polars as pl

from spaser.charts import Picture
from spaser.deliverables.report import Column, Figure, table
from spaser.text import shortened_expr


def figure(id: str, caption: str, picture: Picture) -> Figure:
    """A picture and, below it, the table of its data (what a screen reader and a spreadsheet read)."""
    columns = [Column(name, label, unit) for name, label, unit in picture.columns]
    told = f"Les données : {caption[:1].lower()}{caption[1:]}"
    return Figure(id, caption, picture, table(f"{id}-donnees", told, picture.twin, columns))


def brief(rows: pl.DataFrame, most: int) -> pl.DataFrame:
    """Subjects (``objet``) longer than ``most`` signs cut, for pages: the workbook has them whole."""
    return rows.with_columns(objet=shortened_expr(pl.col("objet"), most))
