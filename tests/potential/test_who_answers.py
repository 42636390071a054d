"""The number beside a lever: those who can answer that lever, never more, and none beside a duty or a criterion."""

from __future__ import annotations

import polars as pl
import pytest

from spaser import potential, rules
from spaser.sections.summary.pages import _met
from tests.potential.test_potential import LEVER_COLUMNS


def advised(**facts) -> dict:
    frame = pl.LazyFrame([LEVER_COLUMNS | facts], schema_overrides={"duree": pl.Int32, "lots": pl.Int32})
    return potential.advise(frame, 0.3).collect().row(0, named=True)


def test_a_reserved_lot_counts_those_who_may_answer_it_and_not_the_whole_ess():
    found = advised(alloti_oui=1, lots=3, lot_reservables=11, reservables=17, credibles=400, ess_credibles=384)
    assert (found["levier"], found["levier_fournisseurs"]) == ("reserver_lot", 11)
    assert found["levier_population"] == "fournisseurs réservables crédibles à la taille d'un lot"


def test_a_reservation_to_one_public_counts_that_public_alone():
    found = advised(insertion_entiers=3, reservables_entiers=3, credibles=40)
    assert (found["levier"], found["levier_fournisseurs"]) == ("reserver_insertion", 3)


@pytest.mark.parametrize("facts", [{"ess_credibles": 3}, {"clause_obligatoire": True, "heures_clause": 70}])
def test_a_criterion_and_a_duty_stand_beside_no_number_of_suppliers(facts):
    found = advised(credibles=3, candidats=9, entiers=1, clause_candidats=5, **facts)
    assert found["levier"] in potential.without_euros()
    assert (found["levier_fournisseurs"], found["levier_population"]) == (None, None)
    assert "fournisseurs" not in found["levier_raison"]
    assert _met(None, None) == ""


def test_a_clause_counts_the_structures_that_could_carry_it():
    found = advised(heures_clause=70, clause_candidats=271, credibles=0, candidats=271)
    assert (found["levier"], found["levier_fournisseurs"]) == ("clause_sociale", 271)


def test_every_lever_but_a_duty_a_criterion_and_nothing_says_whom_it_counts():
    known = rules.toml("levers.toml")["columns"]
    for rung in (*potential.ladder(), *potential.ladder(False)):
        if rung["main"]:
            none = rung.get("effect") == "aucun" or rung["code"] == "rien"
            assert none or known[rung["count"]]["unit"] == "fournisseurs", rung["code"]
            assert not (none and "count" in rung), rung["code"]


def test_the_plan_says_whom_the_number_counts():
    assert _met(0, "structures d'insertion") == " ; structures d'insertion : à chercher"
    assert _met(3, "structures d'insertion") == " ; structures d'insertion : 3, sourçage ouvert à tous"
    assert _met(31, "structures") == " ; structures : 31, à trier par le sourçage"
