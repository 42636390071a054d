"""One figure, the same in every form: page, text, slides and their notes, workbook, publication; a planted difference is seen."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import docx
import openpyxl
import pytest
from pptx import Presentation
from report_text import demo_report

from spaser import french
from spaser.deliverables import excel, html, slides, word
from spaser.deliverables.messages import Message, Messages, Todo
from spaser.deliverables.report import Report, TableBlock
from spaser.sections.publication.legal import HEADLINES
from spaser.studies import publication
from spaser.studies.diagnostic import prepare
from spaser.studies.publication import files as publication_files

DATA = Path(__file__).parents[2] / "data"
#: A number with its unit: « 30,6 % », « 1,6 M€ », « 7 sur 20 ».
FIGURE = re.compile(r"\d[\d ]*(?:,\d+)?(?: (?:%|[kM]?€|sur \d[\d ]*))?")


def plain(text: str) -> str:
    return " ".join(re.sub("[\u00a0\u202f]", " ", text).replace("\u200b", "").replace("\u00ad", "").split())


def messages(report: Report) -> list[Message]:
    return [
        one
        for section in report.sections
        for block in section.blocks
        if isinstance(block, Messages)
        for one in block.items
    ]


def said(report: Report) -> Iterator[str]:
    """What the first pages say with figures: the messages, what to do on Monday, the lines of the plan, the next dates."""
    for section in report.part("essentiel").sections:
        for block in section.blocks:
            if isinstance(block, Messages):
                yield from (f"{one.figure} {one.told}" for one in block.items)
            elif isinstance(block, Todo):
                yield from block.items
            elif isinstance(block, TableBlock):
                yield from (" ".join(row) for row in block.cells())


def lacking(report: Report, form: str) -> list[str]:
    """The figures of the first pages that a form does not have."""
    return sorted({one for text in said(report) for one in FIGURE.findall(plain(text)) if one.strip() not in form})


def page(report: Report) -> str:
    return plain(re.sub(r"<[^>]+>", " ", html.render(report)).replace("&#x27;", "'"))


def written(report: Report) -> str:
    whole = docx.Document(io.BytesIO(word.render(report)))
    cells = [cell.text for grid in whole.tables for row in grid.rows for cell in row.cells]
    return plain(" ".join([*(line.text for line in whole.paragraphs), *cells]))


def shown(report: Report) -> str:
    """The slides with what their speaker reads: what a slide cuts is whole in its notes."""
    told = []
    for one in Presentation(io.BytesIO(slides.render(report))).slides:
        told += [shape.text_frame.text for shape in one.shapes if shape.has_text_frame]
        told += [cell.text for shape in one.shapes if shape.has_table for row in shape.table.rows for cell in row.cells]
        told.append(one.notes_slide.notes_text_frame.text if one.has_notes_slide else "")
    return plain(" ".join(told))


def sheets(report: Report) -> str:
    book = openpyxl.load_workbook(io.BytesIO(excel.render(report)))
    return plain(
        " ".join(str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row if cell.value is not None)
    )


FORMS = {"page": page, "texte": written, "diapositives": shown, "classeur": sheets}


@pytest.fixture(scope="module")
def report() -> Report:
    return demo_report()


@pytest.mark.parametrize("form", FORMS)
def test_each_figure_of_the_first_page_is_in_every_form(report, form) -> None:
    assert len(messages(report)) >= 3 and any(FIGURE.search(plain(text)) for text in said(report))
    assert lacking(report, FORMS[form](report)) == []


@pytest.mark.parametrize("form", FORMS)
def test_a_figure_that_differs_in_a_form_is_seen(report, form) -> None:
    """The same page with one figure changed is not what the form says: the comparison is not blind."""
    first = report.sections[0]
    changed = tuple(
        Messages((replace(block.items[0], figure="98,7\u00a0%"), *block.items[1:]))
        if isinstance(block, Messages)
        else block
        for block in first.blocks
    )
    other = replace(report, sections=(replace(first, blocks=changed), *report.sections[1:]))
    assert lacking(other, FORMS[form](report)) == ["98,7 %"]


def test_the_publication_tells_the_shares_of_the_report() -> None:
    """The same buyer, the same contracts: the share of the law is one number, on its page, in its note and in the report's measures."""
    base = prepare(sorted(DATA.glob("marches_demo*.json")), registers=sorted(DATA.glob("registre_demo*.csv")))
    result = publication.publish(base, buyer="Aubrelle")
    ours = publication_files.findings(result)
    public, note = page(publication_files.report(result)), written(publication_files.note(result))
    told = [code for code in HEADLINES if (m := ours.one(code)) is not None and m.repondus]
    assert told
    for code in told:
        measure = ours.one(code)
        assert measure is not None
        own = replace(ours, measures=result.diagnostic.measures).one(code)
        assert own is not None and (own.numerateur, own.denominateur) == (measure.numerateur, measure.denominateur)
        for text in (public, note):
            assert plain(french.share(measure.valeur)) in text
