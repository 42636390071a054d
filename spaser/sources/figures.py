"""Amounts, dates, durations, counts, shares, yes/no and CPV codes: text as written to exact typed values.

A column already typed (Parquet) is only checked. Whatever cannot be read for certain is null: the caller writes a doubt.
"""

from __future__ import annotations

import polars as pl

from spaser import rules, vocabulary
from spaser.sources.closed_lists import missing
from spaser.sources.text import SPACES

FIRST_DAY, LAST_DAY = pl.date(1990, 1, 1), pl.date(2100, 12, 31)
#: Excel serial numbers of these two days.
EXCEL_FIRST, EXCEL_LAST = 32874, 73415
LONGEST_MONTHS = 600
_EXACT = pl.Decimal(38, 12)
_LIMIT = vocabulary.UNREADABLE_CENTS // vocabulary.CENT
#: « 12.000 » and « 12,000 » are twelve thousand for some and twelve for others.
_AMBIGUOUS = r"^\s*[(+-]?[1-9]\d{0,2}[.,]\d{3}\s*(?:€|e|eur|euros?)?\s*(?:ht)?\s*[)-]?$"
_CURRENCY = r"(?:€|euros?|eur)?(?:h\.?t\.?)?(?:€|euros?|eur)?"


def doubt(column: pl.Expr, value: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """True where something was written that could not be read."""
    unread = value.is_null() & column.is_not_null()
    return unread & ~missing(column) if dtype == pl.String else unread


def amount(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """Cents of euro, rounded half away from zero in exact arithmetic; null from UNREADABLE_CENTS on."""
    if dtype.is_float():
        # Hundred-thousandths are whole numbers: 2.675 is 267500 of them, not 267499.99.
        fine = (pl.when(column.abs() < _LIMIT).then(column.abs()) * 100_000).round().cast(pl.Int64, strict=False)
        return _signed((fine + 500) // 1000, column < 0)
    exact = _written(column) if dtype == pl.String else column.cast(_EXACT, strict=False)
    return _cents(exact)


def is_huge(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """True for a number beyond UNREADABLE_CENTS."""
    number = column.cast(pl.Float64, strict=False)
    if dtype == pl.String:
        number = number.fill_null(column.str.replace_all(r"[^0-9]", "").str.slice(0, 15).cast(pl.Float64, strict=False))
    return (number.abs() >= _LIMIT).fill_null(False)


def is_ambiguous(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """True for « 12.000 »: twelve, or twelve thousand."""
    if dtype != pl.String:
        return pl.lit(False)
    return column.str.to_lowercase().str.contains(_AMBIGUOUS).fill_null(False)


def _cents(exact: pl.Expr) -> pl.Expr:
    half = pl.lit("0.5").cast(_EXACT)
    cents = (pl.when(exact.abs() < _LIMIT).then(exact.abs()) * 100 + half).cast(pl.Int64, strict=False)
    return _signed(pl.when(cents < vocabulary.UNREADABLE_CENTS).then(cents), exact < 0)


def _signed(size: pl.Expr, negative: pl.Expr) -> pl.Expr:
    return pl.when(negative).then(-size).otherwise(size)


def _written(column: pl.Expr) -> pl.Expr:
    """The exact number a text writes: plain first, the French and English ways of a spreadsheet otherwise."""
    sure = pl.when(~column.str.to_lowercase().str.contains(_AMBIGUOUS)).then(column)
    plain = sure.cast(_EXACT, strict=False)
    return pl.coalesce(plain, _spreadsheet(pl.when(plain.is_null()).then(sure)))


def _spreadsheet(column: pl.Expr) -> pl.Expr:
    bare = column.str.to_lowercase().str.replace_all(SPACES, "")
    times = pl.when(bare.str.contains(r"k(?:€|eur|euros?)?(?:ht)?$")).then(1000)
    times = times.when(bare.str.contains(r"\dm(?:€|eur|euros?|illions?(?:d[e'’])?(?:€|eur|euros?)?)?(?:ht)?$")).then(1_000_000)
    negative = bare.str.contains(r"^\(.*\)$|^-|-$")
    digits = (
        bare.str.strip_chars("()+-")
        .str.replace(r"(?:k|millions?(?:d[e'’])?|m)?" + _CURRENCY + "$", "")
        .str.replace(r"^(\d{1,3}(?:\.\d{3})+),(\d*)$", "$1|$2")
        .str.replace(r"^(\d{1,3}(?:,\d{3})+)\.(\d*)$", "$1|$2")
        .str.replace(r"^(\d{1,3}(?:[.]\d{3}){2,}|\d{1,3}(?:,\d{3}){2,})$", "$1|")
        .str.replace(r"^(\d+),(\d*)$", "$1|$2")
    )
    number = pl.when(digits.str.contains("|", literal=True)).then(
        digits.str.replace_all(r"[.,]", "").str.replace("|", ".", literal=True)
    )
    exact = number.otherwise(digits).cast(_EXACT, strict=False)
    scaled = pl.when(exact.abs() < _LIMIT).then(exact) * times.otherwise(1)
    return pl.when(negative).then(-scaled.abs()).otherwise(scaled)


def day(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """A date between 1990 and 2100, or null."""
    found = _written_day(column) if dtype == pl.String else column.cast(pl.Date, strict=False)
    return pl.when(found.is_between(FIRST_DAY, LAST_DAY)).then(found)


def _written_day(column: pl.Expr) -> pl.Expr:
    universal = column.str.contains(r"T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+]00:?00)$")
    iso = _date(column.str.slice(0, 10))
    other = pl.when(iso.is_null()).then(column.str.strip_chars())
    forms = (
        other.str.replace(r"^(\d{1,2})[/. -](\d{1,2})[/. -](\d{4})(?:\D.*)?$", "$3-$2-$1")
        .str.replace(r"^(\d{1,2})[/. -](\d{1,2})[/. -](\d{2})$", "20$3-$2-$1")
        .str.replace(r"^(\d{4})[/. ](\d{1,2})[/. ](\d{1,2})(?:\D.*)?$", "$1-$2-$3")
        .str.replace(r"^(\d{4})(\d{2})(\d{2})$", "$1-$2-$3")
    )
    return pl.coalesce(_paris(pl.when(universal).then(column)), iso, _date(forms), excel_day(other))


def _date(column: pl.Expr) -> pl.Expr:
    return column.str.to_date("%Y-%m-%d", strict=False)


def _paris(column: pl.Expr) -> pl.Expr:
    """Midnight in Paris is often published as 22 or 23 h of the day before, universal time."""
    instant = column.str.slice(0, 19).str.to_datetime("%Y-%m-%dT%H:%M:%S", strict=False, time_unit="ms")
    return instant.dt.replace_time_zone("UTC").dt.convert_time_zone("Europe/Paris").dt.date()


def excel_day(column: pl.Expr) -> pl.Expr:
    """The date a spreadsheet serial number means, or null."""
    serial = column.str.extract(r"^(\d{5})(?:[.,]\d+)?$").cast(pl.Int32, strict=False)
    known = pl.when(serial.is_between(EXCEL_FIRST, EXCEL_LAST)).then(serial)
    return pl.date(1899, 12, 30) + pl.duration(days=known)


def whole(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """A whole number (« 12 », « 12.0 », « 12 mois »), or null; a fraction of month counts as a month begun."""
    if dtype != pl.String:
        return column.cast(pl.Float64, strict=False).ceil().cast(pl.Int32, strict=False)
    plain = column.cast(pl.Int32, strict=False)
    other = pl.when(plain.is_null()).then(column).str.to_lowercase().str.replace_all(SPACES, "")
    number = other.str.extract(r"^(-?\d{1,9}(?:[.,]\d*)?)(?:mois|offres?)?$").str.replace(",", ".", literal=True)
    return pl.coalesce(plain, number.cast(pl.Float64, strict=False).ceil().cast(pl.Int32, strict=False))


def share(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """A part between 0 and 1 (« 0,05 », « 5 % »), or null."""
    if dtype != pl.String:
        number = column.cast(pl.Float64, strict=False)
    else:
        bare = column.str.replace_all(SPACES, "").str.replace(",", ".", literal=True)
        percent = bare.str.strip_suffix("%").cast(pl.Float64, strict=False)
        number = pl.when(bare.str.ends_with("%")).then(percent / 100).otherwise(percent)
    return pl.when(number.is_between(0, 1)).then(number)


def yes(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """oui / non / true / false / 1 / 0 as a Boolean, or null."""
    if dtype == pl.Boolean:
        return column
    text = column.cast(pl.String).str.to_lowercase().str.strip_chars()
    said = ["oui", "o", "yes", "y", "true", "vrai", "1", "1.0", "x"]
    denied = ["non", "n", "no", "false", "faux", "0", "0.0"]
    table = dict.fromkeys(said, True) | dict.fromkeys(denied, False)
    return text.replace_strict(list(table), list(table.values()), default=None, return_dtype=pl.Boolean)


def cpv(column: pl.Expr) -> pl.Expr:
    """The eight digits of a CPV code of a division that exists, completed only when certain; null otherwise.

    A code cut on its right (« 4521 ») is completed with zeros; seven digits beginning with 3 may have lost a leading zero
    instead, and are left unknown unless their control digit decides.
    """
    bare = column.str.replace_all(SPACES, "").str.replace(r"\.0$", "")
    digits = bare.str.extract(r"^(\d{2,8})(?:-\d)?$").fill_null(bare.str.extract(r"^(\d{8})\d$"))
    size = digits.str.len_bytes()
    lost = (size == 7) & digits.str.starts_with("3")
    code = (
        pl.when(lost & _controlled("0" + digits, bare.str.extract(r"-(\d)$")))
        .then("0" + digits)
        .when(~lost)
        .then(digits.str.pad_end(8, "0"))
    )
    return pl.when(code.str.slice(0, 2).is_in(rules.toml("value_aliases.toml")["cpv_control"]["divisions"])).then(code)


def cpv_control_is_wrong(column: pl.Expr, code: pl.Expr) -> pl.Expr:
    """True where a control digit is given for eight digits and contradicts them."""
    facts = rules.toml("value_aliases.toml")["cpv_control"]
    given = column.str.extract(r"^\s*\d{8}-(\d)\s*$")
    tested = ~code.str.slice(0, 2).is_in(facts["untested_divisions"]) & ~code.is_in(facts["untested_codes"])
    return given.is_not_null() & tested & ~_controlled(code, given)


def _controlled(code: pl.Expr, control: pl.Expr) -> pl.Expr:
    weights = rules.toml("value_aliases.toml")["cpv_control"]["weights"]
    number = code.cast(pl.Int64, strict=False)
    total = sum((number // 10 ** (7 - rank) % 10 * weight for rank, weight in enumerate(weights)), pl.lit(0))
    return total % 10 == control.cast(pl.Int64, strict=False)
