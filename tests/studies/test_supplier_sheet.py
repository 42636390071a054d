"""The sheet of one supplier: found by number or name, its contracts and statuses, what comes up; nothing private on it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import polars as pl
import pytest

import spaser
from spaser.cli import main
from spaser.problems import Problem
from spaser.studies.acting.supplier import compose as supplier
from spaser.studies.acting.supplier import conditions, facts, handover, told
from spaser.vocabulary import REGISTER

DATA = Path(__file__).parents[2] / "data"
CONTRACTS, LISTS = sorted(DATA.glob("marches_demo*.json")), sorted(DATA.glob("registre_demo*.csv"))


@pytest.fixture(scope="module")
def base():
    return spaser.prepare(CONTRACTS, registers=LISTS)


@pytest.fixture(scope="module")
def sheet(base):
    return spaser.sheet_of(base, "000 001 016 00013")


def test_its_contracts_are_those_that_carry_its_number_each_once(base, sheet):
    held = base.holders.filter(pl.col("titulaire_siren") == "000001016").collect()
    assert sheet.wins.height == held["uid"].n_unique() > 0
    assert sheet.wins["montant_haut"].sum() == held["montant_haut"].sum()
    assert sheet.wins["dateNotification"].to_list() == sorted(sheet.wins["dateNotification"], reverse=True)


def test_a_number_a_unit_and_a_name_mean_the_same_supplier(base, sheet):
    names = supplier._known(base)
    for who in ("000001016", "association brindille services", "BRINDILLE Services"):
        assert supplier._siren(base, who) == sheet.siren == "000001016"
    assert names.filter(pl.col("siren") == sheet.siren).height


@pytest.mark.parametrize(
    ("who", "told"),
    [
        ("123456789", "n'a le numéro"),
        ("12345", "ni un SIREN"),
        ("zzz inconnu", "ne s'appelle"),
        ("services", "répondent à"),
        ("  ", "vide"),
    ],
)
def test_a_supplier_that_cannot_be_told_is_said_with_what_to_do(base, who, told):
    with pytest.raises(Problem, match=told):
        supplier._siren(base, who)


def test_an_approval_that_ends_within_twelve_months_is_said_on_both_sides_of_the_limit(base):
    ends = {
        "A": date(2027, 10, 31),
        "B": date(2027, 11, 1),
        "C": date(2026, 10, 31),
        "D": date(2026, 10, 30),
        "E": None,
    }
    rows = [
        {"siren": siren, "statut": "ESUS", "depuis": date(2021, 6, 1), "jusqua": end, "au": date(2026, 9, 30)}
        for siren, end in ends.items()
    ]
    told = facts.statuses(REGISTER.conform(pl.LazyFrame(rows)), date(2026, 10, 31))
    states = dict(told.select("siren", "etat").rows())
    assert states["A"].startswith("finit")
    assert states["B"] == "en cours"
    assert states["C"].startswith("finit")
    assert states["D"] == "terminé"
    assert states["E"] == "en cours à la date de la liste"


def test_what_comes_up_is_within_the_time_and_never_carries_advice_or_rivals(sheet, tmp_path):
    *_, path = handover.write(sheet, tmp_path)
    assert sheet.ahead.height
    assert (sheet.ahead["echeance"] >= sheet.as_of).all()
    heads = {str(cell.value) for name in openpyxl.load_workbook(path) for cell in name[1]}
    assert not {head for head in heads if "evier" in head or "Rang" in head or "Partenaire" in head}
    assert (tmp_path / "fiche.pdf").read_bytes()[:4] == b"%PDF"


def test_the_partners_of_a_possible_group_are_not_on_the_sheet(base):
    found = spaser.potential_of(base, dependency=0.1)
    made = spaser.groups_of(found, method=base.method)
    siren = made.members["siren"][0]
    shared = supplier._shared(made, siren)
    assert shared.height == made.members.filter(siren=siren).height
    others = set(made.members.filter(pl.col("siren") != siren)["nom"])
    assert not others & {str(value) for row in shared.rows() for value in row}


def test_a_natural_person_is_masked_and_no_name_finds_it(base):
    hidden = base.establishments.with_columns(personne_physique=pl.lit(True))
    masked = replace(base, establishments=hidden)
    with pytest.raises(Problem, match="ne s'appelle"):
        supplier._siren(masked, "brindille")
    told = facts.places(hidden.filter(pl.col("siren") == "000001016").collect())
    assert set(told["siret"]) == {"personne physique (masquée)"}
    assert told["commune"].null_count() == told.height


def test_the_command_writes_the_sheet_and_says_when_the_contracts_are_missing(tmp_path, capsys):
    lists = [str(path) for path in LISTS]
    assert main(["fournisseurs", "--fiche", "000001016", "--registre", *lists, "--sortie", str(tmp_path)]) == 2
    assert "contrats" in capsys.readouterr().err
    contracts = [str(path) for path in CONTRACTS]
    assert main(["fournisseurs", "--contrats", *contracts, "--registre", *lists, "--sortie", str(tmp_path)]) == 2
    assert "--fiche" in capsys.readouterr().err


def test_the_check_list_says_what_the_lists_show_and_what_is_to_be_asked():
    company = REGISTER.conform(
        pl.LazyFrame(
            [{"siren": "1", "statut": "ESUS", "jusqua": date(2027, 3, 1), "au": date(2026, 9, 30), "source": "L"}]
        )
    )
    judged = pl.DataFrame(
        {"titulaire_ess": [True], "ess_raison": ["liste inventée"], "inclusif_types": ["EI"]},
    )
    lines = facts.statuses(company, date(2026, 10, 31))
    rows = conditions.checklist(judged, lines, ["5710"])
    assert "01/03/2027" in " ".join(rows["montre"])
    assert "oui (liste inventée)" in rows["montre"].to_list() and "type lu : EI" in rows["montre"].to_list()
    assert sum("à demander" in text for text in rows["montre"]) == 6  # what no list says is never a « non »
    assert set(rows["pour"]) == {"ESUS", "Société commerciale de l'ESS"}
    # An association needs no register of companies; a form that is unknown keeps both.
    assert set(conditions.checklist(judged, lines, ["9220"])["pour"]) == {"ESUS"}
    assert set(conditions.checklist(judged, lines, [])["pour"]) == {"ESUS", "Société commerciale de l'ESS"}
    assert "à confirmer" in conditions.note().lower()


def test_the_check_list_is_on_the_sheet_and_in_its_workbook(sheet, tmp_path):
    assert sheet.conditions.height and "Quelles conditions" in str(
        [one.title for one in handover.report(sheet).sections]
    )
    *_, path = handover.write(sheet, tmp_path)
    assert "conditions" in openpyxl.load_workbook(path).sheetnames


def test_one_capacity_is_told_and_several_establishments_are_said_added():
    row = {"siret": "1", "capacite_bas": 10_000_000, "capacite_haut": 20_000_000, "capacite_origine": "effectif"}

    def said(*rows):
        return told.size(pl.DataFrame(rows)).replace("\u00a0", " ").replace("\u202f", " ")

    assert said(row, row) == "Capacité annuelle estimée, de 100,0 k€ à 200,0 k€ : effectif."
    two = said(row, row | {"siret": "2"})
    assert two == "Capacité annuelle estimée de ses 2 établissements ensemble, de 200,0 k€ à 400,0 k€ : effectif."
