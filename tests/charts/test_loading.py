"""What is slow to load is loaded by those who use it: charts by the first drawing, the optimiser by the first choice."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def loaded(script: str) -> set[str]:
    """The modules that a program has loaded when it ends, in a process of its own."""
    said = f"{script}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", said], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("room", ["spaser.widgets", "spaser.cli", "spaser.studies.pams", "spaser.deliverables.html"])
def test_a_room_is_imported_without_the_charts_library_nor_the_optimiser(room: str) -> None:
    assert loaded(f"import {room}").isdisjoint({"altair", "scipy", "jsonschema", "vl_convert"})


def test_drawing_loads_the_charts_library_without_the_grammar_of_addresses() -> None:
    drawn = loaded("from spaser.charts import vega\nvega.Chart")
    assert "altair" in drawn
    assert "rfc3987_syntax" not in drawn
    assert "rfc3987_syntax.syntax_helpers" not in drawn


def test_a_grammar_already_loaded_is_left_where_it_is() -> None:
    before = "import sys, types\nsys.modules['rfc3987_syntax'] = types.ModuleType('rfc3987_syntax')\nsys.modules['rfc3987_syntax'].is_valid_syntax = None"
    assert "rfc3987_syntax" in loaded(f"{before}\nfrom spaser.charts import vega\nvega.Chart")
