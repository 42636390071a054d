"""What a buyer buys, who in the ESS could supply it, how much and by which lever: situations counted by hand."""

from __future__ import annotations

import math
import tomllib
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from spaser import potential, rules
from spaser.vocabulary import CANDIDATES, CONTRACTS, NEEDS, OPPORTUNITIES, PLACES, SUPPLY

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "potential.toml").read_text(encoding="utf-8"))
AS_OF = date(2024, 6, 1)
METHOD = rules.method()["potential"]
#: Part of the lots that find a taker when suppliers sure to serve and to be able are so many (three answers in ten).
ANSWERS = METHOD["participation"]["value"]


def contracts(rows: list[dict], **common) -> pl.LazyFrame:
    """Contracts of one invented buyer; amounts in euros; a family and a place for all."""
    base = {
        "acheteur_siren": "111111118",
        "famille": "nettoyage_locaux",
        "famille_libelle": "Nettoyage",
        "famille_origine": "cpv",
        "famille_confiance": 0.95,
        "lieu": "C99001",
        "lieu_libelle": "Fictiville",
        "acheteur_libelle": "Ville fictive",
        "accord_cadre": False,
        "titulaire_ess": None,
        "titulaire_inclusif": None,
    } | common
    full = [
        base
        | row
        | {"montant": 100 * row["montant"], "montant_retenu": None if row.get("retenu") == 0 else 100 * row["montant"]}
        for row in rows
    ]
    for row in full:
        row.setdefault("consultation", row["uid"])
        row.pop("retenu", None)
    extra = {
        "famille": pl.String,
        "famille_libelle": pl.String,
        "famille_origine": pl.String,
        "famille_confiance": pl.Float64,
        "lieu": pl.String,
        "lieu_libelle": pl.String,
        "acheteur_libelle": pl.String,
        "titulaire_ess": pl.Boolean,
        "titulaire_inclusif": pl.Boolean,
    }
    schema = CONTRACTS.schema | extra
    return pl.LazyFrame([{name: row.get(name) for name in schema} for row in full], schema=schema)


def structure(cle: str, **facts) -> dict:
    """One invented establishment: an EI of cleaning of 10 to 19 people in Fictiville, unless said otherwise."""
    base = {
        "cle": cle,
        "siren": cle[:9],
        "siret": cle if len(cle) == 14 else None,
        "nom": f"Structure {cle[:3]}",
        "code_commune": "99001",
        "commune": "Fictiville",
        "departement": "99",
        "region": "00",
        "lon": 2.0,
        "lat": 48.0,
        "naf": "8121Z",
        "types": "EI",
        "ess": None,
        "statuts": "EI",
        "statut_au": date(2024, 1, 1),
        "statut_source": "liste inventée",
        "tranche_effectifs": "11",
        "personne_physique": False,
        "chiffre_affaires": None,
    }
    return base | facts


SCHEMA = {
    "cle": pl.String,
    "siren": pl.String,
    "siret": pl.String,
    "nom": pl.String,
    "code_commune": pl.String,
    "commune": pl.String,
    "departement": pl.String,
    "region": pl.String,
    "lon": pl.Float64,
    "lat": pl.Float64,
    "naf": pl.String,
    "types": pl.String,
    "ess": pl.Boolean,
    "statuts": pl.String,
    "statut_au": pl.Date,
    "statut_source": pl.String,
    "tranche_effectifs": pl.String,
    "personne_physique": pl.Boolean,
    "chiffre_affaires": pl.Int64,
}


def structures(*rows: dict) -> pl.LazyFrame:
    return pl.LazyFrame(list(rows), schema=SCHEMA)


def supply(*rows: dict, **options) -> pl.LazyFrame:
    # Settled at once, as the studies do: a plan that holds the supply several times takes seconds to be optimised.
    return potential.supply(structures(*rows), **options).collect().lazy()


def need(**facts) -> pl.LazyFrame:
    """One need of cleaning, 100 000 € a year in one lot, in Fictiville."""
    base = {
        "besoin_id": "N1",
        "acheteur_siren": "111111118",
        "famille": "nettoyage_locaux",
        "lieu": "C99001",
        "objet": "Nettoyage",
        "codeCPV": "90911200",
        "dureeMois": 24,
        "lots": 1,
        "actif": True,
        "recurrence": "presumee",
        "etat": "actionnable",
        "etat_libelle": "actionnable",
        "etat_action": "agir",
        "etat_raison": "",
        "annuel_bas": 10_000_000,
        "annuel": 10_000_000,
        "annuel_haut": 10_000_000,
        "lot_annuel": 10_000_000,
    }
    row = base | facts
    return pl.LazyFrame([{name: row.get(name) for name in NEEDS.schema}], schema=NEEDS.schema)


def places(lon: float = 2.0, lat: float = 48.0, lieu: str = "C99001") -> pl.LazyFrame:
    row = {"lieu": lieu, "code_commune": lieu[1:], "departement": "99", "region": "00", "lon": lon, "lat": lat}
    return pl.LazyFrame([{name: row.get(name) for name in PLACES.schema}], schema=PLACES.schema)


