"""The indicators as open data: a tidy CSV and its Table Schema, which the CSV passes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl

from spaser.deliverables import files

#: Each column: type, title, description, constraints.
FIELDS: tuple[tuple[str, str, str, str, dict[str, Any]], ...] = (
    (
        "indicateur",
        "string",
        "Code de l'indicateur",
        "Code stable ; la page « methode.html » dit comment il se calcule.",
        {"required": True, "pattern": "^[a-z_0-9]+$"},
    ),
    ("titre", "string", "Titre de l'indicateur", "Le nom en clair.", {"required": True}),
    (
        "repere",
        "string",
        "Repère",
        "Élément du schéma (S1 à S10) auquel l'indicateur répond ; « contexte » ou « gestion » sinon.",
        {"required": True},
    ),
    ("acheteurs", "string", "Acheteur ou groupe d'acheteurs", "Les acheteurs mesurés ensemble.", {"required": True}),
    (
        "siren",
        "string",
        "SIREN",
        "SIREN des acheteurs, séparés par un espace.",
        {"required": True, "pattern": "^[0-9]{9}( [0-9]{9})*$"},
    ),
    (
        "periode",
        "string",
        "Période",
        "Une année, ou la première et la dernière années de la période.",
        {"required": True, "pattern": "^([0-9]{4}(-[0-9]{4})?|non renseigné)$"},
    ),
    (
        "population",
        "string",
        "Population",
        "Les contrats comptés ; « saisie » : chiffre saisi par l'acheteur ; « grand livre » : dépenses.",
        {"required": True, "enum": ["publies", "seuil_montant", "seuil_besoin", "saisie", "grand livre"]},
    ),
    (
        "definition",
        "string",
        "Définition",
        "La définition, quand plusieurs ont cours ; « unique » sinon.",
        {"required": True},
    ),
    (
        "unite",
        "string",
        "Unité",
        "« nombre » de contrats, « valeur » (montants), « valeur_hors_a_verifier », « depense », ou l'unité d'une quantité.",
        {"required": True},
    ),
    ("valeur", "number", "Valeur", "Part de 0 à 1 sur l'ensemble, ou quantité. Vide : non renseigné, jamais zéro.", {}),
    (
        "valeur_repondus",
        "number",
        "Valeur sur les renseignés",
        "Part de 0 à 1 sur les seuls contrats qui répondent.",
        {"minimum": 0, "maximum": 1},
    ),
    (
        "bas",
        "number",
        "Borne basse",
        "Ce que serait la valeur si tous les contrats muets disaient non.",
        {"minimum": 0},
    ),
    (
        "haut",
        "number",
        "Borne haute",
        "Ce que serait la valeur si tous les contrats muets disaient oui.",
        {"minimum": 0},
    ),
    ("numerateur", "number", "Numérateur", "Contrats, ou euros.", {}),
    (
        "denominateur",
        "number",
        "Dénominateur, tous",
        "Tous les contrats, ou tous les euros ; vide pour une quantité.",
        {},
    ),
    ("repondus", "number", "Dénominateur, renseignés", "Les contrats qui répondent, ou leurs euros.", {}),
    ("couverture", "number", "Part renseignée", "Renseignés sur l'ensemble.", {"minimum": 0, "maximum": 1}),
    ("petit_effectif", "boolean", "Petit effectif", "Vrai quand moins de dix contrats répondent.", {}),
    ("regle", "string", "Règle", "Code et version de la règle de calcul.", {"required": True}),
    ("donnees_au", "date", "Données arrêtées au", "Le jour auquel les données sont arrêtées.", {"required": True}),
)
KEY = ["indicateur", "siren", "periode", "population", "definition", "unite"]
#: The definition of an indicator that has only one.
ONLY = "unique"
_MONEY = ("valeur", "valeur_hors_a_verifier", "depense")
NAME = "indicateurs"


def rows(
    measures: pl.DataFrame, *, siren: str, years: Sequence[int], marks: dict[str, str], as_of: date
) -> pl.DataFrame:
    """MEASURES of one scope (total and by year) in the columns of the schema, amounts in euros.

    Parameters
    ----------
    marks
        The item each indicator answers, by code.
    """
    period = f"{min(years)}-{max(years)}" if len(set(years)) > 1 else str(min(years, default="non renseigné"))
    kept = measures.filter(pl.col("dimension").is_in(["total", "annee"]))
    cents = pl.when(pl.col("unite").is_in(_MONEY)).then(100.0).otherwise(1.0)
    told = kept.with_columns(
        repere=pl.col("indicateur").replace_strict(marks, default="contexte", return_dtype=pl.String),
        acheteurs=pl.col("perimetre"),
        siren=pl.lit(siren),
        periode=pl.when(pl.col("dimension") == "total").then(pl.lit(period)).otherwise("modalite"),
        donnees_au=pl.lit(as_of),
        definition=pl.when(pl.col("definition").fill_null("") == "").then(pl.lit(ONLY)).otherwise("definition"),
        **{name: (pl.col(name) / cents).round(2) for name in ("numerateur", "denominateur", "repondus")},
    )
    # A period of one year would say the same thing twice.
    told = told.unique(KEY, keep="first", maintain_order=True)
    return told.select(name for name, *_ in FIELDS)


def csv(table: pl.DataFrame) -> bytes:
    """The CSV: UTF-8, comma, decimal point, ISO dates, empty for unknown."""
    return files.open_data_csv(table)


def schema(buyer: str) -> bytes:
    """The Table Schema of the CSV, as JSON (specs.frictionlessdata.io, the format of schema.data.gouv.fr)."""
    fields = [_field(*parts) for parts in FIELDS]
    content = {
        "$schema": "https://frictionlessdata.io/schemas/table-schema.json",
        "name": NAME,
        "title": "Indicateurs d'un schéma de promotion des achats publics socialement et écologiquement responsables",
        "description": f"Indicateurs publiés par {buyer}. Une ligne : un indicateur, un acheteur ou un groupe, une période, une unité et une définition.",
        "countryCode": "FR",
        "path": f"{NAME}.csv",
        "fields": fields,
        "primaryKey": KEY,
        "missingValues": [""],
    }
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def _field(name: str, kind: str, title: str, description: str, constraints: dict[str, Any]) -> dict[str, Any]:
    field: dict[str, Any] = {"name": name, "title": title, "description": description, "type": kind}
    if kind == "boolean":
        field |= {"trueValues": ["true"], "falseValues": ["false"]}
    if kind == "date":
        field["format"] = "%Y-%m-%d"
    return field | ({"constraints": constraints} if constraints else {})
