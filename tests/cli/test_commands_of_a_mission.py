"""Every command that works on a mission ends well on a mission that says everything, and on one that says the least. All invented."""

from __future__ import annotations

import argparse
import shutil
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from spaser import cli
from spaser.cli import diagnostic, given
from spaser.studies import mission
from spaser.studies.acting import interviews

DATA = Path(__file__).parents[2] / "data"
#: What each command is asked besides its mission: nothing, or what it cannot do without.
ASKED: dict[str, list[list[str]]] = {
    "diagnostic": [[]],
    "fournisseurs": [[], ["--fiche", "00000101600013"]],
    "potentiel": [[], ["--depenses"]],
    "matinale": [[]],
    "clauses": [[]],
    "schema": [[]],
    "publication": [[], ["--modele"]],
    "territoire": [["--epci", "Choisy-le-Roi"], ["--epci", "Choisy-le-Roi", "--cahier"]],
    "programme": [[], ["--suivi"]],
    "entreprise": [[]],
    "allotissement": [[]],
    "entretiens": [[]],
    "atelier": [[]],
    "groupements": [[]],
    "redige": [["--levier", "clause_sociale"]],
    "relire": [[]],
    "impact": [[]],
    "registre": [[]],
}
#: What a mission of contracts alone is told it lacks, in French: nothing else may stop a command.
LACKING = ("Aucun fichier", "Aucune pièce", "Aucun programme", "Aucune liste", "aucune liste", "Ajoutez")
WHOLE = """date = 2026-06-30
aujourdhui = 2026-11-28
annees = [2024, 2026]
population = "publies"
client = "Ville inventée"
auteur = "A. Inventée"
fichiers = ["fichiers/marches_demo.json", "fichiers/marches_demo_2023.json"]
registres = ["fichiers/registre_demo_esus_2026-09.csv", "fichiers/registre_demo_etablissements_2026-09.csv", "fichiers/registre_demo_inclusion_2026-09.csv"]
avis = ["fichiers/avis_demo.csv"]
pieces = ["fichiers/pieces_demo"]
territoire = "Choisy-le-Roi"
[[acheteur]]
nom = "Ville d'Aubrelle"
libelle = "La ville"
depenses = "fichiers/depenses_demo.xlsx"
rayon = 45
dependance = "12 %"
type = "entite"
spaser_adopte = 2024-06-27
spaser_lien = "https://ville.example/spaser"
questionnaire = { moyens = 2 }
mention = "Dépenses inventées"
cibles = { clause_sociale = { valeur = "41 %", annee = 2028 } }
entretiens = "fichiers/entretiens.xlsx"
programme = ["fichiers/programme.csv"]
programme_publie = true
suivis = ["fichiers/suivi.xlsx"]
soumis_au_code = true
commentaires = { actions = "À voir." }
"""
BARE = 'fichiers = ["fichiers/marches_demo.json"]\nacheteurs = ["Ville d\'Aubrelle"]\n'


def commands() -> dict[str, argparse.ArgumentParser]:
    (found,) = (one for one in cli.parser()._actions if isinstance(one, argparse._SubParsersAction))
    return found.choices


def made(home: Path, said: str) -> Path:
    mission.create(home)
    files = home / "fichiers"
    shutil.copytree(DATA, files, dirs_exist_ok=True, ignore=shutil.ignore_patterns("demo", "*.py", "*.md"))
    interviews.write_guide(files, date(2026, 11, 28))
    (files / "programme.csv").write_text(
        "Numéro;Objet;Montant estimé HT;Date prévue;Durée\nA1;Entretien des espaces verts;180000;01/03/2027;24 mois\n",
        encoding="utf-8",
    )
    book = openpyxl.Workbook()
    book.active.title = "suivi"
    book.active.append(["Besoin n°", "Fournisseur", "Rencontré le", "A répondu à la consultation", "A gagné"])
    book.active.append(["B1", "Structure inventée", "12/10/2026", "oui", "non"])
    book.save(files / "suivi.xlsx")
    (home / "mission.toml").write_text(said, encoding="utf-8")
    return home


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    return made(tmp_path_factory.mktemp("entiere") / "m", WHOLE)


@pytest.fixture(scope="module")
def bare(tmp_path_factory) -> Path:
    return made(tmp_path_factory.mktemp("nue") / "m", BARE)


RUNS = [(name, words) for name, asked in ASKED.items() for words in asked]


@pytest.mark.parametrize(("name", "words"), RUNS, ids=[" ".join([name, *words]) for name, words in RUNS])
def test_a_command_ends_well_on_a_mission_that_says_everything(name, words, whole, tmp_path, capsys):
    code = cli.main([name, *words, "--mission", str(whole), *sortie(name, tmp_path)])
    told = capsys.readouterr()
    assert code == 0, told.out + told.err


@pytest.mark.parametrize(("name", "words"), RUNS, ids=[" ".join([name, *words]) for name, words in RUNS])
def test_a_mission_of_contracts_alone_is_answered_or_told_what_it_lacks(name, words, bare, tmp_path, capsys):
    code = cli.main([name, *words, "--mission", str(bare), *sortie(name, tmp_path)])
    told = capsys.readouterr()
    said = told.out + told.err
    assert code == 0 or any(word in said for word in LACKING), said
    assert "imprévue" not in said and "Traceback" not in said


def sortie(name: str, place: Path) -> list[str]:
    has = any("--sortie" in action.option_strings for action in commands()[name]._actions)
    return ["--sortie", str(place / "resultats")] if has else []


def test_every_command_that_takes_a_mission_is_run_here():
    taking = {name for name, one in commands().items() if one.get_default("needs") is not None}
    assert taking == set(ASKED)


def test_a_schema_adopted_without_its_day_is_passed_on_until_the_day_is_given(tmp_path):
    home = mission.create(tmp_path / "m").parent / "m"
    mission.change(home, {"spaser_adopte": True})

    def declared(*words: str):
        choices = cli.parser().parse_args(["diagnostic", "--mission", str(home), *words])
        choices.needs = ""
        given.given(choices)
        return diagnostic._declared(choices)

    assert (declared().has, declared().adopted) == (True, None)
    assert (declared("--spaser-adopte", "2024-06-27").has, declared("--spaser-adopte", "2024-06-27").adopted) == (
        None,
        date(2024, 6, 27),
    )
