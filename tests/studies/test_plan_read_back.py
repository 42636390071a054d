"""The plan filled in the workbook is read back by the next run: merged by key, counted, never overwritten by what the kit writes."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import polars as pl
import pytest

from spaser.cli import main
from spaser.problems import Problem
from spaser.sources.answers.plan import read_plan
from spaser.studies import mission

DATA = Path(__file__).parents[2] / "data"
TOWN = "000000117"


def workbook(
    path: Path,
    *lines: tuple,
    head: tuple = (
        "Identifiant",
        "Action",
        "Qui (à remplir)",
        "État (à remplir)",
        "Échéance fixée (à remplir)",
        "Note (à remplir)",
    ),
) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "plan"
    sheet.append(["Plan d'actions"])
    sheet.append(list(head))
    for line in lines:
        sheet.append(list(line))
    book.save(path)
    return path


def read(path: Path) -> list[tuple]:
    return read_plan(path).select("objet_type", "objet_id", "champ", "valeur").collect().rows()


def test_each_filled_cell_is_one_decision_found_by_its_identifier(tmp_path):
    path = workbook(
        tmp_path / "plan.xlsx",
        ("A-1", "Réserver", "Mme Dupré", "en cours", None, " "),
        (None, "ligne libre", "x", "", "", ""),
    )
    assert read(path) == [("action", "A-1", "etat", "en cours"), ("action", "A-1", "responsable", "Mme Dupré")]


def test_columns_may_be_moved_and_a_date_typed_as_such_is_a_day(tmp_path):
    from datetime import datetime

    path = workbook(
        tmp_path / "plan.xlsx",
        (datetime(2027, 3, 1), "A-1"),
        head=("Échéance fixée (à remplir)", "Identifiant"),
    )
    assert read(path) == [("action", "A-1", "echeance", "2027-03-01")]


def test_a_workbook_without_a_plan_says_what_to_do(tmp_path):
    with pytest.raises(Problem, match="plan d'actions"):
        read(workbook(tmp_path / "autre.xlsx", ("a",), head=("Colonne",)))


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """A mission whose report was written, its plan filled in, and its report written again."""
    given = tmp_path_factory.mktemp("donnees")
    # One line end more: the files are no longer the demo's, whose missions keep nothing.
    own = {
        key: [given / path.name.replace("demo", "ville") for path in sorted(DATA.glob(pattern)) if _twin(path, given)]
        for key, pattern in (("fichiers", "marches_demo*.json"), ("registres", "registre_demo*.csv"))
    }
    home = mission.create(tmp_path_factory.mktemp("m") / "ma-ville", client="Ma Ville inventée")
    for key, paths in own.items():
        mission.add(home, key, paths)
    said = (home / "mission.toml").read_text(encoding="utf-8")
    (home / "mission.toml").write_text(f'{said}\nformes = ["xlsx"]\n[[acheteur]]\nnom = "{TOWN}"\n', encoding="utf-8")
    assert main(["rapport", str(home)]) == 0
    return home


def _twin(path: Path, folder: Path) -> int:
    return (folder / path.name.replace("demo", "ville")).write_bytes(path.read_bytes() + b"\n")


def plan_of(home: Path) -> tuple[Path, openpyxl.Workbook, dict[str, dict[str, int]]]:
    path = next(mission.last(home / "sorties", "rapports").rglob("*.xlsx"))
    book = openpyxl.load_workbook(path)
    sheet = book["plan"]
    top = next(row for row in sheet.iter_rows() if any(cell.value == "Identifiant" for cell in row))
    heads = {str(cell.value).split(" (")[0]: cell.column for cell in top if cell.value}
    rows = {sheet.cell(line, heads["Identifiant"]).value: line for line in range(top[0].row + 1, sheet.max_row + 1)}
    return path, book, {"heads": heads, "rows": {key: at for key, at in rows.items() if key}}


def test_what_was_filled_is_taken_up_by_the_next_report_and_said(done, capsys):
    path, book, found = plan_of(done)
    key, line = next(iter(found["rows"].items()))
    book["plan"].cell(line, found["heads"]["Qui"]).value = "Service des achats"
    book["plan"].cell(line, found["heads"]["État"]).value = "en cours"
    book.save(path)
    capsys.readouterr()
    assert main(["rapport", str(done)]) == 0
    assert "2 décisions reprises" in capsys.readouterr().out
    kept = mission.decisions(mission.read(done)).table("action")
    assert set(kept.select("objet_id", "champ", "valeur").rows()) == {
        (key, "responsable", "Service des achats"),
        (key, "etat", "en cours"),
    }
    _, again, now = plan_of(done)
    assert again["plan"].cell(now["rows"][key], now["heads"]["Qui"]).value == "Service des achats"
    assert again["plan"].cell(now["rows"][key], now["heads"]["État"]).value == "en cours"
    assert (
        path.is_file()
        and openpyxl.load_workbook(path)["plan"].cell(line, found["heads"]["Qui"]).value == "Service des achats"
    )


def test_a_workbook_that_nobody_saved_since_decides_nothing(done, capsys):
    kept = mission.decisions(mission.read(done))
    before = kept.table("action")
    assert mission.edited(done / "sorties") == []
    assert main(["rapport", str(done)]) == 0
    assert "reprise" not in capsys.readouterr().out
    assert kept.table("action").equals(before)
    assert before.filter(pl.col("valeur") == "à faire").is_empty()
