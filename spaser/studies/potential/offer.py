"""The suppliers of a potential: structures of the lists, what they won, their trades, what they declare."""

from __future__ import annotations

from datetime import date

import polars as pl

from spaser import families, potential, suppliers
from spaser.studies.potential.located import located


def offered(
    register: pl.LazyFrame,
    establishments: pl.LazyFrame,
    as_of: date,
    *,
    won: pl.DataFrame | None = None,
    weights: pl.DataFrame | None = None,
    method: dict | None = None,
) -> pl.DataFrame:
    """SUPPLY of the lists on a day; ``won`` and ``weights`` (see ``wins``, ``potential.learned``) when contracts were read."""
    listed = structures(register, establishments, as_of)
    found = potential.supply(
        listed.lazy(),
        wins=None if won is None else won.lazy(),
        declared=declared(register).lazy(),
        weights=None if weights is None else weights.lazy(),
        trades=named_trades(listed).lazy(),
        method=method,
    )
    return found.collect(engine="in-memory")


def structures(register: pl.LazyFrame, establishments: pl.LazyFrame, as_of: date) -> pl.DataFrame:
    """Active ESS and inclusive establishments, each once, located, with the statuses they hold on the day.

    A unit known by a list that names no establishment is kept only when no other list gives it one. The staff band is that
    of the very establishment: the thousands of an association are not those of its ESAT.
    """
    held = _holding(register, establishments, as_of).with_columns(cle=pl.coalesce("siret", "siren"))
    known = establishments.sort(_OFFICIAL, "au", "source", descending=[True, True, False], nulls_last=True)
    dates = (
        register.sort("au", "source", descending=[True, False], nulls_last=True)
        .group_by("siren", maintain_order=True)
        .agg(statut_au=pl.col("au").first(), statut_source=pl.col("source").first())
    )
    whole = (
        held.join(_establishments(known), on="cle", how="left", maintain_order="left")
        .join(_units(known), on="siren", how="left", maintain_order="left")
        .join(dates, on="siren", how="left", maintain_order="left")
        .filter(pl.col("etat").is_null() | (pl.col("etat") == "A"))
    )
    return _told(located(whole)).collect(engine="in-memory")


#: SIRENE is heard before any list.
_OFFICIAL = pl.col("liste").str.starts_with("sirene").fill_null(False)
_DESCRIBED = (
    "nom",
    "enseigne",
    "naf",
    "tranche_effectifs",
    "code_commune",
    "code_postal",
    "commune",
    "lon",
    "lat",
    "etat",
)


def _holding(register: pl.LazyFrame, establishments: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """The establishments (or units without one) that are in the ESS or inclusive on the day."""
    listed = register.select("siren", "siret").unique()
    named = pl.concat([establishments.select("siren", "siret"), listed]).unique()
    several = pl.col("siret").is_not_null().any().over("siren")
    keys = named.filter(pl.col("siret").is_not_null() | ~several)
    status = suppliers.status(keys, suppliers.fuse(register), establishments, on=as_of)
    held = pl.col("titulaire_ess").fill_null(False) | pl.col("titulaire_inclusif").fill_null(False)
    # Collected here: few hold a status among the millions of SIRENE, and what follows runs on them alone.
    return status.filter(held).collect(engine="in-memory").lazy()


def _establishments(known: pl.LazyFrame) -> pl.LazyFrame:
    """One row per establishment: the first description that says something, in the order given."""
    return (
        known.with_columns(cle=pl.coalesce("siret", "siren"))
        .group_by("cle", maintain_order=True)
        .agg(
            *(pl.col(name).drop_nulls().first() for name in _DESCRIBED),
            personne_physique=pl.col("personne_physique").any(),
        )
    )


def _units(known: pl.LazyFrame) -> pl.LazyFrame:
    """The name and the activity of each legal unit, for its establishments that say none."""
    return known.group_by("siren", maintain_order=True).agg(
        _nom=pl.col("nom").drop_nulls().first(), _naf=pl.col("naf").drop_nulls().first()
    )


def _told(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The columns that the supply reads (``potential.supply``)."""
    ess = pl.when(pl.col("titulaire_ess")).then(pl.lit("ESS"))
    esus = pl.when(pl.col("titulaire_esus")).then(pl.lit("ESUS"))
    return rows.select(
        "cle",
        "siren",
        "siret",
        "code_commune",
        "commune",
        "departement",
        "region",
        "lon",
        "lat",
        "tranche_effectifs",
        "statut_au",
        "statut_source",
        "personne_physique",
        "enseigne",
        arrondissement=_district(),
        nom=pl.coalesce("nom", "_nom"),
        naf=pl.coalesce("naf", "_naf").str.replace(".", "", literal=True),
        types="inclusif_types",
        ess="titulaire_ess",
        statuts=pl.concat_str(ess, esus, pl.col("inclusif_types"), separator=", ", ignore_nulls=True),
    )


def _district() -> pl.Expr:
    """The arrondissement that a postcode of Paris, Lyon or Marseille names (75116 is the sixteenth)."""
    code = pl.col("code_postal")
    return pl.when(code.str.contains(r"^(75[01]|6900|130)\d\d?$")).then(code.str.slice(3).cast(pl.Int32, strict=False))


def wins(contracts: pl.LazyFrame, holders: pl.LazyFrame, establishments: pl.LazyFrame) -> pl.LazyFrame:
    """One row per contract won: ``uid, siren, siret, famille, dateNotification, branche`` (of one that the family does not say), ``naf``
    (activity of the unit, SIRENE first)."""
    said = contracts.with_columns(branche=potential.unsaid_branch())
    activities = (
        establishments.filter(pl.col("naf").is_not_null())
        .sort(_OFFICIAL, "au", "source", descending=[True, True, False], nulls_last=True)
        .unique("siren", keep="first", maintain_order=True)
        .select("siren", naf=pl.col("naf").str.replace(".", "", literal=True))
    )
    number = pl.when(pl.col("titulaire_id").str.contains(r"^\d{14}$")).then("titulaire_id")
    held = holders.select("uid", siren="titulaire_siren", siret=number).drop_nulls("siren")
    return (
        held.join(said.select("uid", "famille", "dateNotification", "branche"), on="uid", maintain_order="left_right")
        .filter(pl.col("famille").is_not_null())
        .unique(["uid", "siren", "siret"])
        .join(activities, on="siren", how="left", maintain_order="left")
        .sort("uid", "siren", "siret")
    )


def named_trades(listed: pl.DataFrame) -> pl.DataFrame:
    """``cle, famille``: the trades that the names and signs of structures say."""
    names = pl.concat(
        [listed.lazy().select("cle", _nom=name) for name in ("nom", "enseigne") if name in listed.columns]
    ).drop_nulls()
    return (
        names.join(families.trades(names, "_nom"), on="_nom", maintain_order="left_right")
        .select("cle", "famille")
        .unique()
        .collect(engine="in-memory")
    )


def declared(register: pl.LazyFrame) -> pl.DataFrame:
    """``cle, famille``: the sectors that a list declares for a supplier, read as words of families."""
    told = (
        register.filter(pl.col("secteurs").is_not_null())
        .select(cle=pl.coalesce("siret", "siren"), _secteur=pl.col("secteurs").str.split(","))
        .explode("_secteur")
        .with_columns(pl.col("_secteur").str.strip_chars())
    )
    return (
        told.join(families.of_words(told, "_secteur"), on="_secteur", maintain_order="left_right")
        .select("cle", "famille")
        .unique()
        .collect(engine="in-memory")
    )
