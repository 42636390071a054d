"""« États et leviers »: each state a need may be in and each lever of the law, with how many needs of the buyer are there."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import polars as pl

from spaser import potential, rules
from spaser.deliverables.report import Column, TableBlock, table

NAME = "états et leviers"
_COLUMNS = (
    Column("genre", "Quoi"),
    Column("libelle", "État ou levier"),
    Column("besoins", "Besoins", "entier"),
    Column("combines", "Peut s'ajouter sur", "entier"),
    Column("base", "Base légale"),
    Column("sens", "Ce que c'est, ou pour qui"),
    Column("verifier", "À vérifier avec l'acheteur"),
    Column("jamais", "À ne pas faire"),
    Column("verification", "Vérification"),
)
_SCHEMA = {column.name: pl.Int64 if column.unit == "entier" else pl.String for column in _COLUMNS}
_NONE = dict.fromkeys(_SCHEMA, "") | {"besoins": None, "combines": None}


def sheet(rows: pl.DataFrame, day: date) -> TableBlock:
    """Every state, every rung of the ladder that fits the buyer, and the levers that nothing read can propose, each with its reason; values are those of the ``day`` whose levers the needs carry."""
    own = {rung["label"] for rung in potential.ladder(False)} - {rung["label"] for rung in potential.ladder()}
    bound = not set(rows["levier_libelle"].drop_nulls()) & own
    lines = [*_states(rows), *_rungs(rows, bound, day), *(_left() if bound else ())]
    frame = pl.DataFrame([_NONE | line for line in lines], schema=_SCHEMA, orient="row")
    return table(NAME, "Tous les états d'un besoin et tous les leviers, et combien de besoins y sont", frame, _COLUMNS)


def _states(rows: pl.DataFrame) -> list[dict[str, Any]]:
    counted = dict(rows.group_by("etat").len().rows())
    return [
        {"genre": "état", "libelle": state["label"], "besoins": counted.get(state["code"], 0), "sens": state["reason"]}
        for state in potential.states()
    ]


def _rungs(rows: pl.DataFrame, bound: bool, day: date) -> list[dict[str, Any]]:
    counted = dict(rows.group_by("levier_libelle").len().rows())
    added = Counter(label for said in rows["leviers"].fill_null("") for label in said.split(" ; "))
    return [
        {
            "genre": "levier" if rung["main"] else "levier qui s'ajoute",
            "libelle": rung["label"],
            "besoins": counted.get(rung["label"], 0),
            "combines": added[rung["label"]],
            "base": rung["article"],
            "sens": rung["for"],
            "verifier": rung["check"],
            "jamais": rung["not_for"],
            "verification": _checked(rung.get("law", rung["code"])),
        }
        for rung in potential.ladder(bound, day)
    ]


def _left() -> list[dict[str, Any]]:
    known = rules.toml("lever_law.toml")["levers"]
    return [
        {
            "genre": "levier hors de portée du kit",
            "libelle": known[one["law"]]["label"],
            "base": known[one["law"]]["legal"],
            "sens": one["why"],
            "verifier": known[one["law"]]["ask"],
            "jamais": known[one["law"]]["never"],
            "verification": _checked(one["law"]),
        }
        for one in rules.toml("levers.toml")["out_of_reach"]
    ]


def _checked(lever: str) -> str:
    """How far what the law says of a lever was checked; nothing where no law is quoted."""
    known = rules.toml("lever_law.toml")["levers"]
    return rules.checked(known[lever]) if lever in known else ""
