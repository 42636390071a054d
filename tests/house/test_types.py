"""The tools run: ruff finds nothing, and the errors of types, counted by mypy, only become fewer."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHECKED = ("spaser", "tests", "data", "run.py", "notebooks/execute.py")


def tool(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    pytest.importorskip(name, reason=f"{name} n'est pas installé : pip install '.[test]'")
    return subprocess.run(
        [sys.executable, "-m", name, *arguments], cwd=ROOT, capture_output=True, text=True, encoding="utf-8"
    )


def test_ruff_finds_nothing():
    found = tool("ruff", "check", "--no-cache", "--output-format", "concise", *CHECKED)
    assert found.returncode == 0, found.stdout + found.stderr


def test_every_file_is_laid_out_by_ruff():
    found = tool("ruff", "format", "--no-cache", "--check", *CHECKED)
    assert found.returncode == 0, found.stdout + found.stderr


def test_errors_of_types_only_become_fewer():
    told = tool("mypy", "--no-error-summary", "--hide-error-context", "--no-pretty")
    errors = [line for line in told.stdout.splitlines() if re.match(r".+: error: ", line)]
    assert told.returncode in (0, 1), told.stdout + told.stderr
    most = tomllib.loads((ROOT / "tests" / "house" / "types.toml").read_text(encoding="utf-8"))["errors"]
    assert len(errors) <= most, "\n".join(
        [f"{len(errors)} erreurs de types, {most} au plus (tests/house/types.toml) :", *errors]
    )
