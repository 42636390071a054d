"""Wishes of both sides → one weight per pair; a pair that one side refuses, or whose people are absent, is no pair."""

from __future__ import annotations

import polars as pl

#: A wish goes from 1 (if possible) to 3 (wanted most); the other side silent counts as the lowest wish.
LOWEST, HIGHEST = 1, 3


def weighed(wishes: pl.LazyFrame) -> pl.LazyFrame:
    """Pairs that may meet: ``acheteur, fournisseur, numero, poids``.

    Parameters
    ----------
    wishes
        ``acheteur, fournisseur``, ``numero`` (need), ``souhait_acheteur`` and ``souhait_fournisseur`` (0 to 3, null when silent),
        ``present`` (Boolean, null when not said). A wish of 0 is a refusal.

    Returns
    -------
    One row per pair: the best of its needs; ``poids`` is the product of both wishes (1 to 9), so that a meeting wanted by both goes
    before one that a single side wants much. A pair about which both sides are silent is left out.
    """
    refused = (pl.col("souhait_acheteur") == 0).fill_null(False) | (pl.col("souhait_fournisseur") == 0).fill_null(False)
    silent = pl.col("souhait_acheteur").is_null() & pl.col("souhait_fournisseur").is_null()
    kept = wishes.filter(~refused & ~silent & pl.col("present").fill_null(True))
    both = pl.col("souhait_acheteur").fill_null(LOWEST).clip(LOWEST, HIGHEST) * pl.col("souhait_fournisseur").fill_null(
        LOWEST
    ).clip(LOWEST, HIGHEST)
    ranked = kept.with_columns(poids=both.cast(pl.Int64)).sort(
        "acheteur", "fournisseur", "poids", "numero", descending=[False, False, True, False]
    )
    return ranked.unique(["acheteur", "fournisseur"], keep="first", maintain_order=True).select(
        "acheteur", "fournisseur", "numero", "poids"
    )
