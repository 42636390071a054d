"""The notebooks as they are stored: readable without a kernel, the same from one run to the next, harmless to the disk."""

from __future__ import annotations

import importlib.util
import re
import shutil
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
TELLTALE = ("object at 0x", "Traceback", "shape: (", "Error displaying widget", "/tmp/", "\\Temp\\")


def _execute():
    spec = importlib.util.spec_from_file_location("execute", FOLDER / "execute.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.name)
def notebook(request):
    return nbformat.read(request.param, as_version=4)


def test_each_notebook_asks_a_question_says_its_parameters_how_to_read_and_what_comes_next(notebook):
    words = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    first = notebook.cells[0]
    assert first.cell_type == "markdown" and ("?**" in first.source or "Se former" in first.source)
    assert [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", ())]
    headings = re.findall(r"^## (.+)$", words, re.M)
    assert "Comment lire" in headings and "Et ensuite" in headings
    assert headings.index("Comment lire") < headings.index("Et ensuite")


def test_what_is_stored_is_read_without_a_kernel_and_never_names_this_machine(notebook):
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            assert "application/vnd.jupyter.widget-view+json" not in data
            words = str(data.get("text/html", "")) + str(data.get("text/plain", "")) + str(output.get("text", ""))
            assert not [mark for mark in TELLTALE if mark in words]
    assert "widgets" not in notebook.metadata


def test_links_between_notebooks_lead_somewhere(notebook):
    words = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    for target in re.findall(r"\]\((\w[^)#:]*\.ipynb)\)", words):
        assert (FOLDER / target).exists(), target


def test_a_notebook_turned_into_a_page_keeps_its_tables_and_charts():
    nbconvert = pytest.importorskip("nbconvert")
    page, _ = nbconvert.HTMLExporter().from_filename(str(FOLDER / "02_panorama.ipynb"))
    assert "Clause sociale" in page and "Le compte de chaque fichier" in page
    assert page.count("data:image/svg+xml;base64,") >= 3
    assert "Error displaying widget" not in page


def test_running_a_notebook_again_gives_the_same_bytes_and_leaves_the_disk_alone(tmp_path):
    module = _execute()
    shutil.copytree(FOLDER, tmp_path / "notebooks")
    shutil.copytree(ROOT / "data", tmp_path / "data")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    again = module.written(module.executed(tmp_path / "notebooks" / "02_panorama.ipynb"))
    assert again == (FOLDER / "02_panorama.ipynb").read_text(encoding="utf-8")
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
