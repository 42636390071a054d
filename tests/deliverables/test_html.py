"""The HTML form: one file, offline, accessible, saying exactly what the model says."""

from __future__ import annotations

import re
from dataclasses import replace

import lxml.html
import polars as pl
import pytest
from findings import findings
from test_report import built_report

from spaser.deliverables import html
from spaser.deliverables.report import Figure, TableBlock, build
from spaser.sections import report as diagnostic


@pytest.fixture(scope="module")
def report():
    return built_report()


@pytest.fixture(scope="module")
def page(report):
    return html.render(report)


@pytest.fixture(scope="module")
def tree(page):
    return lxml.html.document_fromstring(page)


def test_the_page_calls_no_address(page):
    bare = re.sub(r'xmlns(:xlink)?="[^"]+"', "", page)
    assert not re.search(r"""(src|href)=["'](?!#|data:)""", bare)
    assert "http" not in bare.replace("http://exemple.invalid", "")
    assert "@import" not in bare


def test_the_same_report_gives_the_same_bytes(report, page):
    assert html.render(built_report()) == page


def test_headings_landmarks_and_links_are_in_order(tree):
    assert tree.get("lang") == "fr"
    assert [len(tree.findall(f".//{name}")) for name in ("main", "header", "footer", "h1")] == [1, 1, 1, 1]
    levels = [int(node.tag[1]) for node in tree.iter("h1", "h2", "h3")]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in zip(levels, levels[1:], strict=False))
    ids = [node.get("id") for node in tree.iter() if node.get("id")]
    assert len(ids) == len(set(ids))
    targets = [a.get("href")[1:] for a in tree.iter("a")]
    assert targets
    assert set(targets) <= set(ids)
    labelled = {node.get("aria-labelledby") for node in tree.iter() if node.get("aria-labelledby")}
    assert labelled <= set(ids)


def test_each_table_has_a_caption_and_scoped_headers(tree):
    tables = list(tree.iter("table"))
    assert tables
    for table in tables:
        assert table.find("caption").text_content().strip()
        assert all(th.get("scope") in ("col", "row") for th in table.iter("th"))
        widths = {sum(1 for _ in row.iter("th", "td")) for row in table.iter("tr")}
        assert len(widths) == 1


def test_each_chart_has_its_text_and_its_table_twin(report, tree):
    figures = [block for section in report.sections for block in section.blocks if isinstance(block, Figure)]
    assert len(figures) >= 4
    for figure in figures:
        node = tree.get_element_by_id(figure.id)
        image = node.find(".//div[@role='img']")
        assert len(image.get("aria-label")) > 40
        assert image.find(".//svg").get("aria-hidden") == "true"
        assert node.find(".//details//table") is not None


def test_the_figures_of_the_page_are_those_of_the_model(report, tree):
    for section in report.sections:
        for block in section.blocks:
            if isinstance(block, TableBlock):
                rows = tree.get_element_by_id(block.id).findall(".//tbody/tr")
                shown = [[cell.text_content() for cell in row.iter("th", "td")] for row in rows]
                told = [
                    [
                        "–inconnu" if text == "" and column.unit not in ("texte", "identifiant") else text
                        for text, column in zip(line, block.columns, strict=True)
                    ]
                    for line in block.cells()
                ]
                assert shown == told


def test_what_the_data_say_cannot_become_markup():
    found = findings()
    hostile = '</td><script>alert("x")</script><img src=x onerror=alert(1)>\x00'
    odd = replace(
        found, buyer=hostile, contracts=found.contracts.with_columns(objet=pl.lit(hostile), uid=pl.lit(hostile))
    )
    built = build(hostile, buyer=hostile, as_of=odd.as_of, sections=diagnostic(odd), subtitle=hostile, notes=(hostile,))
    page = html.render(built)
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "\x00" not in page


def test_nothing_a_reader_sees_is_in_english(tree):
    seen = " ".join(tree.xpath("//body//text()[not(ancestor::script)]")).lower()
    words = set(re.findall(r"[a-zà-ÿ_]+", seen))
    assert not words & {
        "the",
        "share",
        "total_count",
        "null",
        "none",
        "true",
        "false",
        "nan",
        "unknown",
        "axis",
        "chart",
    }
