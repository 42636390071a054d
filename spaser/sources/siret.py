"""SIRET, SIREN and the other identifiers of buyers and holders, kept as text.

Luhn is computed on whole columns. La Poste (SIREN 356000000) is the known exception: the plain sum of the digits of its
establishments is a multiple of five (Insee).
"""

from __future__ import annotations

import polars as pl

from spaser.sources.closed_lists import missing, one
from spaser.sources.text import SPACES, clean, repaired

LA_POSTE = 356000000
#: Identifier codes put on each holder by ``holders``, with the rule they stand for.
HOLDER_RULES = {
    1: "titulaire.absent",
    2: "siret.scientifique",
    3: "siret.luhn",
    4: "siret.forme",
    5: "siret.siren",
    6: "siret.zero",
    7: "siret.type",
    8: "titulaire.type",
}
_SCIENTIFIC = r"^\d(?:[.,]\d+)?[eE][+]?\d+$"


def luhn_ok(column: pl.Expr) -> pl.Expr:
    """True where a text is a 14-digit SIRET or a 9-digit SIREN whose control digit is right; never null."""
    digits = column.str.contains(r"^(?:\d{14}|\d{9})$")
    number = pl.when(digits).then(column).cast(pl.Int64, strict=False)
    plain, doubled = pl.lit(0, pl.Int64), pl.lit(0, pl.Int64)
    for rank in range(14):
        figure = number // 10**rank % 10
        plain = plain + figure
        doubled = doubled + (figure if rank % 2 == 0 else 2 * figure - 9 * (figure > 4).cast(pl.Int64))
    poste = (number // 100_000 == LA_POSTE) & (plain % 5 == 0)
    return ((number > 0) & ((doubled % 10 == 0) | poste)).fill_null(False)


def siren_of(column: pl.Expr) -> pl.Expr:
    """The SIREN inside a SIRET, a SIREN or a French VAT number; null for any other identifier."""
    return column.str.extract(r"^(?:FR[0-9A-Z]{2}(\d{9})$)", 1).fill_null(column.str.extract(r"^(\d{9})(?:\d{5})?$"))


def bare(column: pl.Expr) -> pl.Expr:
    """The identifier without spaces, dots, quotes and the « .0 » a spreadsheet adds; null when empty."""
    text = column.str.replace_all(SPACES, "").str.replace(r"^(\d{8,14})\.0$", "$1")
    text = pl.when(is_scientific(text)).then(text).otherwise(text.str.replace_all(r"[.'’\"]", ""))
    return pl.when(~missing(text)).then(text)


def is_scientific(column: pl.Expr) -> pl.Expr:
    """True for « 2,175E+13 »: a SIRET opened as a number, whose digits are lost."""
    return column.str.contains(_SCIENTIFIC)


def zeros_restored(column: pl.Expr) -> pl.Expr:
    """The SIRET whose leading zeros were lost (12 or 13 digits), when both SIRET and SIREN keys are then right; else null."""
    short = pl.when(column.str.contains(r"^\d{12,13}$")).then(column.str.zfill(14))
    return pl.when(luhn_ok(short) & luhn_ok(short.str.slice(0, 9))).then(short)


def holders(column: pl.Expr) -> pl.Expr:
    """Each holder checked: identifier, type, name and the code of what was found (``HOLDER_RULES``, 0 when nothing)."""
    element = pl.element().struct.field
    written, declared, name = element("titulaire_id"), element("titulaire_typeIdentifiant"), element("titulaire_nom")
    read = pl.struct(
        written.alias("written"),
        bare(written).alias("id"),
        one(declared, "titulaire_typeIdentifiant").alias("type"),
        clean(name).alias("titulaire_nom"),
        name.alias("name"),
    )
    tested = pl.struct(
        element("written"),
        element("id"),
        element("type"),
        element("titulaire_nom"),
        element("name"),
        luhn_ok(element("id")).alias("luhn"),
        zeros_restored(element("id")).alias("restored"),
    )
    # Three passes, so that each form is computed once.
    return column.list.eval(read).list.eval(tested).list.eval(_judged())


def _judged() -> pl.Expr:
    element = pl.element().struct.field
    code = _code()
    identifier = (
        pl.when(code.is_in([1, 2]))
        .then(None)
        .when(code == 6)
        .then(element("restored"))
        .when(code.is_in([0, 3, 5, 7]) & element("id").str.contains(r"^[0-9A-Z-]+$"))
        .then(element("id"))
        .otherwise(element("written").str.strip_chars())
    )
    kind = pl.when(code.is_in([6, 7])).then(pl.lit("SIRET")).when(~code.is_in([1, 2, 3, 4, 5])).then(element("type"))
    return pl.struct(
        identifier.alias("titulaire_id"),
        kind.alias("titulaire_typeIdentifiant"),
        element("titulaire_nom"),
        code.cast(pl.UInt8).alias("code"),
        element("written"),
        element("name"),
        repaired(element("name")).alias("mojibake"),
    )


def _code() -> pl.Expr:
    element = pl.element().struct.field
    identifier, kind, luhn = element("id"), element("type"), element("luhn")
    as_siret = kind.is_null() | (kind == "SIRET")
    full = identifier.str.contains(r"^\d{14}$")
    return (
        pl.when(identifier.is_null())
        .then(1)
        .when(is_scientific(identifier))
        .then(2)
        .when(full & luhn & (kind == "SIRET"))
        .then(0)
        .when(full & luhn & (kind.is_null() | luhn_ok(identifier.str.slice(0, 9))))
        .then(7)
        .when(as_siret & identifier.str.contains(r"^\d{9}$") & luhn)
        .then(5)
        .when(as_siret & element("restored").is_not_null())
        .then(6)
        .when(as_siret & full)
        .then(3)
        .when(kind == "SIRET")
        .then(4)
        .when(kind.is_null())
        .then(8)
        .otherwise(0)
    )
