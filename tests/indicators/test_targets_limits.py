"""Both sides of each limit of a target and of its road: years, values, met or missed, what lacks, what is projected."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from scipy import stats

from spaser.indicators import targets, trajectory
from spaser.indicators.targets import Target
from spaser.problems import Problem
from spaser.vocabulary import MEASURES

GOAL = Target("clause_sociale", "Clause sociale", "nombre", "déclaré", 0.5, 2027, "Délibération fictive")
LOWER = replace(GOAL, baisse=True)


def asked(**said: object) -> dict:
    return {"indicateur": "clause_sociale", "cible": "30 %", "annee": 2027, "source": "Délibération fictive"} | said


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({"annee": 1990}, None),
        ({"annee": 1989}, "n'est pas une année"),
        ({"annee": 2100}, None),
        ({"annee": 2101}, "n'est pas une année"),
        ({"annee": True}, "n'est pas une année"),
        ({"cible": "100 %"}, None),
        ({"cible": 1}, None),
        ({"cible": 1.01}, 'écrivez cible = "1.01 %"'),
        ({"cible": 100}, 'écrivez cible = "100 %"'),
        ({"cible": 101}, "dépasse 100 %"),
        ({"cible": "0 %"}, None),
        ({"cible": -1}, "ni un nombre positif"),
        ({"cible": True}, "ni un nombre positif"),
        ({"cible": "beaucoup"}, "ni un nombre positif"),
        ({"sens": "baisse"}, None),
        ({"sens": "côté"}, "« hausse » ou « baisse »"),
    ],
)
def test_a_target_is_read_within_its_bounds_and_refused_outside(said, fault):
    if fault is None:
        assert len(targets.checked([asked(**said)])) == 1
    else:
        with pytest.raises(Problem, match=fault):
            targets.checked([asked(**said)])


def test_a_target_of_101_is_no_percentage_that_was_badly_written():
    with pytest.raises(Problem) as told:
        targets.checked([asked(cible=101)])
    assert "écrivez" not in str(told.value)


@pytest.mark.parametrize(("first", "fault"), [(2027, False), (2028, True), (None, False)])
def test_a_target_may_be_of_the_first_year_of_the_data_and_not_before(first, fault):
    if fault:
        with pytest.raises(Problem, match="précède les premières données"):
            targets.checked([asked()], first_year=first)
    else:
        assert targets.checked([asked()], first_year=first)[0].annee == 2027


def test_a_target_given_twice_names_the_first_and_another_year_is_another_target():
    with pytest.raises(Problem, match=r"objectif 3 : .* est déjà l'objectif 1"):
        targets.checked([asked(), asked(annee=2028), asked(cible="40 %")])
    assert len(targets.checked([asked(), asked(annee=2028)])) == 2


def test_the_factors_of_small_series_are_those_of_student_at_eighty_per_cent():
    assert trajectory.STUDENT == {free: pytest.approx(stats.t.ppf(0.9, free), abs=6e-5) for free in range(1, 11)}
    assert trajectory.LEVEL == pytest.approx(stats.norm.ppf(0.9), abs=6e-5)


def seen(year: int, value: float, whole: int = 100, **more: object) -> dict:
    part = round(value * whole)
    row = {"an": year, "valeur": value, "bas": None, "haut": None, "numerateur": part, "denominateur": whole}
    return row | {"unite": "nombre", "petit_effectif": False} | more


def test_a_projection_follows_its_line_with_an_interval_counted_by_hand():
    years = [seen(2022, 0.2), seen(2023, 0.3), seen(2024, 0.4)]
    value, low, high = trajectory.project(years, range(2026, 2027))[2026]
    # Three years of weight 100 on one line: mean 0.3 in 2023, slope 0.1; variance of one unit 0.3 × 0.7 = 0.21.
    spread = 1.2816 * (0.21 / 300 + 0.21 / 200 * 3**2 + 0.21 * 3 / 300) ** 0.5
    assert (value, low, high) == (pytest.approx(0.6), pytest.approx(0.6 - spread), pytest.approx(0.6 + spread))


@pytest.mark.parametrize("unknown", [None, 0])
def test_a_year_of_unknown_number_weighs_one_and_an_amount_always_does(unknown):
    shares = (0.2, 0.3, 0.5)
    ones = [seen(2022 + rank, value, 1) for rank, value in enumerate(shares)]
    silent = [row | {"denominateur": unknown} for row in ones]
    assert trajectory.project(silent, range(2025, 2026)) == trajectory.project(ones, range(2025, 2026))
    mixed = [ones[0] | {"denominateur": unknown}, *ones[1:]]
    assert trajectory.project(mixed, range(2025, 2026)) == trajectory.project(ones, range(2025, 2026))
    euros = [row | {"unite": "valeur", "denominateur": 10**rank} for rank, row in enumerate(ones)]
    value = trajectory.project(euros, range(2025, 2026))[2025][0]
    assert value == pytest.approx(trajectory.project(ones, range(2025, 2026))[2025][0])


def test_where_the_years_scatter_more_than_chance_the_interval_is_that_of_their_scatter():
    years = [seen(2021 + rank, value, 10_000) for rank, value in enumerate((0.2, 0.4, 0.2, 0.4))]
    value, low, high = trajectory.project(years, range(2025, 2026))[2025]
    # Mean 0.3 at 2022.5, slope 0.2 / 5 = 0.04, squares of the gaps in years 5; two degrees of freedom.
    left = 10_000 * sum(
        (y - 0.3 - 0.04 * gap) ** 2 for y, gap in zip((0.2, 0.4, 0.2, 0.4), (-1.5, -0.5, 0.5, 1.5), strict=True)
    )
    unit = left / 2
    spread = 1.8856 * (unit / 40_000 + unit / 50_000 * 2.5**2 + unit * 4 / 40_000) ** 0.5
    assert value == pytest.approx(0.4)
    assert (low, high) == (pytest.approx(max(0, 0.4 - spread)), pytest.approx(min(1, 0.4 + spread)))


def test_a_share_projected_stays_between_nothing_and_all_and_a_quantity_only_above_nothing():
    rise, fall = [seen(2022, 0.5), seen(2023, 0.9)], [seen(2022, 0.5), seen(2023, 0.1)]
    assert trajectory.project(rise, range(2026, 2027))[2026][0] == 1.0
    assert trajectory.project(fall, range(2026, 2027))[2026][:2] == (0.0, 0.0)
    assert trajectory.project(rise, range(2026, 2027), share=False)[2026][0] == pytest.approx(2.1)


@pytest.mark.parametrize(
    ("target", "value", "met"),
    [(GOAL, 0.5, True), (GOAL, 0.499, False), (LOWER, 0.5, True), (LOWER, 0.501, False), (LOWER, 0.1, True)],
)
def test_a_target_is_met_at_its_own_value(target, value, met):
    assert trajectory._met(target, value) is met


@pytest.mark.parametrize(
    ("target", "ahead", "state"),
    [
        (GOAL, (0.6, 0.5, 0.7), "probable"),
        (GOAL, (0.6, 0.49, 0.7), "incertain"),
        (GOAL, (0.4, 0.3, 0.5), "incertain"),
        (GOAL, (0.4, 0.3, 0.49), "hors_rythme"),
        (LOWER, (0.4, 0.3, 0.5), "probable"),
        (LOWER, (0.4, 0.3, 0.51), "incertain"),
        (LOWER, (0.6, 0.5, 0.7), "incertain"),
        (LOWER, (0.6, 0.51, 0.7), "hors_rythme"),
        (GOAL, None, "inconnu"),
    ],
)
def test_the_state_of_a_road_is_read_on_the_interval_of_its_year(target, ahead, state):
    last = seen(2026, 0.6 if target.baisse else 0.4)
    assert trajectory._state(target, last, {2027: ahead} if ahead else {}) == state
    assert trajectory._state(target, last | {"an": 2027}, {2027: ahead} if ahead else {}) == "depasse"
    assert trajectory._state(target, last | {"valeur": 0.5}, {}) == "atteint"


def test_a_target_is_reached_from_the_first_year_that_no_later_one_takes_back():
    known = [seen(2022, 0.5), seen(2023, 0.4), seen(2024, 0.5)]
    assert trajectory._reached(GOAL, known, {}) == 2024
    assert trajectory._reached(GOAL, known, {2025: (0.6, 0, 1)}) == 2024
    assert trajectory._reached(GOAL, known, {2025: (0.4, 0, 1), 2026: (0.5, 0, 1)}) == 2026
    assert trajectory._reached(GOAL, known, {2025: (0.4, 0, 1)}) is None


@pytest.mark.parametrize(
    ("target", "value", "missing", "lacking", "answer"),
    [
        (GOAL, 0.5, 0, 0, "atteint"),
        (GOAL, 0.48, 2, 2, "manque"),
        (GOAL, 0.55, -5, 0, "atteint"),
        (LOWER, 0.53, -3, 3, "manque"),
        (LOWER, 0.4, 10, 0, "atteint"),
        (replace(GOAL, cible=0.505), 0.5, 1, 1, "manque"),
    ],
)
def test_what_lacks_is_counted_in_whole_contracts(target, value, missing, lacking, answer):
    assert trajectory._missing(seen(2024, value), target) == missing
    told = trajectory.Road(target, "", pl.DataFrame(), value, 2024, manquants=missing)
    assert (told.answer, told.lacking) == (answer, lacking)


def contracts(*weights: int | None, said: tuple = ()) -> pl.DataFrame:
    return pl.DataFrame(
        {"annee": [2024] * len(weights), "compte": [*said, *[None] * (len(weights) - len(said))], "poids": weights},
        schema={"annee": pl.Int64, "compte": pl.Boolean, "poids": pl.Int64},
    )


def test_contracts_that_would_have_changed_the_result_are_the_largest_in_value_and_the_median_in_number():
    value = replace(GOAL, unite="valeur")
    rows = contracts(900, 50, 30, 20, None, 0, said=(True, False))  # the first already counts; nothing weighs nothing
    assert trajectory._which(rows, 2024, 50, value) == (1, 50)
    assert trajectory._which(rows, 2024, 51, value) == (2, 51)
    assert trajectory._which(rows, 2024, 100, value) == (3, 100)
    assert trajectory._which(rows, 2024, 101, value) == (None, 101)
    assert trajectory._which(rows, 2024, 2, GOAL) == (2, 60)
    assert trajectory._which(rows, 2023, 2, GOAL) == (2, None)
    for missing, target in ((0, value), (-1, value), (None, value), (5, replace(value, baisse=True))):
        assert trajectory._which(rows, 2024, missing, target) == (None, None)


def test_the_road_shows_five_years_to_come_at_most_on_the_straight_path():
    far = replace(GOAL, annee=2034)
    points = trajectory._points([seen(2024, 0.3)], {}, far)
    assert points["annee"].to_list() == ["2024", "2025", "2026", "2027", "2028", "2029"]
    assert points["genre"].to_list() == ["constaté"] + ["à venir"] * 5
    assert points["chemin"].to_list() == pytest.approx([0.30, 0.32, 0.34, 0.36, 0.38, 0.40])
    past = trajectory._points([seen(2024, 0.3), seen(2026, 0.4)], {}, replace(GOAL, annee=2025))
    assert past["chemin"].to_list() == pytest.approx([0.3, 0.5])
    assert trajectory._points([seen(2024, 0.3)], {}, replace(GOAL, annee=2024))["chemin"].to_list() == [None]


def test_the_answer_is_read_on_the_last_complete_year_of_enough_contracts():
    rows = [
        ("2022", 0.1, False),
        ("2023", 0.2, False),
        ("2024", 0.3, True),
        ("2025", 0.4, False),
        ("inconnue", 0.9, False),
    ]
    told = MEASURES.conform(
        pl.LazyFrame(
            [
                {"indicateur": "clause_sociale", "unite": "nombre", "definition": "déclaré", "dimension": "annee"}
                | {"modalite": year, "valeur": value, "petit_effectif": few}
                for year, value, few in rows
            ]
        )
    ).collect()
    assert trajectory.latest(told, {2022, 2023, 2024})["annee"].to_list() == [2023]
    assert trajectory.latest(told, set())["annee"].to_list() == [2025]
    few = told.with_columns(petit_effectif=True)
    assert trajectory.latest(few, {2022})["annee"].to_list() == [2025]
