"""The cells of a workbook: their formats, their types, tables, headers and widths; nothing that data could run."""

from __future__ import annotations

import math
from collections.abc import Collection
from datetime import datetime, time
from typing import Any

import polars as pl
import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from spaser import french
from spaser.deliverables.report import Column, Report, TableBlock
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
#: Letters that the header of a printed sheet may hold.
_HEADER = 250
#: Points of a line of text, for merged cells, which do not grow by themselves.
LINE = 15.5


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
        self.answer = book.add_format(base | {"bold": True, "font_size": 12, "text_wrap": True})
        self.figure = book.add_format(
            base | {"bold": True, "font_size": 14, "font_color": "#16324F", "text_wrap": True}
        )
        self.text = book.add_format(base | {"text_wrap": True})
        self.note = book.add_format(base | {"italic": True, "font_color": "#52606D", "text_wrap": True})
        self.warning = book.add_format(base | {"bold": True, "bg_color": "#FFF4D6", "text_wrap": True})
        self.unknown = book.add_format(base | {"font_color": "#616B76", "bg_color": "#F0F1F3"})


def table(
    sheet: Worksheet,
    styles: Styles,
    block: TableBlock,
    row: int = 0,
    skip: Collection[str] = (),
    *,
    own_widths: bool = True,
) -> tuple[int, int]:
    """Write a table with its headers at ``row``; returns the first and last line of its rows (from 0).

    The cells of the columns to ``skip`` are left for the caller to write.
    """
    for index, column in enumerate(block.columns):
        sheet.write_string(row, index, french.typeset(column.label), styles.head)
        if own_widths:
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
    longest = (
        pl.select(shown.str.len_chars().max()).item() or 0 if shown is not None and shown.dtype == pl.String else 0
    )
    sheet.set_column(index, index, wide.get(column.name, max(_WIDTHS.get(column.unit, 20), min(longest + 1, _WIDEST))))


def paper(sheet: Worksheet, report: Report, caption: str) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    if report.notes:
        sheet.set_header(f"&L{' '.join(report.notes).replace('&', '&&')[:_HEADER]}")
    sheet.set_footer(f"&L{_plain(report.title)} – {_plain(report.buyer)}&C{_plain(caption)}&R&P / &N")


def _plain(text: str) -> str:
    """Text for a page footer, where « & » gives orders; 255 characters in all."""
    return text.replace("&", "&&")[:70]


def _side(unit: str) -> dict[str, str]:
    return {"align": "left"} if unit in ("texte", "identifiant", "oui_non") else {"align": "right"}
