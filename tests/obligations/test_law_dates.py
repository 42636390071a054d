"""Every dated value of the law on both sides of its day and of its limit, written by hand; a value planted wrong is seen."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from obligation_frames import Situations, judged, ledger, situations

from spaser import french, obligations, rules

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "law_dates.toml").read_text(encoding="utf-8"))
LAW = rules.toml("law.toml")
CLOSED = date(2032, 12, 31)
CENT = 0.01
#: Days on which something was read or checked: not law.
OURS = {"checked_on"}


def of_values() -> list[str]:
    """What disagrees between the values of the law and those written by hand."""
    wrong = []
    for case in CASES["value"]:
        rule = case["rule"]
        for day, value in case["known"]:
            found = rules.value(rule, day)
            if (found if found is not None else "inconnu") != value:
                wrong.append(f"{rule} le {day} : {found}, attendu {value}")
        for day, read in case["read"]:
            if pl.select(rules.read_in_text(rule, pl.lit(day))).item() is not read:
                wrong.append(f"{rule} le {day} : lu {not read}")
        # A value that does not change on a day is told apart by that day only.
        if rules.dated(rule)["since"].to_list() != case["since"]:
            wrong.append(f"{rule} : premiers jours {rules.dated(rule)['since'].to_list()}")
    return wrong


def by_day() -> list[tuple[str, str, dict, str]]:
    """Each duty and day of the cases: ``duty, name of the column, case, expected``."""
    found = []
    for case in (*CASES["launch"], *CASES["notified"]):
        for day, state in case["days"]:
            launched = case in CASES["launch"]
            dates = (
                {"lancement": day, "dateNotification": day + timedelta(days=60)}
                if launched
                else {"dateNotification": day, "dateDebutExecution": day + timedelta(days=90)}
            )
            made = {"kind": "autre", "contract": case.get("contract", {}) | dates}
            found += [(duty, "applicabilite", made, state) for duty in case["duties"]]
    for case in CASES["limit"]:
        for day, amount, state in case["steps"]:
            for cents, expected in ((-CENT, "non_soumis"), (0, state)):
                dates = {"lancement": day, "dateNotification": day, "montant": amount + cents}
                made = {"kind": case["kind"], "contract": case.get("contract", {}) | dates}
                found.append((case["duty"], "champ", made, expected))
    return found


@cache
def built() -> Situations:
    return situations([case for _, _, case, _ in by_day()], CLOSED)


def of_contracts() -> list[str]:
    """What disagrees between the duties of contracts, those that the law holds, and the states written by hand."""
    held, wrong = set(rules.toml("law.toml")["duties"]), []
    for (duty, column, case, state), rows in zip(by_day(), judged(built(), CLOSED), strict=True):
        if duty in held and rows.filter(obligation=duty)[column].to_list() != [state]:
            wrong.append(f"{duty} {case} : {rows.filter(obligation=duty)[column].to_list()}, attendu {state}")
    return wrong


def of_years() -> list[tuple[str, int, str, str | None, float | None, dict]]:
    """Each duty of a buyer and year of the cases: ``duty, year, state, rung, spent, case``."""
    found = []
    for case in CASES["buyer"]:
        for (day, state), rung in zip(case["days"], case.get("rungs", [None] * len(case["days"])), strict=True):
            made = {"contract": case["contract"] | {"dateNotification": day}}
            found.append((case["duty"], day.year, state, rung, None, made))
    for case in CASES["spaser"]:
        for year, amount, state in case["steps"]:
            found.append(
                (case["duty"], year, state, None, amount, {"contract": {"dateNotification": date(year, 6, 1)}})
            )
    return found


@cache
def bought() -> list[pl.LazyFrame]:
    known = situations([case for *_, case in of_years()], CLOSED)
    table = known.contracts.collect()
    return [table.filter(acheteur_id=buyer).lazy() for buyer in known.buyers]


def of_buyers() -> list[str]:
    """What disagrees between the duties of buyers, those that the law holds, and the states written by hand."""
    held, wrong = set(rules.toml("law.toml")["duties"]), []
    for (duty, year, state, rung, amount, _), rows in zip(of_years(), bought(), strict=True):
        if duty not in held:
            continue
        spent = ledger(year, [{"montant": amount}]) if amount is not None else None
        said = obligations.Declared(book_v={year: 0})
        table = obligations.buyer_duties(rows, as_of=CLOSED, spend=spent, declared=said)
        found = table.filter(pl.col("annee") == year, pl.col("obligation") == duty).collect().row(0, named=True)
        if found["applicabilite"] != state or rung not in (None, found["regle_etat"]):
            wrong.append(f"{duty} {year} ({amount}) : {found['applicabilite']} ({found['regle_etat']})")
    return wrong


def of_writing() -> list[str]:
    """What disagrees between the days and numbers that are only told and those written by hand."""
    wrong = []
    for case in CASES["written"]:
        table: Any = rules.toml("law.toml")
        for step in case["where"].split("."):
            table = table[int(step) if isinstance(table, list) else step]
        wrong += [f"{case['where']}.{name}" for name, value in case["values"].items() if table.get(name) != value]
    return wrong


CHECKS = {"values": of_values, "contracts": of_contracts, "buyers": of_buyers, "writing": of_writing}


@pytest.mark.parametrize("check", CHECKS)
def test_the_law_says_on_each_day_what_was_written_by_hand(check):
    assert CHECKS[check]() == []


def planted(table: Any, path: tuple = ()) -> Iterator[tuple[tuple, Any]]:
    """Every day and number of the law, and a wrong one for each."""
    for key, value in table.items() if isinstance(table, dict) else enumerate(table):
        where = (*path, key)
        if isinstance(value, dict | list):
            yield from planted(value, where)
        elif isinstance(value, date):
            yield from ((where, value + timedelta(days=shift)) for shift in (-1, 1) if key not in OURS)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield where, value + 1


def changed(path: tuple, value: Any) -> dict[str, Any]:
    law = copy.deepcopy(LAW)
    table: Any = law
    for step in path[:-1]:
        table = table[step]
    table[path[-1]] = value
    return law


def seen(path: tuple) -> list[str]:
    """The checks that must see a change at a place of the law: one of them is enough."""
    if "values" in path:
        return ["values", "writing"]
    if path[0] == "duties" and path[1] not in {case["where"].removeprefix("duties.") for case in CASES["written"]}:
        return ["buyers" if LAW["duties"][path[1]]["level"] == "buyer" else "contracts"]
    return ["writing"]


@pytest.mark.parametrize("part", sorted({path[:2] for path, _ in planted(LAW)}), ids=".".join)
def test_a_day_or_a_number_planted_wrong_in_the_law_is_seen(part, monkeypatch):
    known, unseen = rules.toml, []
    for path, value in [one for one in planted(LAW) if one[0][:2] == part]:
        law = changed(path, value)
        if path[0] == "duties" and "writing" not in seen(path):
            # Alone, a duty is judged much faster.
            law["duties"] = {path[1]: law["duties"][path[1]]}
        with monkeypatch.context() as wrong:
            wrong.setattr(rules, "toml", lambda name, law=law: law if name == "law.toml" else known(name))
            if not any(CHECKS[check]() for check in seen(path)):
                unseen.append((path, value))
    assert unseen == []


def test_a_kind_of_structure_that_ends_is_a_yes_on_its_last_day_and_says_so():
    table = rules.table("siae_types.csv")
    dated = dict(table.filter(pl.col("jusqua") != "").drop_nulls("jusqua").select("code", "jusqua").rows())
    assert LAW["reminders"]["eiti-fin"]["ends"].isoformat() == dated["EITI"]
    assert dated == {case["code"]: case["last"].isoformat() for case in CASES["structure"]}


def test_the_words_on_whom_a_spaser_binds_say_the_day_the_rule_was_widened():
    duty = LAW["duties"]["spaser-adoption"]
    assert french.long_date(duty["widened"]).replace("\u00a0", " ") in duty["who"]
