"""The weights of the award criteria: does each grid make a hundred."""

from __future__ import annotations

import re
from typing import Any

from spaser import french
from spaser.studies.acting.proofreading import marking
from spaser.studies.acting.proofreading.reading import (
    CHECK,
    CLASHES,
    COHERENCE,
    MET,
    RULES_OF_CONSULTATION,
    Lot,
    places,
    row,
)

NAME = "pondération des critères"
_WEIGHT = re.compile(r"(\d{1,3}(?:[.,]\d+)?) ?%")
_CRITERIA = re.compile(r"\bcriteres?\b")
#: A line of a part of a criterion: « 2.1 Méthode : 25 % », « Sous-critère 1 : 10 % ».
_PART = re.compile(r"^\W*(?:\d{1,2}[.-]\d{1,2}\b|sous-? ?criteres?\b|dont\b)")

Grid = tuple[list[dict[str, Any]], list[float]]


def check(lot: Lot, over: bool | None) -> list[dict[str, Any]]:
    """The grids that do not make a hundred and the criteria without a weight."""
    grids = _grids(lot)
    rows = [_unequal(lines, weights) for lines, weights in grids if abs(sum(weights) - 100) > 0.01]
    marked = [*lot.found("env", "critere"), *lot.found("soc", "critere")]
    bare = [p for p in marked if p["nombre"] is None and p["genre"] in RULES_OF_CONSULTATION]
    if bare and not grids:
        rows.append(row(NAME, CHECK, "Critère social ou environnemental sans poids lu.", COHERENCE, at=bare))
    met = row(NAME, MET, "Les poids lus font 100 %.", COHERENCE, at=places([lines[0] for lines, _ in grids]))
    unfit = marking.unfit(lot)  # A grid that holds a criterion to take out has nothing in order.
    return rows or ([met] if grids and not unfit else [])


def _unequal(lines: list[dict[str, Any]], weights: list[float]) -> dict[str, Any]:
    """A grid that does not make a hundred: over it, whole criteria clash; under it, a line may be unread."""
    told = f"{' + '.join(map(_said, weights))} = {_said(sum(weights))}\u00a0%"
    clash = sum(weights) > 100 and len(lines) == len(weights) and not any(_PART.search(one["plie"]) for one in lines)
    why = "" if clash else " (une ligne non lue, des sous-critères ou des lots à part ?)"
    said = f"Les poids lus ne font pas 100 % : {told}{why}."
    return row(NAME, CLASHES if clash else CHECK, said, COHERENCE, at=places(lines[:1]))


def _said(total: float) -> str:
    return french.number(total, 0 if float(total).is_integer() else 1)


def _lines(lot: Lot) -> list[dict[str, Any]]:
    """The lines of award criteria that the rules of the consultation hold."""
    return [t for t in lot.own if "critère" in (t["champ"] or "") and t["genre"] in RULES_OF_CONSULTATION]


def _grids(lot: Lot) -> list[Grid]:
    """Each grid with its weights: the lines under one heading, parts of criteria left out; else a sentence that gives several."""
    under: dict[tuple[Any, ...], list[tuple[dict[str, Any], float]]] = {}
    for text in _lines(lot):
        if found := _WEIGHT.findall(text["plie"]):
            key = (text["document"], text["article"], text["titre"])
            under.setdefault(key, []).append((text, _value(found[-1])))
    grids = [_whole(lines) for lines in under.values()]
    if grids:
        return [([text for text, _ in lines], [weight for _, weight in lines]) for lines in grids]
    told = [t for t in lot.own if t["genre"] in RULES_OF_CONSULTATION and _CRITERIA.search(t["plie"])]
    sentences = ((text, _WEIGHT.findall(one)) for text in told for one in re.split(r"[.\n]\s", text["plie"]))
    return [([text], [_value(one) for one in found]) for text, found in sentences if len(found) > 1]


def _whole(lines: list[tuple[dict[str, Any], float]]) -> list[tuple[dict[str, Any], float]]:
    """The lines of whole criteria; all of them when each is written as a part (« 6.1 Prix », « 6.2 Valeur technique »)."""
    return [one for one in lines if not _PART.search(one[0]["plie"])] or lines


def _value(said: str) -> float:
    return float(said.replace(",", "."))
