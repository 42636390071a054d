"""What several sections show the same way: a picture with its data, a subject cut to fit a page."""

from __future__ import annotations

import polars as pl

from spaser.charts import Picture
from spaser.deliverables.report import Column, Figure, table
from spaser.text import distinct


def figure(id: str, caption: str, picture: Picture) -> Figure:
    """A picture and, below it, the table of its data (what a screen reader and a spreadsheet read)."""
    columns = [Column(name, label, unit) for name, label, unit in picture.columns]
    told = f"Les données : {caption[:1].lower()}{caption[1:]}"
    return Figure(id, caption, picture, table(f"{id}-donnees", told, picture.twin, columns))


def proven(rows: pl.DataFrame, suffix: str = "") -> pl.DataFrame:
    """The share of those that answer kept only where it says something: answers all the same, of a list that cannot say « non » or of a
    few contracts, give 0 or 100 % by construction and prove nothing of the others."""
    share, covered = pl.col(f"valeur_repondus{suffix}"), pl.col(f"couverture{suffix}")
    same = share.is_in([0.0, 1.0]) & (covered < 1)
    return rows.with_columns(pl.when(~same.fill_null(False)).then(share).alias(f"valeur_repondus{suffix}"))


def brief(rows: pl.DataFrame, most: int) -> pl.DataFrame:
    """Subjects (``objet``) longer than ``most`` signs cut, two that differ never to the same words, for pages: the workbook has them whole."""
    subjects = rows["objet"].to_list()
    cut = dict(zip(known := [one for one in subjects if one is not None], distinct(known, most), strict=True))
    return rows.with_columns(pl.Series("objet", [cut.get(one) for one in subjects], dtype=pl.String))
