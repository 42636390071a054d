"""The lots of a consultation: those that its documents name, each with its passages and those that are for all of them."""

from __future__ import annotations

import re
from typing import Any

from spaser.studies.acting.proofreading.reading import WHOLE, Lot, lots_told, plain, tables_of_lots

#: The hours of a row of a table of lots: « Lot n° 2 : 410 heures », « 2 ; Isolation ; 280 h », « Lot 2 – Isolation : 250 ».
_HOURS = re.compile(r"(?<![\d.,])(\d{1,3}(?: ?\d{3})*) ?(?:h|heures?)\b")
_BARE = re.compile(r"(?:^|[;:|\t–-]) ?(\d{1,3}(?: ?\d{3})*)\W*$")
_ROW = re.compile(r"^\W*lot ?(?:n ?[°o]? ?)?(?P<lot>\d{1,2})\b[^\n]*?\b\d{1,3}(?: ?\d{3})* ?heures?\b")
#: How far before a passage the name of its lot is looked for, when its sentence names none.
_BEFORE = 160


def lots_of(
    texts: list[dict[str, Any]], passages: list[dict[str, Any]], by_text: dict[str, dict[str, Any]]
) -> list[Lot]:
    """The lots, when a passage is for one of them; a passage that names no lot is for all."""
    passages = _by_rows(passages, by_text)
    own = {_key(passage): _named(passage, by_text) for passage in passages}
    own |= {_key(one): _of_number(one, passages, own) for one in passages if not own[_key(one)]}
    if not any(own.values()):
        return [Lot(WHOLE, passages, texts)]
    told = {number for text in texts for number in lots_told(text["plie"])}
    numbers = _all_of(
        told.union(*own.values(), *(rows.values() for text in texts for _, rows in _tables(text["plie"])))
    )
    return [Lot(f"lot {number}", _kept(number, passages, own), texts) for number in numbers]


def _all_of(told: set[str]) -> list[str]:
    """The lots from the first to the last that is named: a lot n° 2 alone named is not alone."""
    return [str(number) for number in range(1, max(2, *map(int, told)) + 1)]


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
    return f"{passage['texte_id']}-{passage['debut']}-{passage.get('ligne') or ''}"


def _tables(told: str) -> list[tuple[int, dict[int, str]]]:
    """The tables of lots of a folded paragraph; its rows that give hours to a lot, without any head, are one too."""
    if found := tables_of_lots(told):
        return found
    rows = {rank: row["lot"] for rank, line in enumerate(told.split("\n")) if (row := _ROW.match(line))}
    return [(min(rows) - 1, rows)] if len(set(rows.values())) > 1 else []


def _by_rows(passages: list[dict[str, Any]], by_text: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """The passages, those of a table that gives the hours of each lot on a line made one per lot that has some."""
    kept: list[dict[str, Any]] = []
    done: set[tuple[str, int]] = set()
    for passage in passages:
        told = plain(by_text[passage["texte_id"]]["texte"])
        given = [one for one in _tables(told) if _of_hours(told, *one)] if passage["code"] == "opp" else []
        line = told.count("\n", 0, passage["fin"] or 0)
        table = next((one for one in given if line == one[0] or line in one[1]), None)
        if table is None:
            # A sentence that sends to the table has none of its hours.
            alone = {"nombre": None} if given and passage["nombre_unite"] == "heures" else {}
            own = {lot for one in given for lot in _of_hours(told, *one)}
            kept.append(passage | alone | {"lots": own})
        elif (passage["texte_id"], table[0]) not in done:
            done.add((passage["texte_id"], table[0]))
            kept += [
                passage | {"nombre": hours, "nombre_unite": "heures", "ligne": lot}
                for lot, hours in _of_hours(told, *table).items()
            ]
    return kept


def _of_hours(told: str, head: int, rows: dict[int, str]) -> dict[str, float]:
    """The hours that each row of a table gives to its lot; a bare number counts under a head that says hours."""
    lines = told.split("\n")
    said = head >= 0 and "heure" in lines[head]
    found = (
        (lot, _HOURS.findall(lines[rank]) or (_BARE.findall(lines[rank]) if said else [])) for rank, lot in rows.items()
    )
    return {
        lot: float(hours[-1].replace(" ", "")) for lot, hours in found if hours and float(hours[-1].replace(" ", ""))
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
    near = next((lots for one in reversed(before) if (lots := set(lots_told(one)))), set())
    return near or passage.get("lots", set())


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
