"""The three populations and what is incomplete. Every buyer, supplier and subject here is invented."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from test_contracts import built, record

from spaser.contracts import populations as judging


def populations(**values) -> tuple[bool, bool, bool]:
    got = built(record(**values))["M1"]
    return got["publies"], got["seuil_montant"], got["seuil_besoin"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"montant": 40_000}, (True, True, True)),
        ({"montant": 39_999.99}, (True, False, False)),
        ({"montant": None}, (True, False, True)),
        ({"montant": 10}, (True, False, True)),
        ({"montant": 999_999_999}, (True, False, True)),
        ({"montant": 30_000, "procedure": "Appel d'offres ouvert"}, (True, False, True)),
        ({"montant": 30_000, "procedure": None}, (True, False, False)),
        ({"montant": 30_000, "dateNotification": date(2019, 6, 1)}, (True, True, True)),
        ({"montant": 30_000, "dateNotification": None}, (True, False, False)),
        ({"montant": 300, "dateNotification": date(2017, 6, 1)}, (True, True, True)),
        ({"nature": "Marché de défense ou de sécurité"}, (False, False, False)),
        ({"type_contrat": "concession"}, (False, False, False)),
    ],
)
def test_a_contract_belongs_to_the_populations_its_need_gives_it(values, expected):
    assert populations(**values) == expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [(date(2026, 7, 30), False), (date(2026, 7, 31), True), (date(2026, 9, 30), True), (None, None)],
)
def test_the_last_two_months_before_the_day_are_incomplete(day, expected):
    assert built(record(dateNotification=day))["M1"]["incomplet"] is expected


@pytest.mark.parametrize(
    ("day", "euros", "reached"),
    [
        (date(2018, 9, 30), 0.01, True),  # before the first known threshold nothing is below
        (date(2018, 10, 1), 24_999.99, False),
        (date(2018, 10, 1), 25_000, True),
        (date(2019, 12, 31), 25_000, True),
        (date(2020, 1, 1), 39_999.99, False),
        (date(2020, 1, 1), 40_000, True),
        (date(2024, 1, 1), 39_999.99, False),
        (None, 39_999.99, False),  # without a day, the threshold of the day of the data
        (None, 40_000, True),
    ],
)
def test_the_publication_threshold_is_that_of_the_day_to_the_cent(day, euros, reached):
    assert classified(dateNotification=day, montant=round(euros * 100))["seuil_montant"] is reached


def classified(**given: object) -> dict:
    row = {
        "type_contrat": "marche",
        "defense": False,
        "test_plateforme": False,
        "dateNotification": date(2025, 3, 1),
        "montant": 1_000_000,
        "montant_initial": None,
        "montant_statut": "valide",
        "procedure": "Procédure adaptée",
        "consultation_montant": None,
    } | given
    kinds = {"dateNotification": pl.Date} | dict.fromkeys(
        ("montant", "montant_initial", "consultation_montant"), pl.Int64
    )
    kinds |= dict.fromkeys(("type_contrat", "procedure", "montant_statut"), pl.String)
    kinds |= dict.fromkeys(("defense", "test_plateforme"), pl.Boolean)
    return judging.classify(pl.DataFrame([row], schema_overrides=kinds), date(2026, 9, 30)).row(0, named=True)


@pytest.mark.parametrize(
    ("given", "amount", "need"),
    [
        ({}, False, False),
        ({"montant": 4_000_000}, True, True),
        ({"montant_initial": 4_000_000}, True, True),  # an amendment that takes away pushes nobody out
        ({"consultation_montant": 4_000_000}, False, True),
        ({"consultation_montant": 3_999_999}, False, False),
        ({"montant": 4_000_000, "montant_statut": "impossible"}, False, True),
        ({"montant": 4_000_000, "montant_statut": "a_verifier"}, True, True),
        ({"montant": None, "montant_statut": "inconnu"}, False, True),
        ({"procedure": "Appel d'offres ouvert"}, False, True),
        ({"procedure": None}, False, False),
        ({"montant": 4_000_000, "type_contrat": "concession"}, False, False),
        ({"montant": 4_000_000, "defense": True}, False, False),
        ({"montant": 4_000_000, "test_plateforme": True}, False, False),
    ],
)
def test_each_reason_to_belong_to_a_population_stands_alone(given, amount, need):
    row = classified(**given)
    assert (row["seuil_montant"], row["seuil_besoin"]) == (amount, need)
    assert row["publies"] is not bool({"type_contrat", "defense", "test_plateforme"} & given.keys())


def test_what_is_not_known_of_a_contract_puts_it_in_no_population_by_chance():
    for unknown in ("type_contrat", "defense", "test_plateforme"):
        row = classified(montant=4_000_000, **{unknown: None})
        assert (row["seuil_montant"], row["seuil_besoin"]) == (False, False)
