"""Targets: what is accepted and refused, national references, the road to each target."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from spaser.indicators import targets, trajectory
from spaser.indicators.targets import Target
from spaser.problems import Problem
from spaser.vocabulary import MEASURES

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "targets.toml").read_text(encoding="utf-8"))["cas"]
GOAL = Target("clause_sociale", "Clause sociale", "nombre", "déclaré", 0.5, 2027, "Délibération fictive")


def measures(years: dict[int, tuple[int, int]], unit: str = "nombre") -> pl.DataFrame:
    """MEASURES by year from (yes, all) counts, every contract answering."""
    rows = [
        {
            "indicateur": "clause_sociale",
            "unite": unit,
            "definition": "déclaré",
            "dimension": "annee",
            "modalite": str(year),
            "valeur": yes / every,
            "valeur_repondus": yes / every,
            "bas": yes / every,
            "haut": yes / every,
            "numerateur": yes,
            "denominateur": every,
            "repondus": every,
            "couverture": 1.0,
            "petit_effectif": every < 10,
        }
        for year, (yes, every) in years.items()
    ]
    return MEASURES.conform(pl.LazyFrame(rows)).collect()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["nom"])
def test_a_file_of_targets_is_read_or_refused_with_every_error(case, tmp_path):
    file = tmp_path / "objectifs.toml"
    file.write_text(case["texte"], encoding="utf-8")
    if "cibles" in case:
        assert [target.cible for target in targets.read(file, first_year=2023)] == case["cibles"]
        return
    with pytest.raises(Problem) as told:
        targets.read(file, first_year=2023)
    for message in case["messages"]:
        assert message in str(told.value)


def test_national_references_are_dated_sourced_and_never_invented():
    found = targets.national(date(2026, 11, 22))
    assert {(t.indicateur, t.cible, t.annee) for t in found} >= {
        ("consideration_sociale", 0.3, 2025),
        ("consideration_environnementale", 1.0, 2025),
    }
    assert all(target.source and target.confidence for target in found)
    assert not any(target.annee == 2026 for target in found)  # no text was found for the plan that follows


def test_a_target_met_in_the_last_complete_year_is_met():
    road = trajectory.road(measures({2023: (30, 100), 2024: (52, 100)}), GOAL, {2023, 2024})
    assert road.state == "atteint" and road.atteint_en == 2024 and road.manquants == -2


def test_contracts_that_were_missing_are_counted_to_the_unit():
    road = trajectory.road(measures({2024: (26, 101)}), GOAL, {2024})
    assert road.manquants == 25  # 50,5 contracts needed, so 51
    assert (26 + road.manquants) / 101 >= 0.5 > (26 + road.manquants - 1) / 101


def test_in_value_the_fewest_contracts_that_would_have_been_enough_are_the_largest():
    contracts = pl.DataFrame(
        {"annee": [2024] * 4, "compte": [True, False, None, False], "poids": [40_00, 5_00, 30_00, 25_00]}
    )
    goal = Target("clause_sociale", "", "valeur", "déclaré", 0.9, 2027, "x")
    road = trajectory.road(measures({2024: (40_00, 100_00)}, "valeur"), goal, {2024}, contracts)
    assert (road.manquants, road.contrats, road.euros) == (50_00, 2, 50_00)


def test_one_complete_year_projects_nothing():
    road = trajectory.road(measures({2024: (26, 100), 2025: (40, 100)}), GOAL, {2024})
    assert road.state == "inconnu" and road.projete is None and road.derniere == 0.26


def test_a_year_of_small_numbers_is_no_base_for_a_projection():
    road = trajectory.road(measures({2022: (0, 1), 2023: (30, 100), 2024: (36, 100)}), GOAL, {2022, 2023, 2024})
    assert road.points["annee"].to_list()[:2] == ["2023", "2024"]
    assert road.projete == pytest.approx(0.54)


@pytest.mark.parametrize(("unit", "least"), [("nombre", 2), ("valeur", 3)])
def test_two_years_project_a_share_of_contracts_and_three_a_share_of_amounts(unit, least):
    goal = Target("clause_sociale", "", unit, "déclaré", 0.5, 2027, "x")
    for count in (least - 1, least):
        years = {2025 - rank: (36 - 3 * rank, 100) for rank in range(count)}
        road = trajectory.road(measures(years, unit), goal, set(years))
        assert (road.projete is not None) is (count == least)


def test_the_line_is_the_weighted_line_and_its_interval_opens_with_time():
    road = trajectory.road(
        measures({2022: (200, 1000), 2023: (250, 1000), 2024: (300, 1000)}), GOAL, {2022, 2023, 2024}
    )
    ahead = road.points.filter(pl.col("genre") == "projeté")
    assert ahead["valeur"].to_list() == pytest.approx([0.35, 0.40, 0.45])
    width = (ahead["haut"] - ahead["bas"]).to_list()
    assert width == sorted(width) and width[0] > 0
    assert road.state in ("incertain", "hors_rythme")


def test_the_straight_path_goes_from_the_first_year_to_the_target():
    road = trajectory.road(measures({2023: (30, 100)}), GOAL, {2023})
    path = dict(road.points.select("annee", "chemin").rows())
    assert (
        path["2023"] == pytest.approx(0.3) and path["2025"] == pytest.approx(0.4) and path["2027"] == pytest.approx(0.5)
    )


def test_a_steady_rise_reaches_the_target_and_a_fall_does_not():
    rise = trajectory.road(
        measures({2022: (20_000, 100_000), 2023: (40_000, 100_000), 2024: (49_000, 100_000)}), GOAL, {2022, 2023, 2024}
    )
    fall = trajectory.road(
        measures({2022: (40_000, 100_000), 2023: (30_000, 100_000), 2024: (20_000, 100_000)}), GOAL, {2022, 2023, 2024}
    )
    assert rise.atteint_en == 2025 and fall.atteint_en is None and fall.state == "hors_rythme"


def test_without_a_figure_the_target_is_not_given_rather_than_missed():
    road = trajectory.road(MEASURES.empty(), GOAL, set())
    assert road.state == "non_renseigne" and road.derniere is None


def test_a_past_deadline_not_met_says_so():
    goal = Target("clause_sociale", "", "nombre", "déclaré", 0.5, 2024, "x")
    assert trajectory.road(measures({2023: (30, 100), 2024: (40, 100)}), goal, {2023, 2024}).state == "depasse"
