"""Buyers are named, never multiplied, and found from half a name."""

from __future__ import annotations

import polars as pl
import pytest

from spaser import buyers, territories
from spaser.problems import Problem

CONTRACTS = pl.LazyFrame(
    {
        "uid": ["a", "b", "c", "d", "e"],
        "acheteur_id": ["21750001600019", "21750001600019", "00000110900017", "00000110900017", "20005801400014"],
        "acheteur_siren": ["217500016", "217500016", "000001109", "000001109", "200058014"],
        "acheteur_nom": ["VILLE", None, "Ville d'Aubrelle (fictive)", "Ville d'Aubrelle (fictive)", None],
    }
)


@pytest.fixture(scope="module")
def named() -> pl.DataFrame:
    return buyers.name(CONTRACTS, territories.one_per_siren()).collect()


@pytest.fixture(scope="module")
def catalogue(named) -> pl.DataFrame:
    return buyers.catalogue(named.lazy()).collect()


def test_a_siren_that_is_both_a_commune_and_a_departement_never_multiplies_rows(named):
    assert named.height == 5
    paris = named.filter(pl.col("acheteur_siren") == "217500016")
    assert paris["acheteur_categorie"].to_list() == ["commune et département"] * 2
    assert paris["acheteur_libelle"].to_list() == ["Paris"] * 2


def test_a_buyer_unknown_to_the_reference_keeps_the_name_the_files_give(named):
    assert named.filter(pl.col("uid") == "c")["acheteur_libelle"].item() == "Ville d'Aubrelle (fictive)"


def test_a_buyer_of_several_names_keeps_the_most_frequent_then_the_first_in_the_alphabet():
    names = {"00000110900017": ["Zed", "Zed", "Alpha"], "00000111700010": ["Beta", "Alpha"]}
    rows = [
        {"uid": f"{siret}{n}", "acheteur_id": siret, "acheteur_siren": siret[:9], "acheteur_nom": name}
        for siret, given in names.items()
        for n, name in enumerate(given)
    ]
    found = buyers.name(pl.LazyFrame(rows), territories.one_per_siren()).collect()
    assert dict(found.select("acheteur_id", "acheteur_libelle").unique().rows()) == {
        "00000110900017": "Zed",
        "00000111700010": "Alpha",
    }


@pytest.mark.parametrize("text", ["paris", "PARIS", "217500016", "21750001600019", "Parsi", "21750001"])
def test_a_buyer_is_found_whatever_the_accents_case_typos_or_part_of_its_siret(catalogue, text):
    assert buyers.search(catalogue, text)["acheteur_siren"][0] == "217500016"


@pytest.mark.parametrize("text", ["grand orly", "Seine Bievre", "grand-orly seine bièvre", "grand orli"])
def test_half_a_name_chooses_the_only_buyer_that_answers(catalogue, text):
    assert buyers.choose(catalogue, text) == "200058014"


def test_nine_digits_inside_another_identifier_never_match(catalogue):
    assert buyers.search(catalogue, "175000160").is_empty()


def test_an_ambiguous_name_lists_the_candidates_with_their_siren():
    two = pl.DataFrame(
        {
            "acheteur_siren": ["000000018", "000000026"],
            "acheteur_libelle": ["Ville de Clairval (fictive)", "Département de Clairval (fictif)"],
            "acheteur_categorie": ["commune", "département"],
            "sirets": [["00000001800015"], ["00000002600015"]],
            "contrats": [3, 2],
        }
    )
    with pytest.raises(Problem, match=r"Plusieurs acheteurs.*000000018.*000000026"):
        buyers.choose(two, "clairval")


def test_an_unknown_name_says_which_buyers_the_files_hold(catalogue):
    with pytest.raises(Problem, match=r"Aucun acheteur ne répond.*Aubrelle"):
        buyers.choose(catalogue, "zzzzzz qqqq")


def test_a_weak_likeness_offers_three_buyers_and_takes_none():
    names = [f"Syndicat des eaux de Val-{name} (fictif)" for name in ("Brun", "Clair", "Doux", "Frais", "Gris")]
    known = pl.DataFrame(
        {
            "acheteur_siren": [f"00000001{rank}" for rank in range(5)],
            "acheteur_libelle": names,
            "acheteur_categorie": ["syndicat"] * 5,
            "sirets": [[f"00000001{rank}00015"] for rank in range(5)],
            "contrats": [5, 4, 3, 2, 1],
        }
    )
    found = buyers.search(known, "sindicat dezo")
    assert found.height == 5 and found["proximite"][0] < buyers.CLEAR
    with pytest.raises(Problem, match="Vouliez-vous dire") as told:
        buyers.choose(known, "sindicat dezo")
    assert sum(name in str(told.value) for name in names) == 3


