"""Editions: each difference goes to the rule, the lists, the data, the period or reality, and the parts sum to the whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

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
        dateNotification=pl.date(pl.col("annee"), 6, 15),
        titulaire_ess=pl.lit(None, pl.Boolean),
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


@pytest.mark.parametrize("as_of", [None, date(2026, 3, 31)])
@pytest.mark.parametrize("years", [((2024,), (2025,)), ((2025,), (2024,)), ((2024,), (2024, 2025))])
def test_another_period_on_the_contracts_already_at_hand_is_the_period_and_never_reality(years, as_of):
    row = moved(
        Edition(SAME, years[0], counting(WITH_CRITERION), as_of),
        Edition(SAME, years[1], counting(WITH_CRITERION), as_of),
    )
    assert row["ecart"] != 0 and row["du_a_la_periode"] == pytest.approx(row["ecart"]) and row["cause"] == "période"
    assert row["du_a_la_regle"] == row["du_aux_donnees"] == row["du_aux_listes"] == row["du_a_la_realite"] == 0


@pytest.mark.parametrize(
    ("before", "years", "new_years", "cause"),
    [
        (date(2025, 3, 31), (2024,), (2025,), "réalité"),
        (date(2025, 3, 31), (2024,), (2024, 2025), "réalité"),
        # 2025 was over, and at hand, when the edition before was made.
        (date(2026, 1, 31), (2024,), (2025,), "période"),
        # Nothing was notified since.
        (date(2025, 6, 15), (2024,), (2024, 2025), "période"),
    ],
)
def test_what_was_notified_since_the_edition_before_is_reality_and_what_was_known_is_the_period(
    before, years, new_years, cause
):
    row = moved(
        Edition(SAME, years, counting(WITH_CRITERION), before),
        Edition(SAME, new_years, counting(WITH_CRITERION), date(2026, 3, 31)),
    )
    assert row["cause"] == cause
    parts = ("du_a_la_regle", "du_aux_listes", "du_aux_donnees", "du_a_la_periode", "du_a_la_realite")
    assert sum(row[name] for name in parts) == pytest.approx(row["ecart"])
    assert row["du_a_la_realite" if cause == "période" else "du_a_la_periode"] == 0


def test_years_left_out_of_the_period_are_the_period_beside_what_reality_moves():
    every = contracts((2023, 0, 0, 10), (2024, 5, 0, 5), (2025, 9, 0, 1))
    row = moved(
        Edition(every, (2023, 2024), counting(WITH_CRITERION), date(2025, 1, 31)),
        Edition(every, (2025,), counting(WITH_CRITERION), date(2026, 3, 31)),
    )
    # 5/20, then 14/30 with what was bought since, then 9/10 on the period chosen.
    assert row["du_a_la_realite"] == pytest.approx(14 / 30 - 5 / 20)
    assert row["du_a_la_periode"] == pytest.approx(9 / 10 - 14 / 30) and row["cause"] == "période"


def held(ess: list[bool | None], *, as_of: date, lists: frozenset[str], year: int = 2024) -> Edition:
    """The same contracts, the status of their holders as some lists say it."""
    frame = contracts((year, 0, 0, len(ess))).collect().with_columns(titulaire_ess=pl.Series(ess, dtype=pl.Boolean))
    counted = lambda rows: measure(rows, indicators=["titulaire_ess"], by=())  # noqa: E731
    return Edition(frame.lazy(), (year,), counted, as_of, lists=lists)


@pytest.mark.parametrize(
    ("lists", "cause", "part"), [("2026", "listes", "du_aux_listes"), ("2025", "données", "du_aux_donnees")]
)
def test_a_holder_that_another_list_knows_is_the_lists_and_the_same_lists_leave_it_to_the_data(lists, cause, part):
    day = date(2026, 3, 31)
    before = held([True, None, None, None], as_of=day, lists=frozenset({"2025"}))
    row = moved(before, held([True, True, True, None], as_of=day, lists=frozenset({lists})))
    assert row["ecart"] == pytest.approx(0.5) == row[part] and row["cause"] == cause
    assert row["du_a_la_realite"] == 0


def test_the_same_files_read_by_another_method_are_the_rule_and_other_files_are_the_data():
    day, files = date(2026, 3, 31), frozenset({"a"})
    old = Edition(contracts((2024, 3, 0, 7)), (2024,), counting(WITH_CRITERION), day, files, method="1")
    new = replace(old, contracts=contracts((2024, 5, 0, 5)), method="2")
    assert moved(old, new)["cause"] == "règle" and moved(old, new)["du_a_la_regle"] == pytest.approx(0.2)
    assert moved(old, replace(new, files=frozenset({"b"})))["cause"] == "données"
    assert moved(old, replace(new, method="1"))["cause"] == "données"


def test_when_all_move_the_parts_sum_to_the_difference_and_both_orders_are_weighed():
    old = Edition(contracts((2024, 3, 1, 6)), (2024,), counting(WITHOUT_CRITERION), date(2025, 1, 31))
    new = Edition(contracts((2024, 5, 2, 13), (2025, 6, 6, 8)), (2025,), counting(WITH_CRITERION), date(2026, 1, 31))
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
    runs = counting(WITH_CRITERION)(SAME).with_columns(passage=pl.lit("avant"))
    assert editions.attribute(runs).collect().schema == EDITIONS.schema
