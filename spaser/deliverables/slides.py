"""A report as ten slides for an elected committee: editable text, native charts where PowerPoint draws them well."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path
from typing import Any

from spaser import french
from spaser.deliverables import files, office, sentences
from spaser.deliverables.report import Figure, KeyFigure, KeyFigures, Measured, Paragraph, Report, Section, Sentence, TableBlock

#: What a committee sees first; a report without one of them simply has a slide less.
ORDER = ("essentiel", "perimetre", "considerations", "annees", "familles", "fournisseurs", "potentiel", "calendrier", "obligations",
         "objectifs", "ecrit", "corriger")  # fmt: skip
MOST_SLIDES = 10
_INK, _PALE, _BLUE, _WASH = "1B2A3A", "5A6875", "1D5AA0", "EEF3F9"
_ANSWERS = (("numerateur", "oui", "1D5AA0"), ("non", "non", "E8DCBE"), ("inconnu", "inconnu", "B4BAC2"))
_LEFT, _TOP, _WIDTH, _HEIGHT = 0.6, 1.75, 12.13, 5.0


def write(report: Report, path: Path | str, *, template: Path | str | None = None) -> Path:
    """Write the presentation whole or not at all; ``template`` is a client's own pptx (its first master is used)."""
    return files.write_atomic(path, render(report, template=template))


def render(report: Report, *, template: Path | str | None = None) -> bytes:
    """The presentation as bytes; the same report gives the same bytes."""
    from pptx import Presentation
    from pptx.util import Inches

    deck = Presentation(str(template) if template else None)
    if template is None:
        deck.slide_width, deck.slide_height = Inches(13.333), Inches(7.5)
    _cover(deck, report)
    notes = report.footnotes()
    known = {section.id: section for section in report.sections}
    chosen = [name for name in report.committee or ORDER if name in known][: MOST_SLIDES - 2]
    for section in (known[name] for name in known if name in chosen):
        _slide(deck, section, notes)
    _sources(deck, report)
    deck.core_properties.title, deck.core_properties.author = report.title, "spaser"
    deck.core_properties.language = "fr-FR"
    deck.core_properties.created = deck.core_properties.modified = datetime(report.as_of.year, report.as_of.month, report.as_of.day)
    out = io.BytesIO()
    deck.save(out)
    return office.steady(out.getvalue(), report.as_of)


def _cover(deck: Any, report: Report) -> None:
    slide = _titled(deck, report.title)
    lines = [french.capital(report.buyer), french.capital(report.subtitle), f"Données arrêtées au {french.long_date(report.as_of)}", *report.notes]
    _text(slide, [line for line in lines if line], top=2.4, size=24)
    if report.logo and not report.logo.lstrip().startswith(b"<"):
        from pptx.util import Inches

        _described(slide.shapes.add_picture(io.BytesIO(report.logo), Inches(10.9), Inches(0.4), height=Inches(0.9)), "Logo")


def _slide(deck: Any, section: Section, notes: dict[Measured, int]) -> None:
    """One question, its main picture, and up to three sentences that say it."""
    slide = _titled(deck, section.title, section.question)
    said = _said(section)
    cards = next((block for block in section.blocks if isinstance(block, KeyFigures)), None)
    figure = next((block for block in section.blocks if isinstance(block, Figure)), None)
    table = next((block for block in section.blocks if isinstance(block, TableBlock)), None)
    texts = [sentence.text for sentence in said[:3]]
    if cards:
        _cards(slide, cards.figures[:6])
    elif figure:
        _draw(slide, figure, width=8.2 if texts else _WIDTH)
        if texts:
            _text(slide, texts, left=9.0, width=3.75, size=15)
    else:
        _text(slide, texts, height=1.6, size=16)
        if table:
            _table(slide, table, top=3.45 if texts else _TOP)
    _annotate(slide, said, notes)


def _said(section: Section) -> list[Sentence]:
    found: list[Sentence] = []
    for block in section.blocks:
        if isinstance(block, Sentence):
            found.append(block)
        elif isinstance(block, Paragraph):
            found.extend(block.sentences)
    return found


