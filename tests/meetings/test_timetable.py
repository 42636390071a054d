"""Timetables: small cases by hand and by brute force, nobody twice at a time, fair, replanned with few moves, a real-size day."""

from __future__ import annotations

import itertools
import random
from types import SimpleNamespace

import polars as pl
import pytest

from spaser.meetings import Day, faults, timetable, weighed
from spaser.meetings.planning import FAIR, _Model


def pairs(rows):
    return pl.LazyFrame(
        rows,
        schema=["acheteur", "fournisseur", "numero", "poids"],
        orient="row",
        schema_overrides={"numero": pl.Int64, "poids": pl.Int64},
    )


def best_by_hand(rows, slots, tables):
    """Every assignment of a slot (or none) to each pair: the best value, as the day counts it."""
    best = 0
    for choice in itertools.product(range(-1, slots), repeat=len(rows)):
        met, busy, ok, total = {}, set(), True, 0
        for (b, s, _, w), slot in zip(rows, choice, strict=True):
            if slot < 0:
                continue
            if (b, slot) in busy or (s, slot) in busy or sum(c == slot for c in choice) > tables:
                ok = False
                break
            busy |= {(b, slot), (s, slot)}
            met[b], met[s], total = met.get(b, 0) + 1, met.get(s, 0) + 1, total + w
        if ok:
            best = max(best, total + sum(sum(FAIR[:n]) for n in met.values()))
    return best


@pytest.mark.parametrize("seed", range(8))
def test_a_small_day_is_as_good_as_the_best_of_all_timetables(seed):
    dice = random.Random(seed)
    every = [(f"A{i}", f"F{j}", 1, dice.choice([1, 2, 4, 6, 9])) for i in range(3) for j in range(3)]
    rows = dice.sample(every, 6)
    slots, tables = dice.choice([(2, 2), (2, 1), (3, 2)])
    found = timetable(pairs(rows), Day(slots, tables))
    assert found.value == best_by_hand(rows, slots, tables)
    assert found.proved
    assert faults(found.plan, Day(slots, tables)) == []


def test_the_worst_served_goes_before_the_most_wanted():
    rows = [("A1", "F1", 1, 9), ("A1", "F2", 1, 9), ("A2", "F3", 1, 1)]
    found = timetable(pairs(rows), Day(2, 1))
    assert set(found.plan["fournisseur"]) & {"F3"}


def test_a_second_meeting_is_worth_less_than_the_first_as_counted_by_hand():
    found = timetable(pairs([("A1", "F1", 1, 9), ("A1", "F2", 1, 9)]), Day(2, 1))
    assert found.value == 9 + 9 + (30 + 12) + 30 + 30


def test_a_meeting_handed_out_is_kept_against_all_that_a_move_would_bring():
    before = pl.DataFrame(
        {"acheteur": ["A", "Y", "A"], "fournisseur": ["X", "B", "B"], "creneau": [0, 1, 2], "table": [1, 1, 1]}
    )
    rows = [("A", "X", 1, 1), ("Y", "B", 1, 1), ("A", "B", 1, 1), ("C", "D", 1, 9)]
    found = timetable(pairs(rows), Day(3, 1), before=before)
    assert found.plan.select("acheteur", "fournisseur", "creneau").sort("creneau").rows() == [
        ("A", "X", 0),
        ("Y", "B", 1),
        ("A", "B", 2),
    ]


def test_where_the_programme_has_no_time_everyone_meets_once_before_anyone_meets_twice():
    rows = [("A1", "F1", 1, 9), ("A2", "F2", 1, 9), ("A1", "F2", 1, 9), ("A3", "F3", 1, 1)]
    model = _Model(pairs(rows).collect(), Day(3, 1), None)
    assert {model.pairs[rank][0] for rank, _ in model._greedy()} == {"A1", "A2", "A3"}


def test_absences_and_fixed_meetings_are_kept():
    rows = [("A1", "F1", 1, 9), ("A1", "F2", 1, 9), ("A2", "F1", 1, 4)]
    day = Day(2, 2, absent={"F1": frozenset({0})}, fixed={("A1", "F2"): 1})
    found = timetable(pairs(rows), day)
    assert faults(found.plan, day) == []
    assert found.plan.filter(acheteur="A1", fournisseur="F2")["creneau"].to_list() == [1]
    assert found.plan.filter(fournisseur="F1")["creneau"].to_list() == [1]


