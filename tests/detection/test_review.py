"""What to read again first. Passages are invented."""

from __future__ import annotations

import polars as pl

from spaser import detection
from spaser.detection import review

COUNTED = 0.5


def passages(*rows: tuple[str, str, int, float]) -> pl.LazyFrame:
    """(document, dimension, level, confidence) in the order of reading."""
    return pl.LazyFrame(
        rows,
        schema={"document": pl.String, "dimension": pl.String, "niveau": pl.Int8, "confiance": pl.Float64},
        orient="row",
    )


def read_again(*rows: tuple[str, str, int, float]) -> list[tuple[str, float, str]]:
    return detection.to_review(passages(*rows), COUNTED).select("document", "confiance", "relecture").collect().rows()


def test_what_alone_carries_a_conclusion_comes_before_what_others_confirm() -> None:
    found = read_again(("RC", "env", 2, 0.8), ("RC", "env", 2, 0.95), ("CCAP", "soc", 2, 0.8))
    assert found == [("CCAP", 0.8, review.ALONE), ("RC", 0.8, review.UNSURE)]


def test_a_sure_passage_that_others_confirm_is_not_read_again() -> None:
    assert read_again(("RC", "env", 2, 0.96), ("RC", "env", 2, 0.95)) == []


def test_a_lead_is_read_again_where_nothing_else_says_it_and_only_there() -> None:
    assert read_again(("RC", "env", 2, 0.4)) == [("RC", 0.4, review.LEAD)]
    assert read_again(("RC", "env", 2, 0.4), ("RC", "env", 2, 0.95), ("RC", "env", 2, 0.95)) == []
    assert read_again(("RC", "env", 1, 0.4)) == []


def test_the_most_doubtful_of_two_that_stand_alone_comes_first() -> None:
    found = read_again(("RC", "env", 2, 0.92), ("RC", "soc", 1, 0.75), ("AE", "soc", 0, 0.9))
    assert found == [("RC", 0.75, review.ALONE), ("AE", 0.9, review.DENIED), ("RC", 0.92, review.ALONE)]


def test_equal_uses_keep_the_order_of_reading() -> None:
    found = read_again(("B", "env", 2, 0.9), ("A", "env", 2, 0.9))
    assert [name for name, *_ in found] == ["B", "A"]
