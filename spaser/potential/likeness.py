"""Likeness: how much a need resembles those that inclusive structures have really won, in points that can be read.

It orders needs by ease; the chance it is turned into (``chance``) is calibrated on contracts really won
(``tests/benchmarks/bench_potential.py`` prints the reliability table) and is that of the need, never of a named supplier.
"""

from __future__ import annotations

import polars as pl

from spaser import rules
from spaser.potential.points import said_insertion
from spaser.vocabulary import CENT

_WORDS = ("reserve", "metiers", "fournitures")
STEPS = {"nulle": 0, "faible": 1, "moyenne": 2, "forte": 3}


def resemblance(needs: pl.LazyFrame, *, method: dict | None = None) -> pl.LazyFrame:
    """``besoin_id, ressemblance`` (points, natural-log units), ``chance`` (0 to 1, calibrated). Needs NEEDS."""
    settings = (method or rules.method())["potential"]
    weights = settings["ressemblance"]
    families = (
        rules.table("families.csv")
        .lazy()
        .select(
            "famille",
            _offre=pl.col("offre_ess").replace_strict(STEPS, default=0, return_dtype=pl.Float64),
            _usage=pl.col("potentiel_reservation")
            .str.extract(r"^(nulle|faible|moyenne|forte)")
            .replace_strict(STEPS, default=0, return_dtype=pl.Float64),
            _travail=pl.col("part_main_oeuvre").cast(pl.Float64),
        )
    )
    text = pl.col("objet").fill_null("")
    insertion = said_insertion(settings) | text.str.contains(weights["mots_handicap"])
    found = {"insertion": insertion} | {name: text.str.contains(weights[f"mots_{name}"]) for name in _WORDS}
    said = [pl.when(held).then(weights[name]).otherwise(0.0) for name, held in found.items()]
    size = (pl.col("annuel").clip(CENT, None) / CENT).log(10)
    points = pl.sum_horizontal(
        *said,
        weights["offre"] * (pl.col("_offre") - 1).fill_null(0.0),
        weights["usage"] * pl.col("_usage").fill_null(0.0),
        weights["travail"] * pl.col("_travail").fill_null(0.0),
        -weights["montant"] * size.fill_null(weights["montant_median"]),
        pl.when(pl.col("procedure").str.contains("(?i)adapt")).then(weights["adaptee"]).otherwise(0.0),
    )
    rows = needs.select("besoin_id", "famille", "objet", "annuel", "procedure").join(
        families, on="famille", how="left", maintain_order="left"
    )
    scored = rows.with_columns(ressemblance=points)
    slope, start = weights["pente"], weights["origine"]
    return scored.select(
        "besoin_id", "ressemblance", chance=1 / (1 + (-(start + slope * pl.col("ressemblance"))).exp())
    )
