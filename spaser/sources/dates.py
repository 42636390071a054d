"""One reader of dates for every source: contracts, ledgers, registers, notices, answers.

Day before month, as in France; ISO; a spreadsheet's serial number; a month in letters. An instant in universal time is a
day in Paris. A year of two digits belongs to the hundred years that end in ``WINDOW_END``. A day outside the plausible years
is unknown, never believed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

import polars as pl

#: Essential data, purchases and lists: nothing before, nothing after.
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2100, 12, 31)
#: The oldest day that a company or an association of a register may bear.
OLDEST = date(1850, 1, 1)
#: « 49 » is 2049 (an end of contract), « 50 » is 1950 (before every plausible day, hence unknown).
WINDOW_END = 2049
#: Spreadsheet serial numbers of the first and last days.
EXCEL_FIRST, EXCEL_LAST = 32874, 73415
_MONTHS = {
    "janvier": 1,
    "janv": 1,
    "fevrier": 2,
    "fevr": 2,
    "fev": 2,
    "mars": 3,
    "avril": 4,
    "avr": 4,
    "mai": 5,
    "juin": 6,
    "juillet": 7,
    "juil": 7,
    "aout": 8,
    "septembre": 9,
    "sept": 9,
    "octobre": 10,
    "oct": 10,
    "novembre": 11,
    "nov": 11,
    "decembre": 12,
    "dec": 12,
    # English
    "january": 1,
    "jan": 1,
    "february": 2,
    "feb": 2,
    "march": 3,
    "mar": 3,
    "april": 4,
    "apr": 4,
    "may": 5,
    "june": 6,
    "jun": 6,
    "july": 7,
    "jul": 7,
    "august": 8,
    "aug": 8,
    "september": 9,
    "sep": 9,
    "october": 10,
    "november": 11,
    "december": 12,
}
_HOUR = r"(?:[T ,].*)?$"


def day(
    column: pl.Expr, dtype: pl.DataType | None = None, *, since: date = FIRST_DAY, to_paris: bool = False
) -> pl.Expr:
    """A date between ``since`` and 2100, or null: of a text (``dtype`` String, or not said) or of a column already typed.

    ``to_paris``: an instant given with any time zone is a day in Paris (deadlines); otherwise the day written is kept.
    """
    typed = dtype is not None and dtype != pl.String
    found = column.cast(pl.Date, strict=False) if typed else _written(column)
    if to_paris and not typed:
        found = pl.coalesce(_zoned(column), found)
    return pl.when(found.is_between(since, LAST_DAY)).then(found)


@lru_cache(maxsize=10_000)
def one(text: str | None) -> date | None:
    """The day that one text says, by the same reader."""
    return pl.select(day(pl.lit(text, dtype=pl.String))).item()


def excel_day(column: pl.Expr) -> pl.Expr:
    """The date a spreadsheet serial number means, or null."""
    serial = column.str.extract(r"^(\d{5})(?:[.,]\d+)?$").cast(pl.Int32, strict=False)
    known = pl.when(serial.is_between(EXCEL_FIRST, EXCEL_LAST)).then(serial)
    return pl.date(1899, 12, 30) + pl.duration(days=known)


#: « 03/15/2024 », « 3-15-24 10:30 »: two numbers that may be a day or a month, and a year.
_PAIR = r"^\s*(?<a>\d{1,2})(?<s>[/. -])(?<b>\d{1,2})(?<y>[/. -](?:\d{4}|\d{2})(?:[T ,].*)?)\s*$"


def day_first(frame: pl.DataFrame, names: Iterable[str]) -> tuple[pl.DataFrame, list[str]]:
    """The table with the columns of text that write the month before the day put day first, and which they are.

    A column is so when some of its days cannot be read day first and all of them can month first: one file never writes
    both, and a column that could be either stays day first.
    """
    turned = [name for name in names if frame.schema.get(name) == pl.String and _is_month_first(frame[name])]
    parts = {name: pl.col(name).str.extract_groups(_PAIR).struct for name in turned}
    swapped = [
        pl.coalesce(
            pl.concat_str(part.field("b"), part.field("s"), part.field("a"), part.field("y")), pl.col(name)
        ).alias(name)
        for name, part in parts.items()
    ]
    return frame.with_columns(swapped), turned


def _is_month_first(column: pl.Series) -> bool:
    parts = column.str.extract_groups(_PAIR).struct
    first, second = (parts.field(name).cast(pl.Int32, strict=False) for name in ("a", "b"))
    return bool((second > 12).any() and not (first > 12).any() and not (second > 31).any())


#: « T1 2024 », « 1er trimestre 2024 », « trimestre 1 »: the word and its highest rank; « 2024-T1 », « 1T2024 ».
_RANK = r"(?:(?<z>20\d\d)[/. -]*)?(?:{0}\.? ?(?<a>[1-{1}])|(?<b>[1-{1}]) ?(?:er|e|eme|nd)? ?{0}\.?)(?:[/. -]*(?<y>20\d\d)|[/. -]+(?<w>\d\d))?"


def month_end(column: pl.Expr, year: pl.Expr) -> pl.Expr:
    """The last day of a month, quarter or half told without its day: « 03/2024 », « mars 2024 », « 2024-03 », « T1 2024 »; or « mars », « 3 » of a ``year`` told beside."""
    plain = column.str.strip_chars().str.to_lowercase().str.replace_many(["é", "è", "û"], ["e", "e", "u"])
    names = "|".join(sorted(_MONTHS, key=len, reverse=True))
    parts = plain.str.extract_groups(rf"^(?:(?<m>\d{{1,2}})|(?<n>{names})\.?)(?:[/. -]+(?<y>20\d\d|\d\d))?$")
    turned = plain.str.extract_groups(r"^(?<y>20\d\d)[/. -]?(?<m>\d\d)$")
    named = parts.struct.field("n").replace_strict(_MONTHS, default=None, return_dtype=pl.Int32)
    quarter = plain.str.extract_groups(rf"^{_RANK.format('(?:t(?:rim(?:estre)?)?|q)', 4)}$")
    half = plain.str.extract_groups(rf"^{_RANK.format('s(?:em(?:estre)?)?', 2)}$")
    whole_parts = [(quarter, 3), (half, 6)]
    # A figure of another alphabet is one for the pattern and none for a number.
    month = pl.coalesce(
        turned.struct.field("m").cast(pl.Int32, strict=False),
        named,
        parts.struct.field("m").cast(pl.Int32, strict=False),
        *(
            pl.coalesce(one.struct.field("a"), one.struct.field("b")).cast(pl.Int32, strict=False) * months
            for one, months in whole_parts
        ),
    )
    years = [one.struct.field("y") for one in (turned, parts)]
    years += [one.struct.field(name) for one in (quarter, half) for name in ("z", "y", "w")]
    said = pl.coalesce(years).cast(pl.Int32, strict=False)
    whole = pl.when(said < 100).then(said + 2000).otherwise(pl.coalesce(said, year.cast(pl.Int32, strict=False)))
    right = month.is_between(1, 12) & whole.is_between(FIRST_DAY.year, WINDOW_END)
    first = pl.concat_str(whole.cast(pl.String), month.cast(pl.String), pl.lit("1"), separator="-")
    return pl.when(right).then(first.str.to_date("%Y-%m-%d", strict=False).dt.month_end())


def first_day(column: pl.Expr, *, since: date = FIRST_DAY) -> pl.Expr:
    """The first day of what is written: a day, « 03/2024 » or « mars 2024 », « 2024 »."""
    month = month_end(column, pl.lit(None, dtype=pl.Int32)).dt.month_start()
    return pl.coalesce(day(column, pl.String(), since=since), month, pl.date(year_alone(column), 1, 1))


def last_day(column: pl.Expr, *, since: date = FIRST_DAY) -> pl.Expr:
    """The last day of what is written: an agreement « jusqu'à 2026 » holds to its end."""
    month = month_end(column, pl.lit(None, dtype=pl.Int32))
    return pl.coalesce(day(column, pl.String(), since=since), month, pl.date(year_alone(column), 12, 31))


