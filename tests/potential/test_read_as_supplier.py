"""What a supplier, a client and a lawyer would laugh at: trades that no name says, borrowed activities, sites that never return."""

from __future__ import annotations

import polars as pl
import pytest
from test_potential import need, places, structure, supply

from spaser import potential, rules

TRADES = {"cle": pl.String, "famille": pl.String}


def found(asked: pl.LazyFrame, offered: pl.LazyFrame) -> dict[str, dict]:
    rows = potential.candidates(asked, places(), offered).collect()
    return {row["siret"]: row for row in rows.iter_rows(named=True)}


BRANCHES = [
    ("sous_traitance_industrielle", "42415000", "Location de chariots élévateurs", "2562B", "51000000"),
    ("impression_communication", "22113000", "Fourniture de livres pour les médiathèques", "1812Z", "79810000"),
    ("culture", "92521100", "Restauration de tableaux du musée", "9001Z", "92312000"),
    ("formation_insertion", "80511000", "Formation des cadres au management", "8559A", "85312300"),
]


@pytest.mark.parametrize(("family", "code", "subject", "naf", "other"), BRANCHES, ids=[row[0] for row in BRANCHES])
def test_in_a_branch_that_neither_name_nor_activity_says_only_a_win_makes_a_supplier_credible(
    family, code, subject, naf, other
):
    named, winner = structure("11111111100011", naf=naf), structure("22222222200022", naf=naf, siren="222222222")
    trades = pl.LazyFrame([{"cle": "11111111100011", "famille": family}], schema=TRADES)
    wins = pl.LazyFrame(
        [
            {
                "uid": "w",
                "siren": "222222222",
                "siret": "22222222200022",
                "famille": family,
                "dateNotification": None,
                "naf": naf,
            }
        ],
        schema_overrides={"dateNotification": pl.Date},
    )
    offered = supply(named, winner, trades=trades, wins=wins)
    inside = found(need(famille=family, codeCPV=code, objet=subject, lot_annuel=100, annuel=100), offered)
    assert not inside["11111111100011"]["metier_connu"] and not inside["11111111100011"]["credible"]
    assert inside["22222222200022"]["credible"]
    outside = found(need(famille=family, codeCPV=other, objet=subject, lot_annuel=100, annuel=100), offered)
    assert outside["11111111100011"]["metier_connu"]


@pytest.mark.parametrize("branch", [True, False])
def test_a_contract_of_the_family_in_another_trade_says_nothing_of_a_branch_that_the_family_does_not_say(branch):
    won = {
        "uid": "w",
        "siren": "222222222",
        "siret": "22222222200022",
        "famille": "formation_insertion",
        "branche": branch,
    }
    wins = pl.LazyFrame([won | {"dateNotification": None}], schema_overrides={"dateNotification": pl.Date})
    offered = supply(structure("22222222200022", naf="8899B", siren="222222222"), wins=wins)
    staff = {"famille": "formation_insertion", "codeCPV": "80511000", "objet": "Formation des cadres"}
    small = {"lot_annuel": 100, "annuel": 100}
    assert found(need(**staff, **small), offered)["22222222200022"]["credible"] is branch
    insertion = staff | {"codeCPV": "85312300", "objet": "Atelier d'insertion"}
    assert found(need(**insertion, **small), offered)["22222222200022"]["credible"]


def test_the_branches_are_of_families_that_exist_and_say_why():
    table, families = rules.table("need_branches.csv"), set(rules.table("families.csv")["famille"])
    assert set(table["famille"]) <= families
    assert table["raison"].str.len_chars().min() > 20


def _metier(row: dict, family: str, *said: str) -> bool | None:
    trades = pl.LazyFrame([{"cle": row["cle"], "famille": name} for name in said], schema=TRADES)
    rows = supply(row, trades=trades).collect().filter(pl.col("famille") == family)
    return rows["metier"].item() if rows.height else None


def test_a_name_does_not_build_when_the_activity_is_insurance():
    insurer = structure("33333333300033", nom="Mutuelle d'assurance du bâtiment", naf="6512Z", types=None, ess=True)
    assert _metier(insurer, "batiment_gros_oeuvre", "batiment_gros_oeuvre") is None
    assert _metier(insurer, "assurance_finance", "batiment_gros_oeuvre")


@pytest.mark.parametrize("naf", ["8899B", "8790B", "9491Z"])
def test_an_activity_of_help_or_of_assembly_outweighs_the_words_of_a_name_but_not_of_an_inclusive_structure(naf):
    helper = structure("66666666600066", nom="Le Restaurant des familles", naf=naf, types=None, ess=True)
    assert not _metier(helper, "restauration_collective", "restauration_collective")
    workshop = structure("77777777700077", nom="Le Restaurant des familles", naf="8899B", types="ACI")
    assert _metier(workshop, "restauration_collective", "restauration_collective")
    plain = structure("88888888800088", nom="Le Restaurant des familles", naf="9499Z", types=None, ess=True)
    assert _metier(plain, "restauration_collective", "restauration_collective")


def test_a_family_of_that_very_activity_is_believed():
    nursery = structure("99999999900099", nom="Crèche du Val", naf="8891A", types=None, ess=True)
    assert _metier(nursery, "petite_enfance", "petite_enfance")


def test_a_name_is_believed_when_the_activity_agrees_with_one_of_its_words_or_says_nothing_precise():
    both = structure("44444444400044", naf="8130Z")
    assert _metier(both, "nettoyage_locaux", "espaces_verts", "nettoyage_locaux")
    silent = structure("55555555500055", naf="9499Z")
    assert _metier(silent, "nettoyage_locaux", "nettoyage_locaux")


def test_an_esat_under_the_activity_of_the_mutual_that_bears_it_insures_nobody_and_its_own_trade_stays():
    borne = structure("66666666600066", naf="6512Z", types="ESAT", statuts="ESAT")
    assert _metier(borne, "assurance_finance") is None
    assert _metier(borne, "blanchisserie", "blanchisserie")
    washing = structure("77777777700077", naf="9601B", types="ESAT", statuts="ESAT")
    assert _metier(washing, "blanchisserie")


def test_the_calendar_and_the_potential_say_the_same_of_one_operation():
    said = {
        "Construction de 28 logements, lot 9 : peinture": True,
        "Entretien des peintures de 28 logements": False,
        "Accord-cadre à bons de commande de fourniture de peinture": False,
    }
    rows = pl.DataFrame(
        {"objet": list(said), "codeCPV": ["44111400"] * 3, "accord_cadre": [None, None, True]},
        schema_overrides={"accord_cadre": pl.Boolean},
    )
    assert rows.select(rules.one_operation()).to_series().to_list() == list(said.values())
