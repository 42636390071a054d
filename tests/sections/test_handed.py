"""What studies hand to sections is declared: a name misspelt, or a column that lacks, fails at once and never silently."""

from __future__ import annotations

import ast
from pathlib import Path

import polars as pl
import pytest

from spaser.vocabulary.handed import HANDED, Tables

PACKAGE = Path(__file__).parents[2] / "spaser"
READERS = [
    path for room in ("sections", "widgets", "studies", "cli") for path in sorted((PACKAGE / room).rglob("*.py"))
]


def asked(path: Path) -> set[str]:
    """The names asked of ``….extras`` in a file: ``extras["x"]``, ``extras.get("x")``."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith("extras"):
            key = node.slice
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("extras.get") and node.args:
            key = node.args[0]
        else:
            continue
        names |= {key.value} if isinstance(key, ast.Constant) and isinstance(key.value, str) else set()
    return names


def test_every_table_that_is_read_is_declared():
    undeclared = {path.name: asked(path) - set(HANDED) for path in READERS if asked(path) - set(HANDED)}
    assert undeclared == {}


def test_every_declared_table_says_who_makes_it_and_what_a_row_is():
    for name, table in HANDED.items():
        assert (PACKAGE / table.made_by.replace(".", "/")).is_dir(), name
        assert table.row and len(set(table.columns)) == len(table.columns), name


def test_every_declared_table_is_written_somewhere_in_the_study_that_makes_it():
    for name, table in HANDED.items():
        room = PACKAGE / table.made_by.replace(".", "/")
        assert any(f'"{name}"' in path.read_text(encoding="utf-8") for path in room.rglob("*.py")), name


@pytest.mark.parametrize("name", ["besoin", "renouvelements", "x"])
def test_a_name_misspelt_is_refused_when_given_and_when_asked(name):
    with pytest.raises(KeyError):
        Tables({name: pl.DataFrame({"a": [1]})})
    with pytest.raises(KeyError):
        Tables().get(name)


def test_a_column_that_lacks_is_refused_and_a_table_not_measured_is_not():
    with pytest.raises(KeyError, match="lacks raison"):
        Tables({"hypotheses": pl.DataFrame({"hypothese": ["a"], "valeur": ["b"]})})
    assert Tables({"hypotheses": pl.DataFrame()})["hypotheses"].height == 0
    assert Tables().get("hypotheses") is None
