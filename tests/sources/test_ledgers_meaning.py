"""Columns of a spend file are judged by what they hold and by what stands above them. All invented."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from invented_ledger import siret

from spaser.problems import Problem
from spaser.sources.ledgers import Ledger, read_ledger, write_mapping

GOOD, OTHER, PUBLIC, PUBLIC_NIC = "00090004300019", "00090005000014", "21690266800013", "21690266800021"


def read(folder: Path, text: str, name: str = "depenses.csv", encoding: str = "utf-8", **options) -> Ledger:
    (folder / name).write_bytes(text.encode(encoding))
    return read_ledger(folder / name, **options)


def cents(ledger: Ledger) -> list[int | None]:
    return ledger.lines["montant"].to_list()


@pytest.mark.parametrize(
    "heading",
    [
        "Montant HT (k€)",
        "Montant (en k€)",
        "K€ HT",
        "Montant HT en milliers d'euros",
        "Dépenses en milliers d’euros",
        "Montant (keuros)",
        "Mandaté TTC k€",
        "Montant HT (KEUR)",
    ],
)
def test_thousands_of_euros_in_the_heading_are_converted_and_said(tmp_path, heading):
    ledger = read(tmp_path, f"Fournisseur;{heading};Exercice\nA;354;2024\nB;1079,5;2024\n")
    assert cents(ledger) == [35_400_000, 107_950_000]
    assert "milliers d'euros" in ledger.accounts["lecture"][0]


@pytest.mark.parametrize("heading", ["Montant HT (M€)", "Montant en millions d'euros"])
def test_millions_of_euros_are_converted_too(tmp_path, heading):
    assert cents(read(tmp_path, f"Fournisseur;{heading};Exercice\nA;1,5;2024\n")) == [150_000_000]


def test_a_unit_written_above_the_table_or_in_a_column_holds_for_all(tmp_path):
    above = read(tmp_path, "Dépenses 2024 (montants TTC en k€)\n\nFournisseur;Montant;Exercice\nA;354;2024\n")
    assert (cents(above), above.lines["taxe"].to_list()) == ([35_400_000], ["TTC"])
    column = read(tmp_path, "Fournisseur;Montant HT;Unité\nA;354;k€\nB;1;k€\n")
    assert cents(column) == [35_400_000, 100_000]


def test_a_unit_in_the_name_of_a_sheet_holds_for_that_sheet_alone(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "d.xlsx") as book:
        for name in ("2023 (k€)", "2024"):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ["Fournisseur", "Montant HT"])
            sheet.write_row(1, 0, ["A", 12])
    ledger = read_ledger(tmp_path / "d.xlsx")
    assert dict(ledger.lines.select("feuille", "montant").rows()) == {"2023 (k€)": 1_200_000, "2024": 1_200}
    assert dict(ledger.lines.select("feuille", "exercice").rows()) == {"2023 (k€)": 2023, "2024": 2024}


def test_an_amount_that_writes_its_own_unit_keeps_it(tmp_path):
    assert cents(read(tmp_path, "Fournisseur;Montant (k€)\nA;354\nB;1 200 €\nC;2 M€\n")) == [
        35_400_000,
        120_000,
        200_000_000,
    ]


def test_euros_in_a_heading_are_no_unit(tmp_path):
    ledger = read(tmp_path, "Fournisseur;Dépense achat (€)\nA;354\n")
    assert (cents(ledger), ledger.accounts["lecture"][0]) == ([35_400], None)


@pytest.mark.parametrize("title", ["siret", "SIRET", "N° SIRET"])
def test_one_number_of_a_public_body_for_many_names_is_the_buyer_s(tmp_path, title):
    ledger = read(tmp_path, f"{title};Fournisseur;Montant HT\n{PUBLIC};A;1\n{PUBLIC_NIC};B;2\n{PUBLIC};B;2\n")
    assert ledger.lines["siren"].null_count() == 3
    assert "identifiant de l'acheteur (216902668)" in ledger.accounts["lecture"][0]


def test_the_supplier_s_own_column_is_found_beside_the_buyer_s(tmp_path):
    ledger = read(tmp_path, f"SIRET;Fournisseur;N° fournisseur;Montant HT\n{PUBLIC};A;{GOOD};1\n{PUBLIC};B;{OTHER};2\n")
    assert ledger.lines["siret"].to_list() == [GOOD, OTHER]


def test_one_public_supplier_under_one_name_stays_a_supplier(tmp_path):
    ledger = read(
        tmp_path, f"SIRET;Fournisseur;Montant HT\n{PUBLIC};Ville voisine;1\n{PUBLIC};Ville voisine;2\n{GOOD};A;2\n"
    )
    assert ledger.lines["siren"].null_count() == 0


@pytest.mark.parametrize("title", ["Clé légale", "Réf. légale", "Identification"])
@pytest.mark.parametrize(("right", "wrong", "read_as"), [(5, 0, True), (4, 0, False), (9, 1, True), (8, 1, False)])
def test_a_heading_nobody_foresaw_is_read_by_its_values_when_enough_are_right(tmp_path, title, right, wrong, read_as):
    numbers = [siret(n)[: 9 if n % 2 else 14] for n in range(1, right + 1)] + [str(123456780 + n) for n in range(wrong)]
    lines = "".join(f"{number};Fournisseur fictif {n};{n + 1}\n" for n, number in enumerate(numbers))
    ledger = read(tmp_path, f"{title};Raison sociale;Montant HT\n{lines}")
    assert ledger.lines["siren"].count() == (right if read_as else 0)
    assert ("d'après ses valeurs" in (ledger.accounts["lecture"][0] or "")) is read_as


def test_a_heading_nobody_foresaw_that_holds_the_buyer_s_number_is_not_the_supplier_s(tmp_path):
    lines = "".join(f"{PUBLIC};Fournisseur fictif {n};{n + 1}\n" for n in range(9))
    ledger = read(tmp_path, f"SIRET du budget;Raison sociale;Montant HT\n{lines}")
    assert ledger.lines["siren"].count() == 0


def test_an_internal_number_is_no_siret(tmp_path):
    ledger = read(tmp_path, "Identifiant tiers;Fournisseur;Montant HT\n1042;A;1\n1043;B;2\n1044;C;2\n")
    assert ledger.lines["siren"].null_count() == 3
    assert "numéro interne" in ledger.accounts["lecture"][0]
    assert ledger.rejects.height == 0


def test_a_vat_number_gives_its_siren_under_its_own_heading(tmp_path):
    ledger = read(
        tmp_path,
        "Raison social;N° TVA / SIREN;Montant HT;Date compta\nA;FR32000900043;1;12/03/24\nB;000900050;2;13/03/2024\n",
    )
    assert ledger.lines["siren"].to_list() == ["000900043", "000900050"]
    assert [str(day) for day in ledger.lines["date"]] == ["2024-03-12", "2024-03-13"]


def test_columns_that_are_years_give_one_line_each(tmp_path):
    ledger = read(tmp_path, f"Fournisseur;SIRET;2022;2023;Mandaté 2024\nA;{GOOD};10;;30\nB;{OTHER};;5;\n")
    assert ledger.lines.select("fournisseur", "exercice", "montant").rows() == [
        ("A", 2022, 1_000),
        ("A", 2024, 3_000),
        ("B", 2023, 500),
    ]
    assert "une ligne par année" in ledger.accounts["lecture"][0]


def test_commitments_and_what_remains_are_never_spending(tmp_path):
    ledger = read(tmp_path, "Fournisseur;Engagement;Reste à payer HT;Mandaté HT\nA;100;40;60\n")
    assert cents(ledger) == [6_000]
    with pytest.raises(Problem, match="Aucun en-tête"):
        read(tmp_path, "Fournisseur;Engagement HT;Reste à payer HT\nA;100;40\n", "autre.csv")
    years = read(tmp_path, "Fournisseur;Engagé 2023;Mandaté 2023;Mandaté 2024\nA;9;1;2\n", "annees.csv")
    assert cents(years) == [100, 200]


def test_orders_are_read_only_when_nothing_is_spent_and_it_is_said(tmp_path):
    assert cents(read(tmp_path, "Fournisseur;Montant commande HT;Montant mandaté HT\nA;100;60\n")) == [6_000]
    ordered = read(tmp_path, "Fournisseur;Montant commande HT\nA;100\n")
    assert cents(ordered) == [10_000]
    assert "commandés, et non mandatés" in ordered.accounts["lecture"][0]


def test_a_total_that_adds_up_to_nothing_is_still_no_purchase(tmp_path):
    head = "Fournisseur;SIRET;Date mandat;Compte nature;Montant HT\n"
    body = "".join(f"F{n};{GOOD};15/03/2024;6288;100\n" for n in range(9))
    ledger = read(tmp_path, head + body + "TOTAL;;;;999\nTotal 2024;;;;999\n" + f"TOTAL;{OTHER};15/03/2024;6288;50\n")
    assert ledger.accounts.select("gardees", "totaux").row(0) == (11, 1) or ledger.accounts["totaux"][0] >= 1
    assert ledger.lines.filter(pl.col("fournisseur") == "TOTAL")["montant"].to_list() == [5_000]


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252", "utf-8-sig"])
def test_usual_encodings_are_read(tmp_path, encoding):
    ledger = read(tmp_path, "Fournisseur\tMontant mandaté\nÉtude\t12\n", "d.tsv", encoding)
    assert ledger.lines["fournisseur"].to_list() == ["Étude"]


def test_the_account_names_every_column_and_what_it_became(tmp_path):
    ledger = read(tmp_path, f"Fournisseur;SIRET;Montant HT;Engagement\nA;{GOOD};1;\nB;12;2;5\n")
    assert ledger.seen.select("colonne", "sens", "remplies", "gardees").rows() == [
        ("Fournisseur", "fournisseur", 2, 2),
        ("SIRET", "siret", 2, 1),
        ("Montant HT", "montant", 2, 2),
        ("Engagement", None, 1, None),
    ]
    assert ledger.filled.select("enregistrements", "titulaire", "montant", "date", "manque").row(0) == (
        2,
        1,
        2,
        0,
        "date",
    )


def test_a_mapping_written_by_the_user_is_obeyed_and_its_years_too(tmp_path):
    text = "Fournisseur;2023;2024\nA;1;2\n"
    first = read(tmp_path, text)
    again = read(tmp_path, text, mapping=write_mapping(first.mapping, tmp_path / "correspondance.toml"))
    assert cents(again) == [100, 200]


@pytest.mark.parametrize("heading", ["Nature de la dépense", "Type de dépense", "Nature de l'achat"])
def test_what_was_bought_is_read_under_the_words_of_a_company(tmp_path, heading):
    made = read(tmp_path, f"Fournisseur;SIRET;{heading};Montant HT;Exercice\nA;{GOOD};Nettoyage des locaux;100;2024\n")
    assert made.lines["libelle"].to_list() == ["Nettoyage des locaux"]
    account = read(tmp_path, f"Fournisseur;SIRET;Nature;Montant HT;Exercice\nA;{GOOD};6283;100;2024\n")
    assert account.lines["compte"].to_list() == ["6283"] and account.lines["libelle"].null_count() == 1


@pytest.mark.parametrize("heading", ["N° cpte", "Cpte", "CompteNum", "No compte", "Compte de charge"])
def test_wages_are_no_purchase_whatever_the_spelling_of_the_account(tmp_path, heading):
    text = (
        f"Tiers;{heading};Libellé;Montant HT;Date\nA;641000;Salaires;100;03/02/2025\nA;615000;Nettoyage;50;03/02/2025\n"
    )
    made = read(tmp_path, text)
    assert made.lines["perimetre"].to_list() == ["hors_perimetre", "achat"]
