"""Peers: who is comparable, where a buyer stands, and nothing under ten."""

from __future__ import annotations

import statistics

import polars as pl

from spaser.indicators import peers
from spaser.vocabulary import MEASURES, PEERS

N = 12


def contracts(n_buyers: int = N, each: int = 40, kind: str = "commune") -> pl.LazyFrame:
    """``n_buyers`` invented communes of ``each`` contracts of 100 000 euros, then a département and a much larger commune."""
    sirens = [f"9000000{rank:02d}" for rank in range(n_buyers)]
    rows = [(siren, kind, 100_000_00) for siren in sirens for _ in range(each)]
    rows += [("911111111", "département", 100_000_00)] * each + [("922222222", kind, 100_000_00)] * 1000
    return pl.LazyFrame(
        {
            "acheteur_siren": [r[0] for r in rows],
            "acheteur_libelle": [f"Acheteur fictif {r[0]}" for r in rows],
            "acheteur_categorie": [r[1] for r in rows],
            "montant_retenu": [r[2] for r in rows],
            "seuil_besoin": [True] * len(rows),
        }
    )


def authorities(regions: dict[str, str] | None = None) -> pl.LazyFrame:
    known = regions or {}
    return pl.LazyFrame(
        {"siren": list(known), "region": list(known.values())}, schema={"siren": pl.String, "region": pl.String}
    )


def measures(values: dict[str, float], n: int = 40) -> pl.LazyFrame:
    rows = [
        {
            "indicateur": "clause_sociale",
            "titre": "Clause sociale",
            "unite": "nombre",
            "definition": "déclaré",
            "dimension": "acheteur_siren",
            "modalite": siren,
            "valeur": value,
            "denominateur": n,
            "petit_effectif": n < 10,
        }
        for siren, value in values.items()
    ]
    return MEASURES.conform(pl.LazyFrame(rows))


def profiles(**options) -> pl.LazyFrame:
    return peers.profiles(contracts(**options), authorities())


VALUES = {f"9000000{rank:02d}": rank / 20 for rank in range(N)} | {"911111111": 0.99, "922222222": 0.99}


def test_only_buyers_of_the_same_kind_and_size_are_comparable():
    found = peers.similar(profiles(), "900000000").collect()["acheteur_siren"].to_list()
    assert sorted(found) == [f"9000000{rank:02d}" for rank in range(1, N)]


def test_median_quartiles_and_percentile_match_an_independent_count():
    row = peers.compare(measures(VALUES), profiles(), "900000005").collect().row(0, named=True)
    others = [rank / 20 for rank in range(N) if rank != 5]
    quartiles = statistics.quantiles(others, n=4, method="inclusive")
    assert row["n_pairs"] == 11 and row["valeur"] == 0.25
    assert [round(row[name], 9) for name in ("q1", "mediane", "q3")] == [round(value, 9) for value in quartiles]
    assert row["percentile"] == 5 / 11 and row["motif"] is None


def test_ties_count_for_half():
    same = dict.fromkeys(VALUES, 0.3)
    assert peers.compare(measures(same), profiles(), "900000000").collect()["percentile"].item() == 0.5


def test_under_ten_peers_nothing_is_said_but_why():
    row = peers.compare(measures(VALUES), profiles(n_buyers=10), "900000000").collect().row(0, named=True)
    assert row["n_pairs"] == 9
    assert all(row[name] is None for name in ("percentile", "mediane", "q1", "q3")) and "au moins 10" in row["motif"]


def test_peers_with_too_few_answers_are_not_counted():
    row = peers.compare(measures(VALUES, n=9), profiles(), "900000000").collect().row(0, named=True)
    assert row["n_pairs"] == 0 and row["mediane"] is None


def test_the_region_is_asked_for_only_when_enough_buyers_are_left():
    near = peers.profiles(
        contracts(n_buyers=30), authorities({f"9000000{rank:02d}": "11" if rank < 12 else "84" for rank in range(30)})
    )
    assert peers.similar(near, "900000000").collect().height == 11
    assert peers.REGION in peers.similar(near, "900000000").collect()["critere"][0]
    far = peers.profiles(
        contracts(n_buyers=30), authorities({f"9000000{rank:02d}": "11" if rank < 5 else "84" for rank in range(30)})
    )
    assert peers.similar(far, "900000000").collect().height == 29


def test_a_buyer_of_unknown_kind_has_no_peer():
    unknown = peers.profiles(contracts().with_columns(acheteur_categorie=pl.lit(None, pl.String)), authorities())
    assert peers.similar(unknown, "900000000").collect().height == 0


def test_partners_of_a_joint_schema_are_not_each_others_peers():
    assert peers.compare(measures(VALUES), profiles(), "900000000", ["900000001"]).collect()["n_pairs"].item() == 10


def test_a_share_not_answered_is_not_ranked():
    row = peers.compare(measures(VALUES | {"900000003": None}), profiles(), "900000003").collect().row(0, named=True)
    assert row["percentile"] is None and row["motif"] == "non renseigné"


def test_the_table_has_the_columns_of_the_vocabulary():
    assert peers.compare(measures(VALUES), profiles(), "900000005").collect().schema == PEERS.schema


def test_the_measures_keep_the_order_in_which_they_were_given():
    own = measures(VALUES).collect()
    names = [f"mesure_{n * 7919 % 500:03d}" for n in range(500)]
    many = pl.concat(own.with_columns(indicateur=pl.lit(name)) for name in names)
    found = peers.compare(many.lazy(), profiles(), "900000000").collect()
    assert found["indicateur"].to_list() == names
