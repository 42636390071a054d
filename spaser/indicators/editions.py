"""Two editions of the same indicators: each difference attributed to the rule, to the data or to reality.

Three things may change from an edition to the next: the rule (definition, population, method), the data (contracts published
late, corrected, withdrawn) and the period looked at. Measured again with one of them changed at a time, the difference
parts exactly: what the rule alone moves, what the data alone move on the same period, and what remains, reality.
"""

from __future__ import annotations

import polars as pl

from spaser.vocabulary import EDITIONS

OLD, NEW = "ancienne", "nouvelle"
AXES = ("regle_edition", "donnees", "periode")
KEY = ("indicateur", "titre", "perimetre", "unite", "definition")
#: One path from the old edition to the new one changes the rule first, the other changes it last.
RUNS = {
    "avant": (OLD, OLD, OLD),
    "regle_nouvelle": (NEW, OLD, OLD),
    "regle_donnees_nouvelles": (NEW, NEW, OLD),
    "apres": (NEW, NEW, NEW),
    "donnees_nouvelles": (OLD, NEW, OLD),
    "donnees_periode_nouvelles": (OLD, NEW, NEW),
}
#: Under this difference two measures are the same (they are ratios of whole numbers).
SAME = 1e-9
CAUSES = {"du_a_la_regle": "règle", "du_aux_donnees": "données", "du_a_la_realite": "réalité"}


def attribute(runs: pl.LazyFrame) -> pl.LazyFrame:
    """What each measure owes to the rule, the data and reality.

    Parameters
    ----------
    runs
        MEASURES of total dimension, measured several times, with three more columns: ``regle_edition``, ``donnees`` and
        ``periode``, each « ancienne » or « nouvelle » (see ``RUNS`` for the six runs read; ``avant`` and ``apres`` are
        needed, a lacking run leaves its part unknown, never zero). The key of an indicator must be the same in all the
        runs: a definition that changes is a rule, its name goes to ``regle_edition`` and not to ``definition``.

    Returns
    -------
    EDITIONS. The three parts sum to the difference. When both orders (rule first, rule last) were run, each part is the mean
    of the two and ``croisement`` says by how much they differ.
    """
    wide = runs.group_by(KEY, maintain_order=True).agg(
        pl.col("valeur")
        .filter(pl.all_horizontal(pl.col(axis) == state for axis, state in zip(AXES, states, strict=True)))
        .first()
        .alias(name)
        for name, states in RUNS.items()
    )
    first = {
        "du_a_la_regle": pl.col("regle_nouvelle") - pl.col("avant"),
        "du_aux_donnees": pl.col("regle_donnees_nouvelles") - pl.col("regle_nouvelle"),
        "du_a_la_realite": pl.col("apres") - pl.col("regle_donnees_nouvelles"),
    }
    last = {
        "du_aux_donnees": pl.col("donnees_nouvelles") - pl.col("avant"),
        "du_a_la_realite": pl.col("donnees_periode_nouvelles") - pl.col("donnees_nouvelles"),
        "du_a_la_regle": pl.col("apres") - pl.col("donnees_periode_nouvelles"),
    }
    both = pl.all_horizontal(pl.col(name).is_not_null() for name in RUNS)
    parts = {name: pl.when(both).then((first[name] + last[name]) / 2).otherwise(first[name]) for name in CAUSES}
    told = wide.with_columns(
        ecart=pl.col("apres") - pl.col("avant"),
        croisement=pl.when(both).then(last["du_a_la_regle"] - first["du_a_la_regle"]),
        **parts,
    ).with_columns(_clean(name) for name in ("ecart", "croisement", *CAUSES))
    return EDITIONS.conform(told.with_columns(cause=_cause()))


def _clean(name: str) -> pl.Expr:
    """The dust of floating sums is no difference."""
    return pl.when(pl.col(name).abs() < SAME).then(0.0).otherwise(name).alias(name)


def _cause() -> pl.Expr:
    sizes = {name: pl.col(name).abs() for name in CAUSES}
    largest = pl.max_horizontal(*sizes.values())
    cause = pl.lit("indéterminée")
    for name, word in reversed(CAUSES.items()):
        cause = pl.when(sizes[name] == largest).then(pl.lit(word)).otherwise(cause)
    unknown = pl.any_horizontal(size.is_null() for size in sizes.values())
    moved = pl.col("ecart").abs() > 0
    cause = (
        pl.when(unknown)
        .then(pl.lit("indéterminée"))
        .when(~moved & (largest > 0))
        .then(pl.lit("effets qui se compensent"))
        .otherwise(cause)
    )
    return (
        pl.when(pl.col("ecart").is_null())
        .then(None)
        .when(~moved & ((largest == 0) | unknown))
        .then(pl.lit("aucun écart"))
        .otherwise(cause)
    )
