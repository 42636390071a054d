"""The number beside a lever: those who can answer that lever, never more, and none beside a duty or a criterion."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from spaser import potential, rules
from spaser.potential import groups as teams
from spaser.potential import map as opportunities_map
from spaser.sections.summary.words import met
from tests.potential.test_potential import LEVER_COLUMNS, certain, exact, judged, need, places, structure, supply


def advised(**facts) -> dict:
    frame = pl.LazyFrame([LEVER_COLUMNS | facts], schema_overrides={"duree": pl.Int32, "lots": pl.Int32})
    return potential.advise(frame, 0.3).collect().row(0, named=True)


def test_a_reserved_lot_counts_those_who_may_answer_it_and_not_the_whole_ess():
    found = advised(
        alloti_oui=1, lots=3, lots_connus=3, lot_reservables=11, reservables=17, credibles=400, ess_credibles=384
    )
    assert (found["levier"], found["levier_fournisseurs"]) == ("reserver_lot", 11)
    assert found["levier_population"] == "fournisseurs réservables crédibles à la taille d'un lot"


def test_a_reservation_to_one_public_counts_that_public_alone():
    found = advised(insertion_entiers=3, reservables_entiers=3, credibles=40)
    assert (found["levier"], found["levier_fournisseurs"]) == ("reserver_insertion", 3)


@pytest.mark.parametrize("facts", [{"ess_credibles": 3}, {"clause_obligatoire": True, "heures_clause": 70}])
def test_a_criterion_and_a_duty_stand_beside_no_number_of_suppliers(facts):
    found = advised(credibles=3, candidats=9, entiers=1, clause_candidats=5, **facts)
    assert found["levier"] in potential.without_euros()
    assert (found["levier_fournisseurs"], found["levier_population"]) == (None, None)
    assert "fournisseurs" not in found["levier_raison"]
    assert met(None, None) == ""


def test_a_clause_counts_the_structures_that_could_carry_it():
    found = advised(heures_clause=70, clause_candidats=271, credibles=0, candidats=271)
    assert (found["levier"], found["levier_fournisseurs"]) == ("clause_sociale", 271)


@pytest.mark.parametrize("due", [True, False])
def test_a_clause_quotes_no_hours_which_the_plan_alone_gives_and_as_an_interval(due):
    found = advised(heures_clause=250, clause_candidats=271, credibles=0, candidats=271, clause_obligatoire=due)
    assert "271 structures" in found["levier_raison"] and "d'après la dépense" in found["levier_raison"]
    assert "250" not in found["levier_raison"]


def test_every_lever_but_a_duty_a_criterion_and_nothing_says_whom_it_counts():
    known = rules.toml("levers.toml")["columns"]
    for rung in (*potential.ladder(), *potential.ladder(False)):
        if rung["main"]:
            none = rung.get("effect") == "aucun" or rung["code"] == "rien"
            assert none or known[rung["count"]]["unit"] == "fournisseurs", rung["code"]
            assert not (none and "count" in rung), rung["code"]


def test_the_plan_says_whom_the_number_counts():
    assert met(0, "structures d'insertion") == " ; structures d'insertion : à chercher"
    assert "un seul connu, ce n'est pas une concurrence" in met(1, "structures d'insertion")
    assert met(3, "structures d'insertion") == " ; structures d'insertion : 3"
    assert met(31, "structures") == " ; structures : 31, à trier par le sourçage"


def test_a_lot_is_reserved_when_two_lots_are_known_and_not_when_one_is():
    facts = {"alloti_oui": 1, "lot_reservables": 9, "reservables": 9, "candidats": 9, "credibles": 9, "entiers": 9}
    assert advised(lots_connus=2, **facts)["levier"] == "reserver_lot"
    assert advised(lots_connus=1, **facts)["levier"] == "sourcing"


def test_a_need_is_refused_for_being_divided_or_for_not_being_and_never_for_both():
    divided = advised(alloti_oui=1, lots_connus=1, candidats=1)["levier_refus"]
    whole = advised(alloti_oui=0, lots_connus=1, candidats=1)["levier_refus"]
    assert "Réserver le marché (handicap et insertion) : le besoin est déjà alloti" in divided
    assert "Réserver un lot : le besoin n'est pas alloti" in whole and "déjà alloti" not in whole


@pytest.mark.parametrize(
    ("credible", "said"),
    [
        (0, "9 fournisseurs à portée, aucun crédible."),
        (1, "un seul crédible : ce n'est pas une concurrence"),
        (2, "9 fournisseurs à portée, 2 crédibles."),
    ],
)
def test_sourcing_says_how_many_it_rests_on(credible, said):
    found = advised(candidats=9, credibles=credible, entiers=credible)
    assert found["levier"] == "sourcing" and said in found["levier_raison"]
    assert ("un seul" in found["levier_raison"]) is (credible == 1)


def test_all_who_are_supposed_are_said_to_be_all():
    facts = {"lot_reperes": 4, "candidats": 4, "alloti_oui": 0}
    assert "mais pour tous la capacité" in advised(supposes=4, **facts)["levier_raison"]
    assert "mais pour 3 d'entre eux la capacité" in advised(supposes=3, **facts)["levier_raison"]


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        (0, "4 fournisseurs réservables disent ce métier, mais"),
        (1, "4 fournisseurs réservables : 3 disent ce métier, 1 d'après son seul code d'activité, mais"),
        (3, "4 fournisseurs réservables : 1 dit ce métier, 3 d'après leur seul code d'activité, mais"),
        (4, "4 fournisseurs réservables, tous connus par leur seul code d'activité, mais"),
    ],
)
def test_an_activity_code_is_no_trade_that_a_reservable_supplier_says(codes, said):
    row = advised(lot_reperes=4, candidats=4, alloti_oui=0, supposes=4, reperes_codes=codes)
    assert row["levier_raison"].startswith(said)


def test_one_name_in_one_commune_is_one_supplier_whatever_its_apostrophe():
    sirets = [f"{i}1111111100011" for i in range(1, 4)]
    for names, expected in ((("L EQUIPAGE", "L'Équipage", "Autre"), 2), (("L EQUIPAGE", "L EQUIPE", "Autre"), 3)):
        rows = [exact(siret, nom=name) for siret, name in zip(sirets, names, strict=True)]
        found = potential.candidates(need(), places(), supply(*rows, wins=certain(*sirets)))
        assert judged(need(), found)["credibles"] == expected


def test_the_amount_that_the_law_lets_reserve_is_the_amount_a_year_beside_it():
    sirets = [f"{i}1111111100011" for i in range(1, 5)]
    asked = need(annuel=281_250_00, annuel_haut=562_500_00)
    row = judged(asked, potential.candidates(asked, places(), supply(*map(exact, sirets), wins=certain(*sirets))))
    assert row["lecture_loi"] == row["annuel"] == 281_250_00
    none = judged(asked, potential.candidates(asked, places(), supply(exact(sirets[0], types="GEIQ"))))
    assert none["lecture_loi"] == 0 and "rien à réserver" in none["loi_raison"]


def test_within_reach_is_said_of_those_within_the_radius_alone():
    near, far = opportunities_map.LOCAL, opportunities_map.NATIONAL
    rows = [("a", near, True, 2.0), ("a", far, False, 2.0), ("b", far, True, None), ("c", far, True, 2.0)]
    table = pl.DataFrame(rows, schema=["siret", "portee", "code_seul", "lon"], orient="row")
    counts = opportunities_map.counted(
        table.with_columns(siren="siret", lat="lon", famille_libelle=pl.lit("Linge"), potentiel=1)
    )
    assert (counts.near, counts.anywhere, counts.total, counts.coded, counts.lost) == (1, 2, 3, 2, 1)


def test_an_activity_code_alone_is_no_trade_that_a_structure_says():
    coded, named = structure("33333333300000"), structure("44444444400000", nom="Net Service", naf=None)
    won = structure("55555555500000")
    said = pl.LazyFrame({"cle": ["44444444400000"], "famille": ["nettoyage_locaux"]})
    rows = supply(coded, named, won, wins=certain("55555555500000"), trades=said)
    found = potential.candidates(need(), places(), rows).collect()
    told = dict(found.select("siret", "raison").rows())
    assert dict(found.select("siret", "code_seul").rows()) == {
        "33333333300000": True,
        "44444444400000": False,
        "55555555500000": False,
    }
    assert (
        "métier d'après le seul code d'activité" in told["33333333300000"]
        and "métier dit (nom)" in told["44444444400000"]
    )
    row = judged(need(), found.lazy())
    assert (row["credibles"], row["codes_seuls"]) == (3, 1)


@pytest.mark.parametrize(("codes", "said"), [(0, ""), (2, ", dont 2 par leur seul"), (5, ", tous par leur seul")])
def test_the_reason_says_how_many_are_known_by_their_code_alone(codes: int, said: str):
    text = advised(candidats=9, credibles=5, codes_seuls=codes)["levier_raison"]
    assert f"5 crédibles{said}" in text and ("code d'activité" in text) is bool(codes)


def test_a_supplier_whose_list_says_no_commune_says_that_its_distance_is_not_known():
    asked, digital = need(famille="numerique_services", codeCPV="72260000"), {"naf": "6201Z"}
    unplaced = structure("33333333300000", lon=None, lat=None, code_commune=None, **digital)
    (text,) = potential.candidates(asked, places(), supply(unplaced)).collect()["raison"]
    assert text.endswith("distance inconnue : la liste ne dit pas la commune")
    (near,) = potential.candidates(asked, places(), supply(structure("33333333300000", **digital))).collect()["raison"]
    assert "distance inconnue" not in near


@pytest.mark.parametrize(
    "listed, facts, reserved",
    [
        (date(2020, 12, 31), {"tranche_effectifs": None}, False),
        (date(2023, 11, 29), {"tranche_effectifs": None}, True),
        (date(2020, 12, 31), {"tranche_effectifs": "11"}, True),
    ],
    ids=["old list and supposed size", "list of three years", "old list and known staff"],
)
def test_a_reservation_does_not_rest_on_supposed_sizes_of_an_old_list(listed, facts, reserved):
    """Three insertion companies whose trade their activity says; nobody has won the family."""
    rows = [structure(f"{i}1111111100011", statut_au=listed, nom=f"Structure {i}", **facts) for i in range(1, 5)]
    asked = need(annuel=1_000_000, annuel_haut=1_000_000, lot_annuel=1_000_000)
    row = judged(asked, potential.candidates(asked, places(), supply(*rows)), as_of=date(2026, 11, 29))
    assert row["credibles"] == 4
    assert (row["levier"] == "reserver_insertion") is reserved
    if not reserved:
        assert row["levier"] == "sourcing_reserver" and "liste de 2020" in row["levier_raison"]


@pytest.mark.parametrize(("credible", "told"), [(0, (None, None)), (1, (1, "fournisseurs crédibles"))])
def test_a_sourcing_stands_beside_those_who_are_credible_never_beside_nobody(credible, told):
    found = advised(candidats=12, credibles=credible)
    assert found["levier"] == "sourcing"
    assert (found["levier_fournisseurs"], found["levier_population"]) == told


@pytest.mark.parametrize("beyond", [0, 1])
def test_a_group_is_advised_only_where_the_chairs_of_groups_say_that_four_reach_the_need(beyond: int):
    offered = supply(structure("333333333"), structure("444444444"))
    found = potential.matches(need(annuel=10**12, lot_annuel=10**12), places(), offered).collect()
    asked = {"annuel": int(found["prenable"].sum()) + beyond, "acheteur_siren": "111111118"}
    asked |= {"lot_annuel": asked["annuel"], "annuel_haut": asked["annuel"]}
    pairs = potential.candidates(need(**asked), places(), offered)
    told = judged(need(**asked), pairs)
    rows = pairs.with_columns(famille=pl.lit("nettoyage_locaux"))
    skills = need(**asked).select("besoin_id", "famille")
    share = rules.method()["potential"]["dependance"]["value"]
    seated = teams.groups(teams.units(need(**asked), skills, rows, share=share), skills, rows, share=share)
    short = "capacite" in seated.gaps["manque"].to_list()
    assert (told["levier"] == "groupement") is not short and short is bool(beyond)
    assert ("à quatre au plus" in told["levier_raison"]) is not short
