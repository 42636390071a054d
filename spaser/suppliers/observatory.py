"""The observatory beyond places: sectors of activity (NAF, 17 posts), years of creation, and two dates of a register compared."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import polars as pl

from spaser import rules
from spaser.suppliers.panorama import INCLUSIVE, WHOLE, counts, known

UNKNOWN = "inconnu"
#: What SIRENE writes where no date was known.
NO_DATE = date(1900, 1, 1)


def sectors(
    register: pl.LazyFrame,
    establishments: pl.LazyFrame,
    communes: Iterable[str],
    *,
    as_of: date | None = None,
    unnumbered: pl.LazyFrame | None = None,
) -> pl.LazyFrame:
    """The ESS establishments of the whole set by sector: ``poste, poste_libelle`` and the counts of ``panorama``.

    An activity that is not known, or written in the NAF of 2025 (whose divisions are not those of the 17 posts), is « inconnu ».
    """
    posts = rules.table("naf_sectors.csv").lazy().select("division", "poste", "poste_libelle")
    there = known(register, establishments, list(communes), as_of, unnumbered)
    ess = there.filter(pl.col("titulaire_ess").fill_null(False))
    recent = pl.col("naf_nomenclature").is_in(["NAF2025", "NAF25"]).fill_null(False)
    division = pl.when(~recent).then(pl.col("naf").str.replace_all(r"[. ]", "").str.extract(r"^(\d{2})"))
    placed = ess.with_columns(division=division).join(posts, on="division", how="left", maintain_order="left")
    named = placed.with_columns(pl.col("poste", "poste_libelle").fill_null(UNKNOWN))
    return (
        named.group_by("poste", "poste_libelle")
        .agg(counts())
        .sort(pl.col("poste") == UNKNOWN, "etablissements", "poste", descending=[False, True, False])
    )


def creations(
    register: pl.LazyFrame,
    establishments: pl.LazyFrame,
    communes: Iterable[str],
    *,
    as_of: date | None = None,
) -> pl.LazyFrame:
    """The ESS establishments still there by year of creation: ``annee`` (null: no date), ``etablissements``.

    Those created then and closed since are in no list of what is there: it is no count of creations.
    """
    there = known(register, establishments, list(communes), as_of, None)
    day = pl.when(pl.col("creation") > NO_DATE).then("creation")
    return (
        there.filter(pl.col("titulaire_ess").fill_null(False))
        .group_by(annee=day.dt.year())
        .agg(etablissements=pl.len())
        .sort("annee", nulls_last=True)
    )


def compared(before: pl.LazyFrame, after: pl.LazyFrame) -> pl.LazyFrame:
    """What changed between two dates, by family: ``famille, avant, apres, entres, sortis, restes``.

    ``before`` and ``after``: the establishments of the same communes at each date (``present``). Entered and left are told by
    SIRET: left is « no longer in the lists with that status », which a closing, a move or a shorter list explain alike.
    """
    both = _by_family(before).join(
        _by_family(after), on=["famille", "siret"], how="full", coalesce=True, suffix="_a", maintain_order="left_right"
    )
    was, now = pl.col("la").fill_null(False), pl.col("la_a").fill_null(False)
    return (
        both.group_by("famille")
        .agg(
            avant=was.sum(),
            apres=now.sum(),
            entres=(now & ~was).sum(),
            sortis=(was & ~now).sum(),
            restes=(was & now).sum(),
        )
        .sort(pl.col("famille").is_in([WHOLE, INCLUSIVE]), "famille", descending=[True, False])
    )


def moved(before: pl.LazyFrame, after: pl.LazyFrame) -> pl.LazyFrame:
    """The establishments that entered or left, one row each: ``sens`` (entré, sorti), siret, nom, commune, famille."""
    columns = ["siret", "nom", "personne_physique", "code_commune", "famille"]
    wanted = [part.filter(pl.col("ess") | pl.col("inclusif")) for part in (before, after)]
    was, now = wanted
    entered = now.join(was, on="siret", how="anti", maintain_order="left").select(
        pl.lit("entré").alias("sens"), *columns
    )
    left = was.join(now, on="siret", how="anti", maintain_order="left").select(pl.lit("sorti").alias("sens"), *columns)
    return pl.concat([entered, left]).sort("sens", "code_commune", "siret")


def present(
    register: pl.LazyFrame,
    establishments: pl.LazyFrame,
    communes: Iterable[str],
    *,
    as_of: date | None = None,
) -> pl.LazyFrame:
    """The numbered establishments there at a date: siret, nom, personne_physique, code_commune, famille, ``ess``, ``inclusif``."""
    there = known(register, establishments, list(communes), as_of, None)
    return there.select(
        "siret",
        "nom",
        "personne_physique",
        "code_commune",
        famille=pl.col("ess_famille"),
        ess=pl.col("titulaire_ess").fill_null(False),
        inclusif=pl.col("titulaire_inclusif").fill_null(False),
    )


def _by_family(rows: pl.LazyFrame) -> pl.LazyFrame:
    parts = (
        rows.filter("ess").with_columns(pl.col("famille").fill_null(UNKNOWN)),
        rows.filter("ess").with_columns(famille=pl.lit(WHOLE)),
        rows.filter("inclusif").with_columns(famille=pl.lit(INCLUSIVE)),
    )
    return pl.concat([part.select("famille", "siret", la=pl.lit(True)) for part in parts])
