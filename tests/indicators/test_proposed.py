"""A target is proposed only above the start, from a landmark that is named; what is not measured gets none."""

from __future__ import annotations

import polars as pl
import pytest

from spaser.indicators.proposed import _highest, proposed
from spaser.indicators.trajectory import latest
from spaser.vocabulary import sentences as words


def of(valeur, *, repondus=40, small=False, q3=None, reference=None, vote=None):
    start = pl.LazyFrame(
        {"indicateur": ["x"], "valeur": [valeur], "repondus": [repondus], "petit_effectif": [small]},
        schema_overrides={"valeur": pl.Float64},
    )
    peers = pl.LazyFrame(
        {"indicateur": ["x"], "mediane": [0.1], "q3": [q3], "n_pairs": [12]}, schema_overrides={"q3": pl.Float64}
    )
    goals = [("x", "référence nationale", "nombre", reference, 2025)] if reference is not None else []
    goals += [("x", "voté", "nombre", vote, 2028)] if vote is not None else []
    targets = pl.LazyFrame(
        goals,
        schema={
            "indicateur": pl.String,
            "nature": pl.String,
            "unite": pl.String,
            "cible": pl.Float64,
            "annee": pl.Int64,
        },
        orient="row",
    )
    row = proposed(start, peers, targets).collect().row(0, named=True)
    return row["propose"], row["motif"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"valeur": 0.2, "q3": 0.21}, (0.21, words.PEERS_LANDMARK)),
        ({"valeur": 0.2, "q3": 0.2}, (0.2, words.ABOVE_PEERS)),
        ({"valeur": 0.2, "q3": 0.19, "reference": 0.2}, (0.2, words.ABOVE_PEERS)),
        ({"valeur": 0.2, "q3": 0.19, "reference": 0.3}, (0.3, words.NATIONAL_LANDMARK)),
        ({"valeur": 0.2, "q3": 0.25, "reference": 0.3}, (0.25, words.PEERS_LANDMARK)),
        ({"valeur": 0.2, "reference": 0.3}, (0.3, words.NATIONAL_LANDMARK)),
        ({"valeur": 0.3, "reference": 0.3}, (None, words.REACHED)),
        ({"valeur": 0.36, "reference": 0.3}, (None, words.REACHED)),
        ({"valeur": 0.3}, (None, words.NO_LANDMARK)),
        ({"valeur": 0.2, "q3": 0.9, "vote": 0.4}, (None, words.VOTED)),
        ({"valeur": 0.0, "repondus": 0, "q3": 0.5}, (None, words.UNMEASURED)),
        ({"valeur": 0.2, "small": True, "q3": 0.5}, (None, words.UNMEASURED)),
        ({"valeur": None, "q3": 0.5}, (None, words.UNMEASURED)),
    ],
)
def test_the_first_landmark_above_the_start_is_proposed_with_its_reason(given, expected):
    assert of(**given) == expected


def test_a_landmark_in_whole_hundredths_is_not_rounded_up_to_the_next():
    assert of(0.1, q3=0.28)[0] == 0.28
    assert of(0.1, q3=0.2801)[0] == 0.29


def test_a_target_is_never_above_the_whole():
    assert of(0.5, q3=0.999)[0] == 1.0


def test_what_the_law_asks_of_every_contract_has_the_whole_for_target_measured_or_not():
    start = pl.LazyFrame(
        {
            "indicateur": ["due", "silent", "free"],
            "valeur": [0.2, None, 0.2],
            "repondus": [40, 0, 40],
            "petit_effectif": [False, False, False],
        }
    )
    peers = pl.LazyFrame({"indicateur": ["due", "free"], "mediane": [0.1, 0.1], "q3": [0.5, 0.5], "n_pairs": [12, 12]})
    goals = pl.LazyFrame(
        schema={
            "indicateur": pl.String,
            "nature": pl.String,
            "unite": pl.String,
            "cible": pl.Float64,
            "annee": pl.Int64,
        }
    )
    law = pl.LazyFrame({"indicateur": ["due", "silent"], "devoir": ["imposé depuis un jour"] * 2})
    found = proposed(start, peers, goals, law).collect().select("indicateur", "propose", "motif").rows()
    told = "imposé depuis un jour"
    assert found == [("due", 1.0, told), ("silent", 1.0, told), ("free", 0.5, words.PEERS_LANDMARK)]


@pytest.mark.parametrize(
    ("complete", "small", "expected"),
    [({2024, 2025}, (), 2025), ({2024}, (), 2024), ({2024, 2025}, (2025,), 2024), (set(), (), 2026)],
)
def test_the_start_is_the_last_complete_year_of_enough_contracts_else_the_last_known(complete, small, expected):
    years = [2024, 2025, 2026]
    rows = pl.DataFrame(
        {
            "indicateur": ["x"] * 3,
            "unite": ["nombre"] * 3,
            "definition": ["d"] * 3,
            "dimension": ["annee"] * 3,
            "modalite": [str(year) for year in years],
            "valeur": [0.1, 0.2, 0.3],
            "petit_effectif": [year in small for year in years],
        }
    )
    assert latest(rows, complete)["annee"].to_list() == [expected]
    assert not latest(rows.with_columns(valeur=pl.lit(None, pl.Float64)), complete).height


def test_of_several_targets_the_highest_in_number_is_kept_then_the_latest():
    def kept(*rows: tuple) -> list[tuple]:
        given = pl.LazyFrame(rows, schema=["indicateur", "unite", "cible", "annee"], orient="row")
        return _highest(given, "vote").collect().rows()

    assert kept(("x", "nombre", 0.3, 2027), ("x", "valeur", 0.9, 2028)) == [("x", 0.3, 2027, "nombre")]
    assert kept(("x", "nombre", 0.4, 2027), ("x", "nombre", 0.3, 2030)) == [("x", 0.4, 2027, "nombre")]
    assert kept(("x", "nombre", 0.4, 2029), ("x", "nombre", 0.4, 2027)) == [("x", 0.4, 2029, "nombre")]