def judged(needs: pl.LazyFrame, found: pl.LazyFrame, **options) -> dict:
    return potential.opportunities(needs, found, **options).collect().row(0, named=True)


# --- Needs ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES["needs"], ids=lambda case: case["name"])
def test_needs_are_annual_and_count_each_maximum_once(case):
    found = potential.needs(contracts(case["contracts"]), as_of=AS_OF).collect()
    assert found.height == len(case["expected"])
    for row, expected in zip(found.to_dicts(), case["expected"], strict=True):
        for name, value in expected.items():
            cents = name.startswith("annuel") or name.startswith("lot_annuel")
            assert row[name] == (100 * value if cents else value), (name, row[name])


def test_lots_of_a_need_that_end_apart_tell_the_first_end_that_can_still_be_prepared():
    lot = {
        "objet": "Nettoyage des écoles communales",
        "montant": 50_000,
        "consultation": "C1",
        "dateNotification": date(2024, 1, 1),
    }
    ends = (date(2024, 8, 31), date(2024, 9, 1), date(2026, 1, 1))
    rows = [lot | {"uid": f"u{i}", "dureeMois": 24, "fin_contrat": end} for i, end in enumerate(ends)]
    found = potential.needs(contracts(rows), as_of=AS_OF).collect().row(0, named=True)
    assert (found["premiere_fin"], found["echeance"]) == (ends[1], ends[2])
    assert found["consultations"] == "C1"


def test_needs_do_not_depend_on_the_order_of_contracts():
    rows = [row for case in CASES["needs"] for row in case["contracts"][:1]]
    rows = [row | {"uid": f"u{i}", "objet": f"{row['objet']} {'abcdefghij'[i] * 5}"} for i, row in enumerate(rows)]
    one = potential.needs(contracts(rows), as_of=AS_OF).collect()
    other = potential.needs(contracts(rows[::-1]), as_of=AS_OF).collect()
    assert one.equals(other)


def test_every_contract_of_a_need_is_named_once_with_its_campaign():
    rows = CASES["needs"][6]["contracts"]
    found = potential.members(contracts(rows)).collect()
    assert found.select("uid", "campagne", "derniere").sort("uid").rows() == [("a", 1, False), ("b", 2, True)]


def test_a_need_ended_for_more_than_a_year_is_no_longer_active():
    rows = [
        {
            "uid": "a",
            "objet": "Nettoyage des écoles",
            "montant": 1000,
            "dureeMois": 12,
            "dateNotification": date(2020, 1, 1),
        }
    ]
    assert potential.needs(contracts(rows), as_of=AS_OF).collect()["actif"].to_list() == [False]


def test_what_the_ess_already_has_is_unknown_without_a_register_and_counted_with_one():
    rows = [
        {
            "uid": "a",
            "objet": "Nettoyage des écoles",
            "montant": 1000,
            "dureeMois": 12,
            "dateNotification": date(2024, 1, 1),
            "consultation": "a",
        },
        {
            "uid": "b",
            "objet": "Nettoyage des crèches",
            "montant": 3000,
            "dureeMois": 12,
            "dateNotification": date(2024, 1, 1),
            "consultation": "a",
        },
    ]
    assert potential.needs(contracts(rows), as_of=AS_OF).collect()["acquis_part"].to_list() == [None]
    rows[0] |= {"titulaire_ess": True}
    rows[1] |= {"titulaire_ess": False, "titulaire_inclusif": False}
    assert potential.needs(contracts(rows), as_of=AS_OF).collect()["acquis_part"].to_list() == [0.25]


# --- Supply --------------------------------------------------------------------------------------------------------------


def test_an_activity_confirmed_by_the_kind_is_worth_more_than_either():
    table = supply(structure("11111111100011")).filter(pl.col("famille") == "nettoyage_locaux").collect()
    assert table["adequation"].to_list() == [METHOD["adequation"]["activite_et_type"]]


def test_structures_that_only_lend_staff_count_for_clauses_never_for_reservations():
    kinds = ("AI", "ETTI", "GEIQ", "EATT")
    table = supply(
        *(structure(f"{i}2222222200011", types=kind, naf="7820Z") for i, kind in enumerate(kinds, 1))
    ).collect()
    assert not table["preste"].any() and not table["handicap"].any() and not table["insertion"].any()
    assert table["clause"].all()


def test_reservations_are_by_basis_and_a_geiq_is_not_eligible_by_right():
    kinds = {
        "EA": (True, False),
        "ESAT": (True, False),
        "EI": (False, True),
        "ACI": (False, True),
        "GEIQ": (False, False),
        "SEP": (False, False),
    }
    for kind, (disability, insertion) in kinds.items():
        row = supply(structure("11111111100011", types=kind, naf=None)).collect().row(0, named=True)
        assert (row["handicap"], row["insertion"]) == (disability, insertion), kind


