"""Accepted corrections written as DECP 2022 (JSON), to republish at the source: that is what « à corriger » is for.

A contract is written when a decision gave it another amount, duration, date or kind than what is published. What the data do not say is never
made up: such a contract is left out of the file and its lacking fields are named.
"""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

import polars as pl

from spaser import rules
from spaser.vocabulary import CENT
from spaser.vocabulary.contracts import LIST_FIELDS

if TYPE_CHECKING:
    from jsonschema import ValidationError

NAME = "corrections-decp.json"
_DECIDED = ("montant", "duree", "date", "nature")
_PLAIN = (
    "ccag",
    "offresRecues",
    "attributionAvance",
    "typeGroupementOperateurs",
    "sousTraitanceDeclaree",
    "marcheInnovant",
    "procedure",
    "formePrix",
)
_RATES = ("tauxAvance", "origineUE", "origineFrance")
WRITTEN = f"écrit dans {NAME}"


def corrected(
    contracts: pl.DataFrame, versions: pl.DataFrame, decisions: pl.DataFrame, *, day: date
) -> tuple[bytes | None, pl.DataFrame]:
    """The file to import in the buyer's profile (null: nothing to write), and ``uid, republication``: what became of each correction.

    Parameters
    ----------
    contracts, versions
        CONTRACTS and VERSIONS: a corrected amount is that of the last published state, the others are kept as they were published.
    decisions
        DECISIONS; those that refuse a proposal correct nothing.
    day
        The publication date written in the file: the reader's day.
    """
    wanted = decisions.filter(pl.col("objet_type").is_in(_DECIDED) & (pl.col("valeur") != "refuser"))
    kinds = wanted.group_by("objet_id").agg(faits=pl.col("objet_type").unique().sort()).rename({"objet_id": "uid"})
    chosen = (
        contracts.filter(pl.col("type_contrat") == "marche")
        .join(kinds, on="uid", maintain_order="left_right")
        .sort("uid")
    )
    states = versions.filter(pl.col("uid").is_in(chosen["uid"].to_list())).sort("uid", "modification_id")
    written, told = [], []
    for row in chosen.to_dicts():
        entry = _entry(row, states.filter(pl.col("uid") == row["uid"]).to_dicts(), day)
        lacking = faults(entry)
        if not lacking:
            written.append(entry)
        told.append(
            (row["uid"], WRITTEN if not lacking else "à compléter chez vous avant de republier : " + ", ".join(lacking))
        )
    table = pl.DataFrame(told, schema={"uid": pl.String, "republication": pl.String}, orient="row")
    if not written:
        return None, table
    text = json.dumps({"marches": {"marche": written}}, ensure_ascii=False, indent=1)
    return (text + "\n").encode("utf-8"), table


def _entry(row: dict[str, Any], states: list[dict[str, Any]], day: date) -> dict[str, Any]:
    """A contract in the words of 2022, null fields left out."""
    first, later = _states(row, states)
    techniques = _listed(row["techniques"])
    if "nature" in row["faits"] and row["nature_contrat"] == "accord_cadre":
        techniques = ["Accord-cadre", *(one for one in techniques if one not in ("Accord-cadre", "Sans objet"))]
    elif "nature" in row["faits"]:
        techniques = [one for one in techniques if one != "Accord-cadre"] or ["Sans objet"]
    entry: dict[str, Any] = {
        "id": row["id"],
        "acheteur": {"id": row["acheteur_id"]},
        # The 2022 schema says an « accord-cadre » by its technique; the natures of 2019 are « Marché ».
        "nature": "Marché" if row["nature"] in ("Accord-cadre", "Marché subséquent") else row["nature"],
        "objet": (row["objet"] or "")[: marche()["properties"]["objet"]["maxLength"]] or None,
        "codeCPV": row["codeCPV"],
        "techniques": techniques,
        "idAccordCadre": row["idAccordCadre"],
        "lieuExecution": {"code": row["lieuExecution_code"], "typeCode": row["lieuExecution_typeCode"]},
        "dureeMois": first["dureeMois"],
        "dateNotification": _iso(row["dateNotification"]),
        "datePublicationDonnees": _iso(day),
        "montant": _euros(first["montant"]),
        "titulaires": _holders(first["titulaires"]),
        **{name: row[name] for name in (*_PLAIN, *_RATES)},
        **{name: _listed(row[name]) for name in LIST_FIELDS if name != "techniques"},
    }
    for name in LIST_FIELDS:
        (item,) = marche()["properties"][name]["properties"]
        entry[name] = {item: entry[name]} if entry[name] else None
    if later:
        entry["modifications"] = _modifications(first, later, day)
    return _without_nulls(entry)


