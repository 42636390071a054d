"""Answers that never change: over hundreds of contracts of one file, a field that always says the same is a default, not an answer."""

from __future__ import annotations

from typing import Any

import polars as pl

from spaser import rules
from spaser.vocabulary import CONSIDERATIONS


def constant(contracts: pl.LazyFrame, method: dict[str, Any] | None = None) -> pl.LazyFrame:
    """One row per file and consideration whose known answers are all the same, on as many contracts as the method asks.

    Parameters
    ----------
    contracts
        Contracts with ``source`` and CONSIDERATIONS.
    method
        ``method.toml``; ``considerations.reponse_constante`` is the number of known answers from which it is told.

    Returns
    -------
    ``source, consideration, reponse`` (« oui » or « non ») and ``contrats``, how many answered.
    """
    least = (method or rules.method())["considerations"]["reponse_constante"]["value"]
    names = [word.name for word in CONSIDERATIONS]
    each = contracts.select("source", *names).unpivot(names, index="source", variable_name="consideration")
    counted = (
        each.drop_nulls("value")
        .group_by("source", "consideration")
        .agg(contrats=pl.len().cast(pl.Int64), oui=pl.col("value").sum().cast(pl.Int64))
    )
    same = (pl.col("oui") == 0) | (pl.col("oui") == pl.col("contrats"))
    return (
        counted.filter(same & (pl.col("contrats") >= least))
        .with_columns(reponse=pl.when(pl.col("oui") == 0).then(pl.lit("non")).otherwise(pl.lit("oui")))
        .select("source", "consideration", "reponse", "contrats")
        .sort("source", "consideration")
    )
