"""Spend files as they come: headings in two rows, credits apart, months, quarters, years with their total, marks of a spreadsheet. All invented."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest

from spaser.problems import Problem
from spaser.sources import ledgers

A, B = "00091659300007", "00091210500806"
HEAD = "Fournisseur;SIRET;Montant HT"


def _read(tmp_path: Path, text: str, encoding: str = "utf-8") -> ledgers.Ledger:
    (tmp_path / "d.csv").write_bytes(text.encode(encoding))
    return ledgers.read_ledger(tmp_path / "d.csv")


def _kept(read: ledgers.Ledger) -> list[int]:
    return read.lines.filter(read.lines["perimetre"] != "ecarte")["montant"].to_list()


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        (f"Fournisseur;;Montant;\nNom;SIRET;HT;TTC\nA;{A};100;120\nB;{B};200;240\n", [10000, 20000]),
        (f"{HEAD}\nA;{A};100\nA;{A};50\nTotal A;;150\nB;{B};200\nTotal B;;200\nTotal;;350\n", [10000, 5000, 20000]),
        (f'{HEAD};Libellé\n"A; et Fils";{A};100;"papier ; stylos"\nB;{B};200;"deux\nlignes"\n', [10000, 20000]),
        (f"{HEAD}\nA;{A};100\nA;{A};-40\nA;{A};(10,00)\nA;{A};20-\n", [10000, -4000, -1000, -2000]),
        (f"Fournisseur;SIRET;Engagement HT;Mandaté HT;Reste à payer HT\nA;{A};1000;100;900\n", [10000]),
        (f"Fournisseur;SIRET;Reste à payer;Montant\nA;{A};900;100\n", [10000]),
        (f"\ufeffsep=;\n{HEAD}\nA;{A};100\n", [10000]),
        (f"{HEAD};;;;\nA;{A};100;;;;\n;;;;;;\n", [10000]),
        (f"{HEAD}\nA;{A};100\n{HEAD}\nB;{B};50\n", [10000, 5000]),
        (f"Fournisseur;SIRET;Quantité;Prix unitaire HT;Montant HT\nA;{A};3;10;30\n", [3000]),
        (f"Fournisseur;SIRET;Montant HT;Cumul\nA;{A};100;100\nB;{B};50;150\n", [10000, 5000]),
        (f"{HEAD}\nA;{A};1\u202f234,56\nB;{B};€ 1 000,00\n", [123456, 100000]),
        ("Étiquettes de lignes;Somme de Montant HT\nA;100\nB;200\nTotal général;300\n", [10000, 20000]),
        # What is taken off, in its own column: the credit of a line without debit too.
        (f"Fournisseur;SIRET;Débit;Crédit\nA;{A};100;\nA;{A};;30\nA;{A};50;10\n", [10000, -3000, 4000]),
        (f"Fournisseur;SIRET;Montant débit;Montant crédit\nA;{A};100;0\nB;{B};;\n", [10000]),
        # A credit note told by the type of its piece; a class « C » is none.
        (f"Fournisseur;SIRET;Type;Montant HT\nA;{A};Facture;100\nA;{A};Avoir;30\n", [10000, -3000]),
        (f"Fournisseur;SIRET;Type;Montant HT\nA;{A};B;100\nA;{A};C;30\n", [10000, 3000]),
        (f"Fournisseur;SIRET;Sens;Montant HT\nA;{A};D;100\nA;{A};C;30\n", [10000, -3000]),
    ],
)
def test_what_is_spent_is_read_to_the_cent_whatever_the_form(tmp_path: Path, text: str, cents: list[int]) -> None:
    assert _kept(_read(tmp_path, text)) == cents


@pytest.mark.parametrize(
    ("text", "years"),
    [
        (f"Fournisseur;SIRET;2022;2023;Total\nA;{A};1;2;3\nB;{B};4;;4\n", [(100, 2022), (200, 2023), (400, 2022)]),
        (f"Fournisseur;SIRET;Total HT;2022 HT;2023 HT\nA;{A};3;1;2\n", [(100, 2022), (200, 2023)]),
        # One year beside an amount, or none, changes nothing.
        (f"Fournisseur;SIRET;2023;Total\nA;{A};2;3\n", [(300, None)]),
        (f"Fournisseur;SIRET;Montant HT;2022;2023\nA;{A};3;1;2\n", [(300, None)]),
    ],
)
def test_years_are_read_rather_than_their_total(tmp_path: Path, text: str, years: list[tuple[int, int | None]]) -> None:
    assert _read(tmp_path, text).lines.select("montant", "exercice").rows() == years


@pytest.mark.parametrize(
    ("head", "days"),
    [
        ("Exercice;Janvier;Fév.;Mars", ["2024-01-31", "2024-02-29", "2024-03-31"]),
        ("Exercice;janv-24;févr-24;mars-24", ["2024-01-31", "2024-02-29", "2024-03-31"]),
        ("Exercice;T1;T2;T3", ["2024-03-31", "2024-06-30", "2024-09-30"]),
        ("Exercice;1er trimestre;2e trimestre;3e trim.", ["2024-03-31", "2024-06-30", "2024-09-30"]),
    ],
)
def test_columns_that_are_months_or_quarters_give_one_line_each(tmp_path: Path, head: str, days: list[str]) -> None:
    read = _read(tmp_path, f"Fournisseur;SIRET;{head}\nA;{A};2024;1;2;4\n")
    assert read.lines["montant"].to_list() == [100, 200, 400]
    assert [str(day) for day in read.lines["date"]] == days and read.lines["exercice"].to_list() == [2024] * 3
    assert "une ligne par période" in read.accounts["lecture"][0]
    assert read.seen.filter(read.seen["sens"] == "montant").height == 3


@pytest.mark.parametrize(
    ("head", "days"),
    [
        ("T1 2024;T2 2024", ["2024-03-31", "2024-06-30"]),
        ("S1 2024;S2 2024", ["2024-06-30", "2024-12-31"]),
        ("Janvier 2024;Février 2024", ["2024-01-31", "2024-02-29"]),
        ("T1;T2", ["None", "None"]),
        ("T3 2024", ["2024-09-30"]),
    ],
)
def test_two_periods_are_enough_and_one_when_it_says_its_year(tmp_path: Path, head: str, days: list[str]) -> None:
    read = _read(tmp_path, f"Fournisseur;SIRET;{head}\nA;{A};{';'.join('12'[: len(days)])}\n")
    assert read.lines["montant"].to_list() == [100, 200][: len(days)]
    assert [str(day) for day in read.lines["date"]] == days
    assert not read.rejects.filter(read.rejects["champ"] == "date").height
    assert ("aucune année n'est dite" in read.accounts["lecture"][0]) == (days == ["None", "None"])


@pytest.mark.parametrize("head", ["T1", "Mars;Mars;Mars"])
def test_one_period_without_a_year_or_three_times_the_same_are_none(tmp_path: Path, head: str) -> None:
    with pytest.raises(Problem):
        _read(tmp_path, f"Fournisseur;SIRET;{head}\nA;{A};1;2;4\n")


@pytest.mark.parametrize(
    ("head", "cells", "cents", "said"),
    [
        ("Montant HT;Mandaté 2023;Mandaté 2024", "9;1;2", [100, 200], "« Montant HT » n'est pas compté"),
        ("Montant du marché HT;Payé 2024", "9;2", [200], "« Payé 2024 » : montants de l'année 2024"),
        ("Montant HT;Mandaté;Reste à mandater", "9;2;7", [200], ""),
        ("Mandaté 2023 HT;Mandaté 2024 HT", "1;2", [100, 200], "une ligne par année"),
        ("Montant maximum HT;Montant engagé;Mandaté cumulé", "9;5;2", [200], ""),
        ("HT 2023;TTC 2023;HT 2024;TTC 2024", "1;3;2;4", [100, 200], "une ligne par année : HT 2023, HT 2024"),
        # The amount says itself what was paid, or the years do not say that they were.
        ("Mandaté HT;Mandaté 2024", "9;2", [900], "colonne d'années ou de périodes non lue (Mandaté 2024)"),
        ("Montant HT;2023;2024", "9;1;2", [900], "colonnes d'années ou de périodes non lues (2023, 2024)"),
        ("Montant HT;Mandaté", "9;2", [900], ""),
    ],
)
def test_a_contract_s_amount_is_no_spending_beside_what_was_paid(
    tmp_path: Path, head: str, cells: str, cents: list[int], said: str
) -> None:
    read = _read(tmp_path, f"N° marché;Titulaire;SIRET;{head}\nM1;A;{A};{cells}\n")
    assert read.lines["montant"].to_list() == cents
    assert said in (read.accounts["lecture"][0] or "")


def test_what_is_never_spending_is_named_when_nothing_else_is_there(tmp_path: Path) -> None:
    for head in ("Montant engagé;Reste à payer", "Budget voté;Crédits ouverts"):
        with pytest.raises(Problem, match=f"« {head.split(';')[0]} » et « {head.split(';')[1]} » : jamais une dépense"):
            _read(tmp_path, f"Fournisseur;SIRET;{head}\nA;{A};1;2\n")
    with pytest.raises(Problem) as told:
        _read(tmp_path, f"Fournisseur;SIRET;Couleur\nA;{A};1\n")
    assert "jamais une dépense" not in str(told.value)


def test_a_mapping_written_and_reused_keeps_the_credits_and_the_periods(tmp_path: Path) -> None:
    for text in (
        f"Fournisseur;SIRET;Débit;Crédit\nA;{A};100;\nA;{A};;30\n",
        f"Fournisseur;SIRET;Janvier;Février;Mars\nA;{A};1;2;4\n",
    ):
        first = _read(tmp_path, text)
        again = ledgers.read_ledger(
            tmp_path / "d.csv", mapping=ledgers.write_mapping(first.mapping, tmp_path / "m.toml")
        )
        assert _kept(again) == _kept(first)


@pytest.mark.parametrize("cell", [45366, dt.date(2024, 3, 15), "45366", "15/03/2024"])
def test_a_date_of_a_spreadsheet_is_a_day(tmp_path: Path, cell: object) -> None:
    book = openpyxl.Workbook()
    for row in (
        ["Dépenses de la commune inventée"],
        [],
        ["Fournisseur", "SIRET", "Date mandat", "Montant HT"],
        ["A", A, cell, 100],
    ):
        book.active.append(row)
    book.active.merge_cells("A1:D1")
    book.save(tmp_path / "d.xlsx")
    assert str(ledgers.read_ledger(tmp_path / "d.xlsx").lines["date"][0]) == "2024-03-15"


@pytest.mark.parametrize(
    ("tva", "siren"), [("FR 56 732 829 320", "732829320"), ("fr83404833048", "404833048"), ("FR 00 123", None)]
)
def test_a_vat_number_with_spaces_gives_its_siren(tmp_path: Path, tva: str, siren: str | None) -> None:
    read = _read(tmp_path, f"Fournisseur;N° TVA intracommunautaire;Montant HT\nCŒUR D'ŒUVRE;{tva};10\n", "cp1252")
    assert read.lines.select("fournisseur", "siren").row(0) == ("CŒUR D'ŒUVRE", siren)


def test_periods_take_the_year_of_their_sheet_and_say_when_there_is_none(tmp_path: Path) -> None:
    text = f"Fournisseur;SIRET;T1;T2\nA;{A};1;2\n"
    (tmp_path / "depenses 2024.csv").write_text(text, encoding="utf-8")
    dated = ledgers.read_ledger(tmp_path / "depenses 2024.csv")
    assert [str(day) for day in dated.lines["date"]] == ["2024-03-31", "2024-06-30"]
    assert "aucune année" not in dated.accounts["lecture"][0]
    assert "aucune année" in _read(tmp_path, text).accounts["lecture"][0]


def test_the_printed_total_of_several_columns_is_their_sum(tmp_path: Path) -> None:
    head = f"Fournisseur;SIRET;2023;2024\nA;{A};1;2\nB;{B};3;4\n"
    assert _read(tmp_path, head + "Total général;;4;6\n").accounts.select("montant", "total_imprime").row(0) == (
        1000,
        1000,
    )
    assert _read(tmp_path, head + "Total général;;4;5\n").accounts.select("montant", "total_imprime").row(0) == (
        1000,
        900,
    )


def test_periods_left_for_their_total_are_named(tmp_path: Path) -> None:
    read = _read(tmp_path, f"Fournisseur;SIRET;Janv.;Fév.;Total\nA;{A};1;2;3\n")
    assert read.lines["montant"].to_list() == [300]
    assert "colonnes d'années ou de périodes non lues (Janv., Fév.)" in read.accounts["lecture"][0]
