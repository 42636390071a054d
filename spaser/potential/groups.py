"""Groups: two to four suppliers who together have the skills, the reach and the size of a lot that none could take alone.

Exact where every team can be looked at (``potential.groupement.exact``); beyond, teams are sought among the most useful suppliers
and the result comes with a bound that no team can pass. The value of a team is a sum of things counted once (best proof of each
skill, publics that differ, an experienced leader) less what each member costs (one more, its distance): alike members add nothing
but their size, so a team is complementary whenever it can be. A group is a proposal of roles: the buyer never imposes a team.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Any

import numpy as np
import polars as pl

from spaser import rules
from spaser.vocabulary import GROUP_GAPS, GROUP_MEMBERS, GROUPS

#: The publics that a team can gather.
KINDS = ("handicap", "insertion", "ess")
#: Whether a supplier can lead: no, unknown (large enough, contracts not read), yes.
NO, UNKNOWN, YES = 0, 1, 2
_EQUAL = 1e-9


@dataclass(frozen=True, eq=False)
class Grouped:
    """``groups`` GROUPS, ``members`` GROUP_MEMBERS, ``gaps`` GROUP_GAPS (empty chairs: what is missing, even in the best team)."""

    groups: pl.DataFrame
    members: pl.DataFrame
    gaps: pl.DataFrame


def units(needs: pl.LazyFrame, skills: pl.LazyFrame, offers: pl.LazyFrame, *, share: float) -> pl.LazyFrame:
    """The lots, else the whole needs, that no supplier can take alone: ``besoin_id, unite`` (lot, besoin), ``a_couvrir`` (cents a year).

    Parameters
    ----------
    needs
        NEEDS; those without amount are left out (nothing can be said of them).
    skills
        ``besoin_id, famille``: the skills asked.
    offers
        One row per need, skill and supplier within reach that serves it: ``besoin_id, famille, siren, capacite`` (cents a year).
    share
        The share of its activity that a supplier should not pass with the buyer.
    """
    asked = skills.unique(["besoin_id", "famille"]).group_by("besoin_id").agg(_voulues=pl.len())
    whole = (
        offers.group_by("besoin_id", "siren")
        .agg(_tenues=pl.col("famille").n_unique(), _prend=(pl.col("capacite") * share).round().max())
        .join(asked, on="besoin_id", maintain_order="left_right")
        .filter(pl.col("_tenues") == pl.col("_voulues"))
    )
    best = whole.group_by("besoin_id").agg(_seul=pl.col("_prend").max())
    told = (
        needs.join(asked.select("besoin_id"), on="besoin_id", how="semi")
        .join(best, on="besoin_id", how="left", maintain_order="left")
        .with_columns(pl.col("_seul").fill_null(0.0))
    )
    lot, need = pl.col("lot_annuel"), pl.col("annuel")
    rows = told.with_columns(
        unite=pl.when(lot > pl.col("_seul")).then(pl.lit("lot")).when(need > pl.col("_seul")).then(pl.lit("besoin"))
    ).filter(pl.col("unite").is_not_null())
    return rows.select(
        "besoin_id", "unite", a_couvrir=pl.when(pl.col("unite") == "lot").then(lot).otherwise(need)
    ).sort("besoin_id")


def groups(
    units: pl.LazyFrame, skills: pl.LazyFrame, offers: pl.LazyFrame, *, share: float, method: dict | None = None
) -> Grouped:
    """The teams of each unit, best first; each supplier stands in one team of a need, so that teams are alternatives.

    Parameters
    ----------
    units, skills
        ``units`` above, and ``besoin_id, famille``.
    offers
        As in ``units``, with ``siret, nom, commune, statuts, distance_km`` (null: unknown), ``adequation, handicap, insertion, ess,
        capacite_bas, capacite_haut, gagnes, gagnes_ailleurs`` (null: contracts not read) ``, personne_physique``.
    """
    settings = (method or rules.method())["potential"]["groupement"]
    wanted, served = skills.sort("besoin_id", "famille").collect(), _sorted(offers).collect()
    by_need = served.partition_by("besoin_id", as_dict=True)
    asked = wanted.partition_by("besoin_id", as_dict=True)
    found: list[dict[str, Any]] = []
    members: list[dict[str, Any]] = []
    gaps: list[dict[str, Any]] = []
    for need, unit, amount in units.sort("besoin_id").select("besoin_id", "unite", "a_couvrir").collect().iter_rows():
        rows = by_need.get((need,), served.clear())
        team = _Field(rows, asked[(need,)]["famille"].unique().sort().to_list(), amount, share, settings)
        made = team.teams()
        for rank, one in enumerate(made, 1):
            found.append({"besoin_id": need, "groupe": rank, "unite": unit, "a_couvrir": amount} | team.told(one))
            members += [{"besoin_id": need, "groupe": rank} | row for row in team.members(one)]
        gaps += [{"besoin_id": need} | row for row in team.chairs(made[0].who if made else ())]
    return Grouped(
        *(_framed(table, rows) for table, rows in ((GROUPS, found), (GROUP_MEMBERS, members), (GROUP_GAPS, gaps)))
    )


@dataclass(frozen=True)
class Team:
    """``who``: places in the field; ``missing``: how many things are; ``value`` and the ``bound`` no complete team can pass."""

    who: tuple[int, ...]
    missing: int
    value: float
    bound: float
    proved: bool


class _Field:
    """The suppliers within reach of one unit, one row per legal unit, as arrays; and the teams among them."""

    def __init__(self, rows: pl.DataFrame, skills: list[str], amount: int, share: float, settings: dict) -> None:
        self.skills, self.amount, self.settings = skills, amount, settings
        self.people = rows.unique("siren", keep="first", maintain_order=True)
        place = {siren: rank for rank, siren in enumerate(self.people["siren"].to_list())}
        self.fit = np.zeros((len(place), len(skills)))
        for siren, family, fit in rows.select("siren", "famille", "adequation").iter_rows():
            at = place[siren], skills.index(family)
            self.fit[at] = max(self.fit[at], fit or 0.0)
        self.size = np.rint(self.people["capacite"].fill_null(0).to_numpy() * share)
        self.kinds = self.people.select(pl.col(KINDS).fill_null(False)).to_numpy().astype(float)
        far = self.people["distance_km"].fill_null(settings["distance_inconnue_km"]).to_numpy()
        self.cost = settings["membre"] + settings["distance"] * np.minimum(far, 100.0) / 100.0
        self.lead = self._leaders()

    def _leaders(self) -> np.ndarray:
        """Large enough for its part of the lot, and with a public contract won; unknown when contracts were not read."""
        large = self.size >= self.settings["part_mandataire"] * self.amount
        won = self.people.select(pl.sum_horizontal("gagnes", "gagnes_ailleurs", ignore_nulls=False)).to_series()
        known = won.is_not_null().to_numpy()
        able = np.where(known, np.where(won.fill_null(0).to_numpy() > 0, YES, NO), UNKNOWN)
        return np.where(large, able, NO)

    def teams(self) -> list[Team]:
        """Teams that share nobody, best first: an incomplete one only when there is no complete one."""
        left, made = list(range(len(self.people))), list[Team]()
        while len(left) >= 2 and len(made) < self.settings["groupes"]:
            best = self.best(left)
            if best.missing and made:
                break
            made.append(best)
            left = [one for one in left if one not in best.who]
            if best.missing:
                break
        return made

    def best(self, among: list[int]) -> Team:
        """The best team of those: every team looked at when they are few, else sought, with its bound."""
        few = len(among) <= self.settings["exact"]
        who = self._first(among if few else self._pool(among))
        missing, _, value = (part[0] for part in self.judged(np.array([who])))
        bound = float(value) if few else max(float(value), self.bound(among, who))
        proved = few or (bound - float(value) < _EQUAL if not missing else self._hopeless(among, int(missing)))
        return Team(who, int(missing), float(value), bound, bool(proved))

    def judged(self, teams: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Of teams of one size: how many things are missing, how far from the size asked (cents), the value."""
        fit, lead = self.fit[teams].max(axis=1), self.lead[teams].max(axis=1)
        size = self.size[teams].sum(axis=1)
        missing = (fit <= 0).sum(axis=1) + (size < self.amount) + (lead == NO)
        return (
            missing,
            np.maximum(self.amount - size, 0.0),
            self._worth(fit, lead, self.kinds[teams].max(axis=1)) - self.cost[teams].sum(axis=1),
        )

    def _worth(self, fit: np.ndarray, lead: np.ndarray, kinds: np.ndarray) -> np.ndarray:
        told = self.settings
        return (
            told["aptitude"] * fit.mean(axis=1)
            + told["diversite"] * kinds.sum(axis=1)
            + told["experience"] * (lead == YES)
        )

    def _first(self, among: list[int]) -> tuple[int, ...]:
        """The first of all the teams of these suppliers: least missing, nearest to the size, worth most; then the order of suppliers."""
        best: tuple[tuple[float, float, float, int], tuple[int, ...]] | None = None
        for members in range(2, min(self.settings["membres"], len(among)) + 1):
            teams = np.array(among)[_picks(len(among), members)]
            missing, short, value = self.judged(teams)
            # A size that is reached, or missing by the same euros, leaves the choice to the value.
            at = np.lexsort((-np.round(value, 9), short, missing))[0]
            key = (float(missing[at]), float(short[at]), -round(float(value[at]), 9), members)
            if best is None or key < best[0]:
                best = (key, tuple(int(one) for one in teams[at]))
        assert best is not None
        return best[1]

    def _pool(self, among: list[int]) -> list[int]:
        """The suppliers where a good team is sought: those that a greedy choice takes, the largest, the most apt, the leaders."""
        room, kept = self.settings["exact"], dict.fromkeys(self._greedy(among))
        at = np.array(among)
        wanted = [self.size, self.lead, *self.fit.T, *self.kinds.T]
        ranks = [at[np.lexsort((at, -self.size[at], self.cost[at], -quality[at]))].tolist() for quality in wanted]
        for row in zip(*ranks, strict=True):
            kept |= dict.fromkeys(row)
            if len(kept) >= room:
                break
        return sorted(list(kept)[:room])

    def _greedy(self, among: list[int]) -> list[int]:
        """One by one, whoever leaves least missing, comes nearest to the size, then adds most value."""
        team: list[int] = []
        while len(team) < min(self.settings["membres"], len(among)):
            rest = [one for one in among if one not in team]
            missing, short, value = self.judged(np.array([[*team, one] for one in rest]))
            team.append(rest[int(np.lexsort((-np.round(value, 9), short, missing))[0])])
        return team

    def bound(self, among: list[int], who: tuple[int, ...]) -> float:
        """No team of two to four is worth more: the value is submodular, so it is at most that of a reference plus the best gains beside it."""
        places, bounds = np.array(among), []
        for base in ((), who[:1], who[:2], who):
            at = np.array(base, dtype=int)
            fit, lead, kinds = (
                (part[at].max(axis=0, keepdims=True) if len(at) else np.zeros((1, *part.shape[1:])))
                for part in (self.fit, self.lead, self.kinds)
            )
            start = float(self._worth(fit, lead, kinds)[0])
            then = self._worth(
                np.maximum(self.fit[places], fit),
                np.maximum(self.lead[places], lead),
                np.maximum(self.kinds[places], kinds),
            )
            gains = np.sort(then - start - self.cost[places])[::-1]
            bounds.append(start + max(float(gains[:n].sum()) for n in range(2, self.settings["membres"] + 1)))
        return min(bounds)

    def _hopeless(self, among: list[int], missing: int) -> bool:
        """Whether what is missing could be had by no team at all, whoever is chosen."""
        places = np.array(among)
        most = np.sort(self.size[places])[::-1][: self.settings["membres"]].sum()
        lacking = int(
            (self.fit[places].max(axis=0) <= 0).sum() + (most < self.amount) + (self.lead[places].max() == NO)
        )
        return lacking == missing

    def told(self, team: Team) -> dict[str, Any]:
        rows = self.people[list(team.who)]
        held = self.fit[list(team.who)].max(axis=0)
        share = self.size[list(team.who)].sum()
        return {
            "membres": len(team.who),
            "complet": team.missing == 0,
            "prenable": int(share),
            "capacite_bas": rows["capacite_bas"].sum(),
            "capacite_haut": rows["capacite_haut"].sum(),
            "competences": int((held > 0).sum()),
            "competences_voulues": len(self.skills),
            "mandataire_sur": (
                True
                if self.lead[list(team.who)].max() == YES
                else None
                if self.lead[list(team.who)].max() == UNKNOWN
                else False
            ),
            "valeur": round(team.value, 3),
            "borne": round(team.bound, 3),
            "prouve": team.proved,
        }

    def members(self, team: Team) -> list[dict[str, Any]]:
        """The members, whoever may lead first (the largest of them), each with the skills that it brings best."""
        order = sorted(team.who, key=lambda i: (-self.lead[i], -self.size[i], i))
        best = self.fit[list(team.who)].max(axis=0)
        rows = []
        for rank, at in enumerate(order):
            brings = [s for k, s in enumerate(self.skills) if self.fit[at, k] > 0]
            alone = [
                s
                for k, s in enumerate(self.skills)
                if self.fit[at, k] > 0 and (self.fit[list(team.who), k] > 0).sum() == 1
            ]
            person = self.people.row(at, named=True)
            rows.append(
                {name: person.get(name) for name in _KEPT}
                | {
                    "ordre": rank + 1,
                    "peut_mandater": {YES: True, UNKNOWN: None, NO: False}[int(self.lead[at])],
                    "familles": ", ".join(brings),
                    "familles_seul": ", ".join(alone) or None,
                    "meilleur": any(self.fit[at, k] == best[k] > 0 for k in range(len(self.skills))),
                    "prenable": int(self.size[at]),
                    "part_du_lot": float(self.size[at] / self.amount) if self.amount else None,
                    "publics": ", ".join(k for j, k in enumerate(KINDS) if self.kinds[at, j]) or None,
                }
            )
        return rows

    def chairs(self, who: tuple[int, ...]) -> list[dict[str, Any]]:
        """What even the best team lacks: a skill, euros of size, a leader; and whether anybody within reach has it.

        Nobody at all is one chair per skill. A size beyond the four largest is one chair: its leader is not another.
        """
        at = list(who) or self._alone()
        lacking = [
            (skill, self.fit[:, k].max(initial=0.0) <= 0)
            for k, skill in enumerate(self.skills)
            if self.fit[at, k].max(initial=0.0) <= 0
        ]
        rows: list[dict[str, Any]] = [_chair("competence", bool(none), famille=skill) for skill, none in lacking]
        if not at:
            return rows
        most = float(np.sort(self.size)[::-1][: self.settings["membres"]].sum())
        if (reached := float(self.size[at].sum())) < self.amount:
            rows.append(_chair("capacite", most < self.amount, montant=int(self.amount - reached)))
        if self.lead[at].max() == NO and most >= self.amount:
            rows.append(_chair("mandataire", bool(self.lead.max() == NO)))
        return rows

    def _alone(self) -> list[int]:
        """The supplier who would sit first when there is no second."""
        places = np.arange(len(self.people))
        if not len(places):
            return []
        missing, short, value = self.judged(places[:, None])
        return [int(np.lexsort((-np.round(value, 9), short, missing))[0])]


