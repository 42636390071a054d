"""Families, statuses and the plan are decided on the screen: kept with author and day, read by commands, undone, obeyed at once."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest

from spaser import widgets
from spaser.sources.answers import plan
from spaser.studies import diagnostic, mission
from spaser.widgets import files
from spaser.widgets.acts.deciding import _hours
from spaser.widgets.acts.grid import LATER

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A mission of the invented contracts, lists and ledger, whose decisions are kept in its folder."""
    monkeypatch.setattr(files, "display", lambda *_: None)
    made = mission.create(tmp_path / "m", client="Inventée", auteur="A. Inventée", demonstration=True)
    mission.add(made, "registres", sorted(DATA.glob("registre_demo*.csv")))
    mission.add(made, "depenses", [DATA / "depenses_demo.xlsx"])
    shutil.copy(DATA / "marches_demo.json", tmp_path)
    mission.add(made, "fichiers", [tmp_path / "marches_demo.json"])
    return made


@pytest.fixture
def desk(home, monkeypatch):
    monkeypatch.setattr(mission, "decisions", lambda _: mission.Decisions(home / "decisions"))
    return widgets.Desk(widgets.read(str(home)))


def read_again(home):
    decided = mission.Decisions(home / "decisions").table()
    said = mission.read(home)
    return diagnostic.prepare(list(said.files), registers=said.registers, decisions=decided.lazy())


def family_of(base, uid):
    return base.contracts.filter(pl.col("uid") == uid).select("famille", "famille_origine").collect().row(0)


def choose(line, label):
    line.chosen.value = next(answer for name, answer in line.chosen.options if label in name.replace("\u00a0", " "))


def test_a_family_chosen_is_obeyed_at_once_and_by_the_next_reading_then_undone(desk, home):
    grid = widgets.Families(desk)
    grid.text.value = "nettoyage"
    line = grid.lines[0]
    before = family_of(desk.base, line.key)
    choose(line, "Formation")
    grid.save.click()
    kept = grid.decisions.table("famille").rows()
    assert [(row[1], row[2], row[4]) for row in kept] == [(line.key, "famille", "A. Inventée")] and kept[0][
        5
    ] is not None
    assert family_of(desk.base, line.key) == (kept[0][3], "decision") == family_of(read_again(home), line.key)
    grid.text.value = ""
    assert "décidé" in next(one for one in grid.lines if one.key == line.key).told
    grid.undo.click()
    assert family_of(desk.base, line.key) == before and not grid.decisions.table("famille").height


def test_a_family_decided_another_day_is_taken_back_to_the_one_read(desk):
    uid = desk.base.contracts.select("uid").collect()["uid"][0]
    before = family_of(desk.base, uid)
    desk.decisions.decide("famille", uid, "famille", "formation", auteur="B")
    desk.decided()
    grid = widgets.Families(desk)
    grid.text.value = uid
    choose(grid.lines[0], "revenir à la famille lue")
    grid.save.click()
    assert family_of(desk.base, uid) == before and not grid.decisions.table("famille").height


def test_a_status_asks_for_its_author_and_its_proof_before_it_is_kept(desk):
    grid = widgets.Statuses(desk)
    choose(grid.lines[0], "de l'ESS")
    grid.author.value, grid.reason.value = "A. Inventée", ""
    grid.save.click()
    assert "Il manque qui décide" in grid.status.value and not grid.decisions.table("statut").height
    grid.reason.value = "statuts lus"
    grid.save.click()
    assert grid.decisions.table("statut").select("champ", "valeur", "motif").rows() == [("ess", "oui", "statuts lus")]


def test_a_status_corrected_changes_contracts_as_a_new_reading_does_and_the_spending_too(desk, home):
    spent = widgets.Suppliers(desk)
    grid = widgets.Statuses(desk, spent)
    siren = next(line.key for line in grid.lines if line.key in set(spent.result.suppliers["siren"]))
    line = next(line for line in grid.lines if line.key == siren)
    choose(line, "de l'ESS")
    grid.reason.value = "statuts lus"
    grid.save.click()
    again = read_again(home)
    for name in ("contracts", "holders"):
        assert getattr(desk.base, name).collect().equals(getattr(again, name).collect()), name
    row = spent.result.suppliers.filter(pl.col("siren") == siren)
    assert row["titulaire_ess"].to_list() == [True]
    grid.undo.click()
    row = spent.result.suppliers.filter(pl.col("siren") == siren)
    assert row["titulaire_ess"].to_list() != [True] and line.told in [one.told for one in grid.lines]


def test_the_plan_filled_on_the_screen_is_that_of_the_workbook_and_one_step_to_undo(desk):
    desk.selection.buyers = (desk.base.buyers["acheteur_siren"][0],)
    board = widgets.Plan(widgets.Pams(desk))
    line = board.lines[0]
    line.fields["responsable"].value, line.fields["etat"].value = "C. Inventé", "en cours"
    board.save.click()
    kept = board.decisions.table("action").select("objet_id", "champ", "valeur").rows()
    assert kept == [(line.key, "etat", "en cours"), (line.key, "responsable", "C. Inventé")]
    rows = board.diagnostic.study.extras["plan_actions"].filter(pl.col("action_id") == line.key)
    assert rows.select("responsable", "etat").rows() == [("C. Inventé", "en cours")]
    again = next(one for one in board.lines if one.key == line.key)
    again.fields["responsable"].value, again.fields["etat"].value = "", plan.UNTOUCHED
    board.save.click()
    assert not board.decisions.table("action").height
    board.undo.click()
    assert board.decisions.table("action").height == 2
    board.undo.click()
    assert not board.decisions.table("action").height


def test_nothing_chosen_writes_nothing_and_words_that_nothing_answers_are_said(desk):
    grid = widgets.Statuses(desk)
    grid.save.click()
    assert not grid.decisions.table().height and all(line.chosen.value == LATER for line in grid.lines)
    grid.text.value = "zzzz"
    assert not grid.lines and "essayez un autre mot" in grid.status.value


def test_an_undo_of_one_grid_leaves_the_later_decisions_of_another(desk):
    grid = widgets.Families(desk)
    grid.text.value = "nettoyage"
    choose(grid.lines[0], "Formation")
    grid.save.click()
    desk.decisions.decide("constat", "1", "clause_sociale", "accepte")
    grid.undo.click()
    assert not grid.decisions.table("famille").height and grid.decisions.table("constat").height == 1


def test_a_finding_answered_is_undone_from_the_screen(desk):
    review = widgets.Review(desk)
    shown = review.gap.value
    review.decide("refuse")
    assert desk.decisions.table("constat").height == 1
    review.undo.click()
    assert not desk.decisions.table("constat").height and review.gap.value == shown


def test_without_a_mission_a_grid_says_where_decisions_are_kept():
    paths = [str(DATA / "marches_demo_2023.json")]
    loose = widgets.Desk(diagnostic.prepare(paths))
    grid = widgets.Families(loose)
    grid.save.click()
    assert "Aucune mission ne garde" in grid.status.value.replace("\u2019", "'")


@pytest.mark.parametrize(
    "told, said",
    [
        (
            "non mesuré\u00a0: ce levier n'exige pas d'heures",
            "heures d'insertion non mesurées (ce levier n'exige pas d'heures)",
        ),
        ("560 à 1 300 h exigées par an", "heures d'insertion : 560 à 1 300 h exigées par an"),
    ],
)
def test_hours_of_the_plan_are_one_sentence(told, said):
    assert _hours(told) == said
