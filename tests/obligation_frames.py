"""Invented contracts and ledgers, and what the duties say of them: for the tests of the obligations."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

import polars as pl

from spaser import considerations, contracts, obligations
from spaser import vocabulary as words

BUYER = "20000000000011"
CLOSED = date(2028, 12, 31)


def record(given: dict) -> dict:
    """A checked state of an invented contract: a text left empty is unknown, amounts are in euros."""
    values = {
        "source": "fictif.json",
        "position": 1,
        "dialecte": "decp_2022_json",
        "modification_id": 0,
        "acheteur_id": BUYER,
        "id": "M1",
        "type_contrat": "marche",
        "nature": "Marché",
        "objet": "Nettoyage des locaux de la commune fictive",
        "codeCPV": "90910000",
        "dureeMois": 12,
        "dateNotification": date(2026, 12, 1),
        "montant": 300_000,
        "considerationsSociales": "Pas de considération sociale",
        "considerationsEnvironnementales": "Pas de considération environnementale",
        "titulaires": [{"titulaire_id": "30000000000014", "titulaire_typeIdentifiant": "SIRET", "titulaire_nom": None}],
    } | {key: None if value == "" else value for key, value in given.items()}
    notified = values["dateNotification"]
    values.setdefault("datePublicationDonnees", notified and notified + timedelta(days=30))
    values["date_version"], values["uid"] = notified, values["acheteur_id"] + values["id"]
    values["montant"] = round(values["montant"] * 100)
    return {name: values.get(name) for name in words.RECORDS.columns}


def states(rows: list[dict]) -> list[dict]:
    """The records of each contract, and its amendment when it was modified."""
    found = [record({"position": rank} | row) for rank, row in enumerate(rows, 1)]
    changed = [
        state
        | {
            "modification_id": 1,
            "date_version": state["dateNotification"] + timedelta(days=200),
            "montant": round(row["avenant"] * 100) if "avenant" in row else state["montant"],
            "dureeMois": row.get("duree_avenant", state["dureeMois"]),
        }
        for state, row in zip(found, rows, strict=True)
        if row.get("modifie") or "avenant" in row
    ]
    return found + changed


def rows_of(case: dict, buyer: str) -> list[dict]:
    return [case.get("base", {}) | row | {"acheteur_id": buyer} for row in (case["contract"], *case.get("others", []))]


def launches(rows: list[dict]) -> pl.LazyFrame:
    told = [
        (row["acheteur_id"] + row.get("id", "M1"), row[key], "avis fictif")
        for row in rows
        for key in ("lancement", "autre_lancement")
        if row.get(key)
    ]
    return pl.DataFrame(told, schema=words.LAUNCHES.schema, orient="row").lazy()


class Situations(NamedTuple):
    """Contracts of invented buyers, one buyer a case, ready to be judged."""

    contracts: pl.LazyFrame
    kinds: pl.LazyFrame
    launches: pl.LazyFrame
    buyers: list[str]


def situations(some: list[dict], day: date) -> Situations:
    """The contracts of each case; each case has a buyer of its own."""
    buyers = [f"{200_000_000 + rank}00011" for rank in range(len(some))]
    each = [rows_of(case, buyer) for case, buyer in zip(some, buyers, strict=True)]
    flat = [row for rows in each for row in rows]
    table = pl.DataFrame([state for rows in each for state in states(rows)], schema=words.RECORDS.schema)
    table = table.with_columns(position=pl.struct("uid").rank("dense").cast(pl.Int64))
    built = considerations.declared(contracts.build(table.lazy(), as_of=day).contracts)
    doubts = {
        row["acheteur_id"] + row.get("id", "M1"): row["montant_statut"] for row in flat if "montant_statut" in row
    }
    defence = [row["acheteur_id"] + row.get("id", "M1") for row in flat if row.get("defense")]
    local = [buyer for case, buyer in zip(some, buyers, strict=True) if case.get("local", True)]
    built = built.with_columns(
        montant_statut=pl.col("uid").replace_strict(doubts, default=pl.col("montant_statut"), return_dtype=pl.String),
        acheteur_categorie=pl.when(pl.col("acheteur_id").is_in(local)).then(pl.lit("commune")),
        defense=pl.col("defense") | pl.col("uid").is_in(defence),
    )
    kinds = pl.DataFrame(
        [(buyer[:9], case["kind"]) for case, buyer in zip(some, buyers, strict=True) if "kind" in case],
        schema={"acheteur_siren": pl.String, "type_acheteur": pl.String},
        orient="row",
    )
    return Situations(built, kinds.lazy(), launches(flat), buyers)


def judged(known: Situations, day: date) -> list[pl.DataFrame]:
    """Table DUTIES of each case, ``uid`` being the contract's own number."""
    found = obligations.duties(known.contracts, buyer_kind=known.kinds, launches=known.launches, as_of=day).collect()
    assert found.schema == pl.Schema(words.DUTIES.schema)
    assert found.select("uid", "obligation").is_unique().all()
    return [
        found.filter(pl.col("uid").str.starts_with(buyer)).with_columns(pl.col("uid").str.slice(14))
        for buyer in known.buyers
    ]


def computed(some: list[dict], day: date) -> list[pl.DataFrame]:
    """The cases built, then judged."""
    return judged(situations(some, day), day)


def ledger(year: int, lines: list[dict] | None) -> pl.LazyFrame | None:
    if lines is None:
        return None
    rows = [
        {"exercice": year, "taxe": "HT", "perimetre": "achat"} | line | {"montant": round(line["montant"] * 100)}
        for line in lines
    ]
    return words.SPEND.conform(pl.DataFrame(rows).lazy())
