"""What a content is, told from its first bytes and never from its extension."""

from __future__ import annotations

import codecs
import re
from typing import Protocol

from spaser.problems import Problem
from spaser.text import encoding, separator

JSON, XML, PARQUET, CSV, WORKBOOK = "json", "xml", "parquet", "csv", "classeur"
HEAD = 64 << 10
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_KINDS = (
    (b"PAR1", PARQUET),
    (b"PK\x03\x04", WORKBOOK),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", WORKBOOK),
)
_REFUSED = (
    (b"%PDF", "un document PDF"),
    (b"\x89PNG", "une image"),
    (b"\xff\xd8\xff", "une image"),
    (b"GIF8", "une image"),
    (b"7z\xbc\xaf", "une archive 7z"),
    (b"Rar!", "une archive RAR"),
    (b"BZh", "une archive bzip2"),
    (b"\xfd7zXZ", "une archive xz"),
    (b"\x28\xb5\x2f\xfd", "une archive zstd"),
    (b"SQLite format 3", "une base SQLite"),
    (b"{\\rtf", "un texte RTF"),
)
EXPECTED = "Formats lus : DECP en JSON, XML, CSV ou Parquet, liste de contrats en CSV ou XLSX, seuls ou dans une archive zip ou gzip"
#: Columns of the consolidated tabular DECP, dots and case undone.
_TABULAR = {
    "uid",
    "id",
    "acheteur_id",
    "acheteur_nom",
    "titulaire_id",
    "titulaire_id_1",
    "codecpv",
    "montant",
    "datenotification",
    "objet",
    "nature",
    "procedure",
    "dureemois",
    "donneesactuelles",
}


def recognise(head: bytes, source: str, wanted: str = "une liste de contrats", expected: str = EXPECTED) -> str:
    """The kind of a content from its first bytes; ``wanted`` and ``expected`` say what was asked for, and its formats.

    Raises
    ------
    Problem
        When the content is empty, a web page, or of a kind that holds no table.
    """
    for mark, kind in _KINDS:
        if head.startswith(mark):
            return kind
    for mark, name in _REFUSED:
        if head.startswith(mark):
            raise Problem(f"Le fichier est {name}, pas {wanted}", where=source, todo=expected)
    if head[257:262] == b"ustar":
        raise Problem("Le fichier est une archive tar", where=source, todo="Décompressez-la d'abord")
    return _text_kind(head, source, expected)


def _text_kind(head: bytes, source: str, expected: str) -> str:
    text = opening(head).lstrip("\ufeff \t\r\n\x00")
    if not text:
        raise Problem("Le fichier est vide", where=source, todo="Téléchargez-le de nouveau ou vérifiez son export")
    if sum(char < "\t" or "\r" < char < " " for char in text[:8_000]) > len(text[:8_000]) // 50:
        raise Problem("Le fichier n'est ni un texte ni un format connu", where=source, todo=expected)
    if text[0] == "<" and re.search(r"(?i)<!doctype\s+html|<html[\s>]", text[:2_000]):
        raise Problem(
            "Le fichier est une page web, pas des données",
            where=source,
            why="Le lien de téléchargement mène sans doute à une page d'erreur ou de connexion",
            todo="Téléchargez de nouveau le fichier lui-même",
        )
    if text[0] == "<":
        return XML
    return JSON if text[0] in "{[" else CSV


def opening(head: bytes) -> str:
    """The first characters of a text, whatever its encoding."""
    return codecs.getincrementaldecoder(encoding(head))("replace").decode(head)


def is_tabular(columns: list[str]) -> bool:
    """Whether columns are those of the consolidated tabular DECP (or of the ministry's), not a buyer's own list."""
    names = {name.strip().strip('"').casefold().replace(".", "_") for name in columns}
    return len(names & _TABULAR) >= 5 and bool(names & {"uid", "acheteur_id"}) and bool(names & {"id", "uid"})


def header(text: str) -> list[str]:
    """The names of the first line of a delimited text."""
    line = text.lstrip("\ufeff").split("\n", 1)[0].strip("\r")
    return [name.strip().strip('"') for name in line.split(separator(text))]


class Readable(Protocol):
    """What readers ask of a stream: bytes, so many at a time."""

    def read(self, count: int = -1, /) -> bytes: ...


class Counted(Readable, Protocol):
    """A stream that also knows how many bytes it gave."""

    @property
    def given(self) -> int: ...


class Utf8:
    """A stream in UTF-16 or UTF-32 given in UTF-8."""

    def __init__(self, stream: Readable, name: str) -> None:
        self.stream, self.decoder = stream, codecs.getincrementaldecoder(name)("replace")

    def read(self, count: int = -1) -> bytes:
        while True:
            data = self.stream.read(count)
            text = self.decoder.decode(data, final=not data)
            if text or not data:
                return text.encode("utf-8", "replace")
