"""Which renewals bring each target within reach: those that can still be prepared, with a lever and somebody to answer.

The gap is the one the road to the target reads (same year, same population, same denominator): nothing is counted anew here.
"""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

import polars as pl

from spaser import renewals
from spaser.indicators.records import NUMBER, VALUE, catalogue, scope
from spaser.indicators.trajectory import Road
from spaser.studies import plan as planning
from spaser.studies.diagnostic import Diagnostic
from spaser.studies.potential import Opportunities
from spaser.studies.potential import compose as opportunities
from spaser.vocabulary import PLAN


class Answering(NamedTuple):
    """``opportunities`` OPPORTUNITIES of the buyer and ``members`` the contracts of its needs (NEED_CONTRACTS)."""

    opportunities: pl.DataFrame
    members: pl.DataFrame


def reaching(
    result: Diagnostic, roads: tuple[Road, ...], every: pl.DataFrame, found: Opportunities | None, *, day: date
) -> dict[str, pl.DataFrame]:
    """``atteindre``: one row per share of contracts to raise; ``atteindre_plan``: the renewals that do it.

    Parameters
    ----------
    every
        CONTRACTS of the buyer, all years, with what indicators read.
    found
        Its potential, when lists of suppliers were read: a target of ``renewals.besoin_du_potentiel`` then takes only
        renewals of actionable needs that have a lever and somebody to answer.
    day
        The reader's day: a renewal that nobody has time to prepare any more is no candidate.
    """
    rows, plans = [], []
    supply = Answering(found.opportunities, found.members) if found else None
    for rank, road in enumerate(roads, 1):
        goal = road.target
        record = catalogue().get(goal.indicateur)
        if record is None or goal.baisse or not goal.part or goal.unite not in (NUMBER, VALUE):
            continue
        if road.denominateur is None or road.numerateur is None:
            continue
        worth = pl.col("somme_retenue") if goal.unite == VALUE else pl.lit(1, pl.Int64)
        counted = scope(every.lazy(), result.population).filter(
            True if record.champ is None else record.champ.fill_null(False)
        )
        weighed = counted.select("uid", oui=record.numerator(goal.definition), gain=worth).collect()
        silent = weighed.filter(pl.col("gain").is_not_null() & ~pl.col("oui").fill_null(False))
        possible = _ending(result.extras["renouvellements"], goal.annee).join(silent, on="uid", maintain_order="left")
        open_ = candidates(possible, goal.indicateur, supply, day=day, method=result.base.method)
        asked = renewals.Target(road.numerateur, road.denominateur, goal.cible)
        plan = renewals.plan(open_.lazy(), asked).collect()
        rows.append(_row(rank, road, possible, open_, plan, asked))
        plans.append(plan.with_columns(objectif=pl.lit(rank)))
    empty = PLAN.empty().with_columns(objectif=pl.lit(0))
    return {
        "atteindre": pl.DataFrame(rows, infer_schema_length=None),
        "atteindre_plan": pl.concat(plans) if plans else empty,
    }


def answering(result: Diagnostic, radius: float | None = None, dependency: float | None = None) -> Answering | None:
    """Who could answer the needs of a diagnostic, by this radius and dependency (the usual ones by default); null without lists of suppliers."""
    base = result.base
    if base.register is None or base.establishments is None:
        return None
    share = opportunities.checked(base, radius, dependency)
    made = opportunities.taken(base, tuple(result.sirens), radius, share, opportunities.under_code(result))
    return Answering(made.opportunities, opportunities.chosen(base, tuple(result.sirens)).members)


def candidates(
    possible: pl.DataFrame, indicator: str, found: Answering | None, *, day: date, method: dict[str, Any]
) -> pl.DataFrame:
    """The renewals that a target may count on, with ``chance_bas, chance_haut``: that each carries what the target asks.

    Null chances: nothing says who could answer (no list of suppliers was read, or the target asks nothing of suppliers).
    """
    # Time is counted by the plan of actions and by this one alike.
    open_ = possible.filter(planning.startable(day, method["plan"]))
    settings = method["renewals"]
    unknown = open_.with_columns(chance_bas=pl.lit(None, pl.Float64), chance_haut=pl.lit(None, pl.Float64))
    if found is None or indicator not in settings["besoin_du_potentiel"]["indicateurs"]:
        return unknown
    ready = planning.answerable(found.opportunities).select("besoin_id", "levier", "credibles")
    known = (
        found.members.select("besoin_id", "uid")
        .join(ready, on="besoin_id", maintain_order="left_right")
        .unique("uid", keep="any")
    )
    low, high = _success(settings["success"])
    return open_.join(known, on="uid", maintain_order="left").with_columns(chance_bas=low, chance_haut=high)


def _success(settings: dict[str, Any]) -> tuple[pl.Expr, pl.Expr]:
    """The chance of one renewal by its lever and its supply: never certain, whatever the supply."""
    many, duty = pl.col("credibles").fill_null(0), pl.col("levier") == planning.DUTY
    low, high = (
        pl.when(duty)
        .then(settings["devoir"][rank])
        .when(many >= 3)
        .then(settings["trois_et_plus"][rank])
        .when(many == 2)
        .then(settings["deux"][rank])
        .when(many == 1)
        .then(settings["un"][rank])
        .otherwise(settings["porteur_seul"][rank])
        for rank in (0, 1)
    )
    return low, high


def _ending(ends: pl.DataFrame, year: int) -> pl.DataFrame:
    """Renewals of the calendar that end by the year of the target and after which something is expected."""
    return ends.filter(
        pl.col("trimestre").is_not_null()
        & (pl.col("echeance").dt.year() <= year)
        & ~pl.col("ponctuel").fill_null(False)
    )


def chances(open_: pl.DataFrame, gap: int) -> tuple[float | None, float | None]:
    """Low and high chance that the candidates fill the gap; null when the chance of one of them is unknown, or all are too few."""
    gains = open_["gain"].fill_null(0).to_list()
    if gap <= 0 or not gains or sum(gains) < gap or open_["chance_bas"].null_count():
        return None, None
    low, high = (renewals.chance(gains, gains, open_[name].to_list(), gap) for name in ("chance_bas", "chance_haut"))
    return low, high


def _row(
    rank: int, road: Road, possible: pl.DataFrame, open_: pl.DataFrame, plan: pl.DataFrame, asked: renewals.Target
) -> dict[str, Any]:
    low, high = chances(open_, asked.gap)
    goal = road.target
    return {
        "objectif": rank,
        "titre": goal.titre,
        "unite": goal.unite,
        "cible": goal.cible,
        "annee": goal.annee,
        "part": goal.part,
        "baisse": goal.baisse,
        "reponse": road.answer,
        "population": road.population,
        "annee_derniere": road.annee_derniere,
        "derniere": road.derniere,
        "numerateur": road.numerateur,
        "denominateur": road.denominateur,
        "manque": road.lacking,
        "possibles": possible.height,
        "candidats": open_.height,
        "choisis": plan.height,
        "gagne": int(plan["gain"].sum()),
        "derniere_fin": plan["echeance"].max(),
        "chance_bas": low,
        "chance_haut": high,
    }
