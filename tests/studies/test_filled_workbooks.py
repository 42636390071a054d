"""Workbooks a person fills in and gives back: another kind of file is named as such at each entrance, in French, and what is written there is never dropped without a word."""

from __future__ import annotations

import io
import os
import zipfile
from datetime import date, time
from pathlib import Path

import openpyxl
import pytest

from spaser.cli import main
from spaser.problems import Problem
from spaser.studies.acting import day, grouping, interviews, sheets
from spaser.studies.acting.day import sheets as day_sheets

HOUSE = Path(__file__).parents[2] / "spaser"


def _book(**rows: list[list[object]]) -> bytes:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, lines in rows.items():
        sheet = made.create_sheet(name)
        for line in lines:
            sheet.append(line)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _word() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<document/>")
    return out.getvalue()


def _stray() -> bytes:
    made = openpyxl.Workbook()
    made.active["XFD1048576"] = "x"
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


GIVEN = {
    "autre feuille": (_book(autre=[["x"]]), "feuille"),
    "Word": (_word(), "un document Word"),
    "mot de passe": (b"\xd0\xcf\x11\xe0" + bytes(4_000), "mot de passe"),
    "cellule égarée": (_stray(), "XFD1048576"),
    "texte": (b"a;b\n1;2\n", "classeur"),
    "vide": (b"", "classeur"),
    "coupé": (_book(x=[["x"]])[:900], "classeur"),
}
ENTRANCES = {
    "souhaits": lambda path: day.plan(path, day.Frame(date(2026, 12, 3), time(9), slots=4, tables=2)),
    "suivi": day.follow_up,
    "planning": day_sheets.planning,
    "groupements": grouping.asked,
    "entretiens": interviews.study,
}


@pytest.mark.parametrize("entrance", ENTRANCES)
@pytest.mark.parametrize("kind", GIVEN)
def test_another_kind_of_file_is_named(tmp_path, entrance, kind):
    content, said = GIVEN[kind]
    path = tmp_path / "rempli.xlsx"
    path.write_bytes(content)
    with pytest.raises(Problem) as caught:
        ENTRANCES[entrance](path)
    told = str(caught.value)
    assert said in told and "rempli.xlsx" in told and "calamine" not in told


@pytest.mark.parametrize("argument", ["absent.xlsx", "."])
def test_a_workbook_that_is_not_there_is_said_on_the_command_line(tmp_path, monkeypatch, capsys, argument):
    monkeypatch.chdir(tmp_path)
    assert main(["entretiens", argument]) == 2
    assert "introuvable" in capsys.readouterr().err and not list(tmp_path.iterdir())


def test_the_sheets_there_are_told_when_the_one_asked_lacks(tmp_path):
    path = tmp_path / "autre.xlsx"
    path.write_bytes(_book(Feuil1=[["x"]], Feuil2=[["y"]]))
    with pytest.raises(Problem, match="« Feuil1 », « Feuil2 »"):
        sheets.filled(path, "souhaits", {}, anchor="Fournisseur", written_by="spaser matinale")
    assert sheets.names(path) == {"Feuil1", "Feuil2"}


def test_lines_are_counted_as_the_spreadsheet_does(tmp_path):
    path = tmp_path / "souhaits.xlsx"
    path.write_bytes(_book(souhaits=[[], ["Titre"], [], ["Fournisseur"], [], ["Alpha"]]))
    read = sheets.filled(path, "souhaits", {"nom": ("fournisseur",)}, anchor="Fournisseur", written_by="x")
    assert read == [{"ligne": "6", "nom": "Alpha"}]


def test_a_slot_or_a_need_that_cannot_be_read_is_said_and_not_left_out(tmp_path):
    path = tmp_path / "souhaits.xlsx"
    head = ["Besoin n°", "Acheteur", "Fournisseur", "Créneau imposé", "Souhait acheteur"]
    frame = day.Frame(date(2026, 12, 3), slots=4, tables=2)
    path.write_bytes(_book(souhaits=[head, ["un", "V", "A", "premier", 3]]))
    with pytest.raises(Problem) as caught:
        day.wishes(path, frame)
    assert "« un » n'est pas un numéro" in str(caught.value) and "« premier »" in str(caught.value)
    path.write_bytes(_book(souhaits=[head, [1, "V", "A", 2, 3]]))
    assert day.wishes(path, frame).select("numero", "fixe").row(0) == (1, 2)


@pytest.mark.parametrize(
    ("written", "cents"),
    [
        ("12 500,50 €", 1_250_050),
        (12500.3333333, 1_250_033),
        ("999999999999", 99_999_999_999_900),
        ("9999999999999", None),
        ("9" * 400, None),
        ("12.500", None),
        ("-5", None),
    ],
)
def test_an_amount_won_is_a_number_of_this_world_or_is_refused(tmp_path, written, cents):
    path = tmp_path / "suivi.xlsx"
    path.write_bytes(_book(suivi=[["Fournisseur", "Montant gagné"], ["A", written]]))
    if cents is None:
        with pytest.raises(Problem, match="n'est pas un montant"):
            day.follow_up(path)
    else:
        assert day.follow_up(path)["montant_gagne"].to_list() == [cents]


def test_workbooks_are_opened_in_one_room():
    openers = [
        path.relative_to(HOUSE).as_posix()
        for path in HOUSE.rglob("*.py")
        if any(
            word in path.read_text(encoding="utf-8") for word in ("read_excel(", "import fastexcel", "load_workbook(")
        )
    ]
    assert openers == ["sources/workbooks.py"]


@pytest.mark.skipif(os.name == "nt", reason="Windows ne laisse pas écrire de tels noms")
class TestNames:
    @pytest.mark.parametrize("verb", [["lire"], ["clauses"], ["relire"], ["registre"], ["fournisseurs"], ["entretiens"], ["programme"], ["mission", "nouvelle", "m", "--pieces"]])  # fmt: skip
    @pytest.mark.parametrize("inside", [True, False], ids=["dans un dossier", "nommé"])
    def test_a_name_that_is_no_text_is_refused_before_it_is_read(self, tmp_path, monkeypatch, capsys, verb, inside):
        monkeypatch.chdir(tmp_path)
        folder = tmp_path / "pieces"
        folder.mkdir()
        path = folder / os.fsdecode(b"CCAP mal\xe9.txt")
        path.write_text("Article 1", encoding="utf-8")
        assert main([*verb, str(folder if inside else path)]) == 2
        told = capsys.readouterr().err
        assert told and (inside or "codage" in told) and "�" not in told.replace("mal�", "")

    def test_an_accented_name_is_read(self, tmp_path, capsys):
        path = tmp_path / "CCAP été « l'un ».txt"
        path.write_text("Article 1 : clause d'insertion de 500 heures.", encoding="utf-8")
        assert main(["clauses", str(path), "--sortie", str(tmp_path / "s")]) == 0

    @pytest.mark.parametrize("verb", [["clauses", "--lexique"], ["entretiens", "--reponses"], ["entretiens"], ["rapport"], ["lire"]])  # fmt: skip
    def test_a_pipe_is_refused_rather_than_waited_for(self, tmp_path, capsys, verb):
        os.mkfifo(tmp_path / "tube")
        assert main([*verb, str(tmp_path / "tube")]) == 2
        assert "tube" in capsys.readouterr().err
