"""Communes and groups of communes, from the official geographic code (2026) bundled with the kit."""

from __future__ import annotations

import polars as pl

from spaser import rules
from spaser.text import unaccented_expr
from spaser.vocabulary import DISTRICTS

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
        .with_columns(pl.col("population").cast(pl.Int64), pl.col("lon", "lat").cast(pl.Float64))
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
    """The communes of groups (EPCI, EPT) or départements given by SIREN; a commune given by SIREN is its own member."""
    wanted = pl.lit(pl.Series(sirens, dtype=pl.String)).implode()
    whole = authorities().filter(pl.col("categorie") == "département", pl.col("siren").is_in(wanted))
    within = communes().join(whole.select(departement="code"), on="departement", how="semi", maintain_order="left")
    named = communes().filter(
        pl.col("epci").is_in(wanted) | pl.col("ept").is_in(wanted) | pl.col("siren").is_in(wanted)
    )
    return pl.concat([named, within]).unique("code_commune", keep="first", maintain_order=True)


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
    five = pl.when(code.str.contains("^[0-9][0-9AB][0-9]{3}$")).then(
        pl.coalesce(overseas, corsica, code.str.slice(0, 2))
    )
    two = pl.when(code.str.contains("^([0-9]{2,3}|2A|2B)$")).then(code)
    found = (
        pl.when(kind == "Code département")
        .then(two)
        .when(kind.is_in(["Code postal", "Code commune", "Code arrondissement"]))
        .then(five)
    )
    return contracts.with_columns(lieu_departement=found)


#: How a place was told, the surest first; null when it could not be.
BY_CODE, BY_POSTCODE_AND_NAME, BY_NAME = "code commune", "code postal et nom", "nom et département"
BY_POSTCODE, BY_LONE_NAME = "code postal d'une seule commune", "nom seul, unique en France"


def situated(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The rows with the commune where they are: the one rule of the kit, for every list and every page.

    Needs ``code_commune``, ``code_postal``, ``commune`` (each may be null). The code is kept when there is one; else the commune
    of that postcode which bears that name; else the only one of its département so named (a CEDEX has a postcode of its own);
    else the only commune of the postcode; without any postcode, the only commune of the country so named. Nothing else is
    guessed: a postcode of several communes says none.

    Returns
    -------
    LazyFrame
        The same rows in the same order, ``code_commune`` filled where it can be told, and ``situation`` (how it was told; null:
        not placed).
    """
    towns = communes().select("code_commune", "departement", _nom=town("commune"))
    posted = postcodes().join(towns, on="code_commune")
    exact = posted.unique(["code_postal", "_nom"], keep="none").select("code_postal", "_nom", _exacte="code_commune")
    named = towns.unique(["departement", "_nom"], keep="none").select(
        "_nom", _dep="departement", _nommee="code_commune"
    )
    lone = towns.unique("_nom", keep="none").select("_nom", _unique="code_commune")
    alone = posted.filter(pl.len().over("code_postal") == 1).select("code_postal", _seule="code_commune")
    keys = ["code_commune", "code_postal", "commune"]
    known = rows.select(keys).unique().with_columns(_nom=town("commune"), _dep=_department_told())
    found = (
        known.join(exact, on=["code_postal", "_nom"], how="left", maintain_order="left")
        .join(named, on=["_nom", "_dep"], how="left", maintain_order="left")
        .join(alone, on="code_postal", how="left", maintain_order="left")
        .join(lone, on="_nom", how="left", maintain_order="left")
        .with_columns(_unique=pl.when(pl.col("code_postal").is_null()).then("_unique"))
    )
    how = (
        pl.when(pl.col("code_commune").is_not_null())
        .then(pl.lit(BY_CODE))
        .when(pl.col("_exacte").is_not_null())
        .then(pl.lit(BY_POSTCODE_AND_NAME))
        .when(pl.col("_nommee").is_not_null())
        .then(pl.lit(BY_NAME))
        .when(pl.col("_seule").is_not_null())
        .then(pl.lit(BY_POSTCODE))
        .when(pl.col("_unique").is_not_null())
        .then(pl.lit(BY_LONE_NAME))
    )
    code = pl.coalesce("code_commune", "_exacte", "_nommee", "_seule", "_unique")
    told = found.select(*keys, situation=how, __ou=code)
    return (
        rows.join(told, on=keys, how="left", nulls_equal=True, maintain_order="left")
        .with_columns(code_commune="__ou")
        .drop("__ou")
    )


def _department_told() -> pl.Expr:
    """That of the postcode; without any, the one in brackets after the name: « Saint-Denis (93) »."""
    said = pl.col("commune").str.extract(r"\((\d\d|2[AB]|97\d)\)\s*$", 1)
    return pl.coalesce(department("code_postal"), pl.when(pl.col("code_postal").is_null()).then(said))


def whole_city(code: pl.Expr) -> pl.Expr:
    """Paris, Lyon and Marseille: the commune of an arrondissement; any other code as it is."""
    found = pl.lit(None, dtype=pl.String)
    for pattern, commune in DISTRICTS.items():
        found = pl.coalesce(found, pl.when(code.str.contains(pattern)).then(pl.lit(commune)))
    return pl.coalesce(found, code)


def town(column: str) -> pl.Expr:
    """The name of a commune to compare: no accents, œ as oe, no article, « St » as « Saint », « s/s » as « sous », no CEDEX, no arrondissement."""
    flat = unaccented_expr(pl.col(column)).str.to_lowercase()
    flat = flat.str.replace(r"\bs/ ?s\b", "sous").str.replace(r"\bs/|([a-z])/([a-z])", "${1} sur ${2}")
    plain = flat.str.replace_all(r"\bcedex\b.*$|\(.*\)|\d.*$", " ")
    words = (
        plain.str.replace_all("[^a-z]+", " ").str.replace_all(r"\bst\b", "saint").str.replace_all(r"\bste\b", "sainte")
    )
    bare = words.str.replace_all(r"\bs\b", "sur").str.strip_chars().str.replace(r"^(?:le|la|les|l) ", "")
    return pl.when(bare != "").then(bare)


def department(column: str) -> pl.Expr:
    """The département of a postcode; Corsica is told by its first three digits."""
    code = pl.col(column)
    overseas = pl.when(code.str.contains("^9[78]")).then(code.str.slice(0, 3))
    corsica = (
        pl.when(code.str.contains("^20[01]")).then(pl.lit("2A")).when(code.str.starts_with("20")).then(pl.lit("2B"))
    )
    return pl.when(code.str.len_chars() == 5).then(pl.coalesce(overseas, corsica, code.str.slice(0, 2)))
