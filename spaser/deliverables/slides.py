"""A report as ten slides for an elected committee: editable text, native charts where PowerPoint draws them well."""

from __future__ import annotations

import io
import re
from datetime import datetime
from pathlib import Path
from typing import Any

from spaser import french
from spaser.deliverables import files, office, sentences, slides_tables
from spaser.deliverables.messages import Messages, Todo
from spaser.deliverables.report import (
    Answer,
    Figure,
    KeyFigure,
    KeyFigures,
    Measured,
    Quote,
    Quotes,
    Report,
    Section,
    Sentence,
    TableBlock,
)
from spaser.deliverables.slides_parts import (
    AROUND,
    BESIDE,
    BLUE,
    FOOT,
    HEIGHT,
    INK,
    LEFT,
    MESSAGE,
    MOST_QUOTES,
    PALE,
    SIDE,
    TOP,
    WASH,
    WIDTH,
    add_line,
    add_text,
    alone,
    coloured,
    described,
    dress,
    fitting,
    high,
    largest,
    own_look,
    sentences_of,
    spoken,
    titled,
    whole,
)
from spaser.text import shortened

#: Points of what the cover says below its title, and the inches it has.
_COVER, _BELOW = (22, 20, 18, 16, 14, 12), 4.5
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
#: Cards on a row, and the inches that the row takes: sentences stand below a single one.
_CARDS, _CARD = 3, 2.7
_ANSWERS = (("numerateur", "oui", "1D5AA0"), ("non", "non", "E8DCBE"), ("inconnu", "inconnu", "B4BAC2"))
#: The colour of each kind of message; its sign says it too.
_KINDS = {"bien": "1F6B34", "alerte": "9C1F18", "constat": "44546A"}
_SPACES = re.compile(r"\s+")


def write(report: Report, path: Path | str, *, template: Path | str | None = None, each: bool = False) -> Path:
    """Write the presentation whole or not at all, on a client's own ``template``; ``each``: a slide for each section (a workshop)."""
    return files.deliver(path, render(report, template=template, each=each))


def render(report: Report, *, template: Path | str | None = None, each: bool = False) -> bytes:
    """The presentation as bytes; the same report gives the same bytes."""
    from pptx import Presentation
    from pptx.util import Inches

    deck = Presentation(str(template) if template else None)
    if template is None:
        deck.slide_width, deck.slide_height = Inches(13.333), Inches(7.5)
        own_look(deck)
    _cover(deck, report, own=template is None)
    notes = report.footnotes()
    shown = list(report.sections) if each else _shown(report)
    bare = [section for section in shown if report.committee and not each and not _drawn(section)]
    for section in shown:
        if section not in bare:
            _slide(deck, section, notes)
    if bare:
        _in_short(deck, bare)
    if not report.committee and not each:
        _sources(deck, report)
    _warned(deck, report.notes)
    deck.core_properties.title = office.property_of(report.title)
    deck.core_properties.author = office.property_of(report.author or report.client or report.buyer)
    deck.core_properties.language = "fr-FR"
    deck.core_properties.created = deck.core_properties.modified = datetime(
        report.as_of.year, report.as_of.month, report.as_of.day
    )
    out = io.BytesIO()
    deck.save(out)
    return office.steady(out.getvalue(), report.as_of)


def _shown(report: Report) -> list[Section]:
    """The sections of the deck: those the committee asks for, those that bear the messages of the first page before the others."""
    known = {section.id: section for section in report.sections}
    if not report.committee:
        quoting = [name for name, one in known.items() if any(isinstance(block, Quotes) for block in one.blocks)]
        chosen = [name for name in (*ORDER, *quoting) if name in known][: MOST_SLIDES - 2]
        return [known[name] for name in known if name in chosen]
    asked = [name for name in report.committee if name in known]
    first = [name for name in asked if known[name].place == "essentiel"]
    told = {
        one.section
        for name in first
        for block in known[name].blocks
        if isinstance(block, Messages)
        for one in block.items
    }
    rest = sorted((name for name in asked if name not in first), key=lambda name: name not in told)
    chosen = [*first, *rest][: MOST_SLIDES - 1]
    return [known[name] for name in asked if name in chosen]


def _cover(deck: Any, report: Report, *, own: bool) -> None:
    from pptx.dml.color import RGBColor
    from pptx.util import Inches

    slide = titled(deck, report.title)
    if own:
        slide.background.fill.solid()
        slide.background.fill.fore_color.rgb = RGBColor.from_string(INK)
        slide.shapes.title.top = Inches(1.5)
        dress(slide.shapes.title.text_frame.paragraphs[0], 38, "FFFFFF", bold=True)
    lines = [french.capital(report.buyer), *report.cover, *report.notes]
    lines = [line for line in lines if line]
    size = next((one for one in _COVER if high(lines, WIDTH, one) <= _BELOW), _COVER[-1])
    add_text(slide, lines, top=FOOT - _BELOW - 0.2, height=_BELOW, size=size, colour="FFFFFF" if own else INK)
    if report.logo and not report.logo.lstrip().startswith(b"<"):
        described(
            slide.shapes.add_picture(io.BytesIO(report.logo), Inches(10.9), Inches(0.4), height=Inches(0.9)), "Logo"
        )


