"""Hours of insertion clauses: those required (written in the contract, else computed as a theory) and those done. Never added together."""

from __future__ import annotations

import polars as pl

from spaser.impact.assumptions import BOUNDS, of, too_wide, weakest

#: Hours of a year of work, written beside every conversion.
YEAR = 1607
#: Civil works are answered only by the hours written in the contract: the range of their factor goes from one to four.
WRITTEN_ONLY = ("travaux_publics",)
_NO_BASE = "famille sans assiette crédible pour une clause (part de main-d'œuvre trop faible ou non mesurée)"


def required(clauses: pl.LazyFrame) -> pl.LazyFrame:
    """Hours that clauses require, one row per contract or lot.

    Parameters
    ----------
    clauses
        ``uid``, and when known ``lot``, ``montant`` (cents without tax; ``montant_bas`` and ``montant_haut`` when it is an interval), ``famille``, ``taux`` (part of the hours of work, 0 to 1),
        ``heures_ecrites`` (hours written in the contract), ``maximum`` (Boolean: the amount is the maximum of a framework).

    Returns
    -------
    The rows, in their order, with ``heures_bas, _milieu, _haut``, ``origine`` (« écrites » or « théoriques »), ``etp_*`` (on 1 607 hours),
    ``personnes_*`` (an order of magnitude: never people counted), ``note`` and ``motif`` (null when measured).
    """
    have = clauses.collect_schema().names()
    blank = {
        "lot": pl.String(),
        "montant": pl.Int64(),
        "montant_bas": pl.Int64(),
        "montant_haut": pl.Int64(),
        "famille": pl.String(),
        "taux": pl.Float64(),
        "heures_ecrites": pl.Float64(),
        "maximum": pl.Boolean(),
    }
    rows = clauses.with_columns(
        pl.lit(None, dtype=dtype).alias(name) for name, dtype in blank.items() if name not in have
    )
    rows = rows.join(of("heures_par_keuro", "hpk", "famille"), on="famille", how="left", maintain_order="left")
    amounts = {
        "bas": pl.coalesce("montant_bas", "montant"),
        "milieu": pl.col("montant"),
        "haut": pl.coalesce("montant_haut", "montant"),
    }
    theory = [(amounts[b] / 100_000 * pl.col("taux") * pl.col(f"hpk_{b}")).alias(f"_theorie_{b}") for b in BOUNDS]
    written = pl.col("heures_ecrites").is_not_null()
    rows = rows.with_columns(theory).with_columns(
        *(pl.coalesce("heures_ecrites", f"_theorie_{b}").alias(f"heures_{b}") for b in BOUNDS),
        motif=_refusal(written),
        note=pl.when(written).then(pl.lit("officiel")).otherwise(weakest("hpk_note")),
    )
    return (
        _converted(rows)
        .drop("^hpk_.*$", "^_theorie_.*$", "montant_bas", "montant_haut")
        .with_columns(
            origine=pl.when(pl.col("motif").is_null()).then(
                pl.when(written).then(pl.lit("écrites")).otherwise(pl.lit("théoriques"))
            )
        )
    )


def done(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Hours done as a facilitator gives them: ``uid``, ``exercice``, ``heures_exigees``, ``heures_faites``, ``personnes``, ``source``.

    Adds ``part_faite``: done on required, only where both are known; both columns stay, since neither replaces the other.
    """
    both = pl.col("heures_exigees").is_not_null() & (pl.col("heures_exigees") > 0)
    return rows.with_columns(part_faite=pl.when(both).then(pl.col("heures_faites") / pl.col("heures_exigees")))


def _refusal(written: pl.Expr) -> pl.Expr:
    return (
        pl.when(written)
        .then(None)
        .when(pl.col("maximum").fill_null(False))
        .then(pl.lit("maximum d'accord-cadre : ce n'est pas une dépense"))
        .when(pl.col("montant").is_null())
        .then(pl.lit("ni heures écrites ni montant"))
        .when(pl.col("taux").is_null())
        .then(pl.lit("ni heures écrites ni taux de la clause"))
        .when(pl.col("famille").is_in(WRITTEN_ONLY))
        .then(pl.lit("grands travaux publics : seules les heures écrites répondent (fourchette de 1 à 4)"))
        .when(pl.col("hpk_milieu").is_null())
        .then(pl.lit(_NO_BASE))
        .when(too_wide("_theorie"))
        .then(pl.lit("intervalle trop large (plus du triple)"))
    )


def _converted(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Full-time equivalents and an order of magnitude of people, where the hours are said."""
    people = of("heures_par_personne", "hpp").with_columns(_cle=pl.lit(1))
    rows = rows.with_columns(
        *(pl.when(pl.col("motif").is_null()).then(pl.col(f"heures_{b}")).alias(f"heures_{b}") for b in BOUNDS),
        _cle=pl.lit(1),
    )
    rows = rows.join(people, on="_cle", how="left", maintain_order="left")
    opposite = dict(zip(BOUNDS, reversed(BOUNDS), strict=True))
    return rows.with_columns(
        *((pl.col(f"heures_{b}") / YEAR).alias(f"etp_{b}") for b in BOUNDS),
        *((pl.col(f"heures_{b}") / pl.col(f"hpp_{opposite[b]}")).alias(f"personnes_{b}") for b in BOUNDS),
    ).drop("^hpp_.*$", "_cle")
