"""The reader's day: one definition, taken by every command; no date after it stops the data, nothing is prepared before it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from spaser import french
from spaser.cli import main
from spaser.cli import options as cli_options
from spaser.studies import diagnostic

DATA = Path(__file__).parents[2] / "data"


def contract(number: str, notified: str, published: str = "", months: int = 24, **more) -> dict:
    plain = {
        "uid": f"2000000000{number}",
        "id": number,
        "acheteur": {"id": "20000000000011"},
        "objet": "Entretien des espaces verts de la ville fictive",
        "nature": "Marché",
        "codeCPV": "77310000-6",
        "procedure": "Procédure adaptée",
        "dureeMois": months,
        "dateNotification": notified,
        "montant": 120000,
        "titulaires": [{"titulaire": {"id": "30000000000011", "typeIdentifiant": "SIRET"}}],
        "considerationsSociales": {"considerationSociale": ["Clause sociale"]},
    }
    return plain | ({"datePublicationDonnees": published} if published else {}) | more


def file(tmp_path: Path, *contracts: dict) -> Path:
    path = tmp_path / "marches.json"
    path.write_text(json.dumps({"marches": {"marche": list(contracts)}}), encoding="utf-8")
    return path


TODAY = date(2026, 3, 1)


@pytest.mark.parametrize("where", ["notification", "publication", "both"])
def test_a_date_after_the_readers_day_never_stops_the_data_nor_moves_the_period(tmp_path: Path, where: str):
    near = "2026-03-02"
    told = {
        "notification": contract("M2", near),
        "publication": contract("M2", "2025-06-01", near),
        "both": contract("M2", near, near),
    }[where]
    rest = [contract("M1", "2025-05-02", "2025-06-02"), contract("M3", "2024-05-02", "2024-06-02")]
    base = diagnostic.prepare(file(tmp_path, *rest, told), today=TODAY)
    assert base.as_of == date(2025, 6, 2)
    years = base.contracts.select("id", "annee").collect()
    assert years["annee"].max() == 2025
    judged = dict(base.contracts.select("id", "date_regle").collect().rows())
    assert judged["M2"] == (None if where == "publication" else "notifie_apres_les_fichiers")


def test_a_date_on_the_readers_day_is_believed(tmp_path: Path):
    base = diagnostic.prepare(
        file(tmp_path, contract("M1", "2025-05-02", "2025-06-02"), contract("M2", "2026-02-20", "2026-03-01")),
        today=TODAY,
    )
    assert base.as_of == TODAY and base.contracts.select(pl.col("annee").max()).collect().item() == 2026


def test_the_date_given_for_the_data_wins_over_the_readers_day(tmp_path: Path):
    base = diagnostic.prepare(
        file(tmp_path, contract("M1", "2025-05-02", "2025-06-02")), as_of=date(2026, 6, 30), today=TODAY
    )
    assert (base.as_of, base.day) == (date(2026, 6, 30), date(2026, 6, 30))


@pytest.mark.parametrize(("day", "state"), [(date(2027, 5, 2), "a_venir"), (date(2027, 5, 3), "depassee")])
def test_the_calendar_is_read_from_the_readers_day(tmp_path: Path, day: date, state: str):
    base = diagnostic.prepare(file(tmp_path, contract("M1", "2025-05-02", "2025-06-02")), today=day)
    ends = diagnostic.diagnose(base).extras["renouvellements"]
    assert ends["echeance"].to_list() == [date(2027, 5, 2)] and ends["statut_echeance"].to_list() == [state]


def test_the_clock_stands_for_the_readers_day_and_does_not_age_the_demo(tmp_path: Path):
    later = date(2040, 1, 1)
    mine = diagnostic.prepare(file(tmp_path, contract("M1", "2025-05-02", "2025-06-02")), clock=later)
    assert mine.day == later and mine.as_of == date(2025, 6, 2)
    demo = diagnostic.prepare(DATA / "marches_demo_2023.json", clock=later)
    assert demo.today is None and demo.day == demo.as_of
    assert diagnostic.prepare(DATA / "marches_demo_2023.json", today=later, clock=later).day == later


def flat(text: str) -> str:
    return text.replace(french.NBSP, " ").replace(french.THIN, " ")


@pytest.mark.parametrize("command", [["diagnostic"], ["publication"]])
def test_commands_print_both_days_on_the_terminal_and_in_their_pages(tmp_path: Path, command: list[str], capsys):
    path = file(tmp_path, *(contract(f"M{n}", f"2025-05-{n:02}", "2025-06-02") for n in range(1, 6)))
    out = tmp_path / "s"
    assert main([*command, str(path), "--aujourdhui", "2026-03-01", "--sortie", str(out)]) == 0
    said = "272 jours avant le jour de lecture (1er mars 2026)"
    assert said in flat(capsys.readouterr().out)
    pages = [flat(page.read_text(encoding="utf-8")) for page in out.rglob("*.html")]
    assert pages and any("Données arrêtées au 2 juin 2025, " + said in page for page in pages)


def test_without_a_day_given_the_command_reads_the_clock_once_at_its_edge(tmp_path: Path, capsys, monkeypatch):
    monkeypatch.setattr(cli_options, "clock", lambda: date(2026, 3, 1))
    path = file(tmp_path, contract("M1", "2025-05-02", "2025-06-02"), contract("M2", "2026-03-02", "2026-03-02"))
    assert main(["diagnostic", str(path), "--sortie", str(tmp_path / "s")]) == 0
    assert "Données arrêtées au 2 juin 2025" in flat(capsys.readouterr().out)


@pytest.mark.parametrize("command", ["fournisseurs", "impact", "entreprise"])
def test_commands_on_a_ledger_print_both_days(command: str, tmp_path: Path, capsys):
    assert main([command, "--demo", "--aujourdhui", "2026-03-01", "--sortie", str(tmp_path)]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "jour de lecture (1er mars 2026)" in told and "Données arrêtées au" in told
