"""Conditions written as data (``need_states.toml``, ``levers.toml``): a comparison of a column, null never meeting it."""

from __future__ import annotations

from datetime import date

import polars as pl

#: What a condition may say; « unit » is for the words of a refusal.
FORMS = frozenset({"column", "null", "min", "max", "over", "under", "is", "equals", "before", "from", "unit"})


def holds(entry: dict, *, as_of: date | None = None) -> pl.Expr:
    """All the conditions of an entry, and one group of its ``any`` when it has some."""
    every = _all(entry.get("conditions", []), as_of)
    groups = entry.get("any", [])
    return every & pl.any_horizontal(_all(group, as_of) for group in groups) if groups else every


def met(condition: dict, as_of: date | None = None) -> pl.Expr:
    """One condition; a null column meets it only when it asks for a null.

    Raises
    ------
    ValueError
        A comparison that is not one of ``FORMS``, or none at all: left aside, it would always hold.
    """
    if (unknown := set(condition) - FORMS) or not set(condition) - {"column", "unit"}:
        raise ValueError(f"a condition on « {condition.get('column')} » says {sorted(unknown) or 'nothing'}")
    column = pl.col(condition["column"])
    if "null" in condition:
        return column.is_null() if condition["null"] else column.is_not_null()
    held = [pl.lit(True)]
    held += [column >= condition["min"]] if "min" in condition else []
    held += [column <= condition["max"]] if "max" in condition else []
    held += [column > condition["over"]] if "over" in condition else []
    held += [column < condition["under"]] if "under" in condition else []
    held += [column == condition[key] for key in ("is", "equals") if key in condition]
    held += [column < pl.lit(as_of, pl.Date)] if "before" in condition else []
    held += [column >= pl.lit(as_of, pl.Date)] if "from" in condition else []
    return pl.all_horizontal(held).fill_null(False)


def _all(conditions: list[dict], as_of: date | None) -> pl.Expr:
    return pl.all_horizontal([pl.lit(True), *(met(condition, as_of) for condition in conditions)])
