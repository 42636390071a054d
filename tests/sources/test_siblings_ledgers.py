"""Spend files as other software writes them: the same facts under other headings, units, dates and sheets."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from spaser.sources import ledgers

A, B = "00091659300007", "00091210500806"


def _read(tmp_path: Path, text: str, encoding: str = "utf-8") -> ledgers.Ledger:
    (tmp_path / "d.csv").write_bytes(text.encode(encoding))
    return ledgers.read_ledger(tmp_path / "d.csv")


def _spent(read: ledgers.Ledger) -> int:
    return read.lines.filter(read.lines["perimetre"] != "ecarte")["montant"].sum()


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        (f"Fournisseur;SIRET;Montant;Unité\nA;{A};354;K€\nB;{B};1000;€\n", 35_500_000),
        (
            f"Fournisseur;SIRET;Montant HT\nA;{A};354\nB;{B};1\n;;\nMontants exprimés en milliers d'euros;;\n",
            35_500_000,
        ),
        (f"Fournisseur;SIRET;Montant HT (centimes)\nA;{A};35400\n", 35_400),
        (f"Fournisseur;SIRET;Montant HT\nA;{A};354 k€\n", 35_400_000),
        # A note that is no unit, and a supplier whose name holds one, change nothing.
        (f"Fournisseur;SIRET;Montant HT\nMille Euros SARL;{A};354\nSource : logiciel de finances;;\n", 35_400),
    ],
)
def test_the_unit_is_read_wherever_it_is_written(tmp_path: Path, text: str, cents: int) -> None:
    assert _spent(_read(tmp_path, text)) == cents


@pytest.mark.parametrize(
    ("head", "cell", "day"),
    [
        ("Mois", "03/2024", "2024-03-31"),
        ("Mois", "mars 2024", "2024-03-31"),
        ("Période", "2024-02", "2024-02-29"),
        ("Date facture", "15 mars 2024", "2024-03-15"),
        ("Date mandat", "15.03.24", "2024-03-15"),
        ("Date mandat", "20240315", "2024-03-15"),
        ("invoice date", "2024-03-15", "2024-03-15"),
        ("Mois", "13/2024", "None"),
        # Figures of another alphabet are no number.
        ("Mois", "\u0661", "None"),
        ("Mois", "\u0663/2024", "None"),
    ],
)
def test_a_day_or_a_month_is_read_as_it_is_written(tmp_path: Path, head: str, cell: str, day: str) -> None:
    read = _read(tmp_path, f"Fournisseur;SIRET;{head};Montant HT\nA;{A};{cell};10\n")
    assert str(read.lines["date"][0]) == day


def test_a_month_without_its_year_takes_that_of_the_column_beside(tmp_path: Path) -> None:
    read = _read(tmp_path, f"Fournisseur;SIRET;Exercice;Mois;Montant HT\nA;{A};2023;3;10\nA;{A};24;mars;10\n")
    assert [str(day) for day in read.lines["date"]] == ["2023-03-31", "2024-03-31"]


@pytest.mark.parametrize(("cell", "year"), [("23", 2023), ("2023", 2023), ("99", None)])
def test_a_year_of_two_digits_is_a_year_of_this_century(tmp_path: Path, cell: str, year: int | None) -> None:
    assert _read(tmp_path, f"Fournisseur;SIRET;Exercice;Montant HT\nA;{A};{cell};10\n").lines["exercice"][0] == year


def test_the_year_of_the_only_column_of_amounts_is_the_year_of_its_lines(tmp_path: Path) -> None:
    assert _read(tmp_path, f"Fournisseur;SIRET;Dépenses HT 2024\nA;{A};10\n").lines["exercice"].to_list() == [2024]


@pytest.mark.parametrize(
    "head",
    [
        "Tiers - Nom;Tiers - SIRET;Montant budgétaire",
        "supplier;siret;amount",
        "Nom du prestataire;N° TVA / SIREN;Dépenses HT",
    ],
)
def test_words_in_another_order_or_language_are_the_same_headings(tmp_path: Path, head: str) -> None:
    read = _read(tmp_path, f"{head}\nSOCIETE ALPHA;{A};354,20\n")
    assert read.lines.select("fournisseur", "siren", "montant").row(0) == ("SOCIETE ALPHA", A[:9], 35_420)


def test_an_internal_number_is_not_taken_for_a_name(tmp_path: Path) -> None:
    read = _read(
        tmp_path, f"N° fournisseur;Libellé fournisseur;Identifiant SIRET;Somme TTC\n10001;SOCIETE ALPHA;{A};1.000,50\n"
    )
    assert read.lines.select("fournisseur", "siren", "montant").row(0) == ("SOCIETE ALPHA", A[:9], 100_050)


PUBLIC = ("21690266800013", "26690027300019")


def test_each_public_buyer_of_a_group_with_its_own_suppliers_is_no_supplier(tmp_path: Path) -> None:
    rows = f"{PUBLIC[0]};Traiteur;10\n{PUBLIC[0]};Ferme;10\n{PUBLIC[1]};Traiteur;10\n{PUBLIC[1]};Garage;10\n"
    read = _read(tmp_path, f"siret;fournisseur;montant\n{rows}")
    assert read.lines["siren"].count() == 0 and "2 numéros, chacun pour plusieurs noms" in read.accounts["lecture"][0]


def test_public_suppliers_each_with_its_name_are_suppliers(tmp_path: Path) -> None:
    read = _read(
        tmp_path, f"siret;fournisseur;montant\n{PUBLIC[0]};Commune de Test;10\n{PUBLIC[1]};Hôpital de Test;10\n"
    )
    assert read.lines["siren"].to_list() == [one[:9] for one in PUBLIC]


def test_a_total_told_in_the_label_alone_is_no_purchase(tmp_path: Path) -> None:
    rows = f"F1;{A};15/03/2024;x;1000\n;;;Total;1234\nF2;{B};15/03/2024;y;500\n"
    assert _spent(_read(tmp_path, f"Fournisseur;SIRET;Date mandat;Libellé;Montant HT\n{rows}")) == 150_000


def test_a_supplier_called_total_is_paid(tmp_path: Path) -> None:
    rows = f"TOTAL ENERGIES INVENTE;{A};15/03/2024;1000\nTotal Propreté;;15/03/2024;500\n"
    assert _spent(_read(tmp_path, f"Fournisseur;SIRET;Date mandat;Montant HT\n{rows}")) == 150_000


def _book(tmp_path: Path, sheets: dict[str, list[list]]) -> ledgers.Ledger:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(tmp_path / "d.xlsx")
    return ledgers.read_ledger(tmp_path / "d.xlsx")


MONTHS = {
    "Lisez-moi": [["Export du logiciel"]],
    "Janvier": [["Fournisseur", "SIRET", "Montant HT", "Date"], ["A", A, 100, "12/01/2024"]],
    "Février": [["Fournisseur", "SIRET", "Montant HT", "Date"], ["A", A, 200, "12/02/2024"]],
}


def test_a_sheet_that_adds_up_the_others_is_not_counted_again(tmp_path: Path) -> None:
    read = _book(tmp_path, MONTHS | {"Récap": [["Fournisseur", "Total"], ["A", 300]]})
    assert _spent(read) == 30_000
    assert read.accounts.filter(read.accounts["feuille"] == "Récap")["etat"][0].startswith("ignorée : récapitulatif")


def test_a_sheet_with_another_sum_is_counted(tmp_path: Path) -> None:
    assert _spent(_book(tmp_path, MONTHS | {"Mars": [["Fournisseur", "Total"], ["A", 301]]})) == 60_100


def test_two_sheets_of_the_same_sum_and_columns_are_two(tmp_path: Path) -> None:
    same = {
        name: [MONTHS["Janvier"][0], ["A", A, 100, f"12/0{rank}/2024"]]
        for rank, name in ((1, "Janvier"), (2, "Février"))
    }
    assert _spent(_book(tmp_path, same)) == 20_000


def test_euros_in_the_heading_of_the_amounts_win_over_a_unit_written_elsewhere_and_it_is_said(tmp_path: Path) -> None:
    near = _read(tmp_path, f"Tableau en k€;;\nFournisseur;SIRET;Montant HT (€)\nA;{A};354\n")
    assert _spent(near) == 35_400 and "à vérifier" in near.accounts["lecture"][0]
    assert _spent(_read(tmp_path, f"Tableau en k€;;\nFournisseur;SIRET;Montant HT\nA;{A};354\n")) == 35_400_000


@pytest.mark.parametrize(("cell", "word"), [("8,00000E+13", "abîmés par le tableur"), ("4012", "numéro interne")])
def test_a_siret_rounded_by_a_spreadsheet_is_told_from_an_internal_number(tmp_path: Path, cell: str, word: str) -> None:
    rows = "".join(f"{name};{cell};10\n" for name in "ABCD")
    assert word in _read(tmp_path, f"Fournisseur;SIRET;Montant HT\n{rows}").accounts["lecture"][0]
