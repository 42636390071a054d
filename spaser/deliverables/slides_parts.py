"""What a slide is made of below its blocks: its title, its texts, their sizes and what they take of the room."""

from __future__ import annotations

from typing import Any

from spaser import french
from spaser.deliverables import columns
from spaser.deliverables.messages import SIGNS, Messages, Todo
from spaser.deliverables.report import Figure, KeyFigures, Paragraph, Quotes, Section, Sentence, TableBlock
from spaser.text import chosen

INK, PALE, BLUE, WASH = "1B2A3A", "5A6875", "1D5AA0", "EEF3F9"
#: Inches: what a slide holds below its question, and its foot.
LEFT, TOP, WIDTH, HEIGHT, FOOT = 0.6, 1.75, 12.13, 5.3, 7.2
SIDE, BESIDE = 9.0, 3.75
FONT = "Arial"
#: Lines of a table at most, passages quoted, the longest part of a passage left unmarked, the longest cell.
MOST_ROWS, MOST_QUOTES, AROUND, LONG = 10, 3, 150, 150
#: Points of the answer under the title of a slide: it never takes more than two lines.
_ANSWER = (18, 16, 15, 14, 13, 12)


#: Points of a message on its slide.
MESSAGE = (18, 16, 15, 14, 13, 12)


def high(texts: list[str], width: float, size: float) -> float:
    """Inches that paragraphs take in a box of this width."""
    room = (width - 0.2) * 72 / size
    return sum(columns.lines(text, room) * 1.2 * size + 10 for text in texts) / 72 + (0.1 if texts else 0)


def _bold(size: int) -> float:
    """Ems of a line as wide as a slide, in bold."""
    return (WIDTH - 0.2) * 72 / size / 1.08


def fitting(texts: list[str], width: float, size: float, height: float) -> list[str]:
    """As many whole sentences as the box can hold; the speaker's notes have them all."""
    kept = list(texts)
    while kept and high(kept, width, size) > height:
        kept.pop()
    return kept


def titled(deck: Any, title: str, question: str = "", *, strong: bool = False) -> Any:
    from pptx.util import Inches

    layout = next(
        (one for one in deck.slide_layouts if one.name == "Title Only"),
        deck.slide_layouts[5 if len(deck.slide_layouts) > 5 else 0],
    )
    slide = deck.slides.add_slide(layout)
    shape = slide.shapes.title
    shape.left, shape.top, shape.width, shape.height = (Inches(v) for v in (LEFT, 0.45, WIDTH, 0.75))
    shape.text_frame.text = title
    dress(shape.text_frame.paragraphs[0], 30, INK, bold=True)
    if question:
        if strong:
            size = next((one for one in _ANSWER if columns.lines(question, _bold(one)) <= 2), _ANSWER[-1])
            add_text(slide, [question], top=1.05, height=0.65, size=size, colour=BLUE, bold=True)
        else:
            add_text(slide, [question], top=1.15, height=0.5, size=15, colour=PALE, italic=True)
    for hollow in [one for one in slide.placeholders if one.placeholder_format.idx != 0]:
        hollow._element.getparent().remove(hollow._element)
    return slide


def add_text(
    slide: Any,
    lines: list[str],
    *,
    left: float = LEFT,
    top: float = TOP,
    width: float = WIDTH,
    height: float = HEIGHT,
    size: int = 18,
    colour: str = INK,
    italic: bool = False,
    bold: bool = False,
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
        dress(paragraph, size, colour, bold=bold, italic=italic)


def dress(
    paragraph: Any, size: int, colour: str, *, bold: bool = False, italic: bool = False, right: bool = False
) -> None:
    from pptx.dml.color import RGBColor
    from pptx.enum.text import PP_ALIGN
    from pptx.util import Pt

    paragraph.alignment = PP_ALIGN.RIGHT if right else PP_ALIGN.LEFT
    for run in paragraph.runs:
        run.font.size, run.font.bold, run.font.italic = Pt(size), bold, italic
        run.font.color.rgb = RGBColor.from_string(colour)


def add_line(frame: Any, text: str, *, first: bool) -> Any:
    from pptx.util import Pt

    line = frame.paragraphs[0] if first else frame.add_paragraph()
    line.text, line.space_after = text, Pt(4)
    return line


def described(shape: Any, text: str) -> None:
    properties = shape._element.xpath(".//p:cNvPr")[0]
    properties.set("descr", text)


def told(text: str) -> str:
    """A cell of a table: whole, or a very long title in fewer words."""
    return chosen(text, LONG)


def largest(texts: list[str], width: float, height: float, sizes: tuple[int, ...]) -> int:
    """The largest size at which each text holds in a box of its own."""
    return next((size for size in sizes if all(high([text], width, size) <= height for text in texts)), sizes[-1])


def own_look(deck: Any) -> None:
    """One face everywhere, through the theme: a person who edits a slide changes it in one place."""
    for relation in deck.slide_master.part.rels.values():
        if relation.reltype.endswith("/theme"):
            part = relation.target_part
            part._blob = part.blob.replace(b'<a:latin typeface="Calibri"/>', f'<a:latin typeface="{FONT}"/>'.encode())


def coloured(bar: Any, colour: str) -> None:
    from pptx.dml.color import RGBColor
    from pptx.util import Pt

    bar.line.color.rgb, bar.line.width = RGBColor.from_string(colour), Pt(3)
    described(bar, "")


def sentences_of(section: Section) -> list[Sentence]:
    """The sentences of a section, but its answer."""
    found: list[Sentence] = []
    for block in section.blocks:
        if isinstance(block, Sentence):
            found.append(block)
        elif isinstance(block, Paragraph):
            found.extend(block.sentences)
    return found


def alone(section: Section) -> list[str]:
    """What a section says after its answer: its sentences, what to do."""
    todo = [f"{block.title} : {one}" for block in section.blocks if isinstance(block, Todo) for one in block.items]
    return [french.typeset(line) for line in (*(one.text for one in sentences_of(section)), *todo)]


def spoken(block: Messages) -> tuple[list[str], list[str]]:
    """What a slide says of each message, and what it leaves to its notes: where five do not hold in the smallest letters, the
    consequence gives way first, then the comparison."""
    tall, wide = HEIGHT / max(len(block.items), 4), WIDTH - 3.0
    shown, left = [], []
    for one in block.items:
        sign, so = SIGNS[one.kind], french.sentence(one.so)
        tries = [f"{sign} – {one.told} {so}", f"{sign} – {one.told}", f"{sign} – {one.text}."]
        text = next((text for text in tries if high([text], wide, MESSAGE[-1]) <= tall), tries[-1])
        shown.append(text)
        left += [] if text == tries[0] else [f"{one.figure} {one.told} {so}"]
    return shown, left


def whole(section: Section) -> list[str]:
    """For the speaker's notes: what to do, what the slide cuts of its messages, the lines of the table that it cuts or does not show."""
    lines = [f"{block.title} : {one}" for block in section.blocks if isinstance(block, Todo) for one in block.items]
    lines += [text for block in section.blocks if isinstance(block, Messages) for text in spoken(block)[1]]
    hidden = any(isinstance(block, Messages | KeyFigures | Figure | Quotes) for block in section.blocks)
    table = next((block for block in section.blocks if isinstance(block, TableBlock)), None)
    for row in [] if table is None else table.cells(MOST_ROWS):
        if hidden or any(told(cell) != cell for cell in row):
            lines.append(" ; ".join(cell for cell in row if cell))
    return [french.typeset(line) for line in lines]
