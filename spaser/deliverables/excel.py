"""A report as a workbook: real numbers and dates, filters, formulas that point to the rows, nothing that data could run."""

from __future__ import annotations

import io
import math
from collections.abc import Collection
from copy import copy
from datetime import datetime, time
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from spaser import french
from spaser.deliverables import excel_counts, files, sentences
from spaser.deliverables.report import (
    Callout,
    Column,
    KeyFigures,
    Measured,
    Paragraph,
    Report,
    Section,
    Sentence,
    TableBlock,
)
from spaser.vocabulary import NO, UNKNOWN, YES

#: French formats: Excel and LibreOffice show the separators of the reader's own language.
FORMATS = {
    "entier": "#,##0",
    "point": "#,##0",
    "part": "0.0\u00a0%",
    "centime": '#,##0.00\u00a0"€"',
    "somme": '#,##0\u00a0"€"',
    "date": "dd/mm/yyyy",
    "valeur": "#,##0.00",
    "texte": "@",
    "identifiant": "@",
    "oui_non": "@",
}
_WIDTHS = {
    "entier": 12,
    "point": 9,
    "part": 11,
    "centime": 18,
    "somme": 16,
    "date": 12,
    "valeur": 12,
    "oui_non": 10,
    "identifiant": 26,
}
#: A sheet holds 1 048 576 lines; beyond, the rows are in the Parquet file and the sheet says so.
MOST_ROWS = 1_000_000
#: The widest a column of text is made from its contents, and the lines looked at.
_WIDEST, _LOOKED = 60, 500
#: Points of a line of text, for merged cells, which do not grow by themselves.
_LINE = 15.5
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
                "title": report.title,
                "subject": report.buyer,
                "author": "spaser",
                "comments": report.subtitle,
                "created": datetime.combine(report.as_of, time()),
            }
        )
        styles = Styles(book)
        summary = book.add_worksheet("synthèse")
        places = {
            block.id: excel_counts.Place(block, 1, min(block.frame.height, MOST_ROWS)) for block in report.annexes
        }
        for block in report.annexes:
            _annex(book, styles, report, block, places)
        _rules(book, styles, report)
        _summary(summary, styles, report, places)
        summary.activate()
    return stream.getvalue()


