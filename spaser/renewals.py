"""What ends when, when to start looking for suppliers, and which renewals bring an indicator to its target.

One of the rooms that may collect: the choice of renewals works on arrays of a few hundred candidates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from spaser import rules
from spaser.vocabulary import PLAN, RENEWALS

COMING, OVERDUE, UNKNOWN = "a_venir", "depassee", "inconnue"


def ends(
    contracts: pl.LazyFrame, *, as_of: date, months: int = 36, method: dict[str, Any] | None = None
) -> pl.LazyFrame:
    """When each contract ends at the latest, and when to prepare what follows it.

    Parameters
    ----------
    contracts
        CONTRACTS (``fin_contrat``: the latest end as judged, reconductions included, never before the last amendment), with
        ``famille`` when known. Concessions, platform tests and marchés subséquents, which end with their framework, are left
        out; a contract whose kind is undecided stays.
    as_of
        The day from which « à venir » is counted.
    months
        Horizon of the calendar; a contract that ends beyond it keeps its end and has no quarter.

    Returns
    -------
    LazyFrame
        RENEWALS: ``echeance`` is the latest possible end (non-renewal can come earlier: ``anniversaire`` is the next
        yearly anniversary of a framework or of a contract longer than a year); ``sourcing`` is when to start, by the
        lead time of the procedure; ``urgence``: it should have begun, and something follows; ``ponctuel`` says that nothing does (``rules.one_operation``; ``method.toml``,
        [renewals.lead_months], [renewals.one_off] and [renewals.operation], reasons written there).
    """
    settings = (method or rules.method())["renewals"]
    kept = contracts.filter(
        (pl.col("type_contrat") == "marche")
        & ~pl.col("marche_subsequent").fill_null(False)
        & ~pl.col("test_plateforme").fill_null(False)
    )
    state = (
        pl.when(pl.col("echeance").is_null())
        .then(pl.lit(UNKNOWN))
        .when(pl.col("echeance") < as_of)
        .then(pl.lit(OVERDUE))
        .otherwise(pl.lit(COMING))
    )
    last = pl.lit(as_of).dt.offset_by(f"{months}mo")
    inside = (pl.col("echeance") >= as_of) & (pl.col("echeance") < last)
    found = (
        kept.with_columns(echeance="fin_contrat", delai_mois=_lead(settings))
        .with_columns(
            statut_echeance=state,
            sourcing=pl.col("echeance").dt.offset_by("-" + pl.col("delai_mois").cast(pl.String) + "mo"),
        )
        .with_columns(
            anniversaire=_anniversary(as_of),
            trimestre=pl.when(inside).then(_quarter(pl.col("echeance"))),
            montant_annuel=_yearly(method or rules.method()),
            ponctuel=rules.one_operation(method),
        )
        .with_columns(
            urgence=pl.when(pl.col("statut_echeance") == COMING).then(
                (pl.col("sourcing") < as_of) & ~pl.col("ponctuel").fill_null(False)
            )
        )
    )
    return RENEWALS.conform(found)


def calendar(renewals: pl.LazyFrame, by: str = "famille_libelle") -> pl.LazyFrame:
    """Renewals per quarter of their latest end and ``by``: ``trimestre, modalite, contrats, montant_annuel``.

    ``depassee``, ``inconnue`` and ``au_dela`` stand apart as quarters of their own.
    """
    when = pl.coalesce(
        "trimestre", pl.when(pl.col("statut_echeance") == COMING).then(pl.lit("au_dela")).otherwise("statut_echeance")
    )
    return (
        renewals.group_by(trimestre=when, modalite=pl.col(by).fill_null("famille inconnue"))
        .agg(pl.len().cast(pl.Int32).alias("contrats"), _kept_sum("montant_annuel"))
        .sort("trimestre", "modalite")
    )


@dataclass(frozen=True)
class Target:
    """A share to reach: ``numerator`` and ``denominator`` as they stand (contracts, or cents), ``share`` from 0 to 1."""

    numerator: int
    denominator: int
    share: float

    @property
    def gap(self) -> int:
        """What the numerator lacks, renewals leaving the denominator as it is."""
        return max(0, int(np.ceil(self.share * self.denominator - self.numerator - 1e-9)))


def plan(renewals: pl.LazyFrame, target: Target, *, gain: str = "gain", exact: bool = True) -> pl.LazyFrame:
    """The fewest renewals that bring a share to its target, those that end first preferred; ``rang`` is their order.

    Parameters
    ----------
    renewals
        Rows with ``uid``, ``echeance`` and ``gain`` (what changing this renewal adds to the numerator: 1 contract, or
        cents). A renewal without gain or whose end is unknown is not a candidate.
    exact
        Choose with an integer programme; otherwise largest gains first, which needs no more renewals than the optimum.

    Returns
    -------
    LazyFrame
        PLAN, in order of end; empty when the target is already reached, incomplete when it cannot be (``cumul`` then
        stays below the gap).
    """
    rows = (
        renewals.filter(pl.col(gain).fill_null(0) > 0, pl.col("echeance").is_not_null())
        .sort("echeance", "uid")
        .collect()
    )
    gains = rows[gain].to_numpy().astype(np.int64)
    chosen = _exact(gains, target.gap) if exact else _greedy(gains, target.gap)
    kept = rows.filter(pl.Series(chosen, dtype=pl.Boolean)) if rows.height else rows
    ranked = kept.lazy().with_columns(
        gain=pl.col(gain).cast(pl.Int64),
        rang=pl.int_range(1, pl.len() + 1, dtype=pl.Int32),
        cumul=pl.col(gain).cast(pl.Int64).cum_sum(),
        manque=pl.lit(target.gap, dtype=pl.Int64),
    )
    return PLAN.conform(ranked)


def chance(
    low: Sequence[float], high: Sequence[float], success: Sequence[float], gap: int, *, draws: int = 4000, seed: int = 1
) -> float:
    """The chance that renewals fill a gap: each brings between ``low`` and ``high`` with probability ``success``.

    Seeded: the same inputs give the same chance. Standard error is at most 0.8 point with 4 000 draws.
    """
    if gap <= 0:
        return 1.0
    if not len(low):
        return 0.0
    dice = np.random.default_rng(seed)
    amounts = dice.uniform(low, high, (draws, len(low))) * (dice.random((draws, len(low))) < np.asarray(success))
    return float((amounts.sum(axis=1) >= gap - 1e-9).mean())


def _greedy(gains: np.ndarray, gap: int) -> np.ndarray:
    """Largest gains first, the earliest end among equals, until the gap is filled."""
    order = np.argsort(-gains, kind="stable")
    before = np.concatenate([[0], np.cumsum(gains[order])[:-1]]) if len(gains) else np.zeros(0)
    chosen = np.zeros(len(gains), dtype=bool)
    chosen[order[before < gap]] = True
    return chosen


def _exact(gains: np.ndarray, gap: int) -> np.ndarray:
    """The fewest renewals that fill the gap; among equals, those that end first."""
    if gap <= 0 or gains.sum() <= gap:
        return np.full(len(gains), gap > 0)
    from scipy.optimize import Bounds, LinearConstraint, milp  # slow to load, and only this choice needs it

    rank = np.arange(len(gains)) / (len(gains) * (len(gains) + 1))  # sums to less than one renewal
    scaled = gains / gap
    answer = milp(
        1 + rank, constraints=LinearConstraint(scaled, lb=1), integrality=np.ones(len(gains)), bounds=Bounds(0, 1)
    )
    found = answer.x.round().astype(bool) if answer.x is not None else _greedy(gains, gap)
    return found if gains[found].sum() >= gap else _greedy(gains, gap)


def _lead(settings: dict[str, Any]) -> pl.Expr:
    leads = settings["lead_months"]
    return pl.col("procedure").replace_strict(leads["par_procedure"], default=leads["defaut"], return_dtype=pl.Int32)


def _anniversary(as_of: date) -> pl.Expr:
    """The next yearly anniversary before the end, for contracts of more than a year."""
    start = pl.col("dateNotification")
    whole = (pl.lit(as_of).dt.year() - start.dt.year()).clip(1)
    near = start.dt.offset_by((12 * whole).cast(pl.String) + "mo")
    following = start.dt.offset_by((12 * (whole + 1)).cast(pl.String) + "mo")
    day = pl.when(near >= as_of).then(near).otherwise(following)
    return pl.when((pl.col("dureeMois") > 12) & (day < pl.col("echeance"))).then(day)


def _quarter(day: pl.Expr) -> pl.Expr:
    return day.dt.year().cast(pl.String) + "-T" + day.dt.quarter().cast(pl.String)


def _yearly(known: dict[str, Any]) -> pl.Expr:
    """Cents a year, as the needs count them: the retained amount divided by the duration, never scaled up under twelve months, and
    of a framework the part of its maximum that is presumed to be ordered (``potential.execution_accord_cadre``)."""
    whole = pl.col("montant_retenu") * 12 / pl.max_horizontal(pl.col("dureeMois"), pl.lit(12))
    half = known["potential"]["execution_accord_cadre"]["value"]
    part = pl.when(pl.col("accord_cadre").fill_null(False)).then(half).otherwise(1.0)
    return (whole.round() * part).round().cast(pl.Int64)


def _kept_sum(name: str) -> pl.Expr:
    return pl.when(pl.col(name).is_not_null().any()).then(pl.col(name).sum()).alias(name)


def upcoming(
    needs: pl.LazyFrame, *, as_of: date, months: int = 12, method: dict[str, Any] | None = None
) -> pl.LazyFrame:
    """The needs (NEEDS or OPPORTUNITIES) whose sourcing should be under way within ``months``, the most pressing first.

    Added: ``delai_mois`` and ``sourcing``, counted back from the first end that can still be prepared (``premiere_fin``), so that a lot
    which ends before the others begins the need. A need whose end is unknown or past is left out: nothing says when it returns.
    """
    settings = (method or rules.method())["renewals"]
    last = pl.lit(as_of).dt.offset_by(f"{months}mo")
    ends = [name for name in ("premiere_fin", "echeance") if name in needs.collect_schema()]
    first = pl.coalesce(ends)
    return (
        needs.filter(pl.col("echeance") >= as_of)
        .with_columns(delai_mois=_lead(settings))
        .with_columns(sourcing=first.dt.offset_by("-" + pl.col("delai_mois").cast(pl.String) + "mo"))
        .filter(pl.col("sourcing") <= last)
        .sort("sourcing", "besoin_id" if "besoin_id" in needs.collect_schema() else "besoin")
    )
