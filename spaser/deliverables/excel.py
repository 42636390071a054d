"""A report as a workbook: real numbers and dates, filters, formulas that point to the rows, nothing that data could run."""

from __future__ import annotations

import io
from copy import copy
from datetime import datetime, time
from pathlib import Path

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from spaser.deliverables import excel_counts, excel_summary, files, office, sentences
from spaser.deliverables.columns import MOST_COLUMNS
from spaser.deliverables.excel_cells import LINE, MOST_ROWS, Styles, paper, table
from spaser.deliverables.report import Report, TableBlock

#: Letters across the columns of the sheet of rules.
_FIRST, _OTHERS = 52, 34


def write(report: Report, path: Path | str) -> Path:
    """Write the workbook whole or not at all; returns where (a numbered copy when the file is open in Excel)."""
    return files.deliver(path, render(report))


def render(report: Report) -> bytes:
    """The workbook; the same report gives the same bytes (its creation date is the report's)."""
    stream = io.BytesIO()
    # Text is written as text: no string of the data may become a formula, a link or a number.
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": False,
        "default_date_format": "dd/mm/yyyy",
    }
    with xlsxwriter.Workbook(stream, options) as book:
        book.set_properties(
            {
                "title": office.property_of(report.title),
                "subject": office.property_of(report.buyer),
                "author": office.property_of(report.author or report.client or report.buyer),
                "comments": office.property_of(report.subtitle),
                "created": datetime.combine(report.as_of, time()),
            }
        )
        styles = Styles(book)
        first_sheet = book.add_worksheet("synthèse")
        places = {
            block.id: excel_counts.Place(block, 1, min(block.frame.height, MOST_ROWS)) for block in report.annexes
        }
        for block in report.annexes:
            _annex(book, styles, report, block, places)
        _rules(book, styles, report)
        _whole(book, styles, report)
        excel_summary.summary(first_sheet, styles, report, places)
        first_sheet.activate()
    return stream.getvalue()


def _annex(book: xlsxwriter.Workbook, styles: Styles, report: Report, block: TableBlock, places: dict) -> None:
    sheet = book.add_worksheet(block.id[:31])
    sheet.freeze_panes(1, 1)
    counted = block.id == "mesures"
    _, last = table(sheet, styles, block, skip=excel_counts.NUMBERS if counted else ())
    if counted:
        excel_counts.write_values(sheet, styles.units, places["mesures"], places.get("contrats"))
    sheet.autofilter(0, 0, max(last, 1), len(block.columns) - 1)
    sheet.repeat_rows(0)
    paper(sheet, report, block.caption)


def _rules(book: xlsxwriter.Workbook, styles: Styles, report: Report) -> None:
    """Sources, rules and definitions: every table of the method section, then where each quoted figure comes from."""
    sheet = book.add_worksheet(
        "sources" if any(section.id == "sources" for section in report.sections) else "sources et règles"
    )
    row, read = 0, copy(styles)
    read.units = styles.units | {"texte": styles.text, "identifiant": styles.text}
    for section in report.sections:
        if section.id not in ("methode", "qualite", "sources"):
            continue
        for block in section.blocks:
            if isinstance(block, TableBlock):
                sheet.write_string(row, 0, block.caption, styles.section)
                row = _wrapped(sheet, read, block, row + 1) + 3
    sheet.write_string(row, 0, "D'où vient chaque chiffre cité", styles.section)
    for measure, rank in report.footnotes().items():
        row += 1
        sheet.write_string(row, 0, f"Note {rank}", styles.units["texte"])
        text = sentences.explanation(measure)
        sheet.merge_range(row, 1, row, 4, "", styles.text)
        sheet.write_string(row, 1, text, styles.text)
        sheet.set_row(row, LINE * (1 + len(text) // 135))
    sheet.set_column(0, 0, _FIRST)
    sheet.set_column(1, 4, _OTHERS)
    paper(sheet, report, "Sources et règles")


def _whole(book: xlsxwriter.Workbook, styles: Styles, report: Report) -> None:
    """The tables that a printed page shows in part, one below the other with all their columns."""
    wide = [
        block
        for section in report.sections
        for block in section.blocks
        if isinstance(block, TableBlock) and len(block.columns) > MOST_COLUMNS
    ]
    if not wide:
        return
    sheet, row, read = book.add_worksheet("tableaux entiers"), 0, copy(styles)
    read.units = styles.units | {"texte": styles.text, "identifiant": styles.text}
    for block in wide:
        sheet.write_string(row, 0, block.caption, styles.section)
        row = _wrapped(sheet, read, block, row + 1) + 3
    sheet.set_column(0, 0, _FIRST)
    sheet.set_column(1, max(len(block.columns) for block in wide) - 1, _OTHERS)
    paper(sheet, report, "Les tableaux entiers")


def _wrapped(sheet: Worksheet, styles: Styles, block: TableBlock, row: int) -> int:
    """A table whose texts go on several lines, each line as high as they ask for; returns its last line."""
    first, last = table(sheet, styles, block, row)
    for line, texts in zip(range(first, last + 1), block.cells(), strict=False):
        sheet.set_row(
            line,
            LINE * max(-(-len(text) // (_FIRST if rank == 0 else _OTHERS)) or 1 for rank, text in enumerate(texts)),
        )
    return last