def test_a_fault_is_told_whatever_made_it():
    plan = pl.DataFrame({"acheteur": ["A", "A"], "fournisseur": ["F", "G"], "creneau": [0, 0], "table": [1, 1]})
    told = faults(plan, Day(1, 1, absent={"G": frozenset({0})}, fixed={("A", "H"): 0}))
    assert told == [
        "A est attendu deux fois au créneau 1",
        "1 est attendu deux fois au créneau 1",  # the table
        "G est absent au créneau 1",
        "2 rencontres pour 1 tables au créneau 1",
        "la rencontre imposée de A et H n'est pas tenue",
    ]


def test_a_late_absence_moves_only_whom_it_must():
    dice = random.Random(3)
    rows = [
        (f"A{i}", f"F{j}", 1, dice.choice([1, 2, 4, 6, 9])) for i in range(6) for j in range(10) if dice.random() < 0.5
    ]
    first = timetable(pairs(rows), Day(6, 5))
    late = first.plan.row(0, named=True)
    day = Day(6, 5, absent={late["fournisseur"]: frozenset({late["creneau"]})})
    again = timetable(pairs(rows), day, before=first.plan)
    kept = again.plan.join(first.plan, on=["acheteur", "fournisseur", "creneau"], how="semi")
    assert faults(again.plan, day) == []
    assert kept.height >= first.plan.height - 2


def test_nobody_to_meet_is_an_empty_day():
    assert timetable(pairs([]), Day(4, 4)).plan.is_empty()


@pytest.mark.parametrize(
    ("slots", "tables", "met"), [(1, 1, 1), (0, 1, 0), (1, 0, 0)], ids=["un et une", "sans créneau", "sans table"]
)
def test_one_slot_and_one_table_are_enough_to_meet_and_none_is_not(slots, tables, met):
    found = timetable(pairs([("A", "F", 1, 9)]), Day(slots, tables))
    assert (found.plan.height, found.unmet.height) == (met, 1 - met)


def test_a_buyer_keeps_its_table_all_day_and_the_one_where_it_sat_most_in_the_day_handed_out():
    rows = [(buyer, supplier, 1, 4) for buyer in "AB" for supplier in "FGH"]
    first = timetable(pairs(rows), Day(3, 2))
    assert sorted({(a, t) for a, t in first.plan.select("acheteur", "table").rows()}) in (
        [("A", 1), ("B", 2)],
        [("A", 2), ("B", 1)],
    )
    handed = first.plan.with_columns(
        table=pl.when((pl.col("acheteur") == "A") & (pl.col("creneau") > 0)).then(2).otherwise(1)
    )
    late = Day(4, 2, absent={"A": frozenset({0})})
    again = timetable(pairs(rows), late, before=handed)
    assert set(again.plan.filter(acheteur="A")["table"]) == {
        2
    }  # its first meeting, at another hour, joins the two others
    assert set(again.plan.filter(acheteur="B")["table"]) == {1}


def test_whoever_has_a_table_sits_at_it_before_a_newcomer_whose_name_comes_first():
    rows = [("Z", "F1", 1, 9), ("Z", "F2", 1, 9), ("A", "F3", 1, 9)]
    fixed = {("Z", "F1"): 0, ("Z", "F2"): 1, ("A", "F3"): 1}
    found = timetable(pairs(rows), Day(2, 2, fixed=fixed))
    assert found.plan.filter(acheteur="Z")["table"].n_unique() == 1
    assert found.plan.filter(acheteur="A")["table"].to_list() != found.plan.filter(acheteur="Z")["table"][:1].to_list()


def test_two_buyers_present_at_the_same_hours_do_not_share_a_table_while_another_is_free():
    fixed = {("A", "F1"): 0, ("B", "F2"): 1, ("A", "F3"): 2, ("B", "F4"): 2, ("A", "F5"): 1}
    found = timetable(pairs([(*pair, 1, 5) for pair in fixed]), Day(3, 2, fixed=fixed))
    assert all(rows["table"].n_unique() == 1 for _, rows in found.plan.group_by("acheteur"))


