"""Lines of a document → its passages, each under its article; and what kind of document it is.

A heading is taken for one when its own document says so (a style, a mark) or when its number follows those before it:
« 15 Jours » within a sentence is no article 15.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import PurePosixPath
from typing import Any

from spaser.text import fold

#: Running heads and feet are looked for in this many lines at each end of a page, when they recur on most pages.
_EDGE, _RECURRING, _FEWEST = 3, 0.6, 4
_LONG = 1800
#: A line longer than this fills its page: without a stop at its end, its sentence goes on below.
_FULL = 55
_PAGE_NUMBER = re.compile(r"(?i)^(?:page|p\.)?\s*[-–]?\s*\d{1,4}\s*(?:(?:/|sur|-|–)\s*\d{0,4})?\s*[-–]?$")
_CONTENTS = re.compile(r"(?:[.…_]\s?){4,}\s*\d{1,4}\s*$")
_ARTICLE = re.compile(
    r"^(?:ARTICLE|Article|Art\.)\s*(?:[nN]°\s*)?(\d{1,3}(?:[.\-]\d{1,3}){0,4}|[IVXL]{1,6}|premier|PREMIER|1er)\b\.?\s*[:–—-]*\s*(.*)$"
)
_NUMBER = re.compile(r"^(\d{1,2}(?:[.\-]\d{1,2}){0,4})\s*[.)]?\s*[–—:-]?\s+([A-ZÀ-ÞŒ«][^;€]{1,140})$")
_PART = re.compile(
    r"^(CHAPITRE|Chapitre|TITRE|Titre|PARTIE|Partie|SECTION|Section|ANNEXE|Annexe)\s+([0-9]{1,2}|[IVXL]{1,6}|[A-H])\b\s*[.:–—-]*\s*(.{0,140})$"
)
#: In a heading its document marks as one, « X.2.1 Traçabilité », « A. Objet », « IV - Pénalités » are numbers too.
_MARKED = re.compile(
    r"^((?:[A-Z]{1,3}\.)?\d{1,3}(?:[.\-]\d{1,2})*|[IVXL]{1,6}(?=\s*[.)–—:-])|[A-Z](?=[.)]|\s[–—-]))\s*[.)–—:-]*\s+(.+)$"
)
#: A document with this many marked headings marks them all.
_MARKS_ITS_HEADINGS = 3
#: The title of a document stands on short lines.
_TITLE_LENGTH = 90
_REFERENCE = re.compile(r"^(?:du|de|des|et|ou|à|au|ci|,|\)|l['’]|[a-z])")
_NOT_TITLE = re.compile(r"[.,;]$|\b(?:euros|jours|heures|mois)\b.{0,12}$")
#: A line that ends so calls for the next: a number there is quoted, it heads nothing.
_CALLS = re.compile(
    r"(?i)(?:\b(?:articles?|art|n°|lots?|de|du|des|à|au|aux|et|ou|sous|par|pour|sans|que|les?|la|dans|page|annexe)\.?|['’,(-])$"
)
_BULLET = re.compile(r"^\s*(?:[-–—•*▪■□○◦☐☒☑✓➢►]|[a-z]\)|\d{1,2}[.)°]\s|\d+\s?%)")
_CRITERIA = re.compile(
    r"(?i)crit[eè]res?\b.{0,40}\b(?:attribution|jugement|choix|offres)|(?:jugement|analyse|choix|classement) des offres"
)
_WEIGHT = re.compile(r"(?i)\d+\s*(?:%|points?\b|pts?\b)|pond[ée]r|\bcoeff?(?:icient|\.)? ?:? ?\d")


@dataclass
class Passage:
    """A piece of a document: one article (or a part of it) on one page."""

    page: int | None
    article: str | None
    title: str | None
    criterion: bool
    lines: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.lines).strip()


class Outline:
    """The article the reading stands in."""

    def __init__(self, marked: bool = False) -> None:
        self.marked = marked
        self.level = 0
        self.number: tuple[int, ...] = ()
        self.article: str | None = None
        self.title: str | None = None

    def heading(self, text: str, level: int | None, number: str | None, before: str = "") -> bool:
        """Whether the line is a heading, given the line before it; if so, the outline moves to it."""
        if _CONTENTS.search(text):
            return False
        if level is not None:
            return self._styled(text, level, number)
        if _CALLS.search(before):
            return False
        if (match := _ARTICLE.match(text)) and not _REFERENCE.match(match[2]) and len(match[2]) <= 150:
            return self._move(match[1], match[2] or None)
        if (match := _PART.match(text)) and not _NOT_TITLE.search(match[3]):
            annex = match[1].lower() == "annexe"
            self.number, self.article, self.title = (), f"annexe {match[2]}" if annex else None, match[3] or text
            return True
        match = None if self.marked else _NUMBER.match(text)
        bare = match is not None and re.match(r"\d+\s+[^–—:.)-]", text) is not None
        if bare and len(before) > _FULL and not re.search(r"[.;:!?]$", before):
            return False
        if match and not _NOT_TITLE.search(match[2]) and self._follows(_figures(match[1])):
            return self._move(match[1], match[2])
        return False

    def _styled(self, text: str, level: int, number: str | None) -> bool:
        match = _ARTICLE.match(text) or _MARKED.match(text)
        if match or number:
            self._move(match[1] if match else str(number), match[2] if match else text)
            self.level = level
        else:
            self.article, self.title = self.article if level > self.level else None, text
        return True

    def _move(self, number: str, title: str | None) -> bool:
        figures = _figures(number)
        self.number = figures or self.number
        self.article = ".".join(map(str, figures)) if figures else number
        self.title = title
        return True

    def _follows(self, new: tuple[int, ...]) -> bool:
        """Whether a number can come after the current one: its child, or a later brother at some depth."""
        old = self.number
        if not old:
            return len(new) > 0 and new[0] in (0, 1, 2) and all(n <= 2 for n in new[1:])
        depth = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
        if depth == len(new):
            return False
        before = old[depth] if depth < len(old) else 0
        return before < new[depth] <= before + 3 and all(n <= 2 for n in new[depth + 1 :])


def passages(pages: list[tuple[int | None, list[list[Any]]]], wrapped: bool) -> Iterator[Passage]:
    """The passages of a document, in order.

    Parameters
    ----------
    pages
        ``(page, lines)``; a line is ``[text, level, number]`` and, where the document knows it, its page.
    wrapped
        Lines are those of the page rather than paragraphs (PDF, bare text): they are joined again.
    """
    outline = Outline(sum(line[1] is not None for _, lines in pages for line in lines) >= _MARKS_ITS_HEADINGS)
    current = Passage(None, None, None, False)
    criteria, listed, before = False, False, ""
    for page, lines in _without_running_lines(pages) if wrapped else pages:
        for line in lines:
            text, level, number = line[0].strip(), line[1], line[2]
            where = line[3] if len(line) > 3 else page
            if not text or _CONTENTS.search(text):
                continue
            moved = outline.heading(text, level, number, before)
            before = text if wrapped else ""
            if moved:
                criteria = bool(_CRITERIA.search(outline.title or ""))
            criterion = (criteria or listed) and not moved and len(text) <= 200 and bool(_WEIGHT.search(text))
            # A title that nothing marks as one heads the weights that follow it at once.
            listed = not moved and (_heads_criteria(text) or (listed and criterion))
            carried = current.page != where and _unfinished(current, text) and not moved
            full = len(current.text) > _LONG and not _unfinished(current, text)
            if moved or full or criterion or current.criterion or (current.page != where and not carried):
                if current.text:
                    yield current
                current = Passage(where, outline.article, outline.title, criterion)
            _add(current, text, wrapped and not moved)
    if current.text:
        yield current


def _heads_criteria(text: str) -> bool:
    return len(text) <= _TITLE_LENGTH and text[-1] not in ".;," and bool(_CRITERIA.search(text))


def kind(source: str, opening: str) -> str | None:
    """The kind of a document from its name, else from its first page (the earliest title wins); None when unknown."""
    said = fold(PurePosixPath(source.replace("\\", "/")).stem)
    for code, rule in kinds().items():
        if re.search(rule["name"], said):
            return code
    titles = [fold(line) for line in opening[:4000].splitlines() if 0 < len(line.strip()) <= _TITLE_LENGTH]
    return next((code for title in titles for code, rule in kinds().items() if re.search(rule["page"], title)), None)


@cache
def kinds() -> dict[str, dict[str, str]]:
    """The kinds of documents: label, words of the name, words of the first page."""
    path = resources.files("spaser.reference") / "document_kinds.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _figures(number: str) -> tuple[int, ...]:
    if number.lower() in ("premier", "1er"):
        return (1,)
    return (
        tuple(int(part) for part in re.split(r"[.\-]", number))
        if re.fullmatch(r"\d{1,9}(?:[.\-]\d{1,9})*", number)
        else ()
    )


def _without_running_lines(
    pages: list[tuple[int | None, list[list[Any]]]],
) -> Iterable[tuple[int | None, list[list[Any]]]]:
    """The pages without the heads and feet that recur, nor page numbers."""
    seen: Counter[str] = Counter()
    for _, lines in pages:
        seen.update({_shape(line[0]) for line in _edges(lines)})
    enough = max(_FEWEST, _RECURRING * len(pages))
    recurring = {shape for shape, n in seen.items() if n >= enough and shape}
    for page, lines in pages:
        edges = {id(line) for line in _edges(lines)}
        yield (
            page,
            [
                line
                for line in lines
                if not (id(line) in edges and (_shape(line[0]) in recurring or _PAGE_NUMBER.match(line[0].strip())))
            ],
        )


def _edges(lines: list[list[Any]]) -> list[list[Any]]:
    said = [line for line in lines if line[0].strip()]
    return said[:_EDGE] + said[max(_EDGE, len(said) - _EDGE) :]


def _shape(text: str) -> str:
    """The line with its numbers forgotten; an article opening each page is no running head, its number counts."""
    if _ARTICLE.match(text.strip()) or _PART.match(text.strip()) or re.match(r"\s*\d+\.\d", text):
        return " ".join(text.split())
    return re.sub(r"\d+", "#", " ".join(text.split()))


def _unfinished(passage: Passage, text: str) -> bool:
    """Whether a line goes on with the sentence the passage left open."""
    if not passage.lines or len(passage.lines) < 2 or _BULLET.match(text):
        return False
    return not re.search(r"[.;:!?»)]$", passage.lines[-1]) and (text[:1].islower() or text[:1] in "(«")


def _add(passage: Passage, text: str, wrapped: bool) -> None:
    """Add a line, joined to the one before when the page alone parted them; a cut word keeps its hyphen and line."""
    last = passage.lines[-1] if passage.lines else ""
    heading = len(passage.lines) == 1 and passage.title is not None and passage.title in last
    joins = wrapped and last and not heading and not _BULLET.match(text) and not re.search(r"[.;:!?]$", last)
    if joins and last.endswith("-") and text[:1].islower():
        passage.lines[-1] = f"{last}\n{text}"
    elif joins and (text[:1].islower() or text[:1] in "(«0123456789" or len(last.rpartition("\n")[2]) > 60):
        passage.lines[-1] = f"{last} {text}"
    else:
        passage.lines.append(text)
