"""What a spend file covers: its months, what was bought in its largest year, beside what the contracts read come to in a year."""

from __future__ import annotations

import polars as pl

from spaser.vocabulary import PURCHASES


def covered(lines: pl.LazyFrame, renewals: pl.LazyFrame | None = None) -> pl.LazyFrame:
    """``depenses_couverture``, one row: ``premier`` and ``dernier`` day, ``mois`` from one to the other (null where most lines have no
    day), ``annee`` that holds most purchases and its ``achats``, ``par_an``: what the contracts read come to in a year.

    Parameters
    ----------
    lines
        SPEND.
    renewals
        RENEWALS of the contracts of the same buyer; without them ``par_an`` is null.
    """
    bought = lines.filter(pl.col("perimetre").is_in(PURCHASES))
    dated = pl.col("date").count() * 2 > pl.len()
    first, last = pl.col("date").min(), pl.col("date").max()
    months = (last.dt.year() - first.dt.year()) * 12 + last.dt.month().cast(pl.Int32) - first.dt.month() + 1
    span = bought.select(
        premier=pl.when(dated).then(first), dernier=pl.when(dated).then(last), mois=pl.when(dated).then(months)
    )
    largest = (
        bought.group_by(annee=pl.coalesce(pl.col("date").dt.year(), "exercice").cast(pl.Int32))
        .agg(achats=pl.col("montant").sum())
        .filter(pl.col("annee").is_not_null())
        .sort("achats", "annee", descending=True)
        .head(1)
    )
    ends = pl.LazyFrame(schema={"montant_annuel": pl.Int64}) if renewals is None else renewals
    yearly = ends.select(par_an=pl.when(pl.col("montant_annuel").count() > 0).then(pl.col("montant_annuel").sum()))
    # One row each: an empty file has no largest year, which is then null beside the others.
    return pl.concat([span, largest, yearly], how="horizontal")
