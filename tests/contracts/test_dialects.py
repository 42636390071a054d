"""The same invented contracts as DECP 2022 JSON, tabular CSV and tabular Parquet: every fact is judged alike."""

from __future__ import annotations

import json
import random
from datetime import date, timedelta
from pathlib import Path

import polars as pl
from polars.testing import assert_frame_equal
from test_shared_cases import NAMES

from spaser import contracts, sources

BUYER = "20000000000011"
SUBJECTS = [
    "Entretien des espaces verts fictifs : Lot 1",
    "Entretien des espaces verts fictifs : Lot 2",
    "Accord-cadre de voirie fictive",
    "Marché subséquent n° 2 de voirie fictive",
    "Bon de commande n° 12 - Signalisation fictive",
    "Construction de l'école fictive",
]
CHOICES = {
    "objet": SUBJECTS,
    "codeCPV": ["77310000", "45233141", "45214200"],
    "montant": [12_000.5, 40_000, 90_000, 250_000, 1_000_000, 1_111_111, 9_999_999, 6_666_666.67, 1],
    "dureeMois": [6, 12, 48],
    "jour": range(500),
    "publie": [-200, -10, 0, 12],
    "techniques": ["Accord-cadre", "Sans objet"],
    "procedure": ["Procédure adaptée", "Appel d'offres ouvert"],
    "idAccordCadre": ["", "N0", "N7", "AC9"],
    "titulaires": [["30000000000011"], ["30000000000029"], ["30000000000011", "30000000000029"]],
}


def tabular(rows: list[dict]) -> pl.DataFrame:
    """One row per holder, as the consolidated national file writes them."""
    flat = []
    for n, row in enumerate(rows):
        start = date(2024, 1, 1) + timedelta(days=row["jour"])
        plain = {
            name: row[name]
            for name in ("objet", "codeCPV", "montant", "dureeMois", "procedure", "techniques", "idAccordCadre")
        }
        shared = plain | {
            "uid": f"{BUYER}N{n}",
            "id": f"N{n}",
            "acheteur_id": BUYER,
            "nature": "Marché",
            "modification_id": 0,
            "dateNotification": start,
            "datePublicationDonnees": start + timedelta(days=row["publie"]),
        }
        flat += [
            shared | {"titulaire_id": holder, "titulaire_typeIdentifiant": "SIRET"} for holder in row["titulaires"]
        ]
    return pl.DataFrame(flat).with_columns(
        pl.col("montant").cast(pl.Float64), idAccordCadre=pl.when(pl.col("idAccordCadre") != "").then("idAccordCadre")
    )


def nested(table: pl.DataFrame) -> str:
    """The same rows as DECP 2022 JSON."""
    marches = []
    for _, rows in table.group_by("id", maintain_order=True):
        one = {
            name: str(value) if isinstance(value, date) else value
            for name, value in rows.row(0, named=True).items()
            if value is not None
        }
        holders = [{"titulaire": {"id": holder, "typeIdentifiant": "SIRET"}} for holder in rows["titulaire_id"]]
        kept = {
            name: one[name]
            for name in one
            if not name.startswith(("uid", "acheteur", "titulaire", "techniques", "modification"))
        }
        marches.append(
            kept | {"acheteur": {"id": BUYER}, "titulaires": holders, "techniques": {"technique": [one["techniques"]]}}
        )
    return json.dumps({"marches": {"marche": marches}}, ensure_ascii=False)


def facts(path: Path) -> pl.DataFrame:
    records = sources.read(path).records
    day = contracts.as_of_default(records).collect().item()
    return (
        contracts.build(records, as_of=day)
        .contracts.select("uid", *NAMES, "date_regle", "nature_regle", "seuil_besoin")
        .sort("uid")
        .collect()
    )


def test_every_fact_is_the_same_in_json_csv_and_parquet(tmp_path):
    draw = random.Random(12)
    rows = [{name: draw.choice(values) for name, values in CHOICES.items()} for _ in range(80)]
    table = tabular(rows)
    (tmp_path / "a.json").write_text(nested(table), encoding="utf-8")
    table.write_csv(tmp_path / "a.csv")
    table.write_parquet(tmp_path / "a.parquet")
    as_json, as_csv, as_parquet = (facts(tmp_path / f"a.{kind}") for kind in ("json", "csv", "parquet"))
    assert (
        as_json.height == len(rows)
        and as_json["nature_contrat"].n_unique() >= 4
        and as_json["date_regle"].n_unique() >= 3
    )
    assert_frame_equal(as_csv, as_json)
    assert_frame_equal(as_parquet, as_json)
