"""A report as ten slides for an elected committee: editable text, native charts where PowerPoint draws them well."""

from __future__ import annotations

import io
import re
from datetime import datetime
from pathlib import Path
from typing import Any

from spaser import french
from spaser.deliverables import columns, files, office, sentences
from spaser.deliverables.report import (
    Figure,
    KeyFigure,
    KeyFigures,
    Measured,
    Paragraph,
    Quote,
    Quotes,
    Report,
    Section,
    Sentence,
    TableBlock,
)

#: What a committee sees first; a report without one of them simply has a slide less.
ORDER = (
    "essentiel",
    "perimetre",
    "considerations",
    "annees",
    "familles",
    "fournisseurs",
    "potentiel",
    "calendrier",
    "obligations",
    "objectifs",
    "ecrit",
    "corriger",
)
MOST_SLIDES = 10
_INK, _PALE, _BLUE, _WASH = "1B2A3A", "5A6875", "1D5AA0", "EEF3F9"
_ANSWERS = (("numerateur", "oui", "1D5AA0"), ("non", "non", "E8DCBE"), ("inconnu", "inconnu", "B4BAC2"))
#: Inches: what a slide holds below its question, and its foot.
_LEFT, _TOP, _WIDTH, _HEIGHT, _FOOT = 0.6, 1.75, 12.13, 5.3, 7.2
_SIDE, _BESIDE = 9.0, 3.75
_FONT = "Arial"
#: Points of a table, its lines at most, and the longest part of a quoted passage left unmarked.
_CELL, _MOST_ROWS, _MOST_QUOTES, _AROUND = 12, 8, 3, 150
_SPACES = re.compile(r"\s+")
_RIGHT = {"entier", "part", "centime", "somme", "point", "valeur"}


def write(report: Report, path: Path | str, *, template: Path | str | None = None) -> Path:
    """Write the presentation whole or not at all; ``template`` is a client's own pptx (its first master is used)."""
    return files.deliver(path, render(report, template=template))


def render(report: Report, *, template: Path | str | None = None) -> bytes:
    """The presentation as bytes; the same report gives the same bytes."""
    from pptx import Presentation
    from pptx.util import Inches

    deck = Presentation(str(template) if template else None)
    if template is None:
        deck.slide_width, deck.slide_height = Inches(13.333), Inches(7.5)
        _own_look(deck)
    _cover(deck, report, own=template is None)
    notes = report.footnotes()
    known = {section.id: section for section in report.sections}
    quoting = [name for name, section in known.items() if any(isinstance(block, Quotes) for block in section.blocks)]
    chosen = [name for name in (*(report.committee or ORDER), *quoting) if name in known][: MOST_SLIDES - 2]
    for section in (known[name] for name in known if name in chosen):
        _slide(deck, section, notes)
    _sources(deck, report)
    deck.core_properties.title, deck.core_properties.author = report.title, "spaser"
    deck.core_properties.language = "fr-FR"
    deck.core_properties.created = deck.core_properties.modified = datetime(
        report.as_of.year, report.as_of.month, report.as_of.day
    )
    out = io.BytesIO()
    deck.save(out)
    return office.steady(out.getvalue(), report.as_of)


def _own_look(deck: Any) -> None:
    """One face everywhere, through the theme: a person who edits a slide changes it in one place."""
    for relation in deck.slide_master.part.rels.values():
        if relation.reltype.endswith("/theme"):
            part = relation.target_part
            part._blob = part.blob.replace(b'<a:latin typeface="Calibri"/>', f'<a:latin typeface="{_FONT}"/>'.encode())


def _cover(deck: Any, report: Report, *, own: bool) -> None:
    from pptx.dml.color import RGBColor
    from pptx.util import Inches

    slide = _titled(deck, report.title)
    if own:
        slide.background.fill.solid()
        slide.background.fill.fore_color.rgb = RGBColor.from_string(_INK)
        slide.shapes.title.top = Inches(1.5)
        _dress(slide.shapes.title.text_frame.paragraphs[0], 38, "FFFFFF", bold=True)
    lines = [
        french.capital(report.buyer),
        french.capital(report.subtitle),
        report.closing,
        *report.notes,
    ]
    _text(slide, [line for line in lines if line], top=2.5, height=4.5, size=22, colour="FFFFFF" if own else _INK)
    if report.logo and not report.logo.lstrip().startswith(b"<"):
        _described(
            slide.shapes.add_picture(io.BytesIO(report.logo), Inches(10.9), Inches(0.4), height=Inches(0.9)), "Logo"
        )


