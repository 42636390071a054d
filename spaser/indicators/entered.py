"""The figures a buyer enters, in the same long table as the measures of contracts; what is not given is « non renseigné »."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from spaser import rules
from spaser.vocabulary import CENT, MEASURES

POPULATION, DEFINITION = "saisie", "saisi par l'acheteur"
VERSION = 1


def entered(
    lines: pl.LazyFrame, years: Sequence[int], *, perimetre: str = "ensemble", siren: str | None = None
) -> pl.LazyFrame:
    """MEASURES of the figures entered: every figure of the catalogue, for each year asked and for the whole period.

    Parameters
    ----------
    lines
        ENTERED. A line without ``acheteur_siren`` is that of the whole publication.
    years
        The years published: a year without a line has a null value.
    siren
        Keeps the lines of one buyer; None sums every line (the group, or the only buyer).

    Returns
    -------
    Quantities have ``valeur`` in the unit of the record (also in ``unite``) and no denominator; parts of euros are in unit
    « valeur », in cents, other parts in their own unit. ``couverture`` is the part of the years that are given; the total
    of a period with a lacking year has no upper bound. Yes or no is 1 or 0; over a period, the last year given.
    """
    kept = lines if siren is None else lines.filter(pl.col("acheteur_siren") == siren)
    kept = kept.filter(pl.col("annee").is_in(list(years))).with_columns(pl.col("annee").cast(pl.Int32))
    grid = _grid(years)
    joined = grid.join(
        kept.group_by("indicateur", "annee").agg(pl.col("numerateur", "denominateur").sum(), n=pl.len()),
        on=["indicateur", "annee"],
        how="left",
        maintain_order="left",
    ).with_columns(pl.when(pl.col("n").is_not_null()).then("numerateur").alias("numerateur"))
    by_year = joined.with_columns(
        dimension=pl.lit("annee"),
        modalite=pl.col("annee").cast(pl.String),
        couverture=pl.col("n").is_not_null().cast(pl.Float64),
    )
    given = pl.col("n").is_not_null()
    last = pl.col("numerateur").filter(given).sort_by(pl.col("annee").filter(given)).last()
    whole = (
        joined.group_by("ordre", "indicateur", "titre", "forme", "unite_saisie", maintain_order=True)
        .agg(
            numerateur=pl.when(pl.col("forme").first() == "oui_non")
            .then(last)
            .when(given.any())
            .then(pl.col("numerateur").sum()),
            denominateur=pl.col("denominateur").filter(given).sum(),
            couverture=given.mean(),
            annee=pl.lit(-1, pl.Int32),
        )
        .with_columns(dimension=pl.lit("total"), modalite=pl.lit(None, pl.String))
    )
    return _measures(
        pl.concat([whole, by_year.select(whole.collect_schema().names())], how="vertical_relaxed"), perimetre
    )


def _grid(years: Sequence[int]) -> pl.LazyFrame:
    """One row per figure of the catalogue and year."""
    rows = [
        {
            "ordre": rank,
            "indicateur": code,
            "titre": record["titre"],
            "forme": record["forme"],
            "unite_saisie": record["unite"],
        }
        for rank, (code, record) in enumerate(records().items())
    ]
    return pl.LazyFrame(rows).join(
        pl.LazyFrame({"annee": pl.Series(list(years), dtype=pl.Int32)}), how="cross", maintain_order="left_right"
    )


def records() -> dict[str, dict[str, Any]]:
    return rules.toml("entered.toml")


def _measures(rows: pl.LazyFrame, perimetre: str) -> pl.LazyFrame:
    part = pl.col("forme") == "part"
    euros = part & (pl.col("unite_saisie") == "EUR")
    scaled = pl.when(euros).then(CENT).otherwise(1)
    value = (
        pl.when(part & (pl.col("denominateur") > 0))
        .then(pl.col("numerateur") / pl.col("denominateur"))
        .when(~part)
        .then("numerateur")
    )
    complete = pl.col("couverture") == 1
    told = rows.with_columns(
        perimetre=pl.lit(perimetre),
        population=pl.lit(POPULATION),
        definition=pl.lit(DEFINITION),
        unite=pl.when(euros).then(pl.lit("valeur")).otherwise("unite_saisie"),
        valeur=value,
        valeur_repondus=pl.when(part).then(value),
        bas=pl.when(part & ~complete).then(None).otherwise(value),
        haut=pl.when(complete).then(value),
        **{
            name: pl.when(part).then((pl.col(name) * scaled).round()).cast(pl.Int64)
            for name in ("numerateur", "denominateur")
        },
        repondus=pl.when(part).then((pl.col("denominateur") * scaled).round()).cast(pl.Int64),
        regle=pl.format("{}@{}", "indicateur", pl.lit(VERSION)),
        petit_effectif=pl.lit(None, pl.Boolean),
    )
    return MEASURES.conform(told.sort("ordre", "annee"))
