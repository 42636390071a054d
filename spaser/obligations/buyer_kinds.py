"""The kind of a buyer for the European thresholds: said by the user, read in its legal category, else known of a local authority."""

from __future__ import annotations

import polars as pl

from spaser import rules
from spaser.problems import Problem, closest
from spaser.vocabulary import BUYER_KINDS

KIND = pl.col("type_acheteur")


def kinds(contracts: pl.LazyFrame, buyer_kind: str | pl.LazyFrame | None) -> pl.LazyFrame:
    """Adds ``type_acheteur`` (central, autre, entite, or null): said by the user, read in SIRENE, else « autre » for a local authority.

    Raises
    ------
    Problem
        The kind is not one of ``vocabulary.BUYER_KINDS``.
    """
    known = contracts.collect_schema().names()
    local = pl.col("acheteur_categorie") if "acheteur_categorie" in known else pl.lit(None, pl.String)
    guess = pl.when(local.is_not_null()).then(pl.lit("autre"))
    if isinstance(buyer_kind, str):
        if buyer_kind not in BUYER_KINDS:
            raise Problem(
                f"Type d'acheteur inconnu : « {buyer_kind} »",
                why=f"Types connus : {', '.join(BUYER_KINDS)}",
                todo=closest(buyer_kind, BUYER_KINDS),
            )
        return contracts.with_columns(type_acheteur=pl.lit(buyer_kind))
    if buyer_kind is None:
        return contracts.with_columns(type_acheteur=guess)
    read = buyer_kind.select("acheteur_siren", type_acheteur="type_acheteur").unique("acheteur_siren", keep="any")
    return contracts.join(read, on="acheteur_siren", how="left", maintain_order="left").with_columns(
        type_acheteur=pl.coalesce("type_acheteur", guess)
    )


def kinds_of(establishments: pl.LazyFrame) -> pl.LazyFrame:
    """The kind of buyers from their legal category: ``acheteur_siren, type_acheteur`` (null where the category does not say).

    Needs ESTABLISHMENTS (``siren, categorie_juridique``). Prefixes: ``method.toml``, ``obligations.type_acheteur``.
    """
    prefixes = rules.method()["obligations"]["type_acheteur"]
    kind = pl.lit(None, pl.String)
    for name in ("central", "autre"):
        match = pl.any_horizontal(pl.col("categorie_juridique").str.starts_with(prefix) for prefix in prefixes[name])
        kind = pl.when(match).then(pl.lit(name)).otherwise(kind)
    read = establishments.filter(pl.col("categorie_juridique").is_not_null()).unique("siren", keep="any")
    return read.select(acheteur_siren="siren", type_acheteur=kind).drop_nulls()


def kinds_counted(contracts: pl.LazyFrame, buyer_kind: str | pl.LazyFrame | None) -> pl.LazyFrame:
    """How many contracts of each kind of buyer: ``type_acheteur, contrats``, most contracts first."""
    counted = kinds(contracts, buyer_kind).group_by("type_acheteur").agg(contrats=pl.len().cast(pl.Int64))
    return counted.sort("contrats", "type_acheteur", descending=[True, False])