def test_an_esat_of_a_large_association_has_the_size_of_an_esat_and_not_its_nurseries():
    esat = structure("33333333300011", types="ESAT", naf="8810C", tranche_effectifs=None)
    nursery = {
        "siren": "333333333",
        "siret": "33333333300029",
        "famille": "petite_enfance",
        "dateNotification": date(2023, 1, 1),
    }
    table = supply(esat, wins=pl.LazyFrame([nursery])).collect()
    sizes = rules.table("supply_capacity.csv").filter(pl.col("type") == "ESAT").row(0, named=True)
    assert table["capacite_haut"].max() == 100 * int(sizes["effectif_haut"]) * int(sizes["ca_haut"])
    served = dict(table.select("famille", "adequation").rows())
    assert served["petite_enfance"] < METHOD["adequation"]["seuil_credible"] < served["espaces_verts"]
    row = table.filter(pl.col("famille") == "petite_enfance").row(0, named=True)
    assert (row["gagnes"], row["gagnes_siret"]) == (1, 0)


def test_an_insertion_site_of_a_town_hall_does_not_have_the_size_of_the_town_hall():
    site = structure("44444444400011", types="ACI", naf="8411Z", tranche_effectifs="51")
    row = supply(site).collect().row(0, named=True)
    assert row["capacite_origine"] == "taille usuelle du type (hypothèse)"


def test_a_structure_that_also_lends_staff_delivers_only_what_its_delivering_kind_does():
    both = supply(structure("44444444400011", types="EI, ETTI", naf="7820Z")).collect()
    alone = supply(structure("44444444400011", types="EI", naf="7820Z")).collect()
    assert both.select("famille", "adequation").equals(alone.select("famille", "adequation"))


def test_a_contract_won_by_the_establishment_itself_is_certain():
    win = {"siren": "111111111", "siret": "11111111100011", "famille": "culture", "dateNotification": date(2023, 1, 1)}
    table = (
        supply(structure("11111111100011"), wins=pl.LazyFrame([win])).filter(pl.col("famille") == "culture").collect()
    )
    assert table.select("adequation", "gagnes", "gagnes_siret", "dernier_gagne").row(0) == (1.0, 1, 1, date(2023, 1, 1))


def test_a_turnover_given_wins_over_the_staff_band():
    row = supply(structure("11111111100011", chiffre_affaires=100_000_000)).collect().row(0, named=True)
    assert (row["capacite_bas"], row["capacite_haut"]) == (80_000_000, 120_000_000)
    assert row["capacite_origine"] == "chiffre d'affaires"


def test_learned_weights_need_enough_contracts_and_move_towards_what_is_won():
    def won(n: int) -> pl.LazyFrame:
        return pl.LazyFrame(
            {
                "uid": [f"u{i}" for i in range(n)],
                "siren": [f"{i:09d}" for i in range(n)],
                "naf": ["8121Z"] * n,
                "famille": ["culture"] * n,
            }
        )

    assert potential.learned(won(METHOD["poids_appris"]["minimum_contrats"] - 1)).collect().height == 0
    taught = dict(potential.learned(won(40)).select("famille", "poids").collect().rows())
    assert taught["culture"] == pytest.approx(METHOD["adequation"]["activite_et_type"])
    assert taught["nettoyage_locaux"] < taught["culture"]


# --- Within reach --------------------------------------------------------------------------------------------------------


def test_a_supplier_at_the_edge_of_the_radius_is_in_and_just_beyond_is_out():
    # Due north, one kilometre is 1/111.19 of a degree of latitude on the sphere used.
    per_km = 180 / (math.pi * 6371.0088)
    inside, outside = (
        structure(f"{i}1111111100011", lat=48.0 + km * per_km, code_commune=f"9900{i}")
        for i, km in ((2, 29.9), (3, 30.1))
    )
    found = potential.candidates(need(), places(), supply(inside, outside), radius=30).collect()
    assert found.filter(pl.col("adequation") > 0.5)["siret"].to_list() == ["21111111100011"]
    assert found["distance_km"].max() == pytest.approx(29.9, abs=0.01)


def test_the_distance_to_a_group_is_the_distance_to_its_nearest_member():
    both = pl.concat([places(2.0, 48.0, "A200000000"), places(3.0, 48.0, "A200000000")])
    near = structure("11111111100011", lon=3.05)
    found = potential.candidates(need(lieu="A200000000"), both, supply(near), radius=10).collect()
    assert found["distance_km"].min() == pytest.approx(3.72, abs=0.02)


def test_a_need_without_a_place_is_matched_only_by_suppliers_of_national_reach():
    assert potential.candidates(need(lieu=None), places(), supply(structure("11111111100011"))).collect().height == 0
    digital = structure("11111111100011", types=None, ess=True, statuts="ESS", naf="6201Z")
    found = potential.candidates(need(lieu=None, famille="numerique_services"), places(), supply(digital)).collect()
    assert found["portee"].to_list() == ["national"]