def _slide(deck: Any, section: Section, notes: dict[Measured, int]) -> None:
    """One question, its main picture, and up to three sentences that say it."""
    slide = _titled(deck, section.title, section.question)
    said = _said(section)
    first: dict[type, Any] = {}
    for block in section.blocks:
        first.setdefault(type(block), block)
    texts = [sentence.text for sentence in said[:3]]
    if KeyFigures in first:
        _cards(slide, first[KeyFigures].figures[:6])
    elif Figure in first:
        _draw(slide, first[Figure], width=8.2 if texts else _WIDTH)
        _text(slide, _fitting(texts, _BESIDE, 15, _HEIGHT), left=_SIDE, width=_BESIDE, size=15)
    elif Quotes in first:
        _passages(slide, first[Quotes])
    else:
        texts = _fitting(texts, _WIDTH, 16, 2.2 if TableBlock in first else _HEIGHT)
        _text(slide, texts, height=_high(texts, _WIDTH, 16), size=16)
        if TableBlock in first:
            _table(slide, first[TableBlock], top=_TOP + _high(texts, _WIDTH, 16) + (0.15 if texts else 0))
    _annotate(slide, said, notes)


def _high(texts: list[str], width: float, size: float) -> float:
    """Inches that paragraphs take in a box of this width."""
    room = (width - 0.2) * 72 / size
    return sum(columns.lines(text, room) * 1.2 * size + 10 for text in texts) / 72 + (0.1 if texts else 0)


def _fitting(texts: list[str], width: float, size: float, height: float) -> list[str]:
    """As many whole sentences as the box can hold; the speaker's notes have them all."""
    kept = list(texts)
    while kept and _high(kept, width, size) > height:
        kept.pop()
    return kept


def _passages(slide: Any, block: Quotes) -> None:
    """A few quoted passages under their place; the words found are bold and underlined, those of a denial struck."""
    from pptx.util import Inches

    frame = slide.shapes.add_textbox(*(Inches(v) for v in (_LEFT, _TOP, _WIDTH, _HEIGHT))).text_frame
    frame.word_wrap, used, shown = True, 0.0, 0
    for quote in block.items[:_MOST_QUOTES]:
        parts = _around(quote)
        lines = (quote.where, "".join(text for text, _ in parts), " ; ".join(quote.said))
        used += _high([line for line in lines if line], _WIDTH, 15)
        if used > _HEIGHT - 0.4 and shown:
            break
        _passage(frame, lines[0], parts, lines[2], first=not shown)
        shown += 1
    rest = len(block.items) - shown
    if rest > 0:
        _dress(
            _line(
                frame, french.typeset(f"Et {french.count(rest, 'autre extrait')}, dans le rapport."), first=not shown
            ),
            13,
            _PALE,
            italic=True,
        )


def _passage(frame: Any, where: str, parts: list[tuple[str, str | None]], said: str, *, first: bool) -> None:
    _dress(_line(frame, where, first=first), 12, _BLUE, bold=True)
    line = _line(frame, "", first=False)
    for text, _ in parts:
        line.add_run().text = text
    _dress(line, 15, _INK)
    for run, (_, kind) in zip(line.runs, parts, strict=True):
        if kind == "niee":
            run.font._element.set("strike", "sngStrike")
        elif kind:
            run.font.bold = run.font.underline = True
    if said:
        _dress(_line(frame, said, first=False), 12, _PALE)


def _line(frame: Any, text: str, *, first: bool) -> Any:
    from pptx.util import Pt

    line = frame.paragraphs[0] if first else frame.add_paragraph()
    line.text, line.space_after = text, Pt(4)
    return line


def _around(quote: Quote) -> list[tuple[str, str | None]]:
    """The passage, its long unmarked parts cut on the side away from the words found."""
    cut = []
    for rank, (text, kind) in enumerate(quote.parts):
        text = _SPACES.sub(" ", text)
        if kind is None and len(text) > _AROUND:
            text = f"… {text[-_AROUND:].lstrip()}" if rank == 0 else f"{text[:_AROUND].rstrip()}…"
        cut.append((text, kind))
    return cut


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

    layout = next(
        (one for one in deck.slide_layouts if one.name == "Title Only"),
        deck.slide_layouts[5 if len(deck.slide_layouts) > 5 else 0],
    )
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
    slide: Any,
    lines: list[str],
    *,
    left: float = _LEFT,
    top: float = _TOP,
    width: float = _WIDTH,
    height: float = _HEIGHT,
    size: int = 18,
    colour: str = _INK,
    italic: bool = False,
) -> None:
    from pptx.util import Inches, Pt

    if not lines:
        return
    frame = slide.shapes.add_textbox(*(Inches(v) for v in (left, top, width, height))).text_frame
    frame.word_wrap = True
    for rank, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if rank == 0 else frame.add_paragraph()
        paragraph.text = line
        paragraph.space_after = Pt(10)
        _dress(paragraph, size, colour, italic=italic)


