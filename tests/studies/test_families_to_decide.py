"""Families that the code and the words do not agree on, or that nobody chose, are decided by a person: shown, obeyed, taken back."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest

import spaser
from spaser.problems import Problem
from spaser.sources.answers import facts
from spaser.studies.suppliers import suppliers_of
from spaser.studies.suppliers.decisions import families_to_decide
from spaser.vocabulary import DECISIONS

CONTRACT = {
    "id": "2026T01",
    "acheteur": {"id": "21690266800013"},
    "nature": "Marché",
    "objet": "Prestations diverses",
    "codeCPV": "98000000",
    "procedure": "Procédure adaptée",
    "dureeMois": 12,
    "dateNotification": "2026-03-05",
    "datePublicationDonnees": "2026-03-20",
    "montant": 50044,
    "titulaires": [{"titulaire": {"id": "00091659300007", "typeIdentifiant": "SIRET"}}],
}


def _diagnosed(tmp_path: Path, answer: str = ""):
    contracts = tmp_path / "marches.json"
    sure = CONTRACT | {"id": "2026T02", "objet": "Nettoyage des locaux", "codeCPV": "90911200"}
    contracts.write_text(json.dumps({"marches": {"marche": [CONTRACT, sure]}}), encoding="utf-8")
    decisions = None
    if answer:
        table = tmp_path / "a-corriger.csv"
        row = f"contrat 216902668000132026T01;famille d'achat;{answer};L. Inventé;2026-04-01;lu;98000000;;Espaces verts et entretien paysager\n"
        table.write_text("contrat;fait;decision;auteur;date;motif;publie;retenu;propose\n" + row, encoding="utf-8")
        decisions = facts.read_facts(table)
    return spaser.diagnose(spaser.prepare([contracts], decisions=decisions))


def _family(found, number: str) -> tuple:
    return found.contracts.filter(pl.col("id") == number).select("famille", "famille_origine", "famille_doute").row(0)


def test_a_family_in_doubt_is_a_line_to_answer_and_a_sure_one_is_not(tmp_path: Path) -> None:
    from spaser.studies.diagnostic import handover

    handover.write(_diagnosed(tmp_path), tmp_path / "s")
    with (tmp_path / "s" / "a-corriger.csv").open(encoding="utf-8-sig", newline="") as file:
        asked = [row for row in csv.DictReader(file, delimiter=";") if row["fait"] == "famille d'achat"]
    assert [row["contrat"][-7:] for row in asked] == ["2026T01"] and "98000000" in asked[0]["preuve"]


@pytest.mark.parametrize("answer", ["Blanchisserie et nettoyage de linge", "blanchisserie"])
def test_a_family_chosen_by_a_person_wins_without_doubt(tmp_path: Path, answer: str) -> None:
    found = _diagnosed(tmp_path, answer)
    assert _family(found, "2026T01") == ("blanchisserie", "decision", False)
    assert _family(found, "2026T02") == _family(_diagnosed(tmp_path), "2026T02")


def test_accepting_takes_what_is_proposed_and_no_answer_leaves_the_doubt(tmp_path: Path) -> None:
    assert _family(_diagnosed(tmp_path, "accepter"), "2026T01") == ("espaces_verts", "decision", False)
    assert _family(_diagnosed(tmp_path), "2026T01")[2] is True


def test_a_family_that_does_not_exist_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="(?s)ne se comprend pas.*famille d'achat"):
        _diagnosed(tmp_path, "famille imaginaire")


def test_codes_of_a_ledger_without_a_chosen_family_are_asked_the_largest_first() -> None:
    rows = pl.DataFrame(
        {
            "code_achat": ["A", "B", "C"],
            "code_libelle": ["papier", None, "linge"],
            "montant": [100, 900, 500],
            "famille_proposee": ["fournitures_bureau", None, "blanchisserie"],
            "famille_confiance": [0.6, None, 0.5],
            "famille_retenue": [None, None, "blanchisserie"],
            "commentaire": ["d'après le libellé", None, None],
        }
    )
    asked = families_to_decide(rows)
    assert asked["objet_id"].to_list() == ["B", "A papier"] and asked["propose"][0] == "aucune"
    assert set(asked["objet_type"]) == {"famille"} and "nomenclature.csv" in asked["ou_repondre"][0]


def test_only_a_decision_on_a_status_is_shown_as_a_correction_of_the_lists(tmp_path: Path) -> None:
    ledger = tmp_path / "depenses.csv"
    ledger.write_text("Fournisseur;SIRET;Montant HT;Date\nA;00091659300007;100;12/03/2024\n", encoding="utf-8")
    named = {"auteur": "L. Inventé", "motif": "lu", "date": date(2024, 1, 1)}
    status = {"objet_type": "statut", "objet_id": "000916593", "champ": "ess", "valeur": "oui"}
    finding = {"objet_type": "constat", "objet_id": "x", "champ": "clause_sociale", "valeur": "accepte"}
    given = DECISIONS.conform(pl.LazyFrame([status | named, finding | named]))
    shown = suppliers_of(ledger, (), overrides=given).overrides
    assert shown["objet_type"].to_list() == ["statut"]
