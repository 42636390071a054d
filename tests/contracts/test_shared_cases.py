"""Small inputs that once failed, and invented twins of each kind: what a contract's facts must be. Amounts in cents."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from test_consultations import decisions
from test_contracts import BUYER, build, built, record

from spaser import contracts, sources

CASES = Path(__file__).parents[3] / "shared" / "cases" / "contracts"


def read(name: str) -> dict[str, dict]:
    if not CASES.exists():
        pytest.skip("cas absents : ../shared/cases/contracts")
    records = sources.read(CASES / name).records
    day = contracts.as_of_default(records).collect().item()
    return {
        row["id"]: row
        for row in contracts.build(records, as_of=day).contracts.collect().sort("uid", descending=True).to_dicts()
    }


def test_frameworks_that_carry_their_own_number_are_three_frameworks():
    assert {row["nature_contrat"] for row in read("framework_with_its_own_number.json").values()} == {"accord_cadre"}


def test_amounts_durations_dates_and_kinds_of_one_file():
    got = read("amounts_durations_dates.json")
    assert [got[n]["montant_statut"] for n in ("R1", "R2", "R3", "Z1")] == ["valide"] * 4 and got["Z1"][
        "montant"
    ] == 18_000_000
    assert (got["D1"]["montant"], got["D1"]["montant_bas"], got["D1"]["montant_haut"], got["D1"]["dureeMois"]) == (
        66_307_344,
        300_000,
        67_623_939,
        16,
    )
    assert (got["D2"]["montant"], got["D2"]["montant_statut"], got["D2"]["montant_haut"]) == (
        10_000_000,
        "a_verifier",
        13_000_000,
    )
    assert got["F1"]["dateNotification"] is None and got["F1"]["date_regle"] == "notifie_apres_publication"
    assert got["N1"]["doublon_regle"] == "deux_etablissements"
    assert [got[n]["marche_subsequent"] for n in ("M0", "M1", "M2")] == [False, True, True]
    assert [got[n]["montant_retenu"] for n in ("M0", "M1", "M2")] == [100_000_000, None, None]


def test_a_duration_that_ends_before_its_own_amendment_is_an_increment_in_doubt():
    (row,) = read("amendment_duration_is_an_increment.json").values()
    assert (row["dureeMois"], row["duree_haute"], row["duree_regle"]) == (16, 18, "avenant_duree_douteuse")
    assert row["fin_contrat"] == date(2026, 8, 6) and "durée" in row["a_verifier"]


def test_lots_under_one_number_without_a_subject():
    (row,) = read("lots_under_one_number_without_subject.csv").values()
    assert (row["montant_statut"], row["montant_haut"], row["dateNotification"]) == (
        "a_verifier",
        95_000_000,
        date(2024, 7, 5),
    )
    assert row["nature_contrat"] == "plusieurs_lots"


@pytest.mark.parametrize(
    "euros", [6_666_666.67, 3_333_333.33, 1_111_111.11, 8_888_888.88, 2_222_222.22, 5_555_555.56, 833_333.33]
)
def test_a_third_or_a_twelfth_with_its_cents_is_an_amount(euros):
    assert built(record(montant=euros))["M1"]["montant_statut"] == "valide"


@pytest.mark.parametrize("euros", [9_999_999, 1_111_111, 7_777_777.99, 99_999_999, 1_234_567])
def test_a_digit_typed_over_and_over_in_whole_euros_is_a_placeholder(euros):
    assert built(record(montant=euros))["M1"]["montant_statut"] == "impossible"


def amended(notified: float, *amounts: float | None) -> dict:
    changes = [
        record(modification_id=n, montant=amount, titulaires=None, date_version=date(2025, 3 + n, 2))
        for n, amount in enumerate(amounts, 1)
    ]
    return built(record(montant=notified), *changes)["M1"]


@pytest.mark.parametrize(
    "notified, amounts, kept, high, status",
    [
        (663_073.44, (10_165.95, 3_000), 663_073.44, 676_239.39, "a_verifier"),
        (100_000, (30_000,), 100_000, 130_000, "a_verifier"),
        (100_000, (50_000,), 100_000, 150_000, "a_verifier"),
        (100_000, (50_000.01,), 50_000.01, 50_000.01, "valide"),
        (645_288.26, (2_615.76, 3_672.50, 4_243.66, 651_108.04), 651_108.04, 651_108.04, "valide"),
        (1_532_975, (1_552_927.16, 3_962.18, 1_568_425.42), 1_568_425.42, 1_568_425.42, "valide"),
        (8_893_470, (10_210_272, 10_877_056, 5_150_046), 10_877_056, 16_027_102, "a_verifier"),
        (180_000, (0,), 180_000, 180_000, "valide"),
        (180_000, (None, 0), 180_000, 180_000, "valide"),
        (180_000, (-5_000,), 175_000, 175_000, "valide"),
        (180_000, (190_000, 0), 190_000, 190_000, "valide"),
    ],
)
def test_an_amendment_is_a_total_a_difference_in_doubt_or_nothing(notified, amounts, kept, high, status):
    row = amended(notified, *amounts)
    assert (row["montant"], row["montant_haut"], row["montant_statut"]) == (
        round(kept * 100),
        round(high * 100),
        status,
    )
    assert row["montant_bas"] <= row["montant"] <= row["montant_haut"]


@pytest.mark.parametrize(
    "answer, kept", [("accepter", 13_000_000), ("refuser", 10_000_000), ("30000", 3_000_000), ("peut-être", 10_000_000)]
)
def test_a_decision_on_a_doubtful_amendment_is_read_back(answer, kept):
    rows = [
        record(montant=100_000),
        record(modification_id=1, montant=30_000, titulaires=None, date_version=date(2025, 4, 2)),
    ]
    row = built(*rows, decisions=decisions(("montant", "M1", answer)))["M1"]
    assert (row["montant"], row["montant_statut"]) == (kept, "a_verifier" if answer == "peut-être" else "valide")


@pytest.mark.parametrize(
    "first, months, day, kept, high, end",
    [
        (16, 2, date(2026, 5, 31), 16, 18, date(2026, 7, 1)),
        (24, 1, date(2026, 12, 20), 24, 25, date(2027, 3, 1)),
        (11, 12, date(2026, 6, 27), 11, 23, date(2026, 6, 27)),
        (48, 60, date(2026, 1, 1), 60, 60, date(2030, 3, 1)),
        (12, 0, date(2025, 9, 1), 12, 12, date(2026, 3, 1)),
        (6, 6, date(2026, 5, 31), 6, 6, date(2026, 5, 31)),
    ],
)
def test_the_duration_of_an_amendment_is_held_against_its_own_date(first, months, day, kept, high, end):
    change = record(modification_id=1, montant=None, titulaires=None, dureeMois=months, date_version=day)
    row = built(record(dureeMois=first), change)["M1"]
    assert (row["dureeMois"], row["duree_haute"], row["fin_contrat"]) == (kept, high, end)


def test_a_doubtful_day_never_moves_the_period():
    rows = [
        record(position=n, id=f"M{n}", dateNotification=day, datePublicationDonnees=date(2025, 2, 15))
        for n, day in enumerate(
            (date(2026, 12, 11), date(2025, 1, 1), date(2099, 1, 1), date(2025, 5, 1), date(2025, 2, 20)), 1
        )
    ]
    got = built(*rows)
    assert [got[f"M{n}"]["dateNotification"] for n in range(1, 6)] == [
        None,
        date(2025, 1, 1),
        None,
        None,
        date(2025, 2, 20),
    ]
    assert got["M1"]["dateNotification_publiee"] == date(2026, 12, 11) and got["M1"]["annee"] is None


def facts() -> list[dict]:
    """A file with something for every rule: amendments, lots, frameworks, orders, twins."""
    rows = [
        record(position=n, id=f"A{n}", montant=1000 * n + 40_000, objet=f"Entretien fictif numéro {n}")
        for n in range(1, 8)
    ]
    rows += [
        record(position=20, id="B1", montant=100_000),
        record(position=20, id="B1", modification_id=1, montant=3_000, titulaires=None, date_version=date(2025, 5, 1)),
    ]
    rows += [record(position=30 + n, id="C1", montant=10_000 * n, titulaires=[f"T{n}"]) for n in (1, 2, 3)]
    rows += [
        record(
            position=40 + n,
            id=f"D{n}",
            techniques="Accord-cadre",
            objet="Voirie fictive - lot 3 : nord",
            montant=1_000_000 + n * 90_000,
            titulaires=[f"T{n}"],
        )
        for n in range(3)
    ]
    rows += [
        record(
            position=50,
            id="E1",
            objet="Marché subséquent n°1 voirie fictive nord",
            dateNotification=date(2025, 6, 1),
            idAccordCadre="D1",
        )
    ]
    return rows + [
        record(position=60, id="F1", idAccordCadre="AC9"),
        record(position=61, id="G1", acheteur_id="20000000000029"),
    ]


#: Where a fact was read: all the rest is the contract's own, whatever the file.
READ_IN = ("source", "position", "dialecte")


def judged(rows: list[dict]) -> pl.DataFrame:
    return build(*rows).contracts.drop(READ_IN).sort("uid").collect()


def test_every_fact_is_the_same_in_another_order_split_in_files_or_doubled():
    rows = facts()
    once = judged(rows)
    assert once.equals(judged(rows[::-1]))
    # A number is never cut between two files of one day: its lots are published together.
    split = [row | {"source": "deux.json" if row["id"] >= "D" else row["source"]} for row in rows]
    assert once.equals(judged(split))
    doubled = rows + [row | {"source": "copie.json"} for row in rows]
    assert once.equals(judged(doubled))
    assert once.filter(pl.col("uid") == BUYER + "B1")["enjeu"].item() == 10_000_000
