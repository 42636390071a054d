"""Notebooks already copied: told when the kit's differ, renewed with the former ones kept; a copied demo is one demo. All invented."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest

from spaser import shipped, widgets
from spaser.cli import main
from spaser.deliverables.report import table
from spaser.problems import Problem
from spaser.studies import mission
from spaser.widgets import missions as mission_form
from spaser.widgets import tables, welcome

DAY = date(2026, 11, 29)


@pytest.fixture
def home(tmp_path) -> Path:
    made = mission.create(tmp_path / "m", client="Inventée")
    mission.notebooks(made)
    return made


def changed(home: Path, name: str = "02_panorama.ipynb", *, parameters: bool = False) -> Path:
    """A notebook of the mission with another word in a cell, or in its parameters."""
    path = home / "carnets" / name
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cell = next(one for one in notebook["cells"] if ("parameters" in one["metadata"].get("tags", ())) == parameters)
    cell["source"] = [*cell["source"], "\n# own words"]
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path


def test_only_a_notebook_whose_cells_differ_is_out_of_date(home):
    assert mission.outdated(home / "carnets") == []
    changed(home, parameters=True)
    assert mission.outdated(home / "carnets") == []
    path = changed(home)
    assert mission.outdated(home / "carnets") == [path]
    notebook = json.loads((home / "carnets" / "03_clauses.ipynb").read_text(encoding="utf-8"))
    notebook["cells"][-1]["outputs"] = [{"name": "stdout"}]
    (home / "carnets" / "03_clauses.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    assert mission.outdated(home / "carnets") == [path]


def test_a_notebook_renewed_leaves_the_former_one_beside_it_each_time(home):
    for kept in ("02_panorama (avant le 29-11-2026).ipynb", "02_panorama (avant le 29-11-2026, 2).ipynb"):
        path = changed(home)
        assert mission.renew(home / "carnets", DAY) == [(path, path.with_name(kept))]
        assert "# own words" in path.with_name(kept).read_text(encoding="utf-8")
        assert 'mission = \\"..\\"' in path.read_text(encoding="utf-8")
        assert mission.outdated(home / "carnets") == [] == mission.renew(home / "carnets", DAY)
    assert len(mission.notebooks(home)) == len(list(shipped.notebooks().glob("[0-9]*.ipynb"))) - 1


def test_the_screen_tells_that_notebooks_differ_and_renews_them_at_a_click(home):
    assert welcome._renewed(home) == ()
    changed(home)
    words, button = welcome._renewed(home)
    assert "02_panorama" in words.value and "diffère" in words.value
    button.click()
    assert "avant le" in words.value and button.disabled
    assert welcome._renewed(home) == ()


def test_the_command_tells_then_renews_those_of_a_mission_and_those_of_a_copy(home, tmp_path, capsys):
    changed(home)
    assert main(["carnets", str(home)]) == 0
    told = capsys.readouterr().out
    assert "1 carnet diffère de celui du kit : 02_panorama" in told.replace("\u00a0", " ") and "--renouveler" in told
    assert not (home / "notebooks").exists()
    assert main(["carnets", str(home), "--renouveler"]) == 0
    assert "02_panorama.ipynb renouvelé" in capsys.readouterr().out
    copy = tmp_path / "copie"
    assert main(["carnets", str(copy)]) == 0
    assert "diffère" not in capsys.readouterr().out
    own = copy / "notebooks" / "02_panorama.ipynb"
    own.write_text(own.read_text(encoding="utf-8").replace("# Panorama", "# Mon panorama"), encoding="utf-8")
    assert main(["carnets", str(copy), "--renouveler"]) == 0
    assert own.read_bytes() == (shipped.notebooks() / "02_panorama.ipynb").read_bytes()
    assert len(list((copy / "notebooks").glob("02_panorama (avant le *.ipynb"))) == 1


def test_a_copy_of_the_demo_is_offered_once_as_a_demo_and_takes_no_file(tmp_path):
    copy = tmp_path / "data"
    shutil.copytree(shipped.demo(), copy)
    form = widgets.Missions(copy / "demo")
    named = [label for label, value in form.list.options if value]
    assert len([label for label in named if "Démonstration" in label]) == 1
    assert form.upload.layout.display == "none" and "inventés" in form.status.value
    assert form.home.resolve() == (copy / "demo").resolve()


def test_a_file_being_recognised_is_named_while_it_is(home, monkeypatch):
    form = mission_form.Missions(home)
    told = []
    looked = mission_form.reading.recognise
    monkeypatch.setattr(
        mission_form.reading, "recognise", lambda path: (told.append(form.status.value), looked(path))[1]
    )
    form.receive([{"name": name, "content": b"Fournisseur;Montant HT\nA;10\n"} for name in ("a.csv", "b.csv")])
    assert "fichier 1 sur 2" in told[0].replace("\u00a0", " ") and "b.csv" in told[1]
    assert "Tout ajouter" in form.all.description and form.all.layout.display == ""
    assert "Colonnes\u00a0: Fournisseur, Montant HT" in form.sent.children[0].children[0].value


def test_the_contract_followed_is_the_one_named_or_the_one_that_says_most():
    rows = pl.LazyFrame({"uid": ["a", "b", "c"], "nb_versions": [1, 3, 3], "montant_initial": [9, None, 5]})
    lecture = SimpleNamespace(base=SimpleNamespace(contracts=rows))
    assert widgets.followed(lecture, "a") == "a"
    assert widgets.followed(lecture, "absent") == "c"
    with pytest.raises(Problem, match="Aucun contrat"):
        widgets.followed(SimpleNamespace(base=SimpleNamespace(contracts=rows.head(0))), "a")


def test_a_table_without_a_line_says_so():
    empty, full = (table("t", "Titre", pl.DataFrame({"nom": names}), ["nom"]) for names in ([], ["Écluse"]))
    assert "Aucune ligne." in tables.written([empty]) and "Aucune ligne" not in tables.written([full])


def test_a_percentage_is_shown_as_one():
    shown = tables.show(pl.DataFrame({"bas": [3 / 794]}), "Part", parts=("bas",)).content.replace("\u00a0", " ")
    assert "0,4 %" in shown.replace("\u202f", " ")
