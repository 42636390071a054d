"""Ten slides a committee can read, and an assistant can edit."""

from __future__ import annotations

import io
from datetime import date

import polars as pl
import pytest
from pptx import Presentation

from spaser import charts
from spaser.deliverables import report as model
from spaser.deliverables import slides
from spaser.deliverables.report import Column, Figure, KeyFigure, KeyFigures, Section, Sentence, TableBlock


def _figure() -> Figure:
    twin = pl.DataFrame({"nom": ["Clause sociale", "Marché réservé"], "numerateur": [12, 3], "non": [30, 40], "inconnu": [8, 7]})
    columns = (Column("nom", "Considération"), Column("numerateur", "Oui", "entier"), Column("non", "Non", "entier"), Column("inconnu", "Inconnu", "entier"))
    picture = charts.show(__import__("altair").Chart(__import__("altair").InlineData([{"a": 1}])).mark_bar(), "Barres inventées : 12 oui sur 50")
    return Figure("fig-essai", "Essai", picture, TableBlock("tab-jumeau", "Données", twin, columns))


@pytest.fixture(scope="module")
def report() -> model.Report:
    long = pl.DataFrame({"uid": [f"0000{n}" for n in range(30)], "objet": ["Entretien inventé des espaces verts du secteur nord " * 2] * 30, "n": list(range(30))})
    table = TableBlock("tab-long", "Contrats", long, (Column("uid", "Identifiant", "identifiant"), Column("objet", "Objet"), Column("n", "Contrats", "entier")))
    sections = [Section("essentiel", "L'essentiel", "Que sait-on ?", (KeyFigures((KeyFigure("contrats", 552, "entier"), KeyFigure("clause", 0.185, "part", low=0.1, high=0.4))),)),
                Section("considerations", "Considérations", "Lesquelles ?", (_figure(), Sentence("Douze contrats sur cinquante."))),
                Section("corriger", "À corriger", "Lesquels ?", (Sentence("Trente contrats."), table))]  # fmt: skip
    sections += [Section(name, name.capitalize(), "?", (Sentence("Rien."),)) for name in slides.ORDER if name not in ("essentiel", "considerations", "corriger")]
    return model.build("Rapport inventé", buyer="Ville d'Aubrelle (fictive)", as_of=date(2026, 10, 31), sections=sections)


@pytest.fixture(scope="module")
def deck(report):
    return Presentation(io.BytesIO(slides.render(report)))


def test_there_are_ten_slides_at_most_and_each_has_a_title(deck):
    assert len(deck.slides) == slides.MOST_SLIDES
    assert all(slide.shapes.title.text_frame.text for slide in deck.slides)


def test_the_same_report_gives_the_same_bytes_workbooks_of_charts_included(report):
    assert slides.render(report) == slides.render(report)


def test_yes_no_unknown_is_a_native_chart_with_the_numbers_of_its_twin(deck):
    chart = next(shape.chart for slide in deck.slides for shape in slide.shapes if shape.has_chart)
    assert {series.name: list(series.values) for series in chart.plots[0].series} == {"oui": [12, 3], "non": [30, 40], "inconnu": [8, 7]}


def test_charts_and_tables_have_an_alternative_text(deck):
    for slide in deck.slides:
        for shape in slide.shapes:
            if shape.has_chart or shape.has_table or shape.shape_type == 13:
                assert shape._element.xpath(".//p:cNvPr")[0].get("descr")


def test_a_long_table_keeps_only_the_lines_the_slide_can_hold(report, deck):
    known = slides.ORDER.index("corriger")
    assert known  # the section exists in the order even when ten slides leave it out
    short = model.build("Essai", buyer="", as_of=date(2026, 10, 31), sections=[s for s in report.sections if s.id == "corriger"])
    slide = Presentation(io.BytesIO(slides.render(short))).slides[1]
    table = next(shape for shape in slide.shapes if shape.has_table)
    assert 2 <= len(table.table.rows) <= 9
    assert table.table.cell(0, 0).text == "Objet"
    assert (table.top + table.height) / 914400 <= 7.5


def test_figures_are_in_french_and_ranges_are_said(deck):
    text = "\n".join(shape.text_frame.text for shape in deck.slides[1].shapes if shape.has_text_frame)
    assert "18,5" in text
    assert "de 10,0" in text
