"""The Word form: real styles, headings, captions, editable tables, charts with their text, the same bytes twice."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from datetime import date

import docx
import polars as pl
import pytest
from docx.oxml.ns import qn
from quoted import PASSAGES, quoted_report
from test_report import built_report

from spaser import french
from spaser.deliverables import word
from spaser.deliverables.columns import MOST_COLUMNS
from spaser.deliverables.report import Column, Figure, KeyFigures, Paragraph, Section, Sentence, TableBlock, build


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
    blocks = [block for s in report.sections for block in s.blocks]
    tables = [block for block in blocks if isinstance(block, TableBlock)]
    tables += [block.twin for block in blocks if isinstance(block, Figure)]  # the data of charts stand at the end
    assert len(grids) == len(tables)
    for grid, block in [(grid, block.printed()) for grid, block in zip(grids, tables, strict=True)][:6]:
        assert grid.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert [cell.text for cell in grid.rows[0].cells] == [column.label for column in block.columns]
        first = next(block.cells(), None)
        if first:
            assert all(
                cell.text in (text or "–", "inconnu") for cell, text in zip(grid.rows[1].cells, first, strict=True)
            )


def test_key_figures_are_written_as_the_model_has_them(report, document):
    cells = "\n".join(
        cell.text
        for grid in document.tables
        if grid.style.name == "Chiffres clés"
        for row in grid.rows
        for cell in row.cells
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


def test_a_quoted_passage_stands_under_its_place_in_a_real_style_and_never_by_colour_alone():
    document = docx.Document(io.BytesIO(word.render(quoted_report())))
    styles = {
        name: [line for line in document.paragraphs if line.style.name == name]
        for name in ("Lieu du passage", "Passage cité", "Constat")
    }
    assert [line.text for line in styles["Lieu du passage"]] == [one.where for one in PASSAGES]
    assert [line.text for line in styles["Passage cité"]] == [
        "".join(text for text, _ in one.parts) for one in PASSAGES
    ]
    assert [line.text for line in styles["Constat"]] == [said for one in PASSAGES for said in one.said]
    marked = [run for run in styles["Passage cité"][0].runs if run.bold or run.font.strike]
    assert [run.text for run in marked] == ["réserve 1 % des heures à l'insertion", "sans clause verte"]
    assert marked[1].font.strike and not marked[1].bold


def test_the_contents_lead_to_each_heading_and_no_link_is_broken(document):
    links = [node.get(qn("w:anchor")) for node in document.element.body.iter(qn("w:hyperlink"))]
    marks = {node.get(qn("w:name")): node.getparent() for node in document.element.body.iter(qn("w:bookmarkStart"))}
    headings = [line for line in document.paragraphs if line.style.name == "Heading 1"]
    assert links and set(links) == set(marks)
    assert ["".join(text.text or "" for text in marks[name].iter(qn("w:t"))) for name in links] == [
        line.text for line in headings
    ]


def test_no_table_is_wider_than_its_page(document):
    section, sections = 0, list(document.sections)
    for node in document.element.body:
        if node.tag == qn("w:tbl"):
            page = sections[section]
            room = int(page.page_width or 0) - int(page.left_margin or 0) - int(page.right_margin or 0)
            assert sum(int(column.get(qn("w:w"))) for column in node.iter(qn("w:gridCol"))) * 635 <= room + 12_700
        section += node.tag == qn("w:p") and node.find(f"{qn('w:pPr')}/{qn('w:sectPr')}") is not None
    assert section == len(sections) - 1


def test_a_table_too_wide_for_the_page_stands_on_a_page_on_its_side():
    columns = tuple(Column(f"c{rank}", f"Colonne inventée {rank}") for rank in range(MOST_COLUMNS))
    whole = french.THIN.join(["999"] * 9) + french.NBSP + "€"  # never cut
    frame = pl.DataFrame({column.name: [whole] * 3 for column in columns})
    section = Section(
        "large",
        "Un tableau large",
        "Tient-il ?",
        (TableBlock("tab-large", "Large", frame, columns), Sentence("Après.")),
    )
    built = build("Essai", buyer="", as_of=date(2026, 10, 31), sections=[section])
    pages = docx.Document(io.BytesIO(word.render(built))).sections
    assert [page.page_width > page.page_height for page in pages] == [False, True, False]


def test_a_column_without_any_answer_is_named_and_not_printed():
    columns = tuple(Column(f"c{rank}", f"Colonne {rank}", "entier") for rank in range(8))
    frame = pl.DataFrame(
        {column.name: [None if column.name == "c3" else 4] for column in columns},
        schema=dict.fromkeys((c.name for c in columns), pl.Int64),
    )
    block = TableBlock("tab", "Essai", frame, columns).printed()
    assert [column.name for column in block.columns] == [f"c{rank}" for rank in range(7) if rank != 3]
    assert "« Colonne 3 »" in block.note.replace(french.NBSP, " ")


@pytest.mark.office
def test_libreoffice_opens_the_document_and_reads_the_same_numbers(content, report, tmp_path):
    office = shutil.which("soffice")
    if not office:
        pytest.skip("LibreOffice n'est pas installé")
    (tmp_path / "r.docx").write_bytes(content)
    profile = f"-env:UserInstallation={(tmp_path / 'profil').as_uri()}"
    order = [
        office,
        profile,
        "--headless",
        "--convert-to",
        "txt:Text (encoded):UTF8",
        "--outdir",
        str(tmp_path),
        str(tmp_path / "r.docx"),
    ]
    done = subprocess.run(order, capture_output=True, timeout=180, check=False)
    if done.returncode or not (tmp_path / "r.txt").exists():
        pytest.skip("LibreOffice n'a pas pu ouvrir de fichier ici")
    read = (tmp_path / "r.txt").read_text(encoding="utf-8-sig")
    for figure in (figure for block in blocks(report, KeyFigures) for figure in block.figures):
        assert french.value(figure.value, figure.unit) in read
    assert all(sentence.text in read for block in blocks(report, Paragraph) for sentence in block.sentences)
