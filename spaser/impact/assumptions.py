"""The factors of impact, each with its interval, its source and its quality; what has no factor is refused, with the reason."""

from __future__ import annotations

import polars as pl

from spaser import rules

BOUNDS = ("bas", "milieu", "haut")
#: Beyond this ratio of the high bound to the low one, a figure says nothing: it is refused.
WIDEST = 3.0
#: Quality, best first; a chain is worth its weakest link.
GRADES = ("officiel", "étude", "secondaire", "mémoire")
#: What is measured by nobody here, and why: said with every result.
NEVER_MEASURED = {
    "aubaine": "effet net : aucun taux d'aubaine français n'a été trouvé ; une partie de ces heures aurait eu lieu sans cet achat, elle n'est pas mesurée",
    "multiplicateur_local": "multiplicateur local : aucune source solide pour l'achat public français",
    "ges_evites": "tonnes de CO2 évitées : un ratio par euro ne distingue pas deux fournisseurs",
}


def factors() -> pl.LazyFrame:
    """One row per factor: ``facteur, type, famille, bas, milieu, haut`` (numbers, null when refused), ``unite, source, qualite, prudence``."""
    return rules.table("impact_factors.csv").lazy().with_columns(pl.col(BOUNDS).cast(pl.Float64))


def of(name: str, prefix: str, *by: str) -> pl.LazyFrame:
    """The bounds of one factor as ``<prefix>_bas, _milieu, _haut, _note``, keyed by ``type`` and/or ``famille``."""
    rows = factors().filter(pl.col("facteur") == name)
    return rows.select(
        *by, *(pl.col(bound).alias(f"{prefix}_{bound}") for bound in BOUNDS), pl.col("qualite").alias(f"{prefix}_note")
    )


def quotient(amount: str, factor: str, out: str) -> list[pl.Expr]:
    """``out_bas, out_milieu, out_haut``: the low bound divides the low amount by the high factor, and the reverse."""
    opposite = dict(zip(BOUNDS, reversed(BOUNDS), strict=True))
    return [
        (pl.col(f"{amount}_{bound}") / pl.col(f"{factor}_{opposite[bound]}")).alias(f"{out}_{bound}")
        for bound in BOUNDS
    ]


def too_wide(name: str) -> pl.Expr:
    """Whether an interval is wider than may be said."""
    return pl.col(f"{name}_haut") > WIDEST * pl.col(f"{name}_bas")


def weakest(*notes: str) -> pl.Expr:
    """The weakest grade of a chain; null grades are links that are not there."""
    ranks = pl.max_horizontal(
        pl.col(note).replace_strict(list(GRADES), list(range(len(GRADES))), default=None, return_dtype=pl.Int32)
        for note in notes
    )
    return ranks.replace_strict(list(range(len(GRADES))), list(GRADES), default=None, return_dtype=pl.String)
