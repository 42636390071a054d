"""Communes, groups of communes and distances, from the official geographic code (2026) bundled with the kit."""

from __future__ import annotations

import polars as pl

from spaser import rules

EARTH_KM = 6371.0088
GROUPS = (
    "communauté de communes",
    "communauté d'agglomération",
    "communauté urbaine",
    "métropole",
    "établissement public territorial",
)


def authorities() -> pl.LazyFrame:
    """Local authorities: one row is one authority of one category.

    Columns: ``siren, nom, categorie, code, departement, region, population`` (inhabitants), ``epci, ept`` (SIREN of the
    groups a commune belongs to), ``codes_postaux`` (joined by ``|``), ``lon, lat`` (degrees). A SIREN may stand twice
    (Paris is a commune and a département): join on ``siren`` only after ``one_per_siren``.
    """
    return (
        rules.table("territories.csv")
        .lazy()
        .with_columns(pl.col("population").cast(pl.Int64, strict=False), pl.col("lon", "lat").cast(pl.Float64, strict=False))
    )


def one_per_siren() -> pl.LazyFrame:
    """Local authorities, one row per SIREN: the commune first when two authorities share it, both categories named."""
    return (
        authorities()
        .with_columns(first=(pl.col("categorie") == "commune"))
        .sort("siren", "first", descending=[False, True])
        .group_by("siren", maintain_order=True)
        .agg(pl.col("categorie").str.join(" et ").alias("categories"), pl.all().exclude("first").first())
        .with_columns(categorie=pl.col("categories"))
        .drop("categories")
    )


def communes() -> pl.LazyFrame:
    """The communes: ``code_commune, commune, departement, region, population, epci, ept, codes_postaux, lon, lat, siren``."""
    return (
        authorities()
        .filter(pl.col("categorie") == "commune")
        .rename({"code": "code_commune", "nom": "commune"})
        .drop("categorie")
    )


def postcodes() -> pl.LazyFrame:
    """One row per (postcode, commune): ``code_postal, code_commune``; a postcode may serve several communes."""
    return (
        communes()
        .select("code_commune", pl.col("codes_postaux").str.split("|").alias("code_postal"))
        .explode("code_postal")
        .filter(pl.col("code_postal") != "")
    )


def members(sirens: list[str]) -> pl.LazyFrame:
    """The communes of groups (EPCI, EPT) given by SIREN; a commune given by SIREN is its own member."""
    wanted = pl.lit(pl.Series(sirens, dtype=pl.String)).implode()
    return communes().filter(pl.col("epci").is_in(wanted) | pl.col("ept").is_in(wanted) | pl.col("siren").is_in(wanted))


def distance_km(lon: str, lat: str, other_lon: str, other_lat: str) -> pl.Expr:
    """Great-circle distance in kilometres between two points given by columns in degrees (null when a point is unknown)."""
    one, two = pl.col(lat).radians(), pl.col(other_lat).radians()
    half = ((two - one) / 2).sin() ** 2 + one.cos() * two.cos() * ((pl.col(other_lon) - pl.col(lon)).radians() / 2).sin() ** 2
    return 2 * EARTH_KM * half.clip(0, 1).sqrt().arcsin()


def places(contracts: pl.LazyFrame) -> pl.LazyFrame:
    """The contracts with the département of their place of execution, ``lieu_departement`` (null when it cannot be told).

    Needs ``lieuExecution_code`` and ``lieuExecution_typeCode``. Communes, postcodes and départements are read; a region,
    a canton or a country says nothing about the département.
    """
    code = pl.col("lieuExecution_code").str.to_uppercase()
    kind = pl.col("lieuExecution_typeCode")
    overseas = pl.when(code.str.starts_with("97") | code.str.starts_with("98")).then(code.str.slice(0, 3))
    corsica = (
        pl.when((kind == "Code postal") & code.str.contains("^20[01]"))
        .then(pl.lit("2A"))
        .when((kind == "Code postal") & code.str.starts_with("20"))
        .then(pl.lit("2B"))
    )
    five = pl.when(code.str.contains("^[0-9][0-9AB][0-9]{3}$")).then(pl.coalesce(overseas, corsica, code.str.slice(0, 2)))
    two = pl.when(code.str.contains("^([0-9]{2,3}|2A|2B)$")).then(code)
    found = (
        pl.when(kind == "Code département")
        .then(two)
        .when(kind.is_in(["Code postal", "Code commune", "Code arrondissement"]))
        .then(five)
    )
    return contracts.with_columns(lieu_departement=found)
