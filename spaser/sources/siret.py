"""SIRET, SIREN and the other identifiers of buyers and holders, kept as text.

Luhn is computed on whole columns. La Poste (SIREN 356000000) is the known exception: the plain sum of the digits of its
establishments is a multiple of five (Insee).
"""

from __future__ import annotations

import polars as pl

from spaser.sources.closed_lists import missing, one
from spaser.sources.distinct import Reading
from spaser.sources.in_lists import staged
from spaser.sources.text import SPACES, clean, repaired, suspect
from spaser.vocabulary import HOLDER

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
    return keyed(pl.when(column.str.contains(r"^(?:\d{14}|\d{9})$")).then(column).cast(pl.Int64, strict=False))


def number_of(column: pl.Expr) -> pl.Expr:
    """The number a bare identifier writes, when it has the digits of a SIREN or of a SIRET, leading zeros lost or not."""
    return pl.when(column.str.contains(r"^(?:\d{12,14}|\d{9})$")).then(column).cast(pl.Int64, strict=False)


def keyed(number: pl.Expr) -> pl.Expr:
    """Luhn on the digits of a number (leading zeros change nothing), or the rule of La Poste; never null."""
    figures = [number // 10**rank % 10 for rank in range(14)]
    twice = [2 * figure - 9 * (figure > 4).cast(pl.Int64) for figure in figures[1::2]]
    luhn = pl.sum_horizontal(*figures[::2], *twice) % 10 == 0
    poste = (number // 100_000 == LA_POSTE) & (pl.sum_horizontal(*figures) % 5 == 0)
    return ((number > 0) & (luhn | poste)).fill_null(False)


def keys(number: pl.Expr) -> dict[str, pl.Expr]:
    """``luhn`` (the whole number has a right key) and ``siren`` (its first nine digits too)."""
    return {"luhn": keyed(number), "siren": keyed(number // 100_000)}


def restored(identifier: pl.Expr, luhn: pl.Expr, siren: pl.Expr) -> pl.Expr:
    """The SIRET whose leading zeros were lost (12 or 13 digits), when both keys are then right; else null."""
    short = identifier.str.contains(r"^\d{12,13}$")
    return pl.when(short & luhn & siren).then(identifier.str.zfill(14))


def siren_of(column: pl.Expr) -> pl.Expr:
    """The SIREN inside a SIRET, a SIREN or a French VAT number; null for any other identifier."""
    return column.str.extract(r"^(?:FR[0-9A-Z]{2}(\d{9})$)", 1).fill_null(column.str.extract(r"^(\d{9})(?:\d{5})?$"))


def bare(column: pl.Expr) -> pl.Expr:
    """The identifier without spaces, dots, quotes and the « .0 » a spreadsheet adds; null when empty."""
    text = column.str.replace_all(SPACES, "").str.replace(r"^(\d{8,14})\.0$", "$1")
    text = pl.when(is_scientific(text)).then(text).otherwise(text.str.replace_all(r"[.'’\"]", ""))
    return pl.when(~missing(text)).then(text)


def unlabelled(column: pl.Expr) -> pl.Expr:
    """The identifier without what is written before it: « SIRET : 123 456 789 00012 », « ="12345678900012" », « FR 12 123456789 »."""
    bare_ = column.str.replace(r"(?i)^\s*=?\s*(?:n° ?)?(?:siret|siren)?\s*:?\s*", "")
    return bare_.str.replace(r"(?i)^FR\s?[0-9A-Z]{2}\s?(\d{3} ?\d{3} ?\d{3})\s*$", "$1")


def is_scientific(column: pl.Expr) -> pl.Expr:
    """True for « 2,175E+13 »: a SIRET opened as a number, whose digits are lost."""
    return column.str.contains(_SCIENTIFIC)


def holders(column: pl.Expr) -> pl.Expr:
    """Each holder checked: identifier, type, name and the code of what was found (``HOLDER_RULES``, 0 when nothing)."""
    element = pl.element().struct.field
    read = {
        "written": element("titulaire_id"),
        "id": bare(element("titulaire_id")),
        "type": one(element("titulaire_typeIdentifiant"), "titulaire_typeIdentifiant"),
        "untyped": missing(element("titulaire_typeIdentifiant")).fill_null(True),
        "titulaire_nom": clean(element("titulaire_nom")),
        "name": element("titulaire_nom"),
    }
    number = {"number": number_of(element("id")), "size": element("id").str.len_bytes()}
    known = keys(element("number")) | {"mojibake": repaired(element("name")).fill_null(False)}
    return staged(column, read, number, known, {"code": _code()}, _judged())


FLAT = tuple(field.name for field in HOLDER.fields)


def flat(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Adds ``v_titulaires`` from the three columns of the one holder of each row, and ``h_code``, ``h_mojibake`` as ``holders``.

    A valid SIRET said to be one, with a name that needs no cleaning, is taken at once; the other rows go through
    ``holders``, so that there is one way of judging.
    """
    have = frame.collect_schema().names()
    frame = frame.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in FLAT if name not in have)
    identifier, kind, name = (pl.col(column) for column in FLAT)
    number, sound = pl.col("t_number"), pl.col("h_sound")
    stages = (
        {"h_id": bare(identifier)},
        {"t_number": number_of(pl.col("h_id"))},
        {"h_sound": keyed(number) & (pl.col("h_id").str.len_bytes() == 14)},
    )
    read = Reading("titulaire_id", stages, {"h_id": pl.String(), "h_sound": pl.Boolean()}).expr()
    easy = sound.fill_null(False) & (kind == "SIRET").fill_null(False) & ~suspect(name).fill_null(False)
    present = identifier.is_not_null() | name.is_not_null()
    rest = pl.when(present & ~pl.col("h_easy")).then(pl.concat_list(pl.struct(FLAT)))
    judged = pl.col("h_judged").struct.field
    chosen = [
        pl.when("h_easy").then("h_id").otherwise(judged(FLAT[0])).alias("h_identifier"),
        pl.when("h_easy").then(kind).otherwise(judged(FLAT[1])).alias("h_kind"),
        pl.when("h_easy").then(name).otherwise(judged(FLAT[2])).alias("h_name"),
        judged("code").fill_null(0).alias("h_code"),
        judged("mojibake").fill_null(False).alias("h_mojibake"),
    ]
    one_ = pl.concat_list(
        pl.struct(titulaire_id="h_identifier", titulaire_typeIdentifiant="h_kind", titulaire_nom="h_name")
    )
    kept = pl.col("h_identifier").is_not_null() | pl.col("h_name").is_not_null()
    return (
        frame.with_columns(read.alias("s_titulaire"))
        .with_columns(pl.col("s_titulaire").struct.unnest())
        .with_columns(h_easy=easy)
        .with_columns(h_judged=holders(rest).list.first())
        .with_columns(chosen)
        .with_columns(v_titulaires=pl.when(kept).then(one_).when(present).then(pl.lit([], dtype=pl.List(HOLDER))))
    )


def flat_lines() -> list[pl.Expr]:
    """The lines of refusals of the one holder of each row, as lists of ``champ, regle, valeur``."""
    rule = pl.col("h_code").replace_strict(HOLDER_RULES, default=None, return_dtype=pl.String)
    named = pl.struct(champ=pl.lit(FLAT[0]), regle=rule, valeur=FLAT[0])
    spelled = pl.struct(champ=pl.lit(FLAT[2]), regle=pl.lit("texte.mojibake"), valeur=FLAT[2])
    return [
        pl.concat_list(pl.when(pl.col("h_code") > 0).then(named)),
        pl.concat_list(pl.when("h_mojibake").then(spelled)),
    ]


def subcontractors(column: pl.Expr) -> pl.Expr:
    """Each act with its subcontractor checked: a type SIRET is kept only with a valid SIRET."""
    element = pl.element().struct.field
    others = ("id", "montant", "dureeMois", "dateNotification")
    read = {name: element(name) for name in others} | {
        "bare": bare(element("sousTraitant_id")),
        "type": one(element("sousTraitant_typeIdentifiant"), "titulaire_typeIdentifiant"),
    }
    full: pl.Expr = pl.coalesce(restored(element("bare"), element("luhn"), element("siren")), element("bare"))
    sure = (element("type") != "SIRET") | (element("luhn") & (element("sousTraitant_id").str.len_bytes() == 14))
    kind: pl.Expr = pl.when(sure).then(element("type"))
    number = {"number": number_of(element("bare"))}
    last: dict[str, pl.Expr] = {"sousTraitant_typeIdentifiant": kind}
    return staged(column, read, number, keys(element("number")), {"sousTraitant_id": full}, last)


def _judged() -> dict[str, pl.Expr]:
    element = pl.element().struct.field
    code = element("code")
    tidy = code.is_in([0, 3, 5, 7]) & element("id").str.contains(r"^[0-9A-Z-]+$")
    identifier = (
        pl.when(code.is_in([1, 2]))
        .then(None)
        .when(code == 6)
        .then(element("id").str.zfill(14))
        .when(tidy)
        .then(element("id"))
        .otherwise(element("written").str.strip_chars())
    )
    plain = (code == 0) & element("type").is_null()
    kind = (
        pl.when(code.is_in([6, 7]) | plain)
        .then(pl.lit("SIRET"))
        .when(~code.is_in([1, 2, 3, 4, 5]))
        .then(element("type"))
    )
    return {"titulaire_id": identifier, "titulaire_typeIdentifiant": kind}


def _code() -> pl.Expr:
    element = pl.element().struct.field
    kind, luhn, size = element("type"), element("luhn"), element("size")
    as_siret = kind.is_null() | (kind == "SIRET")
    full = element("number").is_not_null() & (size == 14)
    short = element("number").is_not_null() & size.is_in([12, 13])
    return (
        pl.when(element("id").is_null())
        .then(1)
        .when(is_scientific(element("id")))
        .then(2)
        .when(full & luhn & ((kind == "SIRET") | element("untyped")))
        .then(0)
        .when(full & luhn & (kind.is_null() | element("siren")))
        .then(7)
        .when(as_siret & (size == 9) & luhn)
        .then(5)
        .when(as_siret & short & luhn & element("siren"))
        .then(6)
        .when(as_siret & full)
        .then(3)
        .when(kind == "SIRET")
        .then(4)
        .when(kind.is_null())
        .then(8)
        .otherwise(0)
        .cast(pl.UInt8)
    )
