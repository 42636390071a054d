"""`spaser lire` tells a person's answers and a tender's documents as any other file; an essential left empty is said, in the diagnostic too."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from spaser import maturity
from spaser.cli import main
from spaser.studies import reading
from spaser.studies.diagnostic.holders import identified

CONSTATS = "contrat;consideration;decision;auteur;date;motif\ncontrat 1;clause sociale;accepte;L. Inventé;12/03/2026;lu\ncontrat 2;critère social;;;;\n"
HOURS = "Marché;Année;Heures prévues;Heures réalisées;Source\nM1;2025;500;420;facilitateur\nM2;2025;300;;\n"
CORRECTED = "SIRET;Statut;Valeur;Auteur;Date;Motif\n00000014400016;ess;peut-être;Moi;2026-01-01;x\n"


def _looked(tmp_path: Path, name: str, content: str) -> reading.Looked:
    (tmp_path / name).write_text(content, encoding="utf-8")
    return reading.look([tmp_path / name])[0]


def test_answers_to_findings_are_counted_given_and_left(tmp_path: Path) -> None:
    found = _looked(tmp_path, "constats.csv", CONSTATS)
    assert found.kind == "réponses aux constats"
    assert found.filled.select("enregistrements", "considerations").row(0) == (2, 1)
    assert found.told == ("réponses données : 1 sur 2\u00a0lignes",)


def test_hours_are_not_taken_for_a_programme(tmp_path: Path) -> None:
    found = _looked(tmp_path, "heures.csv", HOURS)
    assert found.kind == "heures d'insertion" and found.filled["texte"].to_list() == [1]
    assert found.seen.filter(found.seen["sens"] == "heures_faites")["remplies"].to_list() == [1]


def test_a_programme_keeps_its_kind(tmp_path: Path) -> None:
    text = "Objet;Montant estimé;Date prévue\nEntretien;9000;2027-03\n"
    assert _looked(tmp_path, "programme.csv", text).kind == "programme d'achat"


def test_faults_of_answers_are_told_with_the_account(tmp_path: Path) -> None:
    found = _looked(tmp_path, "corrections.csv", CORRECTED)
    assert found.kind == "statuts corrigés à la main" and "à corriger avant de le donner" in found.told[1]


def test_answers_all_empty_are_said(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    (tmp_path / "constats.csv").write_text(CONSTATS.replace("accepte", ""), encoding="utf-8")
    main(["lire", str(tmp_path / "constats.csv")])
    assert "2 lus, mais aucun avec : réponse" in capsys.readouterr().out.replace("\u00a0", " ")


def test_a_questionnaire_says_its_questions_answered_and_left(tmp_path: Path) -> None:
    asked = maturity.questions(maturity.grid()).collect()["question"].to_list()
    saved = {"spaser_maturite": maturity.FORM, "reponses": {asked[0]: 2, asked[1]: None, "autre.question": 1}}
    found = _looked(tmp_path, "reponses.json", json.dumps(saved))
    assert found.kind == "réponses au questionnaire" and f"questions répondues : 1 sur {len(asked)}" in found.told[0]
    assert "autre.question" in found.told[1]


def test_a_document_says_its_kind_and_its_text(tmp_path: Path) -> None:
    text = "# Règlement de la consultation\n\n## Article 1\n\nLe marché est réservé aux entreprises adaptées.\n"
    found = _looked(tmp_path, "RC.md", text)
    assert found.kind == "pièces d'un marché" and found.filled["texte"][0] == found.filled["enregistrements"][0] > 0


def test_a_contract_column_empty_everywhere_is_said_in_the_diagnostic(
    tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    head = "numéro de marché;objet;montant HT;date de notification;titulaire;SIRET titulaire;SIRET acheteur\n"
    lines = "".join(f"2026-{n};;{n}0000;2026-0{n}-01;Entreprise {n};;21690266800013\n" for n in range(1, 5))
    (tmp_path / "vide.csv").write_text(head + lines, encoding="utf-8")
    main(["diagnostic", str(tmp_path / "vide.csv"), "--sortie", str(tmp_path / "s")])
    told = capsys.readouterr().out.replace("\u00a0", " ")
    assert "Attention, dans vide.csv : 4 lus, mais aucun avec : titulaire identifié, objet" in told


def test_a_contract_column_filled_once_is_not_said_empty(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    head = "numéro de marché;objet;montant HT;date de notification;titulaire;SIRET titulaire;SIRET acheteur\n"
    lines = "".join(
        f"2026-{n};{'Papier' * (n == 2)};{n}0000;2026-0{n}-01;Entreprise {n};;21690266800013\n" for n in range(1, 5)
    )
    (tmp_path / "plein.csv").write_text(head + lines, encoding="utf-8")
    main(["diagnostic", str(tmp_path / "plein.csv"), "--sortie", str(tmp_path / "s")])
    told = capsys.readouterr().out.replace("\u00a0", " ")
    assert "aucun avec : titulaire identifié\n" in told


def test_a_number_with_a_wrong_key_identifies_nobody_and_a_foreign_one_does() -> None:
    ids = [
        ("21690266800013", "SIRET"),
        ("21690266800014", None),
        ("DE123456789", "TVA"),
        (None, None),
        ("Entreprise", None),
    ]
    held = pl.DataFrame(ids, schema=["titulaire_id", "titulaire_typeIdentifiant"], orient="row")
    assert held.select(identified())["titulaire_id"].to_list() == [True, False, True, False, False]


@pytest.mark.parametrize(("one", "total"), [("D1", 3), ("M1", 2)])
def test_contracts_and_records_of_concessions_add_up(tmp_path: Path, one: str, total: int) -> None:
    """A concession under the number of a contract joins it: the account says so, or says nothing when none does."""
    market = {"_type": "Marché", "id": "M1", "acheteur": {"id": "21690266800013"}, "nature": "Marché", "objet": "Papier", "codeCPV": "30197630",
              "procedure": "Procédure adaptée", "dureeMois": 12, "dateNotification": "2019-02-01", "montant": 1000,
              "titulaires": [{"id": "21690266800013", "typeIdentifiant": "SIRET", "denominationSociale": "X"}]}  # fmt: skip
    granted = {"_type": "Contrat de concession", "id": one, "autoriteConcedante": {"id": "21690266800013"}, "nature": "Délégation de service public",
               "objet": "Halles", "dureeMois": 24, "dateDebutExecution": "2019-03-01", "dateSignature": "2019-02-01", "valeurGlobale": 5000,
               "concessionnaires": [{"id": "21690266800013", "typeIdentifiant": "SIRET", "denominationSociale": "X"}]}  # fmt: skip
    found = _looked(tmp_path, "decp.json", json.dumps({"marches": [market, market | {"id": "M2"}, granted]}))
    told = _said(found)
    assert "enregistrement de concession" in told.split("\n")[0]
    if total == 3:
        assert "même acheteur" not in told
    else:
        assert (
            "2 contrats = 2 marchés : 1 enregistrement de concession porte le numéro d'un contrat déjà compté" in told
        )


def _said(found: reading.Looked) -> str:
    return "\n".join(found.told).replace("\u00a0", " ").replace("\u202f", " ")


def test_a_spend_file_says_its_total_its_tax_its_years_and_why_lines_are_left(tmp_path: Path) -> None:
    head = "Fournisseur;Date;Mandaté TTC\n"
    said = _said(_looked(tmp_path, "d.csv", head + "A;01/02/2023;1000\nB;01/02/2024;500\nC;01/02/2024;abc\n"))
    assert "1 500,00 € TTC de 2023 à 2024" in said and "1 ligne : montant illisible (n° 4)" in said
    assert "aucune ligne n'est gardée" not in said
    assert "aucune ligne n'est gardée" in _said(_looked(tmp_path, "v.csv", head + "A;01/02/2023;abc\n"))


def test_notices_say_their_kinds_and_that_an_unknown_one_proves_no_launch(tmp_path: Path) -> None:
    rows = [
        {"idweb": f"26-{n}", "objet": "O", "nomacheteur": "V", "dateparution": "2026-09-15", "nature_libelle": kind}
        for n, kind in enumerate(["Rectificatif", "Rectificatif", "Divers"])
    ]
    said = _said(_looked(tmp_path, "a.json", json.dumps({"results": rows})))
    assert "dont 2 rectificatifs et 1 de nature non dite (aucun lancement prouvé)" in said


def test_a_record_refused_twice_is_counted_once(tmp_path: Path) -> None:
    text = "Nom;SIRET;Type\nA;80000000000011;EI\nB;80000000700016;Tiers-lieu\n"
    assert "1 ligne : hors sujet : type de structure inconnu (« Tiers-lieu »)" in _said(
        _looked(tmp_path, "l.csv", text)
    )


def test_a_programme_says_the_columns_it_does_not_read(tmp_path: Path) -> None:
    head = "Objet;Montant estimé;Date prévisionnelle de publication;Météo\n"
    found = _looked(tmp_path, "p.csv", head + "Entretien;9000;avril 2027;beau\n")
    assert "colonnes non lues : Météo" in _said(found) and found.filled["date"].to_list() == [1]


def _concession(amount: int) -> dict[str, object]:
    holder = {"id": "21690266800013", "nom": "V"}
    return {"_type": "Contrat de concession", "id": "2018C1", "autoriteConcedante": holder, "valeurGlobale": amount}


@pytest.mark.parametrize(("records", "said"), [((1000, 2000), True), ((1000,), False)])
def test_records_united_under_one_number_are_said(tmp_path: Path, records: tuple[int, ...], said: bool) -> None:
    text = json.dumps({"marches": [_concession(amount) for amount in records]})
    assert ("y est réuni" in _said(_looked(tmp_path, "c.json", text))) is said


@pytest.mark.parametrize(("cell", "code"), [("abc", 2), ("1000", 0)])
def test_a_spend_file_without_any_amount_is_refused_with_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture, cell: str, code: int
) -> None:
    spent, listed = tmp_path / "d.csv", tmp_path / "l.csv"
    spent.write_text(f"Fournisseur;SIRET;Date;Mandaté TTC\nA;80000000000011;01/02/2024;{cell}\n", encoding="utf-8")
    listed.write_text("Nom;SIRET;Type\nA;80000000000011;EI\n", encoding="utf-8")
    given = ["fournisseurs", str(spent), "--registre", str(listed), "--sortie", str(tmp_path / "s")]
    try:
        left = main(given)
    except SystemExit as stop:
        left = stop.code
    assert (left or 0) == code
    assert ("n'a de montant lisible" in capsys.readouterr().err) is (code == 2)


SPENT = "SIRET collectivité;SIRET;Fournisseur;{date};Objet;Montant HT\n21690266800013;00090004300019;A;12/03/2024;Nettoyage;1000,00\n"


def test_a_spend_file_that_names_its_buyer_is_one_and_says_what_else_it_could_be(tmp_path: Path) -> None:
    found = _looked(tmp_path, "mandats.csv", SPENT.format(date="Date mandat"))
    assert found.kind == "fichier de dépenses" and found.filled["titulaire"].to_list() == [1]
    assert "autre lecture possible : une liste de contrats" in _said(found)
    contracts = _looked(tmp_path, "contrats.csv", SPENT.format(date="Date de notification"))
    assert contracts.kind == "contrats" and "autre lecture" not in _said(contracts)


def _contracts(amounts: list[int]) -> str:
    head = "numéro de marché;objet;montant HT;date de notification;SIRET titulaire;SIRET acheteur\n"
    lines = (f"2026-{n};Papier;{one};2026-01-01;00090004300019;21690266800013\n" for n, one in enumerate(amounts))
    return head + "".join(lines)


def test_contracts_say_what_they_add_up_to_and_which_amounts_are_in_doubt(tmp_path: Path) -> None:
    said = _said(_looked(tmp_path, "c.csv", _contracts([1000, 2500, 0])))
    assert "montants publiés à la notification : 3 500,00 €" in said
    assert "dont 1 montant impossible (0,00 €) : un montant nul ou négatif" in said
    assert "impossible" not in _said(_looked(tmp_path, "d.csv", _contracts([1000, 2500])))


def test_an_empty_sheet_is_named_whatever_the_file_is(tmp_path: Path) -> None:
    tables = {
        "fichier de dépenses": [["Fournisseur", "Montant HT"], ["A", "10"]],
        "programme d'achat": [["Objet", "Montant estimé", "Date prévue"], ["Papier", "10", "03/2027"]],
        "liste de fournisseurs": [["Nom", "SIRET", "Type"], ["A", "80000000000011", "EI"]],
    }
    for kind, rows in tables.items():
        for empty in ([], ["Vide"], ["Vide", "Blanche"]):
            with xlsxwriter.Workbook(tmp_path / "c.xlsx") as book:
                sheet = book.add_worksheet("Table")
                for rank, row in enumerate(rows):
                    sheet.write_row(rank, 0, row)
                for name in empty:
                    book.add_worksheet(name)
            found = reading.look([tmp_path / "c.xlsx"])[0]
            told = [line for line in found.told if "rien à y lire" in line]
            assert found.kind == kind
            assert told == (
                []
                if not empty
                else [
                    f"feuille{'s' * (len(empty) > 1)} vide{'s' * (len(empty) > 1)}, rien à y lire : {', '.join(empty)}"
                ]
            )


def test_a_file_nobody_knows_is_refused_in_one_breath(tmp_path: Path) -> None:
    plain = _looked(tmp_path, "x.csv", "Couleur;Taille\nrouge;3\n").problem or ""
    assert plain.startswith("Vu : Couleur, Taille.") and "\n" not in plain and "mes_listes.toml" not in plain
    named = _looked(tmp_path, "y.csv", "Couleur;SIRET\nrouge;80000000000011\n").problem or ""
    assert 'liste = [{ fichier = "y.csv"' in named and "\n" not in named
    never = _looked(tmp_path, "z.csv", "Fournisseur;Montant engagé;Reste à payer\nA;3;2\n").problem or ""
    assert "« Montant engagé » et « Reste à payer » : jamais une dépense" in never and "jamais" not in plain
    other = _looked(tmp_path, "o.json", '{"a": [1, 2]}').problem or ""
    assert "Champs trouvés : « a »" in other and other.count("(o.json)") == 1


def test_structures_without_a_place_and_names_not_shown_are_counted(tmp_path: Path) -> None:
    head = "Nom;SIRET;Type;Code postal;Commune\n"
    placed = _said(_looked(tmp_path, "p.csv", head + "A;80000000000011;EI;69001;Lyon\n"))
    lost = _said(_looked(tmp_path, "l.csv", head + "A;80000000000011;EI;;\nB;80000000700016;ACI;69001;Lyon\n"))
    assert "1 structure non située" in lost and "située" not in placed
    text = "siren,forme_juridique,etat,nom\n800000000,{},A,Personne Inventée\n"
    assert "1 nom de personne physique non montré" in _said(_looked(tmp_path, "n.csv", text.format("1000")))
    assert "non montré" not in _said(_looked(tmp_path, "m.csv", text.format("5710")))


def test_a_workbook_of_empty_sheets_is_refused_by_its_sheets(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "v.xlsx") as book:
        book.add_worksheet("Un"), book.add_worksheet("Deux")
    assert "Toutes les feuilles de ce classeur sont vides : Un, Deux" in (
        reading.look([tmp_path / "v.xlsx"])[0].problem or ""
    )


@pytest.mark.parametrize(("date", "said"), [("Date de notification", True), ("Date mandat", False)])
def test_contracts_without_a_buyer_read_as_spending_are_said(tmp_path: Path, date: str, said: bool) -> None:
    text = f"N° marché;Objet;Montant HT;{date};Titulaire;SIRET titulaire\n1;Papier;1000;01/02/2024;A;00090004300019\n"
    found = _looked(tmp_path, "c.csv", text)
    assert found.kind == "fichier de dépenses"
    assert ("ajoutez une colonne « SIRET acheteur »" in _said(found)) is said


def test_the_words_of_a_contract_s_title_are_read_in_any_order(tmp_path: Path) -> None:
    head = "N° marché;Objet;Montant HT;Date de notification;{};{}\n1;Papier;1000;01/02/2024;00090004300019;21690266800013\n"
    found = _looked(tmp_path, "c.csv", head.format("Titulaire - SIRET", "Acheteur SIRET"))
    assert found.kind == "contrats" and found.filled.select("acheteur", "titulaire").row(0) == (1, 1)
    other = _looked(tmp_path, "d.csv", head.format("Titulaire couleur", "SIRET acheteur"))
    assert other.filled.select("acheteur", "titulaire").row(0) == (1, 0)


def test_a_damaged_workbook_is_refused_alone(tmp_path: Path) -> None:
    (tmp_path / "abime.xlsx").write_bytes(b"PK\x03\x04 rien")
    (tmp_path / "d.csv").write_text("Fournisseur;Montant HT\nA;10\n", encoding="utf-8")
    kinds = [found.kind for found in reading.look([tmp_path / "abime.xlsx", tmp_path / "d.csv"])]
    assert kinds == ["non reconnu", "fichier de dépenses"]
