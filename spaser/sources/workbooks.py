"""Workbooks (XLSX, XLSM, XLSB, XLS, ODS) opened in one place: told apart from other office files, bounded before they are opened.

The library that reads them makes room for the whole rectangle between the first and the last filled cell: one stray cell at
XFD1048576 asks for hundreds of gigabytes and kills the process. The places of filled cells are therefore read first, by streaming.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import polars as pl

from spaser import guards
from spaser.problems import Problem

#: A table of contracts, suppliers or spending has a few dozen columns, and a ledger a few million cells.
MOST_COLUMNS = 1_000
MOST_CELLS = 40_000_000
MOST_SHEETS = 200
#: Bytes of a sheet once decompressed: beyond, an honest ledger is a CSV.
MOST_BYTES = 3 << 30
#: Times its packed size: an XML sheet shrinks ten to forty times.
MOST_INFLATION = 400
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
ADVICE = "Ouvrez-le et enregistrez-le en XLSX sans mot de passe, ou en CSV"
_CELL = re.compile(rb"<(?:\w+:)?c\s[^>]*?\br=[\"']([A-Za-z]{1,7})(\d{1,10})[\"'][^>]*?[^/]>")
_ROW = re.compile(rb"<(?:\w+:)?row\s[^>]*?\br=[\"'](\d{1,10})[\"']")
_OTHERS = {
    "word/document.xml": "un document Word",
    "ppt/presentation.xml": "une présentation PowerPoint",
    "mimetype:text": "un document texte (ODT)",
    "mimetype:presentation": "une présentation (ODP)",
    "AndroidManifest.xml": "une application",
}
_BLOCK = 1 << 20


def sheets(content: Path | bytes, source: str) -> list[tuple[str, pl.DataFrame]]:
    """Every sheet that holds something: its name and its cells as texts, from the first line, without headings.

    Raises
    ------
    Problem
        It is not a workbook, is damaged or protected, or one of its cells is so far away that it could not be opened.
    """
    import fastexcel

    data = io.BytesIO(content) if isinstance(content, bytes) else content
    bounded(data, source)
    found = []
    with guards.reading(source, "workbook", "polars", "zip", todo=ADVICE):
        book = fastexcel.read_excel(content if isinstance(content, bytes) else str(content))
        if len(book.sheet_names) > MOST_SHEETS:
            raise _too_large(source, f"Il a {len(book.sheet_names)} feuilles")
        for name in book.sheet_names:
            frame = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_polars()
            if frame.width > MOST_COLUMNS:
                raise _too_large(source, f"La feuille « {name} » a {frame.width} colonnes")
            if frame.height:
                found.append((name, frame))
    return found


def empty_sheets(path: Path) -> list[str]:
    """The sheets of a workbook that hold nothing; none for what is no workbook or cannot be opened."""
    import fastexcel

    with path.open("rb") as file:
        if file.read(4)[:4] not in (ZIP, OLE):
            return []
    try:
        bounded(path, path.name)
        with guards.reading(path.name, "workbook", "polars", "zip", todo=ADVICE):
            book = fastexcel.read_excel(str(path))
            frames = {
                name: book.load_sheet(name, header_row=None, n_rows=1, dtypes="string") for name in book.sheet_names
            }
    except Problem:
        return []
    return [name for name, frame in frames.items() if not frame.height]


def bounded(content: Path | IO[bytes], source: str) -> None:
    """Refuse what is no workbook, or a workbook whose filled cells lie too far apart to be opened."""
    with guards.reading(source, "zip", what="Le classeur ne peut pas être lu", todo=ADVICE):
        with content.open("rb") if isinstance(content, Path) else _kept_open(content) as stream:
            head = stream.read(4)
            stream.seek(0)
            if head == OLE:
                return _refuse_protected(stream, source)
            if head != ZIP:
                raise Problem("Le fichier n'est pas un classeur", where=source, todo=ADVICE)
            with zipfile.ZipFile(stream) as archive:
                _bounded_archive(archive, source)


class _kept_open:
    """A stream that its owner closes."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream = stream

    def __enter__(self) -> IO[bytes]:
        return self.stream

    def __exit__(self, *_: object) -> None:
        self.stream.seek(0)


def _bounded_archive(archive: zipfile.ZipFile, source: str) -> None:
    names = {info.filename: info for info in archive.infolist()}
    kind = archive.read("mimetype")[:200].decode("ascii", "replace") if "mimetype" in names else ""
    other = next(
        (
            told
            for mark, told in _OTHERS.items()
            if mark in names or (mark[9:] and mark[:9] == "mimetype:" and mark[9:] in kind)
        ),
        "",
    )
    if other:
        raise Problem(
            f"Le fichier est {other}, pas un classeur",
            where=source,
            todo="Donnez le classeur ou le CSV qui contient la table",
        )
    if not any(name in names for name in ("xl/workbook.xml", "xl/workbook.bin", "content.xml")):
        raise Problem("Le fichier n'est pas un classeur", where=source, todo=ADVICE)
    total, packed = sum(info.file_size for info in names.values()), sum(info.compress_size for info in names.values())
    if total > MOST_BYTES or (total > (64 << 20) and total > MOST_INFLATION * max(packed, 1)):
        raise _too_large(source, f"Il contient {total >> 20} Mo une fois décompressé")
    for name in names:
        if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name):
            with archive.open(name) as stream:
                _check(_far_xlsx(stream), name.rsplit("/", 1)[1], source)
        elif re.fullmatch(r"xl/worksheets/[^/]+\.bin", name):
            with archive.open(name) as stream:
                _check(_far_xlsb(stream.read()), name.rsplit("/", 1)[1], source)
    if "content.xml" in names and "xl/workbook.xml" not in names:
        with archive.open("content.xml") as stream:
            for sheet, far in _far_ods(stream):
                _check(far, sheet, source)


