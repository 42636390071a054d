"""A report in each of its forms: what the mission adds to it, its annexes apart, the name of its files."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from spaser import french
from spaser.deliverables import excel, files, html, pdf, slides, word
from spaser.deliverables.report import Callout, Figure, Report
from spaser.sections import registry
from spaser.text import fold

if TYPE_CHECKING:  # a mission holds the wishes of this study: at run time it is read first
    from spaser.studies.mission.model import Asked, Mission

#: The forms whose annexes are a file of their own.
PRINTED = ("pdf", "docx")


def commented(report: Report, mission: Mission, asked: Asked) -> Report:
    """The report with the consultant's comments at the head of their sections, the client's name and logo."""
    sections = []
    for section in report.sections:
        former = [key for key, now in registry.FORMER.items() if now == section.id]
        comment = "\n".join(filter(None, (asked.comments.get(key, "").strip() for key in (section.id, *former))))
        blocks = (Callout("Commentaire", french.typeset(comment)), *section.blocks) if comment else section.blocks
        sections.append(replace(section, blocks=blocks))
    return replace(
        report,
        buyer=asked.label or french.called(report.buyer),
        sections=tuple(sections),
        logo=mission.logo,
        client=mission.client,
        author=mission.author,
        notes=(*report.notes, *([french.typeset(asked.mention)] if asked.mention else [])),
    )


def stem(report: Report) -> str:
    """The name of the files of a report: « diagnostic-ville-de-paris »."""
    plain = re.sub(r"[^a-z0-9]+", "-", fold(report.buyer)).strip("-")[:60].rstrip("-")
    return f"diagnostic-{plain}" if plain else "diagnostic"


def render(form: str, report: Report, mission: Mission) -> bytes:
    """The report in one form, with the client's own template when there is one."""
    match form:
        case "html":
            return html.render(report).encode("utf-8")
        case "pdf":
            return pdf.render(report.part(registry.SUMMARY, registry.BODY))
        case "docx":
            body, apart = report.part(registry.SUMMARY, registry.BODY), report.part(registry.ANNEX)
            return word.render(body, template=mission.templates.get("docx"), data=not apart.sections)
        case "pptx":
            return slides.render(report, template=mission.templates.get("pptx"))
    return excel.render(report)


def render_annexes(form: str, report: Report, mission: Mission) -> bytes:
    """The annexes in a file of their own, for the forms that are printed."""
    apart = replace(report.part(registry.ANNEX), title=f"{report.title} – Annexes")
    if form == "pdf":
        return pdf.render(apart)
    body = report.part(registry.SUMMARY, registry.BODY)
    drawn = [block.twin for section in body.sections for block in section.blocks if isinstance(block, Figure)]
    return word.render(apart, template=mission.templates.get("docx"), more=drawn)


@files.together
def write(report: Report, mission: Mission, folder: Path) -> list[Path]:
    """The report in every form of the mission, its annexes apart, switched at once."""
    name = stem(report)
    written = [files.deliver(folder / f"{name}.{form}", render(form, report, mission)) for form in mission.forms]
    apart = [form for form in mission.forms if form in PRINTED and report.part(registry.ANNEX).sections]
    return written + [
        files.deliver(folder / f"{name}-annexes.{form}", render_annexes(form, report, mission)) for form in apart
    ]
