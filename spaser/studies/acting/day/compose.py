"""The day itself: the workbook of wishes read back, the timetable computed, and what is printed and followed up."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from spaser import meetings
from spaser.problems import Problem
from spaser.studies.acting.day.sheets import Frame, planning, wishes


@dataclass(frozen=True, eq=False)
class Planned:
    """A day planned: the timetable, its frame, who was wished and is not met."""

    frame: Frame
    found: meetings.Timetable
    moved: int | None = None


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
    old = planning(before) if before else None
    found = meetings.timetable(pairs, day, before=old)
    if not found.plan.height and not day.fixed:
        raise Problem(
            "Aucune rencontre à placer",
            where=Path(book).name,
            why="Aucun souhait de 1 à 3 n'est écrit",
            todo="Remplissez la feuille « souhaits »",
        )
    if wrong := meetings.faults(found.plan, day):
        raise Problem(
            "Ces souhaits ne tiennent pas dans la journée",
            where=Path(book).name,
            why=" ; ".join(wrong[:5]),
            todo="Allongez la journée, ajoutez des tables ou libérez un créneau imposé",
        )
    moved = (
        None
        if old is None
        else old.height - old.join(found.plan, on=["acheteur", "fournisseur", "creneau"], how="semi").height
    )
    return Planned(frame, found, moved)


def _absent(rows: pl.DataFrame, frame: Frame) -> dict[str, frozenset[int]]:
    """The slots that begin before a supplier arrives or end after it leaves."""
    found: dict[str, set[int]] = {}
    for row in rows.to_dicts():
        for slot in range(frame.slots):
            start = frame.start(slot)
            at = start.hour * 60 + start.minute
            late = row["arrivee"] is not None and at < row["arrivee"]
            if late or (row["depart"] is not None and at + frame.minutes > row["depart"]):
                found.setdefault(row["fournisseur"], set()).add(slot)
    return {name: frozenset(slots) for name, slots in found.items()}


def _fixed(rows: pl.DataFrame) -> dict[tuple[str, str], int]:
    return {
        (row["acheteur"], row["fournisseur"]): row["fixe"] - 1
        for row in rows.filter(pl.col("fixe").is_not_null()).to_dicts()
    }