def _chair(what: str, nobody: bool, *, famille: str | None = None, montant: int | None = None) -> dict[str, Any]:
    return {"manque": what, "famille": famille, "montant": montant, "a_structurer": nobody}


_KEPT = (
    "siret",
    "siren",
    "nom",
    "commune",
    "statuts",
    "distance_km",
    "capacite_bas",
    "capacite",
    "capacite_haut",
    "capacite_origine",
    "gagnes",
    "gagnes_ailleurs",
    "personne_physique",
)


def _sorted(offers: pl.LazyFrame) -> pl.LazyFrame:
    """Of a legal unit, the establishment that serves most skills, then the nearest, speaks for it."""
    many = pl.col("famille").n_unique().over("besoin_id", "siret")
    return offers.with_columns(_n=many).sort(
        "besoin_id",
        "_n",
        "distance_km",
        "siren",
        "siret",
        "famille",
        descending=[False, True, False, False, False, False],
        nulls_last=True,
    )


@lru_cache(maxsize=64)
def _picks(count: int, members: int) -> np.ndarray:
    return np.array(list(combinations(range(count), members)))


def _framed(table: Any, rows: list[dict[str, Any]]) -> pl.DataFrame:
    return table.conform(pl.LazyFrame(rows, schema=table.schema)).collect()
