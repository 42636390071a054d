"""What else the house holds: the top folders, the law dated and sourced, notebooks that stay notebooks, a light front door."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "spaser"
MODULES = sorted(PACKAGE.rglob("*.py"))

TOP_LEVEL = {
    "README.md",
    "LICENSE",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "pyproject.toml",
    "constraints.txt",
    "run.py",
    ".gitignore",
    ".ci",
    "data",
    "notebooks",
    "spaser",
    "tests",
}


def test_the_top_level_holds_only_what_the_card_allows():
    seen = {p.name for p in ROOT.iterdir()} - {".git", ".venv", "spaser-sortie", "spaser.egg-info", "build"}
    assert {name for name in seen if not name.startswith(".") or name in TOP_LEVEL} - {"__pycache__"} <= TOP_LEVEL


def test_every_dated_value_of_the_law_has_a_source_and_dates_increase():
    law = tomllib.loads((PACKAGE / "reference" / "law.toml").read_text(encoding="utf-8"))
    for key, rule in law.items():
        values = rule.get("values", []) if isinstance(rule, dict) else []
        assert [v["since"] for v in values] == sorted(v["since"] for v in values), key
        assert all(v.get("source") for v in values), key


def test_every_duty_base_and_target_of_the_law_is_sourced_dated_and_says_how_far_it_was_checked():
    law = tomllib.loads((PACKAGE / "reference" / "law.toml").read_text(encoding="utf-8"))
    for part in ("duties", "reservations", "targets", "reminders"):
        for key, rule in law[part].items():
            assert all(rule.get(name) for name in ("label", "legal", "source", "checked_on")), key
            assert rule.get("until", rule.get("since")) >= rule["since"] if "since" in rule else True, key
            for stated in (rule, *rule.get("exclusions", [])):
                assert stated["confidence"] in {
                    "source_officielle",
                    "texte_lu_en_copie",
                    "source_secondaire",
                    "a_confirmer",
                }, key
            # What is only remembered is never shown as read.
            assert "de mémoire" not in rule["source"] or rule["confidence"] == "a_confirmer", key


def test_every_dated_rule_of_the_law_is_used():
    law = tomllib.loads((PACKAGE / "reference" / "law.toml").read_text(encoding="utf-8"))
    written = "".join(path.read_text(encoding="utf-8") for path in MODULES) + str(
        [duty.get("threshold") for duty in law["duties"].values()]
    )
    assert [key for key, rule in law.items() if "values" in rule and not re.search(f"[\"']{key}[\"']", written)] == []


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda p: p.name)
def test_notebooks_hold_short_cells_no_definition_and_were_all_run(path):
    cells = [c for c in json.loads(path.read_text(encoding="utf-8"))["cells"] if c["cell_type"] == "code"]
    for cell in cells:
        source = "".join(cell["source"])
        assert not re.search(r"^\s*(def|class) ", source, re.M)
        assert source.count("\n") < 12
        assert cell["execution_count"] is not None


def test_importing_the_front_door_loads_no_heavy_library():
    import subprocess
    import sys

    code = "import sys, spaser; print([m for m in ('altair', 'ipywidgets', 'docx', 'pptx', 'pdfplumber', 'scipy', 'typst') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT).stdout.strip() == "[]"
