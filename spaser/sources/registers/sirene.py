"""SIRENE: its columns made ours, its partial diffusion respected, its Lambert-93 coordinates turned into degrees."""

from __future__ import annotations

from math import pi

import polars as pl

from spaser.vocabulary import REGISTER

#: What SIRENE writes where a person asked for partial diffusion.
NOT_DIFFUSED = r"^\[(ND|NON.DIFFUSIBLE)\]?"
NAMES = ("nom", "enseigne", "sigle")
MAY_BE_HIDDEN = ("nom", "nom_personne", "enseigne", "sigle", "code_commune", "code_postal", "commune", "x", "y")
#: How to reach an organisation; the address of a person's own mailbox (« prenom.nom@ ») is not one.
CONTACT = ("adresse", "telephone", "courriel", "site")
_PERSONAL = r"^[^@]*[\p{L}]{2,}[._-][\p{L}]{2,}[^@]*@"
PLACES = ("code_commune", "code_postal", "commune", "lon", "lat")

# Lambert-93 (EPSG:2154) on the GRS80 ellipsoid, IGN note NTG_71: first eccentricity, exponent, constant, origin.
E, N, C, X0, Y0, LON0 = 0.0818191910428158, 0.7256077650532670, 11754255.4261, 700000.0, 12655612.0499, 3.0


def typed(frame: pl.LazyFrame, name: str) -> pl.LazyFrame:
    """A stock as worded text → typed columns of ESTABLISHMENTS; an undiffused cell becomes null and is remembered."""
    schema = frame.collect_schema()
    have = schema.names()
    text = [c for c in MAY_BE_HIDDEN if c in have and schema[c] == pl.String]
    hidden = pl.any_horizontal(pl.col(c).str.contains(NOT_DIFFUSED) for c in text)
    frame = frame.with_columns(cache=hidden.fill_null(False))
    frame = frame.with_columns(pl.when(~pl.col(c).str.contains(NOT_DIFFUSED)).then(c) for c in text)
    columns = [pl.col("naf").str.replace_all(r"[. ]", "")] if "naf" in have else []
    if {"naf", "naf25"} <= set(have):
        columns = [pl.coalesce("naf", "naf25").str.replace_all(r"[. ]", "").alias("naf"), _nomenclature(have)]
    if "siege" in have:
        columns.append(pl.col("siege").str.to_lowercase().is_in(["true", "vrai", "o", "oui", "1"]).alias("siege"))
    if {"x", "y"} <= set(have):
        columns += [*lambert_93(_metres("x"), _metres("y"))]
    days = (name for name in ("date_liste", "creation", "fermeture") if name in have)
    columns += [pl.col(name).cast(pl.String).str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False) for name in days]
    told = frame.with_columns(columns)
    # Of an establishment that is open, the stock gives the day it last changed: that closes nothing.
    closed = pl.when(pl.col("etat").is_in(["F", "C"])).then("fermeture") if {"fermeture", "etat"} <= set(have) else None
    return told if closed is None else told.with_columns(fermeture=closed)


def _nomenclature(have: list[str]) -> pl.Expr:
    old = pl.col("naf_nomenclature") if "naf_nomenclature" in have else pl.lit("NAFRev2")
    return (
        pl.when(pl.col("naf").is_not_null())
        .then(old)
        .when(pl.col("naf25").is_not_null())
        .then(pl.lit("NAF2025"))
        .alias("naf_nomenclature")
    )


def _metres(column: str) -> pl.Expr:
    return pl.col(column).str.replace(",", ".").cast(pl.Float64, strict=False)


def lambert_93(x: pl.Expr, y: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Longitude and latitude in degrees of Lambert-93 coordinates in metres; null outside metropolitan France.

    Overseas establishments carry coordinates of another projection: they are left out rather than placed at sea.
    """
    inside = x.is_between(0, 1_300_000) & y.is_between(6_000_000, 7_200_000)
    dx, dy = x - X0, Y0 - y
    iso = -((dx**2 + dy**2).sqrt() / C).log() / N
    conformal = 2 * iso.exp().arctan() - pi / 2
    e2, e4, e6, e8 = (E**power for power in (2, 4, 6, 8))
    # Snyder, Map Projections (1987), 3-5: geodetic latitude from the conformal one, without iterating.
    series = (
        (2, e2 / 2 + 5 * e4 / 24 + e6 / 12 + 13 * e8 / 360),
        (4, 7 * e4 / 48 + 29 * e6 / 240 + 811 * e8 / 11520),
        (6, 7 * e6 / 120 + 81 * e8 / 1120),
        (8, 4279 * e8 / 161280),
    )
    latitude = conformal + pl.sum_horizontal(factor * (turns * conformal).sin() for turns, factor in series)
    lon = LON0 + (dx / dy).arctan().degrees() / N
    return pl.when(inside).then(lon).alias("lon"), pl.when(inside).then(latitude.degrees()).alias("lat")


def masked(frame: pl.LazyFrame, persons: bool) -> pl.LazyFrame:
    """Partial diffusion kept without name or address; natural persons without name unless asked."""
    have = frame.collect_schema().names()
    cells = [c for c in ("nom", "nom_personne", "enseigne") if c in have]
    partial = (
        pl.any_horizontal(pl.col(c).str.contains(NOT_DIFFUSED) for c in cells).fill_null(False)
        if cells
        else pl.lit(False)
    )
    if "cache" in have:
        partial = partial | pl.col("cache")
    if "diffusion" in have:
        partial = partial | (pl.col("diffusion") != "O").fill_null(False)
    person = pl.lit(None, dtype=pl.Boolean)
    if "categorie_juridique" in have:
        person = pl.col("categorie_juridique").str.starts_with("1")
    if "nom_personne" in have:
        person = person | (pl.col("nom_personne").is_not_null() & pl.col("nom").is_null())
    frame = frame.with_columns(diffusion_partielle=partial, personne_physique=person)
    if persons and "nom_personne" in have:
        frame = frame.with_columns(nom=pl.coalesce("nom", "nom_personne"))
    hide = (
        pl.col("diffusion_partielle")
        if persons
        else pl.col("diffusion_partielle") | pl.col("personne_physique").fill_null(False)
    )
    names = [pl.when(~hide).then(c).alias(c) for c in NAMES if c in have]
    places = [
        pl.when(~pl.col("diffusion_partielle")).then(c).alias(c) for c in PLACES if c in frame.collect_schema().names()
    ]
    contact = [pl.when(~(hide | pl.col("diffusion_partielle"))).then(c).alias(c) for c in CONTACT if c in have]
    shown = frame.with_columns(*names, *places, *contact)
    if "courriel" not in have:
        return shown
    mail = pl.col("courriel")
    return shown.with_columns(courriel=pl.when(mail.str.contains("@") & ~mail.str.contains(_PERSONAL)).then(mail))


def flag(column: pl.Expr) -> pl.Expr:
    """SIRENE's flag O / N as a status; empty says nothing."""
    return column.str.to_uppercase().replace_strict(
        {"O": "ESS", "OUI": "ESS", "TRUE": "ESS", "N": "NON_ESS", "NON": "NON_ESS", "FALSE": "NON_ESS"},
        default=None,
        return_dtype=pl.String,
    )


def flagged(units: pl.LazyFrame) -> pl.LazyFrame:
    """The statuses that the flag of a stock of legal units gives (none for a stock of establishments)."""
    if "drapeau" not in units.collect_schema().names():
        return REGISTER.empty().lazy()
    rows = units.with_columns(statut=flag(pl.col("drapeau"))).filter(pl.col("statut").is_not_null())
    return REGISTER.conform(rows)
