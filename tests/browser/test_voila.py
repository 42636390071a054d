"""The panorama as a Voilà dashboard: no code, the same choices, the same answers."""

from __future__ import annotations

import pytest

from .conftest import served

pytestmark = pytest.mark.browser


def test_the_panorama_answers_in_voila_without_code_nor_network(page, kit):
    pytest.importorskip("voila", reason="voila n'est pas installé (extra « voila »)")
    options = ["02_panorama.ipynb", "--Voila.ip=127.0.0.1", "--Voila.base_url=/", "--Voila.root_dir=."]
    with served("voila", kit, *options) as address:
        page.goto(address, wait_until="domcontentloaded")
        panorama = page.locator(".spaser-vue", has_text="Que disent les contrats publiés").first
        panorama.locator(".chosen", has_text="Aubrelle").wait_for()
        page.locator(".widget-select select").first.select_option(index=3)
        panorama.locator(".chosen", has_text="Haute-Sorgue").wait_for()
        words = page.locator("body").inner_text()
        assert "widgets.Panorama" not in words and "Javascript Error" not in words
        page.screenshot(path=kit / "voila.png", full_page=True)
        # Voilà's own template asks for a font of icons; nothing of the kit asks for anything, and all shows without it.
        assert [address for address in page.refused if "fontawesome" not in address] == []
