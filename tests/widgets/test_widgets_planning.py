"""The timetable in a notebook: planned from the wishes, changed cell by cell, replanned with the fewest moves, undone."""

from __future__ import annotations

from datetime import date, datetime

import openpyxl
import pytest

from spaser import widgets
from spaser.studies.acting import day

FRAME = day.Frame(date(2026, 12, 3), slots=3, tables=2)
HEAD = ["Besoin n°", "Fournisseur", "Acheteur", "Souhait de l'acheteur (1 à 3)", "Souhait du fournisseur (1 à 3)"]
WISHES = [
    [1, "Atelier", "Claire", 3, 3],
    [1, "Jardins", "Claire", 2, 2],
    [2, "Atelier", "Paul", 2, 2],
    [2, "Menuiserie", "Paul", 3, 1],
]


@pytest.fixture
def book(tmp_path):
    made = openpyxl.Workbook()
    made.active.title = "souhaits"
    for line in (HEAD, *WISHES):
        made.active.append(line)
    made.save(tmp_path / "souhaits.xlsx")
    return tmp_path / "souhaits.xlsx"


def met(planning):
    rows = planning.found.found.plan.select("acheteur", "fournisseur", "creneau").rows()
    return {(buyer, supplier): slot for buyer, supplier, slot in rows}


def test_the_grid_shows_each_buyer_at_each_hour(book):
    planning = widgets.Planning(book, FRAME)
    assert len(met(planning)) == 4 and planning.tools.layout.display == ""
    for (buyer, supplier), slot in met(planning).items():
        assert planning.cells[buyer, slot].value == supplier
    assert len(planning.cells) == 2 * 3


def test_a_meeting_moved_in_the_grid_is_held_and_the_others_move_least(book):
    planning = widgets.Planning(book, FRAME)
    before = met(planning)
    free = next(slot for slot in range(3) if planning.cells["Claire", slot].value == "")
    planning.cells["Claire", free].value = "Jardins"
    planning.replan.click()
    after = met(planning)
    assert after["Claire", "Jardins"] == free
    assert {pair: slot for pair, slot in after.items() if pair != ("Claire", "Jardins")} == {
        pair: slot for pair, slot in before.items() if pair != ("Claire", "Jardins")
    }
    assert planning.found.moved == 1
    planning.undo.click()
    assert met(planning) == before


def test_a_buyer_away_at_an_hour_meets_nobody_then(book):
    planning = widgets.Planning(book, FRAME)
    (buyer, _), slot = next(iter(met(planning).items()))
    planning.cells[buyer, slot].value = "\x00absent"
    planning.replan.click()
    assert slot not in [at for (who, _), at in met(planning).items() if who == buyer]
    assert planning.cells[buyer, slot].value == "\x00absent"


def test_a_change_that_cannot_hold_is_told_and_changes_nothing(book):
    planning = widgets.Planning(book, FRAME)
    before = met(planning)
    hour = next(slot for slot in range(3) if slot not in (before["Claire", "Atelier"], before["Paul", "Atelier"]))
    planning.cells["Claire", hour].value = "Atelier"
    planning.cells["Paul", hour].value = "Atelier"
    planning.replan.click()
    assert 'role="alert"' in planning.status.value and met(planning) == before


def test_a_workbook_is_sent_and_what_lacks_is_told_in_a_box(book):
    planning = widgets.Planning()
    planning.launch.click()
    assert "Aucun classeur" in planning.status.value
    data = memoryview(book.read_bytes())
    planning.upload.value = (
        {
            "name": "souhaits.xlsx",
            "type": "",
            "size": len(data),
            "content": data,
            "last_modified": datetime(2026, 11, 28),
        },
    )
    planning.launch.click()
    assert "Le jour de la matinale" in planning.status.value
    planning.on.value = date(2026, 12, 3)
    planning.launch.click()
    assert planning.found is not None and planning.found.found.plan.height == 4
    planning.files.click()
    assert "planning.xlsx" in planning.links.value and "planning.ics" in planning.links.value


def test_a_part_the_data_do_not_tell_is_a_choice_of_the_exercise():
    assert widgets.options(0.5, None, 0.2) == [widgets.percent(0.2), widgets.percent(0.5), "inconnue"]
    asked = widgets.Exercise("Quelle part ?", widgets.options(0.5, None), widgets.percent(None), "Rien ne le dit.")
    assert "C'est cela" in asked.answer("inconnue").replace("\u2019", "'")
