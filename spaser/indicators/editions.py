"""Two editions of the same indicators: each difference attributed to the rule, the lists, the data, the period or reality.

Five things may change from an edition to the next: the rule (definition, population, method), the lists of suppliers, the data
(contracts published late, corrected, withdrawn), the period looked at, and what was bought since. Measured again with one of them
changed at a time, the difference parts exactly. Reality is only what the contracts notified since the edition before move: a
period, a list or a rule chosen otherwise on contracts that were already at hand is never reality.
"""

from __future__ import annotations

import polars as pl

from spaser.vocabulary import EDITION_CAUSES, EDITIONS

OLD, NEW, SINCE = "ancienne", "nouvelle", "ancienne et depuis"
#: What each measure of a comparison is made with: the rule, the lists, the data, the period.
AXES = ("regle", "listes", "donnees", "periode")
KEY = ("indicateur", "titre", "perimetre", "unite", "definition")
#: One path from the old edition to the new one changes the rule first, the other changes it last; ``SINCE`` is the old period
#: and the contracts that nobody could have measured then.
RUNS = {
    "avant": (OLD, OLD, OLD, OLD),
    "regle_nouvelle": (NEW, OLD, OLD, OLD),
    "regle_donnees": (NEW, OLD, NEW, OLD),
    "regle_donnees_listes": (NEW, NEW, NEW, OLD),
    "regle_donnees_listes_depuis": (NEW, NEW, NEW, SINCE),
    "apres": (NEW, NEW, NEW, NEW),
    "donnees": (OLD, OLD, NEW, OLD),
    "donnees_listes": (OLD, NEW, NEW, OLD),
    "donnees_listes_depuis": (OLD, NEW, NEW, SINCE),
    "donnees_listes_periode": (OLD, NEW, NEW, NEW),
}
_FIRST = {
    "du_a_la_regle": ("avant", "regle_nouvelle"),
    "du_aux_donnees": ("regle_nouvelle", "regle_donnees"),
    "du_aux_listes": ("regle_donnees", "regle_donnees_listes"),
    "du_a_la_realite": ("regle_donnees_listes", "regle_donnees_listes_depuis"),
    "du_a_la_periode": ("regle_donnees_listes_depuis", "apres"),
}
_LAST = {
    "du_aux_donnees": ("avant", "donnees"),
    "du_aux_listes": ("donnees", "donnees_listes"),
    "du_a_la_realite": ("donnees_listes", "donnees_listes_depuis"),
    "du_a_la_periode": ("donnees_listes_depuis", "donnees_listes_periode"),
    "du_a_la_regle": ("donnees_listes_periode", "apres"),
}
#: Under this difference two measures are the same (they are ratios of whole numbers).
SAME = 1e-9


def attribute(runs: pl.LazyFrame, *, reread: bool = False) -> pl.LazyFrame:
    """What each measure owes to the rule, the lists, the data, the period and reality.

    Parameters
    ----------
    runs
        MEASURES of total dimension, measured several times, with one more column, ``passage``: the name of the run (see
        ``RUNS``; ``avant`` and ``apres`` are needed, a lacking run leaves its part unknown, never zero). The key of an
        indicator must be the same in all the runs: a definition that changes is a rule, and not in ``definition``.
    reread
        The same files, stopped on the same day, read by another method: what they give otherwise is the rule.

    Returns
    -------
    EDITIONS. The parts sum to the difference. When both orders (rule first, rule last) were run, each part is the mean
    of the two and ``croisement`` says by how much they differ.
    """
    wide = runs.group_by(KEY, maintain_order=True).agg(
        pl.col("valeur").filter(pl.col("passage") == name).first().alias(name) for name in RUNS
    )
    first, last = ({part: pl.col(b) - pl.col(a) for part, (a, b) in path.items()} for path in (_FIRST, _LAST))
    both = pl.all_horizontal(pl.col(name).is_not_null() for name in RUNS)
    parts = {name: pl.when(both).then((first[name] + last[name]) / 2).otherwise(first[name]) for name in EDITION_CAUSES}
    if reread:
        parts["du_a_la_regle"] += parts["du_aux_donnees"]
        parts["du_aux_donnees"] *= 0
    told = wide.with_columns(
        ecart=pl.col("apres") - pl.col("avant"),
        croisement=pl.when(both).then(last["du_a_la_regle"] - first["du_a_la_regle"]),
        **parts,
    ).with_columns(_clean(name) for name in ("ecart", "croisement", *EDITION_CAUSES))
    return EDITIONS.conform(told.with_columns(cause=_cause()))


def _clean(name: str) -> pl.Expr:
    """The dust of floating sums is no difference."""
    return pl.when(pl.col(name).abs() < SAME).then(0.0).otherwise(name).alias(name)


def _cause() -> pl.Expr:
    sizes = {name: pl.col(name).abs() for name in EDITION_CAUSES}
    largest = pl.max_horizontal(*sizes.values())
    cause = pl.lit("indéterminée")
    for name, word in reversed(EDITION_CAUSES.items()):
        # Two parts that the dust of a sum tells apart are equal.
        cause = pl.when(sizes[name] > largest - SAME).then(pl.lit(word)).otherwise(cause)
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
