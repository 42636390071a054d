"""Which facts of a contract deserve a look, and how many euros depend on them."""

from __future__ import annotations

import polars as pl

from spaser import rules
from spaser.contracts.amounts import DOUBTFUL


def told(contracts: pl.DataFrame) -> pl.DataFrame:
    """Adds ``a_verifier`` (the facts in doubt, null when none) and ``enjeu`` (cents between the two bounds of the amount).

    Needs ``montant_statut, montant_bas, montant_haut, duree_regle, date_regle, nature_regle, doublon_possible``.
    """
    look = {fact: pl.col(f"{fact}_regle").is_in(rules.to_look(fact)) for fact in ("duree", "date", "nature")}
    facts = {
        "montant": pl.col("montant_statut") == DOUBTFUL,
        "durée": look["duree"],
        "date": look["date"],
        "nature": look["nature"],
        "doublon": pl.col("doublon_possible").is_not_null(),
    }
    said = pl.concat_str(
        (pl.when(test.fill_null(False)).then(pl.lit(name)) for name, test in facts.items()),
        separator=", ",
        ignore_nulls=True,
    )
    marked = contracts.with_columns(a_verifier=pl.when(said != "").then(said))
    return marked.with_columns(
        enjeu=pl.when(pl.col("a_verifier").is_not_null()).then(pl.col("montant_haut") - pl.col("montant_bas"))
    )
