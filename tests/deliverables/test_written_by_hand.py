"""What a person wrote in a result is never replaced: the new result is a numbered copy beside it, and it is said."""

from __future__ import annotations

import sys

import pytest

from spaser.cli import main, terminal
from spaser.deliverables import files, written

CONTRACTS = (
    "N° marché;SIRET acheteur;Objet;CPV;Mt HT;Date de notification;Considérations sociales;Considérations environnementales\n"
    "A1;21750001600019;Nettoyage;90910000;95 000,50;12/03/2024;Clause sociale;Pas de considération environnementale\n"
)


@files.together
def _both(folder, content):
    return [files.deliver(folder / "page.html", content), files.deliver(folder / "table.xlsx", content)]


def test_a_result_as_the_kit_wrote_it_is_replaced(tmp_path):
    target = tmp_path / "r.xlsx"
    assert [files.deliver(target, content) for content in (b"un", b"deux", b"trois", b"quatre", b"cinq")] == [
        target
    ] * 5
    assert target.read_bytes() == b"cinq" and files.moved_message(target) == ""


def test_a_result_that_a_person_changed_is_kept_and_its_new_edition_stands_beside_it(tmp_path, capsys):
    target = files.deliver(tmp_path / "r.xlsx", b"un")
    target.write_bytes("un, et ce que j'ai ajouté".encode())
    for content in (b"deux", b"trois"):  # the copy is the kit's: it is replaced, never piled up
        copy = files.deliver(target, content)
        assert (copy.name, copy.read_bytes()) == ("r (2).xlsx", content)
    assert target.read_bytes() == "un, et ce que j'ai ajouté".encode()
    copy.write_bytes(b"et dans la copie aussi")
    assert files.deliver(target, b"quatre").name == "r (3).xlsx"
    terminal.wrote([copy])
    assert "r.xlsx a changé depuis que le kit l'a écrit : il est gardé" in capsys.readouterr().out.replace(
        "\xa0", " "
    ).replace("’", "'")


def test_a_file_that_the_kit_never_wrote_is_not_its_to_replace(tmp_path):
    own = tmp_path / "lignes.csv"
    own.write_text("à moi", encoding="utf-8")
    assert files.deliver(own, b"x").name == "lignes (2).csv" and own.read_text(encoding="utf-8") == "à moi"


def test_in_a_set_only_the_changed_file_is_a_copy(tmp_path):
    page, table = _both(tmp_path, b"un")
    table.write_bytes(b"de ma main")
    assert [path.name for path in _both(tmp_path, b"deux")] == ["page.html", "table (2).xlsx"]
    assert page.read_bytes() == b"deux" and table.read_bytes() == b"de ma main"


@pytest.mark.parametrize("damaged", [b"", b"\xff\xfe", b"[1, 2]", b'{"r.xlsx": 3}', b"[" * 200_000])
def test_lost_or_damaged_marks_keep_what_is_there(tmp_path, damaged):
    target = files.deliver(tmp_path / "r.xlsx", b"un")
    (tmp_path / written.NAME).write_bytes(damaged)
    assert files.deliver(target, b"deux").name == "r (2).xlsx" and target.read_bytes() == b"un"
    assert files.deliver(target, b"trois").read_bytes() == b"trois"


def test_a_run_stopped_between_the_mark_and_the_file_is_not_taken_for_a_person(tmp_path):
    target = files.deliver(tmp_path / "r.xlsx", b"un")
    written.note([(target, "0" * 64)])  # the mark of the new one, whose file never came
    assert files.deliver(target, b"trois") == target and target.read_bytes() == b"trois"


def test_a_table_filled_in_by_hand_survives_the_same_command(tmp_path, capsys):
    source, folder = tmp_path / "suivi.csv", tmp_path / "sortie"
    source.write_text(CONTRACTS, encoding="utf-8")
    command = ["lire", str(source), "--sortie", str(folder)]
    assert main(command) == 0
    filled = folder / "lecture_colonnes.csv"
    filled.write_bytes(b"mes notes")
    capsys.readouterr()
    assert main(command) == 0
    assert filled.read_bytes() == b"mes notes" and (folder / "lecture_colonnes (2).csv").is_file()
    assert "lecture_colonnes (2).csv" in capsys.readouterr().out
    assert not (folder / "lecture_sources (2).csv").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="le droit d'écrire se retire autrement sur Windows")
def test_a_result_closed_to_writing_is_said_and_not_a_traceback(tmp_path, monkeypatch):
    target = files.deliver(tmp_path / "r.xlsx", b"un")
    monkeypatch.setattr(written.Path, "read_bytes", lambda path: (_ for _ in ()).throw(PermissionError(13, "fermé")))
    assert files.deliver(target, b"deux").name == "r (2).xlsx"
