"""A large table in JupyterLab, cut from the network: sorted as numbers, filtered, taken as CSV, with the keyboard, at 1 366 px."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest

from .test_lab import clean, lab, opened, run_all

pytest.importorskip("itables", reason="itables n'est pas installé")
pytestmark = pytest.mark.browser
__all__ = ["lab"]

MADE = """from datetime import date
import ipywidgets, polars as pl
from spaser import widgets
from spaser.deliverables.report import Column, table
class Owner:
    answer = ipywidgets.HTML()
    def sheets(self):
        rows = pl.DataFrame({
            "nom": [("Écluse", "eau", "Zoo", "<img src=x onerror=window.bad=1>", "=1+1")[i % 5] + f" {i}" for i in range(2000)],
            "montant": [None if i % 9 == 0 else i * 99991 % 10**9 for i in range(2000)],
            "jour": [date(2020 + i % 5, 1 + i % 12, 1 + i % 28) for i in range(2000)]})
        columns = [Column("nom", "Nom"), Column("montant", "Montant", "centime"), Column("jour", "Le", "date")]
        few = table("peu", "Peu de lignes", rows.head(2), columns[:2])
        return table("deux mille", "Deux mille lignes", rows, columns), few
widgets.Lines(Owner())"""


def column(grid, rank):
    return [plain(one) for one in grid.locator(f"tbody tr td:nth-child({rank})").all_inner_texts()]


def plain(text):
    return text.replace("\u00a0", " ").replace("\u202f", " ").strip()


def euros(texts):
    return [float(re.sub(r"[^\d,]", "", one).replace(",", ".")) for one in texts if one]


def test_a_large_table_is_sorted_filtered_and_taken_away_offline(page, lab, kit):
    page.set_viewport_size({"width": 1366, "height": 768})
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    made = nbformat.v4.new_notebook(metadata=kernel, cells=[nbformat.v4.new_code_cell(MADE)])
    nbformat.write(made, kit / "notebooks" / "essai_lignes.ipynb")
    opened(page, f"{lab}/lab/tree/essai_lignes.ipynb?reset")
    run_all(page)
    grid = page.locator(".spaser-lignes")
    told = grid.locator(".dt-info")
    told.get_by_text("Lignes 1 à 50 sur").wait_for()
    assert plain(told.inner_text()) == "Lignes 1 à 50 sur 2 000"
    assert grid.evaluate("one => one.scrollWidth <= one.clientWidth")
    # With the keyboard: the largest amounts first, as numbers.
    grid.get_by_role("button", name="Montant : trier").focus()
    page.keyboard.press("Enter")
    grid.locator("th[aria-sort=descending]").wait_for()
    amounts = euros(column(grid, 2))
    assert len(amounts) == 50 and amounts == sorted(amounts, reverse=True) and amounts[0] > 1_900_000
    # Accents do not sort after z.
    grid.get_by_role("button", name="Nom : trier").press("Enter")
    grid.locator("th[aria-sort=ascending]").wait_for()
    grid.get_by_role("button", name="Nom : inverser le tri").press("Enter")
    grid.locator("th[aria-sort=descending]").wait_for()
    assert column(grid, 1)[0].startswith("Zoo")
    # What is unknown is not « less than ».
    grid.get_by_title("Filtrer : Nom").fill("ecluse")
    grid.get_by_title("Filtrer : Montant").fill("10000")
    grid.locator("thead select").nth(1).select_option("less")
    page.wait_for_function("document.querySelectorAll('.spaser-lignes tbody tr').length < 10")
    found = column(grid, 2)
    assert found and all(euros([one])[0] < 10_000 for one in found)
    with page.expect_download() as taken:
        grid.get_by_role("button", name="Télécharger en CSV").click()
    content = Path(taken.value.path()).read_bytes()
    lines = content.decode("utf-8-sig").split("\r\n")
    assert content.startswith(b"\xef\xbb\xbf") and taken.value.suggested_filename == "deux_mille.csv"
    assert lines[0] == '"Nom";"Montant";"Le"' and len([line for line in lines if line]) == len(found) + 1
    assert re.fullmatch(r'"Écluse \d+";"\d+(,\d+)?";"\d\d/\d\d/20\d\d"', lines[1])
    # Another table takes its place, and nothing of the data was run.
    page.get_by_label(re.compile(r"^Table\s:$")).select_option(index=1)
    page.wait_for_function("document.querySelector('.spaser-lignes .dt-info')?.textContent.endsWith('sur 2')")
    assert grid.locator("thead tr").first.locator("th").count() == 2
    assert page.evaluate("window.bad === undefined")
    clean(page)
