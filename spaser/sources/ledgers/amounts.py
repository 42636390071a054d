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


def read_cents(rows: pl.LazyFrame, column: str, *, scale: int | pl.Expr = 1) -> pl.LazyFrame:
    """Add ``montant`` (Int64 cents) and ``montant_doute`` (why it is doubtful) read from a column of text.

    ``scale`` is what one unit of the column is worth in euros (k€: 1 000), or that of each row; an amount that writes its own unit keeps it.
    ``montant_doute`` is null, ``illisible``, ``ambigu`` (decimal or thousands mark, the column does not tell),
    ``impossible`` (at or above 10 000 milliards d'euros) or ``arrondi`` (more than two decimals: half a cent rounds
    away from zero, the amount is kept). The first three leave ``montant`` null.
    """
    names = [name for name in rows.collect_schema().names() if name not in ("montant", "montant_doute")]
    text, body, mark = pl.col("_texte"), pl.col("_corps"), pl.col("_marque")
    staged = rows.with_columns(_tidied(column).alias("_texte"))
    staged = staged.with_columns(text.str.extract(_UNIT, 1).alias("_corps"), _scale(text, scale).alias("_echelle"))
    staged = staged.with_columns(_decimal_mark(body)).with_columns(
        body.str.find(r"[.,]\d*$").cast(pl.Int64).alias("_place")
    )
    staged = staged.with_columns(
        pl.when(mark.is_null())
        .then(body)
        .otherwise(body.str.head(pl.col("_place")))
        .str.replace_all(r"[.,]", "")
        .alias("_entier"),
        pl.when(mark.is_null()).then(pl.lit("")).otherwise(body.str.slice(pl.col("_place") + 1)).alias("_reste"),
        text.str.contains(_SCIENTIFIC).alias("_scientifique"),
    )
    plain = _exact(pl.col("_entier"), pl.col("_reste"), pl.col("_echelle"))
    staged = staged.with_columns(
        pl.when("_scientifique").then(_scientific(text).abs() * pl.col("_echelle")).otherwise(plain).alias("_valeur")
    )
    staged = staged.with_columns(_doubt().alias("montant_doute"))
    signed = pl.when(text.str.starts_with("-")).then(-pl.col("_valeur")).otherwise("_valeur")
    kept = text.is_not_null() & (pl.col("montant_doute").is_null() | (pl.col("montant_doute") == "arrondi"))
    return staged.with_columns(pl.when(kept).then(signed).alias("montant")).select(*names, "montant", "montant_doute")


def less(rows: pl.DataFrame, column: str, *, scale: int | pl.Expr = 1) -> pl.DataFrame:
    """The rows with ``montant`` less what another column of text holds (a credit beside a debit); neither said, it stays unknown."""
    other = read_cents(rows.lazy().rename({column: "_autre"}), "_autre", scale=scale).collect()
    credit = other["montant"].alias("_credit")
    owed = pl.col("montant").fill_null(0) - pl.col("_credit").fill_null(0)
    said = pl.col("montant").is_not_null() | pl.col("_credit").is_not_null()
    illegible = pl.col("montant_doute").is_in(["illisible", "ambigu", "impossible"]).fill_null(False)
    return rows.with_columns(credit).with_columns(montant=pl.when(said & ~illegible).then(owed)).drop("_credit")


def _doubt() -> pl.Expr:
    text, rest = pl.col("_texte"), pl.col("_reste")
    legible = pl.col("_scientifique") | _legible(pl.col("_corps"))
    more = (rest.str.strip_chars_end("0").str.len_chars() > 2) & ~rest.str.contains(_NOISE)
    return (
        pl.when(text.is_null() | (text == ""))
        .then(pl.lit(None, dtype=pl.String))
        .when(~legible.fill_null(False))
        .then(pl.lit("illisible"))
        .when(pl.col("_ambigu") & ~pl.col("_scientifique"))
        .then(pl.lit("ambigu"))
        .when(pl.col("_valeur").is_null() | (pl.col("_valeur") >= UNREADABLE_CENTS))
        .then(pl.lit("impossible"))
        .when((pl.col("_echelle") == 1) & more)
        .then(pl.lit("arrondi"))
    )


def _tidied(column: str) -> pl.Expr:
    """Lower case without spaces; parentheses and a trailing minus become a leading minus."""
    text = pl.col(column).str.to_lowercase().str.replace_all(_SPACES, "").str.replace_all(_DASHES, "-")
    text = text.str.replace(r"^(-?)(?:€|eur)", "${1}").str.replace(r"^\(([^()-]*)\)(.*)$", "-${1}${2}")
    text = text.str.replace(r"^([^-]+)-((?:k|m|md)?(?:€|eur|euros?)?(?:ht|ttc)?)$", "-${1}${2}")
    return text


def _scale(text: pl.Expr, column: int | pl.Expr) -> pl.Expr:
    own = text.str.extract(_UNIT, 2).replace_strict(SCALES, default=None, return_dtype=pl.Int64)
    return pl.coalesce(
        own,
        pl.when(text.str.contains("€|eur")).then(1),
        column if isinstance(column, pl.Expr) else pl.lit(column, dtype=pl.Int64),
    )


def _legible(body: pl.Expr) -> pl.Expr:
    plain = r"^(\d+([.,]\d*)?|[.,]\d+|\d{1,3}(\.\d{3})+(,\d*)?|\d{1,3}(,\d{3})+(\.\d*)?)$"
    return body.str.contains(plain)


def _decimal_mark(body: pl.Expr) -> list[pl.Expr]:
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
        pl.when(unsure)
        .then(pl.when(is_decimal).then(last))
        .when(both | ~several)
        .then(last)
        .otherwise(pl.lit(None, pl.String))
    )
    return [mark.alias("_marque"), (unsure & ~decided).alias("_ambigu")]


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