class Styles:
    """The cell formats of a workbook, made once each."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        base = {"font_name": "Calibri", "font_size": 11, "valign": "top"}
        self.units = {
            unit: book.add_format(base | {"num_format": code} | _side(unit)) for unit, code in FORMATS.items()
        }
        self.totals = {
            unit: book.add_format(base | {"num_format": code, "bold": True, "top": 1} | _side(unit))
            for unit, code in FORMATS.items()
        }
        self.big = {
            unit: book.add_format(base | {"num_format": code, "bold": True, "font_size": 14} | _side(unit))
            for unit, code in FORMATS.items()
        }
        self.head = book.add_format(
            base
            | {
                "bold": True,
                "text_wrap": True,
                "bg_color": "#16324F",
                "font_color": "#FFFFFF",
                "border": 1,
                "border_color": "#D9DEE5",
            }
        )
        self.title = book.add_format(base | {"bold": True, "font_size": 18, "font_color": "#16324F"})
        self.section = book.add_format(base | {"bold": True, "font_size": 13, "font_color": "#16324F", "bottom": 1})
        self.text = book.add_format(base | {"text_wrap": True})
        self.note = book.add_format(base | {"italic": True, "font_color": "#52606D", "text_wrap": True})
        self.warning = book.add_format(base | {"bold": True, "bg_color": "#FFF4D6", "text_wrap": True})
        self.unknown = book.add_format(base | {"font_color": "#616B76", "bg_color": "#F0F1F3"})


def table(
    sheet: Worksheet, styles: Styles, block: TableBlock, row: int = 0, skip: Collection[str] = ()
) -> tuple[int, int]:
    """Write a table with its headers at ``row``; returns the first and last line of its rows (from 0).

    The cells of the columns to ``skip`` are left for the caller to write.
    """
    for index, column in enumerate(block.columns):
        sheet.write_string(row, index, french.typeset(column.label), styles.head)
        _width(sheet, index, column, block)
    sheet.set_row(row, 32)
    first, where = row + 1, {column.name: index for index, column in enumerate(block.columns)}
    for line, values in enumerate(block.frame.select(list(where)).head(MOST_ROWS).rows(), first):
        for index, (raw, column) in enumerate(zip(values, block.columns, strict=True)):
            if column.name in skip:
                continue
            if column.formula and raw is not None:
                cells = {name: xl_rowcol_to_cell(line, place) for name, place in where.items()}
                sheet.write_formula(
                    line,
                    index,
                    f"={column.formula.format(**cells)}",
                    styles.units[column.unit],
                    stored(raw, column.unit),
                )
            else:
                write_cell(sheet, line, index, raw, column.unit, styles)
    last = row + min(block.frame.height, MOST_ROWS)
    _totals(sheet, styles, block, first, last)
    return first, last


def write_cell(sheet: Worksheet, row: int, index: int, raw: Any, unit: str, styles: Styles) -> None:
    """One cell with its own type; text is never taken for anything else."""
    if unit == "oui_non":
        sheet.write_string(
            row,
            index,
            UNKNOWN if raw is None else YES if raw else NO,
            styles.unknown if raw is None else styles.units[unit],
        )
    elif raw is None or (isinstance(raw, float) and not math.isfinite(raw)):
        sheet.write_blank(
            row,
            index,
            None,
            styles.unknown if unit in ("part", "centime", "somme", "date", "point", "entier") else styles.units[unit],
        )
    elif unit == "date":
        sheet.write_datetime(row, index, datetime.combine(raw, time()), styles.units[unit])
    elif isinstance(raw, int | float) and unit not in ("texte", "identifiant"):
        sheet.write_number(row, index, stored(raw, unit), styles.units[unit])
    else:
        sheet.write_string(row, index, str(raw)[:32_767], styles.units[unit])


def stored(raw: Any, unit: str) -> Any:
    """The number a cell holds: euros for what is counted in cents."""
    return raw / 100 if unit in ("centime", "somme") else raw


def _annex(book: xlsxwriter.Workbook, styles: Styles, report: Report, block: TableBlock, places: dict) -> None:
    sheet = book.add_worksheet(block.id[:31])
    sheet.freeze_panes(1, 1)
    counted = block.id == "mesures"
    _, last = table(sheet, styles, block, skip=excel_counts.NUMBERS if counted else ())
    if counted:
        excel_counts.write_values(sheet, styles.units, places["mesures"], places.get("contrats"))
    sheet.autofilter(0, 0, max(last, 1), len(block.columns) - 1)
    sheet.repeat_rows(0)
    _paper(sheet, report, block.caption)


def _totals(sheet: Worksheet, styles: Styles, block: TableBlock, first: int, last: int) -> None:
    """Totals under the rows, which follow the filter (SUBTOTAL 109)."""
    for index, total in enumerate(block.totals()):
        column = block.columns[index]
        if total is not None and block.frame.height:
            span = f"{xl_rowcol_to_cell(first, index)}:{xl_rowcol_to_cell(last, index)}"
            sheet.write_formula(
                last + 1, index, f"=SUBTOTAL(109,{span})", styles.totals[column.unit], stored(total, column.unit)
            )
        elif index == 0:
            sheet.write_string(last + 1, 0, "Total", styles.totals["texte"])


def _summary(sheet: Worksheet, styles: Styles, report: Report, places: dict) -> None:
    """Key figures tied to their measures, then every sentence of the report."""
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, 5, 16)
    sheet.hide_gridlines(2)
    sheet.write_string(0, 0, report.title, styles.title)
    sheet.set_row(0, 28)
    lines = [
        french.capital(report.buyer),
        french.capital(report.subtitle),
        report.closing,
    ]
    row = 1
    for text in [line for line in lines if line]:
        sheet.write_string(row, 0, text, styles.units["texte"])
        row += 1
    for note in report.notes:
        sheet.merge_range(row, 0, row, 5, note, styles.warning)
        row += 1
    measures = places.get("mesures")
    for section in report.sections:
        row = _summary_section(sheet, styles, section, row + 1, measures)
    _paper(sheet, report, "Synthèse")


def _summary_section(sheet: Worksheet, styles: Styles, section: Section, row: int, measures: Any) -> int:
    told = [block for block in section.blocks if isinstance(block, Sentence | Paragraph | KeyFigures | Callout)]
    if not told:
        return row - 1
    sheet.set_row(row, 20)
    for index in range(6):
        sheet.write_blank(row, index, None, styles.section)
    sheet.write_string(row, 0, section.title, styles.section)
    row += 1
    for block in told:
        if isinstance(block, KeyFigures):
            row = _key_figures(sheet, styles, block, row, measures)
        elif isinstance(block, Callout):
            row = _text(sheet, styles.note, row, f"{block.title} : {block.text}")
        else:
            for sentence in block.sentences if isinstance(block, Paragraph) else (block,):
                row = _text(sheet, styles.text, row, sentence.text)
    return row


def _key_figures(sheet: Worksheet, styles: Styles, block: KeyFigures, row: int, measures: Any) -> int:
    for index, label in enumerate(("Chiffre clé", "Valeur", "Au moins", "Au plus", "Taux de réponse")):
        sheet.write_string(row, index, label, styles.head)
    for figure in block.figures:
        row += 1
        sheet.set_row(row, 21)
        sheet.write_string(row, 0, figure.label, styles.units["texte"])
        _linked(sheet, row, 1, figure.value, figure.unit, styles.big, figure.measure, "valeur", measures)
        if figure.low is not None:
            _linked(sheet, row, 2, figure.low, figure.unit, styles.units, figure.measure, "bas", measures)
            _linked(sheet, row, 3, figure.high, figure.unit, styles.units, figure.measure, "haut", measures)
        if figure.measure and figure.measure.couverture is not None:
            _linked(
                sheet, row, 4, figure.measure.couverture, "part", styles.units, figure.measure, "couverture", measures
            )
    return row + 2


def _linked(
    sheet: Worksheet,
    row: int,
    index: int,
    raw: Any,
    unit: str,
    formats: dict[str, Format],
    measure: Measured | None,
    name: str,
    places: Any,
) -> None:
    """A cell that points to its measure when the workbook holds it, the bare number otherwise."""
    cell = places.cell(measure, name) if places and measure else ""
    if raw is None:
        sheet.write_string(row, index, UNKNOWN, formats["texte"])
    elif cell:
        sheet.write_formula(row, index, f"={cell}", formats[unit], stored(raw, unit))
    else:
        sheet.write_number(row, index, stored(raw, unit), formats[unit])


def _text(sheet: Worksheet, style: Format, row: int, text: str) -> int:
    """A sentence over the width of the sheet, on as many lines as it needs (merged cells do not grow by themselves)."""
    sheet.merge_range(row, 0, row, 5, "", style)
    sheet.write_string(row, 0, french.typeset(text), style)
    sheet.set_row(row, _LINE * (1 + len(text) // 128))
    return row + 1


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
        sheet.set_row(row, _LINE * (1 + len(text) // 135))
    sheet.set_column(0, 0, _FIRST)
    sheet.set_column(1, 4, _OTHERS)
    _paper(sheet, report, "Sources et règles")


def _wrapped(sheet: Worksheet, styles: Styles, block: TableBlock, row: int) -> int:
    """A table whose texts go on several lines, each line as high as they ask for; returns its last line."""
    first, last = table(sheet, styles, block, row)
    for line, texts in zip(range(first, last + 1), block.cells(), strict=False):
        sheet.set_row(
            line,
            _LINE * max(-(-len(text) // (_FIRST if rank == 0 else _OTHERS)) or 1 for rank, text in enumerate(texts)),
        )
    return last


def _width(sheet: Worksheet, index: int, column: Column, block: TableBlock) -> None:
    """Wide enough for what the column holds; long texts stay cut, and are whole in their cell."""
    wide = {
        "objet": 60,
        "message": 60,
        "a_corriger": 60,
        "contributions": 50,
        "titre": 40,
        "fournisseur": 36,
        "nom": 36,
        "detail": 80,
        "ess_raison": 60,
        "inclusif_raison": 60,
        "motif": 46,
        "pourquoi": 52,
        "libelle": 34,
        "fichier": 34,
    }
    shown = block.frame[column.name].head(_LOOKED) if column.unit == "texte" else None
    longest = int(shown.str.len_chars().max() or 0) if shown is not None and shown.dtype == pl.String else 0
    sheet.set_column(index, index, wide.get(column.name, max(_WIDTHS.get(column.unit, 20), min(longest + 1, _WIDEST))))


def _paper(sheet: Worksheet, report: Report, caption: str) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&L{_plain(report.title)} – {_plain(report.buyer)}&C{_plain(caption)}&R&P / &N")


def _plain(text: str) -> str:
    """Text for a page footer, where « & » gives orders; 255 characters in all."""
    return text.replace("&", "&&")[:70]


def _side(unit: str) -> dict[str, str]:
    return {"align": "left"} if unit in ("texte", "identifiant", "oui_non") else {"align": "right"}
