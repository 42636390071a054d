"""Expressions applied to the elements of a list of structs, stage after stage."""

from __future__ import annotations

import polars as pl


def staged(column: pl.Expr, *stages: dict[str, pl.Expr]) -> pl.Expr:
    """Each stage adds fields to every struct of the list, from ``pl.element().struct.field`` of the stages before.

    Polars does not share common parts inside a list: written in one go, the same form would be computed at every mention
    and the plan would grow exponentially.
    """
    known: list[str] = []
    for stage in stages:
        kept = [pl.element().struct.field(name) for name in known if name not in stage]
        column = column.list.eval(pl.struct(*kept, *(value.alias(name) for name, value in stage.items())))
        known += [name for name in stage if name not in known]
    return column


def only(column: pl.Expr, fields: list[str], kept: pl.Expr | None = None) -> pl.Expr:
    """The named fields of every struct, where ``kept`` is true (a filter inside a list is a hundred times slower)."""
    chosen = pl.struct(pl.element().struct.field(name) for name in fields)
    if kept is None:
        return column.list.eval(chosen)
    sieved = column.list.eval(pl.when(kept).then(chosen))
    gaps = column.list.eval(~kept).list.any().fill_null(False)
    return pl.when(gaps).then(pl.when(gaps).then(sieved).list.drop_nulls()).otherwise(sieved)
