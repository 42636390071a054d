"""What is known of suppliers, one or many: establishments, statuses with their proof, contracts won, trades; the sheet and the book read them."""

from __future__ import annotations

from datetime import date

import polars as pl

from spaser import rules
from spaser.deliverables.report import masked
from spaser.sources.registers.sirene import CONTACT

#: An approval that ends within these months is said.
SOON = 12
_SERVED = (
    "siret",
    "siren",
    "famille",
    "adequation",
    "adequation_origine",
    "metier",
    "gagnes",
    "gagnes_siret",
    "dernier_gagne",
    "capacite_bas",
    "capacite",
    "capacite_haut",
    "capacite_origine",
    "preste",
)


def places(spots: pl.DataFrame) -> pl.DataFrame:
    """The establishments, each fact as the latest list that gives it says; those open first; nothing of a natural person."""
    facts = (*CONTACT, "code_postal", "nom", "commune", "naf", "tranche_effectifs", "etat", "siege")
    latest = spots.sort("au", "source", descending=[True, False], nulls_last=True)
    rows = latest.group_by("siret", maintain_order=True).agg(
        *(pl.col(name).drop_nulls().first() for name in facts),
        pl.col("au").first(),
        source=pl.col("source").unique(maintain_order=True).str.join(" ; "),
        personne_physique=pl.col("personne_physique").any(),
    )
    ordered = rows.sort("etat", "siege", "siret", descending=[False, True, False], nulls_last=True)
    hidden = pl.col("personne_physique").fill_null(False)
    return masked(ordered).with_columns(
        *(pl.when(~hidden).then(name).alias(name) for name in (*CONTACT, "code_postal", "commune")),
        etat=pl.col("etat").replace_strict({"A": "actif", "F": "fermé", "C": "cessé"}, default=None),
    )


def statuses(register: pl.LazyFrame, day: date) -> pl.DataFrame:
    """The lines of the lists, with ``etat`` on the day: en cours, finit le…, terminé."""
    ends = pl.col("jusqua")
    soon = ends <= pl.lit(day).dt.offset_by(f"{SOON}mo")
    state = (
        pl.when(pl.col("depuis") > day)
        .then(pl.lit("à venir"))
        .when(ends < day)
        .then(pl.lit("terminé"))
        .when(soon)
        .then(pl.lit(f"finit dans les {SOON} mois : à renouveler"))
        .when(ends.is_not_null())
        .then(pl.lit("en cours"))
        .otherwise(pl.lit("en cours à la date de la liste"))
    )
    told = register.select("statut", "siret", "siren", "famille_ess", "depuis", "jusqua", "au", "source", etat=state)
    return told.sort("statut", "siret", "siren", "source", nulls_last=True).collect(engine="in-memory")


def wins(contracts: pl.LazyFrame, holders: pl.LazyFrame, sirens: list[str]) -> pl.DataFrame:
    """The contracts that units hold, latest first; ``montant_*`` is a unit's own share when it is not alone."""
    held = holders.filter(pl.col("titulaire_siren").is_in(sirens)).group_by("uid", siren="titulaire_siren")
    mine = held.agg(pl.col("montant_bas", "montant_egal", "montant_haut").sum())
    several = holders.group_by("uid").agg(titulaires=pl.col("titulaire_id").n_unique())
    told = contracts.select("uid", "acheteur_libelle", "objet", "famille_libelle", "dateNotification", "dureeMois")
    rows = mine.join(told, on="uid", maintain_order="left_right").join(
        several, on="uid", how="left", maintain_order="left"
    )
    return rows.sort("dateNotification", "uid", "siren", descending=[True, False, False], nulls_last=True).collect()


def served(supply: pl.DataFrame) -> pl.DataFrame:
    """The families that suppliers serve (another trade said leaves a family out, unless they won some), with the proof and the size."""
    labels = rules.families()
    kept = supply.filter(pl.col("metier").fill_null(True) | (pl.col("gagnes") > 0))
    return kept.select(
        *_SERVED, famille_libelle=pl.col("famille").replace_strict(labels, default=pl.col("famille"))
    ).sort("adequation", "famille", "siret", descending=[True, False, False])
