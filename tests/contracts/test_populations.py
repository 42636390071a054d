"""The three populations and what is incomplete. Every buyer, supplier and subject here is invented."""

from __future__ import annotations

from datetime import date

import pytest
from test_contracts import built, record


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
