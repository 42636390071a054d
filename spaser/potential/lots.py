"""Lots: the part of a need that suppliers could take as it is divided, and where dividing stops helping.

A supplier takes as many whole lots as the chosen share of its activity holds. Suppliers spread over the lots as they come:
with an average of x takers per lot, 1 − e⁻ˣ of the lots find one. Three suppliers in ten answer a given consultation
(``potential.participation``): one capable supplier makes 26 % of the lot sure, three 59 %, ten 95 %.
"""

from __future__ import annotations

import math

import polars as pl

from spaser import rules

LOTS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30, 40)
#: Middles of the five fifths of the normal law: a capacity is read at these five points.
FIFTHS = (-1.2816, -0.5244, 0.0, 0.5244, 1.2816)


def allotment(
    need: pl.LazyFrame, candidates: pl.LazyFrame, *, dependency: float | None = None, method: dict | None = None
) -> pl.LazyFrame:
    """One row per number of lots: what ESS suppliers could take of one need divided so.

    Parameters
    ----------
    need
        One row of NEEDS (or of OPPORTUNITIES).
    candidates
        CANDIDATES; those of the need are used.

    Returns
    -------
    LazyFrame
        ``lots, lot_annuel`` (cents), ``part`` (of the need, expected), ``montant`` (cents a year), ``capables`` (suppliers
        able to take one lot more often than not), ``utile`` (true while dividing further still adds enough).
    """
    settings = (method or rules.method())["potential"]
    share = settings["dependance"]["value"] if dependency is None else dependency
    mine = candidates.join(need.select("besoin_id", "annuel"), on="besoin_id", maintain_order="left_right").filter(
        pl.col("preste") & serious()
    )
    sizes = [lots for lots in LOTS if lots <= settings["lots"]["maximum"]]
    rows = [
        mine.select(
            lots=pl.lit(lots, pl.Int32),
            lot_annuel=pl.col("annuel").first() // lots,
            part=part(taken(lots, share, settings).sum()),
            montant=(pl.col("annuel").first() * part(taken(lots, share, settings).sum())).round().cast(pl.Int64),
            capables=(median() * share * lots >= pl.col("annuel")).sum().cast(pl.Int32),
        )
        for lots in sizes
    ]
    best = pl.col("part").max() - settings["lots"]["gain_minimal"]
    return (
        pl.concat(rows)
        .sort("lots")
        .with_columns(utile=pl.col("lots") <= pl.col("lots").filter(pl.col("part") >= best).min())
    )


def taken(lots: int, share: float, settings: dict) -> pl.Expr:
    """The expected part of the lots that one supplier takes (needs ``annuel``, its capacity and adequation)."""
    low, high = pl.col("capacite_bas").clip(1, None).log(), pl.col("capacite_haut").clip(2, None).log()
    spread = (high - low) / (2 * settings["quantiles_capacite"]["z"])
    whole = [
        (((low + high) / 2 + spread * point + math.log(share)).exp() * lots / pl.col("annuel").clip(1, None))
        .floor()
        .clip(0, lots)
        / lots
        for point in FIFTHS
    ]
    return settings["participation"]["value"] * pl.col("adequation") * pl.sum_horizontal(whole) / len(FIFTHS)


def part(takers: pl.Expr) -> pl.Expr:
    """The part of the lots that find at least one taker, for an average number of takers per lot."""
    return 1 - (-takers).exp()


def serious() -> pl.Expr:
    """Sure enough to serve the family for its capacity to be counted: its trade is stated, or it won the family."""
    return pl.col("metier_connu").fill_null(False)


def median() -> pl.Expr:
    return (pl.col("capacite_bas").clip(1, None).cast(pl.Float64) * pl.col("capacite_haut").cast(pl.Float64)).sqrt()


def curves(rows: pl.LazyFrame, share: float, settings: dict) -> pl.LazyFrame:
    """Per need: ``part_allotie`` (the best part reached) and ``lots_utiles`` (the fewest lots that come near it).

    Needs candidates with ``annuel, recurrence``, reservable ones marked in ``reservable``; only those are counted.
    """
    steps = [lots for lots in (1, 2, 3, 5, 8, 12, 20, 40) if lots <= settings["lots"]["maximum"]]
    kept = rows.filter(pl.col("preste") & pl.col("reservable") & serious())
    totals = kept.group_by("besoin_id").agg(
        pl.col("recurrence").first(), *(taken(lots, share, settings).sum().alias(f"_{lots}") for lots in steps)
    )
    # An operation is divided by trades, not in forty.
    once = (pl.col("recurrence") == "ponctuel").fill_null(False)
    few = settings["lots"]["maximum_ponctuel"]
    parts = totals.with_columns(
        pl.when(~once | (lots <= few)).then(part(pl.col(f"_{lots}"))).alias(f"_{lots}") for lots in steps
    )
    best = pl.max_horizontal(f"_{lots}" for lots in steps)
    enough = best - settings["lots"]["gain_minimal"]
    first = pl.coalesce(pl.when(pl.col(f"_{lots}") >= enough).then(pl.lit(lots, pl.Int32)) for lots in steps)
    return parts.select("besoin_id", part_allotie=best, lots_utiles=first)
