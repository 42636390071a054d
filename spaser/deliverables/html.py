"""A report as one HTML file that opens offline: no script needed, no address called, printable, readable by all."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from html import escape
from importlib import resources
from itertools import count
from pathlib import Path

from spaser import french
from spaser.deliverables import files, sentences
from spaser.deliverables.messages import SIGNS, Message, Messages, Todo
from spaser.deliverables.report import (
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
    Section,
    Sentence,
    TableBlock,
)

_RIGHT = {"entier", "part", "centime", "somme", "point", "valeur", "date"}


def write(report: Report, path: Path | str) -> Path:
    """Write the page whole or not at all; returns where (a numbered copy when the file is open elsewhere)."""
    return files.deliver(path, render(report).encode("utf-8"))


def render(report: Report) -> str:
    """The page as text; the same report gives the same text."""
    notes = report.footnotes()
    parts = [report.part("essentiel", "corps").sections, report.part("annexes").sections]
    body, links, rank = "", "", 1
    for title, sections in zip(("", "Annexes"), parts, strict=True):
        if not sections:
            continue
        heads = [(section.id, section.title) for section in sections]
        heads += [("notes", "D'où vient chaque chiffre")] if notes and sections is [p for p in parts if p][-1] else []
        items = "\n".join(f'<li><a href="#{name}">{_t(head)}</a></li>' for name, head in heads)
        links += f"<p>{title}</p><ol>\n{items}\n</ol>" if title else f"<ol>\n{items}\n</ol>"
        body += f'<p class="part" id="annexes">{title}</p>\n' if title else ""
        body += "\n".join(_section(section, rank + i, notes) for i, section in enumerate(sections)) + "\n"
        rank += len(sections)
    title = _t(f"{report.title} – {report.buyer}" if report.buyer else report.title)
    return _PAGE.format(
        title=title,
        style=_asset("report.css"),
        script=_asset("report.js"),
        head=_head(report),
        links=links,
        body=body,
        notes=_notes(notes),
        foot=_foot(report),
    )


def fragment(section: Section) -> str:
    """The blocks of a section alone, without page, title nor notes: what a notebook shows."""
    numbers = count(1)
    return "\n".join(_block(block, section, {}, numbers) for block in section.blocks)


def _head(report: Report) -> str:
    logo = ""
    if report.logo:
        kind = "svg+xml" if report.logo.lstrip().startswith(b"<") else "png"
        logo = (
            f'<img class="logo" alt="" src="data:image/{kind};base64,{base64.b64encode(report.logo).decode("ascii")}">'
        )
    buyer = f'<p class="buyer">{_t(french.capital(report.buyer))}</p>' if report.buyer else ""
    lines = (
        f'<p class="subtitle">{"".join(f"<span>{_t(line)}</span>" for line in report.cover)}</p>'
        if report.cover
        else ""
    )
    notes = "".join(f'<p class="warning" role="note">{_t(note)}</p>' for note in report.notes)
    return f'{logo}<div class="title"><h1>{_t(report.title)}</h1>{buyer}</div>{lines}{notes}'


def _section(section: Section, rank: int, notes: dict[Measured, int]) -> str:
    numbers = count(1)
    blocks = "\n".join(_block(block, section, notes, numbers) for block in section.blocks)
    return (
        f'<section id="{section.id}" aria-labelledby="{section.id}-titre">\n<p class="question">{_t(section.question)}</p>\n'
        f'<h2 id="{section.id}-titre"><span class="rank">{rank}</span> {_t(section.title)}</h2>\n{blocks}\n</section>'
    )


def _block(block: Block, section: Section, notes: dict[Measured, int], numbers: Iterator[int]) -> str:
    match block:
        case Answer():
            return f'<p class="answer">{_sentence(block.sentence, notes)}</p>'
        case Messages():
            return f'<ol class="messages">{"".join(map(_message, block.items))}</ol>'
        case Todo():
            items = "".join(f"<li>{_t(one)}</li>" for one in block.items)
            return f'<div class="todo"><h3>{_t(block.title)}</h3><ol>{items}</ol></div>'
        case Sentence():
            return f"<p>{_sentence(block, notes)}</p>"
        case Paragraph():
            if len(block.sentences) < 2:
                return "".join(f"<p>{_sentence(s, notes)}</p>" for s in block.sentences)
            return f'<ul class="said">{"".join(f"<li>{_sentence(s, notes)}</li>" for s in block.sentences)}</ul>'
        case KeyFigures():
            return f'<ul class="cards">{"".join(_card(figure, notes) for figure in block.figures)}</ul>'
        case TableBlock():
            return _table(block)
        case Figure():
            return _figure(block)
        case Callout():
            told = f"<p><strong>{_t(block.title)}.</strong> {_t(block.text)}</p>"
            return f'<div class="callout {escape(block.kind)}" role="note">{told}</div>'
        case Quotes():
            return _quotes(block)
        case Definitions():
            return f"<dl>{''.join(f'<dt>{_t(word)}</dt><dd>{_t(meaning)}</dd>' for word, meaning in block.items)}</dl>"


def _message(message: Message) -> str:
    """A message: its sign in words for who does not see its colour."""
    link = f'<a href="#{escape(message.section)}" aria-label="{_t(SIGNS[message.kind])} : voir la section">voir</a>'
    return (
        f'<li class="{escape(message.kind)}"><p class="figure"><span class="sign" aria-hidden="true">{_t(SIGNS[message.kind])}</span>{_t(message.figure)}</p><div><p><strong class="aside">{_t(SIGNS[message.kind])} : </strong>'
        f"{_t(message.told)} "
        f'<span class="so">{_t(french.sentence(message.so))}</span> {link}</p></div></li>'
    )


def _sentence(sentence: Sentence, notes: dict[Measured, int]) -> str:
    return _t(sentence.text) + _marks(sentence.measures, notes)


def _marks(measures: tuple[Measured, ...], notes: dict[Measured, int]) -> str:
    ranks = sorted({notes[measure] for measure in measures if measure in notes})
    joint = ", "
    if len(ranks) > 2 and ranks[-1] - ranks[0] == len(ranks) - 1:
        ranks, joint = [ranks[0], ranks[-1]], "–"
    links = joint.join(f'<a href="#note-{rank}" aria-label="note {rank}">{rank}</a>' for rank in ranks)
    return f'<sup class="mark">{links}</sup>' if links else ""


def _card(figure: KeyFigure, notes: dict[Measured, int]) -> str:
    shown = french.UNKNOWN_MARK if figure.value is None else french.value(figure.value, figure.unit)
    span = ""
    words = french.share_range(figure.low, figure.high)
    if figure.low is not None and figure.high is not None and words.startswith("de "):
        low, high = max(0.0, min(1.0, figure.low)), max(0.0, min(1.0, figure.high))
        place = f"left:{low:.2%};width:{max(high - low, 0.006):.2%}"
        bar = f'<span class="track" aria-hidden="true"><span class="span" style="{place}"></span></span>'
        span = f'{bar}<span class="range">{_t(words)}</span>'
    mark = _marks((figure.measure,), notes) if figure.measure else ""
    return (
        f'<li class="card {_KINDS.get(figure.kind, "")}"><span class="label">{_t(figure.label)}</span>'
        f'<span class="value">{_t(shown)}{mark}</span>{span}<span class="note">{_t(figure.note)}</span></li>'
    )


def _table(block: TableBlock) -> str:
    heads = "".join(f'<th scope="col"{_class(c.unit)}>{_t(c.label)}</th>' for c in block.columns)
    units = [column.unit for column in block.columns]
    lines = "\n".join(
        f"<tr>{''.join(_cell(text, unit, i) for i, (text, unit) in enumerate(zip(row, units, strict=True)))}</tr>"
        for row in block.cells()
    )
    totals = block.totals()
    foot = ""
    if totals and block.frame.height > 1:
        cells = [
            french.value(total, unit) if total is not None else "Total" if i == 0 else ""
            for i, (total, unit) in enumerate(zip(totals, units, strict=True))
        ]
        # What is not added up is blank, not unknown.
        said = [(text, unit if text else "texte") for text, unit in zip(cells, units, strict=True)]
        summed = "".join(_cell(text, unit, i) for i, (text, unit) in enumerate(said))
        foot = f"<tfoot><tr>{summed}</tr></tfoot>"
    note = f'<p class="table-note">{_t(block.note)}</p>' if block.note else ""
    return (
        f'<div class="table" tabindex="0" role="region" aria-labelledby="{block.id}-titre"><table id="{block.id}">'
        f'<caption id="{block.id}-titre">{_t(block.caption)}</caption>'
        f"<thead><tr>{heads}</tr></thead>\n<tbody>\n{lines}\n</tbody>{foot}</table></div>{note}"
    )


def _cell(text: str, unit: str, index: int) -> str:
    silent = " silent" if text == french.UNKNOWN_MARK or (not text and unit in _RIGHT) else ""
    shown = (
        _t(text) if text else '<span aria-hidden="true">–</span><span class="aside">inconnu</span>' if silent else ""
    )
    if index == 0:
        kind = ' class="id"' if unit == "identifiant" else ""
        return f'<th scope="row"{kind}>{shown}</th>'
    kind = ("num" if unit in _RIGHT else "id" if unit == "identifiant" else "") + silent
    return f'<td class="{kind.strip()}">{shown}</td>' if kind else f"<td>{shown}</td>"


def _class(unit: str) -> str:
    return ' class="num"' if unit in _RIGHT else ""


def _figure(block: Figure) -> str:
    svg = block.picture.inline_svg(block.id)
    return (
        f'<figure id="{block.id}"><div class="chart" role="img" aria-label="{_t(block.picture.alt)}">{svg}</div>'
        f"<figcaption>{_t(block.caption)}</figcaption><details><summary>Voir les données du graphique</summary>"
        f"{_table(block.twin)}</details></figure>"
    )


def _quotes(block: Quotes) -> str:
    items = "\n".join(
        f'<li><p class="where">{_t(one.where)}</p><blockquote>{"".join(_marked(text, kind) for text, kind in one.parts)}</blockquote>'
        f'<ul class="tags">{"".join(f"<li>{_t(said)}</li>" for said in one.said)}</ul></li>'
        for one in block.items
    )
    note = f'<p class="table-note">{_t(block.note)}</p>' if block.note else ""
    return f'<div class="quotes" id="{block.id}"><h3>{_t(block.caption)}</h3><ol>{items}</ol>{note}</div>'


def _marked(text: str, kind: str | None) -> str:
    return f'<mark class="{escape(kind)}">{_t(text)}</mark>' if kind else _t(text)


def _notes(notes: dict[Measured, int]) -> str:
    if not notes:
        return ""
    lines = "".join(
        f'<li id="note-{rank}">{_t(sentences.explanation(measure))}</li>' for measure, rank in notes.items()
    )
    title = '<h2 id="notes-titre">D\'où vient chaque chiffre</h2>'
    return f'<section id="notes" aria-labelledby="notes-titre">{title}<ol class="notes">{lines}</ol></section>'


def _foot(report: Report) -> str:
    return f"<p>{_t('Rapport établi par le kit spaser. ' + report.closing + '.')}</p>"


def _t(text: str) -> str:
    """Text for the page; control characters are dropped, so that no data can break it."""
    return escape("".join(c for c in text if c >= " " or c in "\t\n"), quote=True)


def _asset(name: str) -> str:
    return (resources.files("spaser.deliverables") / name).read_text(encoding="utf-8").strip()


_KINDS: dict[str, str] = {"clause": "clause", "critère": "critere", "réservé": "reserve"}
_PAGE = """<!DOCTYPE html>
<html lang="fr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="spaser">
<title>{title}</title>
<style>
{style}
</style>
</head>
<body>
<a class="skip" href="#contenu">Aller au contenu</a>
<header>{head}</header>
<div class="page">
<nav aria-label="Sommaire"><p>Sommaire</p>
{links}
</nav>
<main id="contenu" tabindex="-1">
{body}
{notes}
</main>
</div>
<footer>{foot}</footer>
<script>
{script}
</script>
</body>
</html>
"""
