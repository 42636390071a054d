"""Needs without contracts: what a purchase programme plans, each project a need of its family, its place and its date."""

from __future__ import annotations

from datetime import date

import polars as pl

from spaser import rules
from spaser.potential.demand import kind
from spaser.potential.standing import standing
from spaser.vocabulary import NEEDS


def of_programme(projects: pl.LazyFrame, *, buyer: str | None = None, place: str | None = None) -> pl.LazyFrame:
    """NEEDS of a programme: one row per project to come that has a family.

    The annual amount is the estimate over its duration (never less than a year); an annual estimate is taken as it is. Without
    a duration the low end is nothing, as for contracts. ``echeance`` is the day planned: the occasion to act before.

    Parameters
    ----------
    projects
        PROGRAMME with ``famille, famille_libelle, famille_origine, famille_confiance`` (see ``families.add``).
    buyer, place
        SIREN of the buyer and key of PLACES where it buys, for the projects that say neither.
    """
    usable = projects.filter(pl.col("a_venir").fill_null(True) & pl.col("famille").is_not_null())
    alone = pl.when(pl.col("departements").str.contains(r"^(?:\d{2,3}|2[AB])$")).then(pl.format("D{}", "departements"))
    habits = rules.table("families_reach.csv").lazy().select("famille", _habitude="recurrence")
    rows = usable.join(habits, on="famille", how="left", maintain_order="left").with_columns(
        **_amounts(), _lots=pl.col("lots").fill_null(1).clip(1, None)
    )
    known = pl.col("dureeMois").is_not_null() | pl.col("annuel").fill_null(False)
    told = NEEDS.conform(
        rows.select(
            "famille",
            "famille_libelle",
            "famille_origine",
            "famille_confiance",
            "objet",
            "codeCPV",
            "procedure",
            "dureeMois",
            besoin_id=pl.format(
                "P-{}-{}-{}",
                pl.coalesce("acheteur_siren", pl.lit(buyer, pl.String), pl.lit("programme")),
                pl.col("feuille").fill_null("1"),
                "position",
            ),
            origine=pl.lit("programme"),
            acheteur_siren=pl.coalesce("acheteur_siren", pl.lit(buyer, pl.String)),
            acheteur_libelle="acheteur_nom",
            lieu=pl.coalesce(alone, pl.lit(place, pl.String)),
            lieu_libelle="departements",
            lots="_lots",
            occurrences=pl.lit(1, pl.Int32),
            recurrence=_recurrence(),
            actif=pl.lit(True),
            accord_cadre=pl.lit(None, pl.Boolean),
            echeance="date_prevue",
            montant_total="_tout",
            besoin_montant="_tout",
            type_marche=kind(pl.col("codeCPV")),
            annuel="_an",
            annuel_haut="_an",
            annuel_bas=pl.when(known).then("_an").otherwise(pl.when(pl.col("_an").is_not_null()).then(0)),
            lot_annuel=(pl.col("_an") / pl.col("_lots")).round().cast(pl.Int64),
        )
    )
    # What is planned is to come by nature: no day is needed to know its state.
    return NEEDS.conform(standing(told, date.min)).sort("besoin_id")


def _amounts() -> dict[str, pl.Expr]:
    """``_an`` and ``_tout``: the estimate for a year (never less than a year: six months are not doubled), and for the whole."""
    months = pl.col("dureeMois").clip(12, None).fill_null(12)
    by_year = pl.when(pl.col("annuel").fill_null(False))
    return {
        "_an": by_year.then("montant").otherwise((pl.col("montant") * 12 / months).round().cast(pl.Int64)),
        "_tout": by_year.then((pl.col("montant") * months / 12).round().cast(pl.Int64)).otherwise("montant"),
    }


def _recurrence() -> pl.Expr:
    """What the family of the purchase makes presume: bought again, bought once, or not known."""
    return (
        pl.when(pl.col("_habitude") == "recurrent")
        .then(pl.lit("presumee"))
        .when(pl.col("_habitude") == "ponctuel")
        .then(pl.lit("ponctuel"))
        .otherwise(pl.lit("inconnue"))
    )
