"""Statuses, bounds, proposed repairs of amounts. Every buyer, supplier and subject here is invented."""

from __future__ import annotations

import pytest
from test_consultations import decisions
from test_contracts import built, record


@pytest.mark.parametrize(
    ("euros", "status"),
    [
        (None, "inconnu"),
        (0, "impossible"),
        (-5, "impossible"),
        (0.01, "symbolique"),
        (10, "symbolique"),
        (99.99, "symbolique"),
        (100, "valide"),
        (40_000, "valide"),
        (999_999, "valide"),
        (9_999_999, "impossible"),
        (999_999_999, "impossible"),
        (999_999_999.99, "impossible"),
        (111_111_111, "impossible"),
        (123_456_789, "impossible"),
        (100_000_000, "valide"),
        (2_999_999_999, "valide"),
        (3_000_000_000, "impossible"),
        (12_311_111_111, "impossible"),
    ],
)
def test_an_amount_has_the_status_its_value_deserves_and_no_sentinel_enters_a_sum(euros, status):
    got = built(record(montant=euros))["M1"]
    assert got["montant_statut"] == status
    assert (got["montant_regle"] is None) == (status == "valide")
    kept = round(euros * 100) if status == "valide" else None
    assert [got[name] for name in ("montant_retenu", "montant_retenu_haut", "montant_bas", "montant_haut")] == [
        kept
    ] * 4


def usual(*extra: dict, count: int = 12) -> list[dict]:
    ordinary = [
        record(position=n, id=f"U{n}", objet=f"Achat fictif numéro {n}", montant=40_000 + 900 * n)
        for n in range(1, count + 1)
    ]
    return ordinary + list(extra)


def test_a_lost_decimal_comma_gets_a_proposal_with_its_evidence_and_wide_bounds_but_is_not_applied():
    got = built(*usual(record(position=99, montant=4_512_300)))["M1"]
    assert (got["montant_statut"], got["montant_regle"], got["montant"]) == ("a_verifier", "outlier", 451_230_000)
    assert got["montant_propose"] == 4_512_300
    assert (got["montant_bas"], got["montant_haut"], got["montant_retenu"]) == (4_512_300, 451_230_000, 451_230_000)
    assert "4\u202f512\u202f300\u00a0€" in got["montant_preuve"] and "45\u202f123\u00a0€" in got["montant_preuve"]
    assert built(*usual())["U1"]["montant_preuve"] is None


def test_an_outlier_needs_enough_contracts_of_the_buyer_to_be_compared_with():
    assert built(*usual(record(position=99, montant=4_512_300), count=6))["M1"]["montant_statut"] == "valide"


@pytest.mark.parametrize(
    ("value", "cents"),
    [
        ("accepter", 4_512_300),
        ("ACCEPTER ", 4_512_300),
        ("38 800,50", 3_880_050),
        ("38800.5", 3_880_050),
        ("38 800,506 €", 3_880_051),
        ("38 800,504", 3_880_050),
        ("1,15", 115),
    ],
)
def test_a_repair_is_applied_only_by_a_decision(value, cents):
    got = built(*usual(record(position=99, montant=4_512_300)), decisions=decisions(("montant", "M1", value)))["M1"]
    assert (got["montant"], got["montant_statut"], got["montant_regle"]) == (cents, "valide", "decision")
    assert (got["montant_bas"], got["montant_haut"], got["montant_retenu"]) == (cents, cents, cents)
    assert got["montant_initial"] == 451_230_000


@pytest.mark.parametrize("value", ["peut-être", "", "nan", "inf"])
def test_an_unreadable_decision_changes_nothing(value):
    got = built(*usual(record(position=99, montant=4_512_300)), decisions=decisions(("montant", "M1", value)))["M1"]
    assert (got["montant"], got["montant_statut"]) == (451_230_000, "a_verifier")


def test_a_whole_file_that_lost_its_decimal_comma_is_seen_by_what_its_procedure_allows():
    rows = [
        record(position=n, id=f"F{n}", objet=f"Achat fictif numéro {n}", montant=1_500_000 + 1000 * n)
        for n in range(1, 25)
    ]
    got = built(*rows)["F1"]
    assert (got["montant_regle"], got["montant_propose"]) == ("unit_file", 1_501_000)
    assert "procédure adaptée" in got["montant_preuve"] and "1\u202f000\u202f000" in got["montant_preuve"]
    # A third of 100 000 € that lost its comma is no placeholder.
    assert built(*rows, record(position=99, id="F99", montant=3_333_333))["F99"]["montant_propose"] == 3_333_333
    works = [row | {"codeCPV": "45000000"} for row in rows]
    assert built(*works)["F1"]["montant_statut"] == "valide"


def test_a_framework_is_a_maximum_so_its_low_bound_is_nothing():
    got = built(record(nature="Accord-cadre"))["M1"]
    assert (got["accord_cadre"], got["montant_bas"], got["montant_haut"]) == (True, 0, 5_000_000)
