"""A report as a Word document: real styles, headings and captions, editable tables, charts with their text and data."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime, time
from pathlib import Path

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Cm, Emu
from docx.table import _Cell
from docx.text.paragraph import Paragraph as Line

from spaser import french
from spaser.deliverables import columns, files, office, sentences, word_parts, word_styles
from spaser.deliverables.messages import SIGNS, Messages, Todo
from spaser.deliverables.report import (
    FIGURES,
    Answer,
    Block,
    Callout,
    Definitions,
    Figure,
    KeyFigure,
    KeyFigures,
    Measured,
    Paragraph,
    Quotes,
    Report,
    Section,
    Sentence,
    TableBlock,
)
from spaser.deliverables.word_parts import plain

_LIMIT = 200
_DATA, _ORIGIN = "Les données des graphiques", "D'où vient chaque chiffre"
_CARDS, _DOTS, _TALLEST = 4, 0.36, Cm(9.5)


def write(report: Report, path: Path | str, *, template: Path | str | None = None, contents: bool = True) -> Path:
    """Write the document whole or not at all; ``template`` is a client's own docx, whose styles are kept."""
    return files.deliver(path, render(report, template=template, contents=contents))


def render(
    report: Report,
    *,
    template: Path | str | None = None,
    data: bool = True,
    more: Sequence[TableBlock] = (),
    contents: bool = True,
) -> bytes:
    """The document as bytes; the same report gives the same bytes.

    ``data``: the tables behind the charts close the document; ``more``: those behind the charts of a document it goes with.
    ``contents``: a cover with the list of the sections; a note of two pages has none.
    """
    document = docx.Document(str(template) if template else None)
    word_styles.prepare(document, own=template is not None)
    _page(document, report)
    if report.one_page:
        word_styles.tighten(document)
    writer = _Writer(document, report.footnotes(), one_page=report.one_page)
    writer.opens = contents and not report.one_page
    writer.later.extend(more)
    writer.head(report)
    if writer.opens:
        word_parts.contents(document, writer.titles(report, data))
    for section in report.sections:
        writer.section(section)
    if data:
        writer.data()
    writer.notes()
    stream = io.BytesIO()
    document.save(stream)
    return office.steady(stream.getvalue(), report.as_of)


