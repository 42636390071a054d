"""The evidence of a judgement in words: sums, months and dates as a French reader expects them."""

from __future__ import annotations

import polars as pl

from spaser.vocabulary import CENT


def euros(cents: pl.Expr | str) -> pl.Expr:
    """« 676 239 € » (whole euros, narrow spaces)."""
    value = pl.col(cents) if isinstance(cents, str) else cents
    whole = (value.abs() / CENT).round(0).cast(pl.Int64).cast(pl.String)
    text = (
        whole.str.reverse().str.replace_all(r"(\d{3})", "${1}\u202f").str.reverse().str.strip_chars("\u202f")
        + "\u00a0€"
    )
    return pl.when(value < 0).then(pl.lit("\u2212") + text).otherwise(text)


def listed(day: pl.Expr, cents: pl.Expr) -> pl.Expr:
    """« 10 166 € le 01/09/2025 »."""
    return pl.format("{} {}", euros(cents), _dated(day))


def months_listed(day: pl.Expr, months: pl.Expr) -> pl.Expr:
    """« 2 mois le 31/05/2026 »."""
    return pl.format("{} mois {}", months, _dated(day))


def _dated(day: pl.Expr) -> pl.Expr:
    return (
        pl.when(day.is_not_null()).then(pl.format("le {}", day.dt.strftime("%d/%m/%Y"))).otherwise(pl.lit("sans date"))
    )
