"""The day itself: the workbook of wishes read back, the timetable computed, and what is printed and followed up."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from spaser import meetings
from spaser.problems import Problem
from spaser.studies.acting.day.sheets import Frame, alike, needs, planning, wishes


@dataclass(frozen=True, eq=False)
class Planned:
    """A day planned: the timetable, its frame, what was asked of it (``pairs`` wished, ``day`` with who is there and what is held).

    ``needs``: what each need is about (``numero, besoin``), empty when the workbook does not say it.
    """

    frame: Frame
    found: meetings.Timetable
    pairs: pl.DataFrame
    day: meetings.Day
    moved: int | None = None
    needs: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema={"numero": pl.Int64, "besoin": pl.String}))


def plan(book: Path | str, frame: Frame, *, before: Path | str | None = None) -> Planned:
    """The timetable of a workbook of wishes.

    Parameters
    ----------
    book
        The workbook of ``spaser matinale``, its sheet « souhaits » filled in (a column « Acheteur » may name who meets).
    before
        A planning already handed out (its workbook): it is changed as little as possible.

    Raises
    ------
    Problem
        The workbook cannot be read, a wish is no wish, nobody wishes to meet, or a fixed meeting cannot be held.
    """
    rows = wishes(book, frame)
    pairs = meetings.weighed(rows.lazy())
    day = meetings.Day(frame.slots, frame.tables, absent=_absent(rows, frame), fixed=_fixed(rows))
    old = _known(planning(before), rows) if before else None
    found = meetings.timetable(pairs, day, before=old)
    if not found.plan.height and not day.fixed:
        raise Problem(
            "Aucune rencontre à placer",
            where=Path(book).name,
            why="Aucun souhait de 1 à 3 n'est écrit",
            todo="Remplissez la feuille « souhaits »",
        )
    _refuse(found, day, Path(book).name)
    return Planned(frame, found, pairs.collect(), day, None if old is None else _moved(old, found.plan), needs(book))


def _known(old: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """The planning handed out, each person under the name that the wishes give it."""
    for who in ("acheteur", "fournisseur"):
        names = {alike(name): name for name in rows[who].unique(maintain_order=True)}
        told = [names.get(alike(name or ""), name) for name in old[who]]
        old = old.with_columns(pl.Series(who, told, pl.String))
    return old


def replan(
    result: Planned,
    *,
    fixed: Mapping[tuple[str, str], int] | None = None,
    away: Mapping[str, Collection[int]] | None = None,
) -> Planned:
    """The timetable after a late change, every other meeting moved as little as possible.

    Parameters
    ----------
    fixed
        (buyer, supplier) → the slot where they now meet; what was held before still is, unless the same pair is named.
    away
        A person → the slots when they are no longer there.

    Raises
    ------
    Problem
        The change cannot be held: somebody is expected twice, or is not there.
    """
    held = dict(result.day.fixed) | dict(fixed or {})
    gone = {name: frozenset(slots) for name, slots in result.day.absent.items()}
    for name, slots in (away or {}).items():
        gone[name] = gone.get(name, frozenset()) | frozenset(slots)
    for (buyer, _), slot in (fixed or {}).items():  # named again at an hour given up before: there again
        gone[buyer] = gone.get(buyer, frozenset()) - {slot}
    day = replace(result.day, absent=gone, fixed=held)
    found = meetings.timetable(result.pairs.lazy(), day, before=result.found.plan)
    _refuse(found, day, "planning")
    return replace(result, found=found, day=day, moved=_moved(result.found.plan, found.plan))


def _refuse(found: meetings.Timetable, day: meetings.Day, where: str) -> None:
    if wrong := meetings.faults(found.plan, day):
        raise Problem(
            "Ces souhaits ne tiennent pas dans la journée",
            where=where,
            why=" ; ".join(wrong[:5]),
            todo="Allongez la journée, ajoutez des tables ou libérez un créneau imposé",
        )


def _moved(before: pl.DataFrame, after: pl.DataFrame) -> int:
    """How many meetings handed out are no longer at their slot."""
    return before.height - before.join(after, on=["acheteur", "fournisseur", "creneau"], how="semi").height


def _absent(rows: pl.DataFrame, frame: Frame) -> dict[str, frozenset[int]]:
    """The slots that begin before a person arrives or end after it leaves, on both sides."""
    found: dict[str, set[int]] = {}
    starts = [frame.start(slot) for slot in range(frame.slots)]
    for row in rows.to_dicts():
        for who, end in (("fournisseur", ""), ("acheteur", "_acheteur")):
            comes, goes = row[f"arrivee{end}"], row[f"depart{end}"]
            for slot, start in enumerate(starts):
                at = start.hour * 60 + start.minute
                if (comes is not None and at < comes) or (goes is not None and at + frame.minutes > goes):
                    found.setdefault(row[who], set()).add(slot)
    return {name: frozenset(slots) for name, slots in found.items()}


def _fixed(rows: pl.DataFrame) -> dict[tuple[str, str], int]:
    return {
        (row["acheteur"], row["fournisseur"]): row["fixe"] - 1
        for row in rows.filter(pl.col("fixe").is_not_null()).to_dicts()
    }
