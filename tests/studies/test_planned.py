"""Hours that the plan would ask: those of the worked example for a clause, and « non mesuré » with its reason elsewhere."""

from __future__ import annotations

import polars as pl
import pytest

from spaser.studies.acting import planned
from spaser.vocabulary import OPPORTUNITIES

#: Two millions a year of building, as in the worked example of the method: 5 % of the hours.
BUILDING = {
    "besoin_id": "B1",
    "famille": "batiment_gros_oeuvre",
    "levier": "clause_sociale",
    "annuel_bas": 200_000_000,
    "annuel": 200_000_000,
    "annuel_haut": 200_000_000,
    "accord_cadre": False,
}


def measured(*rows: dict, lever: str | None = None) -> dict:
    """One action of these needs."""
    full = [BUILDING | {"besoin_id": f"B{rank}"} | row for rank, row in enumerate(rows, 1)]
    needs = pl.DataFrame(
        [{name: row.get(name) for name in OPPORTUNITIES.schema} for row in full], schema=OPPORTUNITIES.schema
    )
    action = {
        "action_id": "A",
        "levier": lever or full[0]["levier"],
        "besoins": len(full),
        "besoin_ids": needs["besoin_id"].to_list(),
    }
    found = planned.measured(pl.DataFrame([action]), needs).row(0, named=True)
    return found | {"impact": found["impact"].replace("\u00a0", " ").replace("\u202f", " ")}


def test_a_clause_asks_the_hours_of_the_worked_example():
    found = measured({})
    assert [round(found[f"impact_{bound}"]) for bound in planned.BOUNDS] == [560, 910, 1300]
    assert found["impact"].startswith("560 à 1 300 h exigées par an, en théorie")
    assert "5 %" in found["impact"]
    assert found["impact_motif"] == ""


def test_an_amount_in_an_interval_widens_the_hours_and_more_than_the_triple_is_refused():
    found = measured({"annuel_bas": 180_000_000, "annuel_haut": 220_000_000})
    assert [round(found[f"impact_{bound}"]) for bound in planned.BOUNDS] == [504, 910, 1430]
    assert measured({"annuel_bas": 100_000_000})["impact"].startswith("non mesuré : intervalle trop large")


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"accord_cadre": True}, "maximum d'accord-cadre"),
        ({"annuel": None}, "montant inconnu"),
        ({"famille": "travaux_publics"}, "seules les heures écrites"),
        ({"famille": "maintenance_batiments"}, "sans assiette crédible"),
        ({"famille": "assurance_finance"}, "ni taux de la clause"),
        ({"levier": "reserver_lot"}, "à mesurer sur la dépense"),
        ({"levier": "critere"}, "n'exige pas d'heures"),
    ],
)
def test_what_cannot_be_measured_says_why(row, why):
    found = measured(row)
    assert found["impact"].startswith("non mesuré : ")
    assert why in found["impact"]
    assert found["impact_milieu"] is None


def test_needs_that_are_not_measured_stay_beside_those_that_are():
    found = measured({}, {"accord_cadre": True})
    assert round(found["impact_milieu"]) == 910
    assert "mesuré pour 1 besoin sur 2" in found["impact"]
    assert "maximum d'accord-cadre" in found["impact"]
