"""A buyer's own list is read whatever its header, encoding and delimiter. All lines here are invented."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
import xlsxwriter

from spaser.problems import Problem
from spaser.sources.contracts.lists import looks_like_list, read_list
from spaser.sources.contracts.values import check

SHARED = Path(__file__).parents[3] / "shared" / "data" / "decp_2019" / "bretagne_rendu_compte_cp1252.csv"
BUYER = "21750001600019"
LINES = [
    ["Ville inventée : marchés 2025"],
    [],
    ["N° de marché", "Objet du marché", "Montant HT", "Date de notification", "SIRET titulaire", "Clause sociale"],
    ["25-01", "Réfection de l'école", "12 000,50 €", "31/12/2025", "217 500 016 00019", "oui"],
    ["25-01", "Réfection de l'école", "12 000,50 €", "31/12/2025", "21330063500017", "oui"],
    ["", "Fournitures de bureau", "1.250,00", "02/01/2025", "", "non"],
    ["", "", "", "", "", ""],
    ["Total", "", "13 250,50", "", "", ""],
]


def text(delimiter: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(LINES)
    return out.getvalue()


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig", "utf-16"])
def test_a_csv_list_is_read_whatever_its_encoding_and_delimiter(delimiter: str, encoding: str) -> None:
    raw, rejects = read_list(io.BytesIO(text(delimiter).encode(encoding)), "liste.csv", acheteur=BUYER)
    records = check(raw.lazy()).records.collect().to_dicts()
    assert [record["montant"] for record in records] == [1200050, 1200050, 125000]
    assert [record["id"] for record in records] == ["25-01", "25-01", "ligne-6"]
    assert [len(record["titulaires"]) for record in records] == [1, 1, 0]
    answers = ["Clause sociale", "Clause sociale", "Pas de considération sociale"]
    assert [record["considerationsSociales"] for record in records] == answers
    assert {"liste.id_construit", "liste.total", "liste.vide"} <= set(rejects["regle"])


def test_a_workbook_is_read_with_its_dates_and_numbers() -> None:
    import datetime

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"default_date_format": "dd/mm/yyyy"})
    sheet = book.add_worksheet("Marchés")
    sheet.write_row(2, 0, ["Numéro", "Intitulé", "Montant HT", "Notifié le", "SIRET acheteur"])
    sheet.write_row(3, 0, ["M1", "Nettoyage", 1234.56])
    sheet.write_datetime(3, 3, datetime.datetime(2025, 3, 4))
    sheet.write_number(3, 4, int(BUYER))
    book.close()
    raw, _ = read_list(io.BytesIO(out.getvalue()), "liste.xlsx")
    record = check(raw.lazy()).records.collect().to_dicts()[0]
    assert (record["acheteur_id"], record["montant"], str(record["dateNotification"])) == (BUYER, 123456, "2025-03-04")


def test_a_list_without_buyer_says_how_to_give_it() -> None:
    with pytest.raises(Problem, match="--acheteur-siret"):
        read_list(io.BytesIO(text(";").encode()), "liste.csv")


def test_a_csv_without_usable_column_lists_what_was_seen_and_expected() -> None:
    with pytest.raises(Problem, match=r"Colonnes vues : Couleur, Taille.*Attendues"):
        read_list(io.BytesIO(b"Couleur;Taille\nrouge;12\n"), "couleurs.csv", acheteur=BUYER)


def test_an_empty_file_is_said_empty() -> None:
    with pytest.raises(Problem, match="vide"):
        read_list(io.BytesIO(b""), "vide.csv", acheteur=BUYER)


def test_a_list_is_told_from_anything_else() -> None:
    assert looks_like_list(text(";").encode("cp1252"))
    assert not looks_like_list(b"<html><body>Erreur 404</body></html>")


@pytest.mark.skipif(not SHARED.exists(), reason="real data of ../shared/data absent")
def test_a_real_list_of_a_region_is_read_entirely() -> None:
    with SHARED.open(encoding="cp1252", newline="") as file:
        lines = [line for line in list(csv.reader(file, delimiter=";"))[1:] if any(cell.strip() for cell in line)]
    raw, _ = read_list(SHARED, SHARED.name)
    assert raw["titulaires"].list.len().sum() == len(lines) == raw["position"].n_unique()
    assert set(raw["id"]) == {line[1].strip() for line in lines}


def test_a_list_of_suppliers_given_as_contracts_is_told_where_to_go() -> None:
    with pytest.raises(Problem, match="--registre"):
        read_list(io.BytesIO(text(";").encode()), "siae.csv")
