"""The qualitative questionnaire: answers → a profile per axis → the actions that lead to the next level.

The grid is data (``reference/maturity.toml``) and the kit's own; a question without an answer is unknown, never zero.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from spaser import rules, settings
from spaser.problems import Problem, Problems, closest
from spaser.vocabulary import MATURITY_ACTIONS, MATURITY_PROFILE

#: A file of answers is of this form; another number is refused rather than guessed.
FORM = 1
LEVEL = settings.Either((settings.Whole(least=0, most=20), settings.Nothing()), said="un niveau (0, 1, 2…)")
KEPT = settings.Table(
    {"spaser_maturite": settings.Choice((FORM,), needed=True), "reponses": settings.Named(LEVEL, needed=True)}
)
_TEXTS = settings.Many(settings.Text(filled=True), needed=True)
_QUESTION = settings.Table(
    {
        "id": settings.Text(filled=True, needed=True),
        "text": settings.Text(filled=True, needed=True),
        "answers": _TEXTS,
        "actions": _TEXTS,
    }
)
#: What a grid is made of: levels, then axes, each with its questions.
SHAPE = settings.Table(
    {
        "title": settings.Text(),
        "origin": settings.Text(),
        "levels": settings.Many(settings.Text(filled=True), least=2, most=10, needed=True),
        "axis": settings.Many(
            settings.Table(
                {
                    "id": settings.Text(filled=True, needed=True),
                    "label": settings.Text(filled=True, needed=True),
                    "short": settings.Text(),
                    "question": settings.Many(_QUESTION, least=1, needed=True),
                }
            ),
            least=1,
            needed=True,
        ),
    }
)


def grid(file: Path | str | None = None) -> dict[str, Any]:
    """The grid in use: the kit's, or a consultant's own file of the same shape.

    Raises
    ------
    Problem, Problems
        The file is not TOML or not of this shape; a question has not one description per level, or not one action between two
        levels, or an identifier stands twice.
    """
    bundled = rules.toml("maturity.toml")
    if file is None:
        return bundled
    found = settings.toml(file, "La grille de maturité").checked(SHAPE, also=_faults)
    return {"title": bundled["title"], "origin": "Grille fournie par l'utilisateur du kit."} | found


def _faults(said: dict[str, Any], faults: settings.Faults) -> None:
    levels, seen = len(said.get("levels", ())), set()
    for rank, axis in enumerate(said.get("axis", ())):
        places = [(("axis", rank), axis)] + [
            (("axis", rank, "question", place), one) for place, one in enumerate(axis.get("question", ()))
        ]
        for path, one in places:
            name = (len(path), one.get("id"))
            if name in seen and one.get("id"):
                faults.add((*path, "id"), f"« {one['id']} » est donné deux fois.")
            seen.add(name)
        for path, one in places[1:]:
            if (
                levels
                and "answers" in one
                and "actions" in one
                and (len(one["answers"]), len(one["actions"])) != (levels, levels - 1)
            ):
                faults.add(
                    path, f"« {one.get('id', '?')} » : {levels} niveaux décrits et {levels - 1} actions sont attendus."
                )


def kept(path: Path | str) -> dict[str, int | None]:
    """The answers that were saved to a file, question → level.

    Raises
    ------
    Problem
        The file cannot be read, or is not a file of answers.
    """
    document = settings.json(path, "Le fichier de réponses", todo="Répondez de nouveau, puis enregistrez")
    if not isinstance(document.content, dict) or document.content.get("spaser_maturite") != FORM:
        raise Problem("Ce fichier n'est pas un fichier de réponses au questionnaire", where=document.path.name)
    return document.checked(KEPT)["reponses"]


def questions(grid: dict[str, Any]) -> pl.LazyFrame:
    """One row per question: ``axe, axe_libelle, question, texte, rang`` and its ``niveaux`` and ``actions`` as lists."""
    rows = [
        {
            "axe": axis["id"],
            "axe_libelle": axis["label"],
            "question": one["id"],
            "texte": one["text"],
            "niveaux": one["answers"],
            "actions": one["actions"],
        }
        for axis in grid["axis"]
        for one in axis["question"]
    ]
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
    faults = []
    for question, level in said.items():
        if question not in known:
            faults.append(
                Problem(
                    f"Question inconnue : « {settings.short(question)} »", todo=closest(settings.short(question), known)
                )
            )
        elif level is not None and (type(level) is not int or not 0 <= level <= top):
            faults.append(
                Problem(
                    f"Le niveau {settings.short(level)} n'existe pas",
                    where=question,
                    todo=f"Les niveaux vont de 0 à {top}",
                )
            )
    if faults:
        raise (
            faults[0]
            if len(faults) == 1
            else Problems("Les réponses au questionnaire sont à corriger", map(str, faults))
        )
    return pl.LazyFrame(
        {"question": list(said), "niveau": list(said.values())}, schema={"question": pl.String, "niveau": pl.Int32}
    )


def merged(said: pl.LazyFrame) -> pl.LazyFrame:
    """Several people's answers as one: ``question, niveau, bas, haut, repondants``.

    ``said`` has one row per person and question (``question, niveau``). The level kept is the median, the lower of two: a
    practice that half of the people do not see is not established. Its bounds are the lowest and the highest answers.
    """
    level = pl.col("niveau")
    return (
        said.filter(level.is_not_null())
        .group_by("question", maintain_order=True)
        .agg(
            level.quantile(0.5, "lower").cast(pl.Int32).alias("niveau"),
            level.min().cast(pl.Int32).alias("bas"),
            level.max().cast(pl.Int32).alias("haut"),
            pl.len().cast(pl.Int32).alias("repondants"),
        )
    )


def profile(said: pl.LazyFrame, grid: dict[str, Any]) -> pl.LazyFrame:
    """The level of each axis: mean of the answered questions, bounds if the others were at the lowest, then the highest.

    Where several people were heard (``merged``), the bounds also hold their lowest and highest answers.

    Columns of MATURITY_PROFILE, from 0 to the top level; an axis nobody answered has no level.
    """
    top = len(grid["levels"]) - 1
    ends = {"bas": "niveau", "haut": "niveau"} | {
        name: name for name in ("bas", "haut") if name in said.collect_schema().names()
    }
    joined = questions(grid).join(said, on="question", how="left", maintain_order="left")
    axes = joined.group_by("axe", maintain_order=True).agg(
        pl.col("axe_libelle").first(),
        pl.len().cast(pl.Int32).alias("questions"),
        pl.col("niveau").count().cast(pl.Int32).alias("repondues"),
        pl.col("niveau").mean().alias("niveau"),
        pl.col(ends["bas"]).sum().alias("au_moins"),
        pl.col(ends["haut"]).sum().alias("au_plus"),
        pl.col("rang").min().alias("rang"),
    )
    silent = pl.col("questions") - pl.col("repondues")
    return MATURITY_PROFILE.conform(
        axes.sort("rang").with_columns(
            bas=pl.col("au_moins") / pl.col("questions"),
            haut=(pl.col("au_plus") + top * silent) / pl.col("questions"),
        )
    )


def actions(said: pl.LazyFrame, grid: dict[str, Any]) -> pl.LazyFrame:
    """What to do next: for each answered question below the top, the action to the next level, lowest levels first."""
    top = len(grid["levels"]) - 1
    joined = questions(grid).join(said, on="question", maintain_order="left_right").filter(pl.col("niveau") < top)
    return MATURITY_ACTIONS.conform(
        joined.with_columns(
            action=pl.col("actions").list.get(pl.col("niveau")),
            constat=pl.col("niveaux").list.get(pl.col("niveau")),
        ).sort("niveau", "rang")
    )
