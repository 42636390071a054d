"""What the terminal says first of a spend file and its lists: columns understood, essentials empty, SIREN only, lists without SIRET. All invented."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from spaser.cli import main
from spaser.studies import suppliers
from spaser.studies.suppliers import decisions, handover

CASES = Path(__file__).parents[3] / "shared" / "cases" / "ledgers"
LISTED = "siret;raison_sociale;type;code_postal;commune\n00090002700012;ESAT DU LAC;ESAT;75001;Paris\n;ATELIER DES TILLEULS;ESAT;94400;Vitry-sur-Seine\n"


def run(folder: Path, ledger: str, listed: str = LISTED, **options):
    (folder / "depenses.csv").write_text(ledger, encoding="utf-8")
    (folder / "inclusion_2024.csv").write_text(listed, encoding="utf-8")
    return suppliers.suppliers_of(
        folder / "depenses.csv", [folder / "inclusion_2024.csv"], as_of=date(2024, 12, 31), **options
    )


def test_a_file_of_siren_only_is_answered_by_legal_unit_and_says_what_that_means(tmp_path):
    result = run(
        tmp_path,
        "Fournisseur;SIREN;Montant HT;Date\nESAT DU LAC;000900027;1000;12/03/2024\nAutre;000900043;500;12/03/2024\n",
    )
    assert result.by_unit
    assert result.lines["titulaire_inclusif"].to_list() == [True, None]
    assert "ne donne que des SIREN" in handover.summary(result)
    assert "pas que c'est lui qui a été payé" in handover.summary(result)


def test_a_file_with_one_siret_is_not_answered_by_legal_unit(tmp_path):
    result = run(
        tmp_path,
        "Fournisseur;SIRET;Montant HT;Date\nESAT DU LAC;000900027;1000;12/03/2024\nAutre;00090004300019;500;12/03/2024\n",
    )
    assert not result.by_unit
    assert result.lines["titulaire_inclusif"].to_list() == [None, None]


@pytest.mark.parametrize(("printed", "told"), [("2500,00", True), ("2000,00", False)])
def test_a_printed_total_that_differs_is_said_on_the_terminal_as_on_the_page(tmp_path, printed, told):
    lines = f"Fournisseur;SIRET;Montant HT;Date\nESAT DU LAC;00090002700012;1000,00;12/03/2024\nAutre;00090004300019;1000,00;12/03/2024\nTOTAL;;{printed};\n"
    said = handover.summary(run(tmp_path, lines)).replace("\xa0", " ")
    assert ("total imprimé" in said) is told and ("(500,00 €)" in said) is told


def test_a_structure_listed_without_siret_is_linked_by_its_exact_name_and_postcode(tmp_path):
    result = run(
        tmp_path,
        "Fournisseur;SIRET;Code postal;Montant HT;Date\nAtelier des Tilleuls;00090004300019;94400;1000;12/03/2024\n",
    )
    assert result.lines.select("titulaire_inclusif", "inclusif_types").rows() == [(True, "ESAT")]
    assert "rattachée par son nom" in result.lines["inclusif_raison"][0]


def test_a_structure_listed_without_siret_that_only_looks_alike_waits_for_the_user(tmp_path):
    ledger = "Fournisseur;SIRET;Code postal;Montant HT;Date\nAtelier des Tilleuls Services;00090004300019;94400;1000;12/03/2024\n"
    result = run(tmp_path, ledger)
    assert result.lines["titulaire_inclusif"].to_list() == [None]
    waiting = result.validations.filter(pl.col("fournisseur") == "ATELIER DES TILLEULS")
    assert waiting["siren"].to_list() == ["000900043"]
    answers = waiting.select("cle", "siren", "siret", pl.lit("accepter").alias("decision"))
    (tmp_path / "validations.csv").write_bytes(b"")
    handover.write(result, tmp_path / "sortie")
    text = (tmp_path / "sortie" / "validations.csv").read_text(encoding="utf-8-sig")
    head, *rows = text.splitlines()
    at = head.split(";").index("decision")
    filled = [
        ";".join(cell if rank != at else "accepter" for rank, cell in enumerate(row.split(";")))
        for row in rows
        if answers["cle"][0] in row
    ]
    (tmp_path / "reponses.csv").write_text("\n".join([head, *filled]) + "\n", encoding="utf-8")
    again = run(tmp_path, ledger, validations=tmp_path / "reponses.csv")
    assert again.lines["inclusif_types"].to_list() == ["ESAT"]


@pytest.mark.parametrize(("paid", "asked"), [("00090004300019", []), ("00090005000014", ["ATELIER DES TILLEULS"])])
def test_a_structure_of_a_list_that_looks_like_nobody_paid_here_asks_nothing(tmp_path, paid, asked):
    listed = LISTED + "00090005000014;ATELIER DES TILLEULS SERVICES;ESAT;94400;Vitry-sur-Seine\n"
    result = run(
        tmp_path,
        f"Fournisseur;SIRET;Code postal;Montant HT;Date\nPeintre inventé;{paid};94400;1000;12/03/2024\n",
        listed,
    )
    found = result.validations
    assert (found["fournisseur"].unique().to_list() if found.height else []) == asked


@pytest.mark.parametrize(
    ("ledger", "said"),
    [
        ("Fournisseur;SIRET;Montant HT (k€);Exercice\nA;00090004300019;354;2024\n", "milliers d'euros"),
        (
            "siret;fournisseur;date;prix_ht\n21690266800013;A;2024-05-02;90\n21690266800013;B;2024-05-03;10\n",
            "identifiant de l'acheteur",
        ),
        ("Fournisseur;SIRET;Montant HT\nA;00090004300019;354\n", "aucun avec : date"),
    ],
)
def test_what_was_understood_is_said_before_any_figure(tmp_path, ledger, said):
    told = handover.summary(run(tmp_path, ledger)).replace("\xa0", " ").split("Total du fichier")[0]
    assert said in told


def test_what_a_person_must_decide_is_one_table_with_where_to_answer(tmp_path):
    ledger = "Fournisseur;SIRET;Code postal;Montant HT (k€);Date\nAtelier des Tilleuls Services;00090004300019;94400;1;12/03/2024\n"
    listed = "Annuaire de l'économie sociale\nsiren;nom;code postal;commune\n000900043;A;94400;Vitry-sur-Seine\n"
    rows = decisions.to_decide(run(tmp_path, ledger, listed))
    assert rows.select("objet_type", "ou_repondre").rows() == [
        ("colonne", "correspondance.toml"),
        ("liste", "un fichier .toml donné avec vos listes ([[liste]])"),
    ]
    assert rows["montant"].to_list() == [100_000, None]
    names = decisions.to_decide(run(tmp_path, ledger))
    assert names.filter(pl.col("objet_type") == "nom")["objet_id"].to_list() == ["ATELIER DES TILLEULS"]


def test_the_command_lire_tells_what_each_file_is_and_what_is_filled(tmp_path, capsys):
    (tmp_path / "depenses.csv").write_text(
        "Fournisseur;SIRET;Montant HT;Engagement;Date\nA;00090004300019;354;1;12/03/2024\n", encoding="utf-8"
    )
    (tmp_path / "liste.csv").write_text(LISTED, encoding="utf-8")
    (tmp_path / "carnet.csv").write_text("siren;nom;code postal\n000900217;A;69001\n", encoding="utf-8")
    (tmp_path / "plan.csv").write_text("Objet;Montant estimé;Date prévue\nPapier;100;2027\n", encoding="utf-8")
    assert (
        main(
            [
                "lire",
                *(str(tmp_path / name) for name in ("depenses.csv", "liste.csv", "carnet.csv", "plan.csv")),
                "--sortie",
                str(tmp_path / "s"),
            ]
        )
        == 0
    )
    said = capsys.readouterr().out
    assert "depenses.csv : fichier de dépenses" in said
    plain = said.replace("\u202f", " ").replace("\u00a0", " ")
    assert "feuille « depenses » : 1 ligne lue = 1 gardée" in plain
    assert "2 lignes lues = 1 gardée + 1 sans numéro" in plain
    assert "Colonnes non reconnues : Engagement" in said
    assert "liste.csv : liste de fournisseurs" in said
    assert "carnet.csv : non reconnu" in said
    assert "plan.csv : programme d'achat" in said
    seen = {path.name for path in (tmp_path / "s").iterdir()}
    assert seen == {".ecrits.json", "lecture_sources.csv", "lecture_colonnes.csv"}


def test_the_ledgers_of_the_field_come_out_right(tmp_path):
    if not CASES.is_dir():
        pytest.skip("cas absents : ../shared/cases/ledgers")
    lists = sorted(CASES.glob("registre_*.csv"))
    dated = suppliers.suppliers_of(CASES / "dates_dd_mm_yy.csv", lists)
    assert dated.lines["exercice"].to_list() == [2023, 2024, 2024, 2024]
    assert dated.lines.filter(pl.col("fournisseur") == "ESUS A")["titulaire_esus"].to_list() == [True, True]
    trap = suppliers.suppliers_of(CASES / "every_trap.csv", lists, as_of=date(2025, 12, 31))
    assert trap.balance.filter(pl.col("poste") == "total")["montant"].to_list() == [2_787_553]
