"""Conditions written as data: each comparison on both sides of its limit, and what is refused."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from spaser.potential import condition

DAY = date(2026, 3, 1)
#: A comparison, what is met, what is just not.
SIDES = {
    "min": (3, 3, 2),
    "max": (3, 3, 4),
    "over": (3, 4, 3),
    "under": (3, 2, 3),
    "is": (True, True, False),
    "equals": ("a", "a", "b"),
    "before": ("as_of", date(2026, 2, 28), DAY),
    "from": ("as_of", DAY, date(2026, 2, 28)),
    "null": (False, 1, None),
}


def said(form: str, value: object) -> bool | None:
    test = condition.met({"column": "x", form: SIDES[form][0]}, DAY)
    return pl.DataFrame({"x": [value]}).select(test).item()


def test_every_comparison_has_both_its_sides_here():
    assert condition.FORMS - {"column", "unit"} == SIDES.keys() and condition.BOUNDS.keys() <= SIDES.keys()


@pytest.mark.parametrize("form", SIDES)
def test_a_comparison_is_met_on_one_side_of_its_limit_and_not_on_the_other_nor_by_a_null(form: str):
    _, met, lacking = SIDES[form]
    assert said(form, met) is True and said(form, lacking) is False
    null = pl.DataFrame({"x": pl.Series([None], dtype=pl.DataFrame({"x": [met]}).schema["x"])})
    assert null.select(condition.met({"column": "x", form: SIDES[form][0]}, DAY)).item() is False


def test_two_comparisons_of_one_condition_both_hold():
    between = condition.met({"column": "x", "min": 2, "max": 3})
    assert pl.DataFrame({"x": [1, 2, 3, 4]}).select(between.alias("x"))["x"].to_list() == [False, True, True, False]


@pytest.mark.parametrize("entry", [{"column": "x", "least": 3}, {"column": "x"}, {"column": "x", "unit": "mois"}])
def test_a_condition_that_compares_nothing_known_is_refused(entry: dict):
    with pytest.raises(ValueError, match="a condition on « x »"):
        condition.met(entry)
