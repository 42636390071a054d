"""What is read by whole columns of the states of a contract, and of the words of its subject, is what one by one would give."""

from __future__ import annotations

import random

import polars as pl
import pytest
from polars.testing import assert_series_equal

from spaser.contracts import frameworks, sequence


def states(seed: int) -> pl.DataFrame:
    """States of invented contracts, in order of contract and time; a third of the values are unknown."""
    given = random.Random(seed)
    uids = sorted(given.choices("abcdefgh", k=40))
    return pl.DataFrame({"uid": uids, "value": [given.choice([None, given.randrange(5), 600]) for _ in uids]})


@pytest.mark.parametrize("seed", range(5))
def test_whole_columns_say_what_each_contract_alone_would(seed: int) -> None:
    value, test = pl.col("value"), pl.col("value").fill_null(0) == 600
    pairs = (
        (sequence.before(value), value.forward_fill().shift(1).over("uid")),
        (sequence.largest_before(value), value.cum_max().shift(1).over("uid")),
        (sequence.none_from(test), test.cum_sum(reverse=True).over("uid") == 0),
    )
    for whole, alone in pairs:
        found = states(seed).select(whole=whole, alone=alone)
        assert_series_equal(found["whole"], found["alone"], check_names=False, check_dtypes=False)


def test_a_value_of_another_contract_says_nothing_of_this_one() -> None:
    table = pl.DataFrame({"uid": ["a", "b", "b"], "value": [9, None, 1]})
    found = table.select(sequence.before(pl.col("value")), largest=sequence.largest_before(pl.col("value")))
    assert found.rows() == [(None, None), (None, None), (None, None)]


def test_two_subjects_never_share_more_words_than_their_marks_allow() -> None:
    given = random.Random(3)
    words = ["".join(given.choices("bcdfglmnprst", k=6)) for _ in range(90)]
    subjects = [" ".join(given.sample(words, given.randrange(1, 40))) for _ in range(60)]
    read = frameworks._words(pl.DataFrame({"objet": [*subjects, None]})).with_row_index("place")
    pairs = read.join(read, how="cross", suffix="_autre")
    bits = (pl.col("marque") & pl.col("marque_autre")).bitwise_count_ones()
    hidden = (pl.col(f"n{side}") - pl.col(f"marque{side}").bitwise_count_ones() for side in ("", "_autre"))
    shared = pl.col("mots").list.set_intersection("mots_autre").list.len()
    found = pairs.select(shared=shared, allowed=bits + pl.min_horizontal(hidden), bits=bits)
    assert found.filter(pl.col("shared") > pl.col("allowed")).is_empty()
    # Some words do hide others: the bits alone would lose a likeness.
    assert found.filter(pl.col("shared") > pl.col("bits")).height
