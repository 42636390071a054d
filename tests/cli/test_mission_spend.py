"""Every command reads the spend file, the name and the warning that a mission gives its buyer, as its report does. All invented."""

from __future__ import annotations

import html
import shutil
from pathlib import Path

import pytest

from spaser import cli
from spaser.studies import mission

DATA = Path(__file__).parents[2] / "data"
SAID = """aujourdhui = 2026-11-28
annees = [2025]
fichiers = ["fichiers/marches_demo.json"]
registres = ["fichiers/registre_demo_esus_2026-09.csv", "fichiers/registre_demo_etablissements_2026-09.csv", "fichiers/registre_demo_inclusion_2026-09.csv"]
[[acheteur]]
nom = "Ville d'Aubrelle"
libelle = "La grande ville inventée"
mention = "Dépenses bel et bien inventées"
"""
LEDGER = 'depenses = "fichiers/depenses_demo.xlsx"\n'


@pytest.fixture
def home(tmp_path):
    def made(said: str) -> Path:
        folder = tmp_path / "m"
        mission.create(folder)
        shutil.copytree(
            DATA, folder / "fichiers", dirs_exist_ok=True, ignore=shutil.ignore_patterns("demo", "*.py", "*.md")
        )
        (folder / "mission.toml").write_text(said, encoding="utf-8")
        return folder

    return made


def page(name: str, folder: Path, file: str) -> str:
    place = folder / "dehors"
    assert cli.main([name, "--mission", str(folder), "--sortie", str(place)]) == 0
    return html.unescape((place / file).read_text(encoding="utf-8"))


@pytest.mark.parametrize(("name", "file"), [("publication", "index.html"), ("diagnostic", "diagnostic.html")])
def test_a_page_reads_the_spend_and_the_name_of_its_mission(name, file, home):
    told = page(name, home(SAID + LEDGER), file)
    assert "dépenses de l'année non fournies" not in told.replace("\u2019", "'")
    assert "La grande ville inventée" in told.split("<nav")[0]
    assert "Dépenses bel et bien inventées" in told


@pytest.mark.parametrize(("name", "file"), [("publication", "index.html"), ("diagnostic", "diagnostic.html")])
def test_without_a_spend_file_the_page_says_that_it_lacks(name, file, home):
    told = page(name, home(SAID.replace('libelle = "La grande ville inventée"\n', "")), file)
    assert "dépenses de l'année non fournies" in told.replace("\u2019", "'")
    assert "La grande ville" not in told


def test_the_impact_is_named_and_warned_of_as_its_mission_says(home, capsys):
    told = page("impact", home(SAID + LEDGER), "impact.html")
    assert "La grande ville inventée" in told and "Dépenses bel et bien inventées" in told
    assert "Dépenses bel et bien inventées" in capsys.readouterr().out


def test_the_impact_of_another_file_keeps_its_own_name(home, tmp_path):
    folder = home(SAID + LEDGER)
    other = shutil.copy(DATA / "depenses_demo.xlsx", tmp_path / "ailleurs.xlsx")
    assert cli.main(["impact", str(other), "--mission", str(folder), "--sortie", str(tmp_path / "s")]) == 0
    told = html.unescape((tmp_path / "s" / "impact.html").read_text(encoding="utf-8"))
    assert "ailleurs.xlsx" in told and "La grande ville inventée" not in told