# --- Amounts -------------------------------------------------------------------------------------------------------------


def exact(cle: str, euros: int = 10_000_000, **facts) -> dict:
    """A structure with a turnover so large that it can take any lot of these cases."""
    return structure(cle, chiffre_affaires=100 * euros, **facts)


def certain(*sirets: str) -> pl.LazyFrame:
    """Each of these establishments has won in cleaning before: its adequation is one."""
    return pl.LazyFrame(
        [
            {"siren": s[:9], "siret": s, "famille": "nettoyage_locaux", "dateNotification": date(2023, 1, 1)}
            for s in sirets
        ]
    )


def test_no_supplier_gives_no_potential_and_no_lever():
    row = judged(need(), CANDIDATES.empty().lazy())
    assert (row["candidats"], row["potentiel"], row["potentiel_haut"], row["levier"]) == (0, 0, 0, "rien")
    assert row["limite"] == "aucun fournisseur à portée"


def test_one_credible_supplier_is_not_none():
    one = "11111111100011"
    found = potential.candidates(
        need(famille="juridique"), places(), supply(exact(one, types=None, ess=True, naf="6910Z"))
    )
    row = judged(need(famille="juridique"), found)
    assert (row["credibles"], row["levier"]) == (1, "sourcing")
    assert row["potentiel"] > 0


def test_the_expected_amount_follows_the_number_of_takers():
    sirets = [f"{i}1111111100011" for i in range(1, 8)]
    for n in (1, 3, 7):
        found = potential.candidates(need(), places(), supply(*map(exact, sirets[:n]), wins=certain(*sirets[:n])))
        row = judged(need(), found)
        assert row["credibles"] == n
        assert row["lecture_offre"] == pytest.approx(10_000_000 * (1 - math.exp(-ANSWERS * n)), rel=1e-3)


def test_many_capable_structures_allow_the_market_to_be_reserved_with_its_article():
    sirets = [f"{i}1111111100011" for i in range(1, 5)]
    row = judged(need(), potential.candidates(need(), places(), supply(*map(exact, sirets), wins=certain(*sirets))))
    assert (row["levier"], row["levier_article"], row["lecture_loi"]) == (
        "reserver_insertion",
        "CCP L2113-13, R2113-7",
        10_000_000,
    )
    assert "4 structures d'insertion" in row["levier_raison"]


def test_a_four_year_budget_does_not_quadruple_dependency():
    short = {
        "uid": "a",
        "objet": "Nettoyage des écoles",
        "montant": 100_000,
        "dureeMois": 12,
        "dateNotification": date(2024, 1, 1),
    }
    long = short | {"montant": 400_000, "dureeMois": 48}
    shares = []
    for row in (short, long):
        needs = potential.needs(contracts([row]), as_of=AS_OF)
        shares.append(
            potential.candidates(needs, places(), supply(structure("11111111100011"))).collect()["dependance"].to_list()
        )
    assert shares[0] == shares[1]


def test_a_service_of_the_list_for_four_years_cannot_be_reserved_as_it_stands():
    sirets = [f"{i}1111111100011" for i in range(1, 5)]
    childcare = {"famille": "petite_enfance", "codeCPV": "85312110"}
    wins = certain(*sirets).with_columns(famille=pl.lit("petite_enfance"))
    offer = supply(*(exact(s, types=None, ess=True, naf="8891A") for s in sirets), wins=wins)
    for months, lever, law in ((36, "reserver_ess", 10_000_000), (48, "reserver_ess_duree", 0)):
        asked = need(**childcare, dureeMois=months)
        row = judged(asked, potential.candidates(asked, places(), offer))
        assert (row["levier"], row["lecture_loi"]) == (lever, law)


def test_a_code_outside_the_list_is_never_reserved_to_the_ess():
    sirets = [f"{i}1111111100011" for i in range(1, 5)]
    wins = certain(*sirets).with_columns(famille=pl.lit("petite_enfance"))
    offer = supply(*(exact(s, types=None, ess=True, naf="8891A") for s in sirets), wins=wins)
    asked = need(famille="petite_enfance", codeCPV="80410000", dureeMois=12)
    row = judged(asked, potential.candidates(asked, places(), offer))
    assert (row["levier"], row["lecture_loi"]) == ("critere", 0)


def test_a_supplier_wanted_by_three_families_gives_its_capacity_once():
    sirets = [f"{i}1111111100011" for i in range(1, 5)]
    families = ("nettoyage_locaux", "espaces_verts", "proprete_urbaine")
    wins = pl.concat([certain(*sirets).with_columns(famille=pl.lit(name)) for name in families])
    offer = supply(*(exact(siret, euros=100_000) for siret in sirets), wins=wins)
    lots = {"lots": 5, "lot_annuel": 2_000_000}
    asked = pl.concat([need(besoin_id=f"N{name}{i}", famille=name, **lots) for i in range(10) for name in families])
    found = potential.candidates(asked, places(), offer)
    rows = potential.opportunities(asked, found)
    assert set(rows.collect()["levier"]) == {"reserver_lot"}
    envelopes = ANSWERS * 4 * 0.30 * math.sqrt(80_000 * 120_000) * 100
    gross, nets = rows.collect()["potentiel"].sum(), potential.net(rows, found).collect()["potentiel_net"].sum()
    assert nets == pytest.approx(envelopes, rel=1e-4) and nets < gross
    assert nets < potential.net(rows, found, dependency=1.0).collect()["potentiel_net"].sum() <= gross


