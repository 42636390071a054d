"""Editions: each difference goes to the rule, to the data or to reality, and the parts sum to the whole."""

from __future__ import annotations

import polars as pl
import pytest

from spaser.indicators import editions, measure
from spaser.indicators.records import WITH_CRITERION, WITHOUT_CRITERION
from spaser.studies.publication import Edition, compare
from spaser.vocabulary import EDITIONS


def contracts(*years: tuple[int, int, int, int]) -> pl.LazyFrame:
    """For each (year, contracts with a clause, with a criterion alone, with nothing): invented contracts of 50 000 euros."""
    rows = [
        {"annee": year, "clause_sociale": kind == 0, "critere_social": kind == 1, "marche_reserve": False}
        for year, *counts in years
        for kind, n in enumerate(counts)
        for _ in range(n)
    ]
    return pl.LazyFrame(rows).with_columns(
        uid=pl.int_range(pl.len()).cast(pl.String),
        seuil_besoin=pl.lit(True),
        montant=pl.lit(50_000_00, pl.Int64),
        montant_statut=pl.lit("valide"),
        montant_retenu=pl.lit(50_000_00, pl.Int64),
        montant_bas=pl.lit(50_000_00, pl.Int64),
        montant_haut=pl.lit(50_000_00, pl.Int64),
    )


def counting(definition: str):
    """The way an edition measures: the definition is the rule, so the same key whatever the definition."""
    return lambda frame: measure(
        frame, indicators=["consideration_sociale"], by=(), definition=definition
    ).with_columns(definition=pl.lit(""))


def moved(old: Edition, new: Edition, unit: str = "nombre") -> dict:
    return compare(old, new).filter(pl.col("unite") == unit).row(0, named=True)


SAME = contracts((2024, 3, 2, 5), (2025, 4, 4, 2))


def test_a_change_of_rule_alone_is_the_rule_and_never_reality():
    row = moved(Edition(SAME, (2024,), counting(WITHOUT_CRITERION)), Edition(SAME, (2024,), counting(WITH_CRITERION)))
    assert row["ecart"] == pytest.approx(0.2) == row["du_a_la_regle"]
    assert row["du_aux_donnees"] == 0 and row["du_a_la_realite"] == 0
    assert row["cause"] == "règle"


def test_data_published_late_are_the_data():
    row = moved(
        Edition(contracts((2024, 3, 0, 7)), (2024,), counting(WITH_CRITERION)),
        Edition(contracts((2024, 9, 0, 11)), (2024,), counting(WITH_CRITERION)),
    )
    assert row["du_aux_donnees"] == pytest.approx(0.15) and row["cause"] == "données"
    assert row["du_a_la_regle"] == 0 and row["du_a_la_realite"] == 0


def test_another_period_with_the_same_rule_and_data_is_reality():
    row = moved(Edition(SAME, (2024,), counting(WITH_CRITERION)), Edition(SAME, (2025,), counting(WITH_CRITERION)))
    assert row["du_a_la_realite"] == pytest.approx(0.3) and row["cause"] == "réalité"
    assert row["du_a_la_regle"] == 0 and row["du_aux_donnees"] == 0


def test_when_all_three_move_the_parts_sum_to_the_difference_and_both_orders_are_weighed():
    old = Edition(contracts((2024, 3, 1, 6)), (2024,), counting(WITHOUT_CRITERION))
    new = Edition(contracts((2024, 5, 2, 13), (2025, 6, 6, 8)), (2025,), counting(WITH_CRITERION))
    row = moved(old, new)
    assert row["avant"] == pytest.approx(0.3) and row["apres"] == pytest.approx(0.6)
    assert row["du_a_la_regle"] + row["du_aux_donnees"] + row["du_a_la_realite"] == pytest.approx(row["ecart"])
    # The rule moves the old edition by 1/10 and the new one by 6/20: the mean, and their difference shown.
    assert row["du_a_la_regle"] == pytest.approx((0.1 + 0.3) / 2) and row["croisement"] == pytest.approx(0.2)


def test_nothing_moved_says_so():
    edition = Edition(SAME, (2024,), counting(WITH_CRITERION))
    assert moved(edition, edition)["cause"] == "aucun écart"


def test_a_period_that_the_new_data_no_longer_hold_leaves_the_cause_unknown():
    row = moved(
        Edition(contracts((2024, 3, 0, 7)), (2024,), counting(WITH_CRITERION)),
        Edition(contracts((2025, 9, 0, 1)), (2025,), counting(WITH_CRITERION)),
    )
    assert row["ecart"] == pytest.approx(0.6)
    assert row["du_aux_donnees"] is None and row["du_a_la_realite"] is None and row["cause"] == "indéterminée"


def test_the_table_has_the_columns_of_the_vocabulary():
    runs = counting(WITH_CRITERION)(SAME).with_columns(
        regle_edition=pl.lit("ancienne"), donnees=pl.lit("ancienne"), periode=pl.lit("ancienne")
    )
    assert editions.attribute(runs).collect().schema == EDITIONS.schema
