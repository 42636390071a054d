"""Headings of a spend file read by their words, units that are units, dates of a column: both sides of each."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from invented_ledger import siret, write_xlsx

from spaser.problems import Problem
from spaser.sources.ledgers import Ledger, read_ledger
from spaser.sources.ledgers.headings import propose

A, B, C = siret(1), siret(2), siret(3)


def read(tmp_path: Path, text: str) -> Ledger:
    (tmp_path / "d.csv").write_text(text, encoding="utf-8")
    return read_ledger(tmp_path / "d.csv")


def told(ledger: Ledger) -> str:
    return ledger.accounts["lecture"][0] or ""


@pytest.mark.parametrize(
    ("headings", "columns"),
    [
        ("Bénéficiaire;Siret bénéficiaire;Total TTC", {"siret": "Siret bénéficiaire", "montant": "Total TTC"}),
        ("Nom du prestataire;N° Siret du prestataire;Montant", {"siret": "N° Siret du prestataire"}),
        ("Créancier;SIRET créancier;Mandaté;Dt paiement", {"siret": "SIRET créancier", "date": "Dt paiement"}),
        ("Structure inclusive;Siret de la structure;Montant HT", {"fournisseur": "Structure inclusive"}),
        ("Attributaire;Montant facturé;Date d'engagement", {"date": "Date d'engagement"}),
        ("Tiers;Num. SIREN tiers;Montant de la facture T.T.C.", {"montant": "Montant de la facture T.T.C."}),
        ("SIRET;SIRET attributaire;Entreprise;Prix", {"siret": "SIRET attributaire"}),
        ("Fournisseur;Mnt payé;Dt facture;Dt échéance", {"montant": "Mnt payé", "date": "Dt facture"}),
        ("Fournisseur;Date facture;Date d'engagement;Montant", {"date": "Date facture"}),
        ("Raison sociale;SIRET;Montant (x 1000 €)", {"montant": "Montant (x 1000 €)"}),
        ("raisonSociale;siretFournisseur;montantTTC", {"siret": "siretFournisseur", "montant": "montantTTC"}),
        ("Fourn.;Montant;Dt.", {"fournisseur": "Fourn.", "date": "Dt."}),
        ("Tiers;Montant;Date mandat/titre", {"date": "Date mandat/titre"}),
        ("Raison sociale émetteur;Montant;SIRET émetteur", {"siret": "SIRET émetteur"}),
        (
            "Nom ou raison sociale du fournisseur ou prestataire;Montant total des prestations réalisées HT en euros",
            {"montant": "Montant total des prestations réalisées HT en euros"},
        ),
    ],
)
def test_a_heading_is_composed_of_a_word_and_its_object(headings, columns):
    found = propose(headings.split(";"))
    assert found and {word: found["colonnes"].get(word) for word in columns} == columns


@pytest.mark.parametrize(
    "headings",
    [
        "Fournisseur;Reste à payer",
        "Fournisseur;Montant engagé",
        "Fournisseur;Montant TVA",
        "Fournisseur;Nombre de factures",
        "Libellé;Objet;Montant",
        "Service;Montant mandaté",
        "Type de structure;Montant",
    ],
)
def test_words_that_are_no_amount_or_no_supplier_are_not_composed(headings):
    assert propose(headings.split(";")) is None


@pytest.mark.parametrize(("heading", "tax"), [("Montant T.T.C. réglé", "TTC"), ("Montant réglé hors taxes", "HT"), ("Montant des factures", "inconnue")])  # fmt: skip
def test_the_tax_of_a_composed_heading_is_read_in_its_words(heading, tax):
    assert propose(["Tiers", heading])["taxe"] == tax


def test_the_orders_of_a_composed_heading_are_said_to_be_orders(tmp_path):
    ledger = read(tmp_path, f"Structure inclusive;Siret de la structure;Montant de la commande HT\nAlpha;{A};10\n")
    assert "commandés, et non mandatés" in told(ledger) and ledger.lines["taxe"].to_list() == ["HT"]


def test_the_number_of_the_buyer_is_never_that_of_the_suppliers(tmp_path):
    head = "SIRET de la collectivité;Entreprise;Montant\n"
    ledger = read(tmp_path, head + "".join(f"{siret(n)};Fictive {n};10\n" for n in range(1, 7)))
    assert ledger.lines["siren"].count() == 0 and "acheteur, d'après son en-tête" in told(ledger)


@pytest.mark.parametrize(
    ("title", "rows", "known"),
    [
        ("Immatriculation légale", [A, B, C], 3),
        ("Immatriculation légale", [A, B], 0),
        ("Immatriculation légale", [A[:9], B[:9], C[:9]], 0),
        ("N° facture", [A, B, C], 0),
        ("Téléphone", [A[:9], B[:9], C[:9], siret(4)[:9], siret(5)[:9]], 0),
    ],
)
def test_a_column_of_sirets_is_read_by_its_values_and_no_other_number_is(tmp_path, title, rows, known):
    lines = "".join(f"{number};Fictive {n};{n + 1}\n" for n, number in enumerate(rows))
    ledger = read(tmp_path, f"{title};Raison sociale;Montant HT\n{lines}")
    assert ledger.lines["siren"].count() == known and ("d'après ses valeurs" in told(ledger)) is bool(known)


@pytest.mark.parametrize(
    ("above", "title", "cents"),
    [
        ("Dépenses de plus de 40 k€ – exercice 2024", "Montant", 4_150_000),
        ("Marchés supérieurs à 1 M€", "Montant", 4_150_000),
        ("Seuil de 25 000 euros", "Montant", 4_150_000),
        ("Plus de 40 milliers d'euros", "Montant", 4_150_000),
        ("Responsable : M E. Fictif", "Montant", 4_150_000),
        ("Dépenses en k€ (de plus de 40 k€)", "Montant", 4_150_000_000),
        ("Dépenses 2024 (k€)", "Montant", 4_150_000_000),
        ("Dépenses 2024 (en milliers d'euros)", "Montant", 4_150_000_000),
        ("Dépenses 2024", "Montant (x 1 000 €)", 4_150_000_000),
        ("Dépenses 2024", "Montant (M€)", 4_150_000_000_000),
        ("Dépenses 2024", "Montant en centimes", 41_500),
        ("Dépenses 2024", "Montant (cts)", 41_500),
        ("Dépenses 2024", "Montant kE", 4_150_000_000),
        ("Marchés de 40 à 90 k€", "Montant", 4_150_000),
        ("Petits achats (moins de 40 K€ HT)", "Montant", 4_150_000),
    ],
)
def test_a_unit_is_a_word_and_never_an_amount(tmp_path, above, title, cents):
    ledger = read(tmp_path, f"{above};;\n;;\nFournisseur;SIRET;{title}\nAlpha;{A};41500\n")
    assert ledger.lines["montant"].to_list() == [cents]
    assert ("convertis en euros" in told(ledger)) is (cents != 4_150_000)


def test_headings_on_two_rows_are_read_as_one(tmp_path):
    rows = [
        ["Fournisseur", None, "Montant", None, "Date"],
        ["Nom", "SIRET", "TTC", "HT", None],
        ["Alpha fictive", A, 12, 10, "15/03/2024"],
    ]
    ledger = read_ledger(write_xlsx(tmp_path / "d.xlsx", {"Feuil1": rows}))
    assert ledger.lines.select("siret", "montant", "taxe", "date").row(0) == (A, 1000, "HT", date(2024, 3, 15))
    assert ledger.accounts["ligne_entete"].to_list() == [2]


def test_a_unit_under_the_heading_is_no_line_and_a_line_of_words_is_no_heading(tmp_path):
    ledger = read(tmp_path, f"Fournisseur;SIRET;Montant HT;Date\n;;(k€);(jj/mm/aaaa)\nAlpha;{A};12;15/03/2024\n")
    assert ledger.lines["montant"].to_list() == [1_200_000] and "milliers" in told(ledger)
    ledger = read(tmp_path, f"Fournisseur;SIRET;Montant HT\nBeta;NC;\nAlpha;{A};12\n")
    assert ledger.lines["fournisseur"].to_list() == ["Beta", "Alpha"]


@pytest.mark.parametrize(
    ("cells", "days", "said"),
    [
        (["03/15/2024", "12/02/2024"], [date(2024, 3, 15), date(2024, 12, 2)], True),
        (["3/15/24 10:30", "12/2/24"], [date(2024, 3, 15), date(2024, 12, 2)], True),
        (["15/03/2024", "12/02/2024"], [date(2024, 3, 15), date(2024, 2, 12)], False),
        (["03/04/2024", "12/02/2024"], [date(2024, 4, 3), date(2024, 2, 12)], False),
        (["03/15/2024", "15/03/2024"], [None, date(2024, 3, 15)], False),
    ],
)
def test_a_column_that_writes_the_month_first_is_read_so_and_said(tmp_path, cells, days, said):
    lines = "".join(f"Fictive {n};{siret(n + 1)};10;{cell}\n" for n, cell in enumerate(cells))
    ledger = read(tmp_path, f"Fournisseur;SIRET;Montant;Date\n{lines}")
    assert ledger.lines["date"].to_list() == days and ("mois avant le jour" in told(ledger)) is said


def test_a_year_in_the_column_of_dates_is_a_year_and_no_fault(tmp_path):
    ledger = read(tmp_path, f"Fournisseur;SIRET;Montant;Date\nAlpha;{A};10;2024\nBeta;{B};10;1850\n")
    assert ledger.lines["exercice"].to_list() == [2024, None] and ledger.lines["date"].to_list() == [None, None]
    assert ledger.rejects["regle"].to_list() == ["date_illisible"]


def test_a_file_without_any_amount_is_refused(tmp_path):
    with pytest.raises(Problem, match="Aucun en-tête"):
        read(tmp_path, f"Fournisseur;SIRET;Reste à payer\nAlpha;{A};10\n")


def test_a_rounding_is_no_unit_and_is_told(tmp_path):
    ledger = read(tmp_path, f"Montants arrondis au millier d'euros;;\nFournisseur;SIRET;Montant\nAlpha;{A};41000\n")
    assert ledger.lines["montant"].to_list() == [4_100_000] and "lus en euros, à vérifier" in told(ledger)


@pytest.mark.parametrize(
    ("above", "year"),
    [
        ("Dépenses de l'exercice 2024", 2024),
        ("Exercice : 2024", 2024),
        ("Édité le 05/01/2025", None),
        ("Dépenses 2023 et achats 2024", None),
    ],
)
def test_the_year_of_a_title_dates_the_lines_that_nothing_nearer_dates(tmp_path, above, year):
    ledger = read(tmp_path, f"{above};;\nFournisseur;SIRET;Montant\nAlpha;{A};10\n")
    assert ledger.lines["exercice"].to_list() == [year] and ("l'exercice 2024" in told(ledger)) is bool(year)
    ledger = read(tmp_path, f"{above};;;\nFournisseur;SIRET;Montant;Exercice\nAlpha;{A};10;2022\n")
    assert ledger.lines["exercice"].to_list() == [2022]


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("1T2024", "2024-03-31"),
        ("2024-T3", "2024-09-30"),
        ("Q2 2024", "2024-06-30"),
        ("S2 2024", "2024-12-31"),
        ("2024 S1", "2024-06-30"),
        ("Mar 15, 2024", "2024-03-15"),
        ("15-Apr-2024", "2024-04-15"),
        ("2 December 2024", "2024-12-02"),
        ("5T2024", "None"),
        ("2024-T5", "None"),
    ],
)
def test_quarters_and_english_months_are_read(tmp_path, cell, day):
    ledger = read(tmp_path, f"Fournisseur;SIRET;Montant;Date\nAlpha;{A};10;{cell}\n")
    assert str(ledger.lines["date"][0]) == day


@pytest.mark.parametrize(("cell", "said"), [("USD", True), ("EUR", False), ("€", False)])
def test_another_currency_than_the_euro_is_told(tmp_path, cell, said):
    ledger = read(tmp_path, f"Fournisseur;SIRET;Montant;Devise\nAlpha;{A};10;{cell}\n")
    assert ("comptés comme des euros" in told(ledger)) is said