def test_low_middle_and_high_are_in_order_and_never_pass_the_need():
    sirets = [f"{i}1111111100011" for i in range(1, 6)]
    for amount in (1_000_000, 10_000_000, 500_000_000):
        asked = need(annuel=amount, annuel_haut=2 * amount, annuel_bas=0, lot_annuel=amount)
        row = judged(asked, potential.candidates(asked, places(), supply(*map(structure, sirets))))
        assert 0 <= row["potentiel"] <= row["potentiel_haut"] <= 2 * amount


def test_peers_are_not_measured_under_ten_and_exclude_the_buyer():
    def world(n: int) -> pl.LazyFrame:
        return pl.concat(
            [
                need(besoin_id=f"N{i}", acheteur_siren=f"{i:09d}", acquis=i * 100_000, acquis_part=i / 100)
                for i in range(n + 1)
            ]
        )

    for n, measured in ((9, False), (10, True)):
        kinds = pl.LazyFrame(
            {"acheteur_siren": [f"{i:09d}" for i in range(n + 1)], "acheteur_categorie": ["commune"] * (n + 1)}
        )
        row = judged(need(acheteur_siren="000000000"), CANDIDATES.empty().lazy(), every=world(n), kinds=kinds)
        assert row["repere_n"] == n
        assert (row["lecture_repere"] is not None) == measured
        assert (row["potentiel_bas"] is not None) == measured


# --- Levers and lots -----------------------------------------------------------------------------------------------------

LEVER_COLUMNS = {
    "handicap_entiers": 0,
    "insertion_entiers": 0,
    "reservables_entiers": 0,
    "quatre_suffisent": 0,
    "ess_entiers": 0,
    "cpv_2113_15": 0,
    "cpv_specifique": 0,
    "duree": None,
    "lots": 1,
    "alloti_oui": 0,
    "lots_non_lus": 0,
    "lot_reperes": 0,
    "supposes": 0,
    "reperes_codes": 0,
    "liste_annee": 2020,
    "lots_connus": 1,
    "clause_obligatoire": False,
    "lot_reservables": 0,
    "reservables": 0,
    "lots_utiles": 1,
    "part_allotie": 0.0,
    "heures_clause": 0,
    "clause_candidats": 0,
    "ess_credibles": 0,
    "candidats": 0,
    "codes_seuls": 0,
    "credibles": 0,
    "lot_annuel": 0,
    "reservation_usuelle": 3,
    "adressable": 1.0,
    "concession": False,
    "entiers": 0,
    "lot_credibles": 0,
    "formalise": False,
    "seuil_douteux": False,
    "famille_annuelle": 50_000_000,
    "besoin_montant": 0,
    "lot_montant": 0,
    "type_marche_travaux": 0,
    "type_marche_fournitures": 0,
    "accord_cadre_oui": 0,
    "part_main": 0.0,
    "heures_portees": 1,
    "depenses": 0,
    "famille_sociale": 0,
    "acquis_part": 0.0,
    "marge_lots": 5,
    "handicap_credibles": 0,
    "livres": 0,
    "secours": 0,
    "agec": 0,
    "seuil": 21_600_000,
    "etat": "actionnable",
    "etat_action": "agir",
    "etat_libelle": "actionnable",
    "etat_raison": "",
}


@pytest.mark.parametrize("case", CASES["levers"], ids=lambda case: case["name"])
def test_the_ladder_gives_the_expected_rung(case):
    row = LEVER_COLUMNS | case["need"]
    frame = pl.LazyFrame([row], schema_overrides={"duree": pl.Int32})
    found = potential.advise(frame, 0.3).collect().row(0, named=True)
    assert found["levier"] == case["expected"]
    assert found["levier_raison"] and found["levier_changerait"]


@pytest.mark.parametrize("case", CASES["levers"], ids=lambda case: case["name"])
def test_a_private_buyer_is_told_of_no_reservation_threshold_or_allotment(case):
    row = LEVER_COLUMNS | case["need"]
    found = (
        potential.advise(pl.LazyFrame([row], schema_overrides={"duree": pl.Int32}), 0.3, under_code=False)
        .collect()
        .row(0, named=True)
    )
    told = " ".join(str(value) for name, value in found.items() if name.startswith("levier")).lower()
    assert not [word for word in ("réserv", "seuil", "allot", " lot", "ccp", "l2113", "clause") if word in told]
    assert ("Achat qui compte pour l'emploi" in found["leviers"]) == (row["handicap_credibles"] > 0)
    assert found["levier"] == ("gre_a_gre" if row["credibles"] else "rencontrer" if row["candidats"] else "rien")


