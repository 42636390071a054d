"""Blocks of the report as HTML inside a notebook: the same writer as the page to hand over, with the notebook's style.

Charts are laid as images: a notebook that is not trusted still shows them, and their identifiers never meet.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from html import escape
from importlib import resources
from typing import Any

import polars as pl

from spaser import french
from spaser.deliverables import html, report
from spaser.deliverables.report import Block, Section
from spaser.problems import Problem
from spaser.text import harmless
from spaser.vocabulary import label

_CHART = re.compile(r'<div class="chart" role="img" aria-label="([^"]*)"><svg.*?</svg></div>', re.DOTALL)
_DASH = "–"


class Shown:
    """Something to read in a notebook: no control, the same with and without a kernel."""

    def __init__(self, content: str, told: str) -> None:
        self.content, self.told = content, told

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": framed(self.content), "text/plain": self.told}


def show(
    frame: pl.DataFrame | pl.LazyFrame,
    caption: str,
    columns: Sequence[report.Column | str] = (),
    note: str = "",
    most: int = 50,
    parts: Sequence[str] = (),
) -> Shown:
    """A table of the kit with its French headings, figures and dates; the first ``most`` rows, and how many there are.

    ``parts`` names the columns that are percentages, when their name does not say it.
    """
    rows = frame.collect() if isinstance(frame, pl.LazyFrame) else frame
    columns = columns or [
        replace(report.described(name, rows), unit="part") if name in parts else name for name in rows.columns
    ]
    if rows.height > most:
        note = f"{note} Les {most} premières lignes sur {french.number(rows.height)}.".strip()
    name = re.sub(r"\W+", "-", caption.lower())[:40]
    return blocks(
        report.table(f"carnet-{name}", french.typeset(caption), rows.head(most), columns, french.typeset(note))
    )


def records(rows: Iterable[dict[str, Any]], caption: str, headings: dict[str, str] | None = None) -> Shown:
    """One row, or a few, read down: a line per column, French names at left; what is empty is told."""
    listed = list(rows)
    lines = []
    for name in listed[0] if listed else ():
        values = [_plain(name, row.get(name)) for row in listed]
        lines.append(
            {"champ": (headings or {}).get(name) or label(name)} | {f"v{i}": value for i, value in enumerate(values)}
        )
    frame = (
        pl.DataFrame(lines, schema=["champ", *(f"v{i}" for i in range(len(listed)))], orient="row")
        if lines
        else pl.DataFrame()
    )
    names = ["Ce que dit le fichier"] if len(listed) == 1 else [f"Ligne {i + 1}" for i in range(len(listed))]
    columns = [report.Column("champ", "Champ"), *(report.Column(f"v{i}", name) for i, name in enumerate(names))]
    return blocks(report.table("carnet-champs", french.typeset(caption), frame, columns))


def blocks(*content: Block) -> Shown:
    """Blocks of the report, as they are read in a notebook."""
    told = " ".join(text for block in content if (text := said(block)))
    return Shown(written(content), told)


def written(content: Iterable[Block]) -> str:
    """The HTML of blocks, without the frame."""
    page = html.fragment(Section("vue", "", "", tuple(map(_with_its_emptiness, content))))
    return _CHART.sub(_as_image, _plainly(page))


def _with_its_emptiness(block: Block) -> Block:
    """A table without a line says so: headings alone look like a fault."""
    if isinstance(block, report.TableBlock) and not block.frame.height:
        return replace(block, note=f"Aucune ligne. {block.note}".strip())
    return block


def _plainly(page: str) -> str:
    """What keeps a page readable where a notebook is not trusted and loses its style: words apart, text at left."""
    # A link to another section of the report leads nowhere in a notebook.
    page = re.sub(r' ?<a href="#[^"]*"[^>]*>voir</a>', "", page)
    page = re.sub(r'(<span class="sign"[^>]*>[^<]*</span>)', r"\1 ", page)
    page = re.sub(r'(?<=</span>)(?=<span class="(?:value|range|note)")', '<span class="aside"> ; </span>', page)
    page = page.replace("<td>", '<td style="text-align:left">').replace(
        '<th scope="col">', '<th scope="col" style="text-align:left">'
    )
    page = re.sub(r'<th scope="row"([^>]*)>', r'<th scope="row"\1 style="text-align:left">', page)
    return re.sub(r"<caption([^>]*)>", r'<caption\1 style="text-align:left">', page)


def framed(content: str) -> str:
    """The content with the notebook's own style, which touches nothing else."""
    return f'<div class="spaser-vue" lang="fr"><style>{_style()}</style>{content}</div>'


def safe(text: str) -> str:
    """Text from data, made harmless for a page."""
    return escape(harmless(text))


def problem(failure: Problem) -> str:
    """A problem in a box, said aloud by screen readers."""
    return f'<div class="callout attention" role="alert"><p>{safe(str(failure))}</p></div>'


def said(block: Block) -> str:
    """A block in plain words, for whoever reads no HTML."""
    match block:
        case report.Paragraph():
            return " ".join(sentence.text for sentence in block.sentences)
        case report.Sentence():
            return block.text
        case report.Answer():
            return block.sentence.text
        case report.Messages():
            return " ".join(f"{one.figure} {one.told} {french.sentence(one.so)}" for one in block.items)
        case report.Todo():
            return f"{block.title} : {' '.join(block.items)}"
        case report.Figure():
            return block.picture.alt
        case report.KeyFigures():
            parts = (
                f"{f.label} : {french.UNKNOWN_MARK if f.value is None else french.value(f.value, f.unit)}"
                for f in block.figures
            )
            return french.typeset("; ".join(parts).replace("; ", " ; ")) + "."
        case report.TableBlock():
            return f"{block.caption} ({french.count(block.frame.height, 'ligne', feminine=True)})."
        case report.Callout():
            return f"{block.title}. {block.text}"
        case report.Quotes():
            return " ".join("".join(text for text, _ in one.parts) for one in block.items)
        case _:
            return ""


def _plain(name: str, raw: Any) -> str:
    unit = report.described(name, pl.DataFrame({name: [raw]})).unit
    return french.value(raw, unit) or _DASH


def _as_image(match: re.Match[str]) -> str:
    svg = re.search(r"<svg.*?</svg>", match[0], re.DOTALL)
    drawn = svg[0].replace(' aria-hidden="true" focusable="false"', "") if svg else ""
    data = base64.b64encode(drawn.encode("utf-8")).decode("ascii")
    return f'<div class="chart"><img alt="{match[1]}" src="data:image/svg+xml;base64,{data}"></div>'


@cache
def _style() -> str:
    return (resources.files("spaser.widgets") / "notebook.css").read_text(encoding="utf-8").strip()
