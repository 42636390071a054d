"""The quality of what is published, contract by contract: both sides of each limit, and what is unknown."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from spaser.indicators import records
from spaser.indicators.records import _quality
from spaser.vocabulary import CONTRACTS


def said(name: str, **facts: object) -> bool | None:
    row = CONTRACTS.conform(pl.LazyFrame([{"uid": "A"} | facts]))
    return row.select(_quality()[name].alias("dit")).collect().item()


DAY = date(2026, 3, 10)


@pytest.mark.parametrize(
    ("notified", "published", "coherent"),
    [
        (DAY, DAY, True),  # published the very day
        (DAY, date(2026, 3, 9), False),
        (DAY, date(2026, 3, 11), True),
        (DAY, None, True),
        (None, DAY, False),
    ],
)
def test_a_contract_is_published_from_the_day_it_is_notified(notified, published, coherent):
    assert said("dates_coherentes", dateNotification=notified, premiere_publication=published) is coherent


@pytest.mark.parametrize(
    ("published", "hidden", "late"),
    [
        (date(2026, 5, 10), False, False),  # two months to the day
        (date(2026, 5, 11), False, True),
        (date(2026, 5, 11), None, True),
        (date(2026, 5, 11), True, None),  # published again: its first day is not known
        (date(2026, 5, 10), True, False),  # whatever the first day was, it came before
        (None, False, None),
    ],
)
def test_a_publication_is_late_after_two_months_and_only_the_first_one_tells(published, hidden, late):
    facts = {"dateNotification": DAY, "premiere_publication": published, "publication_recouverte": hidden}
    assert said("publication_tardive", **facts) is late


@pytest.mark.parametrize(
    ("code", "valid"),
    [
        ("45000000", True),
        ("04000000", False),
        ("4500000", False),
        ("450000000", False),
        ("45A00000", False),
        (None, False),
    ],
)
def test_a_cpv_code_is_eight_figures_of_a_division_that_exists(code, valid):
    assert said("cpv_valide", codeCPV=code) is valid


@pytest.mark.parametrize("rank", range(14))
def test_a_siret_holds_its_key_and_one_wrong_figure_breaks_it(rank):
    good = "73282932000074"  # the usual example of a right key
    wrong = good[:rank] + str((int(good[rank]) + 1) % 10) + good[rank + 1 :]
    found = pl.DataFrame({"siret": [good, wrong, None]}).select(records._luhn(pl.col("siret"))).to_series()
    assert found.to_list() == [True, False, False]