def test_every_main_rung_of_the_ladder_is_reached_by_a_case():
    assert {case["expected"] for case in CASES["levers"]} == {
        rung["code"] for rung in potential.ladder() if rung["main"]
    }


@pytest.mark.parametrize("case", CASES["combined"], ids=lambda case: case["name"])
def test_rungs_that_are_never_alone_combine_with_the_lever(case):
    frame = pl.LazyFrame([LEVER_COLUMNS | case["need"]], schema_overrides={"duree": pl.Int32})
    found = potential.advise(frame, 0.3).collect().row(0, named=True)
    labels = {rung["code"]: rung["label"] for rung in potential.ladder()}
    assert all(labels[code] in found["leviers"].split(" ; ") for code in case["expected"]), found["leviers"]
    assert not [code for code in case.get("absent", []) if labels[code] in found["leviers"].split(" ; ")]
    assert labels[found["levier"]] not in found["leviers"].split(" ; ")


def test_every_rung_that_only_combines_is_reached_by_a_case():
    assert {code for case in CASES["combined"] for code in case["expected"]} >= {
        rung["code"] for rung in potential.ladder() if not rung["main"]
    }


def test_a_need_that_awaits_no_action_has_no_lever_and_says_its_state():
    frame = pl.LazyFrame(
        [
            LEVER_COLUMNS
            | {
                "handicap_entiers": 9,
                "reservables_entiers": 9,
                "etat_action": "conserver",
                "etat_libelle": "déjà réservé",
            }
        ],
        schema_overrides={"duree": pl.Int32},
    )
    found = potential.advise(frame, 0.3).collect().row(0, named=True)
    assert (found["levier"], found["levier_libelle"]) == ("sans_objet", "À conserver : déjà réservé")
    assert found["levier_refus"].startswith("Réservation sans objet : déjà réservé.")


def test_a_concession_is_advised_by_its_own_articles_only():
    asked = {
        "concession": True,
        "reservables": 2,
        "candidats": 5,
        "credibles": 5,
        "famille_annuelle": 1,
        "ess_credibles": 5,
    }
    for formalise in (True, False):
        frame = pl.LazyFrame(
            [LEVER_COLUMNS | asked | {"heures_clause": 900, "clause_candidats": 4, "clause_obligatoire": formalise}],
            schema_overrides={"duree": pl.Int32},
        )
        found = potential.advise(frame, 0.3).collect().row(0, named=True)
        assert (found["levier"], found["leviers"]) == ("concession_part", "")


def test_a_clause_is_still_advised_when_the_amount_of_the_need_is_unknown():
    frame = pl.LazyFrame(
        [LEVER_COLUMNS | {"clause_obligatoire": None, "heures_clause": 70, "clause_candidats": 1}],
        schema_overrides={"duree": pl.Int32, "clause_obligatoire": pl.Boolean},
    )
    assert potential.advise(frame, 0.3).collect()["levier"].item() == "clause_sociale"


def test_every_lever_of_the_law_is_a_rung_or_says_why_it_is_out_of_reach():
    known = rules.toml("lever_law.toml")["levers"]
    rungs = [*potential.ladder(), *potential.ladder(False)]
    reached = {rung.get("law", rung["code"]) for rung in rungs}
    left = {entry["law"]: entry["why"] for entry in rules.toml("levers.toml")["out_of_reach"]}
    assert set(known) <= reached | set(left)
    assert set(left) <= set(known) and not set(left) & reached
    assert all(len(why) > 30 for why in left.values())


def test_a_refusal_to_reserve_says_what_lacked_with_its_figure():
    frame = pl.LazyFrame(
        [LEVER_COLUMNS | {"handicap_entiers": 1, "insertion_entiers": 0}], schema_overrides={"duree": pl.Int32}
    )
    told = potential.advise(frame, 0.3).collect()["levier_refus"].item()
    assert "aucun de ceux-ci : structures d'insertion crédibles pour le besoin entier" in told
    assert "le code CPV n'est pas dans la liste de L2113-15" in told
    assert "achats annuels de la famille : 500 000\u00a0€ HT, il en faut moins de 60 000" in told.replace("\u202f", " ")
    assert "1 : oui" not in told and "centimes" not in told


STATE = {
    "objet": "Nettoyage",
    "famille": "nettoyage_locaux",
    "famille_doute": False,
    "echeance": date(2027, 1, 1),
    "subsequent": False,
    "sans_concurrence": False,
    "part_reserve": 0.0,
    "part_clause": 0.0,
    "part_critere": 0.0,
    "acquis_part": 0.0,
    "origine": "contrats",
    "recurrence": "presumee",
    "accord_cadre": False,
    "codeCPV": "90911200",
}


