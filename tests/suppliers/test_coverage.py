"""What a list loaded proves: whole or limited to a few activities, everywhere or in some départements; the form SIRENE says first."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from spaser.suppliers import coverage, ess
from spaser.vocabulary import ESTABLISHMENTS, REGISTER

DAY = date(2026, 1, 31)


def listed(lines: int, divisions: int = 10, without: int = 0, **said: object) -> pl.LazyFrame:
    """A list of so many lines, in so many divisions of the NAF, some without activity."""
    naf = [None] * without + [f"{10 + rank % divisions}11Z" for rank in range(lines - without)]
    row = {"source": "liste inventée", "au": DAY, "prouve_non": True} | said
    return ESTABLISHMENTS.conform(pl.LazyFrame({"naf": naf}).with_columns(**{k: pl.lit(v) for k, v in row.items()}))


def covered(*lists: pl.LazyFrame, register: list[dict] | None = None) -> dict:
    known = REGISTER.conform(pl.LazyFrame(register or [{"statut": "AUCUN"}]))
    return coverage.of_lists(known, pl.concat(lists)).collect().row(0, named=True)


@pytest.mark.parametrize(
    ("lines", "divisions", "without", "whole"),
    [
        (200, 10, 0, False),  # many lines, few activities: the list is of these activities
        (199, 10, 0, True),  # too few lines to tell
        (200, 11, 0, True),  # activities enough
        (200, 10, 20, False),  # nine lines in ten say their activity
        (200, 10, 21, True),  # too many are silent
    ],
)
def test_a_long_list_of_few_activities_is_not_whole(lines, divisions, without, whole):
    found = covered(listed(lines, divisions, without))
    assert (found["ess_chargee"], found["ess_complete"]) == (True, whole)
    assert len(found["ess_divisions"]) == divisions


def test_one_whole_list_is_enough_and_a_list_that_proves_nothing_is_none():
    assert covered(listed(200), listed(3, 2, source="une autre"))["ess_complete"]
    silent = covered(listed(5, prouve_non=False))
    assert not silent["ess_chargee"] and not silent["ess_complete"]


def test_a_list_declared_for_some_departements_covers_them_and_no_more():
    found = covered(listed(5, prouve_ou="13, 84"))
    assert (found["ess_partout"], found["ess_departements"]) == (False, ["13", "84"])
    both = covered(listed(5, prouve_ou="84"), listed(5, source="une autre"))
    assert (both["ess_partout"], both["ess_departements"]) == (True, ["84"])


def test_the_days_of_the_lists_are_said_once_each_in_their_order():
    lists = (listed(2, au=date(2026, 3, 1)), listed(2), listed(2, source="z"), listed(2, source="y", au=None))
    assert covered(*lists)["ess_listes"] == "du 31/01/2026, du 01/03/2026, sans date"


@pytest.mark.parametrize(
    ("place", "department"),
    [
        ({"code_commune": "97411"}, "974"),
        ({"code_commune": "98818"}, "988"),
        ({"code_commune": "2A004"}, "2A"),
        ({"code_commune": "13055", "code_postal": "84000"}, "13"),
        ({"code_postal": "84000"}, "84"),
        ({}, None),
    ],
)
def test_a_departement_is_that_of_the_commune_else_of_the_postcode(place, department):
    row = pl.DataFrame([{"code_commune": None, "code_postal": None} | place]).cast(pl.String)
    assert row.select(coverage.department()).item() == department


def told(*rows: dict) -> dict:
    """What the forms of these lines say of the one company that they are about."""
    base = {"siren": "900000017", "siret": "90000001700025", "siege": True, "au": DAY, "source": "s", "naf": "8121Z"}
    return ess.forms(ESTABLISHMENTS.conform(pl.LazyFrame([base | row for row in rows]))).collect().row(0, named=True)


OTHER, SIRENE = (
    {"liste": "ess_inventee", "categorie_juridique": "5710"},
    {"liste": "sirene", "categorie_juridique": "9220"},
)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (SIRENE | {"au": date(2020, 1, 1)}, OTHER),  # SIRENE before a more recent list
        (SIRENE | {"au": date(2020, 1, 1)}, OTHER | {"liste": None}),  # and before a list of no name
        (SIRENE, SIRENE | {"au": date(2025, 1, 1), "categorie_juridique": "5710"}),  # the latest of two
        (SIRENE, SIRENE | {"siret": "90000001700033", "siege": False, "categorie_juridique": "5710"}),  # the seat
        (SIRENE, OTHER | {"liste": "sirene", "source": "t"}),  # then the first by name
        (OTHER, SIRENE | {"categorie_juridique": None}),  # a line that says no form says nothing
    ],
)
def test_the_form_of_a_company_is_that_of_sirene_then_of_the_latest_line(first, second):
    for rows in ((first, second), (second, first)):
        found = told(*rows)
        assert found["categorie_juridique"] == first["categorie_juridique"]
        assert found["officiel"] is (first["liste"] == "sirene")


def test_a_kind_lacks_when_its_list_holds_fewer_structures_than_a_national_one():
    from spaser import rules

    asked = {row["code"]: int(row["liste_nationale_des"] or 0) for row in rules.table("siae_types.csv").to_dicts()}
    least = asked["ETTI"]

    def missing(count: int) -> list[str]:
        rows = [{"statut": "ETTI", "siren": f"{rank:09}", "siret": f"{rank:09}00011"} for rank in range(count)]
        return covered(listed(1), register=[*rows, *rows])["inclusif_manquants"].split(", ")  # each is counted once

    assert "ETTI" in missing(least - 1) and "ETTI" not in missing(least)
    assert missing(least) == sorted(kind for kind, number in asked.items() if number and kind != "ETTI")
