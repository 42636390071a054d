"""Targets to debate: where a buyer starts from, what similar buyers do, and the first landmark above it. Never a rule of law."""

from __future__ import annotations

import polars as pl

from spaser.indicators.records import NUMBER
from spaser.vocabulary.sentences import (
    ABOVE_PEERS,
    NATIONAL_LANDMARK,
    NO_LANDMARK,
    PEERS_LANDMARK,
    REACHED,
    UNMEASURED,
    VOTED,
)


def proposed(
    start: pl.LazyFrame, peers: pl.LazyFrame, targets: pl.LazyFrame, due: pl.LazyFrame | None = None
) -> pl.LazyFrame:
    """One row per indicator (share of the number of contracts): its start, its landmarks and the target proposed.

    Parameters
    ----------
    start
        MEASURES in number, whole scope, in the definition retained: ``indicateur, valeur, repondus, petit_effectif`` and others, kept.
    peers
        PEERS in number, the same definition: ``indicateur, q3, mediane, n_pairs`` (null under the minimum of comparable buyers).
    targets
        ``indicateur, nature`` (« voté » or not), ``unite``, ``cible`` (0 to 1), ``annee``: the targets voted and the national references.
    due
        ``indicateur, devoir``: the indicators that the law asks of every contract, and how it says so: the target proposed there is the whole.

    Returns
    -------
    The rows of ``start`` in their order, with ``mediane, q3, n_pairs, reference, annee_reference, vote, annee_vote, unite_vote, propose`` (0 to 1, in whole
    hundredths, null when nothing is proposed) and ``motif``. What the law asks of every contract has 1 for target, measured or not;
    elsewhere a target is proposed only above the start: the last quarter of comparable buyers, else the national reference.
    """
    voted = pl.col("nature") == "voté"
    law = pl.LazyFrame(schema={"indicateur": pl.String, "devoir": pl.String}) if due is None else due
    told = (
        start.join(law, on="indicateur", how="left", maintain_order="left")
        .join(
            peers.select("indicateur", "mediane", "q3", "n_pairs").unique(
                "indicateur", keep="first", maintain_order=True
            ),
            on="indicateur",
            how="left",
            maintain_order="left",
        )
        .join(_highest(targets.filter(voted), "vote"), on="indicateur", how="left", maintain_order="left")
        .join(_highest(targets.filter(~voted), "reference"), on="indicateur", how="left", maintain_order="left")
    )
    landmark, reason = _landmark()
    # A landmark of 0.28 is 28.000000000000004 hundredths: without the first rounding its ceiling would be 29 %.
    return told.with_columns(propose=((landmark * 100).round(6).ceil() / 100).clip(upper_bound=1.0), motif=reason).drop(
        "devoir", "unite_reference"
    )


def _landmark() -> tuple[pl.Expr, pl.Expr]:
    """The landmark of a target, null when nothing is proposed, and why."""
    above_peers, above_reference = (pl.col(name) > pl.col("valeur") for name in ("q3", "reference"))
    silent = (
        pl.col("valeur").is_null() | (pl.col("repondus").fill_null(0) == 0) | pl.col("petit_effectif").fill_null(False)
    )
    landmark = (
        pl.when(pl.col("vote").is_not_null())
        .then(None)
        .when(pl.col("devoir").is_not_null())
        .then(1.0)
        .when(silent)
        .then(None)
        .when(above_peers)
        .then(pl.col("q3"))
        .when(above_reference)
        .then(pl.col("reference"))
        .when(pl.col("q3").is_not_null())
        .then(pl.col("valeur"))
    )
    reason = (
        pl.when(pl.col("vote").is_not_null())
        .then(pl.concat_str(pl.lit(VOTED), pl.col("devoir"), separator=" ; ", ignore_nulls=True))
        .when(pl.col("devoir").is_not_null())
        .then(pl.col("devoir"))
        .when(silent)
        .then(pl.lit(UNMEASURED))
        .when(above_peers)
        .then(pl.lit(PEERS_LANDMARK))
        .when(above_reference)
        .then(pl.lit(NATIONAL_LANDMARK))
        .when(pl.col("q3").is_not_null())
        .then(pl.lit(ABOVE_PEERS))
        .when(pl.col("reference").is_not_null())
        .then(pl.lit(REACHED))
        .otherwise(pl.lit(NO_LANDMARK))
    )
    return landmark, reason


def _highest(targets: pl.LazyFrame, name: str) -> pl.LazyFrame:
    """The highest target of each indicator, with its year and its unit; one in number before one in amounts."""
    last = targets.sort(pl.col("unite") == NUMBER, "indicateur", "cible", "annee").unique(
        "indicateur", keep="last", maintain_order=True
    )
    told = {"cible": name, "annee": f"annee_{name}", "unite": f"unite_{name}"}
    return last.select("indicateur", *(pl.col(old).alias(new) for old, new in told.items()))
