"""The plan holds: no fault in the package, and each kind of fault, planted in a copy of its file, is caught."""

from __future__ import annotations

import ast
import shutil
import tomllib
from pathlib import Path

import pytest
from house import plan

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "spaser"
TESTS = ROOT / "tests"


def test_every_line_is_in_its_room():
    assert plan.faults(PACKAGE) == []


def test_every_room_of_the_plan_that_exists_may_be_imported_without_a_circle():
    order: list[str] = []
    left = {name: set(others) - {name} for name, others in plan.MAY_IMPORT.items()}
    while free := [name for name, others in left.items() if not others - set(order)]:
        order += free
        for name in free:
            del left[name]
    assert left == {}


def test_tests_lie_in_folders_that_mirror_the_rooms():
    rooms = {path.name.removesuffix(".py") for path in PACKAGE.iterdir()} | {
        "house",
        "browser",
        "fuzz",
        "benchmarks",
        "install",
    }
    folders = {path.parent.name for path in TESTS.rglob("test_*.py")}
    assert folders <= rooms
    assert not list(TESTS.glob("test_*.py"))


def test_a_fault_named_equivalent_still_stands_as_it_was_judged_with_its_reason():
    named = tomllib.loads((TESTS / "mutants_equivalent.toml").read_text(encoding="utf-8"))["equivalent"]
    for one in named:
        lines = {line.strip() for line in (ROOT / one["file"]).read_text(encoding="utf-8").splitlines()}
        assert one["line"].translate({ord(mark): None for mark in "⟦⟧"}) in lines, one
        assert "⟦" in one["line"] and one["why"], one


#: Faults that a test of the plan once let pass, and their siblings: file, line added, words of the fault.
PLANTED = {
    "a join whose rows come in any order": (
        "potential/lots.py",
        "def _joined(a, b):\n    return a.join(b, on='uid', how='left')\n",
        "maintain_order",
    ),
    "import relatif": ("sources/siret.py", "from ..considerations import scores", "importe considerations"),
    "une lecture qui note": (
        "sources/contracts/reading.py",
        "from spaser.considerations import scores",
        "importe considerations",
    ),
    "un graphique qui étudie": ("charts/marks.py", "from spaser.studies import diagnostic", "importe studies"),
    "une collecte dans les objectifs": (
        "indicators/targets.py",
        "def f(x: object) -> None:\n    x.collect()",
        "parcourt des lignes",
    ),
    "une boucle de lignes dans les scores": (
        "considerations/scores.py",
        "def f(x: object) -> None:\n    for row in x.rows():\n        del row",
        "parcourt des lignes",
    ),
    "des lignes une à une": ("renewals.py", "def f(x: object) -> None:\n    x.map_elements(str)", "ligne à ligne"),
    "deux pièces qui calculent": (
        "renewals.py",
        "def f() -> None:\n    from spaser import potential",
        "importe potential",
    ),
    "un import par son nom": (
        "charts/maps.py",
        "import importlib\nimportlib.import_module('spaser.studies.potential')",
        "importe studies",
    ),
    "une bibliothèque ailleurs": ("obligations/dates.py", "import altair", "importe altair"),
    "une étude qui appelle la commande": ("studies/clauses.py", "from spaser import cli", "importe cli"),
    "un accent replié ailleurs": ("territories.py", "import unicodedata", "hors de text"),
    "des octets décodés ailleurs": (
        "families/spend.py",
        'def f(x: bytes) -> str:\n    return x.decode("utf-8")',
        "hors de text",
    ),
    "une pièce inconnue": ("opportunities.py", "", "n'a pas de pièce"),
    "un tiroir": ("sources/helpers.py", "", "tiroir"),
    "une panne cachée": ("rules.py", "try:\n    pass\nexcept Exception:\n    pass", "trop large"),
    "un affichage": ("rules.py", "print('ici')", "print"),
    "une fonction muette": ("rules.py", "def f():\n    pass", "n'annonce pas"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_fault_planted_in_a_copy_is_caught(name, tmp_path):
    file, line, said = PLANTED[name]
    path, own = tmp_path / "spaser" / file, PACKAGE / file
    path.parent.mkdir(parents=True)
    path.write_text((own.read_text(encoding="utf-8") if own.exists() else "") + "\n" + line + "\n", encoding="utf-8")
    assert any(said in fault for fault in plan.faults_of(path, tmp_path / "spaser"))


def test_a_folder_too_full_is_caught(tmp_path):
    copy = tmp_path / "spaser"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("reference", "__pycache__"))
    for rank in range(plan.MOST_FILES + 1):
        (copy / "families" / f"n{rank}.py").write_text("", encoding="utf-8")
    assert any(fault.startswith("families : ") for fault in plan.faults(copy))


def _offered(face):
    """The names that a room's face says it offers, on one line or on many."""
    tree = ast.parse(face.read_text(encoding="utf-8"))
    said = [
        node.value for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    ]
    return {part.value for value in said for part in value.elts if isinstance(part, ast.Constant)}


def test_a_face_on_one_line_is_read_as_one_on_many(tmp_path):
    for written in ('__all__ = ["bought"]', '__all__ = [\n    "bought",\n]'):
        (tmp_path / "__init__.py").write_text(written, encoding="utf-8")
        assert _offered(tmp_path / "__init__.py") == {"bought"}


def test_no_name_of_a_face_hides_a_file_of_its_room():
    hidden = {}
    for face in PACKAGE.rglob("__init__.py"):
        names = _offered(face)
        files = {path.name.removesuffix(".py") for path in face.parent.iterdir()}
        hidden |= {face.parent.name: names & files} if names & files else {}
    assert hidden == {}
