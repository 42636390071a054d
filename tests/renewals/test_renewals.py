"""What ends when, and which renewals reach a target."""

from __future__ import annotations

from datetime import date
from itertools import combinations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spaser import renewals, rules
from spaser.contracts import days
from spaser.vocabulary import CONTRACTS

AS_OF = date(2026, 10, 31)


def contract(**changes) -> dict:
    row = {
        "uid": "invented-1",
        "type_contrat": "marche",
        "dateNotification": date(2023, 1, 31),
        "dureeMois": 48,
        "marche_subsequent": False,
        "test_plateforme": False,
        "procedure": "Procédure adaptée",
        "montant_retenu": 48_000_00,
        "objet": "Entretien inventé",
        "codeCPV": "77310000",
    }
    return row | changes


def ends(*rows: dict, **options) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema={name: CONTRACTS.schema[name] for name in contract()})
    ended = frame.lazy().with_columns(dernier_avenant=pl.lit(None, pl.Date)).with_columns(fin_contrat=days.end())
    return renewals.ends(CONTRACTS.conform(ended), as_of=AS_OF, **options).collect()


def test_the_latest_end_is_the_first_notification_plus_the_duration_amended():
    row = ends(contract()).row(0, named=True)
    assert row["echeance"] == date(2027, 1, 31)
    assert row["statut_echeance"] == "a_venir"
    assert row["trimestre"] == "2027-T1"


def test_a_month_without_that_day_ends_on_its_last_day():
    assert ends(contract(dureeMois=1))["echeance"].item() == date(2023, 2, 28)


def test_the_day_before_the_edition_is_overdue_and_the_day_itself_is_to_come():
    rows = ends(
        contract(uid="a", dateNotification=date(2025, 10, 30), dureeMois=12),
        contract(uid="b", dateNotification=date(2025, 10, 31), dureeMois=12),
    )
    told = {uid: rest for uid, *rest in rows.select("uid", "statut_echeance", "trimestre").rows()}
    assert told == {"a": ["depassee", None], "b": ["a_venir", "2026-T4"]}


def test_an_unknown_duration_has_an_unknown_end_and_never_a_default_one():
    row = ends(contract(dureeMois=None)).row(0, named=True)
    assert (row["echeance"], row["statut_echeance"], row["trimestre"]) == (None, "inconnue", None)


def test_sourcing_starts_earlier_when_the_procedure_is_longer():
    rows = ends(contract(uid="a"), contract(uid="b", procedure="Appel d'offres ouvert"))
    assert rows["sourcing"].to_list() == [date(2026, 4, 30), date(2026, 1, 31)]
    assert rows["urgence"].to_list() == [True, True]


@pytest.mark.parametrize(
    ("notified", "code", "urgent"),
    [
        (date(2023, 7, 30), "77310000", True),  # nine months before its end, sourcing should have begun the day before
        (date(2023, 7, 31), "77310000", False),  # it begins today
        (date(2023, 7, 30), "45233140", False),  # works: nothing follows
        (date(2023, 7, 30), None, True),  # nothing says that nothing follows
    ],
)
def test_a_renewal_is_urgent_when_its_sourcing_should_have_begun_and_something_follows(notified, code, urgent):
    row = ends(contract(dateNotification=notified, codeCPV=code)).row(0, named=True)
    assert ((row["sourcing"] < AS_OF), row["urgence"]) == (notified < date(2023, 7, 31), urgent)


@pytest.mark.parametrize(
    ("ended", "options", "quarter"),
    [
        (date(2027, 10, 30), {"months": 12}, "2027-T4"),
        (date(2027, 10, 31), {"months": 12}, None),
        (date(2029, 10, 30), {}, "2029-T4"),  # three years when nothing is asked
        (date(2029, 10, 31), {}, None),
    ],
)
def test_the_calendar_stops_at_its_horizon(ended, options, quarter):
    row = ends(contract(dateNotification=ended.replace(year=ended.year - 4)), **options).row(0, named=True)
    assert (row["echeance"], row["trimestre"]) == (ended, quarter)