def _dress(
    paragraph: Any, size: int, colour: str, *, bold: bool = False, italic: bool = False, right: bool = False
) -> None:
    from pptx.dml.color import RGBColor
    from pptx.enum.text import PP_ALIGN
    from pptx.util import Pt

    paragraph.alignment = PP_ALIGN.RIGHT if right else PP_ALIGN.LEFT
    for run in paragraph.runs:
        run.font.size, run.font.bold, run.font.italic = Pt(size), bold, italic
        run.font.color.rgb = RGBColor.from_string(colour)


def _cards(slide: Any, figures: tuple[KeyFigure, ...]) -> None:
    from pptx.dml.color import RGBColor
    from pptx.enum.shapes import MSO_SHAPE
    from pptx.enum.text import MSO_ANCHOR
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
        frame.word_wrap, frame.vertical_anchor = True, MSO_ANCHOR.TOP
        frame.margin_left = frame.margin_top = Inches(0.15)
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
        scale = min(Inches(width) / shape.width, Inches(_HEIGHT) / shape.height)
        shape.width, shape.height = int(shape.width * scale), int(shape.height * scale)
        shape.left = Inches(_LEFT) + (Inches(width) - shape.width) // 2
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
        # A share of nothing has no label.
        series.data_labels.number_format, series.data_labels.number_format_is_linked = "#,##0;;", False
        series.data_labels.font.size = Pt(12)
        series.data_labels.font.color.rgb = RGBColor.from_string("FFFFFF" if colour == _BLUE else _INK)
    return shape


def _table(slide: Any, block: TableBlock, *, top: float, most: int = 5) -> None:
    """The first lines of a table, as many as the slide can hold; identifiers stay in the report."""
    from pptx.util import Inches

    kept = [rank for rank, column in enumerate(block.columns) if column.unit != "identifiant"][:most]
    right = [block.columns[rank].unit in _RIGHT for rank in kept]
    heads = [block.columns[rank].label for rank in kept]
    rows = [[_short(row[rank]) for rank in kept] for row in block.cells(_MOST_ROWS)]
    margins = 0.2 * 72 / _CELL
    widths, _ = columns.widths(heads, rows, _WIDTH * 72 / _CELL - margins * len(heads))
    lines, used = [heads], _tall(heads, widths)
    for row in rows:
        used += _tall(row, widths)
        if top + used > _FOOT:
            break
        lines.append(row)
    shape = slide.shapes.add_table(len(lines), len(heads), *(Inches(v) for v in (_LEFT, top, _WIDTH, 0.3 * len(lines))))
    _described(shape, block.caption)
    for place, width in enumerate(widths):
        shape.table.columns[place].width = Inches((width + margins) * _CELL / 72)
    for rank, row in enumerate(lines):
        for place, cell in enumerate(row):
            target = shape.table.cell(rank, place)
            target.text = cell or french.DASH
            _dress(
                target.text_frame.paragraphs[0],
                _CELL,
                "FFFFFF" if rank == 0 else _INK,
                bold=rank == 0,
                right=right[place],
            )


def _short(text: str) -> str:
    return text if len(text) <= 90 else text[:88] + "…"


def _tall(row: list[str], widths: list[float]) -> float:
    """Inches of a line of a table."""
    return 0.12 + 1.2 * _CELL / 72 * max(columns.lines(cell, width) for cell, width in zip(row, widths, strict=True))


def _annotate(slide: Any, said: list[Sentence], notes: dict[Measured, int]) -> None:
    """The speaker's notes: every sentence of the section, and where each figure comes from."""
    lines = [sentence.text for sentence in said]
    quoted = sorted({measure for sentence in said for measure in sentence.measures}, key=notes.__getitem__)
    lines += [f"({notes[measure]}) {sentences.explanation(measure)}" for measure in quoted]
    if lines:
        slide.notes_slide.notes_text_frame.text = "\n".join(lines)


def _sources(deck: Any, report: Report) -> None:
    slide = _titled(deck, "Sources", "D'où viennent ces chiffres ?")
    dated = [
        f"{source.name} : {source.what}" + (f", au {french.short_date(source.as_of)}" if source.as_of else "")
        for source in report.sources
    ]
    more = len(dated) - 9
    lines = dated[:9] + ([f"Et {french.number(more)} autres sources, dans le rapport."] if more > 0 else [])
    _text(slide, [*lines, "Chaque chiffre est expliqué dans le rapport, avec sa règle et ses contrats."], size=16)


def _described(shape: Any, text: str) -> None:
    properties = shape._element.xpath(".//p:cNvPr")[0]
    properties.set("descr", text)
