"""Amounts, terms and orders of the potential at their limits, each read alone on both sides. Everything is invented."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from test_potential import need, places, structure, supply

from spaser import potential, rules
from spaser.potential import points, programme
from spaser.vocabulary import PROGRAMME

SETTINGS = rules.method()["potential"]


def planned(**given: object) -> dict:
    """The need of one project of a programme."""
    row = {"position": 1, "objet": "Nettoyage", "famille": "nettoyage_locaux", "date_prevue": date(2027, 1, 1)} | given
    known = {name: row.get(name) for name in PROGRAMME.schema} | {"famille": row["famille"]}
    table = pl.DataFrame([known], schema=PROGRAMME.schema | {"famille": pl.String}).with_columns(
        pl.lit(None, pl.String).alias(name)
        for name in ("famille_libelle", "famille_origine", "famille_confiance")
        if name not in PROGRAMME.schema
    )
    found = programme.of_programme(table.lazy(), buyer="111111118", place="C99001").collect()
    return found.row(0, named=True) if found.height else {}


@pytest.mark.parametrize(
    ("given", "low", "year", "whole"),
    [
        ({"dureeMois": 24}, 60_000, 60_000, 120_000),
        ({"dureeMois": 12}, 120_000, 120_000, 120_000),
        ({"dureeMois": 11}, 120_000, 120_000, 120_000),  # never less than a year
        ({"dureeMois": 13}, 110_769, 110_769, 120_000),
        ({"dureeMois": None}, 0, 120_000, 120_000),  # without a duration the low end is nothing
        ({"dureeMois": None, "annuel": True}, 120_000, 120_000, 120_000),
        ({"dureeMois": None, "annuel": False}, 0, 120_000, 120_000),
        ({"dureeMois": 24, "annuel": True}, 120_000, 120_000, 240_000),
        ({"dureeMois": 6, "annuel": True}, 120_000, 120_000, 120_000),
        ({"montant": None}, None, None, None),
    ],
)
def test_what_is_planned_is_worth_its_estimate_over_a_year_at_least(given, low, year, whole):
    row = planned(**{"montant": 120_000, "dureeMois": 24} | given)
    assert (row["annuel_bas"], row["annuel"], row["annuel_haut"], row["besoin_montant"]) == (low, year, year, whole)


@pytest.mark.parametrize(("lots", "each", "told"), [(None, 60_000, 1), (0, 60_000, 1), (1, 60_000, 1), (2, 30_000, 2)])
def test_a_lot_that_is_planned_is_worth_its_part(lots, each, told):
    row = planned(montant=120_000, dureeMois=24, lots=lots)
    assert (row["lot_annuel"], row["lots"]) == (each, told)


def test_a_project_over_or_of_no_family_is_no_need():
    assert planned(a_venir=False) == {} and planned(famille=None) == {}
    assert planned(a_venir=None)["besoin_id"] == "P-111111118-1-1"


@pytest.mark.parametrize(
    ("said", "place"), [("13", "D13"), ("2A", "D2A"), ("974", "D974"), ("13, 83", "C99001"), (None, "C99001")]
)
def test_one_departement_said_is_the_place_and_several_are_that_of_the_buyer(said, place):
    assert planned(departements=said)["lieu"] == place


PAIR = {
    "adequation": 0.5,
    "metier": None,
    "gagnes_siret": 0,
    "mots_communs": 0,
    "probabilite": 0.5,
    "preste": True,
    "metier_origine": None,
}


def of(expression: pl.Expr, **facts: object) -> object:
    kinds = {"metier": pl.Boolean, "metier_origine": pl.String, "gagnes_siret": pl.Int64, "mots_communs": pl.Int64}
    return pl.DataFrame([PAIR | facts], schema_overrides=kinds).select(expression).item()


@pytest.mark.parametrize(
    ("facts", "proven"),
    [
        ({"adequation": 0.05}, True),
        ({"adequation": 0.049}, False),
        ({"adequation": 0.0, "metier": True}, True),
        ({"adequation": 0.0, "metier": False}, False),
        ({"adequation": 0.0, "gagnes_siret": 1}, True),
        ({"adequation": 0.0, "gagnes_siret": None}, False),
        ({"adequation": 0.0, "mots_communs": 1}, True),
        ({"adequation": 0.0, "mots_communs": None}, False),
    ],
)
def test_one_proof_is_enough_to_have_a_rank(facts, proven):
    assert of(points.proven(SETTINGS), **facts) is proven


@pytest.mark.parametrize(
    ("facts", "credible"),
    [
        ({"metier": True}, True),
        ({"metier": True, "probabilite": 0.10}, True),
        ({"metier": True, "probabilite": 0.09}, False),
        ({"metier": True, "preste": False}, False),
        ({"metier": False}, False),
        ({}, False),
        ({"gagnes_siret": 1}, True),
        ({"metier": False, "gagnes_siret": 1}, True),
        ({"gagnes_siret": None}, False),
    ],
)
def test_a_supplier_is_credible_by_its_trade_or_what_it_won_and_a_chance_in_ten(facts, credible):
    assert of(points.credible(SETTINGS), **facts) is credible


@pytest.mark.parametrize(
    ("facts", "coded"),
    [
        ({"metier_origine": "activité"}, True),
        ({"metier_origine": "activité", "gagnes_siret": None}, True),
        ({"metier_origine": "activité", "gagnes_siret": 1}, False),
        ({"metier_origine": "nom"}, False),
        ({}, False),
    ],
)
def test_a_trade_known_by_a_code_alone_is_said_so(facts, coded):
    assert of(points.coded(), **facts) is coded


@pytest.mark.parametrize(
    ("place", "subject", "districts"),
    [
        ("C75056", "Travaux 13EME et 3&4ARR", [13, 3, 4]),
        ("C69123", "Crèche du 7e", [7]),
        ("C13055", "Entretien 1er arrondissement", [1]),
        ("C99001", "Travaux 13EME", []),
        ("C75056", "Lot 3", []),
        ("C75056", None, []),
    ],
)
def test_a_subject_names_the_arrondissements_of_the_three_cities_that_have_some(place, subject, districts):
    row = pl.DataFrame({"lieu": [place], "objet": [subject]}, schema={"lieu": pl.String, "objet": pl.String})
    assert row.select(points.said_districts()).item().to_list() == districts


@pytest.mark.parametrize(
    ("subject", "said"),
    [
        ("Nettoyage par des personnes en insertion", True),
        ("Chantier école de maçonnerie", True),
        ("Régie de quartier : entretien", True),
        ("Insertion d'annonces légales", False),
        ("Insertions publicitaires", False),
        ("Nettoyage", False),
        (None, False),
    ],
)
def test_a_need_asks_for_insertion_and_not_for_the_insertion_of_an_advertisement(subject, said):
    row = pl.DataFrame({"objet": [subject]}, schema={"objet": pl.String})
    assert row.select(points.said_insertion(SETTINGS)).item() is said


def test_a_need_of_insertion_or_of_disability_is_more_alike_those_that_were_won_whatever_the_words():
    def likeness(subject: str) -> float:
        return potential.resemblance(need(objet=subject)).collect()["ressemblance"].item()

    plain = likeness("Prestation")
    for subject in ("Prestation d'insertion", "Prestation de personnes en situation de handicap", "Chantier école"):
        assert likeness(subject) == pytest.approx(plain + SETTINGS["ressemblance"]["insertion"])
    assert likeness("Insertion d'annonces") == pytest.approx(plain)


def test_needs_are_told_by_potential_then_by_amount_then_by_name():
    facts = {"N3": 10_000_000, "N1": 20_000_000, "N2": 20_000_000, "N4": 5_000_000, "N5": None}
    needs = pl.concat(
        need(besoin_id=name, annuel_bas=cents, annuel=cents, annuel_haut=cents, lot_annuel=cents)
        for name, cents in facts.items()
    )
    nobody = potential.matches(needs, places(), supply(structure("33333333300000", naf="0111Z")))
    assert potential.opportunities(needs, nobody).collect()["besoin_id"].to_list() == ["N1", "N2", "N3", "N4", "N5"]


@pytest.mark.parametrize(
    ("value", "told"), [(0.06, "+0,1"), (-0.26, "−0,3"), (1.0, "+1,0"), (-2.7, "−2,7"), (0.0, "+0,0")]
)
def test_points_are_said_with_their_sign_and_one_figure(value, told):
    assert pl.DataFrame({"v": [value]}).select(points._signed(pl.col("v"))).item() == told


TERMS = {"adequation": 0.01, "metier": None, "gagnes_siret": 0, "mots_communs": 0.0, "arrondissement": None} | {
    "arrondissements": [],
    "distance_km": 0.0,
    "milieu_km": 5.0,
    "lieu_precis": True,
    "meme_region": False,
    "insertion_dite": False,
    "siae": False,
    "preste": True,
    "probabilite": 1.0,
}


@pytest.mark.parametrize(
    ("facts", "term", "worth"),
    [
        ({}, "metier", 0.0),
        ({"metier": True}, "metier", 2.0),
        ({"metier": False}, "metier", -1.0),
        ({"gagnes_siret": 1}, "famille", 1.0),
        ({"gagnes_siret": 3}, "famille", 2.0),
        ({"gagnes_siret": None}, "famille", 0.0),
        ({"mots_communs": 0.5}, "mots", 1.5),
        ({"adequation": 0.01}, "preuve", 0.0),
        ({"adequation": 0.0}, "preuve", 0.0),
        ({"adequation": 0.02}, "preuve", 0.55),
        ({"adequation": 0.16}, "preuve", 2.2),
        ({"distance_km": 5.0}, "distance", -1.0),
        ({"distance_km": 15.0}, "distance", -2.0),
        ({"lieu_precis": False}, "distance", -0.3),
        ({"distance_km": None}, "distance", 0.0),
        ({"meme_region": True}, "region", 1.5),
        ({"arrondissement": 13, "arrondissements": [13, 3]}, "arrondissement", 2.0),
        ({"arrondissement": 12, "arrondissements": [13, 3]}, "arrondissement", 0.0),
        ({"insertion_dite": True, "siae": True}, "insertion", 2.2),
        ({"insertion_dite": True}, "insertion", 0.0),
        ({"siae": True}, "insertion", 0.0),
        ({"probabilite": 0.1}, "taille", 0.0),
        ({"probabilite": 0.09}, "taille", -1.0),
        ({"preste": False}, "pret", -2.7),
    ],
)
def test_each_term_of_a_supplier_is_worth_what_the_method_says(facts, term, worth):
    kinds = {"metier": pl.Boolean, "gagnes_siret": pl.Int64, "mots_communs": pl.Float64, "distance_km": pl.Float64}
    kinds |= {"arrondissement": pl.Int32, "arrondissements": pl.List(pl.Int32)}
    rows = points.scored(pl.LazyFrame([TERMS | facts], schema_overrides=kinds), SETTINGS).collect()
    found = rows.row(0, named=True)
    assert found[f"pt_{term}"] == pytest.approx(worth)
    assert found["points"] == round(sum(found[f"pt_{name}"] for name in points.TERMS) / 0.5) * 0.5


def test_what_few_suppliers_won_many_times_is_learned_as_what_many_won():
    least, top = SETTINGS["poids_appris"]["minimum_contrats"], SETTINGS["adequation"]["activite_et_type"]
    for suppliers in (5, 10, 11):
        wins = pl.LazyFrame(
            {
                "uid": [f"u{rank}" for rank in range(least)],
                "siren": [f"{rank % suppliers:09d}" for rank in range(least)],
                "naf": ["8121Z"] * least,
                "famille": ["culture"] * least,
            }
        )
        found = potential.learned(wins).collect()
        # Ten invented winners stand beside those seen: the family won weighs most only when it has more of them.
        known = dict(found.select("famille", "poids").rows())
        assert max(known.values()) == pytest.approx(top) and min(known.values()) >= 0
        assert found["fournisseurs"].unique().to_list() == [suppliers]
