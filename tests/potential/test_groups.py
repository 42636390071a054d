"""Groups: small cases by hand and by brute force, large ones within their bound, both sides of every limit."""

from __future__ import annotations

import itertools
import random

import polars as pl
import pytest

from spaser import rules
from spaser.potential.groups import Grouped, groups, units

SETTINGS = rules.method()["potential"]["groupement"]
SHARE = 0.25


def offer(siren, family="nettoyage", size=0, *, fit=0.9, km=5.0, won=1, kinds=(), need="B1", siret=None):
    """One supplier for one skill; ``size`` is what it can take a year, in cents."""
    return {
        "besoin_id": need,
        "famille": family,
        "siren": siren,
        "siret": siret or f"{siren}00011",
        "nom": siren,
        "commune": "Ville",
        "statuts": "",
        "distance_km": km,
        "adequation": fit,
        **{kind: kind in kinds for kind in ("handicap", "insertion", "ess")},
        "capacite_bas": round(size / SHARE / 2),
        "capacite": round(size / SHARE),
        "capacite_haut": round(size / SHARE * 2),
        "capacite_origine": "effectif",
        "gagnes": won,
        "gagnes_ailleurs": 0 if won is not None else None,
        "personne_physique": False,
    }


def formed(offers, amount, skills=("nettoyage",), method=None) -> Grouped:
    asked = pl.DataFrame({"besoin_id": ["B1"], "unite": ["lot"], "a_couvrir": [amount]})
    wanted = pl.DataFrame({"besoin_id": ["B1"] * len(skills), "famille": list(skills)})
    return groups(asked.lazy(), wanted.lazy(), pl.DataFrame(offers).lazy(), share=SHARE, method=method)


def worth(team, skills, amount):
    """The value of a team as the method tells it, written apart from the room: (missing, short, -value)."""
    by = {}
    for one in team:
        by.setdefault(one["siren"], []).append(one)
    fit = [max((o["adequation"] for o in team if o["famille"] == skill), default=0) for skill in skills]
    size = sum(round(max(o["capacite"] for o in rows) * SHARE) for rows in by.values())
    lead = 0
    for rows in by.values():
        large = round(max(o["capacite"] for o in rows) * SHARE) >= SETTINGS["part_mandataire"] * amount
        won = rows[0]["gagnes"]
        lead = max(lead, (1 if won is None else 2 if won > 0 else 0) if large else 0)
    kinds = sum(any(o[kind] for o in team) for kind in ("handicap", "insertion", "ess"))
    cost = sum(
        SETTINGS["membre"] + SETTINGS["distance"] * min(rows[0]["distance_km"], 100) / 100 for rows in by.values()
    )
    value = SETTINGS["aptitude"] * sum(fit) / len(skills) + SETTINGS["diversite"] * kinds
    value += SETTINGS["experience"] * (lead == 2) - cost
    missing = sum(one <= 0 for one in fit) + (size < amount) + (lead == 0)
    return missing, max(0, amount - size), -value


def best_by_hand(offers, amount, skills):
    by = {}
    for one in offers:
        by.setdefault(one["siren"], []).append(one)
    teams = (team for n in (2, 3, 4) for team in itertools.combinations(sorted(by), n))
    return min(worth([o for siren in team for o in by[siren]], skills, amount) for team in teams)


def drawn(dice, people, skills):
    """Suppliers drawn at random, one establishment each, with one or several skills."""
    rows = []
    for rank in range(people):
        siren = f"{900000000 + rank}"
        size, km = dice.randrange(5, 60) * 100_000, float(dice.randrange(0, 120))
        kinds = [kind for kind in ("handicap", "insertion", "ess") if dice.random() < 0.4]
        won = dice.choice([0, 0, 3, None])
        held = [skill for skill in skills if dice.random() < 0.6] or [skills[0]]
        rows += [
            offer(siren, skill, size, fit=dice.choice([0.4, 0.7, 0.9, 1.0]), km=km, won=won, kinds=kinds)
            for skill in held
        ]
    return rows


@pytest.mark.parametrize("seed", range(12))
def test_few_suppliers_give_the_best_of_all_the_teams(seed):
    dice = random.Random(seed)
    skills = ["nettoyage", "restauration", "numerique"][: dice.choice([1, 2, 3])]
    offers, amount = drawn(dice, dice.choice([4, 7, 9]), skills), dice.randrange(40, 160) * 100_000
    missing, _, value = best_by_hand(offers, amount, skills)
    first = formed(offers, amount, skills).groups.row(0, named=True)
    assert first["complet"] is (missing == 0)
    assert first["valeur"] == pytest.approx(-value, abs=1e-3)
    assert first["prouve"] is True


@pytest.mark.parametrize("seed", range(6))
def test_many_suppliers_give_a_team_between_nothing_and_its_bound_and_the_bound_holds(seed):
    """The search is forced (``exact`` lowered) on cases small enough to be solved by hand."""
    dice = random.Random(100 + seed)
    skills = ["nettoyage", "restauration"]
    offers, amount = drawn(dice, 14, skills), dice.randrange(40, 110) * 100_000
    missing, _, best = best_by_hand(offers, amount, skills)
    method = {"potential": {"groupement": SETTINGS | {"exact": 6}}}
    first = formed(offers, amount, skills, method).groups.row(0, named=True)
    assert missing == 0
    assert first["complet"] is True
    assert first["valeur"] <= -best + 1e-3 <= first["borne"] + 2e-3
    assert first["valeur"] >= -best - 0.5
    if first["prouve"]:
        assert first["valeur"] == pytest.approx(-best, abs=1e-3)