def year_alone(column: pl.Expr) -> pl.Expr:
    """The year of « 2024 » where a day was wanted; null for anything else."""
    return column.str.extract(r"^\s*((?:19|20)\d\d)(?:[.,]0+)?\s*$", 1).cast(pl.Int32, strict=False)


def _written(column: pl.Expr) -> pl.Expr:
    universal = column.str.contains(r"T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]00:?00)$")
    iso = _date(column.str.slice(0, 10))
    other = pl.when(iso.is_null()).then(column.str.strip_chars())
    forms = (
        _in_figures(other)
        .str.replace(r"^(\d{1,2})[/. -](\d{1,2})[/. -](\d{4})" + _HOUR, "$3-$2-$1")
        .str.replace(r"^(\d{4})[/. -](\d{1,2})[/. -](\d{1,2})" + _HOUR, "$1-$2-$3")
        # Eight digits: a month is at most 12, so that 19 or 20 in its place begins a year.
        .str.replace(r"^(\d{2})(\d{2})((?:19|20)\d{2})$", "$3-$2-$1")
        .str.replace(r"^((?:19|20)\d{2})(\d{2})(\d{2})(?:\D.*)?$", "$1-$2-$3")
    )
    return pl.coalesce(_paris(pl.when(universal).then(column)), iso, _date(forms), _short(other), excel_day(other))


