"""Moving one choice of the potential: what is kept from the move before never changes the answer."""

from __future__ import annotations

from pathlib import Path

import pytest
from polars.testing import assert_frame_equal

from spaser import potential
from spaser.potential import match
from spaser.potential.match import reachable, within, within_reach
from spaser.studies import diagnostic
from spaser.studies import potential as opportunities
from spaser.studies.potential import needs as against

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture(scope="module")
def base():
    return diagnostic.prepare(
        sorted(DATA.glob("marches_demo*.json")), registers=sorted(DATA.glob("registre_demo*.csv"))
    )


@pytest.mark.parametrize("radius", [None, 5.0, 30.0, 49.0, 75.0, 100.0])
def test_distances_measured_further_than_asked_keep_the_same_suppliers_at_the_same_distance(base, radius):
    mine, supply = opportunities.chosen(base, ()), opportunities.ground(base).supply.lazy()
    asked, places = mine.needs.lazy().select("lieu", "famille").drop_nulls("famille").unique(), mine.places.lazy()
    order = ["lieu", "famille", "ligne"]
    once = within(reachable(asked, places, supply, furthest=100.0), radius).sort(order).collect()
    again = within_reach(asked, places, supply, radius=radius).sort(order).collect()
    assert once.height > 100
    assert once.equals(again)


@pytest.mark.parametrize(("radius", "share"), [(None, 0.3), (10.0, 0.3), (100.0, 0.5)])
def test_a_move_gives_what_computing_everything_gives(base, radius, share):
    opportunities.potential_of(base, radius=60.0, dependency=0.2)
    moved = opportunities.potential_of(base, radius=radius, dependency=share)
    mine, supply = opportunities.chosen(base, ()), moved.supply.lazy()
    plain = potential.matches(
        mine.needs.lazy(),
        mine.places.lazy(),
        supply,
        radius=radius,
        dependency=share,
        past=mine.past.lazy(),
        method=base.method,
    ).collect()
    assert potential.describe(plain.lazy(), supply, against.SHOWN).collect().equals(moved.candidates)


@pytest.mark.parametrize("together", [1, 7])
def test_needs_matched_by_parts_give_what_all_at_once_give(base, monkeypatch, together):
    mine, ground = opportunities.chosen(base, ()), opportunities.ground(base)
    told = []
    for size in (10**6, together):
        monkeypatch.setattr(against, "TOGETHER", size)
        told.append(
            against.weighed(
                mine.needs, ground.supply, dependency=0.3, method=base.method, past=mine.past, as_of=base.as_of
            )
        )
    assert mine.needs.height > together
    for one, other in zip(*told, strict=True):
        assert_frame_equal(one, other, rel_tol=1e-12)


def test_what_was_done_for_the_buyer_is_the_same_by_parts_and_all_at_once(base, monkeypatch):
    order, told = ["besoin_id", "siren"], []
    for size in (10**6, 7):
        monkeypatch.setattr(against, "TOGETHER", size)
        opportunities.chosen.cache_clear()
        told.append(opportunities.chosen(base, ()).past.sort(order))
    opportunities.chosen.cache_clear()
    assert told[0].height > 7
    assert_frame_equal(*told)


def test_only_who_is_credible_or_among_the_first_is_kept_once_all_were_counted(base, monkeypatch):
    monkeypatch.setattr(against, "SHOWN", 2)
    mine, ground = opportunities.chosen(base, ()), opportunities.ground(base)
    told = against.weighed(mine.needs, ground.supply, dependency=0.3, method=base.method, as_of=base.as_of)
    assert told.found["credible"].all() and told.named["rang"].max() == 2
    assert told.opportunities["credibles"].sum() == told.found.height
    assert told.opportunities["candidats"].sum() > told.named.height


def test_suppliers_are_ranked_by_need_the_best_first_then_the_nearest(base):
    found = opportunities.taken(base, (), 30.0, 0.3).named
    rows = found.group_by("besoin_id", maintain_order=True).agg("rang", "points", "ex_aequo", "distance_km")
    for ranks, points, ties, _ in rows.drop("besoin_id").rows():
        assert points == sorted(points, reverse=True)
        assert [1 + sum(other > own for other in points) for own in points] == ranks
        assert [points.count(own) for own in points] == ties


def test_a_move_does_not_look_again_for_the_suppliers_written_twice(base, monkeypatch):
    opportunities.ground(base)
    looked = []
    monkeypatch.setattr(match, "once", lambda supply: looked.append(supply) or supply)
    assert opportunities.taken(base, (), 33.0, 0.3).found.height
    assert not looked
    against.weighed(
        opportunities.chosen(base, ()).needs, opportunities.ground(base).supply, dependency=0.3, method=base.method
    )
    assert len(looked) == 1


def test_a_choice_seen_before_is_not_computed_again(base):
    first = opportunities.taken(base, (), 30.0, 0.3)
    opportunities.taken(base, (), 60.0, 0.3)
    assert opportunities.taken(base, (), 30.0, 0.3) is first