def _warned(deck: Any, notes: tuple[str, ...]) -> None:
    """What each page must warn of, at the foot of every slide but the cover, which has it in full."""
    for slide in list(deck.slides)[1:] if notes else []:
        add_text(slide, [" ".join(notes)], top=FOOT - 0.05, height=0.3, size=10, colour=PALE, italic=True)


def _drawn(section: Section) -> bool:
    """Whether a section has something to see, beside its sentences."""
    return any(isinstance(block, Messages | KeyFigures | Figure | Quotes | TableBlock) for block in section.blocks)


def _in_short(deck: Any, sections: list[Section]) -> None:
    """The sections of one sentence, together: a slide of its own would be empty; one that stands alone has its own title and says all it has."""
    told = {one.title: block.sentence.text for one in sections for block in one.blocks if isinstance(block, Answer)}
    if len(sections) == 1:
        (only,) = sections
        slide = titled(deck, only.title, told.get(only.title, only.question), strong=bool(told))
        add_text(slide, alone(only), height=HEIGHT, size=18)
        return
    slide = titled(deck, "En bref", "Ce qui tient en une phrase")
    add_text(slide, [french.typeset(f"{title} : {text}") for title, text in told.items()], height=HEIGHT, size=18)


def _slide(deck: Any, section: Section, notes: dict[Measured, int]) -> None:
    """One message, its main picture, and up to three sentences that say it."""
    answer = next((block.sentence.text for block in section.blocks if isinstance(block, Answer)), "")
    slide = titled(deck, section.title, answer or section.question, strong=bool(answer))
    said = sentences_of(section)
    first: dict[type, Any] = {}
    for block in section.blocks:
        first.setdefault(type(block), block)
    texts = [sentence.text for sentence in said[:3]]
    todo = list(first[Todo].items[:2]) if Todo in first else []
    if Messages in first:
        _messages(slide, first[Messages])
    elif KeyFigures in first:
        _cards(slide, first[KeyFigures].figures[:6])
        if len(first[KeyFigures].figures) <= _CARDS:
            add_text(slide, fitting(texts, WIDTH, 18, HEIGHT - _CARD), top=TOP + _CARD, height=HEIGHT - _CARD, size=18)
    elif Figure in first:
        beside = fitting([*texts, *(f"{first[Todo].title} : {one}" for one in todo)], BESIDE, 15, HEIGHT)
        _draw(slide, first[Figure], width=8.2 if beside else WIDTH)
        add_text(slide, beside, left=SIDE, width=BESIDE, size=15)
    elif Quotes in first:
        _passages(slide, first[Quotes])
    else:
        texts = fitting(texts, WIDTH, 16, 2.2 if TableBlock in first else HEIGHT)
        if TableBlock in first and _crowded(first[TableBlock], texts):
            texts = []
        add_text(slide, texts, height=high(texts, WIDTH, 16), size=16)
        if TableBlock in first:
            slides_tables.draw(slide, first[TableBlock], top=_below(texts))
    _annotate(slide, said, notes, whole(section))


def _crowded(block: TableBlock, texts: list[str]) -> bool:
    """Whether sentences take the place of lines of the table, which say more: the notes have them."""
    return slides_tables.holds(block, top=_below(texts)) < slides_tables.holds(block, top=_below([]))


def _below(texts: list[str]) -> float:
    """Where a table begins below sentences."""
    return TOP + high(texts, WIDTH, 16) + (0.15 if texts else 0)


def _messages(slide: Any, block: Messages) -> None:
    """Each message on its line: the figure, then what it is, what it is compared with, what follows."""
    from pptx.util import Inches

    tall, wide = HEIGHT / max(len(block.items), 4), WIDTH - 3.0
    told, _ = spoken(block)
    size = largest(told, wide, tall, MESSAGE)
    big = largest([one.figure for one in block.items], 2.9, tall, (24, 20, 18, 16, 14))
    for rank, (one, text) in enumerate(zip(block.items, told, strict=True)):
        top = TOP + rank * tall
        add_text(slide, [one.figure], top=top, width=2.9, height=tall, size=big, colour=_KINDS[one.kind], bold=True)
        add_text(slide, [text], left=LEFT + 3.0, top=top + 0.05, width=wide, height=tall, size=size)
        bar = slide.shapes.add_connector(
            1, *(Inches(v) for v in (LEFT - 0.08, top + 0.08, LEFT - 0.08, top + tall - 0.15))
        )
        coloured(bar, _KINDS[one.kind])