class _Writer:
    """Writes blocks one after the other, numbering tables and figures as it goes."""

    def __init__(self, document: Document, notes: dict[Measured, int], *, one_page: bool = False) -> None:
        self.document, self.marks, self.one_page = document, notes, one_page
        self.pictures = self.headings = 0
        self.opens = not one_page
        self.margin = int(document.sections[0].left_margin or 0)
        self.later: list[TableBlock] = []

    def head(self, report: Report) -> None:
        if report.logo and not report.logo.lstrip().startswith(b"<"):
            self.document.add_picture(io.BytesIO(report.logo), height=Cm(1.6))
        self.document.add_paragraph(plain(report.title), style="Title")
        for text in filter(None, (french.capital(report.buyer), *report.cover)):
            self.document.add_paragraph(plain(text), style="Subtitle")
        for note in report.notes:
            self.document.add_paragraph(plain(note), style="Encadré")

    def titles(self, report: Report, data: bool) -> list[str]:
        """The headings to come, for the contents."""
        figures = [block for section in report.sections for block in section.blocks if isinstance(block, Figure)]
        found = [section.title for section in report.sections]
        found += [_DATA] if data and (figures or self.later) else []
        return found + ([_ORIGIN] if self.marks else [])

    def heading(self, title: str) -> None:
        """A heading of the contents; the first one opens a page, and so does that after the essential, which has its own."""
        line = self.document.add_heading(plain(title), level=1)
        line.paragraph_format.page_break_before = True if self.opens else None
        self.opens, self.headings = False, self.headings + 1
        word_parts.bookmark(line, self.headings)

    def section(self, section: Section) -> None:
        first = section.blocks[0] if section.blocks else None
        word_parts.turn(self.document, sideways=isinstance(first, TableBlock) and self.wide(first))
        self.heading(section.title)
        if not self.one_page:
            self.document.add_paragraph(plain(section.question), style="Question")
        for block in section.blocks:
            self.block(block)
        self.opens = section.id == "essentiel" and not self.one_page

    def block(self, block: Block) -> None:
        word_parts.turn(self.document, sideways=isinstance(block, TableBlock) and self.wide(block))
        match block:
            case Answer():
                self.sentence(block.sentence, "Réponse")
            case Messages():
                self.messages(block)
            case Todo():
                self.document.add_paragraph(
                    plain(block.title), style="Chiffre libellé"
                ).paragraph_format.keep_with_next = True
                for one in block.items:
                    self.document.add_paragraph(plain(one), style="List Bullet")
            case Sentence():
                self.sentence(block, "Normal")
            case Paragraph():
                for sentence in block.sentences:
                    self.sentence(sentence, "List Bullet" if len(block.sentences) > 1 else "Normal")
            case KeyFigures():
                self.cards(block)
            case TableBlock():
                self.table(block)
            case Figure():
                self.figure(block)
            case Quotes():
                word_parts.quotes(self.document, block)
            case Callout():
                line = self.document.add_paragraph(style="Encadré")
                line.add_run(f"{plain(block.title)}. ").bold = True
                line.add_run(plain(block.text))
            case Definitions():
                for name, meaning in block.items:
                    line = self.document.add_paragraph(style="Normal")
                    line.add_run(plain(f"{name}{french.NBSP}: ")).bold = True
                    line.add_run(plain(meaning))

    def sentence(self, sentence: Sentence, style: str) -> None:
        line = self.document.add_paragraph(plain(sentence.text), style=style)
        self.mark(line, sentence.measures)

    def mark(self, line: Line, measures: tuple[Measured, ...]) -> None:
        ranks = sorted({self.marks[measure] for measure in measures})
        if ranks:
            line.add_run(", ".join(str(rank) for rank in ranks)).font.superscript = True

    def cards(self, block: KeyFigures) -> None:
        """Key figures side by side, in a table without lines."""
        across = min(_CARDS, len(block.figures))
        lines = -(-len(block.figures) // across)
        grid = self.document.add_table(rows=lines, cols=across, style="Chiffres clés")
        word_parts.describe(grid, "Chiffres clés")
        for rank, figure in enumerate(block.figures):
            self.card(grid.cell(rank // across, rank % across), figure)
        word_parts.keep_rows(grid)
        self.document.add_paragraph(style="Espace")

    def card(self, cell: _Cell, figure: KeyFigure) -> None:
        cell.paragraphs[0].text, cell.paragraphs[0].style = plain(figure.label), "Chiffre libellé"
        value = french.UNKNOWN_MARK if figure.value is None else french.value(figure.value, figure.unit)
        line = cell.add_paragraph(value, style="Chiffre")
        if figure.measure:
            self.mark(line, (figure.measure,))
        span = french.share_range(figure.low, figure.high)
        words = [span if span.startswith("de ") else "", figure.note]
        for text in filter(None, words):
            cell.add_paragraph(plain(text), style="Chiffre note")

    def messages(self, block: Messages) -> None:
        """Each message on a line: its figure, then what it is, what it is compared with, what follows."""
        grid = self.document.add_table(rows=0, cols=2, style="Chiffres clés")
        word_parts.describe(grid, "Ce qu'il faut retenir")
        for one in block.items:
            figure, text = grid.add_row().cells
            figure.paragraphs[0].style, text.paragraphs[0].style = "Chiffre message", "Cellule"
            figure.paragraphs[0].add_run(plain(one.figure))
            text.paragraphs[0].add_run(plain(f"{SIGNS[one.kind]} – ")).italic = True
            text.paragraphs[0].add_run(plain(f"{one.told} {french.sentence(one.so)}"))
        across = word_parts.room(self.document)
        word_parts.set_widths(grid, [Emu(across * 2 // 7), Emu(across * 5 // 7)])
        word_parts.keep_rows(grid)

    def wide(self, block: TableBlock) -> bool:
        """Whether a table needs a page on its side."""
        if self.one_page:
            return False
        heads, rows, totals = _texts(block.printed())
        upright = (
            min(self.document.sections[0].page_width or 0, self.document.sections[0].page_height or 0) - 2 * self.margin
        )
        return columns.sideways(word_parts.fitted(heads, [*rows, *totals], upright)[2], len(heads))

    def table(self, whole: TableBlock) -> None:
        """The caption, then the table: header repeated on each page, rows never cut."""
        block = whole.printed()
        self.caption("Tableau", block.caption)
        right = [column.unit in FIGURES for column in block.columns]
        heads, rows, totals = _texts(block)
        style, widths, _ = word_parts.fitted(heads, [*rows, *totals], word_parts.room(self.document))
        # A style is looked for in the whole document each time it is named: once a table is enough.
        known = str(self.document.styles[style].style_id)
        grid = self.document.add_table(rows=0, cols=len(heads), style="Tableau")
        grid.alignment = WD_TABLE_ALIGNMENT.LEFT
        for texts, bold in [(heads, True), *((texts, False) for texts in rows), *((texts, True) for texts in totals)]:
            for cell, text, side in zip(grid.add_row()._tr.tc_lst, texts, right, strict=True):
                _fill(_Cell(cell, grid), text, known, side, bold)
        word_parts.set_widths(grid, widths)
        word_parts.repeat_header(grid)
        word_parts.keep_rows(grid)
        word_parts.keep_top(grid)
        word_parts.describe(grid, block.caption)
        cut = (
            f"Les {_LIMIT} premières lignes sur {french.number(block.frame.height)}."
            if block.frame.height > _LIMIT
            else ""
        )
        self.document.add_paragraph(
            plain(" ".join(part for part in (block.note, cut) if part)), style="Note de tableau"
        )

    def figure(self, block: Figure) -> None:
        """The picture with its alternative text and caption; its data stand at the end of the document."""
        line = self.document.add_paragraph(style="Figure")
        line.paragraph_format.keep_with_next = True
        picture = line.add_run().add_picture(io.BytesIO(block.picture.png()))
        self.pictures += 1
        described = picture._inline.docPr
        described.set("descr", block.picture.alt)
        described.set("title", block.caption)
        described.set("name", f"Figure {self.pictures}")
        # Two dots for each unit of the picture: its letters (12 units) come at 8.6 points where the page has room.
        part = min(_DOTS, word_parts.room(self.document) / picture.width, _TALLEST / picture.height)
        picture.width, picture.height = Emu(int(picture.width * part)), Emu(int(picture.height * part))
        self.caption("Figure", block.caption)
        self.later.append(block.twin)

    def data(self) -> None:
        """The tables behind the charts, after everything a committee reads."""
        word_parts.turn(self.document, sideways=False)
        if self.later:
            self.heading(_DATA)
        for block in self.later:
            self.table(block)

    def caption(self, kind: str, text: str) -> None:
        """A numbered caption: Word keeps the numbers and can list them."""
        line = self.document.add_paragraph(style="Caption")
        line.add_run(f"{kind}{french.NBSP}")
        word_parts.field(line, f"SEQ {kind} \\* ARABIC", str(self._next(kind)))
        line.add_run(f"{french.NBSP}– {plain(text)}")
        line.paragraph_format.keep_with_next = kind == "Tableau"

    def notes(self) -> None:
        """Where each quoted figure comes from, numbered as in the other forms."""
        if not self.marks:
            return
        self.heading(_ORIGIN)
        known = str(self.document.styles["Note de tableau"].style_id)
        common, alone = sentences.explanations(list(self.marks))
        for text in [common] if common else []:
            self.document.add_paragraph(plain(text))._p.style = known
        for rank, text in zip(self.marks.values(), alone, strict=True):
            self.document.add_paragraph(f"{rank}. {plain(text)}")._p.style = known

    def _next(self, kind: str) -> int:
        count = getattr(self, f"_{kind}", 0) + 1
        setattr(self, f"_{kind}", count)
        return count


def _page(document: Document, report: Report) -> None:
    """A4 upright, the title in the header, page numbers, and the properties of the file."""
    page = document.sections[0]
    page.orientation, page.page_width, page.page_height = WD_ORIENT.PORTRAIT, Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(1.9)
    page.top_margin, page.bottom_margin = Cm(1.6), Cm(1.5)
    page.header_distance = page.footer_distance = Cm(0.8)
    if report.notes:
        page.header.paragraphs[0].text, page.header.paragraphs[0].style = plain(" ".join(report.notes)), "Header"
    foot = page.footer.paragraphs[0]
    foot.style = "Footer"
    foot.add_run(plain(" – ".join(part for part in (report.title, report.buyer) if part)) + "   ")
    word_parts.field(foot, "PAGE", "1")
    foot.add_run(" / ")
    word_parts.field(foot, "NUMPAGES", "1")
    properties = document.core_properties
    properties.title, properties.author, properties.subject = (
        office.property_of(plain(report.title)),
        office.property_of(plain(report.author or report.client or report.buyer)),
        office.property_of(plain(report.subtitle)),
    )
    properties.language, properties.comments, properties.last_modified_by, properties.keywords = "fr-FR", "", "", ""
    properties.created = properties.modified = datetime.combine(report.as_of, time())


def _fill(cell: _Cell, text: str, style: str, right: bool, bold: bool = False) -> None:
    line = cell.paragraphs[0]
    line._p.style = style
    line.add_run(plain(text)).bold = bold or None
    if right:
        line.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _texts(block: TableBlock) -> tuple[list[str], list[list[str]], list[list[str]]]:
    """What the cells of a table say: its header, its lines, its line of totals when it has one."""
    right = [column.unit in FIGURES for column in block.columns]
    rows = [
        [text or (french.UNKNOWN_MARK if side else french.DASH) for text, side in zip(texts, right, strict=True)]
        for texts in block.cells(_LIMIT)
    ]
    totals = _totals(block)
    return [column.label for column in block.columns], rows, [totals] if totals else []


def _totals(block: TableBlock) -> list[str]:
    """The last line of a table, empty when nothing is added up."""
    totals = block.totals()
    if not totals or block.frame.height < 2:
        return []
    return [
        french.value(total, column.unit) if total is not None else "Total" if rank == 0 else ""
        for rank, (total, column) in enumerate(zip(totals, block.columns, strict=True))
    ]
