"""Name badges to print and cut: ten on a page, in the order of names, buyers first."""

from __future__ import annotations

import re

import polars as pl

from spaser import french
from spaser.deliverables import pdf

_TEMPLATE = """
#let data = json("data.json")
#set document(title: data.title, date: none)
#set page(paper: "a4", margin: (x: 1.5cm, y: 1.35cm))
#set text(lang: "fr", font: "Libertinus Serif", fill: rgb("#1b2a3a"))
#set par(justify: false)
#let name(text-of) = {
  let size = if text-of.len() > 60 { 13pt } else if text-of.len() > 32 { 16pt } else { 21pt }
  text(size, weight: "bold", hyphenate: false, text-of)
}
#let badge(b) = box(width: 9cm, height: 5.4cm, stroke: (paint: rgb("#b9c2cc"), thickness: 0.4pt, dash: "dashed"), {
  place(top, rect(width: 100%, height: 1cm, fill: rgb(b.shade), inset: (x: 8pt),
    align(left + horizon, text(11pt, fill: white, weight: "semibold", b.role))))
  place(center + horizon, dy: 0.2cm, block(width: 8.2cm, align(center, {
    name(b.name)
    if b.desk != "" { linebreak(); text(12pt, b.desk) }
  })))
  place(bottom, block(inset: 8pt, width: 100%, text(9pt, fill: rgb("#5a6875"), b.when)))
})
#grid(columns: (9cm, 9cm), rows: 5.4cm, ..data.badges.map(badge))
"""
_ROLES = (("acheteur", "Acheteur", "#1d5aa0"), ("fournisseur", "Fournisseur", "#1f6b34"))


def badges(rows: pl.DataFrame, day: str) -> bytes:
    """The badges of all who meet, as a PDF: the name, the role, and where the first meeting is.

    Parameters
    ----------
    rows
        The timetable with its ``heure``.
    day
        The day, in words.
    """
    told = []
    for who, role, shade in _ROLES:
        first = rows.sort("creneau").unique(who, keep="first", maintain_order=True).sort(who)
        told += [
            {
                "name": _split(name)[0],
                "desk": _split(name)[1],
                "role": role,
                "shade": shade,
                "when": french.typeset(f"{day} · {hour}, table {place}"),
            }
            for name, hour, place in first.select(who, "heure", "table").iter_rows()
        ]
    return pdf.composed(_TEMPLATE.encode("utf-8"), {"title": f"Badges, {day}", "badges": told})


def _split(name: str) -> tuple[str, str]:
    """« Claire Martin (voirie) » is a name and a service, on two lines."""
    found = re.fullmatch(r"(.+?)\s*\(([^()]+)\)", name)
    return (found[1], found[2]) if found else (name, "")
