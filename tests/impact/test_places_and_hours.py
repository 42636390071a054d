"""Where the money stays and what hours come from: the limits of each, computed by hand on invented structures."""

from __future__ import annotations

import polars as pl
import pytest

from spaser import impact

BOUNDS = ("bas", "milieu", "haut")
COMMUNES = pl.LazyFrame(
    {
        "code_commune": list("ABCDE"),
        "epci": ["g", "g", None, "h", "k"],  # C is an island without a group
        "ept": [None] * 5,
        "departement": ["1", "1", "1", "1", "2"],
        "region": ["R"] * 5,
    },
    schema_overrides={"ept": pl.String},
)


def kept(places: list[tuple], paid: list[tuple], buyer: str = "A") -> pl.DataFrame:
    known = pl.LazyFrame(places, schema=["siren", "siret", "siege", "code_commune"], orient="row")
    lines = pl.LazyFrame(
        paid, schema={"siret": pl.String, "siren": pl.String, "montant": pl.Int64}, orient="row", strict=False
    )
    return impact.retention(lines, known, COMMUNES, COMMUNES.filter(code_commune=buyer)).collect()


def levels(found: pl.DataFrame) -> dict:
    return dict(found.select("niveau", "montant").rows())


def test_a_commune_without_group_is_of_no_intercommunalite():
    places = [("1", "s1", True, "C"), ("2", "s2", True, "B")]
    paid = [("s1", "1", 3), ("s2", "2", 5)]
    assert levels(kept(places, paid)) == {"intercommunalité": 5, "département": 3}
    assert levels(kept(places, paid, buyer="C")) == {"commune": 3, "département": 5}


@pytest.mark.parametrize(
    ("places", "level"),
    [
        ([("1", "s1", False, "B"), ("1", "s2", None, "B")], "intercommunalité"),  # both in one commune
        ([("1", "s1", False, "B"), ("1", "s2", None, "E")], "lieu inconnu"),  # two communes, no seat said
        ([("1", "s1", False, "B"), ("1", "s2", True, "E")], "région"),  # the seat
        ([("1", "s9", False, "A"), ("1", "s2", True, "E")], "commune"),  # the establishment paid
        ([("1", "s9", True, None), ("1", "s2", False, "D")], "département"),  # the only one whose place is known
    ],
)
def test_the_place_is_that_of_the_establishment_else_the_only_one_else_the_seat(places, level):
    assert levels(kept(places, [("s9", "1", 7)])) == {level: 7}


def test_a_share_is_said_only_where_something_was_paid():
    places = [("1", "s1", True, "A"), ("2", "s2", True, "E")]
    found = kept(places, [("s1", "1", 3), ("s2", "2", 1), ("s0", "0", 4)])
    assert found.select("niveau", "part", "part_connue").rows() == [
        ("commune", 0.375, 0.75),
        ("région", 0.125, 0.25),
        ("lieu inconnu", 0.5, None),
    ]
    repaid = kept(places, [("s1", "1", 3), ("s2", "2", -3)])
    assert repaid["part"].to_list() == repaid["part_connue"].to_list() == [None, None]


def one(**columns: object) -> dict:
    row = {"siren": "000000001", "siret": "00000000100011", "fournisseur": "Structure inventée", "exercice": 2026}
    row |= {"montant": 12_000_000, "taxe": "HT", "perimetre": "achat", "titulaire_inclusif": True}
    return impact.bought(pl.LazyFrame([row | {"inclusif_regle": "SIRET"} | columns])).collect().row(0, named=True)


def test_an_insertion_company_sells_work_by_the_year_and_its_hours_are_those_of_its_own_full_time():
    row = one(inclusif_types="EI")
    assert (row["motif"], row["base_heures"]) == (None, 1505)
    assert [row[f"heures_{b}"] for b in BOUNDS] == pytest.approx([1505 * row[f"etp_{b}"] for b in BOUNDS])


def test_hours_required_make_full_time_equivalents_of_1607_hours():
    asked = pl.LazyFrame({"uid": ["a", "b"], "montant": [None, None], "heures_ecrites": [1607.0, 3214.0]})
    assert impact.required(asked.cast({"montant": pl.Int64})).collect()["etp_milieu"].to_list() == [1.0, 2.0]


def test_the_shares_of_places_are_the_same_to_the_last_bit_from_one_run_to_the_next():
    places = [(f"{rank}", f"{rank}0", True, commune) for rank, commune in enumerate("ABE")]
    sums = {"0": 36_460_789, "1": 169_113_700, "2": 97_087_032, "9": 42_559_371}
    paid = [(f"{one}0", one, total // 999) for one, total in sums.items() for _ in range(999)]
    paid += [(f"{one}0", one, total % 999) for one, total in sums.items()]
    # Groups of many lines come in an order of their own at each run.
    assert len({kept(places, paid).write_csv() for _ in range(30)}) == 1
