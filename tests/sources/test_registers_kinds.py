"""The kind of a structure told by a column of crosses, by the name of its sheet, or two in one cell. All invented."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from spaser.problems import Problem
from spaser.sources import ledgers
from spaser.sources.registers import Registers, read_registers

ONE, TWO, THREE = "80000000000011", "80000000700016", "80000001400012"


def _read(tmp_path: Path, text: str, name: str = "liste.csv") -> Registers:
    (tmp_path / name).write_text(text, encoding="utf-8")
    return read_registers(tmp_path / name)


def _book(path: Path, sheets: dict[str, list[list[str]]]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for rank, row in enumerate(rows):
                sheet.write_row(rank, 0, row)
    return path


def _found(read: Registers) -> list[tuple[str, str]]:
    return sorted(read.register.select("siret", "statut").collect().rows())


@pytest.mark.parametrize("yes", ["x", "X", "1", "oui", "✓", "1.0"])
@pytest.mark.parametrize("no", ["", "non", "0"])
def test_a_column_of_crosses_per_kind_is_read(tmp_path: Path, yes: str, no: str) -> None:
    read = _read(
        tmp_path, f"Structure;SIRET;EI;ACI;Entreprise adaptée\nA;{ONE};{yes};{no};{no}\nB;{TWO};{no};{no};{yes}\n"
    )
    assert _found(read) == [(ONE, "EI"), (TWO, "EA")]
    assert read.files["surete"].to_list() == ["sûre"] and "remplie de croix : EI" in read.files["indices"][0]


def test_two_crosses_are_two_statuses_of_one_line_and_none_is_none(tmp_path: Path) -> None:
    read = _read(tmp_path, f"Structure;SIRET;EI;ACI\nA;{ONE};x;x\nB;{TWO};;\n")
    assert _found(read) == [(ONE, "ACI"), (ONE, "EI")]
    assert read.files.select("lus", "retenus", "hors_liste").row(0) == (2, 1, 1)
    assert read.seen.filter(pl.col("colonne") == "EI").select("sens", "lignes", "remplies").row(0) == ("genre=EI", 2, 1)


@pytest.mark.parametrize("cell", ["12", "janvier", "1 200,50"])
def test_a_column_headed_like_a_kind_but_holding_no_answer_proves_nothing(tmp_path: Path, cell: str) -> None:
    with pytest.raises(Problem):
        _read(tmp_path, f"Structure;SIRET;SEP;AI\nA;{ONE};{cell};{cell}\nB;{TWO};{cell};7\n")


@pytest.mark.parametrize(
    ("cell", "kinds"),
    [
        ("EI / ACI", ["ACI", "EI"]),
        ("EA et ESAT", ["EA", "ESAT"]),
        ("EI, client", ["EI"]),
        ("prospect, client", []),
        ("Association intermédiaire", ["AI"]),
    ],
)
def test_two_kinds_in_a_cell_are_both_kept_when_both_are_known(tmp_path: Path, cell: str, kinds: list[str]) -> None:
    read = _read(tmp_path, f'Structure;SIRET;Type\nA;{ONE};"{cell}"\nB;{TWO};EI\nC;{THREE};EI\n')
    assert [status for siret, status in _found(read) if siret == ONE] == kinds


@pytest.mark.parametrize(
    ("sheet", "status"),
    [
        ("ESAT", "ESAT"),
        ("Liste EA 94", "EA"),
        ("Entreprises d'insertion", "EI"),
        ("Les ESATs", "ESAT"),
        ("Ateliers chantiers d’insertion", "ACI"),
    ],
)
def test_the_name_of_a_sheet_says_the_kind_of_its_lines_probably_and_first(
    tmp_path: Path, sheet: str, status: str
) -> None:
    path = _book(tmp_path / "l.xlsx", {sheet: [["Raison sociale", "SIRET", "Ville"], ["A", ONE, "Ivry-sur-Seine"]]})
    read = read_registers(path)
    assert _found(read) == [(ONE, status)]
    assert read.files["surete"].to_list() == ["probable"] and "reconnue probablement" in read.files["message"][0]
    assert read.files["prouve_non"].to_list() == [False]


def test_one_sheet_per_kind_is_read_sheet_by_sheet(tmp_path: Path) -> None:
    head = ["Nom", "SIRET"]
    path = _book(
        tmp_path / "l.xlsx", {"EI": [head, ["A", ONE]], "ESAT": [head, ["B", TWO]], "Contacts": [head, ["C", THREE]]}
    )
    assert _found(read_registers(path)) == [(ONE, "EI"), (TWO, "ESAT")]


def test_a_title_above_the_table_says_it_too(tmp_path: Path) -> None:
    read = _read(
        tmp_path, f"Liste des établissements et services d'aide par le travail;;\n\nNom;SIRET;CP\nA;{ONE};94200\n"
    )
    assert _found(read) == [(ONE, "ESAT")]


@pytest.mark.parametrize("sheet", ["Fournisseurs", "Adhérents", "EI et ACI", "Vrai", "Clients"])
def test_a_sheet_that_names_no_kind_or_two_is_refused_with_the_line_to_write(tmp_path: Path, sheet: str) -> None:
    path = _book(tmp_path / "l.xlsx", {sheet: [["Raison sociale", "SIRET", "Ville"], ["A", ONE, "Ivry-sur-Seine"]]})
    with pytest.raises(Problem, match=r"(?s)carnet d'adresses.*liste = \[\{ fichier"):
        read_registers(path)


def test_a_monthly_sheet_of_spending_is_never_a_list_of_a_kind(tmp_path: Path) -> None:
    path = _book(tmp_path / "l.xlsx", {"SEP": [["Fournisseur", "SIRET", "Montant HT"], ["A", ONE, "10"]]})
    with pytest.raises(Problem):
        read_registers(path)
    assert ledgers.read_ledger(path).lines["montant"].to_list() == [1000]


@pytest.mark.parametrize("title", ["SIAE", "Structure d'insertion", "Inclusif"])
def test_a_yes_to_siae_says_inclusive_and_no_kind_and_a_no_is_quoted(tmp_path: Path, title: str) -> None:
    read = _read(tmp_path, f"Structure;SIRET;{title}\nA;{ONE};oui\nB;{TWO};non\n")
    assert _found(read) == [(ONE, "INCLUSIF")]
    assert read.rejects.collect()["message"].to_list() == ["Hors sujet : aucun type coché (« non »)"]


def test_a_yes_to_ess_says_ess_and_a_no_says_no(tmp_path: Path) -> None:
    read = _read(tmp_path, f"Structure;SIRET;ESS\nA;{ONE};oui\nB;{TWO};non\n")
    assert sorted(read.register.select("siren", "statut").collect().rows()) == [
        (ONE[:9], "ESS"),
        (TWO[:9], "NON_ESS"),
    ]


def test_a_line_out_of_subject_quotes_the_value_that_says_it(tmp_path: Path) -> None:
    read = _read(tmp_path, f"Nom;SIRET;Type\nA;{ONE};EI\nB;{TWO};Crèche\nC;{THREE};ACI\n")
    assert read.rejects.collect()["message"].to_list() == ["Hors sujet : type de structure inconnu (« Crèche »)"]
    none = _read(tmp_path, f"Nom;SIRET;Type\nA;{ONE};EI\nB;{TWO};\nC;{THREE};ACI\n", "deux.csv")
    assert none.rejects.collect()["message"].to_list() == ["Hors sujet : aucun type de structure dit"]
