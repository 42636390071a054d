"""The values in force on a day, and the reference tables: dated, sourced, with their confidence.

Everything here is read from ``spaser/reference``. The law (``law.toml``) and the method (``method.toml``) are separate
files; a user may hand the path of a method of their own.
"""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import polars as pl

from spaser.problems import Problem, closest

#: How each confidence is shown to the user.
CONFIDENCES = {
    "source_officielle": "vérifié sur une source officielle",
    "texte_lu_en_copie": "texte lu dans une copie, à revérifier sur Légifrance",
    "source_secondaire": "source secondaire",
    "a_confirmer": "à confirmer",
    "jugement": "choix de méthode du kit",
}

#: The confidences of a text that was read itself: only they let an answer be « certain ».
READ = ("source_officielle", "texte_lu_en_copie")


def path(name: str) -> Path:
    """The path of a reference file bundled with the package."""
    return Path(str(resources.files("spaser") / "reference" / name))


@cache
def toml(name: str) -> dict[str, Any]:
    """A bundled reference TOML, parsed once."""
    return tomllib.loads(path(name).read_text(encoding="utf-8"))


@cache
def table(name: str) -> pl.DataFrame:
    """A bundled reference CSV (all columns are text unless the reader casts them)."""
    return pl.read_csv(path(name), infer_schema=False)


def method(file: Path | str | None = None) -> dict[str, Any]:
    """The method in use: the bundled one, or the user's own file, which must have the same keys."""
    bundled = toml("method.toml")
    if file is None:
        return bundled
    own = tomllib.loads(Path(file).read_text(encoding="utf-8"))
    unknown = [key for key in own if key not in bundled]
    if unknown:
        raise Problem(
            f"La méthode contient une clé inconnue : « {unknown[0]} »", where=str(file), todo=closest(unknown[0], bundled)
        )
    return bundled | own


def dated(rule: str) -> pl.DataFrame:
    """The dated values of a rule of the law: ``since`` (date), ``value``, ``source``, ``confidence``, sorted.

    Raises
    ------
    Problem
        The rule is not in ``law.toml``.
    """
    law = toml("law.toml")
    if rule not in law or "values" not in law[rule]:
        raise Problem(f"Règle inconnue : « {rule} »", where="reference/law.toml", todo=closest(rule, law))
    default = law[rule].get("confidence", "a_confirmer")
    rows = [{"value": None, "confidence": default} | value for value in law[rule]["values"]]
    return pl.DataFrame(rows).select("since", "value", "source", "confidence").sort("since")


def checked(fact: dict[str, Any]) -> str:
    """How far a fact was checked, in words: for a text read in a copy, the version that was read."""
    label = CONFIDENCES.get(fact.get("confidence", ""), CONFIDENCES["a_confirmer"])
    if fact.get("confidence") != "texte_lu_en_copie":
        return label
    version = fact.get("version", toml("law.toml")["reading"]["version"])
    told = f"version en vigueur au {version:%d/%m/%Y}" if isinstance(version, date) else version
    return f"{told}, lue dans une copie, à revérifier sur Légifrance"


def value(rule: str, day: date) -> Any:
    """The value of a rule in force on a day, or None before its first date (or after a repeal)."""
    rows = dated(rule).filter(pl.col("since") <= day)
    return rows["value"][-1] if rows.height else None


def in_force(rule: str, day: pl.Expr) -> pl.Expr:
    """The numeric value of a rule in force on each row's day, as an expression (null before its first date)."""
    result = pl.lit(None, dtype=pl.Int64)
    for since, amount in dated(rule).select("since", "value").rows():
        result = pl.when(day >= since).then(pl.lit(amount, dtype=pl.Int64)).otherwise(result)
    return result


def read_in_text(rule: str, day: pl.Expr) -> pl.Expr:
    """Was the value of a rule in force on each row's day read in the text itself: yes, no (also before its first date)."""
    result = pl.lit(False)
    for since, confidence in dated(rule).select("since", "confidence").rows():
        result = pl.when(day >= since).then(pl.lit(confidence in READ)).otherwise(result)
    return result
