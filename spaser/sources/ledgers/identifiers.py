"""The identifier of a supplier as a ledger writes it: SIRET, SIREN, VAT number, with spaces, points and lost zeros."""

from __future__ import annotations

import polars as pl

from spaser.sources.siret import luhn_ok

#: « ALPHA - 123 456 789 00012 »: a SIRET written with the name.
_IN_NAME = r"(?:^|[^\d])(\d{3}[  .]?\d{3}[  .]?\d{3}[  .]?\d{5})(?:[^\d]|$)"


def in_names(rows: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """The rows without any identifier whose name holds a valid SIRET, read apart; and how many they are."""
    found = pl.col("fournisseur").str.extract(_IN_NAME, 1)
    number = found.str.replace_all(r"\D", "")
    rows = rows.with_columns(_numero=pl.when(pl.col("siret").is_null() & pl.col("siren").is_null()).then(number))
    rows = rows.with_columns(_numero=pl.when(luhn_ok(pl.col("_numero"))).then("_numero"))
    rest = (
        pl.col("fournisseur")
        .str.replace(_IN_NAME, " ")
        .str.replace(r"(?i)\(?\s*(?:n° ?)?(?:siret)?\s*[:–-]?\s*\)?\s*$", "")
    )
    name = rest.str.strip_chars(" -–:,;/|()")
    told = pl.col("_numero").is_not_null()
    typed = rows.with_columns(
        siret=pl.coalesce("siret", "_numero"),
        fournisseur=pl.when(told & (name != "")).then(name).otherwise("fournisseur"),
    )
    return typed.drop("_numero"), int(rows["_numero"].count())


def identify(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Read ``siret``, ``siren`` and ``nic`` as typed: kept when valid; add ``identifiant_lu``, ``identifiant_doute``.

    A French VAT number gives its SIREN. One lost leading zero is restored when the result is valid. ``identifiant_doute``
    is ``identifiant_cle`` (right length, wrong key) or ``identifiant_format``.
    """
    names = [name for name in rows.collect_schema().names() if name not in ("siret", "siren", "nic")]
    number, read = pl.col("_chiffres"), pl.col("identifiant_lu")
    typed = rows.with_columns(
        pl.coalesce("siret", "siren").alias("_donne"),
        pl.col("siret")
        .str.replace(r"^(\d{8,14})\.0$", "${1}")
        .str.to_uppercase()
        .str.replace_all(r"[^0-9A-Z,+]", "")
        .alias("_brut"),
        pl.col("siren").str.replace(r"\.0$", "").str.replace_all(r"\D", "").str.zfill(9).alias("_unite"),
        pl.col("nic").str.replace(r"\.0$", "").str.replace_all(r"\D", "").str.zfill(5).alias("_nic"),
    )
    typed = typed.with_columns(
        pl.coalesce(
            pl.col("_brut").str.extract(r"^FR[0-9A-Z]{2}(\d{9})$", 1),
            pl.when(pl.col("_brut").str.contains(r"^\d{6,16}$")).then("_brut"),
            pl.col("_unite") + pl.col("_nic"),
            "_unite",
        ).alias("_chiffres")
    )
    size = number.str.len_chars()
    padded = pl.when(size == 13).then(number.str.zfill(14)).when(size == 8).then(number.str.zfill(9)).otherwise(number)
    typed = typed.with_columns(pl.coalesce(padded, "_brut").alias("identifiant_lu"))
    typed = typed.with_columns((luhn_ok(read) & ~read.str.starts_with("000000000")).fill_null(False).alias("_bon"))
    doubt = (
        pl.when(pl.col("_donne").is_null() | pl.col("_bon"))
        .then(pl.lit(None, dtype=pl.String))
        .when(read.str.contains(r"^\d{9}(\d{5})?$").fill_null(False))
        .then(pl.lit("identifiant_cle"))
        .otherwise(pl.lit("identifiant_format"))
    )
    return typed.with_columns(
        pl.when("_bon").then(pl.when(read.str.len_chars() == 14).then("identifiant_lu")).alias("siret"),
        pl.when("_bon").then(read.str.head(9)).alias("siren"),
        doubt.alias("identifiant_doute"),
    ).select(*names, "siret", "siren", "identifiant_lu", "identifiant_doute")
