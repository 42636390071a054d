"""From past shares to a target: the straight path, a projection with its interval, what was missing.

The projection is a straight line through the complete years, weighted by their number of contracts. Its interval adds the
chance of small numbers, the scatter of the years around the line, and what the silent contracts leave open. It is a reading
of the past, not a promise: two complete years of contracts at least (three for amounts and quantities, which chance alone
does not explain), none of small numbers, five years ahead at most.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import polars as pl

from spaser.indicators.targets import Target

LEVEL = 1.2816  # two-sided 80 % of a normal law
#: The same level with few degrees of freedom (Student).
STUDENT = {
    1: 3.0777,
    2: 1.8856,
    3: 1.6377,
    4: 1.5332,
    5: 1.4759,
    6: 1.4398,
    7: 1.4149,
    8: 1.3968,
    9: 1.3830,
    10: 1.3722,
}
AHEAD = 5
#: Years needed for a projection, by unit.
LEAST = {"nombre": 2}


@dataclass(frozen=True)
class Road:
    """What is known of one target.

    ``points``: one row per year, ``annee`` (text), ``valeur, bas, haut, chemin`` (straight path from the first known year to
    the target) and ``genre`` (constaté, projeté, à venir). ``manquants``: contracts (or cents, by unit) that would have been enough
    in the last complete year; negative: the margin. ``contrats``: how many contracts that is, in value the fewest. ``numerateur, denominateur``: what
    the share of ``annee_derniere`` was measured on (contracts, or cents), ``population`` among which contracts.
    """

    target: Target
    state: str
    points: pl.DataFrame
    derniere: float | None = None
    annee_derniere: int | None = None
    projete: float | None = None
    atteint_en: int | None = None
    manquants: int | None = None
    contrats: int | None = None
    euros: int | None = None
    notes: tuple[str, ...] = field(default=())
    numerateur: int | None = None
    denominateur: int | None = None
    population: str | None = None

    @property
    def answer(self) -> str:
        """THE answer on a target, the only one a page may give: « atteint », « manque », « inconnu » (``TARGET_ANSWERS``).

        It is read on one year (``annee_derniere``), one population and one denominator; what the years to come may bring is
        the ``state`` of the road, never the answer.
        """
        if self.derniere is None:
            return "inconnu"
        return "atteint" if _met(self.target, self.derniere) else "manque"

    @property
    def lacking(self) -> int | None:
        """Contracts (or cents) that lacked in that year, 0 when the target is met; null for what is no share, or is unknown."""
        if self.answer == "inconnu":
            return None
        if self.answer == "atteint":
            return 0
        # Under a target to lower, what is in excess lacks as much.
        return abs(self.manquants) if self.manquants is not None else None


def road(measures: pl.DataFrame, target: Target, complete: set[int], contracts: pl.DataFrame | None = None) -> Road:
    """The road of one target.

    Parameters
    ----------
    measures
        MEASURES of one scope and population: the rows of the target by year are read.
    complete
        The years whose publication is over: only they are projected from.
    contracts
        One row per contract: ``annee, compte`` (the answer, nullable), ``poids`` (cents): which contracts would change the result.
    """
    rows = _years(measures, target)
    known = _solid([row for row in rows if row["valeur"] is not None])
    if not known:
        return Road(target, "non_renseigne", _points([], {}, target))
    sure = _sure(known, complete)
    horizon = max(target.annee, known[-1]["an"])
    ahead = (
        project(sure, range(known[-1]["an"] + 1, min(horizon, known[-1]["an"] + AHEAD) + 1), share=target.part)
        if len(sure) >= LEAST.get(target.unite, 3)
        else {}
    )
    last = sure[-1] if sure else known[-1]
    missing = _missing(last, target)
    some = _which(contracts, last["an"], missing, target)
    notes = (
        () if sure else ("Aucune année complète de dix contrats renseignés : le dernier chiffre peut encore bouger.",)
    )
    state = _state(target, last, ahead)
    return Road(
        target,
        state,
        _points(known, ahead, target),
        last["valeur"],
        last["an"],
        ahead.get(target.annee, (None,))[0],
        _reached(target, known, ahead),
        missing,
        some[0],
        some[1],
        notes,
        last["numerateur"],
        last["denominateur"],
        last.get("population"),
    )


def _solid(rows: list[dict]) -> list[dict]:
    """The years of enough contracts; all of them when none has."""
    return [row for row in rows if not row["petit_effectif"]] or rows


def _sure(known: list[dict], complete: set[int]) -> list[dict]:
    """The complete years of enough contracts."""
    return [row for row in known if row["an"] in complete and not row["petit_effectif"]]


def latest(measures: pl.DataFrame, complete: set[int]) -> pl.DataFrame:
    """The row that the answer on a target is read on, for each indicator, unit and definition: its last complete year of enough contracts.

    Without one, the last year known. ``measures`` is MEASURES of one scope; ``annee`` is added; an indicator without any value has no row.
    """
    years = measures.filter(
        pl.col("dimension") == "annee", pl.col("modalite").str.contains(r"^\d{4}$"), pl.col("valeur").is_not_null()
    ).with_columns(annee=pl.col("modalite").cast(pl.Int64, strict=False))
    key = ["indicateur", "unite", "definition"]
    few = pl.col("petit_effectif").fill_null(False)
    solid = years.filter(~few | few.all().over(key))
    sure = pl.col("annee").is_in(sorted(complete)) & ~few
    return solid.sort(sure, "annee").unique(key, keep="last", maintain_order=True)


def project(years: list[dict], ahead: range, share: bool = True) -> dict[int, tuple[float, float, float]]:
    """``(value, low, high)`` of each year ahead, from rows with ``an, valeur, bas, haut, denominateur`` (two at least)."""
    middle = _line(years, "valeur")
    low, high = _line(years, "bas"), _line(years, "haut")
    found = {}
    for year in ahead:
        value, spread = _at(middle, year)
        bounds = min(_at(low, year)[0], value) - spread, max(_at(high, year)[0], value) + spread
        kept = [min(1.0, max(0.0, number)) if share else max(0.0, number) for number in (value, *bounds)]
        found[year] = (kept[0], kept[1], kept[2])
    return found


def _line(years: list[dict], name: str) -> tuple[float, float, float, float, float, float, float]:
    """Weighted least squares: centre, level, slope, variance of each, residual variance of one more year, Student's factor."""
    xs = [float(row["an"]) for row in years]
    ys = [float(row["valeur"] if row[name] is None else row[name]) for row in years]
    weights = [float(row["denominateur"] or 1) if row.get("unite") == "nombre" else 1.0 for row in years]
    total = sum(weights)
    centre = sum(w * x for w, x in zip(weights, xs, strict=True)) / total
    level = sum(w * y for w, y in zip(weights, ys, strict=True)) / total
    width = sum(w * (x - centre) ** 2 for w, x in zip(weights, xs, strict=True))
    slope = sum(w * (x - centre) * y for w, x, y in zip(weights, xs, ys, strict=True)) / width
    left = sum(w * (y - level - slope * (x - centre)) ** 2 for w, x, y in zip(weights, xs, ys, strict=True))
    free = len(years) - 2
    scatter = left / free if free > 0 else 0.0
    chance = max(level * (1 - level), 0.0) if years[0].get("unite") == "nombre" else 0.0
    unit = max(
        scatter, chance
    )  # variance of one unit of weight: the larger of what is seen and what chance alone gives
    factor = STUDENT.get(free, LEVEL) if scatter > chance else LEVEL
    return centre, level, slope, unit / total, unit / width, unit * len(years) / total, factor