@pytest.mark.parametrize(
    ("notified", "months", "next_one"),
    [
        (date(2024, 10, 31), 48, date(2026, 10, 31)),  # the very day of the edition
        (date(2024, 10, 30), 48, date(2027, 10, 30)),  # the day before it: next year's
        (date(2026, 3, 1), 24, date(2027, 3, 1)),  # signed this year: never the day it was signed
        (date(2026, 3, 1), 13, date(2027, 3, 1)),
        (date(2026, 3, 1), 12, None),
        (date(2024, 12, 15), 24, None),  # the anniversary is the end itself
    ],
)
def test_an_anniversary_is_told_of_contracts_of_more_than_a_year(notified, months, next_one):
    assert ends(contract(dateNotification=notified, dureeMois=months))["anniversaire"].item() == next_one


def test_a_contract_of_a_year_that_an_amendment_makes_longer_has_no_anniversary():
    year = {"type_contrat": "marche", "dateNotification": date(2026, 3, 1), "fin_contrat": date(2027, 9, 1)}
    rows = CONTRACTS.conform(pl.LazyFrame([year | {"uid": "a", "dureeMois": 12}, year | {"uid": "b", "dureeMois": 13}]))
    found = renewals.ends(rows, as_of=AS_OF).collect().sort("uid")
    assert found["anniversaire"].to_list() == [None, date(2027, 3, 1)]


def test_the_next_anniversary_is_after_the_edition_and_before_the_end():
    rows = ends(
        contract(uid="a", dateNotification=date(2024, 12, 15)),
        contract(uid="b", dateNotification=date(2025, 11, 1), dureeMois=12),
    )
    assert rows["anniversaire"].to_list() == [date(2026, 12, 15), None]


def test_a_marche_subsequent_a_test_and_a_concession_are_not_renewed():
    rows = ends(
        contract(uid="a", marche_subsequent=True),
        contract(uid="b", test_plateforme=True),
        contract(uid="c", type_contrat="concession"),
    )
    assert rows.is_empty()


def test_works_are_presumed_to_have_no_sequel_and_an_unknown_cpv_says_nothing():
    rows = ends(contract(uid="a", codeCPV="45233140"), contract(uid="b"), contract(uid="c", codeCPV=None))
    assert rows["ponctuel"].to_list() == [True, False, None]


def test_a_yearly_amount_is_never_scaled_up_under_twelve_months():
    rows = ends(contract(uid="a"), contract(uid="b", dureeMois=3), contract(uid="c", montant_retenu=None))
    assert rows["montant_annuel"].to_list() == [12_000_00, 48_000_00, None]


def test_of_a_framework_the_part_of_its_maximum_presumed_ordered_counts():
    framework = {"type_contrat": "marche", "montant_retenu": 48_000_00, "dureeMois": 48, "accord_cadre": True}
    rows = CONTRACTS.conform(pl.LazyFrame([framework | {"fin_contrat": date(2027, 1, 31)}]))
    part = rules.method()["potential"]["execution_accord_cadre"]["value"]
    assert renewals.ends(rows, as_of=AS_OF).collect()["montant_annuel"].item() == round(12_000_00 * part)


def test_the_calendar_keeps_overdue_unknown_and_far_ends_apart_and_counts_everything():
    rows = ends(
        contract(uid="a"),
        contract(uid="b", dureeMois=None),
        contract(uid="c", dureeMois=6),
        contract(uid="d", dureeMois=200),
    )
    quarters = renewals.calendar(rows.lazy(), by="procedure").collect()
    assert dict(quarters.select("trimestre", "contrats").rows()) == {
        "2027-T1": 1,
        "inconnue": 1,
        "depassee": 1,
        "au_dela": 1,
    }


def candidates(gains: list[int]) -> pl.LazyFrame:
    start = date(2026, 12, 1).toordinal()
    return pl.LazyFrame(
        {
            "uid": [f"c{i:03d}" for i in range(len(gains))],
            "echeance": [date.fromordinal(start + 9 * i) for i in range(len(gains))],
            "gain": gains,
        },
        schema={"uid": pl.String, "echeance": pl.Date, "gain": pl.Int64},
    )


def test_a_target_in_number_takes_the_renewals_that_end_first():
    chosen = renewals.plan(candidates([1] * 6), renewals.Target(7, 20, 0.5)).collect()
    assert chosen["uid"].to_list() == ["c000", "c001", "c002"]
    assert chosen["cumul"].to_list() == [1, 2, 3]


@pytest.mark.filterwarnings("error")  # nothing is divided by a gap that is nothing
def test_a_target_already_reached_asks_for_nothing():
    assert renewals.plan(candidates([5, 5]), renewals.Target(10, 20, 0.5)).collect().is_empty()