@pytest.mark.parametrize("case", CASES["states"], ids=lambda case: case["name"])
def test_the_state_of_a_need_is_the_first_whose_conditions_hold(case):
    from spaser.potential.standing import standing

    row = dict.fromkeys(NEEDS.columns) | STATE | case["need"]
    row = {name: None if value == "" else value for name, value in row.items()}
    frame = pl.LazyFrame([row], schema_overrides=NEEDS.schema)
    assert standing(frame, AS_OF).collect()["etat"].item() == case["expected"]


def test_a_state_that_compares_a_column_that_needs_lack_says_so():
    from spaser.potential.standing import standing

    with pytest.raises(KeyError, match=r"need_states.toml, reserve: no column \['part_reserve'\]"):
        standing(pl.LazyFrame([STATE]).drop("part_reserve"), AS_OF)


def test_every_state_is_reached_by_a_case():
    assert {case["expected"] for case in CASES["states"]} == {state["code"] for state in potential.states()}


def test_every_rung_but_the_last_names_its_legal_basis_and_its_confidence():
    for rung in potential.ladder()[:-1]:
        assert rung["article"] and rung["confidence"] in rules.CONFIDENCES


def test_smaller_lots_help_until_they_no_longer_do():
    sirets = [f"{i}1111111100011" for i in range(1, 7)]
    asked = need(annuel=600_000_00, annuel_haut=600_000_00, lot_annuel=600_000_00)
    offer = supply(*(exact(s, euros=400_000) for s in sirets), wins=certain(*sirets))
    table = potential.allotment(asked, potential.candidates(asked, places(), offer)).collect()
    assert table["lots"].to_list() == sorted(table["lots"].to_list())
    # An envelope of about 120 000 € takes none of one lot of 600 000 €, and one of six lots of 100 000 €.
    assert table.filter(pl.col("lots") == 1)["part"].item() == 0
    assert table.filter(pl.col("lots") == 6)["capables"].item() == 6
    assert table.filter(pl.col("lots") == 6)["part"].item() == pytest.approx(
        1 - math.exp(-ANSWERS * 6 * (1 / 6) * 1), abs=0.06
    )
    useful = table.filter("utile")["lots"].max()
    assert 1 < useful < table["lots"].max()


def test_a_territory_shows_families_without_supply_and_supply_without_demand():
    communes = pl.LazyFrame({"code_commune": ["99001", "99002"], "commune": ["Fictiville", "Sainte-Invention"]})
    asked = pl.concat([need(), need(besoin_id="N2", famille="traiteur", lieu="D99"), need(besoin_id="N3", actif=False)])
    offer = supply(
        structure("11111111100011"),
        structure("21111111100011", naf="9601A", code_commune="99002"),
        structure("31111111100011", code_commune="98000"),
    )
    rows = {
        (row["code_commune"], row["famille"]): row
        for row in potential.balance(asked, offer, communes).collect().to_dicts()
    }
    whole = rows["ensemble", "nettoyage_locaux"]
    assert (whole["besoins"], whole["demande"], whole["fournisseurs"]) == (1, 10_000_000, 1)
    assert rows["99001", "nettoyage_locaux"]["fournisseurs"] == 1
    assert rows["ensemble", "traiteur"]["etat"].startswith("demande sans offre")
    assert ("99001", "traiteur") not in rows
    assert rows["99002", "blanchisserie"]["etat"].startswith("offre sans demande")


def test_suppliers_too_unlikely_to_serve_the_family_bring_no_capacity():
    weak = structure("11111111100011", types="ACI", naf=None)
    row = judged(need(), potential.candidates(need(), places(), supply(weak)))
    assert (row["candidats"], row["credibles"], row["lecture_offre"]) == (1, 0, 0)


def test_the_tables_have_the_columns_of_the_vocabulary():
    found = potential.candidates(need(), places(), supply(structure("11111111100011")))
    assert found.collect_schema().names() == CANDIDATES.columns
    assert potential.opportunities(need(), found).collect_schema().names() == OPPORTUNITIES.columns
    assert supply(structure("11111111100011")).collect_schema().names() == SUPPLY.columns


def test_every_family_has_a_reach_and_every_kind_serves_families_that_exist():
    families = set(rules.table("families.csv")["famille"])
    assert set(rules.table("families_reach.csv")["famille"]) == families
    assert set(rules.table("kind_families.csv")["famille"]) <= families
    assert set(rules.table("kind_families.csv")["type"]) <= set(rules.table("siae_types.csv")["code"])


def test_every_assumption_of_the_potential_has_its_reason():
    assert all(value.get("reason") for value in METHOD.values())


# --- Places, end to end --------------------------------------------------------------------------------------------------