def test_an_incomplete_team_is_proved_only_when_no_team_at_all_could_be_complete():
    offers = [offer(f"9000000{rank:02}", size=1_000_000) for rank in range(40)]
    below, above = (formed(offers, amount).groups.row(0, named=True) for amount in (4_000_000, 4_000_001))
    assert (below["complet"], below["membres"]) == (True, 4)
    assert (above["complet"], above["prouve"]) == (False, True)


def test_a_complementary_team_goes_before_an_alike_one():
    offers = [
        offer("900000001", size=600, kinds=("insertion",)),
        offer("900000002", size=600, kinds=("insertion",)),
        offer("900000003", size=600, kinds=("handicap",)),
    ]
    team = formed(offers, 1_000).members.filter(groupe=1)
    assert set(team["siren"]) & {"900000003"}
    assert team.height == 2


def test_nobody_is_added_for_variety_alone():
    offers = [
        offer("900000001", size=600),
        offer("900000002", size=600),
        offer("900000003", size=600, km=60.0, kinds=("handicap",), fit=0.5),
    ]
    assert formed(offers, 1_000).groups["membres"].to_list() == [2]


def test_a_leader_needs_its_part_of_the_size_and_a_contract_won():
    def lead(size, won):
        offers = [offer("900000001", size=size, won=won), offer("900000002", size=900, won=0)]
        return formed(offers, 1_000).groups.row(0, named=True)

    assert lead(250, 1)["complet"] is True
    assert lead(249, 1)["complet"] is False
    assert lead(250, 0)["complet"] is False
    unknown = lead(250, None)
    assert (unknown["complet"], unknown["mandataire_sur"]) == (True, None)


def test_two_establishments_of_one_company_are_one_member():
    offers = [
        offer("900000001", size=600),
        offer("900000001", size=600, siret="90000000100029"),
        offer("900000002", size=300),
    ]
    found = formed(offers, 1_000)
    assert found.groups["prenable"].to_list() == [900]
    assert found.gaps.select("manque", "montant", "a_structurer").rows() == [("capacite", 100, True)]


def test_teams_of_a_need_share_nobody():
    found = formed([offer(f"90000000{rank}", size=600) for rank in range(6)], 1_000)
    assert found.groups["groupe"].to_list() == [1, 2, 3]
    assert found.members["siren"].n_unique() == found.members.height == 6


def test_a_skill_that_nobody_has_is_an_empty_chair_to_structure():
    offers = [offer("900000001", size=600), offer("900000002", size=600)]
    found = formed(offers, 1_000, ("nettoyage", "restauration"))
    assert found.groups["complet"].to_list() == [False]
    assert found.gaps.select("manque", "famille", "a_structurer").rows() == [("competence", "restauration", True)]


def test_nobody_within_reach_gives_no_team_and_one_chair_per_skill():
    found = formed([offer("900000001", need="autre")], 1_000)
    assert found.groups.height == 0
    assert found.gaps.select("manque", "a_structurer").rows() == [("competence", True)]


def test_one_supplier_alone_leaves_the_chairs_it_does_not_hold():
    found = formed([offer("900000001", size=400)], 1_000)
    assert found.groups.height == 0
    assert found.gaps.select("manque", "montant").rows() == [("capacite", 600)]


def test_only_what_no_supplier_takes_alone_is_looked_at():
    needs = pl.DataFrame(
        {
            "besoin_id": ["seul", "juste", "lot", "tout", "vide"],
            "lot_annuel": [900, 1_000, 1_001, 500, None],
            "annuel": [900, 1_000, 1_001, 1_001, None],
        }
    )
    skills = needs.select("besoin_id", famille=pl.lit("nettoyage"))
    offers = pl.DataFrame([offer("900000001", size=1_000, need=need) for need in needs["besoin_id"]])
    offers = offers.with_columns(capacite=pl.lit(4_000))
    found = units(needs.lazy(), skills.lazy(), offers.lazy(), share=SHARE).collect()
    assert found.rows() == [("lot", "lot", 1_001), ("tout", "besoin", 1_001)]


def test_several_skills_in_one_supplier_are_needed_to_take_a_need_alone():
    needs = pl.DataFrame({"besoin_id": ["B1"], "lot_annuel": [100], "annuel": [100]})
    skills = pl.DataFrame({"besoin_id": ["B1", "B1"], "famille": ["nettoyage", "restauration"]})
    one = [offer("900000001", "nettoyage", 1_000), offer("900000002", "restauration", 1_000)]
    both = [*one, offer("900000001", "restauration", 1_000)]
    assert units(needs.lazy(), skills.lazy(), pl.DataFrame(one).lazy(), share=SHARE).collect().height == 1
    assert units(needs.lazy(), skills.lazy(), pl.DataFrame(both).lazy(), share=SHARE).collect().height == 0


def test_the_order_of_the_rows_changes_nothing():
    offers = drawn(random.Random(5), 30, ["nettoyage", "restauration"])
    first = formed(offers, 9_000_000, ("nettoyage", "restauration"))
    random.Random(1).shuffle(offers)
    again = formed(offers, 9_000_000, ("restauration", "nettoyage"))
    assert first.groups.equals(again.groups)
    assert first.members.equals(again.members)
