"""Pairs and slots → who meets whom, when, at which table: proved best when small, with a bound when large, fair to the worst served.

Two steps. Which pairs meet: a b-matching (each person has so many free slots, each slot so many tables), by integer programming with
the worst served weighing most. When they meet: an edge colouring of what was chosen, which always exists in as many slots as the
busiest person has meetings; absences and fixed meetings make it a second small programme. Whatever the way, ``faults`` checks the result.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from spaser.meetings.gaps import closer

if TYPE_CHECKING:
    from scipy.optimize import LinearConstraint

#: Beyond this many (pair, slot) unknowns the search stops after ``SECONDS`` and says its bound.
SECONDS = 6.0
#: What a first, a second, a third… meeting of the same person is worth beside the wish: the worst served goes first.
FAIR = (30, 12, 5, 2, 1)
PLAN = {
    "acheteur": pl.String,
    "fournisseur": pl.String,
    "numero": pl.Int64,
    "poids": pl.Int64,
    "creneau": pl.Int64,
    "table": pl.Int64,
}


@dataclass(frozen=True)
class Day:
    """The frame of a day. ``absent``: person → slots (from 0) when they are not there; ``fixed``: (buyer, supplier) → slot."""

    slots: int
    tables: int
    absent: Mapping[str, frozenset[int]] = field(default_factory=dict)
    fixed: Mapping[tuple[str, str], int] = field(default_factory=dict)
    most: int | None = None


@dataclass(frozen=True, eq=False)
class Timetable:
    """``plan``: one row per meeting; ``value``: what was reached; ``bound``: no timetable can do better; ``proved``: they are equal."""

    plan: pl.DataFrame
    value: float
    bound: float
    unmet: pl.DataFrame

    @property
    def proved(self) -> bool:
        return self.bound - self.value < 0.5


def timetable(
    pairs: pl.LazyFrame, day: Day, *, before: pl.DataFrame | None = None, seconds: float = SECONDS
) -> Timetable:
    """The timetable of a day.

    Parameters
    ----------
    pairs
        ``acheteur, fournisseur, numero, poids`` (``weighed``).
    before
        A timetable already handed out: it is changed as little as possible (a meeting kept at its slot outweighs any wish).

    Returns
    -------
    Timetable
        Nobody twice at a time, no more tables than there are, absences and fixed meetings respected (``faults`` is empty).
    """
    rows = pairs.sort("acheteur", "fournisseur").collect()
    if not rows.height or day.slots < 1 or day.tables < 1:
        return Timetable(pl.DataFrame(schema=PLAN), 0.0, 0.0, rows)
    model = _Model(rows, day, before)
    chosen, value, bound = model.solved(seconds)
    if before is None:  # nothing was handed out: the hours are free
        chosen = model.closer(chosen)
    plan = _seated(rows, chosen, before)
    return Timetable(plan, value, bound, rows.join(plan, on=["acheteur", "fournisseur"], how="anti"))


class _Model:
    """The integer programme: one unknown per (pair, slot) allowed, and steps that pay each person's first meetings most."""

    def __init__(self, rows: pl.DataFrame, day: Day, before: pl.DataFrame | None) -> None:
        self.day, self.rows = day, rows
        kept = (
            {(b, s): slot for b, s, slot in before.select("acheteur", "fournisseur", "creneau").iter_rows()}
            if before is not None
            else {}
        )
        self.pairs = list(rows.select("acheteur", "fournisseur", "poids").iter_rows())
        self.cells = [
            (rank, slot)
            for rank, (b, s, _) in enumerate(self.pairs)
            for slot in range(day.slots)
            if self._may(b, s, slot)
        ]
        self.people = sorted({name for b, s, _ in self.pairs for name in (f"a:{b}", f"f:{s}")})
        stay = 1 + 9 + 2 * FAIR[0]
        self.gain = [
            self.pairs[rank][2] + (stay if kept.get(self.pairs[rank][:2]) == slot else 0) for rank, slot in self.cells
        ]

    def _may(self, buyer: str, supplier: str, slot: int) -> bool:
        fixed = self.day.fixed.get((buyer, supplier))
        away = slot in self.day.absent.get(buyer, frozenset()) or slot in self.day.absent.get(supplier, frozenset())
        return not away and (fixed is None or fixed == slot)

    def closer(self, chosen: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """The same meetings, each person waiting less between its own."""
        people = [(f"a:{b}", f"f:{s}") for b, s, _ in self.pairs]
        allowed = set(self.cells)
        return closer(chosen, people, lambda rank, slot: (rank, slot) in allowed, self.day.slots, self.day.tables)

    def solved(self, seconds: float) -> tuple[list[tuple[int, int]], float, float]:
        """The cells chosen, their value and the bound of the programme."""
        from scipy.optimize import milp  # slow to load, and only a timetable needs it

        steps = [(person, worth) for person in self.people for worth in FAIR]
        cost = -np.array([*self.gain, *(worth for _, worth in steps)], dtype=float)
        found = milp(
            cost,
            constraints=self._constraints(steps),
            bounds=(0, 1),
            integrality=np.array([1] * len(self.cells) + [0] * len(steps)),
            options={"time_limit": seconds, "mip_rel_gap": 0.0},
        )
        greedy = self._greedy()
        value = self._worth(greedy)
        chosen = greedy
        if found.x is not None:
            exact = [cell for cell, x in zip(self.cells, found.x, strict=False) if x > 0.5]
            if self._worth(exact) >= value or not self._holds_fixed(greedy):
                chosen, value = exact, self._worth(exact)
        bound = (
            -float(found.mip_dual_bound)
            if getattr(found, "mip_dual_bound", None) is not None and np.isfinite(found.mip_dual_bound)
            else -float(cost.sum())  # every unknown at its most
        )
        return chosen, value, max(bound, value)

    def _constraints(self, steps: list[tuple[str, int]]) -> LinearConstraint:
        """Each person once a slot, each pair once, tables enough, fixed meetings held, steps paid by meetings."""
        from scipy.optimize import LinearConstraint
        from scipy.sparse import coo_array

        groups: dict[tuple[Any, ...], list[int]] = defaultdict(list)
        own: dict[str, list[int]] = defaultdict(list)
        for rank, (pair, slot) in enumerate(self.cells):
            b, s, _ = self.pairs[pair]
            for key in (("a", b, slot), ("f", s, slot), ("pair", pair), ("slot", slot)):
                groups[key].append(rank)
            own[f"a:{b}"].append(rank)
            own[f"f:{s}"].append(rank)
        entries: list[tuple[int, int, float]] = []
        low, high = [], []
        for line, (key, cells) in enumerate(groups.items()):
            entries += [(line, cell, 1.0) for cell in cells]
            met = self.pairs[key[1]][:2] if key[0] == "pair" else None
            low.append(1.0 if met in self.day.fixed else 0.0)
            high.append(float(self.day.tables) if key[0] == "slot" else 1.0)
        for person in self.people:
            entries += [(len(low), cell, 1.0) for cell in own[person]]
            entries += [
                (len(low), len(self.cells) + rank, -1.0) for rank, (name, _) in enumerate(steps) if name == person
            ]
            low.append(0.0)
            high.append(float(self.day.slots))
        if self.day.most is not None:
            entries += [(len(low), rank, 1.0) for rank in range(len(self.cells))]
            low.append(0.0)
            high.append(float(self.day.most))
        lines, columns, values = zip(*entries, strict=True)
        matrix = coo_array((values, (lines, columns)), shape=(len(low), len(self.cells) + len(steps)))
        return LinearConstraint(matrix.tocsr(), low, high)

    def _worth(self, chosen: Iterable[tuple[int, int]]) -> float:
        """Wishes met and each person's first meetings, as the programme counts them."""
        gains = dict(zip(self.cells, self.gain, strict=True))
        met: dict[str, int] = defaultdict(int)
        total = 0.0
        for cell in chosen:
            b, s, _ = self.pairs[cell[0]]
            met[f"a:{b}"] += 1
            met[f"f:{s}"] += 1
            total += gains[cell]
        return total + sum(sum(FAIR[:count]) for count in met.values())

    def _holds_fixed(self, chosen: Iterable[tuple[int, int]]) -> bool:
        return set(self.day.fixed) <= {self.pairs[rank][:2] for rank, _ in chosen}

    def _greedy(self) -> list[tuple[int, int]]:
        """Fixed meetings first, then the cell that adds most, the worst served before the others: where the programme has no time."""
        busy: set[tuple[str, int]] = set()
        met: dict[str, int] = defaultdict(int)
        load: dict[int, int] = defaultdict(int)
        done: set[int] = set()
        chosen: list[tuple[int, int]] = []
        most = self.day.most if self.day.most is not None else len(self.cells)
        order = sorted(
            range(len(self.cells)),
            key=lambda r: (self.pairs[self.cells[r][0]][:2] not in self.day.fixed, -self.gain[r]),
        )
        rounds = max((len(FAIR), self.day.slots))
        for limit in range(1, rounds + 1):
            for rank in order:
                pair, slot = self.cells[rank]
                b, s, _ = self.pairs[pair]
                free = (
                    pair not in done
                    and (f"a:{b}", slot) not in busy
                    and (f"f:{s}", slot) not in busy
                    and load[slot] < self.day.tables
                )
                if free and min(met[f"a:{b}"], met[f"f:{s}"]) < limit and len(chosen) < most:
                    chosen.append((pair, slot))
                    done.add(pair)
                    load[slot] += 1
                    for person in (f"a:{b}", f"f:{s}"):
                        busy.add((person, slot))
                        met[person] += 1
        return chosen


def _seated(rows: pl.DataFrame, chosen: list[tuple[int, int]], before: pl.DataFrame | None) -> pl.DataFrame:
    """Each meeting with its table: a buyer keeps the same table all day (nobody waits for a place), tables given in order of need.

    A meeting handed out whose hour stays keeps its table too: its two people hold a sheet that says it.
    """
    meetings = rows[[rank for rank, _ in chosen]].with_columns(
        creneau=pl.Series([slot for _, slot in chosen], dtype=pl.Int64)
    )
    home = (
        dict(before.group_by("acheteur").agg(pl.col("table").mode().sort().first()).iter_rows())
        if before is not None and before.height
        else {}
    )
    order = meetings.with_row_index("_rang").sort("creneau", "acheteur", "fournisseur")
    known = order.select("acheteur", "fournisseur", "creneau")
    told = known.with_columns(table=pl.lit(None, dtype=pl.Int64))
    if before is not None:
        handed = before.select("acheteur", "fournisseur", "creneau", "table")
        told = known.join(handed, on=known.columns, how="left", maintain_order="left")
    taken: dict[int, set[int]] = defaultdict(set)
    for slot, place in told.drop_nulls("table").select("creneau", "table").iter_rows():
        taken[slot].add(place)
    places = told["table"].to_list()
    hours = dict(told.group_by("acheteur").agg("creneau").iter_rows())
    widest = max(int(told.group_by("creneau").len()["len"].max() or 1), *home.values(), 1)  # type: ignore[arg-type]
    claimed: dict[int, set[int]] = defaultdict(set)
    for buyer, place in home.items():
        claimed[place].update(hours.get(buyer, ()))
    for _, now in told.with_row_index("_at").group_by("creneau", maintain_order=True):
        waiting = []
        for at, buyer, slot, place in now.select("_at", "acheteur", "creneau", "table").iter_rows():
            wanted = place or home.get(buyer)
            if wanted is None or (place is None and wanted in taken[slot]):
                waiting.append((at, buyer, slot))  # whoever has a table sits first, the others take what is left
                continue
            places[at] = wanted
            taken[slot].add(wanted)
            if buyer not in home:
                home[buyer] = wanted
                claimed[wanted].update(hours[buyer])
        for at, buyer, slot in waiting:
            free = [n for n in range(1, widest + 1) if n not in taken[slot]]
            places[at] = min(free, key=lambda n: (len(claimed[n].intersection(hours[buyer])), n))  # noqa: B023 (used at once)
            taken[slot].add(places[at])
            if buyer not in home:
                home[buyer] = places[at]
                claimed[places[at]].update(hours[buyer])
    seated = order.with_columns(table=pl.Series(places, dtype=pl.Int64)).drop("_rang")
    return seated.select(list(PLAN)).sort("creneau", "table")


def faults(plan: pl.DataFrame, day: Day) -> list[str]:
    """What no timetable may do, said in words; empty when the plan holds."""
    told = []
    for who in ("acheteur", "fournisseur", "table"):
        twice = plan.group_by(who, "creneau").len().filter(pl.col("len") > 1)
        told += [
            f"{row[who]} est attendu deux fois au créneau {row['creneau'] + 1}"
            for row in twice.sort(who, "creneau").to_dicts()
        ]
    again = plan.group_by("acheteur", "fournisseur").len().filter(pl.col("len") > 1)
    told += [f"{row['acheteur']} et {row['fournisseur']} se rencontrent deux fois" for row in again.to_dicts()]
    for row in plan.to_dicts():
        told += [
            f"{name} est absent au créneau {row['creneau'] + 1}"
            for name in (row["acheteur"], row["fournisseur"])
            if row["creneau"] in day.absent.get(name, frozenset())
        ]
    full = plan.group_by("creneau").len().filter(pl.col("len") > day.tables)
    told += [
        f"{row['len']} rencontres pour {day.tables} tables au créneau {row['creneau'] + 1}" for row in full.to_dicts()
    ]
    met = {(row["acheteur"], row["fournisseur"]): row["creneau"] for row in plan.to_dicts()}
    return told + [
        f"la rencontre imposée de {pair[0]} et {pair[1]} n'est pas tenue"
        for pair, slot in day.fixed.items()
        if met.get(pair) != slot
    ]