def _in_figures(text: pl.Expr) -> pl.Expr:
    """« 1er mars 2024 », « mardi 5 févr. 2024 »: the month in figures."""
    worded = pl.when(text.str.contains(r"(?i)[a-zà-ÿ]{3}")).then(text)
    plain = (
        worded.str.to_lowercase()
        .str.replace_many(["é", "è", "û", "1er"], ["e", "e", "u", "1"])
        .str.replace(r"^[a-z]+di\s+", "")
    )
    names = sorted(_MONTHS, key=len, reverse=True)
    # « Mar 15, 2024 »
    plain = plain.str.replace(r"^(" + "|".join(names) + r")\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})$", "$2 $1 $3")
    parts = plain.str.extract_groups(r"^(\d{1,2})[ ./-]+(" + "|".join(names) + r")\.?[ ./-]+(\d{4}|\d{2})(?:\D.*)?$")
    month = parts.struct.field("2").replace_strict(_MONTHS, default=None, return_dtype=pl.Int32).cast(pl.String)
    return pl.coalesce(pl.concat_str(parts.struct.field("1"), month, parts.struct.field("3"), separator="/"), text)


def _short(text: pl.Expr) -> pl.Expr:
    """« 15/03/24 »: a year of two digits, in the window."""
    parts = _in_figures(text).str.extract_groups(r"^(\d{1,2})[/. -](\d{1,2})[/. -](\d{2})" + _HOUR)
    short = parts.struct.field("3").cast(pl.Int32, strict=False)
    year = short + pl.when(short <= WINDOW_END % 100).then(WINDOW_END // 100 * 100).otherwise(
        (WINDOW_END // 100 - 1) * 100
    )
    return _date(pl.concat_str(year.cast(pl.String), parts.struct.field("2"), parts.struct.field("1"), separator="-"))


def _date(column: pl.Expr) -> pl.Expr:
    # A parser would take « 05-03-24 » for a day of the year 5.
    return pl.when(column.str.contains(r"^\d{4}-")).then(column).str.to_date("%Y-%m-%d", strict=False)


def _zoned(column: pl.Expr) -> pl.Expr:
    exact = (
        column.str.extract(r"^(\d{4}-\d\d-\d\dT\d\d:\d\d)")
        + pl.lit(":00")
        + column.str.extract(r"(Z|[+-]\d\d:?\d\d)$").str.replace("Z", "+00:00")
    )
    return (
        exact.str.to_datetime("%Y-%m-%dT%H:%M:%S%z", time_zone="UTC", strict=False)
        .dt.convert_time_zone("Europe/Paris")
        .dt.date()
    )


def _paris(column: pl.Expr) -> pl.Expr:
    """Midnight in Paris is often published as 22 or 23 h of the day before, universal time."""
    instant = column.str.slice(0, 16).str.to_datetime("%Y-%m-%dT%H:%M", strict=False, time_unit="ms")
    return instant.dt.replace_time_zone("UTC").dt.convert_time_zone("Europe/Paris").dt.date()
