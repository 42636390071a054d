"""Suppliers whose company is not sure are settled on the screen: accepted, refused, undone, kept for the next notebook."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from spaser import widgets
from spaser.studies import mission
from spaser.widgets.acts.grid import LATER

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture
def suppliers(tmp_path):
    """A mission of the invented ledger and lists, in a folder of its own."""
    folder = tmp_path / "m"
    made = mission.create(folder, client="Inventée", auteur="A. Inventée", demonstration=True)
    mission.add(made, "registres", sorted(DATA.glob("registre_demo*.csv")))
    mission.add(made, "depenses", [DATA / "depenses_demo.xlsx"])
    shutil.copy(DATA / "marches_demo.json", tmp_path)
    mission.add(made, "fichiers", [tmp_path / "marches_demo.json"])

    class Desk:
        mission = mission.read(made)

    return widgets.Suppliers(Desk())


def test_a_company_accepted_is_kept_and_no_longer_asked_then_undone(suppliers):
    links = suppliers.links
    key, chosen = next(iter(links.lists.items()))
    assert chosen.value == LATER and chosen.options[-1][0] == "aucune de ces entreprises"
    chosen.value = chosen.options[1][1]
    links.save.click()
    kept = links.decisions.table("lien")
    assert kept.select("objet_id", "valeur", "auteur").rows() == [(key, "accepter", "A. Inventée")]
    assert key not in links.lists
    links.undo.click()
    assert not links.decisions.table("lien").height and key in links.lists


def test_refusing_every_company_is_one_choice_and_one_undo(suppliers):
    links = suppliers.links
    key = next(key for key, chosen in links.lists.items() if len(chosen.options) > 3)
    n = len(links.lists[key].options) - 2
    links.lists[key].value = links.lists[key].options[-1][1]
    links.save.click()
    kept = links.decisions.table("lien")
    assert kept["valeur"].to_list() == ["refuser"] * n and n > 1
    assert key not in links.lists
    links.undo.click()
    assert not links.decisions.table("lien").height and key in links.lists


def test_nothing_chosen_writes_nothing(suppliers):
    suppliers.links.save.click()
    assert not suppliers.links.decisions.table("lien").height
    assert "aucun choix" in suppliers.links.status.value.lower()
