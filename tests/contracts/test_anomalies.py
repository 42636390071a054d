"""Amounts far from those they can be compared with: both sides of each rule, and no sum moved. Invented buyers of real sizes."""

from __future__ import annotations

import polars as pl
import pytest
from test_contracts import build, record

from spaser import rules

#: SIREN of communes of the official list, as buyers of known size: only their number of inhabitants is used.
SMALL = [
    row[0] + "00011"
    for row in rules.table("territories.csv")
    .filter((pl.col("categorie") == "commune") & (pl.col("population").cast(pl.Int64, strict=False) < 500))
    .unique("siren")
    .unique("siren")
    .sort("siren")
    .head(6)
    .select("siren")
    .rows()
]


def rows(buyer: str, *euros: float, **more) -> list[dict]:
    place = 100 * (SMALL.index(buyer) + 1 if buyer in SMALL else 0)
    return [
        record(acheteur_id=buyer, id=f"M{n}", position=place + n, montant=amount, **more)
        for n, amount in enumerate(euros, 1)
    ]


def flagged(*given: dict) -> dict[str, str | None]:
    table = build(*given).contracts.filter("montant_anomalie").collect()
    return dict(table.select("uid", "montant_anomalie_raisons").rows())


ORDINARY = [40_000, 42_000, 45_000, 48_000, 50_000, 52_000, 55_000, 58_000, 60_000, 62_000]
BUYER = "20000000000011"


@pytest.mark.parametrize("euros, seen", [(5_000_000, True), (200_000, False), (500, True), (20_000, False)])
def test_an_amount_far_from_the_buyers_own_is_seen_and_a_large_one_is_not(euros, seen):
    assert (f"{BUYER}M11" in flagged(*rows(BUYER, *ORDINARY, euros))) is seen


def test_with_few_contracts_nothing_is_said():
    table = build(*rows(BUYER, 40_000, 45_000, 5_000_000)).contracts.collect()
    assert table["montant_anomalie"].null_count() == 3


def test_buyers_of_one_size_are_compared_together_and_find_a_large_buyer_ordinary_or_not():
    peers = [row for buyer in SMALL[:5] for row in rows(buyer, 40_000, 45_000, 50_000, 55_000, 60_000, 65_000)]
    alone = rows(SMALL[5], 9_000_000)
    found = flagged(*peers, *alone)
    assert list(found) == [f"{SMALL[5]}M1"] and "acheteurs de cette taille" in found[f"{SMALL[5]}M1"]
    # Four buyers are too few to say what is usual at this size.
    assert not flagged(*[row for row in peers if row["acheteur_id"] in SMALL[:3]], *alone)


def test_what_its_size_finds_ordinary_is_not_flagged_though_its_own_contracts_are_small():
    peers = [row for buyer in SMALL[:5] for row in rows(buyer, *(2_000_000 + 10_000 * n for n in range(8)))]
    small = rows(SMALL[5], *(euros / 20 for euros in ORDINARY), 2_000_000)
    assert f"{SMALL[5]}M11" not in flagged(*peers, *small)
    assert f"{SMALL[5]}M11" in flagged(*small)


@pytest.mark.parametrize(
    "euros, procedure, told",
    [
        (5_000_000, "Appel d'offres ouvert", ["virgule"]),
        (1_500_000, "Procédure adaptée", ["procédure adaptée"]),
        (1_500_000, "Appel d'offres ouvert", []),
    ],
)
def test_what_strengthens_the_doubt_is_told(euros, procedure, told):
    (why,) = flagged(*rows(BUYER, *ORDINARY, euros, procedure=procedure)).values()
    assert [word for word in ("virgule", "procédure adaptée") if word in why] == told


def test_an_anomaly_moves_no_sum():
    table = build(*rows(BUYER, *ORDINARY, 300_000)).contracts.filter(pl.col("id") == "M11").collect()
    assert table.select("montant_anomalie", "montant_statut", "montant_retenu").row(0) == (True, "valide", 30_000_000)
