"""The text of the demo's whole diagnostic, kept in ``tests/snapshots`` so that a change of rule reads as a difference.

When the difference is wanted, store the new text and look at it before it is committed:

    python tests/report_text.py
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import spaser
from spaser import french
from spaser.deliverables import sentences
from spaser.deliverables.messages import Messages, Todo
from spaser.deliverables.report import (
    Answer,
    Block,
    Callout,
    Definitions,
    Figure,
    KeyFigures,
    Measured,
    Paragraph,
    Quotes,
    Report,
    Sentence,
    TableBlock,
)
from spaser.studies import pams
from spaser.studies.mission import read as read_mission

DATA = Path(__file__).parents[1] / "data"
STORED = Path(__file__).parent / "snapshots" / "diagnostic_demo.md"
#: What a reader who knows no tool does not understand: a file of the kit, a notebook, an option, a command, the name of a key.
TOOL = re.compile(
    r"\b[\w-]+\.(?:toml|csv|parquet|ipynb|py)\b|\bcarnet \d|(?<![\w-])--[a-z]|\bspaser [a-z]+|\b[a-z]+(?:_[a-z0-9]+)+\b"
)
#: Lines of a table that are kept: enough to see a change, few enough to be read.
LINES = 12


def demo_report(population: str | None = None) -> Report:
    """The report of the demo's mission for its city, as ``spaser rapport data/diagnostic_demo.toml`` writes it."""
    mission = read_mission(DATA / "diagnostic_demo.toml")
    asked = next(one for one in mission.asked if one.wishes.ledger)
    result = spaser.diagnose(
        list(mission.files),
        registers=list(mission.registers),
        buyer=asked.name,
        population=population or mission.population,
    )
    return pams.report(pams.study(result, asked.wishes))


def tool_words(told: str, given: Iterable[str] = ()) -> list[str]:
    """The words of a tool in a text, the names of the files that were given left out."""
    for name in sorted(given, key=len, reverse=True):
        told = told.replace(name, "")
    return [told[max(0, found.start() - 60) : found.end() + 20] for found in TOOL.finditer(told)]


def text(report: Report) -> str:
    """Every sentence, figure and table of a report, one fact a line; spaces of typography made plain."""
    return typeset(report).replace(french.THIN, " ").replace(french.NBSP, " ")


def typeset(report: Report) -> str:
    """The same, as it is shown: with its spaces of typography."""
    notes = report.footnotes()
    lines = [
        f"# {report.title} – {report.buyer}",
        report.subtitle,
        f"Données arrêtées au {french.long_date(report.as_of)}",
        *report.notes,
    ]
    for section in report.sections:
        lines += ["", f"## {section.title}", f"_{section.question}_", ""]
        lines += [line for block in section.blocks for line in _block(block, notes)]
    lines += ["", "## D'où vient chaque chiffre", ""]
    lines += [f"{rank}. {sentences.explanation(measure)}" for measure, rank in notes.items()]
    return "\n".join(lines) + "\n"


def _block(block: Block, notes: dict[Measured, int]) -> Iterator[str]:
    match block:
        case Answer():
            yield f"**{_said(block.sentence, notes)}**"
        case Messages():
            yield from (f"* [{one.kind}] {one.sentence()} → {french.sentence(one.so)}" for one in block.items)
        case Todo():
            yield from (f"→ {block.title}\u00a0: {one}" for one in block.items)
        case Sentence():
            yield _said(block, notes)
        case Paragraph():
            yield from (f"- {_said(one, notes)}" for one in block.sentences)
        case KeyFigures():
            for one in block.figures:
                shown = french.UNKNOWN_MARK if one.value is None else french.value(one.value, one.unit)
                bounds = "" if one.low is None else f" ({french.share_range(one.low, one.high)})"
                yield f"* {one.label}\u00a0: {shown}{bounds}{' – ' + one.note if one.note else ''}"
        case Callout():
            yield f"> {block.title}. {block.text}"
        case Definitions():
            yield from (f"- {word}\u00a0: {meaning}" for word, meaning in block.items)
        case Quotes():
            yield from (
                f"> {one.where}\u00a0: {''.join(part for part, _ in one.parts)} [{french.typeset(' ; '.join(one.said))}]"
                for one in block.items
            )
        case Figure():
            yield f"[{block.caption}] {block.picture.alt}"
        case TableBlock():
            yield from _table(block)


def _said(sentence: Sentence, notes: dict[Measured, int]) -> str:
    ranks = sorted({notes[measure] for measure in sentence.measures})
    return f"{sentence.text}{' [' + ', '.join(map(str, ranks)) + ']' if ranks else ''}"


def _table(block: TableBlock) -> Iterator[str]:
    yield f"### {block.caption} ({french.count(block.frame.height, 'ligne')})"
    yield "| " + " | ".join(column.label for column in block.columns) + " |"
    yield from ("| " + " | ".join(cells) + " |" for cells in block.cells(LINES))
    totals = block.totals()
    if totals:
        shown = (
            "" if raw is None else french.value(raw, column.unit)
            for raw, column in zip(totals, block.columns, strict=True)
        )
        yield "| Total | " + " | ".join(list(shown)[1:]) + " |"
    if block.note:
        yield f"({block.note})"
    yield ""


if __name__ == "__main__":
    STORED.parent.mkdir(exist_ok=True)
    STORED.write_text(text(demo_report()), encoding="utf-8", newline="\n")
