"""The qualitative questionnaire: answers → a profile per axis → the actions that lead to the next level.

The grid is data (``reference/maturity.toml``) and the kit's own; a question without an answer is unknown, never zero.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import polars as pl

from spaser import rules
from spaser.problems import Problem, Problems, closest
from spaser.vocabulary import MATURITY_ACTIONS, MATURITY_PROFILE

#: A file of answers is of this form; another number is refused rather than guessed.
FORM = 1


def grid(file: Path | str | None = None) -> dict[str, Any]:
    """The grid in use: the kit's, or a consultant's own file of the same shape.

    Raises
    ------
    Problems
        A question has not one description per level, or not one action between two levels, or an identifier stands twice.
    """
    found = tomllib.loads(Path(file).read_text(encoding="utf-8")) if file else rules.toml("maturity.toml")
    levels, faults, seen = len(found["levels"]), [], set()
    for axis in found["axis"]:
        for question in axis["question"]:
            if len(question["answers"]) != levels or len(question["actions"]) != levels - 1:
                faults.append(f"« {question['id']} » : {levels} niveaux décrits et {levels - 1} actions sont attendus.")
            if question["id"] in seen:
                faults.append(f"« {question['id']} » est donné deux fois.")
            seen.add(question["id"])
    if faults:
        raise Problems("La grille de maturité est à corriger", faults)
    return found


def kept(path: Path | str) -> dict[str, int | None]:
    """The answers that were saved to a file, question → level.

    Raises
    ------
    Problem
        The file cannot be read, or is not a file of answers.
    """
    try:
        found = json.loads(Path(path).read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        raise Problem(
            "Le fichier de réponses ne peut pas être lu", where=str(path), todo="Répondez de nouveau, puis enregistrez"
        ) from None
    if not isinstance(found, dict) or found.get("spaser_maturite") != FORM:
        raise Problem("Ce fichier n'est pas un fichier de réponses au questionnaire", where=str(path))
    return dict(found["reponses"])


def questions(grid: dict[str, Any]) -> pl.LazyFrame:
    """One row per question: ``axe, axe_libelle, question, texte, rang`` and its ``niveaux`` and ``actions`` as lists."""
    rows = [
        {"axe": axis["id"], "axe_libelle": axis["label"], "question": one["id"], "texte": one["text"], "niveaux": one["answers"],
         "actions": one["actions"]}
        for axis in grid["axis"] for one in axis["question"]
    ]  # fmt: skip
    return pl.LazyFrame(rows).with_row_index("rang")


def answers(said: dict[str, int | None], grid: dict[str, Any]) -> pl.LazyFrame:
    """The answers as a table ``question, niveau`` (null: not answered).

    Raises
    ------
    Problem
        A question is unknown (with the closest one), or a level is outside the grid.
    """
    known = {one["id"] for axis in grid["axis"] for one in axis["question"]}
    top = len(grid["levels"]) - 1
    for question, level in said.items():
        if question not in known:
            raise Problem(f"Question inconnue : « {question} »", todo=closest(question, known))
        if level is not None and not 0 <= level <= top:
            raise Problem(f"Le niveau {level} n'existe pas", where=question, todo=f"Les niveaux vont de 0 à {top}")
    return pl.LazyFrame({"question": list(said), "niveau": list(said.values())}, schema={"question": pl.String, "niveau": pl.Int32})


def profile(said: pl.LazyFrame, grid: dict[str, Any]) -> pl.LazyFrame:
    """The level of each axis: mean of the answered questions, bounds if the others were at the lowest, then the highest.

    Columns of MATURITY_PROFILE, from 0 to the top level; an axis nobody answered has no level.
    """
    top = len(grid["levels"]) - 1
    joined = questions(grid).join(said, on="question", how="left")
    axes = joined.group_by("axe", maintain_order=True).agg(
        pl.col("axe_libelle").first(), pl.len().cast(pl.Int32).alias("questions"), pl.col("niveau").count().cast(pl.Int32).alias("repondues"),
        pl.col("niveau").mean().alias("niveau"), pl.col("niveau").sum().alias("somme"), pl.col("rang").min().alias("rang"),
    )  # fmt: skip
    silent = pl.col("questions") - pl.col("repondues")
    return MATURITY_PROFILE.conform(
        axes.sort("rang").with_columns(bas=pl.col("somme") / pl.col("questions"), haut=(pl.col("somme") + top * silent) / pl.col("questions"))
    )


def actions(said: pl.LazyFrame, grid: dict[str, Any]) -> pl.LazyFrame:
    """What to do next: for each answered question below the top, the action to the next level, lowest levels first."""
    top = len(grid["levels"]) - 1
    joined = questions(grid).join(said, on="question").filter(pl.col("niveau") < top)
    return MATURITY_ACTIONS.conform(
        joined.with_columns(
            action=pl.col("actions").list.get(pl.col("niveau"), null_on_oob=True),
            constat=pl.col("niveaux").list.get(pl.col("niveau"), null_on_oob=True),
        ).sort("niveau", "rang")
    )
