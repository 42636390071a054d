"""The cells of a spend file as text, sheet by sheet: XLSX, XLS, ODS and CSV alike, with the line numbers a user sees."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from spaser.problems import Problem
from spaser.sources import delimited, workbooks

WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
TEXTS = (".csv", ".txt", ".tsv")
_MAGIC = {b"PK\x03\x04": ".xlsx", b"\xd0\xcf\x11\xe0": ".xls"}


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name and its cells, columns ``c0``… of text and ``ligne``, the line number in the file."""

    name: str
    cells: pl.DataFrame

    @property
    def columns(self) -> list[str]:
        return [name for name in self.cells.columns if name != "ligne"]


def read_sheets(path: Path) -> list[Sheet]:
    """Every sheet of a workbook, or the single sheet of a text file (its name is the file's stem).

    Raises
    ------
    Problem
        The file is missing, empty, protected, or neither a workbook nor a table in text.
    """
    if not path.is_file():
        raise Problem("Fichier de dépenses introuvable", where=str(path), todo="Vérifiez le chemin.")
    head = path.open("rb").read(4)
    if not head:
        raise Problem("Le fichier de dépenses est vide", where=path.name)
    if head in _MAGIC or path.suffix.lower() in WORKBOOKS:
        return _workbook(path)
    return [Sheet(path.stem, _grid(_text_rows(path)))]


def _workbook(path: Path) -> list[Sheet]:
    return [Sheet(name, _numbered(frame.rename({old: f"c{rank}" for rank, old in enumerate(frame.columns)}))) for name, frame in workbooks.sheets(path, path.name)]


def _numbered(frame: pl.DataFrame) -> pl.DataFrame:
    if "ligne" not in frame.columns:
        frame = frame.with_row_index("ligne", offset=1)
    texts = pl.col(r"^c\d+$").str.strip_chars(" \t\r\n\u00a0\u202f")
    return frame.with_columns(pl.col("ligne").cast(pl.Int64), pl.when(texts != "").then(texts).name.keep())


def _text_rows(path: Path) -> list[tuple[int, list[str]]]:
    text = _decoded(path.read_bytes())
    if "\x00" in text:
        raise Problem("Ce fichier n'est pas un tableau", where=path.name, todo="Donnez un classeur (XLSX, XLS, ODS) ou un CSV.")
    return list(delimited.rows(text, _separator(text), path.name))


def _decoded(raw: bytes) -> str:
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def _separator(text: str) -> str:
    """The mark found most regularly: semicolon, tab or bar before the comma, which also writes decimals."""
    lines = [line for line in text.splitlines()[:200] if line.strip()]
    counts = {mark: sum(line.count(mark) > 0 for line in lines) for mark in (";", "\t", "|", ",")}
    best = max(counts, key=lambda mark: (counts[mark], mark != ","))
    return best if counts[best] else ";"


def _grid(rows: list[tuple[int, list[str]]]) -> pl.DataFrame:
    width = max((len(row) for _, row in rows), default=0)
    padded = [row + [None] * (width - len(row)) for _, row in rows]
    columns = {f"c{rank}": [row[rank] for row in padded] for rank in range(width)}
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    return _numbered(frame.with_columns(ligne=pl.Series([line for line, _ in rows], dtype=pl.Int64)))
