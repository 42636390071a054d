"""What is not to act on stands apart: ended before the reader's day, already reserved, carried by a framework."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from test_potential import AS_OF, contracts

from spaser import potential
from spaser.studies import diagnostic
from spaser.studies import potential as opportunities

PARIS = Path(__file__).parents[3] / "shared" / "data" / "decp_2022" / "paris_2024.json"
NOTIFIED = date(2024, 1, 1)


def lots(*more: dict) -> pl.LazyFrame:
    """The lots of one invented consultation of cleaning in five lots, 100 000 € each for two years."""
    base = {"objet": "Nettoyage des écoles en 5 lots", "montant": 100_000, "dureeMois": 24, "consultation": "a"}
    rows = [
        base
        | {"uid": f"u{i}", "dateNotification": NOTIFIED, "fin_contrat": date(2026, 1, 1)}
        | {name: value for name, value in row.items() if name not in ("marche_reserve", "marche_subsequent")}
        | {"objet": f"{row.get('objet', base['objet'])} - secteur {'ABCD'[i]}"}
        for i, row in enumerate(more)
    ]
    told = {name: [row.get(name, False) for row in more] for name in ("marche_reserve", "marche_subsequent")}
    return contracts(rows).with_columns(pl.Series(name, value, dtype=pl.Boolean) for name, value in told.items())


def states(frame: pl.LazyFrame, **options) -> dict[str, dict]:
    found = potential.needs(frame, as_of=AS_OF, **options).collect()
    return {row["etat"]: row for row in found.to_dicts()}


def test_a_need_that_ends_before_the_readers_day_is_ended_though_the_data_stop_earlier():
    end = date(2026, 1, 1)
    assert set(states(lots({}))) == set(states(lots({}), day=end)) == {"actionnable"}
    assert set(states(lots({}), day=end + timedelta(days=1))) == {"termine"}


def test_a_reserved_lot_is_a_need_of_its_own_and_the_others_stay_to_act_on():
    found = states(lots({}, {}, {"marche_reserve": True}))
    assert {state: row["contrats"] for state, row in found.items()} == {"actionnable": 2, "reserve": 1}
    assert {state: row["annuel"] for state, row in found.items()} == {"actionnable": 10_000_000, "reserve": 5_000_000}
    assert set(states(lots({}, {}, {}))) == {"actionnable"}
    assert set(states(lots({"marche_reserve": True}, {"marche_reserve": True}))) == {"reserve"}


def test_a_threshold_is_read_against_all_the_lots_the_reserved_ones_included():
    found = states(lots({}, {}, {"marche_reserve": True}))
    assert {row["besoin_montant"] for row in found.values()} == {30_000_000}


def test_a_marche_subsequent_is_told_apart_from_the_need_unless_it_stays_under_its_framework():
    later = {"marche_subsequent": True}
    assert {state: row["contrats"] for state, row in states(lots({}, later)).items()} == {
        "actionnable": 1,
        "subsequent": 1,
    }
    assert set(states(lots({}, later | {"retenu": 0}))) == {"actionnable"}


def test_every_contract_still_belongs_to_one_need_that_exists():
    frame = lots({}, {"marche_reserve": True}, {"marche_subsequent": True})
    members, needs = potential.members(frame).collect(), potential.needs(frame, as_of=AS_OF).collect()
    assert members["uid"].is_unique().all() and members.height == 3
    assert set(members["besoin_id"]) == set(needs["besoin_id"])


def test_past_campaigns_are_the_history_of_what_is_free():
    past = {"uid": "p", "consultation": "p", "dateNotification": date(2021, 1, 1), "fin_contrat": date(2024, 1, 1)}
    found = states(lots(past, {}, {"marche_reserve": True}))
    assert {state: row["occurrences"] for state, row in found.items()} == {"actionnable": 2, "reserve": 2}


@pytest.mark.parametrize(
    "subject, divided, announced",
    [
        ("Nettoyage en 9 lots", True, 9),
        ("Nettoyage décomposé en trois lots séparés", True, 3),
        ("Nettoyage - lot 2 - écoles", True, None),
        ("Nettoyage (lot unique)", False, None),
        ("Nettoyage des ballots", False, None),
    ],
)
def test_the_subject_says_that_a_need_is_divided_and_into_how_many_lots(subject, divided, announced):
    row = states(lots({"objet": subject}))["actionnable"]
    assert (row["alloti"], row["lots_dits"]) == (divided, announced)


@pytest.mark.parametrize(
    ("holders", "state", "share", "known"),
    [
        ([True, True, True], "ess", 1.0, 15_000_000),
        ([True, None, None], "actionnable_partie", 1 / 3, 5_000_000),  # in none of the lists read: not the ESS's
        ([True, False, None], "actionnable_partie", 1 / 3, 10_000_000),
        ([True, True, False], "actionnable_partie", 2 / 3, 15_000_000),
        ([False, None, None], "actionnable", 0.0, 5_000_000),
        ([None, None, None], "actionnable", None, None),
    ],
)
def test_a_need_is_the_esss_only_when_all_its_euros_are(holders, state, share, known):
    held = pl.Series("titulaire_ess", holders, dtype=pl.Boolean)
    frame = lots(*({} for _ in holders)).with_columns(held, titulaire_inclusif=held)
    (row,) = states(frame).values()
    assert (row["etat"], row["acquis_su"]) == (state, known)
    assert row["acquis_part"] == (None if share is None else pytest.approx(share))
    assert row["acquis"] == (None if share is None else round(15_000_000 * share))
    told = potential.counted(potential.needs(frame, as_of=AS_OF)).collect()
    assert told["acquis"].to_list() == [row["acquis"]]


@pytest.mark.skipif(not PARIS.exists(), reason="données réelles absentes")
def test_on_a_real_file_the_reserved_lot_and_the_marche_subsequent_are_no_advice():
    listed = PARIS.parents[1] / "registres" / "esat_liste_officielle.csv"
    base = diagnostic.prepare(PARIS, registers=[listed], clock=date(2026, 11, 29))
    made = opportunities.chosen(base, ())
    known = made.members.join(made.needs.select("besoin_id", "etat"), on="besoin_id")
    state = {
        number: set(known.filter(pl.col("uid").str.ends_with(number))["etat"])
        for number in ("2024S02151", "2024S11851")
    }
    assert state["2024S02151"] == {"reserve"} and "actionnable" not in state["2024S11851"]
    acting = made.needs.filter(pl.col("etat_action") == "agir")
    assert acting.height > 50 and acting["echeance"].min() >= date(2026, 11, 29)