def _check(far: tuple[int, int], sheet: str, source: str) -> None:
    """Refuse a rectangle that could not be opened, with the address of the cell that makes it so."""
    column, row = far
    if column > MOST_COLUMNS or column * row > MOST_CELLS:
        raise _too_large(source, f"La feuille « {sheet} » a une cellule remplie jusqu'en {letters(column)}{row}")


def _too_large(source: str, why: str) -> Problem:
    return Problem(
        "Le classeur est trop étendu pour être ouvert",
        where=source,
        why=f"{why} ; {MOST_COLUMNS} colonnes et {MOST_CELLS // 1_000_000} millions de cellules au plus sont lues",
        todo="Effacez les cellules égarées loin de la table (Ctrl+Fin y mène), ou enregistrez la table en CSV",
    )


def letters(column: int) -> str:
    """« A » for 1, « XFD » for 16384."""
    text = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def number(name: bytes) -> int:
    """1 for « A »."""
    rank = 0
    for letter in name.upper():
        rank = rank * 26 + letter - 64
    return rank


def _far_xlsx(stream: IO[bytes]) -> tuple[int, int]:
    """The last column and row that hold a filled cell; rows told by their own number count too."""
    columns: set[bytes] = set()
    last, left = 1, b""
    while block := stream.read(_BLOCK):
        text = left + block
        cut = text.rfind(b"<")
        text, left = (text[:cut], text[cut:][-4096:]) if cut > 0 else (text, b"")
        found = _CELL.findall(text)
        columns.update(column for column, _ in found)
        last = max(last, max((int(row) for _, row in found), default=1))
        rows = _ROW.findall(text)
        if found and rows:
            last = max(last, int(rows[-1]))
    return max(map(number, columns), default=1), last


def _far_xlsb(data: bytes) -> tuple[int, int]:
    """The same in the binary form: records of a row (0) and of filled cells (2 to 11), each with its length."""
    at, row, column, last = 0, 0, 0, 0
    while at + 2 <= len(data):
        kind, at = data[at], at + 1
        if kind & 0x80:
            kind, at = (kind & 0x7F) | (data[at] << 7), at + 1
        size = shift = 0
        for _ in range(4):
            if at >= len(data):
                return max(column, 1), max(last, 1)
            byte, at = data[at], at + 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        if kind == 0 and size >= 4:
            row = int.from_bytes(data[at : at + 4], "little") + 1
        elif 2 <= kind <= 11 and size >= 4:
            column, last = max(column, int.from_bytes(data[at : at + 4], "little") + 1), max(last, row)
        at += size
    return max(column, 1), max(last, 1)


def _far_ods(stream: IO[bytes]) -> Iterator[tuple[str, tuple[int, int]]]:
    """The same for ODS, sheet by sheet: rows and cells that repeat are counted as often as they do."""
    from lxml import etree

    space = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
    office = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
    row = column = last = wide = 0
    with guards.reading("content.xml", "xml"):
        for _, element in etree.iterparse(
            stream, events=("end",), resolve_entities=False, huge_tree=False, recover=True
        ):
            if element.tag in (f"{space}table-cell", f"{space}covered-table-cell"):
                times = _times(element.get(f"{space}number-columns-repeated"))
                filled = len(element) > 0 or any(name.startswith(office) for name in element.attrib)
                column += times
                wide = max(wide, column if filled else 0)
            elif element.tag == f"{space}table-row":
                row += _times(element.get(f"{space}number-rows-repeated"))
                last, column = (
                    (row if wide and any(len(cell) for cell in element.iterchildren(f"{space}table-cell")) else last),
                    0,
                )
                element.clear()
            elif element.tag == f"{space}table":
                yield element.get(f"{space}name", "?"), (max(wide, 1), max(last, 1))
                row = column = last = wide = 0
                element.clear()


def _times(text: str | None) -> int:
    return min(int(text), 1 << 31) if text and text.isascii() and text.isdigit() and len(text) < 12 else 1


def _refuse_protected(stream: IO[bytes], source: str) -> None:
    """A workbook with a password, and a Word document of the old form, are compound files too."""
    data = stream.read(64 << 20)
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise Problem("Le classeur est protégé par un mot de passe", where=source, todo=ADVICE)
    if "WordDocument".encode("utf-16-le") in data and "Workbook".encode("utf-16-le") not in data:
        raise Problem(
            "Le fichier est un document Word, pas un classeur",
            where=source,
            todo="Donnez le classeur ou le CSV qui contient la table",
        )
    if "PowerPoint Document".encode("utf-16-le") in data:
        raise Problem(
            "Le fichier est une présentation PowerPoint, pas un classeur",
            where=source,
            todo="Donnez le classeur ou le CSV qui contient la table",
        )
