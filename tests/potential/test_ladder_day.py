"""The ladder on a day: values of the law are those of the day, and a rung whose value was not known yet is not offered."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from spaser import potential, rules
from tests.potential.test_potential import LEVER_COLUMNS

DAY = timedelta(days=1)


def codes(day: date | None) -> set[str]:
    return {rung["code"] for rung in potential.ladder(True, day)}


@pytest.mark.parametrize(
    ("rule", "code"), [("dispense_threshold_goods", "achat_direct"), ("eu_threshold_social", "sociaux_mapa")]
)
def test_a_rung_whose_threshold_was_not_known_yet_is_not_offered(rule: str, code: str):
    first = rules.dated(rule)["since"].min()
    assert code in codes(first)
    assert code not in codes(first - DAY)
    assert codes(first - DAY) < codes(None)


def test_a_rung_that_rests_on_no_value_of_the_law_is_offered_on_any_day():
    assert {"reserver_lot", "clause_sociale", "sourcing"} <= codes(date(1990, 1, 1))


@pytest.mark.parametrize("day", [date(2009, 6, 1), date(2019, 4, 2), date(2026, 11, 29)])
def test_a_need_is_advised_at_any_reader_s_day(day: date):
    frame = pl.LazyFrame([LEVER_COLUMNS], schema_overrides={"duree": pl.Int32, "lots": pl.Int32})
    assert potential.advise(frame, 0.3, day=day).collect()["levier"].null_count() == 0