def _titled(deck: Any, title: str, question: str = "") -> Any:
    from pptx.util import Inches

    layout = next((one for one in deck.slide_layouts if one.name == "Title Only"), deck.slide_layouts[5 if len(deck.slide_layouts) > 5 else 0])
    slide = deck.slides.add_slide(layout)
    shape = slide.shapes.title
    shape.left, shape.top, shape.width, shape.height = (Inches(v) for v in (_LEFT, 0.45, _WIDTH, 0.75))
    shape.text_frame.text = title
    _dress(shape.text_frame.paragraphs[0], 30, _INK, bold=True)
    if question:
        _text(slide, [question], top=1.15, height=0.5, size=15, colour=_PALE, italic=True)
    for hollow in [one for one in slide.placeholders if one.placeholder_format.idx != 0]:
        hollow._element.getparent().remove(hollow._element)
    return slide


def _text(
    slide: Any, lines: list[str], *, left: float = _LEFT, top: float = _TOP, width: float = _WIDTH, height: float = _HEIGHT, size: int = 18,
    colour: str = _INK, italic: bool = False,
) -> None:  # fmt: skip
    from pptx.util import Inches, Pt

    frame = slide.shapes.add_textbox(*(Inches(v) for v in (left, top, width, height))).text_frame
    frame.word_wrap = True
    for rank, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if rank == 0 else frame.add_paragraph()
        paragraph.text = line
        paragraph.space_after = Pt(10)
        _dress(paragraph, size, colour, italic=italic)


def _dress(paragraph: Any, size: int, colour: str, *, bold: bool = False, italic: bool = False) -> None:
    from pptx.dml.color import RGBColor
    from pptx.enum.text import PP_ALIGN
    from pptx.util import Pt

    paragraph.alignment = PP_ALIGN.LEFT
    for run in paragraph.runs:
        run.font.size, run.font.bold, run.font.italic = Pt(size), bold, italic
        run.font.color.rgb = RGBColor.from_string(colour)


def _cards(slide: Any, figures: tuple[KeyFigure, ...]) -> None:
    from pptx.dml.color import RGBColor
    from pptx.enum.shapes import MSO_SHAPE
    from pptx.util import Inches

    for rank, figure in enumerate(figures):
        left, top = _LEFT + (rank % 3) * 4.1, _TOP + (rank // 3) * 2.55
        box = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, *(Inches(v) for v in (left, top, 3.9, 2.35)))
        box.fill.solid()
        box.fill.fore_color.rgb = RGBColor.from_string(_WASH)
        box.line.fill.background()
        box.shadow.inherit = False
        shown = french.UNKNOWN_MARK if figure.value is None else french.value(figure.value, figure.unit)
        span = french.share_range(figure.low, figure.high)
        lines = [(figure.label, 15, _PALE, False), (shown, 34, _BLUE, True)]
        lines += [(part, 13, _INK, False) for part in (span if span.startswith("de ") else "", figure.note) if part]
        frame = box.text_frame
        frame.word_wrap = True
        for number, (line, size, colour, bold) in enumerate(lines):
            paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
            paragraph.text = line
            _dress(paragraph, size, colour, bold=bold)


def _draw(slide: Any, figure: Figure, *, width: float) -> None:
    """The native chart of yes / no / unknown, or the picture of any other chart, with its alternative text."""
    from pptx.util import Inches

    if {name for name, *_ in _ANSWERS} <= set(figure.twin.frame.columns):
        shape = _answers(slide, figure, width)
    else:
        shape = slide.shapes.add_picture(io.BytesIO(figure.picture.png()), Inches(_LEFT), Inches(_TOP))
        scale = min(Inches(width) / shape.width, Inches(_HEIGHT + 0.3) / shape.height)
        shape.width, shape.height = int(shape.width * scale), int(shape.height * scale)
    _described(shape, figure.picture.alt)


