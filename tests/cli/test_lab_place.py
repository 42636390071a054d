"""``spaser lab DOSSIER`` opens the notebooks that are there: a mission's, those of the folder; it copies only where none is."""

from __future__ import annotations

import pytest

from spaser.cli import main, notebooks
from spaser.studies import mission


@pytest.fixture
def asked(monkeypatch):
    """What JupyterLab is asked: its folder, and the page it opens on."""
    seen: list[tuple[str, str]] = []

    def call(command, env):
        root = command[command.index("--notebook-dir") + 1]
        seen.append((root, next(word for word in command if "default_url" in word).rsplit("/", 1)[1]))
        return 0

    monkeypatch.setattr(notebooks.subprocess, "call", call)
    return seen


def test_a_mission_or_its_notebooks_open_without_a_copy_of_the_demo_in_them(tmp_path, asked):
    made = mission.create(tmp_path / "Quai", client="Ville du Quai", auteur="C. Inventé")
    for given in (made, made / "carnets"):
        main(["lab", str(given), "--sans-navigateur"])
    assert asked == [(str(made / "carnets"), "02_panorama.ipynb")] * 2
    assert not any((folder / name).exists() for folder in (made, made / "carnets") for name in ("data", "notebooks"))


def test_a_folder_without_notebooks_receives_them_and_opens_on_the_welcome(tmp_path, asked):
    main(["lab", str(tmp_path / "essai"), "--sans-navigateur"])
    main(["lab", str(tmp_path / "essai" / "notebooks"), "--sans-navigateur"])
    assert asked == [(str(tmp_path / "essai" / "notebooks"), "00_accueil.ipynb")] * 2
    assert not (tmp_path / "essai" / "notebooks" / "notebooks").exists()


@pytest.mark.parametrize("number, allowed", [(0, True), (1000, False)])
def test_the_administrator_of_a_machine_is_told_in_french_and_no_one_else_is_let_in_as_such(
    tmp_path, monkeypatch, capsys, number, allowed
):
    made, seen = mission.create(tmp_path / "Quai"), []
    monkeypatch.setattr(notebooks.os, "geteuid", lambda: number, raising=False)
    monkeypatch.setattr(notebooks.subprocess, "call", lambda command, env: seen.append(command))
    main(["lab", str(made), "--sans-navigateur"])
    assert ("--allow-root" in seen[0]) is allowed
    assert ("administrateur de cette machine" in capsys.readouterr().out) is allowed
