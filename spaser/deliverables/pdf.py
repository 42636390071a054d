"""A report as a PDF: contents, tags for screen readers, no browser and no system library (typst's own engine)."""

from __future__ import annotations

import json
import re
import tempfile
from importlib import resources
from pathlib import Path
from typing import Any

from spaser import french
from spaser.deliverables import columns, files, sentences
from spaser.deliverables.messages import SIGNS, Messages, Todo
from spaser.deliverables.report import (
    FIGURES,
    Answer,
    Block,
    Callout,
    Definitions,
    Figure,
    KeyFigure,
    KeyFigures,
    Measured,
    Paragraph,
    Quotes,
    Report,
    Sentence,
    TableBlock,
)
from spaser.guards import leftovers

#: Lines of a table in print; the workbook has them all.
MOST_LINES = 40
#: An identifier may be cut at the end of a line, never run over the next column; words are cut by the engine, as French is.
_IDENTIFIER = re.compile(r"(?=\w*\d)\w{13,}|\w{19,}")
#: « l'environnement » may go to the line after its apostrophe, which the engine does not do.
_ELIDED = re.compile(r"(\w['’])(?=\w{8})")
#: Points: between the margins of a page upright and on its side, in the two margins of a cell, and the sizes tried until each text is at ease.
_PAGE, _SIDEWAYS, _CELL, _SIZES = 481.9, 728.5, 8.0, (9.0, 8.5, 8.0, 7.5)
#: A longer cell may go over two pages, shorter lines never.
_LONG_CELL = 700
Notes = dict[Measured, int]


def write(report: Report, path: Path | str) -> Path:
    """Write the PDF whole or not at all; returns where (a numbered copy when the file is open elsewhere)."""
    return files.deliver(path, render(report))


def render(report: Report) -> bytes:
    """The PDF as bytes; the same report gives the same bytes."""
    pictures: dict[str, bytes] = {}
    data = _data(report, pictures)
    return composed((resources.files("spaser.deliverables") / "report.typ").read_bytes(), data, pictures)


def composed(template: bytes, data: Any, pictures: dict[str, bytes] | None = None) -> bytes:
    """A typst template and what it reads of « data.json », as a PDF; the same ones give the same bytes."""
    import typst

    sources = {
        "main.typ": template,
        "data.json": json.dumps(data, ensure_ascii=False).encode("utf-8"),
        **(pictures or {}),
    }
    with tempfile.TemporaryDirectory(prefix=leftovers.prefix(), ignore_cleanup_errors=True) as folder:
        for name, content in sources.items():
            (Path(folder) / name).write_bytes(content)
        return bytes(typst.compile(str(Path(folder) / "main.typ"), root=folder, ignore_system_fonts=True, timestamp=0))


def _data(report: Report, pictures: dict[str, bytes]) -> dict[str, Any]:
    notes = report.footnotes()
    common, alone = sentences.explanations(list(notes))
    if report.logo:
        pictures["logo.svg" if report.logo.lstrip().startswith(b"<") else "logo.png"] = report.logo
    return {
        "title": report.title,
        "buyer": french.capital(report.buyer),
        "lines": list(report.cover),
        "day": report.edition,
        "author": report.author or report.client or report.buyer,
        "notes": list(report.notes),
        "logo": next(iter(pictures), ""),
        "sheet": report.one_page,
        "sections": [
            {
                "title": s.title,
                "question": s.question,
                "own_page": s.id == "essentiel",
                "blocks": [part for block in s.blocks for part in _block(block, notes, pictures)],
            }
            for s in report.sections
        ],
        "common": common,
        "footnotes": [{"rank": rank, "text": text} for rank, text in zip(notes.values(), alone, strict=True)],
    }


def _block(block: Block, notes: Notes, pictures: dict[str, bytes]) -> list[dict[str, Any]]:
    match block:
        case Answer():
            return [{"kind": "answer", "item": _sentence(block.sentence, notes)}]
        case Messages():
            told = [
                {"kind": one.kind, "sign": SIGNS[one.kind], "figure": one.figure, "so": french.sentence(one.so),
                 "text": one.told}
                for one in block.items
            ]  # fmt: skip
            return [{"kind": "messages", "items": told}]
        case Todo():
            return [{"kind": "todo", "title": block.title, "items": list(block.items)}]
        case Sentence():
            return [{"kind": "sentences", "items": [_sentence(block, notes)]}]
        case Paragraph():
            return [{"kind": "sentences", "items": [_sentence(s, notes) for s in block.sentences]}]
        case KeyFigures():
            return [{"kind": "cards", "items": [_card(figure, notes) for figure in block.figures]}]
        case Callout():
            return [{"kind": "callout", "title": block.title, "text": block.text}]
        case Definitions():
            return [{"kind": "definitions", "items": [list(item) for item in block.items]}]
        case Quotes():
            items = [
                {"where": one.where, "parts": [list(part) for part in one.parts], "said": list(one.said)}
                for one in block.items
            ]
            return [{"kind": "quotes", "caption": block.caption, "items": items, "note": block.note}]
        case TableBlock():
            return [_table(block)]
        case Figure():
            name = f"{block.id}.png"
            pictures[name] = block.picture.png()
            return [{"kind": "figure", "file": name, "alt": block.picture.alt, "caption": block.caption}]
    return []


def _sentence(sentence: Sentence, notes: Notes) -> dict[str, Any]:
    return {"text": sentence.text, "marks": sorted({notes[measure] for measure in sentence.measures})}


def _card(figure: KeyFigure, notes: Notes) -> dict[str, Any]:
    shown = french.UNKNOWN_MARK if figure.value is None else french.value(figure.value, figure.unit)
    words = french.share_range(figure.low, figure.high)
    marks = [notes[figure.measure]] if figure.measure else []
    return {
        "label": figure.label,
        "value": shown,
        "range": words if words.startswith("de ") else "",
        "note": figure.note,
        "marks": marks,
    }


def _table(whole: TableBlock) -> dict[str, Any]:
    block = whole.printed()
    rows = list(block.cells(MOST_LINES))
    hidden = block.frame.height - len(rows)
    more = f"Et {french.count(hidden, 'autre ligne')}, dans le classeur." if hidden > 0 else ""
    totals = [
        french.value(total, column.unit) if total is not None else "Total" if rank == 0 else ""
        for rank, (total, column) in enumerate(zip(block.totals(), block.columns, strict=False))
    ]
    heads = [column.label for column in block.columns]
    lines = [*rows, totals] if totals else rows
    size, widths, standing = columns.fitted(heads, lines, _PAGE, _CELL, _SIZES)
    flipped = columns.sideways(standing, len(heads))
    if flipped:
        size, widths, _ = columns.fitted(heads, lines, _SIDEWAYS, _CELL, _SIZES)
    return {
        "kind": "table",
        "id": block.id,
        "caption": block.caption,
        "heads": heads,
        "size": size,
        "flipped": flipped,
        "rows": [[_breakable(cell) or "–" for cell in row] for row in rows],
        "totals": totals if block.frame.height > 1 else [],
        "right": [column.unit in FIGURES for column in block.columns],
        "long": any(len(cell) > _LONG_CELL for row in rows for cell in row),
        "widths": widths,
        "note": " ".join(part for part in (block.note, more) if part),
    }


def _breakable(text: str) -> str:
    cut = _IDENTIFIER.sub(lambda found: "\u200b".join(re.findall(".{1,4}", found.group())), text)
    return _ELIDED.sub("\\1\u200b", cut)