def _at(line: tuple, year: int) -> tuple[float, float]:
    centre, level, slope, level_variance, slope_variance, one_more, factor = line
    gap = year - centre
    return level + slope * gap, factor * math.sqrt(level_variance + slope_variance * gap**2 + one_more)


def _years(measures: pl.DataFrame, target: Target) -> list[dict]:
    rows = measures.filter(
        pl.col("dimension") == "annee",
        pl.col("indicateur") == target.indicateur,
        pl.col("unite") == target.unite,
        pl.col("definition") == target.definition,
        pl.col("modalite").str.contains(r"^\d{4}$"),
    )
    return rows.with_columns(an=pl.col("modalite").cast(pl.Int64, strict=False)).sort("an").to_dicts()


def _points(known: list[dict], ahead: dict[int, tuple[float, float, float]], target: Target) -> pl.DataFrame:
    start = known[0] if known else None
    span = target.annee - start["an"] if start else 0

    def path(year: int) -> float | None:
        if not start or span <= 0:
            return None
        return (
            start["valeur"] + (target.cible - start["valeur"]) * (year - start["an"]) / span
            if year <= target.annee
            else target.cible
        )

    seen = [
        {
            "annee": str(r["an"]),
            "valeur": r["valeur"],
            "bas": _or(r["bas"], r["valeur"]),
            "haut": _or(r["haut"], r["valeur"]),
            "chemin": path(r["an"]),
            "genre": "constaté",
        }
        for r in known
    ]
    next_ = [
        {"annee": str(year), "valeur": v, "bas": low, "haut": high, "chemin": path(year), "genre": "projeté"}
        for year, (v, low, high) in ahead.items()
    ]
    told = {int(row["annee"]) for row in seen + next_}
    last = max(told, default=target.annee)
    next_ += [
        {"annee": str(year), "chemin": path(year), "genre": "à venir"}
        for year in range(last + 1, min(target.annee, last + AHEAD) + 1)
        if told
    ]
    schema = {
        "annee": pl.String,
        "valeur": pl.Float64,
        "bas": pl.Float64,
        "haut": pl.Float64,
        "chemin": pl.Float64,
        "genre": pl.String,
    }
    return pl.DataFrame(seen + next_, schema=schema)


