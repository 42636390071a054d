"""What the ends of contracts tell the first page: which can bring a share nearer, and what is to decide for each that is late."""

from __future__ import annotations

from typing import Any

import polars as pl

from spaser import french
from spaser.sections.findings import Findings

#: What counts in the share that a national target speaks of, and how what counts in none of it is said.
_COUNTED = {
    "clause_sociale": (("clause_sociale",), "sans clause sociale"),
    "clause_environnementale": (("clause_environnementale",), "sans clause environnementale"),
    "marche_reserve": (("marche_reserve",), "sans réservation"),
    "consideration_sociale": (("clause_sociale", "marche_reserve", "critere_social"), "sans considération sociale"),
    "consideration_environnementale": (
        ("clause_environnementale", "critere_environnemental"), "sans considération environnementale",
    ),
}  # fmt: skip
_STUDY, _KEEP = "sans clause sociale ni environnementale déclarée, à étudier", "à conserver"
_BARE, _SILENT = "sans mise en concurrence", "dont la clause n'est pas dite"


def coming(ends: pl.DataFrame) -> pl.DataFrame:
    """What ends within three years and comes back: one-off operations apart."""
    return ends.filter(pl.col("trimestre").is_not_null() & ~pl.col("ponctuel").fill_null(False))


def without(goal: dict[str, Any]) -> str:
    """« sans considération sociale »: what counts in none of the share of a target."""
    return _COUNTED[goal["indicateur"]][1]


def toward(findings: Findings, goal: dict[str, Any]) -> int | None:
    """The renewals that can bring a share nearer its target: those known to count in none of its numerator."""
    ends = findings.extras.get("renouvellements")
    if ends is None:
        return None
    alone = "non compté" in (goal["definition"] or "")
    names = [name for name in _COUNTED[goal["indicateur"]][0] if not (alone and name.startswith("critere"))]
    if not set(names) <= set(findings.counted.columns):
        return None
    out = findings.counted.filter(~pl.any_horizontal(names))
    return coming(ends).join(out.select("uid"), on="uid", how="semi", maintain_order="left").height


def late_parts(findings: Findings, late: pl.DataFrame) -> str | None:
    """What is to decide for each of these contracts, told by part; each contract in one part alone."""
    clauses = ("clause_sociale", "clause_environnementale")
    if not set(clauses) <= set(findings.contracts.columns) or late.is_empty():
        return None
    answers = late.select("uid", "procedure").join(
        findings.contracts.select("uid", *clauses), on="uid", how="left", maintain_order="left"
    )
    part = (
        pl.when(pl.col("procedure").str.contains("(?i)sans publicit").fill_null(False))
        .then(pl.lit(_BARE))
        .when(pl.any_horizontal(clauses).fill_null(False))
        .then(pl.lit(_KEEP))
        .when((~pl.any_horizontal(clauses)).fill_null(False))
        .then(pl.lit(_STUDY))
        .otherwise(pl.lit(_SILENT))
    )
    told = dict(answers.group_by(part.alias("part")).len().rows())
    kept = f"qui en {'porte' if told.get(_KEEP) == 1 else 'portent'} une, {_KEEP}"
    words = {_STUDY: _STUDY, _KEEP: kept, _BARE: _BARE, _SILENT: _SILENT}
    return " ; ".join(f"{french.number(told[name])} {said}" for name, said in words.items() if name in told)
