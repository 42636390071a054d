"""« Pourquoi pas réserver ? »: each condition of each rung whose refusal is told, failing alone, is explained in words."""

from __future__ import annotations

import polars as pl
import pytest
from test_potential import LEVER_COLUMNS

from spaser import potential

TOLD = [rung for rung in potential.ladder() if rung.get("refusal")]


def advised(**facts) -> dict:
    frame = pl.LazyFrame([LEVER_COLUMNS | facts], schema_overrides={"duree": pl.Int32})
    return potential.advise(frame, 0.3).collect().row(0, named=True)


def meeting(condition: dict) -> object:
    """A value that meets a condition, at its limit."""
    if "under" in condition or "over" in condition:
        return condition["under"] - 1 if "under" in condition else condition["over"] + 1
    return next(condition[form] for form in ("min", "max", "is", "equals") if form in condition)


def failing(condition: dict) -> object:
    """The nearest value that does not."""
    if "is" in condition:
        return not condition["is"]
    steps = {"min": -1, "max": 1, "under": 0, "over": 0}
    return next(condition[form] + step for form, step in steps.items() if form in condition)


def facts(rung: dict) -> dict:
    """Values that meet every condition of a rung (the least of two on one column)."""
    met: dict = {}
    for one in rung["conditions"]:
        met.setdefault(one["column"], meeting(one))
    return met


def said(rung: dict, row: dict) -> str:
    """What the refusal of a rung says of a need; nothing when it is not told."""
    parts = row["levier_refus"].split(" ; ")
    return next((part.partition(" : ")[2] for part in parts if part.startswith(f"{rung['label']} : ")), "")


LIMITS = [
    pytest.param(rung, one, id=f"{rung['code']}-{one['column']}-{'-'.join(set(one) - {'column'})}")
    for rung in TOLD
    for one in rung["conditions"]
    # A concession is refused the rungs of markets; only one has the rung of its own.
    if not (rung["refusal"] == "concession" and one["column"] == "concession")
]


@pytest.mark.parametrize(("rung", "one"), LIMITS)
def test_a_rung_that_one_condition_forbids_says_which_and_one_that_holds_is_not_refused(rung, one):
    held = facts(rung)
    assert said(rung, advised(**held)) == ""
    refused = advised(**held | {one["column"]: failing(one)})
    whole = advised(**held | {one["column"]: failing(one)})["levier_refus"]
    why = said(rung, refused)
    if rung["refusal"] == "si_autre" and not why:
        # Said once, by the first rung, in the same words.
        assert said(TOLD[0], refused) and not [part for part in whole.split(" ; ") if part.startswith(rung["label"])]
        return
    assert len(why) > 10 and "None" not in why and "null" not in why, whole


def test_the_reservation_to_one_public_says_why_it_is_refused_when_both_are_for_another_reason():
    row = advised(insertion_entiers=2, handicap_entiers=0, reservables_entiers=2, candidats=5)
    both, disability, insertion = (said(rung, row) for rung in TOLD[:3])
    assert [rung["code"] for rung in TOLD[:3]] == [
        "reserver_handicap_insertion",
        "reserver_handicap",
        "reserver_insertion",
    ]
    assert both.startswith("aucun de ceux-ci : entreprises adaptées")
    assert "0 fournisseur, il en faut au moins 3" in disability.replace("\u00a0", " ")
    assert "2 fournisseurs, il en faut au moins 3" in insertion.replace("\u00a0", " ")
    divided = advised(alloti_oui=1, insertion_entiers=2, candidats=5)
    assert said(TOLD[0], divided) == "le besoin est déjà alloti" and not any(said(rung, divided) for rung in TOLD[1:3])


@pytest.mark.parametrize("concession", [True, False])
def test_a_concession_alone_says_why_it_is_not_reserved_as_one(concession):
    rung = next(rung for rung in TOLD if rung["code"] == "reserver_concession")
    assert bool(said(rung, advised(concession=concession, reservables=2, candidats=5))) is concession
