"""What a Word document is made of below its blocks: fields, bookmarks, contents, columns, quoted passages."""

from __future__ import annotations

from collections.abc import Sequence

from docx.document import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Emu, Pt
from docx.table import Table
from docx.text.paragraph import Paragraph as Line

from spaser.deliverables import columns
from spaser.deliverables.report import Quote, Quotes

#: Style of a cell and its size in points, tried until each text is at ease; the two margins of a cell.
_CELLS, _MARGINS = (("Cellule", 9.0), ("Cellule serrée", 7.5)), 6.0
#: Lines of a table that stay with its caption, its header among them.
_TOGETHER = 4
#: Rows of a table that is never broken, its header among them.
_SHORT = 8
_MARKS = {"env": "D8EFE2", "soc": "E7DEF5", "niee": "ECEFF2"}


def plain(text: str) -> str:
    """Text for a document: control characters, that XML forbids, are dropped."""
    return "".join(c for c in text if c >= " " or c in "\t\n").replace("\ufffe", "").replace("\uffff", "")


def field(line: Line, code: str, shown: str) -> None:
    """A field that Word keeps up to date."""
    node = OxmlElement("w:fldSimple")
    node.set(qn("w:instr"), code)
    run, text = OxmlElement("w:r"), OxmlElement("w:t")
    text.text = shown
    run.append(text)
    node.append(run)
    line._p.append(node)


def describe(grid: Table, text: str) -> None:
    """The title a screen reader says for the table."""
    described = OxmlElement("w:tblCaption")
    described.set(qn("w:val"), plain(text))
    grid._tbl.tblPr.append(described)


def keep_rows(grid: Table) -> None:
    """No row over two pages."""
    for row in grid.rows:
        row._tr.get_or_add_trPr().insert(0, OxmlElement("w:cantSplit"))


def repeat_header(grid: Table) -> None:
    """The header again at the top of each page."""
    grid.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def room(document: Document) -> int:
    """What the page leaves between its margins."""
    page = document.sections[-1]
    return int((page.page_width or 0) - (page.left_margin or 0) - (page.right_margin or 0))


def turn(document: Document, *, sideways: bool) -> None:
    """Pages on their side, or upright again, from here on; nothing when they are so already."""
    last = document.sections[-1]
    wide = (last.page_width or 0) > (last.page_height or 0)
    if wide == sideways:
        return
    page = document.add_section(WD_SECTION.NEW_PAGE)
    page.orientation = WD_ORIENT.LANDSCAPE if sideways else WD_ORIENT.PORTRAIT
    page.page_width, page.page_height = last.page_height, last.page_width


def fitted(heads: Sequence[str], rows: Sequence[Sequence[str]], within: int) -> tuple[str, list[Emu], int]:
    """The style of the cells, the width of the columns (never more together than the page leaves), how they stand."""
    styles = {size: style for style, size in _CELLS}
    size, found, standing = columns.fitted(heads, rows, Emu(within).pt, _MARGINS, list(styles))
    return styles[size], [Emu(int(Pt(one))) for one in found], standing


def keep_top(grid: Table) -> None:
    """A short table on one page; of a longer one, the header and the first rows: broken after its first row, it begins on the next page."""
    rows = grid._tbl.tr_lst
    # The last row of a short table does not hold the text that follows.
    for row in rows[:-1] if len(rows) <= _SHORT else rows[:_TOGETHER]:
        for line in row.xpath("./w:tc/w:p"):
            Line(line, grid).paragraph_format.keep_with_next = True


def set_widths(grid: Table, widths: Sequence[Emu]) -> None:
    """The same width for a column and each of its cells: Word reads the one, LibreOffice the other."""
    grid.autofit = False
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = width
    # The cells that the library finds through columns are searched for one by one in the whole table: its rows have them at hand.
    for row in grid._tbl.tr_lst:
        for cell, width in zip(row.tc_lst, widths, strict=True):
            cell.width = width


def bookmark(line: Line, rank: int) -> str:
    """A mark on a heading, which the contents lead to; returns its name."""
    name = f"_Toc{rank:06d}"
    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    for node in (start, end):
        node.set(qn("w:id"), str(rank))
    start.set(qn("w:name"), name)
    first = next((i for i, child in enumerate(line._p) if child.tag == qn("w:r")), len(line._p))
    line._p.insert(first, start)
    line._p.append(end)
    return name


def contents(document: Document, titles: Sequence[str]) -> None:
    """The contents as Word makes them (a field), already filled: each line leads to its heading."""
    document.add_paragraph("Sommaire", style="Sommaire")
    for rank, title in enumerate(titles, 1):
        line = document.add_paragraph(style="toc 1")
        if rank == 1:
            _field_part(line, "begin")
            _field_part(line, "", ' TOC \\o "1-1" \\h \\n ')
            _field_part(line, "separate")
        link = OxmlElement("w:hyperlink")
        link.set(qn("w:anchor"), f"_Toc{rank:06d}")
        run, text = OxmlElement("w:r"), OxmlElement("w:t")
        text.text = plain(title)
        run.append(text)
        link.append(run)
        line._p.append(link)
        if rank == len(titles):
            _field_part(line, "end")


def _field_part(line: Line, kind: str, code: str = "") -> None:
    run = OxmlElement("w:r")
    part = OxmlElement("w:fldChar" if kind else "w:instrText")
    if kind:
        part.set(qn("w:fldCharType"), kind)
    else:
        part.set(qn("xml:space"), "preserve")
        part.text = code
    run.append(part)
    line._p.append(run)


def quotes(document: Document, block: Quotes) -> None:
    """Passages in their sentences, each under its place, with what was found in it."""
    document.add_heading(plain(block.caption), level=2)
    for one in block.items:
        document.add_paragraph(plain(one.where), style="Lieu du passage")
        _passage(document.add_paragraph(style="Passage cité"), one)
        for said in one.said:
            document.add_paragraph(plain(said), style="Constat")
    if block.note:
        document.add_paragraph(plain(block.note), style="Note de tableau")


def _passage(line: Line, quote: Quote) -> None:
    """The words found are bold on a shade, those of a denial struck: never by colour alone."""
    for text, kind in quote.parts:
        run = line.add_run(plain(text))
        if kind:
            run.bold, run.font.strike = kind != "niee", kind == "niee" or None
            shade = OxmlElement("w:shd")
            for name, value in (("val", "clear"), ("color", "auto"), ("fill", _MARKS.get(kind, "FFF0BF"))):
                shade.set(qn(f"w:{name}"), value)
            run._r.get_or_add_rPr().append(shade)
