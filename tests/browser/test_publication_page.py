"""The published pages, opened offline in Chromium: no address called, no serious accessibility fault for axe-core."""

from __future__ import annotations

from pathlib import Path

import pytest

from spaser.studies import publication
from spaser.studies.publication import files as publication_files

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
GOALS = '[[objectif]]\nindicateur = "consideration_sociale"\ncible = "40 %"\nannee = 2027\nsource = "Délibération fictive"\n'


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    place = tmp_path_factory.mktemp("publication")
    (place / "objectifs.toml").write_text(GOALS, encoding="utf-8")
    demo, lists = sorted((ROOT / "data").glob("marches_demo*.json")), sorted((ROOT / "data").glob("registre_demo*.csv"))
    result = publication.publish(
        demo, registers=lists, buyer=["Aubrelle", "Val d'Erbe"], years=(2024, 2025), goals=place / "objectifs.toml"
    )
    publication_files.write(result, place)
    return place


@pytest.mark.parametrize("name", ["index.html", "methode.html"])
def test_a_published_page_opens_offline_without_a_serious_fault(page, folder, name):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe n'est pas installé")
    page.goto((folder / name).as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(node => { node.open = true })")
    found = axe.Axe().run(page).response["violations"]
    grave = [
        (fault["id"], fault["impact"], [node["html"][:120] for node in fault["nodes"][:3]])
        for fault in found
        if fault["impact"] in ("serious", "critical")
    ]
    assert grave == []
    assert page.refused == []


def test_the_page_fits_a_narrow_screen_and_prints(page, folder, tmp_path):
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto((folder / "index.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    printed = page.pdf(format="A4", path=str(tmp_path / "page.pdf"))
    assert printed[:4] == b"%PDF"
