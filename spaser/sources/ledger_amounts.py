"""Amounts as ledgers write them, read into exact cents.

« 12 000,50 € », « 1.234,56- », « (3 500,00) », « 12,5 k€ », 1234.5: whatever the spaces, signs and units. A mark that
may be a decimal or a thousands mark (« 1.234 ») is read as the rest of its column writes; when nothing decides, the
amount is left unread and said, never guessed.
"""

from __future__ import annotations

import polars as pl

from spaser.vocabulary import UNREADABLE_CENTS

#: How much one unit is worth in euros.
SCALES = {"k": 1_000, "m": 1_000_000, "md": 1_000_000_000}
_SPACES = r"[\s\u00a0\u202f\u2009\u2007\u2002\u2003\u200b\ufeff'’´`_]"
_DASHES = r"[\u2212\u2013\u2014\u2010\u2011]"
_UNIT = r"^-?\+?(.*?[\d.,])(k|m|md)?(?:€|eur|euros?)?(?:ht|ttc)?$"
_GROUPED_DOT, _GROUPED_COMMA = r"^\d{1,3}(\.\d{3})+$", r"^\d{1,3}(,\d{3})+$"
#: What a spreadsheet adds to a typed number (300,0000001): not a third decimal anyone wrote.
_NOISE = r"^\d\d(0000|9999)"
_SCIENTIFIC = r"^-?\d+(?:[.,]\d+)?e[+-]?\d+$"


def cents(column: str) -> list[pl.Expr]:
    """Two columns read from a column of text: ``montant`` (Int64 cents) and ``montant_doute`` (why it is doubtful).

    ``montant_doute`` is null, ``illisible``, ``ambigu`` (decimal or thousands mark, the column does not tell),
    ``impossible`` (at or above 10 000 milliards d'euros) or ``arrondi`` (more than two decimals: half a cent rounds
    away from zero, the amount is kept). The first three leave ``montant`` null.
    """
    text = _tidied(column)
    scale, body, negative = _scale(text), text.str.extract(_UNIT, 1), text.str.starts_with("-")
    decimal, ambiguous = _decimal_mark(body)
    whole = body.str.replace_all(r"[.,]", "")
    point = body.str.find(r"[.,]\d*$").cast(pl.Int64)
    grouped = pl.when(decimal.is_null()).then(whole).otherwise(body.str.head(point).str.replace_all(r"[.,]", ""))
    rest = pl.when(decimal.is_null()).then(pl.lit("")).otherwise(body.str.slice(point + 1))
    value = _exact(grouped, rest, scale)
    value = pl.when(text.str.contains(_SCIENTIFIC)).then(_scientific(text).abs()).otherwise(value)
    legible = text.str.contains(_SCIENTIFIC) | (_legible(body) & text.str.contains(_UNIT))
    doubt = (
        pl.when(text.is_null() | (text == ""))
        .then(pl.lit(None, dtype=pl.String))
        .when(~legible)
        .then(pl.lit("illisible"))
        .when(ambiguous & ~text.str.contains(_SCIENTIFIC))
        .then(pl.lit("ambigu"))
        .when(value.is_null() | (value >= UNREADABLE_CENTS))
        .then(pl.lit("impossible"))
        .when((scale == 1) & (rest.str.strip_chars_end("0").str.len_chars() > 2) & ~rest.str.contains(_NOISE))
        .then(pl.lit("arrondi"))
    )
    kept = legible & (doubt.is_null() | (doubt == "arrondi"))
    signed = pl.when(negative).then(-value).otherwise(value)
    return [pl.when(kept).then(signed).alias("montant"), doubt.alias("montant_doute")]


def _tidied(column: str) -> pl.Expr:
    """Lower case without spaces; parentheses and a trailing minus become a leading minus."""
    text = pl.col(column).str.to_lowercase().str.replace_all(_SPACES, "").str.replace_all(_DASHES, "-")
    text = text.str.replace(r"^(-?)(?:€|eur)", "${1}").str.replace(r"^\(([^()-]*)\)(.*)$", "-${1}${2}")
    text = text.str.replace(r"^([^-]+)-((?:k|m|md)?(?:€|eur|euros?)?(?:ht|ttc)?)$", "-${1}${2}")
    return text


def _scale(text: pl.Expr) -> pl.Expr:
    return text.str.extract(_UNIT, 2).replace_strict(SCALES, default=1, return_dtype=pl.Int64)


def _legible(body: pl.Expr) -> pl.Expr:
    plain = r"^(\d+([.,]\d*)?|[.,]\d+|\d{1,3}(\.\d{3})+(,\d*)?|\d{1,3}(,\d{3})+(\.\d*)?)$"
    return body.str.contains(plain)


def _decimal_mark(body: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """The decimal mark of each amount (null: none), and whether nothing could decide between decimal and thousands."""
    dots, commas = body.str.count_matches(r"\.", literal=False), body.str.count_matches(",")
    last = body.str.extract(r"([.,])\d*$", 1)
    both = (dots > 0) & (commas > 0)
    several = (dots > 1) | (commas > 1)
    unsure = body.str.contains(r"^[1-9]\d{0,2}[.,]\d{3}$")
    sure = pl.when(~unsure & (both | ~several)).then(last)
    decimal_comma, decimal_dot = (sure == ",").any(), (sure == ".").any()
    grouped_dot = (body.str.contains(_GROUPED_DOT) & (dots > 1)).any() | (both & (last == ",")).any()
    grouped_comma = (body.str.contains(_GROUPED_COMMA) & (commas > 1)).any() | (both & (last == ".")).any()
    comma_is = decimal_comma & ~grouped_comma & ~decimal_dot
    dot_is = decimal_dot & ~grouped_dot & ~decimal_comma
    comma_groups = (grouped_comma | decimal_dot) & ~decimal_comma
    dot_groups = (grouped_dot | decimal_comma) & ~decimal_dot
    decided = pl.when(last == ",").then(comma_is | comma_groups).otherwise(dot_is | dot_groups)
    is_decimal = pl.when(last == ",").then(comma_is).otherwise(dot_is)
    mark = (
        pl.when(unsure).then(pl.when(is_decimal).then(last)).when(both | ~several).then(last).otherwise(pl.lit(None, pl.String))
    )
    return mark, unsure & ~decided


def _exact(whole: pl.Expr, rest: pl.Expr, scale: pl.Expr) -> pl.Expr:
    """Integer arithmetic only: the cents of ``whole,rest`` times the scale, half a cent away from zero."""
    units = pl.when(whole == "").then(pl.lit("0")).otherwise(whole)
    euros = pl.when(units.str.strip_chars_start("0").str.len_chars() <= 13).then(units).cast(pl.Int64, strict=False)
    parts = rest.str.pad_end(8, "0").str.head(8).cast(pl.Int64, strict=False)
    high = (euros.cast(pl.Float64) * scale) >= UNREADABLE_CENTS / 100
    return pl.when(~high).then(euros * 100 * scale + (parts * scale + 500_000) // 1_000_000)


def _scientific(text: pl.Expr) -> pl.Expr:
    value = text.str.replace(",", ".").cast(pl.Float64, strict=False) * 100
    return pl.when(value.abs() < UNREADABLE_CENTS).then(value.round(0)).cast(pl.Int64, strict=False)
