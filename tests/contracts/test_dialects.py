"""The same invented contracts as DECP 2022 JSON, tabular CSV and tabular Parquet: every fact is judged alike."""

from __future__ import annotations

import json
import random
from datetime import date, timedelta
from pathlib import Path

import polars as pl
from polars.testing import assert_frame_equal
from test_shared_cases import READ_IN

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
    return contracts.build(records, as_of=day).contracts.drop(READ_IN).sort("uid").collect()


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


#: What an amendment publishes, beside a contract of 100 000 € and 12 months: total, difference, nothing, rate, cancellation…
AMENDED = [120_000, 3_000, 0, -5_000, 12.5, 1, -100_000, 10_500_000, 60_000]


def with_amendments(seed: int) -> list[dict]:
    """Nested contracts of 2022, each with up to three amendments, some on one day, some before the one published first."""
    draw = random.Random(seed)
    marches = []
    for n in range(40):
        start = date(2024, 1, 1) + timedelta(days=draw.randrange(300))
        changes = [
            {
                "id": number,
                "montant": draw.choice(AMENDED),
                "dureeMois": draw.choice([2, 12, 18, 24, 365]),
                "dateNotificationModification": str(start + timedelta(days=draw.choice([90, 200, 200, 400]))),
                "datePublicationDonneesModification": str(start + timedelta(days=420)),
            }
            for number in range(1, draw.randrange(4) + 1)
        ]
        marches.append(
            {
                "id": f"N{n}",
                "acheteur": {"id": BUYER},
                "nature": "Marché",
                "objet": draw.choice(SUBJECTS),
                "codeCPV": draw.choice(CHOICES["codeCPV"]),
                "procedure": "Procédure adaptée",
                "dureeMois": 12,
                "dateNotification": str(start),
                "datePublicationDonnees": str(start + timedelta(days=12)),
                "montant": 100_000,
                "techniques": {"technique": [draw.choice(CHOICES["techniques"])]},
                "titulaires": [{"titulaire": {"id": "30000000000011", "typeIdentifiant": "SIRET"}}],
                "modifications": [{"modification": change} for change in changes],
            }
        )
    return marches


def xml(value: object, name: str) -> str:
    """The same elements as JSON: a list repeats its element, an object nests."""
    if isinstance(value, list):
        return "".join(xml(one, name) for one in value)
    inner = "".join(xml(one, key) for key, one in value.items()) if isinstance(value, dict) else str(value)
    return f"<{name}>{inner}</{name}>"


def as_xml(marches: list[dict]) -> str:
    """DECP 2022 in XML: lists stand inside one element named in the plural."""
    told = []
    for one in marches:
        plain = {name: value for name, value in one.items() if name not in ("titulaires", "modifications")}
        lists = "".join(
            f"<{name}>{''.join(xml(line, '').removeprefix('<>').removesuffix('</>') for line in one[name])}</{name}>"
            for name in ("titulaires", "modifications")
        )
        told.append(f"<marche>{''.join(xml(value, name) for name, value in plain.items())}{lists}</marche>")
    return f"<marches>{''.join(told)}</marches>"


def states(marches: list[dict]) -> pl.DataFrame:
    """One row per state, as the tabular form writes them: the days of an amendment are in the columns of the contract."""
    rows = []
    for one in marches:
        plain = {name: one[name] for name in ("id", "nature", "objet", "codeCPV", "procedure")}
        plain |= {"uid": BUYER + one["id"], "acheteur_id": BUYER, "techniques": one["techniques"]["technique"][0]}
        holder = {"titulaire_id": "30000000000011", "titulaire_typeIdentifiant": "SIRET"}
        first = {name: one[name] for name in ("dureeMois", "dateNotification", "datePublicationDonnees", "montant")}
        rows.append(plain | holder | first | {"modification_id": 0})
        for change in (line["modification"] for line in one["modifications"]):
            days = {
                "dateNotification": change["dateNotificationModification"],
                "datePublicationDonnees": change["datePublicationDonneesModification"],
            }
            values = {"dureeMois": change["dureeMois"], "montant": change["montant"], "modification_id": change["id"]}
            rows.append(plain | holder | values | days)
    return pl.DataFrame([row | {"montant": float(row["montant"])} for row in rows])


def test_every_fact_of_an_amended_contract_is_the_same_in_json_xml_csv_and_parquet(tmp_path):
    marches = with_amendments(12)
    (tmp_path / "a.json").write_text(json.dumps({"marches": {"marche": marches}}), encoding="utf-8")
    (tmp_path / "a.xml").write_text(as_xml(marches), encoding="utf-8")
    states(marches).write_csv(tmp_path / "a.csv")
    states(marches).write_parquet(tmp_path / "a.parquet")
    read = {kind: facts(tmp_path / f"a.{kind}") for kind in ("json", "xml", "csv", "parquet")}
    assert read["json"]["montant_regle"].n_unique() >= 7
    for kind in ("xml", "csv", "parquet"):
        assert_frame_equal(read[kind], read["json"])


def test_amendments_in_another_order_split_or_doubled_say_the_same(tmp_path):
    marches = with_amendments(13)
    once, other, double = (tmp_path / name for name in ("once", "other", "double"))
    for folder in (once, other, double):
        folder.mkdir()
    (once / "a.json").write_text(json.dumps({"marches": {"marche": marches}}), encoding="utf-8")
    turned = [one | {"modifications": one["modifications"][::-1]} for one in marches[::-1]]
    for name, part in (("a.json", turned[:15]), ("b.json", turned[15:])):
        (other / name).write_text(json.dumps({"marches": {"marche": part}}), encoding="utf-8")
    for name in ("a.json", "b.json"):
        (double / name).write_text(json.dumps({"marches": {"marche": marches}}), encoding="utf-8")
    assert_frame_equal(facts(other), facts(once))
    assert_frame_equal(facts(double), facts(once))