def test_where_the_programme_has_no_time_a_fixed_meeting_is_held_and_no_limit_is_passed():
    rows = [("A1", "F1", 1, 9), ("A1", "F2", 1, 1), ("A2", "F1", 1, 9), ("A2", "F2", 1, 9)]
    day = Day(2, 2, fixed={("A1", "F2"): 0}, most=3)
    model = _Model(pairs(rows).collect(), day, None)
    met = [(*model.pairs[rank][:2], slot) for rank, slot in model._greedy()]
    assert met[0] == ("A1", "F2", 0)
    assert len(met) == 3
    assert model._holds_fixed(model._greedy()) and not model._holds_fixed(model._greedy()[1:])


@pytest.mark.parametrize(
    ("told", "bound", "proved"),
    [
        (None, 18 + 4 * sum(FAIR), False),  # nothing proved: all that four people could be given
        (-float("inf"), 18 + 4 * sum(FAIR), False),
        (-140.0, 140, False),
        (-138.0, 138, True),
    ],
)
def test_where_the_programme_has_no_time_a_timetable_is_proved_only_by_what_it_proved(monkeypatch, told, bound, proved):
    stopped = SimpleNamespace(x=None, mip_dual_bound=told)
    monkeypatch.setattr("scipy.optimize.milp", lambda *_, **__: stopped)
    found = timetable(pairs([("A1", "F1", 1, 9), ("A2", "F2", 1, 9)]), Day(1, 2))
    assert (found.value, found.bound, found.proved) == (18 + 4 * 30, bound, proved)


def test_a_day_stops_at_the_most_meetings_asked_for():
    rows = [("A1", "F1", 1, 9), ("A2", "F2", 1, 9), ("A3", "F3", 1, 9)]
    assert [timetable(pairs(rows), Day(3, 3, most=most)).plan.height for most in (2, 3, None)] == [2, 3, 3]


def test_a_day_of_134_people_is_planned_without_fault_and_near_its_bound():
    dice = random.Random(40)
    rows = [
        (f"A{i}", f"F{j}", 1, dice.choice([1, 2, 3, 4, 6, 9]))
        for i in range(40)
        for j in sorted(dice.sample(range(94), 6))
    ]
    day = Day(12, 20, absent={"F1": frozenset(range(6)), "A3": frozenset({0, 1})}, most=120)
    found = timetable(pairs(rows), day)
    assert faults(found.plan, day) == []
    assert found.plan.height == 120
    assert set(found.plan["acheteur"]) == {f"A{i}" for i in range(40)}
    assert found.value >= 0.97 * found.bound


def test_wishes_weigh_what_both_sides_want_and_a_refusal_is_no_pair():
    rows = pl.LazyFrame(
        {
            "acheteur": ["A", "A", "A", "A", "A", "A"],
            "fournisseur": ["F", "F", "G", "H", "I", "J"],
            "numero": [1, 2, 1, 1, 1, 1],
            "souhait_acheteur": [1, 3, 3, 0, None, 2],
            "souhait_fournisseur": [3, 3, None, 3, None, 2],
            "present": [True, True, None, True, True, False],
        }
    )
    found = weighed(rows).collect()
    assert found.rows() == [("A", "F", 2, 9), ("A", "G", 1, 3)]


def test_pairs_stand_by_name_and_of_two_needs_as_wanted_the_first_is_kept():
    rows = pl.LazyFrame(
        {
            "acheteur": ["B", "A", "A", "A"],
            "fournisseur": ["F", "G", "F", "F"],
            "numero": [1, 1, 7, 3],
            "souhait_acheteur": [1, 2, 2, 2],
            "souhait_fournisseur": [None, 9, 2, 2],
            "present": [True] * 4,
        }
    )
    assert weighed(rows).collect().rows() == [
        ("A", "F", 3, 4),
        ("A", "G", 1, 6),  # a wish above the highest counts as the highest
        ("B", "F", 1, 1),
    ]


def test_a_meeting_whose_hour_stays_keeps_its_table_whoever_leaves():
    rows = [("Ana", "x", 1, 3), ("Bob", "y", 1, 3), ("Cid", "z", 1, 3), ("Cid", "x", 1, 3)]
    first = timetable(pairs(rows), Day(3, 3))
    shuffled = first.plan.with_columns(table=4 - pl.col("table"))  # tables handed out in another order
    gone = Day(3, 3, absent={"Ana": frozenset(range(3))})
    again = timetable(pairs(rows), gone, before=shuffled)
    same = again.plan.join(shuffled, on=["acheteur", "fournisseur", "creneau"], suffix="_avant")
    assert same.height == 3 and same["table"].to_list() == same["table_avant"].to_list()
    assert not faults(again.plan, gone)


