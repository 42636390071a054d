"""Places: communes, groups with their members, distances."""

from __future__ import annotations

import polars as pl
import pytest

from spaser import territories


def test_an_ept_opens_with_its_member_communes():
    members = territories.members(["200058014"]).collect()
    assert members.height == 24
    assert members["departement"].unique().sort().to_list() == ["91", "94"]


def test_no_siren_stands_twice_once_authorities_are_reduced_to_one_row_each():
    rows = territories.one_per_siren().select("siren").collect()
    assert rows.height == rows["siren"].n_unique() > 36_000


def test_the_distance_between_two_known_places_is_right_to_a_kilometre():
    paris_lyon = pl.DataFrame({"a": [2.3522], "b": [48.8566], "c": [4.8357], "d": [45.7640]})
    assert paris_lyon.select(territories.distance_km("a", "b", "c", "d")).item() == pytest.approx(391.5, abs=1)


def test_a_distance_to_an_unknown_place_is_unknown():
    place = pl.DataFrame(
        {"a": [2.3522], "b": [48.8566], "c": [None], "d": [None]}, schema_overrides={"c": pl.Float64, "d": pl.Float64}
    )
    assert place.select(territories.distance_km("a", "b", "c", "d")).item() is None


@pytest.mark.parametrize(
    ("code", "kind", "expected"),
    [
        ("75", "Code département", "75"),
        ("75056", "Code commune", "75"),
        ("97411", "Code postal", "974"),
        ("2A004", "Code commune", "2A"),
        ("20000", "Code postal", "2A"),
        ("20200", "Code postal", "2B"),
        ("11", "Code région", None),
        ("FR", "Code pays", None),
        ("01", "Code département", "01"),
        (None, None, None),
    ],
)
def test_the_departement_of_a_place_is_told_only_when_it_can_be(code, kind, expected):
    row = pl.LazyFrame(
        {"lieuExecution_code": [code], "lieuExecution_typeCode": [kind]},
        schema={"lieuExecution_code": pl.String, "lieuExecution_typeCode": pl.String},
    )
    assert territories.places(row).collect()["lieu_departement"].item() == expected
