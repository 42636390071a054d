"""The lots of a consultation: those that its documents name, each with its passages and those that are for all of them."""

from __future__ import annotations

import re
from typing import Any

from spaser.studies.acting.proofreading.reading import WHOLE, Lot, lots_told, plain

#: A line of a table of hours: « Lot n° 2 : 410 heures ».
_ROW = re.compile(r"^\W*lot ?(?:n ?[°o]? ?)?(?P<lot>\d{1,2})\b[^\n]*?\b(?P<hours>\d{1,3}(?: ?\d{3})*) ?heures?\b", re.M)
#: How far before a passage the name of its lot is looked for, when its sentence names none.
_BEFORE = 160


def lots_of(
    texts: list[dict[str, Any]], passages: list[dict[str, Any]], by_text: dict[str, dict[str, Any]]
) -> list[Lot]:
    """The lots, when a passage is for one of them; a passage that names no lot is for all."""
    passages = [_in_table(passage, by_text) for passage in passages]
    own = {_key(passage): _named(passage, by_text) for passage in passages}
    own |= {_key(one): _of_number(one, passages, own) for one in passages if not own[_key(one)]}
    if not any(own.values()):
        return [Lot(WHOLE, passages, texts)]
    told = {number for text in texts for number in lots_told(text["plie"])}
    numbers = sorted(told.union(*own.values()), key=int)
    return [Lot(f"lot {number}", _kept(number, passages, own), texts) for number in numbers]


def together(rows: list[dict[str, Any]], lots: list[Lot]) -> list[dict[str, Any]]:
    """The rows of a consultation, those that every lot has alike said once."""
    if len(lots) < 2:
        return rows
    alike: dict[tuple[Any, ...], int] = {}
    for row in rows:
        alike[_alike(row)] = alike.get(_alike(row), 0) + 1
    common = {key for key, count in alike.items() if count == len(lots)}
    shared = {_alike(row): row | {"lot": WHOLE} for row in rows if _alike(row) in common}
    return [*shared.values(), *(row for row in rows if _alike(row) not in common)]


def _alike(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(value for name, value in row.items() if name != "lot")


def _key(passage: dict[str, Any]) -> str:
    return f"{passage['texte_id']}-{passage['debut']}"


def _in_table(passage: dict[str, Any], by_text: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """A passage of a text that gives the hours of each lot on a line: those of its own line, none for a sentence that sends to them."""
    told = plain(by_text[passage["texte_id"]]["texte"])
    rows = list(_ROW.finditer(told))
    if passage["nombre_unite"] != "heures" or len({row["lot"] for row in rows}) < 2:
        return passage
    line = told.count("\n", 0, passage["fin"] or 0)
    at = {told.count("\n", 0, row.start("lot")): row for row in rows}
    first = at[min(at)] if line + 1 == min(at) else None  # The head of the table, which took its first line.
    own = at.get(line, first)
    return passage | {
        "nombre": float(own["hours"].replace(" ", "")) if own else None,
        "ligne": own["lot"] if own else None,
    }


def _named(passage: dict[str, Any], by_text: dict[str, dict[str, Any]]) -> set[str]:
    """The lots that the sentence of a passage names; else those of the last sentence before it that names some."""
    if passage.get("ligne"):
        return {passage["ligne"]}
    told = plain(by_text[passage["texte_id"]]["texte"])
    end = passage["fin"] or 0
    begin = max(passage["debut"] or 0, told.rfind("\n", 0, end) + 1)  # Over two lines, its figure is on the last.
    start = max(told.rfind(sign, 0, begin) for sign in ".;\n") + 1
    stops = [stop for sign in ".;\n" if (stop := told.find(sign, end)) >= 0]
    if found := set(lots_told(told[start : min(stops, default=len(told))])):
        return found
    before = told[max(0, start - _BEFORE) : start].replace(";", ".").replace("\n", ".").split(".")
    return next((lots for one in reversed(before) if (lots := set(lots_told(one)))), set())


def _of_number(passage: dict[str, Any], passages: list[dict[str, Any]], own: dict[str, set[str]]) -> set[str]:
    """The lots of a heading that took the number of a sentence below it: those that this sentence names."""
    number = passage["nombre"]
    told = [
        one
        for one in passages
        if one["texte_id"] == passage["texte_id"] and number is not None and one["nombre"] == number
    ]
    return set().union(*(own[_key(one)] for one in told))


def _kept(number: str, passages: list[dict[str, Any]], own: dict[str, set[str]]) -> list[dict[str, Any]]:
    return [passage for passage in passages if not own[_key(passage)] or number in own[_key(passage)]]
