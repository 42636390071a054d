"""The cells of a spend file as text, sheet by sheet: XLSX, XLS, ODS and CSV alike, with the line numbers a user sees."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from spaser.problems import Problem
from spaser.sources import delimited, recognition, workbooks
from spaser.text import decode, mended, separator

WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
TEXTS = (".csv", ".txt", ".tsv")
_EXPECTED = "Donnez un classeur (XLSX, XLS, ODS) ou un CSV"
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
    with path.open("rb") as file:
        head = file.read(recognition.HEAD)
    if not head:
        raise Problem("Le fichier de dépenses est vide", where=path.name)
    if head[:4] in _MAGIC or path.suffix.lower() in WORKBOOKS:
        return _workbook(path)
    recognition.recognise(head, path.name, "une table", _EXPECTED)
    return [Sheet(path.stem, _grid(_text_rows(path)))]


def _workbook(path: Path) -> list[Sheet]:
    return [
        Sheet(name, _numbered(frame.rename({old: f"c{rank}" for rank, old in enumerate(frame.columns)})))
        for name, frame in workbooks.sheets(path, path.name)
    ]


def _numbered(frame: pl.DataFrame) -> pl.DataFrame:
    if "ligne" not in frame.columns:
        frame = frame.with_row_index("ligne", offset=1)
    frame = frame.with_columns(
        _mended(frame[name])
        for name in frame.columns
        if frame[name].dtype == pl.String and frame[name].str.contains("[ÂÃâ]").any()
    )
    texts = pl.col(r"^c\d+$").str.strip_chars(" \t\r\n\u00a0\u202f")
    return frame.with_columns(pl.col("ligne").cast(pl.Int64), pl.when(texts != "").then(texts).name.keep())


def _mended(column: pl.Series) -> pl.Series:
    values = column.drop_nulls().unique()
    twice = {value: once for value in values.filter(values.str.contains("[ÂÃâ]")) if (once := mended(value)) != value}
    return column.replace(twice) if twice else column


def _text_rows(path: Path) -> list[tuple[int, list[str]]]:
    text = decode(path.read_bytes()).text
    if "\x00" in text:
        raise Problem("Ce fichier n'est pas un tableau", where=path.name, todo=_EXPECTED)
    return list(delimited.rows(text, separator(text), path.name))


def _grid(rows: list[tuple[int, list[str]]]) -> pl.DataFrame:
    width = max((len(row) for _, row in rows), default=0)
    padded = [row + [None] * (width - len(row)) for _, row in rows]
    columns = {f"c{rank}": [row[rank] for row in padded] for rank in range(width)}
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    return _numbered(frame.with_columns(ligne=pl.Series([line for line, _ in rows], dtype=pl.Int64)))
