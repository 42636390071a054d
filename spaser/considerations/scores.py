"""Considerations → points: three axes from 0 to 100 or unknown, an overall interval, and the contributions behind them.

Everything is integer. An axis adds the points of its considerations in the order of ``method.toml`` and stops at 100. A
consideration that is unknown makes its axis unknown, unless the others already reach 100. The overall score is an
interval: unknown axes at 0 (``score_bas``), at 100 (``score_haut``); rankings use the low bound, so silence never pays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from spaser import rules
from spaser.problems import Problem, Problems
from spaser.vocabulary import CONTRIBUTIONS

FULL = 100
AXES = ("social", "environnement", "acces_ess")
COLUMNS = {axis: f"score_{axis}" for axis in AXES}


@dataclass(frozen=True)
class Item:
    """One consideration of an axis: the column that answers, what it is worth, its key in ``method.toml``."""

    axis: str
    name: str
    points: int

    @property
    def key(self) -> str:
        return f"score.points.{self.axis}.{self.name}"


def score(contracts: pl.LazyFrame, method: dict[str, Any] | None = None) -> pl.LazyFrame:
    """Adds ``vocabulary.SCORES`` (points, Int16; ``score_couverture`` is the weight of the known axes, 0 to 1).

    Parameters
    ----------
    contracts
        One row per contract with CONSIDERATIONS; DETECTED and ACCESS columns count when present. A column that lacks is
        unknown: without a register of suppliers, the ESS access axis is unknown.
    method
        ``method.toml``, tables ``score.poids``, ``score.points``, ``score.part_detectee``.

    Raises
    ------
    Problem
        The method cannot give a score (weights that do not sum to 100, an axis that cannot reach 100…).
    """
    return _scored(contracts, checked(method))


def _scored(contracts: pl.LazyFrame, settings: dict[str, Any]) -> pl.LazyFrame:
    present = set(contracts.collect_schema().names())
    frame = contracts.with_columns(
        _axis(items(settings, axis), present, settings).cast(pl.Int16).alias(COLUMNS[axis]) for axis in AXES
    )
    low, high, cover = [], [], []
    for axis, weight in _weights(settings).items():
        points, silent = _weighted(axis, weight), pl.col(COLUMNS[axis]).is_null()
        low.append(points.fill_null(0))
        high.append(points.fill_null(weight))
        cover.append(pl.when(silent).then(0).otherwise(weight))
    return frame.with_columns(
        pl.sum_horizontal(low).cast(pl.Int16).alias("score_bas"),
        pl.sum_horizontal(high).cast(pl.Int16).alias("score_haut"),
        (pl.sum_horizontal(cover) / FULL).alias("score_couverture"),
    )


def contributions(
    contracts: pl.LazyFrame, method: dict[str, Any] | None = None, *, overall: bool = False
) -> pl.LazyFrame:
    """CONTRIBUTIONS: the points of each consideration, and with ``overall`` of each axis (``axe`` « global »).

    The points of an axis sum exactly to its score, those of « global » to ``score_bas``. They are null where the answer
    is unknown, and in the whole of an unknown axis. What a cap at 100 cuts is taken from the last considerations.
    """
    settings = checked(method)
    present = set(contracts.collect_schema().names())
    scored = contracts if set(COLUMNS.values()) <= present else _scored(contracts, settings)
    lines = [line for axis in AXES for line in _lines(items(settings, axis), present, settings)]
    lines += [_global_line(axis, weight) for axis, weight in _weights(settings).items() if overall]
    long = scored.select("uid", _line=pl.concat_list(lines)).explode("_line", empty_as_null=True, keep_nulls=True)
    return CONTRIBUTIONS.conform(long.unnest("_line"))


def bands(scored: pl.LazyFrame, method: dict[str, Any] | None = None) -> pl.LazyFrame:
    """Adds ``score_bande`` (A to E), only where both bounds of the score fall in the same band; unknown otherwise."""
    named = (method or rules.method())["bands"]["score"]
    low, high = _band(pl.col("score_bas"), named), _band(pl.col("score_haut"), named)
    return scored.with_columns(score_bande=pl.when(low == high).then(low))


def checked(method: dict[str, Any] | None = None) -> dict[str, Any]:
    """The ``score`` table of a method, once it is sure that it can give a score.

    Raises
    ------
    Problem
        Everything wrong in the table, at once.
    """
    settings = (method or rules.method()).get("score")
    if not settings or not {"poids", "points", "part_detectee"} <= settings.keys():
        raise Problem(
            "La méthode n'a pas de table [score] complète",
            todo="Elle doit donner poids, points et part_detectee.",
        )
    wrong = [*_wrong_weights(settings), *_wrong_points(settings), *_wrong_parts(settings)]
    if wrong:
        raise Problems("La méthode de score ne peut pas être appliquée", wrong)
    return settings


def items(settings: dict[str, Any], axis: str) -> list[Item]:
    """The considerations of an axis, in the order in which their points are added."""
    return [Item(axis, name, entry["value"]) for name, entry in settings["points"][axis].items()]


def _wrong_weights(settings: dict[str, Any]) -> list[str]:
    weights = settings["poids"]
    if set(weights) != set(AXES) or set(settings["points"]) != set(AXES):
        return [f"les axes doivent être {', '.join(AXES)}, dans [score.poids] et [score.points]"]
    values = [entry.get("value") for entry in weights.values()]
    if any(not isinstance(v, int) or isinstance(v, bool) or v < 0 for v in values):
        return ["chaque poids est un nombre entier positif ou nul"]
    return [] if sum(values) == FULL else [f"les poids des axes font {sum(values)}, ils doivent faire {FULL}"]


def _wrong_points(settings: dict[str, Any]) -> list[str]:
    wrong = []
    for axis, entries in settings["points"].items():
        values = [entry.get("value") for entry in entries.values()]
        if any(not isinstance(v, int) or isinstance(v, bool) or not 0 <= v <= FULL for v in values):
            wrong.append(f"axe {axis} : les points sont des nombres entiers de 0 à {FULL}")
        elif sum(values) < FULL:
            wrong.append(
                f"axe {axis} : toutes les considérations réunies font {sum(values)} points, elles doivent atteindre {FULL}"
            )
    return wrong


def _wrong_parts(settings: dict[str, Any]) -> list[str]:
    part = settings["part_detectee"].get("value")
    right = isinstance(part, int) and 0 <= part <= FULL
    return [] if right else [f"part_detectee doit être un nombre entier de 0 à {FULL}"]


def _weights(settings: dict[str, Any]) -> dict[str, int]:
    return {axis: settings["poids"][axis]["value"] for axis in AXES}


def _answer(name: str, present: set[str]) -> pl.Expr:
    return pl.col(name) if name in present else pl.lit(None, pl.Boolean)


def _earned(item: Item, present: set[str], settings: dict[str, Any]) -> tuple[pl.Expr, pl.Expr]:
    """Points sure from the declared answer, and from the text where the declaration does not say yes."""
    told, text = _answer(item.name, present).fill_null(False), f"{item.name}_texte"
    declared = pl.when(told).then(item.points).otherwise(0)
    if text not in present:
        return declared, pl.lit(0, pl.Int32)
    part = item.points * settings["part_detectee"]["value"] // FULL
    return declared, pl.when(pl.col(text).fill_null(False) & ~told).then(part).otherwise(0)


def _bounds(listed: list[Item], present: set[str], settings: dict[str, Any]) -> tuple[pl.Expr, pl.Expr]:
    low, high = [], []
    for item in listed:
        sure = pl.sum_horizontal(_earned(item, present, settings))
        low.append(sure)
        high.append(pl.when(_answer(item.name, present).is_null()).then(item.points).otherwise(sure))
    return pl.min_horizontal(pl.sum_horizontal(low), FULL), pl.min_horizontal(pl.sum_horizontal(high), FULL)


def _axis(listed: list[Item], present: set[str], settings: dict[str, Any]) -> pl.Expr:
    low, high = _bounds(listed, present, settings)
    return pl.when(low == high).then(low)


def _weighted(axis: str, weight: int) -> pl.Expr:
    """The points of an axis in the overall score, rounded half up axis by axis: they sum exactly and never decrease."""
    return (pl.col(COLUMNS[axis]).cast(pl.Int32) * weight + FULL // 2) // FULL


def _lines(listed: list[Item], present: set[str], settings: dict[str, Any]) -> list[pl.Expr]:
    lines, before = [], pl.lit(0)
    for item in listed:
        declared, text = _earned(item, present, settings)
        sources = [(item.name, declared)] + [(f"{item.name}_texte", text)] * (f"{item.name}_texte" in present)
        for name, points in sources:
            after = before + points
            gained = pl.min_horizontal(after, FULL) - pl.min_horizontal(before, FULL)
            lines.append(_line(item, name, _answer(name, present), gained))
            before = after
    return lines


def _line(item: Item, name: str, answer: pl.Expr, points: pl.Expr) -> pl.Expr:
    shown = pl.when(pl.col(COLUMNS[item.axis]).is_not_null() & answer.is_not_null()).then(points).cast(pl.Int16)
    rule = item.key if name == item.name else f"{item.key} × score.part_detectee"
    return pl.struct(
        axe=pl.lit(item.axis),
        consideration=pl.lit(name),
        valeur=answer.cast(pl.Boolean),
        points=shown,
        regle=pl.lit(rule),
    )


def _global_line(axis: str, weight: int) -> pl.Expr:
    return pl.struct(
        axe=pl.lit("global"),
        consideration=pl.lit(COLUMNS[axis]),
        valeur=pl.lit(None, pl.Boolean),
        points=_weighted(axis, weight).cast(pl.Int16),
        regle=pl.lit(f"score.poids.{axis}"),
    )


def _band(value: pl.Expr, named: list[dict[str, Any]]) -> pl.Expr:
    result = pl.lit(None, pl.String)
    for band in sorted(named, key=lambda entry: entry["from"]):
        result = pl.when(value >= band["from"]).then(pl.lit(band["name"])).otherwise(result)
    return result
