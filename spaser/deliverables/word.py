"""A report as a Word document: real styles, headings and captions, editable tables, charts with their text and data."""

from __future__ import annotations

import io
from datetime import datetime, time
from pathlib import Path

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Emu
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph as Line

from spaser import french
from spaser.deliverables import files, office, sentences, word_styles
from spaser.deliverables.report import (
    Block,
    Callout,
    Definitions,
    Figure,
    KeyFigure,
    KeyFigures,
    Measured,
    Paragraph,
    Report,
    Section,
    Sentence,
    TableBlock,
)  # fmt: skip

_RIGHT = {"entier", "part", "centime", "somme", "point", "valeur"}
#: Tables wider than this are written smaller.
_WIDE = 7
_LIMIT = 200
_CARDS = 4


def write(report: Report, path: Path | str, *, template: Path | str | None = None) -> Path:
    """Write the document whole or not at all; ``template`` is a client's own docx, whose styles are kept."""
    return files.write_atomic(path, render(report, template=template))


def render(report: Report, *, template: Path | str | None = None) -> bytes:
    """The document as bytes; the same report gives the same bytes."""
    document = docx.Document(str(template) if template else None)
    word_styles.prepare(document, own=template is not None)
    _page(document, report)
    writer = _Writer(document, report.footnotes())
    writer.head(report)
    for section in report.sections:
        writer.section(section)
    writer.notes()
    stream = io.BytesIO()
    document.save(stream)
    return office.steady(stream.getvalue(), report.as_of)


