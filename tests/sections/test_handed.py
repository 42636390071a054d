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


def given(path: Path) -> set[str]:
    """The names that a file gives a value to: ``{"x": …}``, ``tables["x"] = …``."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        keys = node.keys if isinstance(node, ast.Dict) else []
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            keys = [node.slice]
        names |= {key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)}
    return names


def test_every_table_that_is_read_is_declared():
    undeclared = {path.name: asked(path) - set(HANDED) for path in READERS if asked(path) - set(HANDED)}
    assert undeclared == {}


def test_every_declared_table_says_who_makes_it_and_what_a_row_is():
    for name, table in HANDED.items():
        assert (PACKAGE / table.made_by.replace(".", "/")).is_dir(), name
        assert table.row and len(set(table.columns)) == len(table.columns), name


def test_a_table_that_is_only_read_or_named_is_not_given(tmp_path):
    path = tmp_path / "study.py"
    path.write_text('def f(t):\n    """x"""\n    return t["x"], t.get("x"), ("x", "y"), f(t)\n', encoding="utf-8")
    assert given(path) == set()
    path.write_text('def f(t):\n    t["x"] = 1\n    return {"y": 2}\n', encoding="utf-8")
    assert given(path) == {"x", "y"}


def test_every_declared_table_is_given_by_the_study_that_makes_it():
    rooms = {table.made_by: PACKAGE / table.made_by.replace(".", "/") for table in HANDED.values()}
    made = {name: set().union(*map(given, sorted(room.rglob("*.py")))) for name, room in rooms.items()}
    assert [name for name, table in HANDED.items() if name not in made[table.made_by]] == []


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
