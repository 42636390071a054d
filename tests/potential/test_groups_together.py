"""Groups that stand at the same time: what a supplier can take is taken once."""

from __future__ import annotations

import polars as pl
import pytest

from spaser.potential.together import together
from spaser.vocabulary import GROUP_MEMBERS, GROUPS

METHOD = {"potential": {"groupement": {"part_mandataire": 0.25}}}


def group(need, amount, rank=1, whole=True):
    return {"besoin_id": need, "groupe": rank, "a_couvrir": amount, "complet": whole}


def seat(need, siren, takes, order=1, rank=1, capacity=10**12):
    return {"besoin_id": need, "groupe": rank, "ordre": order, "siren": siren, "prenable": takes, "capacite": capacity}


def held(groups, members, buyers=None):
    needs = {row["besoin_id"]: "Ville" for row in groups} | (buyers or {})
    made = together(
        GROUPS.conform(pl.LazyFrame(groups)).collect(),
        GROUP_MEMBERS.conform(pl.LazyFrame(members)).collect(),
        pl.DataFrame({"besoin_id": list(needs), "acheteur": list(needs.values())}),
        method=METHOD,
    )
    return dict(made.select("besoin_id", "ensemble").rows())


def two(first, second):
    """Two needs of 600 000 € and 400 000 €, both of the same two suppliers, who take these amounts."""
    members = [seat(n, s, t, o) for n in "AB" for o, (s, t) in enumerate((("1", first), ("2", second)), 1)]
    return [group("A", 60_000_000), group("B", 40_000_000)], members


@pytest.mark.parametrize(("first", "both"), [(50_000_000, True), (49_999_000, False)])
def test_two_needs_stand_together_when_their_suppliers_take_both(first, both):
    groups, members = two(first, 50_000_000)
    assert held(groups, members) == {"A": True, "B": both}


def test_a_capacity_is_shared_between_buyers_a_dependency_is_not():
    groups, members = two(40_000_000, 40_000_000)
    assert held(groups, members) == {"A": True, "B": False}
    assert held(groups, members, {"B": "Département"}) == {"A": True, "B": True}
    small = [row | {"capacite": 45_000_000} for row in members]
    assert held(groups, small, {"B": "Département"}) == {"A": True, "B": False}


def test_another_group_of_a_need_stands_when_the_first_is_busy():
    groups, members = two(50_000_000, 30_000_000)
    assert held(groups, members) == {"A": True, "B": False}
    spare = [seat("B", s, 20_000_000, o, rank=2) for o, s in enumerate("34", 1)]
    assert held([*groups, group("B", 40_000_000, 2)], [*members, *spare]) == {"A": True, "B": True}


def test_a_leader_keeps_its_part_of_each_lot():
    members = [seat(n, "1", 20_000_000, 1) for n in "AB"] + [seat(n, "2", 90_000_000, 2) for n in "AB"]
    assert held([group("A", 40_000_000), group("B", 40_000_000)], members) == {"A": True, "B": True}
    weak = [row | ({"prenable": 19_000_000} if row["siren"] == "1" else {}) for row in members]
    assert sum(held([group("A", 40_000_000), group("B", 40_000_000)], weak).values()) == 1


def test_an_incomplete_group_is_not_counted():
    assert held([group("A", 10, whole=False)], [seat("A", "1", 5)]) == {}
