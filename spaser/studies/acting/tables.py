"""The tables of a result, by name: what its report is written from."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def tables_of(result: DataclassInstance) -> dict[str, pl.DataFrame]:
    """Every table that a result holds, by the name of its field (what each row is, its class says)."""
    held = {field.name: getattr(result, field.name) for field in fields(result)}
    return {name: value for name, value in held.items() if isinstance(value, pl.DataFrame)}
