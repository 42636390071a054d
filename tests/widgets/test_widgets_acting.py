"""Groups, meeting day, impact and texts as they are touched: each choice answers, the advised lever comes first."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from spaser import widgets
from spaser.studies import diagnostic
from spaser.studies.acting import drafting
from spaser.widgets.selection import Selection

DATA = Path(__file__).parents[2] / "data"
TOWN = "000000117"


@pytest.fixture(scope="module")
def base():
    return diagnostic.prepare(
        sorted(DATA.glob("marches_demo*.json")), registers=sorted(DATA.glob("registre_demo*.csv"))
    )


@pytest.fixture(scope="module")
def desk(base):
    return widgets.Desk(base, Selection(buyers=(TOWN,)))


def plain(view):
    return view.told.replace("\u00a0", " ").replace("\u202f", " ")


def test_a_lower_dependency_leaves_more_needs_that_nobody_takes_alone(desk):
    view = widgets.Groups(desk)
    first = plain(view)
    view.dependency.value = 0.5
    assert "N'imposez ni équipe ni membre" in first
    counts = [int(re.search(r"(\d+) qu'aucun fournisseur", text)[1]) for text in (first, plain(view))]
    assert counts[0] > counts[1]


def test_a_need_is_divided_as_it_is_chosen_and_the_ban_on_splitting_is_said(desk):
    view = widgets.Allotment(desk)
    first = plain(view)
    assert "la scission est interdite (R2121-4)" in first and "prenable" in first
    view.need.value = view.need.options[3][1]
    assert plain(view) != first
    before = plain(view)
    view.dependency.value = 0.1
    assert plain(view) != before


def test_a_meeting_day_follows_the_time_ahead(desk):
    view = widgets.Morning(desk)
    year = plain(view)
    view.months.value = 24
    assert "12 mois" in year and "24 mois" in plain(view) and year != plain(view)


def test_without_a_mission_the_impact_says_what_to_give(desk):
    view = widgets.Impact(desk)
    assert "grand livre" in view.answer.value
    assert "Traceback" not in view.answer.value


def test_the_lever_advised_for_a_need_comes_first_and_another_may_be_chosen(desk):
    view = widgets.Draft(desk)
    row = view._potential().opportunities.filter(besoin_id=view.need.value).row(0, named=True)
    held = drafting.levers()
    assert view.lever.value == (row["levier"] if row["levier"] in held else "clause_sociale")
    other = next(one for one in held if one != view.lever.value)
    before = plain(view)
    view.lever.value = other
    assert plain(view) != before
    assert view.lever.value == other
    assert "service juridique" in plain(view)


def test_the_sheet_of_a_supplier_follows_the_number_or_the_name_that_is_asked(desk):
    view = widgets.Supplier(desk)
    first = plain(view)
    assert "Quels statuts ?" in first and "Quelles conditions pour être ESUS" in first
    view.who.value = "000001388"
    assert "Fougère" in plain(view) and plain(view) != first
    view.who.value = "personne de ce nom"
    assert 'role="alert"' in view.answer.value and "Aucun fournisseur lu ne s" in view.answer.value
    view.who.value = ""
    assert "Écrivez un SIRET" in view.answer.value


def test_the_book_of_a_territory_is_shown_for_the_place_written_and_an_unknown_place_is_said(desk):
    view = widgets.LocalBook(desk)
    assert "ni classement" in plain(view)
    assert "ouvert à tous" in plain(view)
    view.where.value = "Nullepart-les-Inventés"
    assert "Nullepart" in plain(view)
    assert "ni classement" not in plain(view)
    view.where.value = ""
    assert "Aucun territoire n'est demandé" in plain(view).replace("’", "'") and "Fiches" not in plain(view)
