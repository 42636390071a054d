"""The beginning of a file as a person sees it."""

from __future__ import annotations

import itertools
from pathlib import Path

from spaser.problems import Problem
from spaser.sources import delimited, recognition
from spaser.sources.ledgers import cells
from spaser.text import decode, separator

#: Titles and empty lines may stand above the first ones of a sheet.
_HEAD = 30


def first_lines(path: Path, lines: int = 4) -> list[list[str]]:
    """The headings and first lines of a table, as its cells stand; empty for what is no table in text nor a workbook."""
    with path.open("rb") as file:
        head = file.read(recognition.HEAD)
    try:
        kind = recognition.recognise(head, path.name)
        if kind == recognition.WORKBOOK:
            filled = cells.read_sheets(path)[:1]
            rows = (
                [cell or "" for cell in row]
                for sheet in filled
                for row in sheet.cells.select(sheet.columns).head(_HEAD).rows()
            )
            return list(itertools.islice(filter(any, rows), lines + 1))
        if kind != recognition.CSV:
            return []
        text = decode(head).text
        read = (row for _, row in delimited.rows(text, separator(text), path.name, whole=False))
        return list(itertools.islice(filter(any, read), lines + 1))
    except Problem:
        return []


def headings(path: Path) -> list[str]:
    """The titles of the columns of a table: the fullest of its first lines."""
    rows = first_lines(path)
    fullest = max(rows, key=lambda row: len(set(filter(None, row))), default=[])
    return list(dict.fromkeys(title for cell in fullest if (title := " ".join(cell.split()))))
