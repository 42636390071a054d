"""One buyer among buyers like it: percentile, median, quartiles; nothing when fewer than ten are comparable."""

from __future__ import annotations

import polars as pl

from spaser import rules
from spaser.vocabulary import CENT, DEFAULT_POPULATION, PEERS

REGION, ALIKE = "même région", "même type, même tranche de nombre et de montant de contrats"
KEY = ("indicateur", "titre", "unite", "definition")


def profiles(contracts: pl.LazyFrame, authorities: pl.LazyFrame, population: str = DEFAULT_POPULATION) -> pl.LazyFrame:
    """What makes buyers comparable: one row is one buyer.

    Parameters
    ----------
    contracts
        Needs ``acheteur_siren, acheteur_libelle, acheteur_categorie, montant_retenu`` (cents) and the column of the population.
    authorities
        One row per SIREN: ``siren, region`` (``territories.one_per_siren``).

    Returns
    -------
    ``acheteur_siren, acheteur_libelle, categorie, region, contrats, montant`` (cents), ``tranche_nombre, tranche_retenue``.
    """
    method = rules.toml("peers.toml")
    counted = (
        contracts.filter(pl.col(population), pl.col("acheteur_siren").is_not_null())
        .group_by("acheteur_siren")
        .agg(
            pl.col("acheteur_libelle").min(),
            categorie=pl.col("acheteur_categorie").min(),
            contrats=pl.len().cast(pl.Int64),
            montant=pl.col("montant_retenu").sum(),
        )
    )
    regions = authorities.select(acheteur_siren="siren", region="region")
    return counted.join(regions, on="acheteur_siren", how="left", maintain_order="left").with_columns(
        tranche_nombre=_band(pl.col("contrats"), method["nombre"]["bornes"]),
        tranche_retenue=_band(pl.col("montant"), [bound * CENT for bound in method["montant"]["bornes"]]),
    )


def similar(profiles: pl.LazyFrame, siren: str, besides: list[str] | None = None) -> pl.LazyFrame:
    """The buyers comparable with one: ``acheteur_siren, critere``. ``besides``: SIRENs left out (partners of a joint schema).

    The region is required only when enough buyers of the region are left; a buyer of unknown kind has no peer.
    """
    minimum = rules.toml("peers.toml")["minimum"]
    traits = ("categorie", "region", "tranche_nombre", "tranche_retenue")
    own = profiles.filter(pl.col("acheteur_siren") == siren).select(
        pl.col(trait).alias(f"soi_{trait}") for trait in traits
    )
    others = profiles.filter(~pl.col("acheteur_siren").is_in([siren, *(besides or [])])).join(
        own, how="cross", maintain_order="left_right"
    )
    alike = pl.all_horizontal(
        pl.col(trait) == pl.col(f"soi_{trait}") for trait in traits if trait != "region"
    ).fill_null(False)
    near = (pl.col("region") == pl.col("soi_region")).fill_null(False)
    return (
        others.filter(alike)
        .with_columns(_near=near, _enough=near.sum() >= minimum)
        .filter(pl.col("_near") | ~pl.col("_enough"))
        .select(
            "acheteur_siren", critere=pl.when("_enough").then(pl.lit(f"{ALIKE}, {REGION}")).otherwise(pl.lit(ALIKE))
        )
    )


def compare(
    measures: pl.LazyFrame, profiles: pl.LazyFrame, siren: str, besides: list[str] | None = None
) -> pl.LazyFrame:
    """The place of one buyer on each share that is measured for it.

    Parameters
    ----------
    measures
        MEASURES broken down by ``acheteur_siren`` (the modality is the SIREN), for one population.
    profiles
        See ``profiles``.

    Returns
    -------
    PEERS: the percentile is the part of the peers below (half of the ties). Peers with too few answered contracts are not
    counted. Under ten peers, percentile, median and quartiles are null and ``motif`` says why.
    """
    minimum = rules.toml("peers.toml")["minimum"]
    by_buyer = measures.filter(pl.col("dimension") == "acheteur_siren", pl.col("denominateur").is_not_null())
    sure = by_buyer.filter(pl.col("valeur").is_not_null(), ~pl.col("petit_effectif").fill_null(True))
    others = sure.join(
        similar(profiles, siren, besides),
        left_on="modalite",
        right_on="acheteur_siren",
        how="inner",
        maintain_order="left_right",
    )
    own = by_buyer.filter(pl.col("modalite") == siren).select(*KEY, pl.col("valeur").alias("soi"))
    told = own.join(others.select(*KEY, "valeur", "critere"), on=KEY, how="left", maintain_order="left")
    counted = told.group_by(KEY, maintain_order=True).agg(
        pl.col("soi").first(),
        n_pairs=pl.col("valeur").count().cast(pl.Int64),
        sous=((pl.col("valeur") < pl.col("soi")).sum() + (pl.col("valeur") == pl.col("soi")).sum() / 2),
        q1=pl.col("valeur").quantile(0.25, "linear"),
        mediane=pl.col("valeur").median(),
        q3=pl.col("valeur").quantile(0.75, "linear"),
        critere=pl.col("critere").drop_nulls().first(),
    )
    enough = (pl.col("n_pairs") >= minimum) & pl.col("soi").is_not_null()
    several = (
        pl.when(pl.col("n_pairs") > 1).then(pl.lit("acheteurs comparables")).otherwise(pl.lit("acheteur comparable"))
    )
    few = pl.format("{} {} : il en faut au moins {}", "n_pairs", several, pl.lit(minimum))
    shown = counted.with_columns(
        acheteur_siren=pl.lit(siren),
        valeur=pl.col("soi"),
        percentile=pl.when(enough).then(pl.col("sous") / pl.col("n_pairs")),
        motif=pl.when(pl.col("soi").is_null()).then(pl.lit("non renseigné")).when(~enough).then(few),
        **{name: pl.when(enough).then(name) for name in ("q1", "mediane", "q3")},
    )
    return PEERS.conform(shown)


def _band(amount: pl.Expr, bounds: list[int]) -> pl.Expr:
    """The rank of the band an amount falls in; a band holds its lower bound."""
    return pl.sum_horizontal((amount >= bound).cast(pl.Int32) for bound in bounds)
