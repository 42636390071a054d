"""The Word form: real styles, headings, captions, editable tables, charts with their text, the same bytes twice."""

from __future__ import annotations

import io
import re
import zipfile

import docx
import pytest
from docx.oxml.ns import qn
from test_report import built_report

from spaser import french
from spaser.deliverables import word
from spaser.deliverables.report import Figure, KeyFigures, TableBlock, build


@pytest.fixture(scope="module")
def report():
    return built_report()


@pytest.fixture(scope="module")
def content(report) -> bytes:
    return word.render(report)


@pytest.fixture(scope="module")
def document(content):
    return docx.Document(io.BytesIO(content))


def blocks(report, kind):
    return [block for section in report.sections for block in section.blocks if isinstance(block, kind)]


def test_each_section_is_a_real_heading_under_one_title(report, document):
    headings = [line.text for line in document.paragraphs if line.style.name == "Heading 1"]
    assert headings[: len(report.sections)] == [section.title for section in report.sections]
    assert [line.text for line in document.paragraphs if line.style.name == "Title"] == [report.title]


def test_every_table_and_figure_has_a_numbered_caption(report, document):
    captions = [line for line in document.paragraphs if line.style.name == "Caption"]
    assert len(captions) == len(blocks(report, TableBlock)) + 2 * len(blocks(report, Figure))
    fields = [field.get(qn("w:instr")) for line in captions for field in line._p.iter(qn("w:fldSimple"))]
    assert len(fields) == len(captions) and {code.split()[1] for code in fields} == {"Tableau", "Figure"}


def test_each_chart_is_a_picture_with_its_alternative_text_and_its_data(report, document):
    told = [node.get("descr") for node in document.element.body.iter(qn("wp:docPr"))]
    assert told == [figure.picture.alt for figure in blocks(report, Figure)]
    assert all(shape.width > 0 for shape in document.inline_shapes)


def test_tables_are_tables_whose_header_repeats_and_whose_cells_say_what_the_model_says(report, document):
    grids = [grid for grid in document.tables if grid.style.name == "Tableau"]
    tables = [
        block.twin if isinstance(block, Figure) else block
        for s in report.sections
        for block in s.blocks
        if isinstance(block, TableBlock | Figure)
    ]
    assert len(grids) == len(tables)
    for grid, block in list(zip(grids, tables, strict=True))[:6]:
        assert grid.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert [cell.text for cell in grid.rows[0].cells] == [column.label for column in block.columns]
        first = next(block.cells(), None)
        if first:
            assert all(cell.text in (text, "inconnu") for cell, text in zip(grid.rows[1].cells, first, strict=True))


def test_key_figures_are_written_as_the_model_has_them(report, document):
    cells = "\n".join(
        cell.text for grid in document.tables if grid.style.name == "Chiffres clés" for row in grid.rows for cell in row.cells
    )
    for figure in (figure for block in blocks(report, KeyFigures) for figure in block.figures):
        assert figure.label in cells
        assert (french.UNKNOWN_MARK if figure.value is None else french.value(figure.value, figure.unit)) in cells


def test_the_same_report_gives_the_same_bytes_without_an_hour(report, content):
    assert word.render(built_report()) == content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {part.date_time for part in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert report.as_of.isoformat() in archive.read("docProps/core.xml").decode()


def test_the_document_speaks_french(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert re.search(r'<w:lang [^>]*w:val="fr-FR"', archive.read("word/styles.xml").decode())


def test_control_characters_of_data_never_break_the_document(report):
    hostile = build(
        f"Titre\x00\x0b{report.title}", buyer="Acheteur \x07fictif", as_of=report.as_of, sections=report.sections[:1]
    )
    assert docx.Document(io.BytesIO(word.render(hostile))).paragraphs[0].text.startswith("Titre")


def test_it_is_written_whole_and_says_where(report, tmp_path):
    assert word.write(report, tmp_path / "note.docx").stat().st_size > 10_000
