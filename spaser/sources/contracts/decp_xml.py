"""DECP in XML, 2019 and 2022: the same elements as JSON, read one contract at a time; DTD and entities refused."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from lxml import etree

from spaser.problems import Problem
from spaser.sources.archives import Member
from spaser.sources.contracts.json_stream import Batch, Note, Unreadable, looks_like_contract
from spaser.sources.recognition import Counted, Readable
from spaser.sources.tags import local_name

CONTRACTS = {"marche", "marché", "contrat-concession", "contrat_concession"}
BATCH = 2_000


def batches(stream: Counted, member: Member, note: Note) -> Iterator[Batch]:
    """The contracts of an XML stream; what precedes a break is given, then the break itself.

    Raises
    ------
    Problem
        When the document declares a DTD or entities.
    """
    with member.open() as whole:
        encoding = _mistaken(whole)
    note.cp1252 = encoding is not None
    events = etree.iterparse(
        stream,
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        encoding=encoding,
    )
    found: list[object] = []
    name = ""
    try:
        for local, element in _contracts(events, member.source):
            if (local != name and found) or len(found) >= BATCH:
                yield Batch(name, found)
                found = []
            name = local
            found.append(element)
    except etree.XMLSyntaxError as error:
        note.cut = stream.given
        line, column = error.position or (0, 0)
        found.append(Unreadable(f"XML mal formé ou coupé, ligne {line}, colonne {column}"))
    if found:
        yield Batch(name, found)


def _contracts(events: etree.iterparse, source: str) -> Iterator[tuple[str, object]]:
    inside, depth = False, 0
    for event, element in events:
        local = local_name(element).casefold()
        if event == "start":
            depth += 1
            if depth == 1:
                _refuse_dtd(element, source)
            inside = inside or local in CONTRACTS
            continue
        depth -= 1
        if local in CONTRACTS:
            yield local, content(element) or {}
            inside = False
            _free(element)
        elif depth == 1 and not inside:
            plain = content(element)
            if looks_like_contract(plain):
                yield local, plain
            _free(element)


def _refuse_dtd(root: etree._Element, source: str) -> None:
    info = root.getroottree().docinfo
    if info.doctype or info.internalDTD is not None:
        raise Problem(
            "Fichier XML refusé : il déclare une DTD ou des entités",
            where=source,
            why="Un fichier DECP n'en a pas besoin et elles peuvent épuiser la mémoire ou lire d'autres fichiers",
            todo="Demandez à son producteur un export sans DTD",
        )


def _free(element: etree._Element) -> None:
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def content(element: etree._Element) -> object:
    """An element as JSON would write it: its text, or its children by name, repeated ones in a list."""
    children = [child for child in element if isinstance(child.tag, str)]
    if not children:
        return (element.text or "").strip() or None
    plain: dict[str, object] = {}
    for child in children:
        name, value = local_name(child), content(child)
        if name in plain:
            before = plain[name]
            plain[name] = [*before, value] if isinstance(before, list) else [before, value]
        else:
            plain[name] = value
    return plain


def _mistaken(stream: Readable) -> str | None:
    """Windows-1252 when the text says UTF-8 (or nothing) and is not: a frequent slip of producers."""
    head = stream.read(1 << 20)
    declared = re.search(rb"""^\W{0,5}<\?xml[^>]*encoding\s*=\s*["']([\w-]+)""", head[:300])
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or (
        declared and declared.group(1).lower() not in (b"utf-8", b"utf8")
    ):
        return None
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while head:
            decoder.decode(head)
            head = stream.read(1 << 20)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "windows-1252"
    return None
