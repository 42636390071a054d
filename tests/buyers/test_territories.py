"""Places: communes, groups with their members, of contracts."""

from __future__ import annotations

import polars as pl
import pytest

from spaser import territories


def test_an_ept_opens_with_its_member_communes():
    members = territories.members(["200058014"]).collect()
    assert members.height == 24
    assert members["departement"].unique().sort().to_list() == ["91", "94"]


def test_members_stand_in_the_order_of_the_official_code_each_once():
    whole = territories.communes().collect()["code_commune"]
    within = territories.members(["200058014"]).collect()["code_commune"]
    assert within.to_list() == whole.filter(whole.is_in(within.to_list())).to_list()


def test_a_departement_opens_with_its_communes_and_a_commune_is_its_own_member():
    reference = territories.authorities().filter(pl.col("code") == "94", pl.col("categorie") == "département").collect()
    within = territories.members([reference["siren"].item()]).collect()
    assert (within.height, set(within["departement"])) == (47, {"94"})
    alone = within.row(0, named=True)
    assert territories.members([alone["siren"]]).collect()["code_commune"].to_list() == [alone["code_commune"]]
    assert territories.members([alone["siren"], reference["siren"].item()]).collect().height == 47


def test_no_siren_stands_twice_once_authorities_are_reduced_to_one_row_each():
    rows = territories.one_per_siren().select("siren").collect()
    assert rows.height == rows["siren"].n_unique() > 36_000
    assert rows["siren"].is_sorted()


@pytest.mark.parametrize(
    ("code", "kind", "expected"),
    [
        ("75", "Code département", "75"),
        ("75056", "Code commune", "75"),
        ("97411", "Code postal", "974"),
        ("2A004", "Code commune", "2A"),
        ("20000", "Code postal", "2A"),
        ("20200", "Code postal", "2B"),
        ("69001", "Code postal", "69"),
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


def test_two_authorities_of_one_siren_are_named_together_and_the_commune_is_the_one_kept():
    paris = territories.one_per_siren().filter(pl.col("siren") == "217500016").collect()
    assert paris.select("categorie", "code").rows() == [("commune et département", "75056")]


@pytest.mark.parametrize(
    ("code", "expected"),
    [("69001", "69"), ("97411", "974"), ("20000", "2A"), ("20200", "2B"), ("6900", None), (None, None)],
)
def test_the_departement_of_a_postcode_is_told_by_its_first_figures(code, expected):
    told = pl.DataFrame({"code": [code]}, schema={"code": pl.String}).select(territories.department("code"))
    assert told.item() == expected


@pytest.mark.parametrize(
    ("postcode", "name", "code", "how"),
    [
        ("01851", None, "01232", territories.BY_POSTCODE),  # the postcode of one commune
        ("01660", None, None, None),  # of three communes: which one, nothing says
        ("01660", "Chaveyriat", "01096", territories.BY_POSTCODE_AND_NAME),
        (None, "Chaveyriat", "01096", territories.BY_LONE_NAME),
        ("69400", "Chaveyriat", None, None),  # several communes, of another département
        (None, "Saint-Denis", None, None),  # several communes bear that name
    ],
)
def test_a_place_is_put_in_a_commune_only_when_what_is_written_names_one(postcode, name, code, how):
    row = {"code_commune": None, "code_postal": postcode, "commune": name}
    told = territories.situated(pl.LazyFrame([row], schema=dict.fromkeys(row, pl.String))).collect()
    assert told.select("code_commune", "situation").row(0) == (code, how)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("Fontenay s/s Bois", "94033"),
        ("Ivry/Seine", "94041"),
        ("Ivry s/ Seine", "94041"),
        ("Saint-Denis (93)", "93066"),
        ("St-Denis", None),
        ("La Rochelle (17)", "17300"),
    ],
)
def test_a_name_alone_is_a_town_when_it_says_enough(written: str, code: str | None) -> None:
    schema = dict.fromkeys(("code_commune", "code_postal", "commune"), pl.String)
    rows = pl.LazyFrame([{"code_commune": None, "code_postal": None, "commune": written}], schema=schema)
    assert territories.situated(rows).collect()["code_commune"].to_list() == [code]