def _or(bound: float | None, value: float) -> float:
    return value if bound is None else bound


def _met(target: Target, value: float) -> bool:
    return value <= target.cible + 1e-12 if target.baisse else value >= target.cible - 1e-12


def _state(target: Target, last: dict, ahead: dict[int, tuple[float, float, float]]) -> str:
    if _met(target, last["valeur"]):
        return "atteint"
    if last["an"] >= target.annee:
        return "depasse"
    if target.annee not in ahead:
        return "inconnu"
    value, low, high = ahead[target.annee]
    worst, best = (high, low) if target.baisse else (low, high)
    return "probable" if _met(target, worst) else "incertain" if _met(target, best) else "hors_rythme"


def _reached(target: Target, known: list[dict], ahead: dict[int, tuple[float, float, float]]) -> int | None:
    """The first year of the run of years, seen or projected, that meets the target without a step back."""
    every = [(row["an"], row["valeur"]) for row in known] + [(year, found[0]) for year, found in ahead.items()]
    met = None
    for year, value in every:
        met = (met or year) if _met(target, value) else None
    return met


def _missing(last: dict, target: Target) -> int | None:
    """Contracts, or cents, that were missing in the last year; negative when there was a margin."""
    if not target.part or last["denominateur"] is None:
        return None
    need = target.cible * last["denominateur"] - last["numerateur"]
    return math.floor(need + 1e-9) if target.baisse else math.ceil(need - 1e-9)


def _which(
    contracts: pl.DataFrame | None, year: int, missing: int | None, target: Target
) -> tuple[int | None, int | None]:
    """How many contracts, and cents, would have changed the result: in number at their median amount, in value the largest first."""
    if contracts is None or missing is None or missing <= 0 or target.baisse:
        return None, None
    without = contracts.filter(
        pl.col("annee") == year, ~pl.col("compte").fill_null(False), pl.col("poids").fill_null(0) > 0
    ).sort("poids", descending=True)
    if target.unite == "nombre":
        middle = without["poids"].median()
        return missing, round(middle * missing) if isinstance(middle, int | float) else None
    enough = without.with_columns(somme=pl.col("poids").cum_sum()).filter(pl.col("somme") - pl.col("poids") < missing)
    reached = enough.height and enough["somme"][-1] >= missing
    return (enough.height, missing) if reached else (None, missing)