def _answers(slide: Any, figure: Figure, width: float) -> Any:
    from pptx.chart.data import CategoryChartData
    from pptx.dml.color import RGBColor
    from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION
    from pptx.util import Inches, Pt

    rows = figure.twin.frame
    data = CategoryChartData()
    data.categories = rows["nom"].to_list()
    for column, answer, _ in _ANSWERS:
        data.add_series(answer, rows[column].to_list())
    place = (Inches(v) for v in (_LEFT, _TOP, width, _HEIGHT))
    shape = slide.shapes.add_chart(XL_CHART_TYPE.BAR_STACKED_100, *place, data)
    chart = shape.chart
    chart.has_legend, chart.legend.position, chart.legend.include_in_layout = True, XL_LEGEND_POSITION.TOP, False
    chart.font.size = Pt(14)
    chart.category_axis.reverse_order = True
    chart.value_axis.visible, chart.value_axis.has_major_gridlines = False, False
    chart.plots[0].gap_width, chart.plots[0].overlap = 45, 100
    for series, (_, _, colour) in zip(chart.plots[0].series, _ANSWERS, strict=True):
        series.format.fill.solid()
        series.format.fill.fore_color.rgb = RGBColor.from_string(colour)
        series.data_labels.show_value = True
        series.data_labels.font.size = Pt(12)
        series.data_labels.font.color.rgb = RGBColor.from_string("FFFFFF" if colour == _BLUE else _INK)
    return shape


def _table(slide: Any, block: TableBlock, *, top: float, columns: int = 5) -> None:
    """The first lines of a table, as many as the slide can hold; identifiers stay in the report."""
    from pptx.util import Inches

    kept = [rank for rank, column in enumerate(block.columns) if column.unit != "identifiant"][:columns]
    heads = [block.columns[rank].label for rank in kept]
    rows = [[_short(row[rank]) for rank in kept] for row in block.cells(8)]
    widths = _widths(heads, rows)
    lines, used = [heads], _tall(heads, widths)
    for row in rows:
        used += _tall(row, widths)
        if top + used > 7.2:
            break
        lines.append(row)
    shape = slide.shapes.add_table(len(lines), len(heads), *(Inches(v) for v in (_LEFT, top, _WIDTH, 0.3 * len(lines))))
    _described(shape, block.caption)
    for place, width in enumerate(widths):
        shape.table.columns[place].width = Inches(width)
    for rank, row in enumerate(lines):
        for place, cell in enumerate(row):
            target = shape.table.cell(rank, place)
            target.text = cell
            _dress(target.text_frame.paragraphs[0], 12, "FFFFFF" if rank == 0 else _INK, bold=rank == 0)


def _short(text: str) -> str:
    return text if len(text) <= 90 else text[:88] + "…"


def _widths(heads: list[str], rows: list[list[str]]) -> list[float]:
    """Inches of each column, by its longest text up to a point."""
    longest = [max(len(text) for text in column) for column in zip(heads, *rows, strict=True)]
    words = [max(len(word) for word in head.split(" ")) + 3 for head in heads]
    room = [max(9, word, min(length, 45)) for word, length in zip(words, longest, strict=True)]
    return [_WIDTH * part / sum(room) for part in room]


def _tall(row: list[str], widths: list[float]) -> float:
    """Inches of a line in 12 points: about ten and a half letters an inch, a fifth of an inch a line."""
    return 0.12 + 0.2 * max(-(-len(cell) // max(1, int(width * 10.5))) for cell, width in zip(row, widths, strict=True))


def _annotate(slide: Any, said: list[Sentence], notes: dict[Measured, int]) -> None:
    """The speaker's notes: every sentence of the section, and where each figure comes from."""
    lines = [sentence.text for sentence in said]
    quoted = sorted({measure for sentence in said for measure in sentence.measures}, key=notes.__getitem__)
    lines += [f"({notes[measure]}) {sentences.explanation(measure)}" for measure in quoted]
    if lines:
        slide.notes_slide.notes_text_frame.text = "\n".join(lines)


def _sources(deck: Any, report: Report) -> None:
    slide = _titled(deck, "Sources", "D'où viennent ces chiffres ?")
    dated = [f"{source.name} : {source.what}" + (f", au {french.short_date(source.as_of)}" if source.as_of else "") for source in report.sources]
    more = len(dated) - 9
    lines = dated[:9] + ([f"Et {french.number(more)} autres sources, dans le rapport."] if more > 0 else [])
    _text(slide, [*lines, "Chaque chiffre est expliqué dans le rapport, avec sa règle et ses contrats."], size=16)


def _described(shape: Any, text: str) -> None:
    properties = shape._element.xpath(".//p:cNvPr")[0]
    properties.set("descr", text)
