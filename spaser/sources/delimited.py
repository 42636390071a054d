"""Delimited text cut into cells, bounded: a quote left open or a million columns never fills the memory."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from spaser import guards
from spaser.problems import Problem
from spaser.sources.workbooks import MOST_CELLS, MOST_COLUMNS

#: A cell holds a description at most; beyond, a quote is not closed.
LONGEST_CELL = 10_000_000


def rows(text: str, separator: str, source: str, *, whole: bool = True) -> Iterator[tuple[int, list[str]]]:
    """Each line that is read, with the number of its first line in the file; ``whole`` is false for the beginning of a file.

    Raises
    ------
    Problem
        The text is no table: a cell is endless, a quote is never closed, or there are more columns or cells than any table has.
    """
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    line, widest, count = 1, 0, 0
    ended = text.rstrip("\r\n").endswith('"')
    last = text.count("\n") + (not text.endswith("\n"))
    with guards.reading(source, "csv"):
        for cells in reader:
            widest, count = max(widest, len(cells)), count + 1
            if widest > MOST_COLUMNS or widest * count > MOST_CELLS:
                raise Problem(
                    "Le fichier CSV est trop étendu",
                    where=source,
                    why=f"Sa ligne {line} a {len(cells)} colonnes ; {MOST_COLUMNS} au plus sont lues",
                    todo="Vérifiez le séparateur, ou ne gardez que les colonnes de la table",
                )
            if whole and not ended and reader.line_num >= last and cells and "\n" in cells[-1]:
                raise Problem(
                    "Un guillemet ouvert n'est pas fermé",
                    where=f"{source}, ligne {line}",
                    why="Tout ce qui le suit serait lu comme une seule case",
                    todo="Ôtez-le, ou doublez-le s'il fait partie du texte",
                )
            yield line, cells
            line = reader.line_num + 1


#: No line of a list of suppliers has so many letters.
LONGEST_LINE = 1 << 20


def bounded(text: str, name: str, separator: str) -> None:
    """Refuse a text that a list is never: a line without end, or headings by the thousand.

    Raises
    ------
    Problem
        Told with the line.
    """
    head = next((line for line in text.split("\n", 1) if line.strip()), "")
    wide = head.count(separator) + 1 if len(head) <= LONGEST_LINE else 0
    if wide > MOST_COLUMNS:
        raise Problem(
            "La liste est trop étendue",
            where=name,
            why=f"Sa première ligne a {wide} colonnes ; {MOST_COLUMNS} au plus sont lues",
            todo="Gardez les colonnes utiles",
        )
    if re.search(rf"[^\n]{{{LONGEST_LINE}}}", text):
        raise Problem(
            "La liste a une ligne démesurée",
            where=name,
            why=f"Elle a plus de {LONGEST_LINE} lettres : un guillemet n'est sans doute pas fermé",
            todo="Enregistrez-la de nouveau en CSV (UTF-8) depuis un tableur",
        )
