"""The first sheet of a workbook: what must be known and the plan, then the answer of each section and the figures it quotes."""

from __future__ import annotations

from copy import copy
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from spaser import french
from spaser.deliverables.excel_cells import LINE, Styles, paper, stored, table
from spaser.deliverables.messages import SIGNS, Messages, Todo
from spaser.deliverables.report import (
    Answer,
    Block,
    Callout,
    KeyFigure,
    KeyFigures,
    Measured,
    Paragraph,
    Report,
    Section,
    Sentence,
    TableBlock,
)
from spaser.vocabulary import UNKNOWN

#: Letters across the columns of the first sheet: those of the plan.
_SUMMARY = (24, 50, 36, 17, 17, 15)

_SAID = (Answer, Messages, Todo, Sentence, Paragraph, KeyFigures, Callout)


def summary(sheet: Worksheet, styles: Styles, report: Report, places: dict) -> None:
    """What must be known and the plan, then the answer of each section with the figures it quotes, tied to their measures."""
    for index, wide in enumerate(_SUMMARY):
        sheet.set_column(index, index, wide)
    sheet.hide_gridlines(2)
    sheet.write_string(0, 0, report.title, styles.title)
    sheet.set_row(0, 28)
    row = 1
    for text in filter(None, (french.capital(report.buyer), *report.cover)):
        sheet.write_string(row, 0, french.typeset(text), styles.units["texte"])
        row += 1
    for note in report.notes:
        sheet.merge_range(row, 0, row, 5, note, styles.warning)
        row += 1
    measures = places.get("mesures")
    for section in report.part("essentiel", "corps").sections:
        row = _summary_section(sheet, styles, section, row + 1, measures)
    paper(sheet, report, "Synthèse")


def _summary_section(sheet: Worksheet, styles: Styles, section: Section, row: int, measures: Any) -> int:
    if not any(isinstance(block, _SAID) for block in section.blocks):
        return row - 1
    sheet.set_row(row, 20)
    for index in range(6):
        sheet.write_blank(row, index, None, styles.section)
    sheet.write_string(row, 0, section.title, styles.section)
    row += 1
    quoted: dict[Measured, None] = {}
    for block in section.blocks:
        row = _summary_block(sheet, styles, block, row, measures, first=section.place == "essentiel")
        said = block.sentence if isinstance(block, Answer) else block
        for sentence in said.sentences if isinstance(said, Paragraph) else (said,):
            quoted |= dict.fromkeys(sentence.measures if isinstance(sentence, Sentence) else ())
    figures = tuple(
        KeyFigure(m.titre + (f" ({m.modalite})" if m.modalite else ""), m.valeur, "part", "", m.bas, m.haut, measure=m)
        for m in quoted
        if m.is_share
    )
    return _key_figures(sheet, styles, KeyFigures(figures), row, measures) if figures else row


def _summary_block(sheet: Worksheet, styles: Styles, block: Block, row: int, measures: Any, *, first: bool) -> int:
    match block:
        case Answer():
            return _text(sheet, styles.answer, row, block.sentence.text)
        case Messages():
            for one in block.items:
                sheet.write_string(row, 0, one.figure, styles.figure)
                sheet.merge_range(row, 1, row, 5, "", styles.text)
                told = f"{SIGNS[one.kind]} – {one.told} {french.sentence(one.so)}"
                sheet.write_string(row, 1, french.typeset(told), styles.text)
                sheet.set_row(row, max(22, LINE * (1 + len(told) // 125)))
                row += 1
            return row
        case Todo():
            for rank, text in enumerate(block.items):
                row = _text(sheet, styles.text, row, f"{block.title} : {text}" if rank == 0 else text)
            return row
        case KeyFigures():
            return _key_figures(sheet, styles, block, row, measures)
        case Callout():
            return _text(sheet, styles.note, row, f"{block.title} : {block.text}")
        case Sentence() | Paragraph():
            for sentence in block.sentences if isinstance(block, Paragraph) else (block,):
                row = _text(sheet, styles.text, row, sentence.text)
            return row
        case TableBlock() if first:
            return _small(sheet, styles, block, row)
    return row


def _small(sheet: Worksheet, styles: Styles, block: TableBlock, row: int) -> int:
    """A table of the first pages, under its caption, each line as high as its texts ask for."""
    sheet.write_string(row, 0, block.caption, styles.units["texte"])
    read = copy(styles)
    read.units = styles.units | {"texte": styles.text}
    first, last = table(sheet, read, block, row + 1, own_widths=False)
    for line, texts in zip(range(first, last + 1), block.cells(), strict=False):
        sheet.set_row(line, LINE * max(1 + len(text) // wide for text, wide in zip(texts, _SUMMARY, strict=False)))
    return last + 1


def _key_figures(sheet: Worksheet, styles: Styles, block: KeyFigures, row: int, measures: Any) -> int:
    for index, label in enumerate(("Chiffre cité", "Valeur", "Au moins", "Au plus", "Taux de réponse")):
        sheet.write_string(row, index, label, styles.head)
    for figure in block.figures:
        row += 1
        sheet.set_row(row, max(21, LINE * (1 + len(figure.label) // _SUMMARY[0])))
        sheet.write_string(row, 0, figure.label, styles.text)
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
    sheet.set_row(row, LINE * (1 + len(text) // 140))
    return row + 1
