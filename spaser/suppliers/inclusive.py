"""The second answer: an inclusive structure, by which kinds and which rule."""

from __future__ import annotations

import polars as pl

from spaser import rules
from spaser.suppliers.matching import KEY
from spaser.vocabulary import INCLUSIVE_STATUSES

SPREAD = "SIREN (statut d'un établissement étendu à l'unité légale)"
BY_DECISION = "décision"


def included(found: pl.LazyFrame, spread: bool) -> pl.LazyFrame:
    """Per key, the inclusive kinds that hold, under which rule, and the other listed establishments of the unit."""
    kinds = found.filter(
        pl.col("statut").is_in([*INCLUSIVE_STATUSES, "INCLUSIF", "NON_INCLUSIF"]) & pl.col("en_vigueur")
    )
    ends = (
        rules.table("siae_types.csv")
        .lazy()
        .select(statut="code", fin=pl.col("jusqua").str.to_date("%Y-%m-%d", strict=False), fin_dite="jusqua_source")
    )
    kinds = kinds.join(ends, on="statut", how="left", maintain_order="left")
    over = (pl.col("fin") < pl.col("_jour")).fill_null(False) & (pl.col("liste") != "decision")
    there = pl.col("meme") | pl.lit(spread)
    # A kind whose legal basis has an end is neither a yes nor a no after it: its prolongation is to be confirmed.
    holds = there & ~over
    positive = pl.col("statut") != "NON_INCLUSIF"
    rule = (
        pl.when(pl.col("liste") == "decision")
        .then(pl.lit(BY_DECISION))
        .when(pl.col("unite"))
        .then(pl.lit("SIREN"))
        .when(pl.col("meme"))
        .then(pl.lit("SIRET"))
        .otherwise(pl.lit(SPREAD))
    )
    return (
        kinds.with_columns(regle=rule)
        .sort(
            "rang",
            pl.col("meme"),
            "au",
            "source",
            "statut",
            descending=[False, True, True, False, False],
            nulls_last=True,
        )
        .group_by(KEY, maintain_order=True)
        .agg(
            types=pl.col("statut").filter(holds & positive).unique().sort().str.join(", "),
            refuse=(holds & ~positive).any(),
            regle=pl.col("regle").filter(holds).first(),
            preuves=pl.col("preuve").filter(holds).unique(maintain_order=True).str.join(" | "),
            ailleurs=pl.format("SIRET {} : {}", "siret", "preuve").filter(~there & ~over & positive).first(),
            a_confirmer=pl.format("{} ({}) : {}", "statut", "preuve", "fin_dite").filter(there & over).first(),
        )
    )


def inclusive(keys: pl.LazyFrame) -> pl.LazyFrame:
    """The second answer: inclusive, by which kinds and which rule; « non » only against national lists of every kind."""
    yes = pl.col("types").fill_null("") != ""
    refused = pl.col("refuse").fill_null(False)
    near = pl.col("ailleurs").is_not_null()
    ended = pl.col("a_confirmer").is_not_null()
    absent = ~near & ~ended & pl.col("_siret").is_not_null() & (pl.col("inclusif_manquants") == "")
    reason = (
        pl.when(yes | refused)
        .then("preuves")
        .when(ended)
        .then(pl.format("à confirmer : {}", "a_confirmer"))
        .when(near)
        .then(
            pl.format(
                "inconnu : un autre établissement du même SIREN est inclusif ({}) ; statut non étendu", "ailleurs"
            )
        )
        .when(absent)
        .then(pl.lit("non, au vu des listes nationales chargées"))
        .when(pl.col("_siret").is_null())
        .then(pl.lit("inconnu : pas de SIRET"))
        .otherwise(
            pl.format("inconnu : absent des listes chargées, sans liste nationale pour {}", "inclusif_manquants")
        )
    )
    return keys.with_columns(
        titulaire_inclusif=pl.when(yes).then(pl.lit(True)).when(refused | absent).then(pl.lit(False)),
        inclusif_types=pl.when(yes).then("types"),
        inclusif_regle=pl.when(yes | refused).then("regle"),
        inclusif_raison=reason,
    )
