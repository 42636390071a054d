"""Amounts, durations, counts, shares, yes/no and CPV codes: text as written to exact typed values.

A column already typed (Parquet) is only checked. Whatever cannot be read for certain is null: the caller writes a doubt.
"""

from __future__ import annotations

import polars as pl

from spaser import rules, vocabulary
from spaser.sources.closed_lists import missing
from spaser.sources.text import SPACES

LONGEST_MONTHS = 600
_EXACT = pl.Decimal(38, 12)
_LIMIT = vocabulary.UNREADABLE_CENTS // vocabulary.CENT
#: « 12.000 » and « 12,000 » are twelve thousand for some and twelve for others.
_AMBIGUOUS = r"(?i)^\s*[(+-]?[1-9]\d{0,2}[.,]\d{3}\s*(?:€|e|eur|euros?)?\s*(?:ht)?\s*[)-]?$"
_CURRENCY = r"(?:€|euros?|eur)?(?:h\.?t\.?)?(?:€|euros?|eur)?"


def doubt(column: pl.Expr, value: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """True where something was written that could not be read."""
    unread = value.is_null() & column.is_not_null()
    return unread & ~missing(column) if dtype == pl.String else unread


def cents(column: pl.Expr) -> pl.Expr:
    """Cents of euro of a floating number, rounded half away from zero as ``amount`` does, in whole numbers all along."""
    # Hundred-thousandths are whole numbers: 2.675 is 267500 of them, not 267499.99.
    fine = (pl.when(column.abs() < _LIMIT).then(column) * 100_000).round().cast(pl.Int64, strict=False)
    size = (fine.abs() + 500) // 1000
    return pl.when(size < vocabulary.UNREADABLE_CENTS).then(size) * pl.when(fine < 0).then(-1).otherwise(1)


def exact(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """The number plainly written, as an exact decimal (« 12000.50 », « 1e6 »); null for anything else. First stage of an amount."""
    if dtype != pl.String:
        return column.cast(_EXACT, strict=False)
    return pl.when(~column.str.contains(_AMBIGUOUS)).then(column).cast(_EXACT, strict=False)


def tidy(column: pl.Expr, known: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """What is left to read where the plain number is null: lower case, no space. Second stage of an amount."""
    if dtype != pl.String:
        return pl.lit(None, dtype=pl.String)
    left = pl.when(known.is_null() & ~column.str.contains(_AMBIGUOUS)).then(column)
    return left.str.to_lowercase().str.replace_all(SPACES, "")


def amount(known: pl.Expr, bare: pl.Expr) -> pl.Expr:
    """Cents of euro from the two stages before, rounded half away from zero; null from UNREADABLE_CENTS on."""
    number = pl.coalesce(known, _spreadsheet(bare))
    half = pl.lit("0.5").cast(_EXACT)
    size = (pl.when(number.abs() < _LIMIT).then(number.abs()) * 100 + half).cast(pl.Int64, strict=False)
    return pl.when(size < vocabulary.UNREADABLE_CENTS).then(size) * pl.when(_negative(known, bare)).then(-1).otherwise(
        1
    )


def _negative(known: pl.Expr, bare: pl.Expr) -> pl.Expr:
    return (known < 0) | bare.str.contains(r"^\(.*\)$|^-|-$")


def _spreadsheet(bare: pl.Expr) -> pl.Expr:
    """The size of a number written the way of a spreadsheet, French or English; its sign is read apart."""
    thousands = bare.str.contains(r"k(?:€|eur|euros?)?(?:ht)?$").cast(pl.Int64) * 999
    millions = (
        bare.str.contains(r"\dm(?:€|eur|euros?|illions?(?:d[e'’])?(?:€|eur|euros?)?)?(?:ht)?$").cast(pl.Int64) * 999_999
    )
    digits = (
        bare.str.strip_chars("()+-")
        .str.replace(r"(?:k|millions?(?:d[e'’])?|m)?" + _CURRENCY + "$", "")
        .str.replace(r"^(\d{1,3}(?:\.\d{3})+),(\d*)$", "$1|$2")
        .str.replace(r"^(\d{1,3}(?:,\d{3})+)\.(\d*)$", "$1|$2")
        .str.replace(r"^(\d{1,3}(?:[.]\d{3}){2,}|\d{1,3}(?:,\d{3}){2,})$", "$1|")
        .str.replace(r"^(\d+)[.,](\d*)$", "$1|$2")
        .str.replace_all(r"[.,]", "")
        .str.replace("|", ".", literal=True)
    )
    size = digits.cast(_EXACT, strict=False)
    return pl.when(size < _LIMIT).then(size) * (1 + thousands + millions)


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
    return column.str.contains(_AMBIGUOUS).fill_null(False)


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


def cpv_digits(column: pl.Expr) -> pl.Expr:
    """The two to eight digits of a CPV code, without its control digit; null when it is not one."""
    text = column.str.replace_all(SPACES, "").str.replace(r"\.0$", "")
    return text.str.extract(r"^(\d{2,8})(?:-\d|\d)?$")


def cpv(digits: pl.Expr, column: pl.Expr) -> pl.Expr:
    """The eight digits of a CPV code of a division that exists, completed only when certain; null otherwise.

    A code cut on its right (« 4521 ») is completed with zeros; seven digits beginning with 3 or 9 may have lost the zero
    of divisions 03 and 09 instead, and are left unknown unless their control digit decides.
    """
    lost = pl.when(digits.str.contains(r"^[39]\d{6}$")).then("0" + digits)
    sure = pl.when(_controlled(lost, column.str.extract(r"-(\d)\s*$"))).then(lost)
    code = pl.when(lost.is_null()).then(digits.str.pad_end(8, "0")).otherwise(sure)
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
    total = pl.sum_horizontal(number // 10 ** (7 - rank) % 10 * weight for rank, weight in enumerate(weights))
    return total % 10 == control.cast(pl.Int64, strict=False)