def test_a_place_is_a_commune_a_departement_or_the_territory_of_the_buyer():
    from spaser.studies import potential as opportunities

    asked = {
        "75113": "Code arrondissement",
        "75": "Code département",
        "77": "Code département",
        "93001": "Code commune",
        "FR": "Code pays",
    }
    frame = pl.LazyFrame(
        {
            "uid": list(asked),
            "acheteur_siren": ["213105554"] * 5,
            "acheteur_libelle": ["Toulouse"] * 5,
            "lieuExecution_code": list(asked),
            "lieuExecution_typeCode": list(asked.values()),
        }
    )
    found = opportunities.place(frame).collect()
    assert found["lieu"].to_list() == ["C75056", "C75056", "D77", "C93001", "C31555"]
    members = opportunities.places(found.lazy()).collect()
    assert members.filter(pl.col("lieu") == "D77").height > 400
    assert members.filter(pl.col("lieu") == "C31555")["code_commune"].to_list() == ["31555"]


@pytest.fixture(scope="module")
def demo():
    import spaser

    data = Path(__file__).parents[2] / "data"
    result = spaser.diagnose(sorted(data.glob("marches_demo*.json")), registers=sorted(data.glob("registre_demo*.csv")))
    return result, spaser.potential_of(result)


def test_the_demo_gives_needs_suppliers_and_a_report_whose_totals_agree(demo):
    from spaser.studies.potential import handover

    result, found = demo
    active = found.opportunities.filter(pl.col("etat_action") == "agir")
    assert found.families["annuel"].sum() == active["annuel"].sum()
    assert found.families["potentiel"].sum() == active["potentiel"].sum()
    whole = handover.report(result, found)
    assert [section.id for section in whole.sections] == ["potentiel", "besoins"]
    assert [block.id for block in whole.annexes][:3] == ["besoins", "fournisseurs par besoin", "hypothèses"]
    assert "Potentiel ESS" in handover.summary(found)


def test_low_middle_high_and_yearly_amount_are_in_order_and_add_up_at_every_level(demo):
    _, found = demo
    rows = found.opportunities
    low = pl.coalesce("potentiel_bas", pl.lit(0))
    assert (
        rows.filter(
            ~(
                (low <= pl.col("potentiel"))
                & (pl.col("potentiel") <= pl.col("potentiel_haut"))
                & (pl.col("potentiel_haut") <= pl.col("annuel"))
            )
        ).height
        == 0
    )
    idle = rows.filter(pl.col("etat_action") != "agir")
    assert idle.height and idle.select(pl.col("potentiel", "potentiel_haut").sum()).row(0) == (0, 0)
    for name in ("potentiel", "potentiel_haut"):
        by_need = dict(rows.filter(pl.col("etat_action") == "agir").group_by("famille").agg(pl.col(name).sum()).rows())
        assert dict(found.families.select("famille", name).rows()) == by_need


def test_every_running_need_is_counted_once_in_a_state(demo):
    _, found = demo
    told = potential.counted(found.opportunities.lazy()).collect()
    assert told["besoins"].sum() == found.opportunities.height


def test_the_file_of_needs_is_in_euros_once(demo, tmp_path):
    import csv

    from spaser.studies.potential import handover

    result, found = demo
    handover.write(result, found, tmp_path)
    with (tmp_path / "besoins.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    for name in ("annuel", "potentiel"):
        euros = sum(float(row[name].replace(",", ".")) for row in rows if row[name])
        assert euros == pytest.approx(found.opportunities[name].sum() / 100)


def test_several_buyers_together_use_a_capacity_once(demo):
    import spaser

    result, found = demo
    alone = [
        spaser.potential_of(result.base, buyer=siren).families["potentiel"].sum()
        for siren in result.base.buyers["acheteur_siren"]
    ]
    assert found.families["potentiel"].sum() < sum(alone)


def test_natural_persons_are_masked_in_what_is_handed_over(demo):
    from spaser.deliverables.report import MASK
    from spaser.sections.potential import sourcing

    _, found = demo
    need_id = found.candidates.filter("preste")["besoin_id"][0]
    person = found.candidates.with_columns(personne_physique=pl.lit(True))
    assert set(sourcing(person, need_id, "un besoin").frame["nom"]) == {MASK}


def test_without_a_register_the_potential_says_what_to_do(demo):
    from dataclasses import replace

    import spaser

    with pytest.raises(spaser.Problem, match="--registre"):
        spaser.potential_of(replace(demo[0].base, register=None, establishments=None))


def test_a_smaller_radius_never_finds_more_suppliers(demo):
    import spaser

    result, _ = demo
    counts = [spaser.potential_of(result, radius=km).opportunities["candidats"].sum() for km in (5, 30, 100)]
    assert counts == sorted(counts)
    with pytest.raises(spaser.Problem, match="rayon"):
        spaser.potential_of(result, radius=-1)


def test_the_list_of_specific_services_is_wider_than_that_of_the_reservation_to_the_ess():
    rows = pl.LazyFrame({"codeCPV": ["55523100", "85310000", "90910000", None]})
    wide = rows.select(rules.specific_service("codeCPV")).collect().to_series().to_list()
    narrow = set(rules.table("reserved_ess_cpv.csv").filter(pl.col("sorte") == "listee")["codeCPV"])
    assert wide == [True, True, False, None]
    assert "55523100" not in narrow and "85310000" in narrow and "90910000" not in narrow
