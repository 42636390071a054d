"""The lots of a consultation: those that its documents name, each with its passages and those that are for all of them."""

from __future__ import annotations

from typing import Any

from spaser.studies.acting.proofreading.reading import LOT, WHOLE, Lot, plain

#: How far before a passage the name of its lot is looked for, when its sentence names none.
_BEFORE = 160


def lots_of(
    texts: list[dict[str, Any]], passages: list[dict[str, Any]], by_text: dict[str, dict[str, Any]]
) -> list[Lot]:
    """The lots, when a passage is for one of them; a passage that names no lot is for all."""
    own = {_key(passage): _named(passage, by_text) for passage in passages}
    own |= {_key(one): _of_number(one, passages, own) for one in passages if not own[_key(one)]}
    if not any(own.values()):
        return [Lot(WHOLE, passages, texts)]
    told = {number for text in texts for number in LOT.findall(text["plie"])}
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


def _named(passage: dict[str, Any], by_text: dict[str, dict[str, Any]]) -> set[str]:
    """The lots that the sentence of a passage names; else those of the last sentence before it that names some."""
    told = plain(by_text[passage["texte_id"]]["texte"])
    end = passage["fin"] or 0
    begin = max(passage["debut"] or 0, told.rfind("\n", 0, end) + 1)  # Over two lines, its figure is on the last.
    start = max(told.rfind(sign, 0, begin) for sign in ".;\n") + 1
    stops = [stop for sign in ".;\n" if (stop := told.find(sign, end)) >= 0]
    if found := set(LOT.findall(told[start : min(stops, default=len(told))])):
        return found
    before = told[max(0, start - _BEFORE) : start].replace(";", ".").replace("\n", ".").split(".")
    return next((lots for one in reversed(before) if (lots := set(LOT.findall(one)))), set())


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
