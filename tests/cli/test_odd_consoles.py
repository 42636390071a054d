"""Started by a task at night, an old console or with odd paths: done, or refused in French. The demonstration is invented."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from spaser.cli import main

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "data" / "marches_demo_2023.json"
unix = pytest.mark.skipif(sys.platform == "win32", reason="descripteurs et liens : Linux et macOS")


def _run(arguments: list[str], *, shut: str = "", **env: str) -> subprocess.CompletedProcess[bytes]:
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    asked = [sys.executable, "-m", "spaser", *arguments]
    if shut:
        asked = ["sh", "-c", f'exec "$@" {shut}', "sh", *asked]
    return subprocess.run(asked, capture_output=True, env=kept | {"PYTHONPATH": str(ROOT)} | env, check=False)


@unix
@pytest.mark.parametrize("shut", ["<&-", "<&- >&- 2>&-"])
def test_a_command_without_its_streams_nor_a_home_writes_all_its_files(tmp_path: Path, shut: str) -> None:
    done = _run(["diagnostic", str(DEMO), "--sortie", str(tmp_path / "s")], shut=shut, HOME=str(tmp_path / "absent"))
    assert done.returncode == 0 and b"Traceback" not in done.stderr, done.stderr[-500:]
    assert {"diagnostic.html", "diagnostic.xlsx"} <= {path.name for path in (tmp_path / "s").iterdir()}


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "utf-8"])
def test_messages_are_french_on_any_console(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "mission.toml").write_text('client = ["a"\nb = "œ', encoding="utf-8")
    done = _run(["rapport", str(tmp_path / "mission.toml")], PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    said = done.stderr.decode(encoding)
    assert done.returncode == 2 and "Traceback" not in said
    assert "ligne 2" in said and "Expected" not in said and "Unclosed" not in said


@unix
def test_links_are_followed_or_said_and_an_endless_path_is_not_repeated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "l.csv").write_text("siret;statut;nom\n73282932000074;EI;A\n", encoding="utf-8")
    for name, target in {"bon.csv": "l.csv", "boucle.csv": "boucle.csv", "casse.csv": "absent.csv"}.items():
        (tmp_path / name).symlink_to(target)
    assert main(["registre", str(tmp_path / "bon.csv")]) == 0
    for name in ("boucle.csv", "casse.csv", "nul\0.csv", "x" * 5_000):
        assert main(["registre", str(tmp_path / name)]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 4 and "x" * 1_000 not in said


@unix
def test_an_output_folder_that_is_a_link_is_written_through_and_a_broken_one_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "l.csv").write_text("Fournisseur;SIRET;Montant HT\nA;73282932000074;10\n", encoding="utf-8")
    (tmp_path / "vrai").mkdir()
    (tmp_path / "lien").symlink_to("vrai")
    (tmp_path / "casse").symlink_to("nulle/part")
    assert main(["lire", str(tmp_path / "l.csv"), "--sortie", str(tmp_path / "lien")]) == 0
    assert (tmp_path / "vrai" / "lecture_sources.csv").exists() and (tmp_path / "lien").is_symlink()
    assert main(["lire", str(tmp_path / "l.csv"), "--sortie", str(tmp_path / "casse")]) == 2
    assert "dossier" in capsys.readouterr().err


@pytest.mark.parametrize(("known", "code"), [(0, 2), (1, 0)])
def test_files_that_nobody_knows_are_a_refusal_and_one_that_is_known_is_none(tmp_path, capsys, known, code):
    (tmp_path / "notes.csv").write_text("couleur;taille\nbleu;12\nvert;13\n", encoding="utf-8")
    (tmp_path / "depenses.csv").write_text("Fournisseur;Montant HT\nAtelier fictif;12\n", encoding="utf-8")
    given = [str(tmp_path / name) for name in ("notes.csv", "depenses.csv")[: 1 + known]]
    assert main(["lire", *given]) == code
    told = capsys.readouterr()
    assert ("n'a pas été reconnu" in told.err) is (code == 2) and "notes.csv" in told.out
