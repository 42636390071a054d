"""Conditions written as data (``need_states.toml``, ``levers.toml``): a comparison of a column, null never meeting it."""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl

#: What a column is compared to by a value written in the condition, and how; a new comparison is a line here.
_COMPARED: dict[str, Callable[[Any, Any], Any]] = {
    "min": operator.ge,
    "max": operator.le,
    "over": operator.gt,
    "under": operator.lt,
    "is": operator.eq,
    "equals": operator.eq,
}
#: Comparisons to the day of the files, whatever is written (« as_of »).
_DATED: dict[str, Callable[[Any, Any], Any]] = {"before": operator.lt, "from": operator.ge}
#: Comparisons to a number, and their words in « il en faut au moins 3 »: those whose value may be named (``[values]``).
BOUNDS = {"min": "au moins", "over": "plus de", "max": "au plus", "under": "moins de"}
#: What a condition may say; « unit » is for the words of a refusal.
FORMS = frozenset({"column", "null", "unit", *_COMPARED, *_DATED})


def holds(entry: dict, *, as_of: date | None = None) -> pl.Expr:
    """All the conditions of an entry, and one group of its ``any`` when it has some."""
    every = _all(entry.get("conditions", []), as_of)
    groups = entry.get("any", [])
    return every & pl.any_horizontal(_all(group, as_of) for group in groups) if groups else every


def named(entry: dict) -> set[str]:
    """The columns that the conditions of an entry compare."""
    groups = [entry.get("conditions", []), *entry.get("any", [])]
    return {condition["column"] for group in groups for condition in group}


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
    held = [compare(column, condition[form]) for form, compare in _COMPARED.items() if form in condition]
    held += [compare(column, pl.lit(as_of, pl.Date)) for form, compare in _DATED.items() if form in condition]
    return pl.all_horizontal(held).fill_null(False)


def _all(conditions: list[dict], as_of: date | None) -> pl.Expr:
    return pl.all_horizontal([pl.lit(True), *(met(condition, as_of) for condition in conditions)])
