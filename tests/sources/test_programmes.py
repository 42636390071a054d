"""A purchase programme gives needs without contracts: free headings, periods, units, the State's intentions. All invented."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from spaser.cli import main
from spaser.problems import Problem
from spaser.sources.programmes import Programme, read_programme
from spaser.studies.potential import programme as study

DATA = Path(__file__).parents[3] / "shared" / "data" / "approch" / "approch_projets_achats.json"
DEMO = Path(__file__).parents[2] / "data"


def table(folder: Path, text: str, name: str = "programme.csv", encoding: str = "utf-8") -> Programme:
    (folder / name).write_bytes(text.encode(encoding))
    return read_programme(folder / name)


def test_free_headings_units_periods_durations_and_lots_are_understood(tmp_path):
    read = table(
        tmp_path,
        "Programmation des achats 2027\n\nIntitulé du marché;Direction pilote;Estimation (k€ HT);Lancement prévu;Durée;Nb de lots;Clauses sociales;Remarque\n"
        "Nettoyage des écoles;Bâtiments;350;T2 2027;1 an reconductible 3 fois;3 lots;oui;x\n"
        "Mobilier scolaire;Éducation;1,5 M€;mars 2027;48 mois;non alloti;non;\n"
        "Élagage;Espaces verts;;15/09/2027;2 ans;;;\n",
    )
    assert read.projects.select("objet", "service", "montant", "date_prevue", "dureeMois", "lots", "social").rows() == [
        ("Nettoyage des écoles", "Bâtiments", 35_000_000, date(2027, 4, 1), 48, 3, True),
        ("Mobilier scolaire", "Éducation", 150_000_000, date(2027, 3, 1), 48, 1, False),
        ("Élagage", "Espaces verts", None, date(2027, 9, 15), 24, None, None),
    ]
    assert read.files.select("lus", "gardes", "termines", "rejetes").row(0) == (3, 3, 0, 0)
    assert read.files["lecture"][0].startswith("montants en milliers d'euros (« Estimation (k€ HT) »)")
    assert read.files["colonnes_ignorees"][0] == "Remarque"


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("2027", date(2027, 1, 1)),
        ("1er trimestre 2027", date(2027, 1, 1)),
        ("3ème trim. 2027", date(2027, 7, 1)),
        ("S2 2027", date(2027, 7, 1)),
        ("02/2027", date(2027, 2, 1)),
        ("août 2027", date(2027, 8, 1)),
        ("2027-05-06", date(2027, 5, 6)),
        ("courant 2027", date(2027, 1, 1)),
        ("bientôt", None),
    ],
)
def test_a_period_is_dated_from_its_first_day(tmp_path, said, day):
    assert table(tmp_path, f"Objet;Montant estimé;Date prévue\nPapier;1000;{said}\n").projects[
        "date_prevue"
    ].to_list() == [day]


def test_totals_and_projects_that_are_over_are_counted_apart(tmp_path):
    read = table(tmp_path, "Objet;Montant estimé;Statut\nPapier;1000;en cours\nEncre;500;Abandonné\nTotal;1500;\n")
    assert read.files.select("lus", "gardes", "termines", "rejetes").row(0) == (3, 1, 1, 1)
    assert read.projects["a_venir"].to_list() == [True, False]
    assert read.rejects["message"].to_list() == ["ligne de total"]


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252", "utf-8-sig"])
def test_usual_encodings_are_read(tmp_path, encoding):
    assert table(tmp_path, "Objet\tMontant estimé\nÉlagage\t1000\n", "p.tsv", encoding).projects["objet"].to_list() == [
        "Élagage"
    ]


def test_every_sheet_is_read_or_said_why_not(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "p.xlsx") as book:
        for name, rows in {"2027": [["Objet", "Budget"], ["Papier", 1000]], "Notice": [["Mode d'emploi"]]}.items():
            sheet = book.add_worksheet(name)
            for rank, row in enumerate(rows):
                sheet.write_row(rank, 0, row)
    read = read_programme(tmp_path / "p.xlsx")
    assert read.projects.select("objet", "montant").rows() == [("Papier", 100_000)]
    assert read.files.select("feuille", "etat").rows() == [
        ("2027", "lue"),
        ("Notice", "ignorée : sans en-tête reconnu"),
    ]


def test_a_table_that_plans_nothing_is_refused_with_what_was_seen(tmp_path):
    with pytest.raises(Problem, match="Vu : Nom, Ville"):
        table(tmp_path, "Nom;Ville\nA;B\n")


def project(**said: object) -> dict:
    return {
        "url": "https://projets-achats.exemple.fr/project/1/main",
        "label": "Nettoyage des locaux",
        "description": "x",
        "status": "active",
        "CPVPrimary": None,
        "publicationTargetDate": "2027-03-01T00:00:00.000Z",
        "marketEstimatedAmount": 400000.0,
        "marketMaxDuration": 48,
        "socialConsiderationsConcerned": "dont_know",
        "environmentalConsiderationsConcerned": "yes",
        "departments": [{"department": "94"}],
        "reservedPublicMarkets": [],
    } | said


def test_the_intentions_of_the_state_are_read_and_a_staging_site_is_not_real(tmp_path):
    content = {
        "a": [project()],
        "b": [
            project(url="https://recette-portail.exemple.fr/project/2/main"),
            project(status="close"),
            project(marketEstimatedAmount=0.0),
        ],
    }
    (tmp_path / "etat.json").write_text(json.dumps(content), encoding="utf-8")
    read = read_programme(tmp_path / "etat.json")
    assert read.files.select("lus", "gardes", "termines", "rejetes").row(0) == (4, 2, 1, 1)
    first = read.projects.row(0, named=True)
    assert (first["montant"], first["dureeMois"], first["social"], first["environnement"], first["departements"]) == (
        40_000_000,
        48,
        None,
        True,
        "94",
    )
    assert read.projects["montant"].to_list()[-1] is None


def test_what_is_planned_becomes_needs_with_families_suppliers_levers_and_dates(tmp_path):
    plan = tmp_path / "plan.csv"
    plan.write_text(
        "Objet;Montant estimé HT;Date prévue;Durée;Département\nNettoyage des locaux administratifs;400000;2027-03-01;48 mois;94\nXyz;10;;;\n",
        encoding="utf-8",
    )
    found = study.potential_of_programme(plan, sorted(DEMO.glob("registre_demo*.csv")), as_of=date(2026, 10, 31))
    row = found.found.needs.row(0, named=True)
    assert (row["origine"], row["annuel"], row["lieu"], row["echeance"], row["besoin_id"]) == (
        "programme",
        10_000_000,
        "D94",
        date(2027, 3, 1),
        "P-programme-1-2",
    )
    assert found.found.needs.height == 1
    assert found.found.opportunities["levier_libelle"].null_count() == 0
    assert any("sans famille d'achat reconnue" in text for text in study.said(found))


def test_the_command_reads_a_programme_alone_and_with_lists(tmp_path, capsys):
    plan = tmp_path / "plan.csv"
    plan.write_text(
        "Objet;Montant estimé HT;Date prévue\nNettoyage des locaux administratifs;400000;2027-03-01\n", encoding="utf-8"
    )
    assert main(["programme", str(plan), "--sortie", str(tmp_path / "a")]) in (None, 0)
    assert "Lignes lues : 1 = 1 à venir" in capsys.readouterr().out.replace("\xa0", " ")
    assert (tmp_path / "a" / "programme.csv").is_file()
    lists = [str(path) for path in sorted(DEMO.glob("registre_demo*.csv"))]
    assert main(
        [
            "potentiel",
            "--programme",
            str(plan),
            "--registre",
            *lists,
            "--territoire",
            "Choisy-le-Roi",
            "--sortie",
            str(tmp_path / "b"),
        ]
    ) in (None, 0)
    assert {"programme.html", "programme.xlsx", "besoins.csv"} <= {path.name for path in (tmp_path / "b").iterdir()}


def test_the_real_intentions_of_the_state_add_up():
    if not DATA.is_file():
        pytest.skip("données réelles absentes : ../shared/data/approch")
    read = read_programme(DATA)
    assert read.files.select("lus", "gardes", "termines", "rejetes").row(0) == (111, 50, 42, 19)
    assert read.projects.filter(pl.col("projet").str.contains("recette")).height == 0


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("departments", [{"department": 69}, "42", None], ("69", None)),
        ("departments", {"department": "69"}, ("69", None)),
        ("departments", "69", (None, None)),
        ("reservedPublicMarkets", [{"label": "ESAT"}, 3], (None, "ESAT")),
        ("reservedPublicMarkets", {"label": ["ESAT"]}, (None, None)),
    ],
)
def test_a_project_of_another_form_says_what_can_be_read(tmp_path, key, value, said):
    project = {"label": "Nettoyage", "marketEstimatedAmount": 1000.0, key: value}
    path = tmp_path / "p.json"
    path.write_text(json.dumps({"projets_achats": [project]}), encoding="utf-8")
    assert read_programme(path).projects.select("departements", "reserve").row(0) == said


@pytest.mark.parametrize(
    ("amount", "cents"), [(1e12, 10**14), (1e13, None), ("Infinity", None), (float("nan"), None), (-1, None)]
)
def test_an_amount_of_a_project_is_plausible_or_unknown(tmp_path, amount, cents):
    path = tmp_path / "p.json"
    path.write_text(json.dumps([{"label": "Nettoyage", "marketEstimatedAmount": amount}]), encoding="utf-8")
    assert read_programme(path).projects["montant"].to_list() == [cents]
