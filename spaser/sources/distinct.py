"""Costly readings of a column made once per distinct value, then given back to every row.

A national file holds a few thousand distinct procedures, buyers or codes on millions of rows. The reading itself is a
plain expression, the same as on every row: only the number of times it is computed changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

_VALUE = "_value"
#: Beyond this many distinct values in a block they are not remembered from one block to the next.
REMEMBERED = 10_000


@dataclass
class Reading:
    """Stages of expressions on one text column, and the fields kept of them; what was read of frequent values is remembered."""

    name: str
    stages: Sequence[dict[str, pl.Expr]]
    fields: dict[str, pl.DataType]
    known: pl.DataFrame | None = None
    nothing: pl.DataFrame | None = None

    def expr(self) -> pl.Expr:
        """The struct of the fields, for each row."""
        dtype = pl.Struct(self.fields)
        return pl.col(self.name).map_batches(self._on, return_dtype=dtype, is_elementwise=True)

    def _on(self, column: pl.Series) -> pl.Series:
        size = len(column)
        if column.null_count() == size:
            # A column that lacks is empty in every block, and its patterns are long to prepare.
            if self.nothing is None:
                self.nothing = self._read(pl.Series(self.name, [None], dtype=pl.String))
            return self.nothing[pl.repeat(0, size, dtype=pl.UInt32, eager=True)].to_struct(self.name)
        coded = column.cast(pl.Categorical(pl.Categories.random()))
        codes, values = _values(coded, self.name)
        if len(values) > size // 2:
            return self._read(column).to_struct(self.name)
        read = self._read(values) if len(values) > REMEMBERED else self._remembered(values)
        return read[codes].to_struct(self.name)

    def _read(self, values: pl.Series) -> pl.DataFrame:
        frame = values.alias(self.name).to_frame()
        for stage in self.stages:
            frame = frame.with_columns(**stage)
        return frame.select(pl.col(name).cast(dtype) for name, dtype in self.fields.items())

    def _remembered(self, values: pl.Series) -> pl.DataFrame:
        asked = values.alias(_VALUE).to_frame()
        # Without a lock: a block works on the table it saw, and two blocks at once only read the same value twice.
        known = self.known
        fresh = asked if known is None else asked.join(known, on=_VALUE, how="anti", nulls_equal=True)
        if known is None or fresh.height:
            read = fresh.hstack(self._read(fresh[_VALUE]))
            known = self.known = read if known is None else pl.concat([known, read])
        found = asked.join(known, on=_VALUE, how="left", nulls_equal=True, maintain_order="left")
        return found.select(*self.fields)


def _values(coded: pl.Series, name: str) -> tuple[pl.Series, pl.Series]:
    """For each row the rank of its value, and the values by rank; null, when there, comes last."""
    codes, some = coded.to_physical(), coded.unique().drop_nulls()
    ranks = some.to_physical()
    values = some.gather(ranks.arg_sort()).cast(pl.String).alias(name)
    if coded.null_count():
        codes = codes.fill_null(len(values))
        values = values.extend(pl.Series(name, [None], dtype=pl.String))
    return codes, values
