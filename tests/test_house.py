"""The plan of the house: who may import whom, which library lives in which room, what may not be written at all."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "spaser"
MODULES = sorted(PACKAGE.rglob("*.py"))
STDLIB_FREE = {"polars"}  # allowed in every room

#: Rooms that compute: LazyFrame in, LazyFrame out; they agree on words and never import each other.
WORDS = {"vocabulary", "rules", "problems", "french"}
COMPUTING = {
    "contracts", "consultations", "amounts", "populations", "buyers", "territories", "families", "suppliers", "panorama",
    "linkage", "detection", "considerations", "obligations", "scores", "indicators", "potential", "renewals", "maturity", "explain",
    "launches",
    "peers", "editions",
}  # fmt: skip
#: A room that is one family in several files: the first composes the others.
FAMILIES = {
    "contracts": {"consultations", "amounts", "populations"},
}
#: Rooms that may collect reduced candidates and work on arrays in batches, returning tables.
BATCH_ROOMS = {"linkage", "detection", "renewals"}
#: Each library but Polars has one room.
LIBRARIES = {
    "altair": {"charts"},
    "vl_convert": {"charts"},
    "ipywidgets": {"widgets"},
    "IPython": {"widgets", "charts"},
    "lxml": {"sources"},
    "fastexcel": {"sources"},
    "pypdf": {"sources"},
    "pdfplumber": {"sources"},
    "docx": {"sources", "deliverables"},
    "pptx": {"deliverables"},
    "xlsxwriter": {"deliverables"},
    "typst": {"deliverables"},
    "rapidfuzz": {"problems", "linkage"},
    "scipy": {"linkage", "renewals", "potential"},
    "numpy": {"linkage", "detection", "renewals", "potential", "sources"},
}
TOP_LEVEL = {
    "README.md", "LICENSE", "CHANGELOG.md", "pyproject.toml", "constraints.txt", "run.py", ".gitignore", ".ci",
    "data", "notebooks", "spaser", "tests",
}  # fmt: skip
FORBIDDEN_NAMES = {"utils", "helpers", "core", "common", "misc"}


def room(path: Path) -> str:
    """The room of a module: its top folder or file in the package, a family's file counting as its first name."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def family(name: str) -> str:
    """The computing room a file belongs to: ``detection_rules`` belongs to ``detection``."""
    for head in sorted(COMPUTING, key=len, reverse=True):
        if name == head or name.startswith(head + "_"):
            return head
    return name


def imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return names


def inner(path: Path) -> set[str]:
    """The rooms of the package that a module imports."""
    return {name.split(".")[1] for name in imports(path) if name.startswith("spaser.")}


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_rooms_that_compute_agree_on_words_and_never_import_each_other(path):
    name = family(room(path))
    if name not in COMPUTING:
        pytest.skip("cette pièce ne calcule pas")
    others = {other for other in map(family, inner(path)) if other in COMPUTING | {"sources", "charts", "widgets", "deliverables", "cli"}}
    allowed = {name} | FAMILIES.get(name, set()) | {other for head, kin in FAMILIES.items() if name in kin for other in kin}
    assert others <= allowed


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_each_library_has_its_room(path):
    here = {room(path), family(room(path))}
    for library in {name.split(".")[0] for name in imports(path)} & LIBRARIES.keys():
        assert here & LIBRARIES[library], f"{library} n'a pas sa place dans {path.name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_no_room_works_row_by_row_prints_or_hides_failures(path):
    text = path.read_text(encoding="utf-8")
    assert "map_elements" not in text
    assert not re.search(r"(?<!\w)print\(", text)
    assert not re.search(r"\b(TODO|FIXME)\b", text)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None
            assert getattr(node.type, "id", "") not in ("Exception", "BaseException")


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_rooms_that_compute_never_collect_inside(path):
    name = family(room(path))
    if name not in COMPUTING - BATCH_ROOMS:
        pytest.skip("cette pièce lit, dessine, ou travaille par lots")
    text = path.read_text(encoding="utf-8")
    assert "iter_rows" not in text
    assert not re.search(r"\.collect\(", text)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_files_and_functions_stay_short_and_annotated(path):
    text = path.read_text(encoding="utf-8")
    limit = 400
    assert text.count("\n") <= limit
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno <= 60, f"{node.name} est trop longue"
            assert node.returns is not None, f"{node.name} n'annonce pas ce qu'elle rend"


def test_nothing_is_named_after_a_drawer():
    assert not {path.stem for path in MODULES} & FORBIDDEN_NAMES


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
                assert stated["confidence"] in {"source_officielle", "texte_lu_en_copie", "source_secondaire", "a_confirmer"}, key
            # What is only remembered is never shown as read.
            assert "de mémoire" not in rule["source"] or rule["confidence"] == "a_confirmer", key


def test_every_dated_rule_of_the_law_is_used():
    law = tomllib.loads((PACKAGE / "reference" / "law.toml").read_text(encoding="utf-8"))
    written = "".join(path.read_text(encoding="utf-8") for path in MODULES) + str([duty.get("threshold") for duty in law["duties"].values()])
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
