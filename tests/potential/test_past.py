"""What suppliers already did for a buyer: the words that two subjects share, and of whom."""

from __future__ import annotations

import polars as pl
import pytest

from spaser import potential

NEEDS = pl.LazyFrame(
    {
        "besoin_id": ["nettoyage", "espaces", "ailleurs"],
        "acheteur_siren": ["200000008", "200000008", "200000016"],
        "objet": ["Nettoyage des locaux scolaires", "Entretien des espaces verts", "Nettoyage des locaux scolaires"],
    }
)


def won(*rows: tuple[str, str, str, str]) -> pl.LazyFrame:
    return pl.LazyFrame(rows, schema=["uid", "siren", "acheteur_siren", "objet"], orient="row")


def found(rows: pl.LazyFrame) -> dict[tuple[str, str], float]:
    return {(need, siren): share for need, siren, share in potential.similar(NEEDS, rows).collect().rows()}


def test_two_shared_words_make_a_supplier_known_and_one_does_not() -> None:
    two = won(("m1", "300000001", "200000008", "Nettoyage de locaux municipaux"))
    one = won(("m1", "300000001", "200000008", "Nettoyage des voiries municipales"))
    assert found(two) == {("nettoyage", "300000001"): pytest.approx(2 / 3)}
    assert found(one) == {}


def test_what_was_done_for_another_buyer_says_nothing() -> None:
    assert list(found(won(("m1", "300000001", "200000016", "Nettoyage des locaux scolaires")))) == [
        ("ailleurs", "300000001")
    ]


def test_the_closest_of_the_contracts_of_a_supplier_counts_once_however_often_it_is_written() -> None:
    rows = [
        ("m1", "300000001", "200000008", "Nettoyage de locaux municipaux"),
        ("m2", "300000001", "200000008", "Nettoyage des locaux scolaires"),
    ]
    assert found(won(*rows, rows[0])) == {("nettoyage", "300000001"): pytest.approx(1)}


def test_a_contract_of_two_suppliers_is_known_of_both() -> None:
    subject = "Entretien des espaces verts"
    both = won(("m1", "300000001", "200000008", subject), ("m1", "300000002", "200000008", subject))
    assert found(both) == {("espaces", "300000001"): pytest.approx(1), ("espaces", "300000002"): pytest.approx(1)}
