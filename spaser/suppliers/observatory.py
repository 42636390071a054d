"""The observatory beyond places: sectors of activity (NAF, 17 posts), years of creation, and two dates of a register compared."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import polars as pl

from spaser import rules
from spaser.suppliers.panorama import INCLUSIVE, WHOLE, counts, gone, known

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


def closings(
    register: pl.LazyFrame,
    establishments: pl.LazyFrame,
    communes: Iterable[str],
    *,
    as_of: date | None = None,
) -> pl.LazyFrame:
    """The ESS establishments that the lists keep as closed, by year of closing: ``annee`` (null: no date), ``etablissements``.

    A list of what is open keeps none of them: it is no count of closings either.
    """
    left = gone(register, establishments, list(communes), as_of)
    day = pl.when(pl.col("fermeture") > NO_DATE).then("fermeture")
    return (
        left.filter(pl.col("titulaire_ess").fill_null(False))
        .group_by(annee=day.dt.year())
        .agg(etablissements=pl.len())
        .sort("annee", nulls_last=True)
    )


def compared(before: pl.LazyFrame, after: pl.LazyFrame) -> pl.LazyFrame:
    """What changed between two dates, by family: ``famille, avant, apres, entres, sortis, restes, tus_apres, tus_avant``.

    ``before`` and ``after``: the establishments of the same communes at each date (``present``). Entered and left are told by
    SIRET: left is « no longer in the lists with that status », which a closing, a move or a shorter list explain alike. One that
    is still there, of which the other lists say neither whether it is of the ESS nor its legal form, neither left (``tus_apres``) nor entered
    (``tus_avant``): ``avant`` = restes + sortis + tus_apres, ``apres`` = restes + entres + tus_avant.
    """
    key = ["famille", "siret"]
    both = _by_family(before).join(
        _by_family(after), on=key, how="full", coalesce=True, suffix="_a", maintain_order="left_right"
    )
    told = both
    for name, rows in (("tu_avant", before), ("tu_apres", after)):
        told = told.join(
            _silent(rows).with_columns(pl.lit(True).alias(name)), on="siret", how="left", maintain_order="left"
        )
    was, now = pl.col("la").fill_null(False), pl.col("la_a").fill_null(False)
    asked = pl.col("famille") != INCLUSIVE
    hushed, unsaid = (pl.col(name).fill_null(False) & asked for name in ("tu_apres", "tu_avant"))
    return (
        told.group_by("famille")
        .agg(
            avant=was.sum(),
            apres=now.sum(),
            entres=(now & ~was & ~unsaid).sum(),
            sortis=(was & ~now & ~hushed).sum(),
            restes=(was & now).sum(),
            tus_apres=(was & ~now & hushed).sum(),
            tus_avant=(now & ~was & unsaid).sum(),
        )
        .sort(pl.col("famille").is_in([WHOLE, INCLUSIVE]), "famille", descending=[True, False])
    )


def _silent(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Those that are there and of which the lists say neither that they are of the ESS nor their legal form, which would tell."""
    return rows.filter(pl.col("ess").is_null() & ~pl.col("forme")).select("siret").unique()


def moved(before: pl.LazyFrame, after: pl.LazyFrame) -> pl.LazyFrame:
    """The establishments that entered or left, one row each: ``sens`` (entré, sorti), siret, nom, commune, famille.

    One that is still there with no answer any more is « réponse inconnue » (« réponse inconnue avant » on the other side).
    """
    columns = ["siret", "nom", "personne_physique", "code_commune", "famille"]
    held = (pl.col("ess") | pl.col("inclusif")).fill_null(False)
    parts = []
    for mine, theirs, word, hush in (
        (after, before, "entré", "réponse inconnue avant"),
        (before, after, "sorti", "réponse inconnue après"),
    ):
        gone_ = mine.filter(held).join(theirs.filter(held), on="siret", how="anti", maintain_order="left")
        silent = _silent(theirs).with_columns(_tu=pl.lit(True))
        said = gone_.join(silent, on="siret", how="left", maintain_order="left")
        sense = pl.when(pl.col("_tu") & ~pl.col("inclusif").fill_null(False)).then(pl.lit(hush)).otherwise(pl.lit(word))
        parts.append(said.select(sense.alias("sens"), *columns))
    return pl.concat(parts).sort("sens", "code_commune", "siret")


def present(
    register: pl.LazyFrame,
    establishments: pl.LazyFrame,
    communes: Iterable[str],
    *,
    as_of: date | None = None,
) -> pl.LazyFrame:
    """The numbered establishments there at a date: siret, nom, personne_physique, code_commune, famille, ``ess``, ``inclusif`` (null: the lists do not say), ``forme``: its legal form is known."""
    there = known(register, establishments, list(communes), as_of, None)
    forms = establishments.group_by("siren").agg(forme=pl.col("categorie_juridique").is_not_null().any())
    return there.join(forms, on="siren", how="left", maintain_order="left").select(
        "siret",
        "nom",
        "personne_physique",
        "code_commune",
        famille=pl.col("ess_famille"),
        forme=pl.col("forme").fill_null(False),
        ess="titulaire_ess",
        inclusif="titulaire_inclusif",
    )


def _by_family(rows: pl.LazyFrame) -> pl.LazyFrame:
    parts = (
        rows.filter("ess").with_columns(pl.col("famille").fill_null(UNKNOWN)),
        rows.filter("ess").with_columns(famille=pl.lit(WHOLE)),
        rows.filter("inclusif").with_columns(famille=pl.lit(INCLUSIVE)),
    )
    return pl.concat([part.select("famille", "siret", la=pl.lit(True)) for part in parts])
