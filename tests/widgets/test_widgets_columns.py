"""Which column of a spend file is what is decided on the screen: kept, undone, obeyed by the report and the commands. All invented."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from invented_ledger import siret

from spaser import french, widgets
from spaser.cli import main
from spaser.studies import mission
from spaser.studies.acting import company

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture
def made(tmp_path) -> Path:
    """A mission whose spend file has two amounts: what is ordered stands under the heading of an amount."""
    lines = "".join(f"Atelier fictif {n};{siret(n)};{1000 * n};{10 * n};2024\n" for n in range(1, 8))
    (tmp_path / "depenses.csv").write_text(
        f"Raison sociale;Code légal;Montant HT;Réglé net;Exercice\n{lines}", encoding="utf-8"
    )
    source = mission.create(tmp_path / "m", client="Inventée", auteur="A. Inventée")
    mission.add(source, "depenses", [tmp_path / "depenses.csv"])
    return source


def shown(source: Path) -> widgets.Suppliers:
    class Desk:
        mission = globals()["mission"].read(source)

    return widgets.Suppliers(Desk())


def answers(grid, word: str) -> dict[str, object]:
    line = next(line for line in grid.lines if line.key == word)
    return dict(line.chosen.options)


def choose(grid, word: str, title: str) -> None:
    line = next(line for line in grid.lines if line.key == word)
    line.chosen.value = dict(line.chosen.options)[french.typeset(title)]


def total(suppliers: widgets.Suppliers) -> int:
    return suppliers.result.lines["montant"].sum()


def test_another_column_is_chosen_kept_for_the_next_reading_and_undone(made):
    first = shown(made)
    assert total(first) == 28_000 * 100
    assert french.typeset("« Raison sociale »") not in answers(first.columns, "fournisseur")
    choose(first.columns, "montant", "« Réglé net »")
    first.columns.save.click()
    assert total(first) == 280 * 100
    assert total(shown(made)) == 280 * 100
    kept = (made / "decisions" / "correspondance.toml").read_text(encoding="utf-8")
    assert "Réglé net" in kept
    assert re.match(r"# Colonnes décidées à l'écran par A. Inventée le \d\d/\d\d/\d{4}\.\n", kept)
    first.columns.undo.click()
    assert total(first) == total(shown(made)) == 28_000 * 100
    assert mission.columns(made / "decisions") is None
    first.columns.undo.click()
    assert "rien à annuler" in first.columns.status.value


def test_a_column_taken_away_is_no_longer_read(made):
    first = shown(made)
    assert first.result.lines["siren"].null_count() == 0
    choose(first.columns, "siret", "aucune colonne")
    first.columns.save.click()
    assert first.result.lines["siren"].null_count() == 7


def test_one_column_is_not_two_things_and_an_amount_is_needed(made):
    first = shown(made)
    assert "aucune colonne" not in answers(first.columns, "montant")
    for word in ("libelle", "service"):
        choose(first.columns, word, "« Exercice »")
    first.columns.save.click()
    assert "deux choses" in first.columns.status.value.replace("&#x27;", "'")
    choose(first.columns, "service", "ne rien changer")
    choose(first.columns, "libelle", "« Montant HT »")
    first.columns.save.click()
    assert "Il manque la colonne du montant" in first.columns.status.value
    assert mission.columns(made / "decisions") is None


def test_the_commands_and_the_report_of_the_mission_obey_the_columns_decided(made, tmp_path):
    first = shown(made)
    choose(first.columns, "montant", "« Réglé net »")
    first.columns.save.click()
    assert mission.read(made).every.wishes.columns == made / "decisions" / "correspondance.toml"
    assert main(["fournisseurs", "--mission", str(made), "--sortie", str(tmp_path / "o")]) == 0
    lines = (tmp_path / "o" / "lignes.csv").read_text(encoding="utf-8-sig").splitlines()
    rows = list(csv.DictReader(lines, delimiter=";"))
    assert [float(row["montant"].replace(",", ".")) for row in rows] == [10 * n for n in range(1, 8)]


def test_the_columns_a_person_wrote_come_back_when_a_choice_on_the_screen_is_undone(made):
    file = made / "decisions" / "correspondance.toml"
    file.parent.mkdir(exist_ok=True)
    own = '# à moi\ntaxe = "HT"\n[colonnes]\nmontant = "Réglé net"\nfournisseur = "Raison sociale"\nexercice = "Exercice"\n'
    file.write_text(own, encoding="utf-8")
    first = shown(made)
    assert total(first) == 280 * 100
    choose(first.columns, "montant", "« Montant HT »")
    first.columns.save.click()
    assert total(first) == 28_000 * 100
    first.columns.undo.click()
    assert file.read_text(encoding="utf-8") == own and total(first) == 280 * 100


def test_the_report_of_a_company_s_mission_obeys_the_columns_decided(made, tmp_path, monkeypatch):
    register = tmp_path / "liste.csv"
    register.write_text(
        f"SIRET;Raison sociale;Type\n{siret(1)};Atelier fictif 1;EI\n{siret(2)};Autre;ACI\n", encoding="utf-8"
    )
    mission.add(made, "registres", [register])
    mission.change(made, {"soumis_au_code": False})
    first = shown(made)
    choose(first.columns, "montant", "« Réglé net »")
    first.columns.save.click()
    seen, real = [], company.company_of
    monkeypatch.setattr(
        company, "company_of", lambda *given, **named: seen.append(named["mapping"]) or real(*given, **named)
    )
    main(["rapport", str(made), "--sortie", str(tmp_path / "o")])
    assert seen == [made / "decisions" / "correspondance.toml"]


def test_a_ledger_whose_headings_are_not_understood_is_read_once_its_columns_are_chosen(made, tmp_path):
    (tmp_path / "mandats.csv").write_text(
        "Payé le;Bénéficiaire du virement;Montant;Total réglé\n03/01/2024;Atelier fictif;20;120\n04/02/2025;Quai fictif;40;240\n",
        encoding="utf-8",
    )
    mission.change(made, {"depenses": None})
    mission.add(made, "depenses", [tmp_path / "mandats.csv"])
    first = shown(made)
    assert "Aucun en-tête de fichier de dépenses reconnu" in first.answer.value
    assert "quelle colonne est le montant" in first.columns.status.value
    choose(first.columns, "montant", "« Total réglé »")
    first.columns.save.click()
    assert "Il manque qui est payé" in first.columns.status.value and mission.columns(made / "decisions") is None
    choose(first.columns, "fournisseur", "« Bénéficiaire du virement »")
    choose(first.columns, "date", "« Payé le »")
    choose(first.columns, "taxe", "taxes comprises (TTC)")
    first.columns.save.click()
    assert total(first) == 360 * 100
    assert first.result.mapping["taxe"] == "TTC"
    assert sorted(first.result.lines["exercice"].to_list()) == [2024, 2025]
    assert first.links is not None and len(first.place.children) == 4
    first.columns.undo.click()
    assert "Aucun en-tête" in first.answer.value and len(first.place.children) == 2
    assert "Aucun en-tête" in first._repr_mimebundle_()["text/plain"]


def test_the_views_of_the_desk_follow_the_columns_decided(made, tmp_path):
    mission.change(made, {"demonstration": None})
    (tmp_path / "liste.csv").write_text(
        "N° marché;SIRET acheteur;Objet;CPV;Mt HT;Date de notification;Considérations sociales\n"
        f"1;{siret(1)};Nettoyage;90910000;95 000;12/03/2024;Clause sociale\n",
        encoding="utf-8",
    )
    mission.add(made, "fichiers", [tmp_path / "liste.csv"])
    desk = widgets.Desk(widgets.read(str(made)))
    before = desk.diagnostic
    suppliers = widgets.Suppliers(desk)
    assert desk._spend().select("montant").sum().collect().item() == 28_000 * 100
    choose(suppliers.columns, "montant", "« Réglé net »")
    suppliers.columns.save.click()
    assert desk._spend().select("montant").sum().collect().item() == 280 * 100
    assert desk.selection.decided == 1 and desk.diagnostic is not before


def test_a_choice_that_leaves_no_amount_says_that_the_choice_is_what_to_come_back_on(made):
    first = shown(made)
    choose(first.columns, "montant", "« Raison sociale »")
    first.columns.save.click()
    told = first.answer.value.replace("&#x27;", "'")
    assert "n'a de montant lisible" in told and "revenez sur ce choix" in told and "des formules" not in told
    first.columns.undo.click()
    assert "montant lisible" not in first.answer.value
