"""The workbook of a meeting day: needs coming up, whom to invite, and empty tables to fill."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import polars as pl
import pytest

import spaser
from spaser import french, renewals
from spaser.problems import Problem
from spaser.studies import meetings

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture(scope="module")
def known():
    base = spaser.prepare(sorted(DATA.glob("marches_demo*.json")), registers=sorted(DATA.glob("registre_demo*.csv")))
    result = spaser.diagnose(base, buyer="aubrelle")
    return result, spaser.potential_of(result)


@pytest.fixture(scope="module")
def book(known, tmp_path_factory):
    (path,) = meetings.write(meetings.morning(*known, months=12), tmp_path_factory.mktemp("matinale"))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in openpyxl.load_workbook(path)}


def test_every_need_shown_starts_within_the_time_asked_and_has_someone_to_invite(book, known):
    result, _ = known
    head, *rows = book["besoins à venir"]
    assert rows
    for row in rows:
        line = dict(zip(head, row, strict=True))
        assert line["Sourcing à partir du"].date() <= result.as_of + timedelta(days=366)
        assert line["Fin au plus tard"].date() >= result.as_of
        assert line["Fournisseurs à inviter"] >= 1


def test_nobody_is_met_about_a_need_that_nothing_follows_and_it_is_counted_apart(known):
    result, found = known
    left = found.opportunities.with_columns(
        etat_action=pl.when(pl.int_range(pl.len()) % 2 == 0).then(pl.lit("attendre")).otherwise("etat_action"),
        etat_libelle=pl.when(pl.int_range(pl.len()) % 2 == 0)
        .then(pl.lit("opération unique"))
        .otherwise("etat_libelle"),
    )
    whole = meetings.morning(result, found)
    halved = meetings.morning(result, replace(found, opportunities=left))
    needs = [{row["besoin_id"] for row in made.annexes[0].frame.to_dicts()} for made in (whole, halved)]
    waiting = set(left.filter(etat_action="attendre")["besoin_id"])
    assert needs[0] & waiting and needs[1] == needs[0] - waiting
    said = " ".join(block.text for block in halved.sections[0].blocks)
    assert "opération unique" in said and french.long_date(result.day) in said


def test_guests_wishes_and_follow_up_name_the_same_pairs_of_need_and_supplier(book):
    def pairs(sheet: str) -> set:
        head, *rows = book[sheet]
        number, siret = head.index("Besoin n°"), head.index("SIRET")
        return {(row[number], row[siret]) for row in rows}

    assert pairs("fournisseurs à inviter") == pairs("souhaits") == pairs("suivi")


def test_each_need_and_each_wish_names_the_organisation_that_buys(book):
    for name in ("besoins à venir", "souhaits"):
        head, *rows = book[name]
        assert rows and all(row[head.index("Organisme")] for row in rows)


def test_wishes_and_follow_up_are_left_to_fill(book):
    head, *rows = book["souhaits"]
    assert all(row[head.index("Souhait de l'acheteur (1 à 3)")] in (None, "") for row in rows)
    assert "A gagné" in book["suivi"][0]


def test_no_supplier_to_invite_is_told_with_what_to_do(known):
    result, found = known
    nobody = found.candidates.clear()
    with pytest.raises(Problem, match="Allongez la période"):
        meetings.morning(result, type(found)(**{**found.__dict__, "candidates": nobody}), months=12)


def test_a_need_whose_end_is_unknown_or_past_is_never_announced():
    day = date(2026, 10, 31)
    needs = pl.LazyFrame(
        {
            "besoin": ["passé", "inconnu", "proche", "lointain"],
            "procedure": ["Procédure adaptée"] * 4,
            "echeance": [date(2026, 1, 1), None, date(2027, 3, 1), date(2030, 1, 1)],
        }
    )
    assert renewals.upcoming(needs, as_of=day, months=12).collect()["besoin"].to_list() == ["proche"]
