"""The page to hand over, in a real browser: offline, in French, and accessible by axe's rules."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import pytest

import spaser

pytestmark = pytest.mark.browser

DATA = Path(__file__).parents[2] / "data"
#: The levels of WCAG that a public body must meet.
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}


def test_the_page_opens_offline_and_breaks_no_rule_of_accessibility(page, tmp_path):
    pytest.importorskip("axe_playwright_python", reason="axe-playwright-python n'est pas installé")
    written = spaser.write(spaser.diagnose(sorted(DATA.glob("marches_demo*.json")), buyer="aubrelle"), tmp_path)
    page.goto(written[0].as_uri())
    page.evaluate((resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate(f"axe.run(document, {json.dumps(RULES)})")["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:120], len(one["nodes"])) for one in found] == []
    assert page.refused == []
