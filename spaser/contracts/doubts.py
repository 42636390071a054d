"""Which facts of a contract deserve a look, and how many euros depend on them."""

from __future__ import annotations

import polars as pl

from spaser.contracts.amounts import DOUBTFUL
from spaser.contracts.kinds import UNDECIDED

_MONTHS = ("avenant_duree_douteuse", "avenant_apres_la_fin")


def told(contracts: pl.DataFrame) -> pl.DataFrame:
    """Adds ``a_verifier`` (the facts in doubt, null when none) and ``enjeu`` (cents between the two bounds of the amount).

    Needs ``montant_statut, montant_bas, montant_haut, duree_regle, date_regle, nature_contrat, doublon_possible``.
    """
    facts = {
        "montant": pl.col("montant_statut") == DOUBTFUL,
        "durée": pl.col("duree_regle").is_in(_MONTHS),
        "date": pl.col("date_regle") != "decision",
        "nature": pl.col("nature_contrat") == UNDECIDED,
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
