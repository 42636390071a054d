"""The weights of the award criteria: does each grid make a hundred, and do the parts of a criterion make it."""

from __future__ import annotations

from typing import Any

from spaser import french
from spaser.studies.acting.proofreading import marking
from spaser.studies.acting.proofreading.grids import COEFFICIENT, POINTS, Grid, Weight, grids
from spaser.studies.acting.proofreading.reading import (
    CHECK,
    CLASHES,
    COHERENCE,
    MET,
    RULES_OF_CONSULTATION,
    Lot,
    places,
    row,
)

NAME = "pondération des critères"
_NEAR, _LABEL = 0.011, 60


def check(lot: Lot, over: bool | None) -> list[dict[str, Any]]:
    """The grids that do not make a hundred, the parts that do not make their criterion, and the criteria without a weight."""
    read = [grid for grid in grids(lot) if grid.whole]
    rows = [told for grid in read for told in (*_unequal(grid), *_parts(grid))]
    marked = [*lot.found("env", "critere"), *lot.found("soc", "critere")]
    bare = [p for p in marked if p["nombre"] is None and p["genre"] in RULES_OF_CONSULTATION]
    if bare and not read and not lot.concession:
        rows.append(row(NAME, CHECK, "Critère social ou environnemental sans poids lu.", COHERENCE, at=bare))
    sure = [grid for grid in read if _total(grid) is not None and grid.unit != COEFFICIENT]
    unit = "points" if sure and all(grid.unit == POINTS for grid in sure) else "%"
    whole = french.listing(dict.fromkeys(_said(_total(grid) or 100) for grid in sure))
    at = places([grid.weights[0].text for grid in sure])
    met = row(NAME, MET, f"Les poids lus font {whole}\u00a0{unit}.", COHERENCE, at=at)
    unfit = marking.unfit(lot)  # A grid that holds a criterion to take out has nothing in order.
    return rows or ([met] if sure and not unfit else [])


def _total(grid: Grid) -> float | None:
    """What the whole criteria have to make: a hundred in percent, in points the total written or a hundred when they make it."""
    if grid.unit == COEFFICIENT or not grid.unit:
        return None
    if grid.unit == POINTS:
        return grid.total or (100 if _holds(grid.whole, 100) else None)
    return 100


def _holds(weights: list[Weight], total: float) -> bool:
    return sum(one.low for one in weights) - _NEAR <= total <= sum(one.high for one in weights) + _NEAR


def _unequal(grid: Grid) -> list[dict[str, Any]]:
    """A grid that does not make its total: over it, whole criteria clash; under it, a line may be unread."""
    total = _total(grid)
    if total is None or _holds(grid.whole, total):
        return []
    over = sum(one.low for one in grid.whole) > total
    clash = over and all(one.lone for one in grid.whole) and not _doubtful(grid)
    why = "" if clash else " (une ligne non lue, des sous-critères ou des lots à part ?)"
    unit = grid.unit
    lots = f"Lot n° {french.listing(grid.lots)} : les" if grid.lots else "Les"
    said = f"{lots} poids lus ne font pas {_said(total)} {unit} : {_sum(grid.whole)}\u00a0{unit}{why}."
    return [row(NAME, CLASHES if clash else CHECK, said, COHERENCE, at=places([grid.weights[0].text]))]


def _doubtful(grid: Grid) -> bool:
    """May some of the weights taken for whole criteria be those of parts: written as one, or after another that they do not pass."""
    return any(len(one.number) > 1 or one.mark.startswith("sous") for one in grid.whole)


def _parts(grid: Grid) -> list[dict[str, Any]]:
    """The criteria whose parts, told in the same unit, make neither the criterion nor, each being a share of it, a hundred."""
    rows = []
    for rank, one in enumerate(grid.weights):
        parts = [part for part in grid.parts(rank) if part.unit == one.unit]
        shares = one.unit != COEFFICIENT and _holds(parts, 100)
        if (
            len(parts) < 2
            or len(parts) < len(grid.parts(rank))
            or _holds(parts, one.high)
            or _holds(parts, one.low)
            or shares
        ):
            continue
        over = sum(part.low for part in parts) > one.high
        label = _label(one)
        state, why = (CLASHES, "") if over else (CHECK, " (une ligne non lue ?)")
        said = f"Les sous-critères de « {label} » font {_sum(parts)}\u00a0{one.unit}, et non {_said(one.high)}\u00a0{one.unit}{why}."
        rows.append(row(NAME, state, said, COHERENCE, at=places([one.text])))
    return rows


def _label(one: Weight) -> str:
    """The words of a criterion as they are written."""
    at = one.text["plie"].find(one.label)
    said = one.text["texte"][at : at + len(one.label)] if at >= 0 else one.label
    return " ".join(said.strip(" -–—•*:;,()\t\n").split())[:_LABEL].rstrip(" (:")


def _sum(weights: list[Weight]) -> str:
    ranged = any(one.low != one.high for one in weights)
    if ranged:
        low, high = (_said(sum(getattr(one, bound) for one in weights)) for bound in ("low", "high"))
        return f"de {low} à {high}"
    return f"{' + '.join(_said(one.high) for one in weights)} = {_said(sum(one.high for one in weights))}"


def _said(total: float) -> str:
    return french.number(total, 0 if float(total).is_integer() else 1)
