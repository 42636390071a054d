"""What a file is, told from its beginning: as the whole is told, and without reading it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from spaser.sources.registers import evidence, read_registers
from spaser.studies import mission, reading
from spaser.studies.acting import interviews
from spaser.studies.reading import recognised

DATA = Path(__file__).parents[2] / "data"
CONTRACT = {"id": "1", "acheteur": {"id": "90000000100017"}, "objet": "Nettoyage", "codeCPV": "90910000", "montant": 10}


@pytest.mark.parametrize(
    "name",
    ["registre_demo_esus_2026-09.csv", "avis_demo.csv", "depenses_demo.xlsx", "heures_demo.csv"],
)
def test_a_beginning_is_told_as_the_whole_is(name):
    path = DATA / name
    assert reading.recognise(path).kind == reading.look([path])[0].kind


def test_contracts_are_told_without_being_read(tmp_path, monkeypatch):
    path = tmp_path / "marches.json"
    path.write_text(
        json.dumps({"marches": {"marche": [CONTRACT | {"dateNotification": "2024-01-02", "procedure": "MAPA"}]}})
    )
    monkeypatch.setattr(recognised, "_told", lambda _: pytest.fail("read whole"))
    assert reading.recognise(path).kind == "contrats"


def test_notices_in_json_are_not_contracts(tmp_path):
    path = tmp_path / "avis.json"
    record = {"idweb": "24-1", "nomacheteur": "Ville inventée", "dateparution": "2024-01-02", "objet": "Nettoyage"}
    path.write_text(json.dumps([record]))
    assert reading.recognise(path).kind == reading.look([path])[0].kind == "avis publiés"


def test_only_the_beginning_of_a_long_table_is_laid_before_its_readers(tmp_path, monkeypatch):
    path = tmp_path / "mandats.csv"
    line = '2024;"Atelier\nfictif";90000000100017;{};611\n'
    path.write_text("Exercice;Tiers;SIRET;Montant TTC;Nature\n" + "".join(line.format(n) for n in range(9000)), "utf-8")
    sizes = []
    told = recognised._told
    monkeypatch.setattr(recognised, "_told", lambda one: (sizes.append(one.read_bytes()), told(one))[1])
    found = reading.recognise(path)
    assert (found.name, found.kind) == ("mandats.csv", "fichier de dépenses")
    (laid,) = sizes
    assert recognised.BEGINNING - 100 < len(laid) <= recognised.BEGINNING < path.stat().st_size
    # No record is cut, though one holds an end of line.
    assert laid.endswith(b";611\n") and path.read_bytes().startswith(laid)


def test_nothing_is_counted_from_a_beginning(tmp_path):
    path = tmp_path / "livre.csv"
    path.write_text("Fournisseur;Montant HT\nA;10\n", encoding="utf-8")
    found = reading.recognise(path)
    assert found.kind == "fichier de dépenses" and found.told == ()
    assert reading.headings(path) == ["Fournisseur", "Montant HT"]


def test_what_nobody_knows_keeps_its_reason(tmp_path):
    path = tmp_path / "autre.csv"
    path.write_text("Couleur;SIRET\nrouge;80000000000011\n", encoding="utf-8")
    assert reading.recognise(path).problem == reading.look([path])[0].problem


def _book(path, **sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, lines in sheets.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(line)
    book.save(path)
    return path


def test_a_workbook_of_the_kit_filled_in_is_told_by_the_kind_that_a_mission_takes(tmp_path):
    interviews.write_guide(tmp_path, date(2026, 11, 28))
    met = ["Besoin n°", "Fournisseur", "Rencontré le", "A répondu à la consultation", "A gagné"]
    books = {
        "entretiens remplis": tmp_path / "entretiens.xlsx",
        "suivi rempli": _book(
            tmp_path / "jour.xlsx", suivi=[met, ["B1", "Structure inventée", "12/10/2026", "oui", "non"]]
        ),
    }
    for kind, path in books.items():
        assert reading.recognise(path).kind == reading.look([path])[0].kind == kind
        assert kind in {one.kind for one in mission.GIVEN}
    both = {"programme": [["Projet", "Objet"], ["A1", "Nettoyage"]], "publié": [["Avis ou contrat"], ["1"]]}
    assert reading.recognise(_book(tmp_path / "programme.xlsx", **both)).kind == "suivi rempli"


def test_a_list_of_contracts_on_a_sheet_of_the_same_name_is_no_workbook_of_the_kit(tmp_path):
    head = ["N° marché", "SIRET acheteur", "Objet", "CPV", "Montant HT", "Date de notification", "Fournisseur"]
    line = ["1", "21750001600019", "Nettoyage des écoles", "90910000", "95000", "12/03/2024", "Structure inventée"]
    own = _book(tmp_path / "suivi.xlsx", suivi=[head, line])
    assert reading.recognise(own).kind == "contrats"


def test_the_file_that_declares_lists_is_sent_as_a_list_and_obeyed(tmp_path):
    (tmp_path / "amis.csv").write_text("SIRET;Nom;Adresse\n90000000100017;Inventé;Paris\n", encoding="utf-8")
    (tmp_path / "mes_listes.toml").write_text(evidence.line("amis.csv"), encoding="utf-8")
    assert reading.recognise(tmp_path / "mes_listes.toml").kind == "liste de fournisseurs"
    home = mission.create(tmp_path / "m")
    mission.add(home, "registres", [tmp_path / "amis.csv", tmp_path / "mes_listes.toml"])
    assert read_registers(list(mission.read(home).registers)).files["liste"].to_list() == [evidence.ADDRESSES]
    (tmp_path / "autre.toml").write_text("rayon = 30", encoding="utf-8")
    assert reading.recognise(tmp_path / "autre.toml").kind == "non reconnu"