class _Writer:
    """Writes blocks one after the other, numbering tables and figures as it goes."""

    def __init__(self, document: Document, notes: dict[Measured, int]) -> None:
        self.document, self.marks = document, notes
        self.pictures = 0

    def head(self, report: Report) -> None:
        if report.logo and not report.logo.lstrip().startswith(b"<"):
            self.document.add_picture(io.BytesIO(report.logo), height=Cm(1.6))
        self.document.add_paragraph(_t(report.title), style="Title")
        day = f"Données arrêtées au {french.long_date(report.as_of)}"
        for text in (french.capital(report.buyer), " – ".join(part for part in (french.capital(report.subtitle), day) if part)):
            if text:
                self.document.add_paragraph(_t(text), style="Subtitle")
        for note in report.notes:
            self.document.add_paragraph(_t(note), style="Encadré")

    def section(self, section: Section) -> None:
        self.document.add_heading(_t(section.title), level=1)
        self.document.add_paragraph(_t(section.question), style="Question")
        for block in section.blocks:
            self.block(block)

    def block(self, block: Block) -> None:
        match block:
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
            case Callout():
                line = self.document.add_paragraph(style="Encadré")
                line.add_run(f"{_t(block.title)}. ").bold = True
                line.add_run(_t(block.text))
            case Definitions():
                for name, meaning in block.items:
                    line = self.document.add_paragraph(style="Normal")
                    line.add_run(_t(f"{name}{french.NBSP}: ")).bold = True
                    line.add_run(_t(meaning))

    def sentence(self, sentence: Sentence, style: str) -> None:
        line = self.document.add_paragraph(_t(sentence.text), style=style)
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
        _describe(grid, "Chiffres clés")
        for rank, figure in enumerate(block.figures):
            self.card(grid.cell(rank // across, rank % across), figure)
        _keep_rows(grid)
        self.document.add_paragraph(style="Espace")

    def card(self, cell: _Cell, figure: KeyFigure) -> None:
        cell.paragraphs[0].text, cell.paragraphs[0].style = _t(figure.label), "Chiffre libellé"
        value = french.UNKNOWN_MARK if figure.value is None else french.value(figure.value, figure.unit)
        line = cell.add_paragraph(value, style="Chiffre")
        if figure.measure:
            self.mark(line, (figure.measure,))
        span = french.share_range(figure.low, figure.high)
        words = [span if span.startswith("de ") else "", figure.note]
        for text in filter(None, words):
            cell.add_paragraph(_t(text), style="Chiffre note")

    def table(self, block: TableBlock) -> None:
        """The caption, then the table: header repeated on each page, rows never cut."""
        self.caption("Tableau", block.caption)
        shown = list(block.cells(_LIMIT))
        grid = self.document.add_table(rows=1, cols=len(block.columns), style="Tableau")
        grid.alignment = WD_TABLE_ALIGNMENT.LEFT
        # A style is looked for in the whole document each time it is named: once a table is enough.
        style = str(self.document.styles["Cellule serrée" if len(block.columns) >= _WIDE else "Cellule"].style_id)
        for cell, column in zip(grid.rows[0].cells, block.columns, strict=True):
            _fill(cell, column.label, style, column.unit in _RIGHT, bold=True)
        for texts in shown:
            for cell, text, column in zip(grid.add_row().cells, texts, block.columns, strict=True):
                _fill(
                    cell,
                    text or ("inconnu" if column.unit in _RIGHT else ""),
                    style,
                    column.unit in _RIGHT,
                )
        totals = block.totals()
        if totals and block.frame.height > 1:
            for rank, (cell, total, column) in enumerate(zip(grid.add_row().cells, totals, block.columns, strict=True)):
                text = french.value(total, column.unit) if total is not None else "Total" if rank == 0 else ""
                _fill(cell, text, style, column.unit in _RIGHT, bold=True)
        _widths(grid, block, shown, _room(self.document))
        _repeat_header(grid)
        _keep_rows(grid)
        _describe(grid, block.caption)
        cut = f"Les {_LIMIT} premières lignes sur {french.number(block.frame.height)}." if block.frame.height > _LIMIT else ""
        self.document.add_paragraph(_t(" ".join(part for part in (block.note, cut) if part)), style="Note de tableau")

    def figure(self, block: Figure) -> None:
        """The picture with its alternative text and caption, then its data."""
        line = self.document.add_paragraph(style="Figure")
        picture = line.add_run().add_picture(io.BytesIO(block.picture.png()), width=_room(self.document))
        self.pictures += 1
        described = picture._inline.docPr
        described.set("descr", block.picture.alt)
        described.set("title", block.caption)
        described.set("name", f"Figure {self.pictures}")
        tall = Cm(9.5)
        if picture.height > tall:
            picture.width, picture.height = Emu(int(picture.width * tall / picture.height)), tall
        self.caption("Figure", block.caption)
        self.table(block.twin)

    def caption(self, kind: str, text: str) -> None:
        """A numbered caption: Word keeps the numbers and can list them."""
        line = self.document.add_paragraph(style="Caption")
        line.add_run(f"{kind}{french.NBSP}")
        _field(line, f"SEQ {kind} \\* ARABIC", str(self._next(kind)))
        line.add_run(f"{french.NBSP}– {_t(text)}")
        line.paragraph_format.keep_with_next = kind == "Tableau"

    def notes(self) -> None:
        """Where each quoted figure comes from, numbered as in the other forms."""
        if not self.marks:
            return
        self.document.add_heading("D'où vient chaque chiffre", level=1)
        for measure, rank in self.marks.items():
            self.document.add_paragraph(f"{rank}. {_t(sentences.explanation(measure))}", style="Note de tableau")

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
    foot = page.footer.paragraphs[0]
    foot.style = "Footer"
    foot.add_run(_t(" – ".join(part for part in (report.title, report.buyer) if part)) + "   ")
    _field(foot, "PAGE", "1")
    foot.add_run(" / ")
    _field(foot, "NUMPAGES", "1")
    properties = document.core_properties
    properties.title, properties.author, properties.subject = _t(report.title), _t(report.buyer), _t(report.subtitle)
    properties.language, properties.comments, properties.last_modified_by, properties.keywords = "fr-FR", "", "", ""
    properties.created = properties.modified = datetime.combine(report.as_of, time())


def _fill(cell: _Cell, text: str, style: str, right: bool, bold: bool = False) -> None:
    line = cell.paragraphs[0]
    line._p.style = style
    line.add_run(_t(text)).bold = bold or None
    if right:
        line.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _widths(grid: Table, block: TableBlock, rows: list[list[str]], room: int) -> None:
    """Columns as wide as what they hold asks for: longest word at least, then by the length of their text."""
    weights = []
    for rank, column in enumerate(block.columns):
        texts = [column.label, *(row[rank] for row in rows)]
        word = max((len(part) for text in texts for part in text.split(" ")), default=1)
        mean = sum(map(len, texts)) / len(texts)
        weights.append(max(min(word, 16) + 1.5, min(mean, 60)))
    grid.autofit = False
    for column, weight in zip(grid.columns, weights, strict=True):
        width = Emu(int(room * weight / sum(weights)))
        column.width = width
        for cell in column.cells:
            cell.width = width


def _room(document: Document) -> int:
    page = document.sections[0]
    return int((page.page_width or 0) - (page.left_margin or 0) - (page.right_margin or 0))


def _repeat_header(grid: Table) -> None:
    grid.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _keep_rows(grid: Table) -> None:
    for row in grid.rows:
        row._tr.get_or_add_trPr().insert(0, OxmlElement("w:cantSplit"))


def _describe(grid: Table, text: str) -> None:
    """The title a screen reader says for the table."""
    described = OxmlElement("w:tblCaption")
    described.set(qn("w:val"), _t(text))
    grid._tbl.tblPr.append(described)


def _field(line: Line, code: str, shown: str) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), code)
    run, text = OxmlElement("w:r"), OxmlElement("w:t")
    text.text = shown
    run.append(text)
    field.append(run)
    line._p.append(field)


def _t(text: str) -> str:
    """Text for a document: control characters, that XML forbids, are dropped."""
    return "".join(c for c in text if c >= " " or c in "\t\n").replace("\ufffe", "").replace("\uffff", "")
