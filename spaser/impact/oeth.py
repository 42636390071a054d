"""The deduction from a disabled-employment contribution (OETH): a saving of the buyer, never an impact."""

from __future__ import annotations

import polars as pl

from spaser.impact.assumptions import factors

#: At this rate of direct employment the higher ceiling applies.
DIRECT_RATE = 0.03


def deduction(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The amount deducted, from the supplier's certificate and never from the invoice.

    Parameters
    ----------
    rows
        ``main_oeuvre`` (cents: the labour cost of the certificates), ``contribution_brute`` (cents), ``taux_emploi`` (0 to 1).

    Returns
    -------
    The rows with ``deductible`` (30 % of the labour cost), ``plafond`` and ``deduit`` (cents): null where a term is unknown.
    Source: Agefiph, D5212-22 of the labour code; for public employers, to be confirmed.
    """
    part = factors().filter(pl.col("facteur") == "oeth_deduction").select(_part="milieu")
    cap = factors().filter(pl.col("facteur") == "oeth_plafond").select(_faible="bas", _fort="haut")
    ceiling = (
        pl.when(pl.col("taux_emploi") < DIRECT_RATE)
        .then("_faible")
        .when(pl.col("taux_emploi") >= DIRECT_RATE)
        .then("_fort")
    )
    joined = rows.join(part, how="cross", maintain_order="left").join(cap, how="cross", maintain_order="left")
    told = joined.with_columns(
        deductible=(pl.col("main_oeuvre") * pl.col("_part")).round().cast(pl.Int64),
        plafond=(pl.col("contribution_brute") * ceiling).round().cast(pl.Int64),
    )
    both = pl.col("deductible").is_not_null() & pl.col("plafond").is_not_null()
    return told.with_columns(deduit=pl.when(both).then(pl.min_horizontal("deductible", "plafond"))).drop(
        "_part", "_faible", "_fort"
    )
