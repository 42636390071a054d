"""A buyer's own list is read whatever its header, encoding and delimiter. All lines here are invented."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
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


def _three_sheets() -> bytes:
    """Two lists of contracts (one year each, unnumbered lines among them) and a recap per holder."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    titles = ["Numéro", "Intitulé", "Montant HT", "Notifié le", "SIRET acheteur", "Titulaire"]
    years = {
        "2024": [
            ["A1", "Nettoyage", 1000, "04/03/2024", BUYER, "Inventée SARL"],
            ["", "Élagage", 250.5, "05/04/2024", BUYER, "Inventée SARL"],
        ],
        "2025": [
            ["B1", "Repas", 4000, "04/03/2025", BUYER, "Autre SAS"],
            ["", "Livres", 99.5, "06/06/2025", BUYER, "Autre SAS"],
            ["Total", "", 4099.5],
        ],
    }
    for name, lines in years.items():
        sheet = book.add_worksheet(name)
        for rank, row in enumerate([titles, *lines]):
            sheet.write_row(rank, 0, row)
    recap = book.add_worksheet("Récapitulatif")
    for rank, row in enumerate([["Titulaire", "Montant HT"], ["Inventée SARL", 1250.5], ["Autre SAS", 4099.5]]):
        recap.write_row(rank, 0, row)
    book.add_worksheet("Lisez-moi").write(0, 0, "Marchés de la ville inventée")
    book.close()
    return out.getvalue()


def _each_form(tmp_path: Path, form: str) -> bytes:
    if form == "xlsx":
        return _three_sheets()
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.skip("LibreOffice n'est pas installé : les classeurs XLS et ODS ne peuvent pas être fabriqués ici")
    (tmp_path / "marches.xlsx").write_bytes(_three_sheets())
    profile = f"-env:UserInstallation={(tmp_path / 'profil').as_uri()}"
    subprocess.run(
        [soffice, profile, "--headless", "--convert-to", form, "--outdir", tmp_path, tmp_path / "marches.xlsx"],
        check=True,
        capture_output=True,
    )
    return (tmp_path / f"marches.{form}").read_bytes()


@pytest.mark.parametrize("form", ["xlsx", "xls", "ods"])
def test_every_sheet_that_is_a_list_of_contracts_is_read_and_each_other_one_is_named_with_why(
    tmp_path: Path, form: str
) -> None:
    raw, rejects = read_list(io.BytesIO(_each_form(tmp_path, form)), f"marches.{form}")
    records = check(raw.lazy()).records.collect()
    assert records["montant"].sum() == 125050 + 409950 and records.height == 4
    assert records["position"].n_unique() == 4 and records["id"].to_list() == ["A1", "ligne-3", "B1", "2025-ligne-3"]
    left = {row["champ"]: row["valeur"] for row in rejects.filter(regle="liste.feuille").to_dicts()}
    assert (
        set(left) == {"Récapitulatif", "Lisez-moi"}
        and "récapitulatif" in left["Récapitulatif"]
        and "titre" in left["Lisez-moi"]
    )
    assert rejects.filter(regle="liste.total").height == 1


def test_the_account_of_a_workbook_of_several_sheets_reconciles_and_is_told(tmp_path: Path) -> None:
    import spaser

    (tmp_path / "marches.xlsx").write_bytes(_three_sheets())
    base = spaser.prepare([tmp_path / "marches.xlsx"])
    (account,) = base.accounts.to_dicts()
    assert (account["lus"], account["contrats"]) == (4, 4)
    said = spaser.summary(spaser.diagnose(base)).replace("\u00a0", " ").replace("\u202f", " ")
    assert "feuille « Récapitulatif » non lue" in said and "feuille « Lisez-moi » non lue" in said


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


def test_where_the_best_column_is_empty_the_next_of_the_same_meaning_is_read_and_said() -> None:
    text_ = (
        "N° de marché;Objet;Montant initial (HT);Montant prévu;Date de notification;SIRET titulaire\n"
        "1;A;;40 000,00;31/12/2025;21330063500017\n"
        "2;B;10,00;90,00;31/12/2025;21330063500017\n"
        "3;C;;;31/12/2025;21330063500017\n"
        "4;D;0,00;50,00;31/12/2025;21330063500017\n"
        "5;E;0,00;0,00;31/12/2025;21330063500017\n"
        "6;F;0,00;;31/12/2025;21330063500017\n"
    )
    raw, rejects = read_list(io.BytesIO(text_.encode()), "liste.csv", acheteur=BUYER)
    assert check(raw.lazy()).records.collect()["montant"].to_list() == [4_000_000, 1_000, None, 5_000, 0, 0]
    said = rejects.filter(rejects["regle"] == "liste.complete").select("champ", "valeur").rows()
    assert said == [("Montant prévu", "2")]
    assert "Montant prévu" not in rejects.filter(rejects["regle"] == "liste.colonne")["champ"].to_list()


@pytest.mark.parametrize(("first", "days"), [("03/15/2024", ["2024-03-15", "2024-12-02"]), ("03/11/2024", ["2024-11-03", "2024-02-12"])])  # fmt: skip
def test_a_list_that_writes_the_month_first_is_read_so_and_said(first: str, days: list[str]) -> None:
    text_ = f"N° de marché;Objet;Montant HT;Date de notification\n1;A;10;{first}\n2;B;20;12/02/2024\n"
    raw, rejects = read_list(io.BytesIO(text_.encode()), "liste.csv", acheteur=BUYER)
    assert [str(day) for day in check(raw.lazy()).records.collect()["dateNotification"]] == days
    assert ("liste.mois" in rejects["regle"].to_list()) is (days[0] == "2024-03-15")


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