def test_of_as_few_renewals_those_that_end_first_are_taken_and_none_twice():
    assert renewals.plan(candidates([5, 1, 5]), renewals.Target(0, 6, 1.0)).collect()["uid"].to_list() == [
        "c000",
        "c001",
    ]
    assert renewals.plan(candidates([5, 1, 5]), renewals.Target(0, 7, 1.0)).collect()["uid"].to_list() == [
        "c000",
        "c002",
    ]


def test_a_renewal_that_brings_nothing_or_whose_gain_is_unknown_is_no_candidate():
    rows = candidates([1, 0, 1]).with_columns(gain=pl.when(pl.col("uid") == "c002").then(None).otherwise("gain"))
    assert renewals.plan(rows, renewals.Target(0, 10, 0.9)).collect()["uid"].to_list() == ["c000"]


def test_a_gap_is_what_lacks_rounded_up_and_a_share_held_exactly_lacks_nothing():
    assert [renewals.Target(done, 20, 0.33).gap for done in (6, 7)] == [1, 0]  # 6.6 asked
    assert [renewals.Target(done, 10, 0.7).gap for done in (6, 7, 8)] == [1, 0, 0]


def test_a_target_out_of_reach_takes_everything_and_shows_what_lacks():
    chosen = renewals.plan(candidates([1, 1]), renewals.Target(0, 10, 0.9)).collect()
    assert chosen.height == 2
    assert chosen["cumul"][-1] < chosen["manque"][-1]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 60), min_size=1, max_size=9), st.integers(1, 150))
def test_greedy_exact_and_brute_force_agree_on_how_many_renewals_are_needed(gains, gap):
    target = renewals.Target(0, gap, 1.0)
    exact = renewals.plan(candidates(gains), target).collect().height
    greedy = renewals.plan(candidates(gains), target, exact=False).collect().height
    enough = [n for n in range(len(gains) + 1) if any(sum(c) >= gap for c in combinations(gains, n))]
    assert exact == greedy == (enough[0] if enough else len(gains))


def test_where_one_is_lacking_the_first_to_end_is_enough_by_either_way():
    gains = np.array([1, 1, 1])
    for choose in (renewals._exact, renewals._greedy):
        assert choose(gains, 1).tolist() == [True, False, False]
        assert choose(gains, 0).tolist() == [False, False, False]
        assert choose(gains, 3).tolist() == choose(gains, 4).tolist() == [True, True, True]


def test_the_chance_to_reach_a_target_is_seeded_and_matches_a_binomial():
    ones, half = np.ones(10), np.full(10, 0.5)
    first = renewals.chance(ones, ones, half, 5)
    assert first == renewals.chance(ones, ones, half, 5)
    assert first == pytest.approx(638 / 1024, abs=0.03)
    assert first == 0.6305  # the figure that a report shows is the same on another day and another machine


def test_renewals_that_always_succeed_and_just_fill_the_gap_are_certain():
    sure = np.ones(2)
    assert renewals.chance(sure, sure, sure, 2) == 1.0
    assert renewals.chance(sure, sure, sure, 3) == 0.0
    assert renewals.chance(3 * sure, 5 * sure, sure, 8) == pytest.approx(0.5, abs=0.03)  # two draws from 3 to 5


def test_no_renewal_gives_no_chance_and_no_gap_gives_certainty():
    none = np.zeros(0)
    assert renewals.chance(none, none, none, 3) == renewals.chance(none, none, none, 1) == 0.0
    assert renewals.chance(none, none, none, 0) == 1.0


def test_sourcing_to_start_within_a_year_is_counted_back_from_the_end_the_last_day_included():
    lead = rules.method()["renewals"]["lead_months"]["defaut"]
    edge = date(2027, 10, 31)  # a year after the edition
    needs = pl.LazyFrame(
        {"besoin": ["passé", "proche", "limite", "loin"], "procedure": [None] * 4},
        schema={"besoin": pl.String, "procedure": pl.String},
    ).with_columns(
        echeance=pl.Series([date(2026, 10, 30), date(2026, 12, 1), edge, date(2027, 11, 1)]).dt.offset_by(f"{lead}mo")
    )
    soon = renewals.upcoming(
        needs.with_columns(
            echeance=pl.when(pl.col("besoin") == "passé").then(pl.date(2026, 10, 30)).otherwise("echeance")
        ),
        as_of=AS_OF,
    ).collect()
    assert soon.select("besoin", "sourcing").rows() == [("proche", date(2026, 12, 1)), ("limite", edge)]