def _passages(slide: Any, block: Quotes) -> None:
    """A few quoted passages under their place; the words found are bold and underlined, those of a denial struck."""
    from pptx.util import Inches

    frame = slide.shapes.add_textbox(*(Inches(v) for v in (LEFT, TOP, WIDTH, HEIGHT))).text_frame
    frame.word_wrap, used, shown = True, 0.0, 0
    for quote in block.items[:MOST_QUOTES]:
        parts = _around(quote)
        lines = (quote.where, "".join(text for text, _ in parts), " ; ".join(quote.said))
        used += high([line for line in lines if line], WIDTH, 15)
        if used > HEIGHT - 0.4 and shown:
            break
        _passage(frame, lines[0], parts, lines[2], first=not shown)
        shown += 1
    rest = len(block.items) - shown
    if rest > 0:
        dress(
            add_line(
                frame, french.typeset(f"Et {french.count(rest, 'autre extrait')}, dans le rapport."), first=not shown
            ),
            13,
            PALE,
            italic=True,
        )


def _passage(frame: Any, where: str, parts: list[tuple[str, str | None]], said: str, *, first: bool) -> None:
    dress(add_line(frame, where, first=first), 12, BLUE, bold=True)
    line = add_line(frame, "", first=False)
    for text, _ in parts:
        line.add_run().text = text
    dress(line, 15, INK)
    for run, (_, kind) in zip(line.runs, parts, strict=True):
        if kind == "niee":
            run.font._element.set("strike", "sngStrike")
        elif kind:
            run.font.bold = run.font.underline = True
    if said:
        dress(add_line(frame, said, first=False), 12, PALE)


def _around(quote: Quote) -> list[tuple[str, str | None]]:
    """The passage, its long unmarked parts cut on the side away from the words found."""
    cut = []
    for rank, (text, kind) in enumerate((_SPACES.sub(" ", text), kind) for text, kind in quote.parts):
        if kind is None and len(text) > AROUND:
            text = f"… {text[-AROUND:].split(' ', 1)[-1]}" if rank == 0 else shortened(text, AROUND)
        cut.append((text, kind))
    return cut


def _cards(slide: Any, figures: tuple[KeyFigure, ...]) -> None:
    from pptx.dml.color import RGBColor
    from pptx.enum.shapes import MSO_SHAPE
    from pptx.enum.text import MSO_ANCHOR
    from pptx.util import Inches

    for rank, figure in enumerate(figures):
        left, top = LEFT + (rank % 3) * 4.1, TOP + (rank // 3) * 2.55
        box = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, *(Inches(v) for v in (left, top, 3.9, 2.35)))
        box.fill.solid()
        box.fill.fore_color.rgb = RGBColor.from_string(WASH)
        box.line.fill.background()
        box.shadow.inherit = False
        shown = french.UNKNOWN_MARK if figure.value is None else french.value(figure.value, figure.unit)
        span = french.share_range(figure.low, figure.high)
        lines = [(figure.label, 15, PALE, False), (shown, 34, BLUE, True)]
        lines += [(part, 13, INK, False) for part in (span if span.startswith("de ") else "", figure.note) if part]
        frame = box.text_frame
        frame.word_wrap, frame.vertical_anchor = True, MSO_ANCHOR.TOP
        frame.margin_left = frame.margin_top = Inches(0.15)
        for number, (line, size, colour, bold) in enumerate(lines):
            paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
            paragraph.text = line
            dress(paragraph, size, colour, bold=bold)


def _draw(slide: Any, figure: Figure, *, width: float) -> None:
    """The native chart of yes / no / unknown, or the picture of any other chart, with its alternative text."""
    from pptx.util import Inches

    if {name for name, *_ in _ANSWERS} <= set(figure.twin.frame.columns):
        shape = _answers(slide, figure, width)
    else:
        shape = slide.shapes.add_picture(io.BytesIO(figure.picture.png()), Inches(LEFT), Inches(TOP))
        scale = min(Inches(width) / shape.width, Inches(HEIGHT) / shape.height)
        shape.width, shape.height = int(shape.width * scale), int(shape.height * scale)
        shape.left = Inches(LEFT) + (Inches(width) - shape.width) // 2
    described(shape, figure.picture.alt)


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
    place = (Inches(v) for v in (LEFT, TOP, width, HEIGHT))
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
        series.data_labels.font.color.rgb = RGBColor.from_string("FFFFFF" if colour == BLUE else INK)
    return shape


def _annotate(slide: Any, said: list[Sentence], notes: dict[Measured, int], more: list[str]) -> None:
    """The speaker's notes: every sentence of the section, what the slide cuts, and where each figure comes from."""
    lines = [sentence.text for sentence in said] + more
    quoted = sorted({measure for sentence in said for measure in sentence.measures}, key=notes.__getitem__)
    lines += [f"({notes[measure]}) {sentences.explanation(measure)}" for measure in quoted]
    if lines:
        slide.notes_slide.notes_text_frame.text = "\n".join(lines)


def _sources(deck: Any, report: Report) -> None:
    slide = titled(deck, "Sources", "D'où viennent ces chiffres ?")
    dated = [
        f"{source.name} : {source.what}" + (f", au {french.short_date(source.as_of)}" if source.as_of else "")
        for source in report.sources
    ]
    more = len(dated) - 9
    lines = dated[:9] + ([f"Et {french.count(more, 'autre source')}, dans le rapport."] if more > 0 else [])
    add_text(slide, [*lines, "Chaque chiffre est expliqué dans le rapport, avec sa règle et ses contrats."], size=16)