def test_each_more_meeting_of_a_person_is_worth_less_down_to_the_fifth_and_nothing_beyond():
    for count, own in ((4, 30 + 12 + 5 + 2), (5, 30 + 12 + 5 + 2 + 1), (6, 30 + 12 + 5 + 2 + 1)):
        found = timetable(pairs([("A", f"F{rank}", 1, 1) for rank in range(count)]), Day(6, 1))
        assert found.value == count + own + count * 30


def test_a_third_meeting_of_both_is_kept_where_two_people_would_meet_for_the_first_time():
    handed = [("A", "x", 0), ("A", "y", 1), ("P", "B", 2), ("Q", "B", 3), ("A", "B", 4)]
    before = pl.DataFrame(
        [(*row, 1) for row in handed], schema=["acheteur", "fournisseur", "creneau", "table"], orient="row"
    )
    rows = [(*row[:2], 1, 1) for row in handed] + [("C", "D", 1, 9)]
    again = timetable(pairs(rows), Day(5, 1), before=before)
    assert sorted(again.plan.select("acheteur", "fournisseur", "creneau").rows()) == sorted(handed)


def test_a_fixed_meeting_is_held_though_another_is_wanted_more():
    rows = [("A1", "F1", 1, 9), ("A1", "F2", 1, 1), ("A2", "F3", 1, 9)]
    day = Day(1, 1, fixed={("A1", "F2"): 0})
    found = timetable(pairs(rows), day)
    assert found.plan.select("acheteur", "fournisseur").rows() == [("A1", "F2")]
    model = _Model(pairs(rows[1:2]).collect(), day, None)
    assert model._holds_fixed([(0, 0)])  # nothing but what is fixed


def test_where_the_programme_has_no_time_the_last_meeting_of_two_busy_people_is_still_given():
    places = {(f"A{b}", f"F{s}"): (b + s) % 5 for b in range(5) for s in range(5)}
    model = _Model(pairs([(*pair, 1, 1) for pair in places]).collect(), Day(5, 5, fixed=places), None)
    assert len(model._greedy()) == 25


def test_no_meeting_sits_at_a_table_that_is_not_there():
    fixed = {("A", "u"): 0, ("A", "v"): 1, ("B", "w"): 0, ("B", "x"): 2, ("C", "y"): 1, ("C", "z"): 2}
    found = timetable(pairs([(*pair, 1, 5) for pair in fixed]), Day(3, 2, fixed=fixed))
    assert set(found.plan["table"]) == {1, 2}


def test_two_people_who_meet_twice_are_a_fault():
    plan = pl.DataFrame({"acheteur": ["A", "A"], "fournisseur": ["F", "F"], "creneau": [0, 1], "table": [1, 1]})
    assert faults(plan, Day(2, 1)) == ["A et F se rencontrent deux fois"]


@pytest.mark.parametrize(
    ("buyer", "supplier", "weight"),
    [
        (0, 3, None),
        (3, 0, None),
        (0, None, None),
        (None, 0, None),
        (None, None, None),
        (1, None, 1),
        (None, 1, 1),
        (1, 1, 1),
        (None, 3, 3),
        (3, None, 3),
        (2, 3, 6),
        (4, 4, 9),
    ],
)
def test_a_wish_is_weighed_on_each_side_of_refusal_and_silence(buyer, supplier, weight):
    asked = {"acheteur": ["A"], "fournisseur": ["F"], "numero": [1], "present": [None]}
    wishes = {"souhait_acheteur": [buyer], "souhait_fournisseur": [supplier]}
    rows = pl.LazyFrame({**asked, **wishes}, schema_overrides=dict.fromkeys(wishes, pl.Int64))
    assert weighed(rows).collect()["poids"].to_list() == ([] if weight is None else [weight])


def test_many_pairs_stand_by_name():
    names = [f"A{rank:03}" for rank in range(500)]
    rows = pl.LazyFrame({"acheteur": names[::-1], "fournisseur": "F", "numero": 1, "souhait_acheteur": 2})
    found = weighed(rows.with_columns(souhait_fournisseur=2, present=True)).collect()
    assert found["acheteur"].to_list() == names
