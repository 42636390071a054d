"""What an officer reads on the terminal after a mistake: a French line, never a traceback nor a page of the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from spaser.cli import main

CONTRACTS = "N° marché;SIRET acheteur;Objet;Mt HT;Date de notification;Clause soc ?\nA1;{siret};Papier;95 000,50;12/03/2024;oui\n"


@pytest.fixture
def contracts(tmp_path: Path) -> Path:
    path = tmp_path / "suivi.csv"
    path.write_text(CONTRACTS.format(siret="21750001600019"), encoding="utf-8")
    return path


def test_the_buyer_kept_the_columns_not_read_and_the_page_to_open_are_said(
    contracts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["diagnostic", str(contracts), "--acheteur", "Vile de Pari", "--sortie", str(tmp_path / "s")]) == 0
    said = capsys.readouterr().out.replace("\u00a0", " ").replace("\u202f", " ")
    assert "« Vile de Pari » ; acheteur retenu : Paris (217500016)" in said
    assert "à renommer si elles comptent : Clause soc ?" in said
    assert f"À ouvrir d'abord, dans un navigateur (double-clic) : {tmp_path / 's' / 'diagnostic.html'}" in said


def test_a_folder_that_cannot_be_written_is_a_french_line(
    contracts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "occupé").write_text("", encoding="utf-8")
    assert main(["diagnostic", str(contracts), "--sortie", str(tmp_path / "occupé")]) == 2
    assert "donnez un autre dossier avec --sortie" in capsys.readouterr().err


def test_contracts_given_as_a_ledger_are_not_printed_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "marches.json"
    path.write_text('[{"id": "' + "x" * 5000 + '"}]', encoding="utf-8")
    assert main(["fournisseurs", str(path)]) == 2
    assert len(capsys.readouterr().err) < 400


def test_the_day_the_data_stop_is_said_with_its_distance_from_the_readers_day(
    contracts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["diagnostic", str(contracts), "--aujourdhui", "2024-03-22", "--sortie", str(tmp_path / "s")]
    assert main(asked) == 0
    said = capsys.readouterr().out.replace("\u00a0", " ").replace("\u202f", " ")
    assert (
        "Données arrêtées au 12 mars 2024 (la dernière publication lue, sinon la dernière notification), 10 jours avant le jour de lecture (22 mars 2024)."
        in said
    )
    assert main([*asked, "--date", "2024-03-31"]) == 0
    said = capsys.readouterr().out.replace("\u00a0", " ").replace("\u202f", " ")
    assert (
        "Données arrêtées au 31 mars 2024 (donnée par --date), 9 jours après le jour de lecture (22 mars 2024)." in said
    )
