"""What comes before or after a state of the same contract, in a table in the order of ``uid`` and time: whole columns at once."""

from __future__ import annotations

import polars as pl


def before(value: pl.Expr) -> pl.Expr:
    """The last known value of the same contract, before this row."""
    whose = pl.when(value.is_not_null()).then("uid").forward_fill().shift(1)
    return pl.when(whose == pl.col("uid")).then(value.forward_fill().shift(1))


def largest_before(value: pl.Expr) -> pl.Expr:
    """The largest value of the same contract up to the row before; null when that row has none. Values are not negative."""
    size = 2**31
    packed = (pl.col("uid").rle_id().cast(pl.Int64) * size + value).cum_max()
    return pl.when(pl.col("uid") == pl.col("uid").shift(1)).then((packed % size).shift(1))


def none_from(test: pl.Expr) -> pl.Expr:
    """No row of the same contract passes the test, from this one on."""
    return (pl.when(test).then("uid").backward_fill() != pl.col("uid")).fill_null(True)
