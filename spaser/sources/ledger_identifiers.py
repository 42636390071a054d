"""The identifier of a supplier as a ledger writes it: SIRET, SIREN, VAT number, with spaces, points and lost zeros."""

from __future__ import annotations

import polars as pl

LA_POSTE = "356000000"


def luhn(digits: pl.Expr, length: int) -> pl.Expr:
    """Whether a text of exactly ``length`` digits passes the Luhn check."""
    total = pl.lit(0, dtype=pl.Int64)
    for rank in range(length):
        digit = digits.str.slice(rank, 1).cast(pl.Int64, strict=False)
        doubled = digit * 2
        total = total + (digit if (length - rank) % 2 else pl.when(doubled > 9).then(doubled - 9).otherwise(doubled))
    return (digits.str.len_chars() == length) & (total % 10 == 0)


def valid_siret(digits: pl.Expr) -> pl.Expr:
    """Luhn, with the exception of La Poste (the sum of its digits is a multiple of 5)."""
    plain = pl.lit(0, dtype=pl.Int64)
    for rank in range(14):
        plain = plain + digits.str.slice(rank, 1).cast(pl.Int64, strict=False)
    post = digits.str.starts_with(LA_POSTE) & (digits.str.len_chars() == 14) & (plain % 5 == 0)
    return (luhn(digits, 14) | post) & ~digits.str.starts_with("000000000")


def valid_siren(digits: pl.Expr) -> pl.Expr:
    return luhn(digits, 9) & (digits != "000000000")


def identify(siret: str, siren: str, nic: str) -> list[pl.Expr]:
    """``siret`` and ``siren`` when valid, ``identifiant_lu`` (digits as read) and ``identifiant_doute`` when not.

    A French VAT number gives its SIREN. One lost leading zero is restored when the result is valid.
    """
    raw = pl.col(siret).str.to_uppercase().str.replace_all(r"[\s.\-_/'’\u00a0\u202f]", "")
    raw = pl.when(pl.col(siret).str.contains(r"^\d{8,14}\.0$")).then(pl.col(siret).str.head(-2)).otherwise(raw)
    vat = raw.str.extract(r"^FR[0-9A-Z]{2}(\d{9})$", 1)
    joined = pl.col(siren).str.replace_all(r"\D", "") + pl.col(nic).str.replace_all(r"\D", "").str.zfill(5)
    digits = pl.coalesce(vat, pl.when(raw.str.contains(r"^\d{6,16}$")).then(raw), joined, pl.col(siren).str.replace_all(r"\D", ""))
    padded = (
        pl.when(digits.str.len_chars() == 13).then(digits.str.zfill(14)).when(digits.str.len_chars() == 8).then(digits.str.zfill(9)).otherwise(digits)
    )
    full, short = pl.when(valid_siret(padded)).then(padded), pl.when(valid_siren(padded)).then(padded)
    given = pl.coalesce(pl.col(siret), pl.col(siren))
    unit = pl.coalesce(full.str.head(9), short)
    doubt = (
        pl.when(given.is_null() | unit.is_not_null())
        .then(pl.lit(None, dtype=pl.String))
        .when(padded.is_null() | ~padded.str.contains(r"^\d{9}(\d{5})?$"))
        .then(pl.lit("identifiant_format"))
        .otherwise(pl.lit("identifiant_cle"))
    )
    return [
        full.alias("siret"),
        unit.alias("siren"),
        pl.coalesce(padded, raw).alias("identifiant_lu"),
        doubt.alias("identifiant_doute"),
    ]
