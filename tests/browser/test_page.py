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


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    result = spaser.diagnose(sorted(DATA.glob("marches_demo*.json")), buyer="aubrelle")
    return spaser.write(result, tmp_path_factory.mktemp("page"))[0]


@pytest.mark.parametrize("width", [1400, 390])
def test_the_page_opens_offline_and_breaks_no_rule_of_accessibility(page, written, width):
    pytest.importorskip("axe_playwright_python", reason="axe-playwright-python n'est pas installé")
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(written.as_uri())
    page.evaluate((resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate(f"axe.run(document, {json.dumps(RULES)})")["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:120], len(one["nodes"])) for one in found] == []
    assert page.refused == []


def test_the_first_screen_of_a_laptop_says_what_to_do_on_monday(page, written):
    """1366 × 768: the verdict, the messages and the beginning of what to do, without scrolling."""
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto(written.as_uri())
    assert page.locator("header").bounding_box()["height"] < 160
    for name in (
        "#essentiel .answer",
        "#essentiel .messages",
        "#essentiel .todo h3",
        "#essentiel .todo li:nth-child(3)",
    ):
        box = page.locator(name).first.bounding_box()
        assert 0 <= box["y"] < 768 and box["width"] > 100, name
    page.set_viewport_size({"width": 390, "height": 844})
    messages, todo = (page.locator(f"#essentiel .{name}").first.bounding_box() for name in ("messages", "todo"))
    assert todo["y"] >= messages["y"] + messages["height"]


def test_on_a_telephone_only_tables_and_charts_slide_never_the_page(page, written):
    page.set_viewport_size({"width": 390, "height": 900})
    page.goto(written.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate(
        "[...document.querySelectorAll('.chart svg')].every(one => one.getBoundingClientRect().width > 500)"
    )


def test_by_keyboard_one_skips_to_the_text_and_sorts_a_table(page, written):
    page.goto(written.as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Aller au contenu"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#contenu"
    head = page.locator("table th button").first
    head.focus()
    page.keyboard.press("Enter")
    assert head.locator("xpath=..").get_attribute("aria-sort") == "ascending"


def test_on_paper_headers_are_text_and_the_contents_are_left_out(page, written):
    page.emulate_media(media="print")
    page.goto(written.as_uri())
    assert not page.locator("nav").first.is_visible()
    assert not page.locator("table th button").first.is_visible()
    assert page.locator("table th .plain").first.is_visible()
    page.emulate_media(media="screen")


def test_the_page_is_light_enough_to_be_sent(written):
    assert written.stat().st_size < 5_000_000
