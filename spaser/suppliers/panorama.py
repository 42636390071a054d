"""What an observatory of the ESS publishes: establishments and jobs per commune and family, from the register.

Staff bands give [low, high], never one false exact figure; establishments whose band is unknown are counted apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import polars as pl

from spaser import rules
from spaser.suppliers.statuses import status
from spaser.vocabulary import DISTRICTS, INCLUSIVE_STATUSES, UNNUMBERED

WHOLE = "ensemble"
INCLUSIVE = "structures inclusives"


def panorama(
    register: pl.LazyFrame,
    establishments: pl.LazyFrame,
    communes: Iterable[str],
    *,
    as_of: date | None = None,
    jobs: pl.LazyFrame | None = None,
    unnumbered: pl.LazyFrame | None = None,
) -> pl.LazyFrame:
    """ESS establishments and jobs of each commune and of the whole set, by family.

    Parameters
    ----------
    register, establishments
        REGISTER and ESTABLISHMENTS; only active establishments placed in a commune are counted, each SIRET once.
    communes
        Insee codes (« 75056 » takes its arrondissements).
    as_of
        The day of the statuses; by default the latest date of the lists.
    unnumbered
        UNNUMBERED: structures that a list names without SIRET; each is an establishment of its commune, with its status.
    jobs
        Official counts: code_commune, emplois. They stand beside, and give shares.

    Returns
    -------
    LazyFrame
        One row per commune (« ensemble » for the set) and family (« ensemble » for the ESS, « structures inclusives » apart):
        etablissements; sans_tranche (band unknown, in no job count); employeurs_bas, _haut (with one employee or more: those known,
        then with those whose band is unknown); emplois_bas, emplois_haut (null above 10 000);
        premier_employeur_bas, _haut; emplois_hors_premier_bas, _haut; etablissements_tous, emplois_tous_bas, _haut (every
        establishment of the register); emplois_officiels; part_bas, part_haut (of the official jobs, else of all those of
        the register when it holds other establishments than the ESS's, each with its band).
    """
    there = known(register, establishments, list(communes), as_of, unnumbered)
    ess = there.filter(pl.col("titulaire_ess").fill_null(False))
    groups = [
        ess.with_columns(famille=pl.col("ess_famille")),
        ess.with_columns(famille=pl.lit(WHOLE)),
        there.filter(pl.col("titulaire_inclusif").fill_null(False)).with_columns(famille=pl.lit(INCLUSIVE)),
    ]
    counted = _both_levels(pl.concat(groups)).group_by("code_commune", "famille").agg(counts())
    everyone = (
        _both_levels(there)
        .group_by("code_commune")
        .agg(
            etablissements_tous=pl.len(),
            emplois_tous_bas=pl.col("bas").sum(),
            emplois_tous_haut=_high(),
            sans_tranche_tous=pl.col("bas").is_null().sum(),
        )
    )
    rows = counted.join(everyone, on="code_commune", how="left", maintain_order="left").join(
        _official(jobs, communes),
        on="code_commune",
        how="left",
        maintain_order="left",
    )
    return rows.with_columns(_without_first()).with_columns(_shares(rows)).sort("code_commune", "famille")


def inclusive_kinds(
    register: pl.LazyFrame,
    establishments: pl.LazyFrame,
    communes: Iterable[str],
    *,
    as_of: date | None = None,
    unnumbered: pl.LazyFrame | None = None,
) -> pl.LazyFrame:
    """The inclusive establishments of the whole set by group of kinds: ``groupe`` (SIAE, ESAT, EA, GEIQ…), ``etablissements``.

    The same establishments as ``panorama`` counts: the sum of the groups is its « structures inclusives ».
    """
    there = known(register, establishments, list(communes), as_of, unnumbered).filter(
        pl.col("titulaire_inclusif").fill_null(False)
    )
    siae = rules.table("siae_types.csv").filter(pl.col("siae") == "oui")["code"].to_list()
    group = (
        pl.col("inclusif_types")
        .str.split(", ")
        .list.eval(pl.element().replace(dict.fromkeys(siae, "SIAE") | {"INCLUSIF": "type non dit"}))
        .list.unique()
        .list.sort()
        .list.join(" et ")
    )
    return (
        there.group_by(groupe=group)
        .agg(etablissements=pl.len())
        .sort("etablissements", "groupe", descending=[True, False])
    )


def known(
    register: pl.LazyFrame,
    establishments: pl.LazyFrame,
    communes: list[str],
    as_of: date | None,
    unnumbered: pl.LazyFrame | None,
) -> pl.LazyFrame:
    """The establishments of the communes with their statuses, those without a number among them."""
    places = _places(establishments, communes, as_of)
    return pl.concat(
        [status(places, register, establishments, on="_jour"), _named(unnumbered, communes)], how="diagonal_relaxed"
    )


def gone(register: pl.LazyFrame, establishments: pl.LazyFrame, communes: list[str], as_of: date | None) -> pl.LazyFrame:
    """The establishments of the communes that the lists keep as closed, with their statuses."""
    return status(_places(establishments, communes, as_of, closed=True), register, establishments, on="_jour")


def _places(
    establishments: pl.LazyFrame, communes: list[str], as_of: date | None, closed: bool = False
) -> pl.LazyFrame:
    """Active (or closed) establishments of the communes, each once (SIRENE first), with the low and high of their staff band."""
    open_ = pl.col("etat").is_null() | (pl.col("etat") == "A")
    bands = (
        rules.table("staff_bands.csv")
        .lazy()
        .select("tranche", pl.col("bas").cast(pl.Int64), pl.col("haut").cast(pl.Int64))
    )
    latest = pl.lit(as_of, dtype=pl.Date) if as_of else pl.col("au").max()
    official = pl.col("liste").str.starts_with("sirene").fill_null(False)
    return (
        establishments.with_columns(_jour=latest)
        .with_columns(code_commune=_within(communes))
        .filter(pl.col("siret").is_not_null() & pl.col("code_commune").is_in(communes))
        .sort(official, "au", "source", descending=[True, True, False], nulls_last=True)
        .unique("siret", keep="first", maintain_order=True)
        .filter(~open_ if closed else open_)
        .join(bands, left_on="tranche_effectifs", right_on="tranche", how="left", maintain_order="left")
        .select(
            "siret",
            "siren",
            "nom",
            "personne_physique",
            "code_commune",
            "naf",
            "naf_nomenclature",
            "creation",
            # A closing after the day of the statuses is not known on it.
            pl.when(pl.col("fermeture") <= latest).then("fermeture").alias("fermeture"),
            "bas",
            "haut",
            "_jour",
        )
    )


def _named(unnumbered: pl.LazyFrame | None, communes: list[str]) -> pl.LazyFrame:
    """Structures without a number, each once per commune and name, as establishments of their kind."""
    rows = UNNUMBERED.empty().lazy() if unnumbered is None else unnumbered
    there = rows.with_columns(code_commune=_within(communes)).filter(pl.col("code_commune").is_in(communes))
    inclusive = pl.col("statut").is_in([*INCLUSIVE_STATUSES, "INCLUSIF"])
    return there.unique(["nom", "code_commune"], keep="first", maintain_order=True).select(
        "nom",
        "personne_physique",
        "code_commune",
        bas=pl.lit(None, dtype=pl.Int64),
        haut=pl.lit(None, dtype=pl.Int64),
        titulaire_inclusif=pl.when(inclusive).then(pl.lit(True)),
        titulaire_ess=pl.when(pl.col("statut").is_in(["ESS", "ESUS"])).then(pl.lit(True)),
        ess_famille=pl.lit(None, dtype=pl.String),
        inclusif_types=pl.when(inclusive).then("statut"),
    )


def _within(communes: list[str]) -> pl.Expr:
    """The code of the commune asked for: an arrondissement's own, else its city's."""
    code = pl.col("code_commune")
    whole = pl.lit(None, dtype=pl.String)
    for pattern, commune in DISTRICTS.items():
        whole = pl.coalesce(whole, pl.when(code.str.contains(pattern)).then(pl.lit(commune)))
    return pl.when(code.is_in(communes)).then(code).otherwise(whole)


def _both_levels(rows: pl.LazyFrame) -> pl.LazyFrame:
    return pl.concat([rows, rows.with_columns(code_commune=pl.lit(WHOLE))])


def _high() -> pl.Expr:
    """The sum of the tops of the bands; unknown as soon as one band is open (10 000 and more)."""
    opened = (pl.col("bas").is_not_null() & pl.col("haut").is_null()).any()
    return pl.when(~opened).then(pl.col("haut").sum())


def counts() -> list[pl.Expr]:
    return [
        pl.len().alias("etablissements"),
        pl.col("bas").is_null().sum().alias("sans_tranche"),
        (pl.col("bas") > 0).sum().alias("employeurs_bas"),
        (pl.col("bas").is_null() | (pl.col("bas") > 0)).sum().alias("employeurs_haut"),
        pl.col("bas").sum().alias("emplois_bas"),
        _high().alias("emplois_haut"),
        pl.col("bas").max().alias("premier_employeur_bas"),
        pl.col("haut").sort_by("bas", nulls_last=False).last().alias("premier_employeur_haut"),
    ]


def _without_first() -> list[pl.Expr]:
    """With and without the largest employer: one hospital or head office can make a commune's figure."""
    return [
        (pl.col(f"emplois_{end}") - pl.col(f"premier_employeur_{end}")).alias(f"emplois_hors_premier_{end}")
        for end in ("bas", "haut")
    ]


def _official(jobs: pl.LazyFrame | None, communes: Iterable[str]) -> pl.LazyFrame:
    if jobs is None:
        return pl.LazyFrame(schema={"code_commune": pl.String, "emplois_officiels": pl.Float64})
    wanted = list(communes)
    asked = jobs.filter(pl.col("code_commune").is_in(wanted)).select(
        "code_commune", emplois_officiels=pl.col("emplois").cast(pl.Float64)
    )
    total = asked.select(
        code_commune=pl.lit(WHOLE),
        # The total of a set with a missing commune is unknown, not smaller.
        emplois_officiels=pl.when(pl.col("emplois_officiels").count() == len(set(wanted))).then(
            pl.col("emplois_officiels").sum()
        ),
    )
    return pl.concat([asked, total])


def _shares(rows: pl.LazyFrame) -> list[pl.Expr]:
    others = pl.col("etablissements_tous") > pl.col("etablissements").filter(pl.col("famille") == WHOLE).max().over(
        "code_commune"
    )
    rest_low, rest_high = (pl.col(f"emplois_tous_{end}") - pl.col(f"emplois_{end}") for end in ("bas", "haut"))
    low, high = pl.col("emplois_bas"), pl.col("emplois_haut")
    # A share of jobs where one establishment's jobs are unknown is unknown: its jobs would be in one part or the other.
    told = others & (pl.col("sans_tranche_tous") == 0)
    by_register = [pl.when(told).then(share) for share in (_part(low, low + rest_high), _part(high, high + rest_low))]
    return [
        pl.when(pl.col("emplois_officiels").is_not_null())
        .then(_part(jobs, pl.col("emplois_officiels")))
        .otherwise(other)
        .alias(name)
        for name, jobs, other in zip(("part_bas", "part_haut"), (low, high), by_register, strict=True)
    ]


def _part(top: pl.Expr, bottom: pl.Expr) -> pl.Expr:
    return pl.when(bottom > 0).then(top / bottom)
