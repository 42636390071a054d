"""The PDF says what the report says, for those who read it and those who hear it."""

from __future__ import annotations

import io
from datetime import date

import polars as pl
import pypdf
import pytest

from spaser import french
from spaser.deliverables import pdf
from spaser.deliverables import report as model
from spaser.deliverables.report import Callout, Column, Section, Sentence, TableBlock


@pytest.fixture(scope="module")
def report() -> model.Report:
    lines = pl.DataFrame({"famille": [f"Famille inventée {n}" for n in range(60)], "contrats": list(range(60)), "part": [0.125] * 60})
    columns = (Column("famille", "Famille"), Column("contrats", "Contrats", "entier", total=True), Column("part", "Part", "part"))
    blocks = (Sentence("Douze contrats sur 1 200 le déclarent."), Callout("Attention", "Rien n'est [#sûr] * _ici_."),
              TableBlock("familles", "Par famille", lines, columns))  # fmt: skip
    section = Section("essai", "Une section d'essai", "Que sait-on ?", blocks)
    return model.build("Rapport inventé", buyer="Ville d'Aubrelle (fictive)", as_of=date(2026, 10, 31), sections=[section], notes=["Démonstration."])


@pytest.fixture(scope="module")
def read(report) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf.render(report)))


def test_the_same_report_gives_the_same_bytes(report):
    assert pdf.render(report) == pdf.render(report)


def test_titles_sentences_and_figures_are_text_not_pictures(read):
    text = " ".join(" ".join(page.extract_text() for page in read.pages).split())
    for part in ("Rapport inventé", "Une section d'essai", "Que sait-on ?", "Famille inventée 12", "Total", "1 770"):
        assert part.replace(" ", "") in text.replace(" ", "").replace(french.THIN, "").replace(french.NBSP, "")


def test_markup_in_the_data_is_shown_as_written(read):
    text = "".join(page.extract_text() for page in read.pages)
    assert "[#sûr] * _ici_" in text


def test_a_long_table_says_where_its_other_lines_are(read):
    text = " ".join("".join(page.extract_text() for page in read.pages).split())
    assert "Et 20 autres lignes, dans le classeur" in text
    assert "Famille inventée 45" not in text


def test_the_document_is_tagged_titled_and_in_french(read):
    root = read.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert str(root["/Lang"]).startswith("fr")
    assert "Rapport inventé" in read.metadata.title


def test_the_contents_lead_to_the_sections(read):
    assert [entry["/Title"] for entry in read.outline if isinstance(entry, dict)][0].endswith("Une section d'essai")
