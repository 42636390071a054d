"""Documents without fixed pages (DOCX, ODT, HTML, Markdown, text) as lines: text, level of heading, computed number, page.

Office files are read from their zip directly: sizes are known before anything is unpacked, and XML entities are refused.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import PurePath

from lxml import etree
from lxml import html as web

from spaser import guards
from spaser.sources.archives import LARGE, MOST_INFLATION, MOST_MEMBERS, OFFICE
from spaser.text import decode

#: text, level of heading (None for running text), number of a heading its document numbers by itself, page when it says it.
Line = list
_SAFE = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
T, O_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}", "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
TICKED, EMPTY = "☒ ", "☐ "
#: A row of a table whose cells are longer than this in all holds texts, not a label and its value.
_ROW = 400
_VALUE = re.compile(r"\d+(?:[.,]\d+)?\s*(?:%|points?\b|pts?\b|heures?\b|€).{0,12}$")


class Refused(Exception):
    """Why a document is not read, in French, without its name."""


def read(data: bytes, source: str, most: int) -> tuple[str, Iterator[Line]]:
    """The format recognised by what the file is (its extension for bare texts), and its lines.

    Raises
    ------
    Refused
        The format is not read, or the file is broken, encrypted or hostile.
    """
    if data.startswith(b"PK\x03\x04"):
        return _office(data, most)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refused(
            "C'est un ancien fichier Office (.doc, .xls) ou un fichier protégé par mot de passe : enregistrez-le en DOCX, ODT ou PDF"
        )
    if data.startswith(b"{\\rtf"):
        raise Refused("Le format RTF n'est pas lu : enregistrez-le en DOCX, ODT ou PDF")
    if b"\0" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Refused("Ce n'est pas un document lisible")
    text = decode(data).text
    extension = PurePath(source).suffix.lower()
    if extension in (".html", ".htm", ".xhtml") or re.match(r"\s*(<!doctype html|<html)", text[:200], re.I):
        return "HTML", _web(text)
    return (
        ("Markdown", _markdown(text))
        if extension in (".md", ".markdown")
        else ("texte", ([line, None, None] for line in text.splitlines()))
    )


def _office(data: bytes, most: int) -> tuple[str, Iterator[Line]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = _harmless(archive, len(data), most)
            if "word/document.xml" in names:
                return "DOCX", iter(list(_docx(archive, names)))
            if "content.xml" in names:
                return "ODT", iter(list(_odt(archive, names)))
    except guards.exceptions("zip") as error:
        raise Refused("Il est abîmé ou incomplet") from error
    if not names & set(OFFICE):
        raise Refused("C'est une archive parmi d'autres emboîtées trop profond : décompressez-la d'abord")
    raise Refused("Ce fichier Office n'est pas un texte (DOCX ou ODT)")


def level_of(text: str | None, first: int = 1) -> int:
    """The level of a title as written, from 1 to 10; a damaged one is the first."""
    return min(max(int(text), first), 10) if text and text.isascii() and text.isdigit() and len(text) < 4 else first


def _harmless(archive: zipfile.ZipFile, size: int, most: int) -> set[str]:
    infos = archive.infolist()
    total = sum(info.file_size for info in infos)
    if len(infos) > MOST_MEMBERS or total > most or (total > LARGE and total > MOST_INFLATION * size):
        raise Refused("Son contenu décompressé est démesuré")
    if any(info.flag_bits & 1 for info in infos):
        raise Refused("Il est protégé par un mot de passe")
    return {info.filename for info in infos}


def _xml(archive: zipfile.ZipFile, name: str) -> etree._Element:
    data = archive.read(name)
    if b"<!DOCTYPE" in data[:8192] or b"<!ENTITY" in data[:65536]:
        raise Refused("Son XML déclare des entités, ce qu'un document sain ne fait jamais")
    try:
        return etree.fromstring(data, etree.XMLParser(**_SAFE))
    except etree.XMLSyntaxError as error:
        raise Refused("Son XML est mal formé ou démesuré") from error


def _row(cells: list[str]) -> str:
    """The cells of a row on one line; a value stands after its label: « Insertion : 15 % »."""
    said = [" ".join(cell.split()) for cell in cells if cell.strip()]
    if len(said) == 2 or (len(said) > 2 and _VALUE.match(said[-1])):
        return f"{' ; '.join(said[:-1]).rstrip(' :')} : {said[-1]}"
    return " ; ".join(said)


def _rows_on_lines(
    root: etree._Element, row: str, cell: str, paragraphs: tuple[str, ...], said: Callable[[etree._Element], str]
) -> dict[etree._Element, str]:
    """The paragraphs of short rows → the text of their row for the first, nothing for the others."""
    lines: dict[etree._Element, str] = {}
    for one in root.iter(row):
        cells = [[p for p in place.iter(*paragraphs)] for place in one.iter(cell)]
        texts = [[text for p in inner if (text := said(p).strip())] for inner in cells]
        filled = [text[0] for text in texts if text]
        if (
            any(len(text) > 1 for text in texts)
            or len(filled) < 2
            or sum(map(len, filled)) > _ROW
            or next(one.iterdescendants(row), None) is not None
        ):
            continue
        inside = [p for inner in cells for p in inner]
        lines |= dict.fromkeys(inside, "") | {next(p for p in inside if said(p).strip()): _row(filled)}
    return lines


def _docx(archive: zipfile.ZipFile, names: set[str]) -> Iterator[Line]:
    """Paragraphs in order, cells of a table row on one line; pages as the word processor last laid them out."""
    levels, numbered = _docx_styles(_xml(archive, "word/styles.xml")) if "word/styles.xml" in names else ({}, set())
    body = _xml(archive, "word/document.xml")
    laid_out = any(True for _ in body.iter(f"{W}lastRenderedPageBreak"))
    counters: list[int] = []
    page = 1
    rows = _rows_on_lines(body, f"{W}tr", f"{W}tc", (f"{W}p",), _docx_text)
    for paragraph in body.iter(f"{W}p"):
        if any(True for _ in paragraph.iterancestors(_FALLBACK)):
            continue
        breaks = sum(1 for _ in paragraph.iter(f"{W}lastRenderedPageBreak"))
        text = rows[paragraph] if paragraph in rows else _docx_text(paragraph)
        style = paragraph.find(f"{W}pPr/{W}pStyle")
        name = style.get(f"{W}val") if style is not None else None
        level = levels.get(name or "")
        own = paragraph.find(f"{W}pPr/{W}numPr") is not None
        number = _counted(counters, level) if level and text and (own or name in numbered) else None
        if breaks and not text:
            page += breaks
            continue
        starts_page = breaks and _breaks_first(paragraph)
        page += 1 if starts_page else 0
        if text:
            yield [text, level, number, page if laid_out else None]
        page += breaks - (1 if starts_page else 0)


def _breaks_first(paragraph: etree._Element) -> bool:
    first = next((e for e in paragraph.iter(f"{W}t", f"{W}lastRenderedPageBreak")), None)
    return first is not None and first.tag == f"{W}lastRenderedPageBreak"


def _docx_styles(styles: etree._Element) -> tuple[dict[str, int], set[str]]:
    """The level of each heading style, and those the document numbers."""
    levels: dict[str, int] = {}
    numbered: set[str] = set()
    for style in styles.iter(f"{W}style"):
        name, key = style.find(f"{W}name"), style.get(f"{W}styleId") or ""
        said = re.match(r"(?:heading|titre)\s?(\d)$", (name.get(f"{W}val") or "").lower()) if name is not None else None
        outline = style.find(f"{W}pPr/{W}outlineLvl")
        if said:
            levels[key] = int(said[1])
        elif outline is not None and level_of(outline.get(f"{W}val") or "9", 0) < 9:
            levels[key] = level_of(outline.get(f"{W}val"), 0) + 1
        if style.find(f"{W}pPr/{W}numPr") is not None:
            numbered.add(key)
    return levels, numbered


def _docx_text(paragraph: etree._Element) -> str:
    parts: list[str] = []
    for element in paragraph.iter(f"{W}t", f"{W}tab", f"{W}br", f"{W}checkBox", f"{W}noBreakHyphen"):
        if next(element.iterancestors(f"{W}p"), None) is not paragraph:
            continue
        if element.tag == f"{W}t":
            parts.append(element.text or "")
        elif element.tag == f"{W}checkBox":
            parts.append(TICKED if _ticked(element) else EMPTY)
        else:
            parts.append("-" if element.tag == f"{W}noBreakHyphen" else " " if element.tag == f"{W}tab" else "\n")
    return "".join(parts).strip()


def _ticked(box: etree._Element) -> bool:
    state = box.find(f"{W}checked")
    state = state if state is not None else box.find(f"{W}default")
    return state is not None and state.get(f"{W}val", "1") not in ("0", "false")


def _counted(counters: list[int], level: int) -> str:
    """The number Word or LibreOffice shows before a heading it numbers."""
    del counters[level:]
    counters.extend([0] * (level - len(counters)))
    counters[level - 1] += 1
    return ".".join(str(max(1, n)) for n in counters)


def _odt(archive: zipfile.ZipFile, names: set[str]) -> Iterator[Line]:
    content = _xml(archive, "content.xml")
    styles = [content] + ([_xml(archive, "styles.xml")] if "styles.xml" in names else [])
    numbered = {
        level_of(style.get(f"{T}level"), 0)
        for tree in styles
        for style in tree.iter(f"{T}outline-level-style")
        if style.get(f"{_STYLE}num-format")
    }
    laid_out = any(True for _ in content.iter(f"{T}soft-page-break"))
    counters: list[int] = []
    page = 1
    rows = _rows_on_lines(content, f"{_TABLE}table-row", f"{_TABLE}table-cell", (f"{T}h", f"{T}p"), _odt_text)
    for element in content.iter(f"{T}h", f"{T}p", f"{T}soft-page-break"):
        if element.tag == f"{T}soft-page-break":
            page += 1
            continue
        if any(e.tag == f"{T}tracked-changes" for e in element.iterancestors()):
            continue
        text = rows[element] if element in rows else _odt_text(element).strip()
        level = level_of(element.get(f"{T}outline-level")) if element.tag == f"{T}h" else None
        number = _counted(counters, level) if level in numbered and level and text else None
        if text:
            yield [text, level, number, page if laid_out else None]


def _odt_text(element: etree._Element) -> str:
    parts = [element.text or ""]
    for child in element:
        if child.tag in (f"{T}tab", f"{T}s"):
            parts.append(" ")
        elif child.tag == f"{T}line-break":
            parts.append("\n")
        elif child.tag not in (f"{O_OFFICE}annotation", f"{T}p", f"{T}h"):
            parts.append(_odt_text(child))
        parts.append(child.tail or "")
    return "".join(parts)


def _web(text: str) -> Iterator[Line]:
    """The visible text of a page, one line per block."""
    try:
        root = web.document_fromstring(text, parser=web.HTMLParser(no_network=True, huge_tree=False, encoding=None))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise Refused("La page HTML est vide ou abîmée") from error
    for hidden in list(root.iter("script", "style", "noscript", "template", "nav")):
        hidden.drop_tree()
    for box in root.iter("input"):
        if box.get("type") == "checkbox":
            box.tail = (TICKED if "checked" in box.attrib else EMPTY) + (box.tail or "")
    for block in root.iter(
        "h1", "h2", "h3", "h4", "h5", "h6", "p", "li", "tr", "dt", "dd", "caption", "blockquote", "div", "td"
    ):
        inner = {"li": ("p", "ul", "ol")}.get(
            block.tag, ("p", "div", "ul", "ol", "table", "h1", "h2", "h3", "h4", "li")
        )
        if block.tag in ("p", "td", "div") and any(e.tag == "tr" for e in block.iterancestors()):
            continue
        if block.tag == "tr":
            cells = [cell.xpath("string()") for cell in block if cell.tag in ("td", "th")]
            yield [_row(cells), None, None]
            continue
        said = (
            " ".join(block.xpath("string()").split())
            if not any(block.find(f".//{tag}") is not None for tag in inner)
            else " ".join((block.text or "").split())
        )
        if said:
            yield [said, int(block.tag[1]) if re.match(r"h\d$", block.tag) else None, None]


#: A link or an image, and marks of weight. Nothing in it is looked for twice: a line of brackets is read as fast as another.
_LINK = re.compile(r"!?\[([^\[\]]{0,2000})\]\((?:[^()]|\([^()]{0,200}\)){0,2000}\)|\*\*|__|`")


def _markdown(text: str) -> Iterator[Line]:
    """Lines without their marks; HTML tags within are dropped, their headings kept."""
    text = re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.S)
    for line in text.splitlines():
        heading = re.match(r"\s*(?:(#{1,6})\s+|<h([1-6])\b[^>]*>)(.*)", line)
        said = re.sub(r"</?[a-zA-Z][^<>]*>", " ", heading[3] if heading else line)
        said = _LINK.sub(lambda m: m[1] or "", html.unescape(said)).strip()
        said = "" if re.fullmatch(r"[\s:|-]+", said) else said
        said = _row(said.strip("|").split("|")) if said.startswith("|") or said.count("|") > 1 else said
        yield [" ".join(said.split()), (len(heading[1]) if heading[1] else int(heading[2])) if heading else None, None]
