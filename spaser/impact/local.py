"""Local retention: where the suppliers paid are established, from their place and not from where the money goes next."""

from __future__ import annotations

import polars as pl

#: What says where a place is, from its commune to its region.
PLACE = ("code_commune", "epci", "ept", "departement", "region")
LEVELS = ("commune", "intercommunalité", "département", "région", "hors de la région", "lieu inconnu")


def retention(lines: pl.LazyFrame, places: pl.LazyFrame, communes: pl.LazyFrame, buyer: pl.LazyFrame) -> pl.LazyFrame:
    """Euros by the closest level that the buyer shares with its suppliers.

    Parameters
    ----------
    lines
        SPEND lines kept: ``siret``, ``siren``, ``montant`` (cents).
    places
        ESTABLISHMENTS (``siren, siret, siege, code_commune``).
    communes
        ``code_commune, epci, ept, departement, region`` (``territories.communes``).
    buyer
        One row, the same columns, with null where the buyer has no such level (a département has no commune).

    Returns
    -------
    One row per level of ``LEVELS`` met: ``niveau, montant, part`` and ``part_connue`` (of the euros whose place is known). The place of
    an office is not that of the work nor of the jobs.
    """
    located = _located(lines, places).join(
        communes.select(PLACE),
        on="code_commune",
        how="left",
        maintain_order="left",
    )
    here = buyer.select(*(pl.col(name).alias(f"_{name}") for name in PLACE))
    group = (pl.col("ept") == pl.col("_ept")).fill_null(False) | (
        (pl.col("epci") == pl.col("_epci")) & pl.col("_ept").is_null()
    ).fill_null(False)
    level = (
        pl.when(pl.col("departement").is_null())
        .then(pl.lit("lieu inconnu"))
        .when(pl.col("code_commune") == pl.col("_code_commune"))
        .then(pl.lit("commune"))
        .when(group)
        .then(pl.lit("intercommunalité"))
        .when(pl.col("departement") == pl.col("_departement"))
        .then(pl.lit("département"))
        .when(pl.col("region") == pl.col("_region"))
        .then(pl.lit("région"))
        .otherwise(pl.lit("hors de la région"))
    )
    found = (
        located.join(here, how="cross", maintain_order="left_right").group_by(niveau=level).agg(pl.col("montant").sum())
    )
    known = pl.col("niveau") != "lieu inconnu"
    whole, told = pl.col("montant").sum(), pl.col("montant").filter(known).sum()
    ranks = {name: rank for rank, name in enumerate(LEVELS)}
    # In their order first: the last bit of a share follows the rank of its line.
    ranked = found.sort(pl.col("niveau").replace_strict(ranks, return_dtype=pl.Int32))
    return ranked.with_columns(
        part=pl.when(whole > 0).then(pl.col("montant") / whole),
        part_connue=pl.when(known & (told > 0)).then(pl.col("montant") / told),
    )


def _located(lines: pl.LazyFrame, places: pl.LazyFrame) -> pl.LazyFrame:
    """The commune of the establishment paid, else the only one its legal unit has in the lists, else its head office."""
    known = places.filter(pl.col("code_commune").is_not_null())
    by_siret = known.drop_nulls("siret").group_by("siret").agg(pl.col("code_commune").first())
    seat = pl.col("code_commune").filter(pl.col("siege").fill_null(False))
    only = pl.when(pl.col("code_commune").n_unique() == 1).then(pl.col("code_commune").first())
    by_siren = known.group_by("siren").agg(_siren=pl.coalesce(only, seat.first()))
    joined = (
        lines.select("siret", "siren", "montant")
        .join(by_siret, on="siret", how="left", maintain_order="left")
        .join(by_siren, on="siren", how="left", maintain_order="left")
    )
    return joined.with_columns(code_commune=pl.coalesce("code_commune", "_siren")).drop("_siren")