def _states(row: dict[str, Any], states: list[dict[str, Any]]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The initial state and its modifications, what was decided put on the last of them."""
    known = [dict(state) for state in states] or [
        {"modification_id": 0, "titulaires": None, "montant": row["montant"], "dureeMois": row["dureeMois"]}
    ]
    for fact, name in (("montant", "montant"), ("duree", "dureeMois")):
        if fact not in row["faits"]:
            continue
        # Amounts between the first and the last were read as differences or as totals: only the decided one is told.
        for state in known[1:]:
            state[name] = None
        known[-1][name] = row[name]
    return known[0], known[1:]


def _modifications(first: dict[str, Any], later: list[dict[str, Any]], day: date) -> list[dict[str, Any]]:
    """The modifications, each with what it changes only: states of the kit carry on what was in force."""
    told, force = [], dict(first)
    for state in later:
        changed = {
            name: state[name]
            for name in ("montant", "dureeMois", "titulaires")
            if state[name] is not None and state[name] != force[name]
        }
        force |= changed
        entry = {
            "id": state["modification_id"],
            "dateNotificationModification": _iso(state["date_version"]),
            "datePublicationDonneesModification": _iso(day),
            "dureeMois": changed.get("dureeMois"),
            "montant": _euros(changed.get("montant")),
            "titulaires": _holders(changed.get("titulaires")),
        }
        told.append({"modification": _without_nulls(entry)})
    return told


def faults(entry: dict[str, Any]) -> list[str]:
    """What the official schema of 2022 would refuse of a marché, by the names of its fields; empty when it is valid."""
    from jsonschema import Draft7Validator  # slow to load, and only a corrected file needs it

    wrong = {str(name) for fault in Draft7Validator(marche()).iter_errors(entry) for name in _named(fault, entry)}
    wrong |= {name for name in ("lieuExecution", "titulaires") if _hollow(entry.get(name))}
    return sorted(wrong, key=[*marche()["properties"], *entry].index)


@cache
def marche() -> dict[str, Any]:
    """What the official schema asks of a marché (``reference/decp_2022_marche.schema.json``, which says its source)."""
    whole = json.loads(rules.path("decp_2022_marche.schema.json").read_text(encoding="utf-8"))
    return whole["properties"]["marches"]["properties"]["marche"]["items"]


def _named(fault: ValidationError, entry: dict[str, Any]) -> list[str | int]:
    """The field of a fault; at the root, those that lack or that the schema does not know."""
    if fault.absolute_path:
        return [fault.absolute_path[0]]
    known = fault.schema["properties"] if isinstance(fault.schema, dict) else {}
    if fault.validator == "required":
        return [name for name in known if name in fault.schema["required"] and name not in entry]
    return [name for name in entry if name not in known]


def _hollow(value: Any) -> bool:
    """A text that says nothing, which the schema lets through."""
    if isinstance(value, dict):
        return any(map(_hollow, value.values()))
    if isinstance(value, list):
        return any(map(_hollow, value))
    return value == ""


def _holders(holders: list[dict[str, Any]] | None) -> list[dict[str, Any]] | None:
    if not holders:
        return None
    return [
        {"titulaire": _without_nulls({"typeIdentifiant": one["titulaire_typeIdentifiant"], "id": one["titulaire_id"]})}
        for one in holders
    ]


def _listed(words: str | None) -> list[str]:
    return list(dict.fromkeys(words.split(", "))) if words else []


def _euros(cents: int | None) -> float | int | None:
    if cents is None:
        return None
    return cents // CENT if cents % CENT == 0 else cents / CENT


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _without_nulls(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if value is not None and value != {}}
