"""CPV code → purchase family, by longest prefix. The families and prefixes are data (``reference/families.csv``, ``cpv_families.csv``)."""

from __future__ import annotations

import polars as pl

from spaser import rules


def catalogue() -> pl.LazyFrame:
    """The purchase families: ``famille`` (key), ``libelle``, and what the kit assumes of each (with ``confiance``)."""
    return rules.table("families.csv").lazy()


def prefixes() -> pl.LazyFrame:
    """One row per CPV prefix: ``prefixe, libelle, famille``."""
    return rules.table("cpv_families.csv").lazy()


def of_cpv(code: pl.Expr) -> pl.Expr:
    """The family of a CPV code (8 digits): that of its longest known prefix, null when none fits."""
    table = rules.table("cpv_families.csv").with_columns(size=pl.col("prefixe").str.len_chars())
    levels = []
    for size in sorted(table["size"].unique(), reverse=True):
        level = table.filter(pl.col("size") == size)
        levels.append(code.str.slice(0, size).replace_strict(level["prefixe"], level["famille"], default=None))
    return pl.coalesce(levels)


def add(contracts: pl.LazyFrame) -> pl.LazyFrame:
    """The contracts with ``famille``, ``famille_libelle`` and ``famille_origine`` (« cpv », or null when unknown).

    Needs ``codeCPV``. Each distinct code is resolved once, whatever the number of contracts.
    """
    codes = (
        contracts.select("codeCPV")
        .unique()
        .drop_nulls()
        .with_columns(famille=of_cpv(pl.col("codeCPV")))
        .join(catalogue().select("famille", famille_libelle="libelle"), on="famille", how="left")
        .with_columns(famille_origine=pl.when(pl.col("famille").is_not_null()).then(pl.lit("cpv")))
    )
    return contracts.join(codes, on="codeCPV", how="left")


def divisions() -> pl.LazyFrame:
    """The CPV divisions: ``cpv_division, cpv_division_libelle, type_marche``."""
    return rules.table("cpv_divisions.csv").lazy().rename({"division": "cpv_division", "libelle": "cpv_division_libelle"})
