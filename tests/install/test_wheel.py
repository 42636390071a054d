"""The product is whole when installed: a wheel, in a fresh environment and another folder, does the main job and runs a notebook."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from spaser import shipped

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("roue")
    asked = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(folder),
        str(ROOT),
    ]
    done = subprocess.run(asked, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return next(folder.glob("spaser-*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """The ``bin`` of a fresh environment: the wheel is its own, the dependencies are those of the tests, lent by a path."""
    home = tmp_path_factory.mktemp("ailleurs") / "env"
    venv.create(home, with_pip=False)
    bin_ = home / ("Scripts" if os.name == "nt" else "bin")
    python = bin_ / ("python.exe" if os.name == "nt" else "python")
    place = Path(
        subprocess.run(
            [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], capture_output=True, text=True
        ).stdout.strip()
    )
    asked = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "-q",
        "--no-deps",
        "--no-index",
        str(wheel),
    ]
    done = subprocess.run(asked, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    (place / "zz_dependances.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return bin_


def run(bin_: Path, folder: Path, *words: str) -> subprocess.CompletedProcess:
    environ = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"} | {
        "PYTHONUTF8": "1",
        "PATH": f"{bin_}{os.pathsep}{os.environ['PATH']}",
    }
    return subprocess.run(
        [str(bin_ / words[0]), *words[1:]], cwd=folder, env=environ, capture_output=True, text=True, encoding="utf-8"
    )


def test_the_wheel_carries_the_demo_and_the_notebooks(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert (
        "spaser/demonstration/marches_demo.json" in names
        and "spaser/carnets/00_accueil.ipynb" in names
        and "spaser/py.typed" in names
    )
    assert "spaser/carnets/config/jupyter_server_config.json" in names
    assert not [name for name in names if "__pycache__" in name or name.startswith(("data/", "notebooks/", "tests/"))]


def test_the_main_job_runs_from_another_folder_and_names_the_installed_command(installed, tmp_path):
    found = run(installed, tmp_path, "python", "-c", "import spaser; print(spaser.__file__)").stdout
    assert str(installed.parent) in found
    done = run(installed, tmp_path, "spaser", "diagnostic", "--demo", "--sortie", "resultats")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "resultats" / "diagnostic.html").is_file()
    assert "spaser lab" in done.stdout and "run.py" not in done.stdout + done.stderr


def test_a_renamed_file_of_the_demo_is_known_for_what_it_is_once_installed(installed, wheel, tmp_path):
    with zipfile.ZipFile(wheel) as whole:
        (tmp_path / "ville.json").write_bytes(whole.read("spaser/demonstration/marches_demo_2023.json"))
    (tmp_path / "liste.csv").write_text(
        "siret;raison_sociale;type\n00090002700012;ESAT DU LAC;ESAT\n", encoding="utf-8"
    )
    done = run(installed, tmp_path, "spaser", "diagnostic", "ville.json", "--registre", "liste.csv")
    assert done.returncode == 2 and "ne se mélange pas" in done.stderr


def test_the_notebooks_are_copied_once_and_what_is_there_is_kept(installed, tmp_path):
    assert run(installed, tmp_path, "spaser", "carnets", "a moi").returncode == 0
    mine = tmp_path / "a moi" / "notebooks" / "00_accueil.ipynb"
    mine.write_text("à moi", encoding="utf-8")
    again = run(installed, tmp_path, "spaser", "carnets", "a moi")
    assert again.returncode == 0 and "gardés tels quels" in again.stdout
    assert mine.read_text(encoding="utf-8") == "à moi"
    assert (tmp_path / "a moi" / "data" / "marches_demo.json").is_file()


def test_a_notebook_runs_from_the_copy(installed, tmp_path):
    assert run(installed, tmp_path, "spaser", "carnets", "carnets").returncode == 0
    code = (
        "import nbformat; from nbclient import NotebookClient as C\n"
        "n = nbformat.read('carnets/notebooks/09_methode.ipynb', 4)\n"
        "C(n, timeout=180, kernel_name='python3', resources={'metadata': {'path': 'carnets/notebooks'}}).execute()\n"
        "print(n.cells[-1].cell_type)\n"
    )
    done = run(installed, tmp_path, "python", "-c", code)
    assert done.returncode == 0, done.stderr[-3000:]


def test_a_checkout_finds_its_own_folders_and_calls_the_launcher():
    assert shipped.demo() == ROOT / "data" and shipped.notebooks() == ROOT / "notebooks"
    assert shipped.launcher() == "python run.py"


def test_an_installation_without_its_folders_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(shipped, "_package", lambda: tmp_path / "spaser")
    with pytest.raises(shipped.Problem, match="Réinstallez"):
        shipped.demo()
