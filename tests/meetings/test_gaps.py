"""The hours of meetings already chosen: less waiting for each person, never another meeting, nobody twice at a time."""

from __future__ import annotations

import itertools
import random

import polars as pl
import pytest

from spaser.meetings import Day, faults, timetable
from spaser.meetings.gaps import closer


def waiting(cells, people):
    slots = {}
    for pair, slot in cells:
        for person in people[pair]:
            slots.setdefault(person, []).append(slot)
    return sum(max(own) - min(own) + 1 - len(own) for own in slots.values())


def held(cells, people, tables):
    met = [(person, slot) for pair, slot in cells for person in people[pair]]
    slots = [slot for _, slot in cells]
    return len(met) == len(set(met)) and all(slots.count(slot) <= tables for slot in slots)


def free(pair, slot):
    return True


def test_a_hole_by_hand_is_filled_and_a_fixed_hour_keeps_it():
    people = [("A", "x"), ("A", "y")]
    assert waiting(closer([(0, 0), (1, 3)], people, free, 4, 1), people) == 0
    fixed = closer([(0, 0), (1, 3)], people, lambda pair, slot: slot == (0, 3)[pair], 4, 1)
    assert sorted(fixed) == [(0, 0), (1, 3)]


def test_two_meetings_change_hours_together_when_one_alone_cannot():
    people = [("A", "x"), ("A", "y"), ("B", "x")]  # x meets A then B; A would wait for y
    start = [(0, 0), (1, 2), (2, 1)]
    found = closer(start, people, free, 3, 2)
    assert held(found, people, 2) and waiting(found, people) == 0 < waiting(start, people)


def test_two_meetings_change_hours_where_every_table_is_taken():
    people = [("A", "x"), ("A", "y"), ("B", "y")]
    start = [(0, 0), (1, 2), (2, 1)]
    assert waiting(closer(start, people, free, 3, 1), people) == 0
    assert held(closer(start, people, free, 3, 1), people, 1)


def test_hours_that_leave_no_waiting_do_not_move():
    for cells in ([(0, 0)], [(0, 2)], [(0, 1), (1, 2)]):
        assert closer(cells, [("A", "x"), ("A", "y")], free, 4, 2) == cells


@pytest.mark.parametrize("seed", range(6))
def test_meetings_stay_the_same_hold_and_never_wait_more(seed):
    dice = random.Random(seed)
    people = [pair for pair in itertools.product("ABCDE", "vwxyz") if dice.random() < 0.5]
    away = {(pair, slot) for pair in range(len(people)) for slot in range(7) if dice.random() < 0.1}
    cells = []
    for pair in range(len(people)):
        for slot in dice.sample(range(7), 7):
            if (pair, slot) not in away and held([*cells, (pair, slot)], people, 3):
                cells.append((pair, slot))
                break
    found = closer(cells, people, lambda pair, slot: (pair, slot) not in away, 7, 3)
    assert sorted(pair for pair, _ in found) == sorted(pair for pair, _ in cells)
    assert held(found, people, 3) and not set(found) & away
    assert waiting(found, people) < waiting(cells, people)
    again = closer(found, people, lambda pair, slot: (pair, slot) not in away, 7, 3)
    assert sorted(again) == sorted(found)  # looked at until nothing moves


def test_a_day_leaves_no_hole_it_can_avoid_and_one_handed_out_keeps_its_hours():
    wished = [("Ana", "x", 1, 3), ("Ana", "y", 1, 3), ("Ana", "z", 1, 3), ("Bob", "x", 2, 3)]
    rows = pl.LazyFrame(wished, schema=["acheteur", "fournisseur", "numero", "poids"], orient="row")
    made = timetable(rows, Day(8, 2))
    slots = made.plan.filter(acheteur="Ana")["creneau"].sort().to_list()
    assert slots == list(range(slots[0], slots[0] + 3)) and not faults(made.plan, Day(8, 2))
    spread = made.plan.with_columns(creneau=pl.Series([2 * rank for rank in range(made.plan.height)], dtype=pl.Int64))
    again = timetable(rows, Day(8, 2), before=spread)
    assert (
        again.plan.sort("acheteur", "fournisseur")["creneau"].to_list()
        == spread.sort("acheteur", "fournisseur")["creneau"].to_list()
    )
