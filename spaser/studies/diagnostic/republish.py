"""Accepted corrections written as DECP 2022 (JSON), to republish at the source: that is what « à corriger » is for.

A contract is written when a decision gave it another amount, duration, date or kind than what is published. What the data do not say is never
made up: such a contract is left out of the file and its lacking fields are named.
"""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

import polars as pl

from spaser.vocabulary import CENT
from spaser.vocabulary.decp2022 import ID_LENGTH, ITEMS, LISTS, REQUIRED, SUBJECT_LENGTH

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
        "objet": (row["objet"] or "")[:SUBJECT_LENGTH] or None,
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
        **{name: _listed(row[name]) for name in ITEMS if name != "techniques"},
    }
    for name, item in ITEMS.items():
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
    """What the 2022 schema would refuse of a marché, by the names of its fields; empty when it is valid."""
    found = [name for name in REQUIRED if entry.get(name) in (None, "", [], {})]
    tests = {
        "id": 1 <= len(str(entry.get("id") or "")) <= ID_LENGTH,
        "acheteur": bool(re.fullmatch(r"\d{14}", str((entry.get("acheteur") or {}).get("id") or ""))),
        "codeCPV": bool(re.fullmatch(r"\d{8}(-\d)?", str(entry.get("codeCPV") or ""))),
        "lieuExecution": bool((entry.get("lieuExecution") or {}).get("code"))
        and (entry.get("lieuExecution") or {}).get("typeCode") in LISTS["lieuExecution_typeCode"],
        "montant": (entry.get("montant") or 0) >= 1,
        "dureeMois": (entry.get("dureeMois") or 0) >= 1,
        "offresRecues": (entry.get("offresRecues") or 0) >= 1,
        "titulaires": _known_holders(entry.get("titulaires") or []),
        "idAccordCadre": len(str(entry.get("idAccordCadre") or "")) <= ID_LENGTH,
        "modifications": all(_right(one["modification"]) for one in entry.get("modifications", [])),
    }
    tests |= {
        name: entry.get(name) in LISTS[name]
        for name in ("nature", "procedure", "ccag", "typeGroupementOperateurs", "formePrix")
    }
    tests |= {name: set((entry.get(name) or {}).get(item, [])) <= set(LISTS[name]) for name, item in ITEMS.items()}
    return list(dict.fromkeys([*found, *(name for name, right in tests.items() if not right)]))


def _right(modification: dict[str, Any]) -> bool:
    dated = modification.get("dateNotificationModification") and modification.get("datePublicationDonneesModification")
    sums = [modification[name] for name in ("montant", "dureeMois") if name in modification]
    return (
        bool(dated)
        and modification.get("id", 0) >= 1
        and all(value >= 1 for value in sums)
        and _known_holders(modification.get("titulaires", []), none=True)
    )


def _known_holders(holders: list[dict[str, Any]], none: bool = False) -> bool:
    if not holders:
        return none
    kinds = LISTS["titulaire_typeIdentifiant"]
    return all(one["titulaire"].get("id") and one["titulaire"].get("typeIdentifiant") in kinds for one in holders)


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
