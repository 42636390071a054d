"""When, how long and in how many lots, as a programme writes them: « T2 2027 », « 2 ans reconductible 2 fois », « 3 lots »."""

from __future__ import annotations

import polars as pl

from spaser.sources import dates

_MONTHS = {
    "janv": 1,
    "fevr": 2,
    "mars": 3,
    "avri": 4,
    "mai": 5,
    "juin": 6,
    "juil": 7,
    "aout": 8,
    "sept": 9,
    "octo": 10,
    "nove": 11,
    "dece": 12,
}
_PLAIN = (["é", "è", "ê", "û", "à", "â"], ["e", "e", "e", "u", "a", "a"])
_QUARTER = r"(?:\b(?:t|trim(?:estre)?\.?)\s*([1-4])\b|\b([1-4])\s*(?:er|e|eme|nd)?\s*(?:t\b|trim))"
_HALF = r"(?:\b(?:s|sem(?:estre)?\.?)\s*([12])\b|\b([12])\s*(?:er|e|eme|nd)?\s*(?:s\b|sem))"


def day_first(rows: pl.DataFrame) -> pl.DataFrame:
    """The lines with their dates written day first: a column may write the month first (03/15/2024)."""
    return dates.day_first(rows, ["date_prevue"])[0]


def first_day(column: str) -> pl.Expr:
    """The first day of what is written: a day, a month, a quarter, a half-year, a year; null when no year is told."""
    text = pl.col(column).str.to_lowercase().str.replace_many(*_PLAIN)
    year = text.str.extract(r"\b(20\d\d)\b").cast(pl.Int32, strict=False)
    quarter = pl.coalesce(text.str.extract(_QUARTER, 1), text.str.extract(_QUARTER, 2)).cast(pl.Int32, strict=False)
    half = pl.coalesce(text.str.extract(_HALF, 1), text.str.extract(_HALF, 2)).cast(pl.Int32, strict=False)
    named = text.str.extract(r"\b(janv|fevr|mars|avri|mai|juin|juil|aout|sept|octo|nove|dece)").replace_strict(
        _MONTHS, default=None, return_dtype=pl.Int32
    )
    figures = pl.coalesce(
        text.str.extract(r"^(0?[1-9]|1[0-2])[/.-]20\d\d$"), text.str.extract(r"^20\d\d[/.-](0?[1-9]|1[0-2])$")
    ).cast(pl.Int32, strict=False)
    month = pl.coalesce(named, figures, quarter * 3 - 2, half * 6 - 5, pl.lit(1))
    return pl.coalesce(
        dates.day(pl.col(column), pl.String()), pl.when(year.is_not_null()).then(pl.date(year, month, 1))
    )


def months(column: str) -> pl.Expr:
    """Months, extensions included: « 48 », « 4 ans », « 1 an reconductible 3 fois », « 12 mois + 36 mois »."""
    text = pl.col(column).str.to_lowercase().str.replace_many(*_PLAIN).str.replace_all(",", ".")
    years = (
        text.str.extract_all(r"(\d+(?:\.\d+)?)\s*ans?\b")
        .list.eval(pl.element().str.extract(r"(\d+(?:\.\d+)?)").cast(pl.Float64))
        .list.sum()
    )
    said = (
        text.str.extract_all(r"(\d+(?:\.\d+)?)\s*mois\b")
        .list.eval(pl.element().str.extract(r"(\d+(?:\.\d+)?)").cast(pl.Float64))
        .list.sum()
    )
    days = text.str.extract(r"(\d+)\s*jours?\b").cast(pl.Float64, strict=False) / 30.44
    bare = text.str.extract(r"^\s*(\d+(?:\.\d+)?)\s*$").cast(pl.Float64, strict=False)
    first = years * 12 + said
    again = text.str.extract(r"(?:reconduct\w*|renouvel\w*)[^\d]*(\d)\s*fois").cast(pl.Float64, strict=False)
    single = (text.str.count_matches(r"\d+(?:\.\d+)?\s*(?:ans?|mois)\b") == 1).fill_null(False)
    whole = pl.when(single & again.is_not_null()).then(first * (1 + again)).otherwise(first)
    found = pl.coalesce(pl.when(whole > 0).then(whole), days, bare)
    return pl.when(found.is_between(0.01, 1200)).then(found.round().clip(1, None)).cast(pl.Int32)


def lots(column: str) -> pl.Expr:
    """The number of lots: « 3 », « 3 lots »; one where the cell says there are none."""
    text = pl.col(column).str.to_lowercase()
    none = text.str.contains(r"^(?:non|sans|aucun|non alloti|marche unique)")
    number = text.str.extract(r"(\d{1,3})").cast(pl.Int32, strict=False)
    return pl.when(none).then(1).otherwise(pl.when(number.is_between(1, 500)).then(number)).cast(pl.Int32)
