"""Identifiers first: those the register knows, and those it would know but for one wrong figure or two swapped."""

from __future__ import annotations

import polars as pl


def known_identifiers(queries: pl.DataFrame, register: pl.DataFrame) -> pl.DataFrame:
    """Names whose identifier is valid: linked to it, whether or not the register holds it.

    A valid identifier absent from the register still says who was paid (``identifiant_hors_registre``), never what they are.
    """
    valid = queries.filter(pl.col("siren").is_not_null()).select("q", "siret", "siren")
    units = register.select("siren").unique().with_columns(pl.lit(True).alias("_connu"))
    step = (
        pl.when(pl.col("_connu").is_not_null())
        .then(pl.lit("identifiant"))
        .otherwise(pl.lit("identifiant_hors_registre"))
    )
    return valid.join(units, on="siren", how="left", maintain_order="left").select(
        "q",
        "siren",
        "siret",
        step.alias("passe"),
        pl.lit(1.0).alias("score"),
        pl.lit(None, dtype=pl.String).alias("lieu"),
        pl.lit("accepte").alias("statut"),
    )


def repairs(queries: pl.DataFrame, register: pl.DataFrame) -> pl.DataFrame:
    """Companies of the register whose SIRET or SIREN differs from the one read by one figure, or two neighbours swapped.

    Returns
    -------
    pl.DataFrame
        ``q``, ``siren``, ``repare`` (the identifier proposed).
    """
    wrong = queries.filter(pl.col("siren").is_null() & pl.col("identifiant_lu").str.contains(r"^\d{9}(\d{5})?$"))
    wrong = wrong.select("q", pl.col("identifiant_lu").alias("lu"))
    known = pl.concat(
        [
            register.select(pl.col("siret").alias("repare"), "siren"),
            register.select(pl.col("siren").alias("repare"), "siren"),
        ]
    )
    found = pl.concat(
        [
            _variants(wrong).join(known.drop_nulls().unique(), on="repare", maintain_order="left_right"),
            _same_unit(wrong, register),
        ]
    )
    return found.group_by("q", "siren").agg(pl.col("repare").min())


def _same_unit(wrong: pl.DataFrame, register: pl.DataFrame) -> pl.DataFrame:
    """The wrong figure is in the last five: the SIREN stands."""
    units = register.select("siren").unique()
    return (
        wrong.select("q", pl.col("lu").str.head(9).alias("repare"))
        .with_columns(pl.col("repare").alias("siren"))
        .join(units, on="siren", how="semi")
    )


def _variants(wrong: pl.DataFrame) -> pl.DataFrame:
    lu = pl.col("lu")
    parts = []
    for rank in range(14):
        rows = wrong.lazy().filter(lu.str.len_chars() > rank)
        changed = [
            pl.concat_str(lu.str.head(rank), pl.lit(str(figure)), lu.str.slice(rank + 1)) for figure in range(10)
        ]
        swapped = pl.concat_str(
            lu.str.head(rank), lu.str.slice(rank + 1, 1), lu.str.slice(rank, 1), lu.str.slice(rank + 2)
        )
        parts.append(rows.select("q", pl.concat_list(*changed, swapped).alias("repare")).explode("repare"))
    return pl.concat(parts).unique().collect()