@pytest.mark.parametrize(
    ("likeness", "taken"),
    [([80.0], "000000010"), ([79.9], None), ([95.0, 94.9], "000000010"), ([95.0, 95.0], None), ([94.9, 80.0], None)],
)
def test_a_name_is_taken_from_the_likeness_that_is_clear_and_when_it_is_alone(likeness, taken):
    found = pl.DataFrame(
        {
            "acheteur_siren": [f"00000001{rank}" for rank in range(len(likeness))],
            "acheteur_libelle": [f"Acheteur inventé {rank}" for rank in range(len(likeness))],
            "proximite": likeness,
        }
    )
    assert buyers.sure(found, "un autre nom") == taken


def test_a_name_is_offered_from_a_likeness_of_62_on_and_not_below(monkeypatch):
    known = pl.DataFrame(
        {
            "acheteur_siren": ["000000018", "000000026"],
            "acheteur_libelle": ["Ville inventée", "Région inventée"],
            "acheteur_categorie": ["commune", "région"],
            "sirets": [["00000001800015"], ["00000002600015"]],
            "contrats": [3, 2],
        }
    )
    monkeypatch.setattr(buyers.problems, "nearness", lambda wanted, labels: [62.0, 61.9])
    assert buyers.search(known, "peu semblable")["acheteur_siren"].to_list() == ["000000018"]


def invented(names, contracts):
    return pl.DataFrame(
        {
            "acheteur_siren": [f"00000001{rank}" for rank in range(len(names))],
            "acheteur_libelle": names,
            "acheteur_categorie": ["commune"] * len(names),
            "sirets": [[f"00000001{rank}00015"] for rank in range(len(names))],
            "contrats": contracts,
        }
    )


def test_an_exact_name_comes_first_then_the_closest_then_who_has_most_contracts(monkeypatch):
    known = invented(["Val", "Vallon", "Vallée", "Val d'or", "Valence"], [1, 9, 5, 7, 7])
    monkeypatch.setattr(buyers.problems, "nearness", lambda wanted, labels: [90.0, 90.0, 95.0, 90.0, 90.0])
    found = buyers.search(known, "val")
    assert found["acheteur_libelle"].to_list() == ["Val", "Vallée", "Vallon", "Val d'or", "Valence"]


def test_an_unknown_name_lists_eight_buyers_of_the_files_at_most():
    known = invented([f"Commune inventée {letter}" for letter in "ABCDEFGHIJ"], list(range(10, 0, -1)))
    with pytest.raises(Problem) as told:
        buyers.choose(known, "zzzzzz qqqq")
    assert "inventée H" in str(told.value) and "inventée I" not in str(told.value)


def test_who_buys_most_comes_first_then_the_smallest_siren():
    sirens = ["000000026", "000000018", "000000034", "000000034", None]
    rows = pl.LazyFrame({"acheteur_siren": sirens}).with_columns(
        acheteur_libelle=pl.lit("Ville inventée"),
        acheteur_categorie=pl.lit(None, pl.String),
        acheteur_id="acheteur_siren",
    )
    assert buyers.catalogue(rows).collect().select("acheteur_siren", "contrats").rows() == [
        ("000000034", 2),
        ("000000018", 1),
        ("000000026", 1),
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [("00000001000015", 1), ("00000001000023", 0), ("0000", 2), ("00000001", 2), ("000000011", 1)],
    ids=["son SIRET", "un autre établissement", "quatre chiffres", "huit chiffres", "un SIREN"],
)
def test_a_number_is_looked_for_as_the_beginning_of_a_siret_of_the_buyer(text, found):
    assert buyers.search(invented(["Val", "Mont"], [1, 2]), text).height == found


def test_fewer_than_four_figures_are_words_of_a_name():
    assert buyers.search(invented(["Zone 123", "Mont"], [1, 2]), "123")["acheteur_libelle"].to_list() == ["Zone 123"]


def test_an_exact_name_is_taken_among_names_that_hold_it_unless_two_bear_it():
    assert buyers.choose(invented(["Val", "Val d'or", "Val de Loing"], [1, 9, 9]), "val") == "000000010"
    with pytest.raises(Problem, match="Plusieurs acheteurs"):
        buyers.choose(invented(["Val", "VAL", "Val d'or"], [1, 9, 9]), "val")


def test_one_weak_likeness_is_offered_and_never_taken(monkeypatch):
    monkeypatch.setattr(buyers.problems, "nearness", lambda wanted, labels: [70.0])
    with pytest.raises(Problem, match="Vouliez-vous dire : Val"):
        buyers.choose(invented(["Val"], [1]), "vol")


def test_a_search_shows_twelve_buyers_at_most():
    known = invented([f"Commune inventée {letter}" for letter in "ABCDEFGHIJKLMN"], [1] * 14)
    assert buyers.search(known, "commune inventee").height == buyers.search(known, "0000").height == 12
