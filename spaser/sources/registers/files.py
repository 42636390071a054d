"""A list of suppliers as a file: opened whatever its kind, recognised by its headings, its columns renamed.

What each list looks like is data (``reference/register_columns.toml``); nothing here knows one list from another.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import polars as pl

from spaser import guards
from spaser.problems import Problem
from spaser.sources import archives, delimited, recognition
from spaser.sources.ledgers import cells as ledger_cells
from spaser.sources.registers import evidence as register_evidence
from spaser.sources.registers import kinds
from spaser.sources.registers.evidence import DECLARED, WEAK, Declared, Evidence
from spaser.sources.registers.matching import PEEKED, Cells, candidates, formats, matched
from spaser.text import decode, fold, mended, separator

#: A title, a logo and a date may come before the headings.
HEADER_ROWS = 20
_DEEPEST = 6
#: The sources that the lines of a list may name together, and how long, for its name to say them.
_SOURCES, _LONGEST = 3, 60
#: Above this size a zipped list is not opened in memory: the national stocks go through ``reduce_sirene``.
BIG_MEMBER = 400_000_000
_WANTED = "une liste de fournisseurs"
_EXPECTED = "Listes lues : CSV, JSON, Parquet, classeur (XLSX, XLS, ODS), ou un CSV seul dans une archive zip"


@dataclass(frozen=True)
class Opened:
    """A list as text: ``frame`` has the kit's words for columns plus ``position`` (1 = first line under the headings)."""

    path: Path
    kind: str
    name: str
    frame: pl.LazyFrame
    preamble: str = ""
    sheet: str | None = None
    headings: tuple[str, ...] = ()
    evidence: Evidence = Evidence(register_evidence.SURE, ())
    declared: Declared | None = None
    status: str | None = None
    words: dict[str, str] = field(default_factory=dict)
    #: The same table under its own headings, for another reading of it.
    raw: pl.LazyFrame | None = None

    @property
    def spec(self) -> dict[str, Any]:
        known = formats().get(
            self.name, {"label": "Carnet d'adresses", "verified": [], "level": "siret", "columns": {}, "marks": []}
        )
        return known | ({"status": self.status} if self.status else {})

    @property
    def place(self) -> str:
        return f"{self.path.name}, feuille « {self.sheet} »" if self.sheet else self.path.name

    @cached_property
    def label(self) -> str:
        """What kind of list it is, and whose it says to be: a format does not say who wrote the list."""
        said = _written_source(self.raw)
        return f"{self.spec['label']}, source écrite : {said}" if said else str(self.spec["label"])

    @property
    def source(self) -> str:
        return f"{self.label} [{self.place}]"

    @property
    def proves_no(self) -> bool:
        """Absence proves a « non » when the user declares the list complete for a territory and a day: an extract has the same headings."""
        return bool(self.declared and self.declared.prouve_le_non)


def _written_source(raw: pl.LazyFrame | None) -> str:
    """What a column « source » says of the whole list; nothing when its lines have many."""
    column = (
        next((name for name in raw.collect_schema().names() if fold(name).strip() == "source"), None)
        if raw is not None
        else None
    )
    if raw is None or column is None:
        return ""
    text = pl.col(column).cast(pl.String).str.strip_chars()
    values = raw.select(text).filter(text.str.len_chars() > 0).unique().head(_SOURCES + 1).collect().to_series()
    said = ", ".join(sorted(values.to_list()))
    return said if values.len() <= _SOURCES and len(said) <= _LONGEST else ""


def open_lists(path: Path, declared: Sequence[Declared] = ()) -> tuple[list[Opened], list[tuple[str, str]]]:
    """The lists of suppliers of a file, one per sheet, opened, recognised and weighed; and the sheets left, with the reason.

    Raises
    ------
    Problem
        The file is absent, unreadable, of no known list, or recognised too weakly for what it would say.
    """
    if not path.is_file():
        raise Problem("Liste de fournisseurs introuvable", where=str(path), todo="Vérifiez le chemin du fichier")
    said = next((one for one in declared if one.fichier in (path.name, str(path), path.stem)), None)
    found, left = _workbook(path, said) if _is_workbook(path) else ([_one(path, said)], [])
    weighed = [_weighed(opened, said) for opened in found]
    strong = [one for one in weighed if one.evidence.degree != WEAK]
    if not strong:
        weak = weighed[0]
        raise register_evidence.refusal(weak.place, weak.spec["label"], weak.headings, weak.evidence)
    left += [
        (one.sheet or path.name, f"reconnue trop faiblement comme « {one.spec['label']} »")
        for one in weighed
        if one.evidence.degree == WEAK
    ]
    return strong, left


def _is_workbook(path: Path) -> bool:
    with path.open("rb") as file:
        start = file.read(4)
    if start == b"\xd0\xcf\x11\xe0":
        return True
    if start[:2] != b"PK":
        return False
    with guards.reading(path.name, "zip"), zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
    return bool(names & {"xl/workbook.xml", "xl/workbook.bin", "content.xml", *archives.OFFICE})


def _weighed(opened: Opened, said: Declared | None) -> Opened:
    """The list with the evidence of what it is; what the user declares needs none."""
    if said is not None:
        return replace(opened, evidence=Evidence(DECLARED, ("nature déclarée",)), declared=said)
    if "stock" in opened.spec:
        return opened
    weighed = _with_evidence(opened)
    if weighed.evidence.degree != WEAK or opened.raw is None:
        return weighed
    # The list that understands most of the headings is not proved by its values: another may be.
    readings = (
        _with_evidence(replace(opened, name=name, words=words, frame=_worded(opened.raw, words)))
        for name, words in candidates(opened.headings)
        if name != opened.name and "stock" not in formats()[name]
    )
    return next((one for one in readings if one.evidence.degree != WEAK), weighed)


def _with_evidence(opened: Opened) -> Opened:
    others = [formats()[name]["label"] for name, _ in candidates(opened.headings) if name != opened.name]
    told = f"{opened.sheet or ''} {opened.preamble} {opened.path.stem if opened.spec.get('named') else ''}"
    with guards.reading(opened.path.name, "polars"):
        opened.frame.select(pl.all().null_count()).collect(
            engine="streaming"
        )  # what is damaged is said here, by its file
        rows = opened.frame.head(register_evidence.LOOKED).collect()
    weighed = register_evidence.weigh(opened.name, opened.spec, opened.headings, rows, told, others)
    return replace(opened, evidence=kinds.evidence(weighed, rows, opened.status, told))


def _one(path: Path, said: Declared | None) -> Opened:
    with path.open("rb") as file:
        start = file.read(4096)
    if start.startswith(b"PAR1"):
        with guards.reading(path.name, "polars"):
            return _from_frame(path, "parquet", pl.scan_parquet(path, glob=False), said)
    if start.startswith(b"PK"):
        return _from_zip(path, said)
    recognition.recognise(start, path.name, _WANTED, _EXPECTED)
    if start.lstrip(b"\xef\xbb\xbf \r\n\t").startswith((b"{", b"[")):
        return _from_json(path, path.read_bytes(), said)
    with guards.reading(path.name, "csv"):
        return _from_csv(path, path.read_bytes(), said)


def _from_frame(path: Path, kind: str, frame: pl.LazyFrame, said: Declared | None) -> Opened:
    header = frame.collect_schema().names()
    match = matched(
        header, said, lambda: frame.head(PEEKED).select(pl.all().cast(pl.String, strict=False)).collect().rows()
    )
    if match is None:
        raise register_evidence.unknown(path, header)
    return Opened(
        path,
        kind,
        match[0],
        _worded(frame, match[1]),
        headings=tuple(header),
        status=match[2],
        words=match[1],
        raw=frame,
    )


def _worded(frame: pl.LazyFrame, columns: dict[str, str]) -> pl.LazyFrame:
    schema = frame.collect_schema()
    nested = {name for name, dtype in schema.items() if dtype.is_nested() or dtype == pl.Object}
    plain = {
        heading: pl.lit(None, pl.String) if heading in nested else pl.col(heading).cast(pl.String, strict=False)
        for heading in columns
    }
    text = frame.select(plain[heading].alias(word) for heading, word in columns.items())
    return text.with_columns(
        pl.when(pl.col(word).str.strip_chars() != "").then(pl.col(word).str.strip_chars()) for word in columns.values()
    ).with_row_index("position", offset=1)


def _from_csv(path: Path, data: bytes, said: Declared | None) -> Opened:
    text = mended(decode(data).text).replace("\r\n", "\n").replace("\r", "\n")
    first = text.split("\n", HEADER_ROWS + PEEKED + 1)[: HEADER_ROWS + PEEKED + 1]
    lines = first[: HEADER_ROWS + 1]
    mark = separator("\n".join(lines[:5]))
    delimited.bounded(text, path.name, mark)
    for rank, line in enumerate(lines):
        cells = _cells(path, line, mark)
        fixed = _headerless(cells)
        if fixed:
            frame = _parse(path, text, mark, rank, header=False)
            return _by_rank(path, fixed, frame, "\n".join(lines[:rank]))
        match = matched(cells, said, partial(_under, path, first[rank + 1 :], mark), " ".join(lines[:rank]))
        if match:
            frame = _parse(path, text, mark, rank, header=True)
            above = "\n".join(lines[:rank])
            return Opened(
                path,
                "csv",
                match[0],
                _worded(frame.lazy(), match[1]),
                above,
                headings=tuple(filter(None, cells)),
                status=match[2],
                words=match[1],
                raw=frame.lazy(),
            )
    raise register_evidence.unknown(path, _cells(path, lines[0], mark))


def _under(path: Path, lines: list[str], mark: str) -> list[list[str]]:
    """The cells of the lines under a row of headings."""
    return [_cells(path, line, mark) for line in lines if line.strip()]


def _cells(path: Path, line: str, mark: str) -> list[str]:
    """The cells of a line; a line that is longer than any heading is refused."""
    with guards.reading(path.name, "csv"):
        return next(csv.reader([line], delimiter=mark), [])


def _parse(path: Path, text: str, mark: str, skip: int, *, header: bool) -> pl.DataFrame:
    try:
        return pl.read_csv(
            io.BytesIO(text.encode("utf-8")),
            separator=mark,
            skip_lines=skip,
            has_header=header,
            infer_schema=False,
            truncate_ragged_lines=True,
        )
    except pl.exceptions.PolarsError as error:
        raise Problem(
            "La liste de fournisseurs ne se lit pas",
            where=path.name,
            why=guards.of_polars(error),
            todo="Ouvrez le fichier dans un tableur et enregistrez-le en CSV (UTF-8)",
        ) from error


def _headerless(cells: Cells) -> str | None:
    first = fold(cells[0]) if cells else ""
    return next((name for name, spec in formats().items() if first and spec.get("first_cell") == first), None)


def _by_rank(path: Path, name: str, frame: pl.DataFrame, preamble: str) -> Opened:
    names = frame.columns
    words = {names[ranks[0]]: word for word, ranks in formats()[name]["columns"].items() if ranks[0] < len(names)}
    return Opened(path, "csv", name, _worded(frame.lazy(), words), preamble, headings=tuple(names))


def _from_zip(path: Path, said: Declared | None) -> Opened:
    with guards.reading(path.name, "zip"), zipfile.ZipFile(path) as archive:
        names = [info for info in archive.infolist() if not info.is_dir()]
        if len(names) != 1 or names[0].file_size > BIG_MEMBER:
            raise Problem(
                "Archive de fournisseurs non lue",
                where=path.name,
                why="Elle contient plusieurs fichiers, ou un fichier trop grand pour la mémoire",
                todo="Décompressez-la et donnez le fichier voulu ; les stocks nationaux de SIRENE passent par la réduction",
            )
        if (
            names[0].file_size > archives.LARGE
            and names[0].file_size > archives.MOST_INFLATION * names[0].compress_size
        ):
            raise archives.bomb(path.name)
        data = archive.read(names[0])
    if data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith((b"{", b"[")):
        return _from_json(path, data, said)
    return _from_csv(path, data, said)


def _workbook(path: Path, said: Declared | None) -> tuple[list[Opened], list[tuple[str, str]]]:
    """Each sheet that is a list (XLSX, XLS, ODS alike), and why the others are not."""
    found: list[Opened] = []
    left: list[tuple[str, str]] = []
    header: list[str] = []
    sheets = ledger_cells.read_sheets(path)
    kind = "xls" if path.open("rb").read(1) == b"\xd0" else "ods" if path.suffix.lower() == ".ods" else "xlsx"
    for sheet in sheets:
        rows = sheet.cells.select(sheet.columns)
        at = _found_in(rows, said, sheet.name)
        if at is None:
            header = header or [cell for row in rows.head(3).rows() for cell in row if cell]
            left.append((sheet.name, "sans en-tête de liste de fournisseurs"))
            continue
        rank, (name, words, status) = at
        cells = rows.row(rank)
        wanted = {column: cell for column, cell in zip(rows.columns, cells, strict=True) if cell}
        unique = {
            column: cell
            for column, cell in wanted.items()
            if list(wanted.values()).index(cell) == list(wanted).index(column)
        }
        body = rows.slice(rank + 1).filter(~pl.all_horizontal(pl.all().is_null())).select(list(unique)).rename(unique)
        above = _above(rows, rank)
        shown = sheet.name if len(sheets) > 1 else None
        found.append(
            Opened(
                path,
                kind,
                name,
                _worded(body.lazy(), words),
                above,
                shown,
                tuple(filter(None, cells)),
                status=status,
                words=words,
                raw=body.lazy(),
            )
        )
    if not found:
        raise register_evidence.unknown(path, header)
    return found, left


def _found_in(
    rows: pl.DataFrame, said: Declared | None, name: str
) -> tuple[int, tuple[str, dict[str, str], str | None]] | None:
    """The row of headings of a sheet that is a list, and the list it is."""
    for rank, cells in enumerate(rows.head(HEADER_ROWS).rows()):
        under = rows.slice(rank + 1, PEEKED)
        if match := matched(cells, said, under.rows, f"{name} {_above(rows, rank)}"):
            return rank, match
    return None


def _above(rows: pl.DataFrame, rank: int) -> str:
    return " ".join(cell for row in rows.head(rank).rows() for cell in row if cell)


def _from_json(path: Path, data: bytes, said: Declared | None) -> Opened:
    found = guards.json_of(decode(data).text, path.name, what="La liste de fournisseurs n'est pas du JSON valide")
    lists = [value for value in found.values() if isinstance(value, list)] if isinstance(found, dict) else []
    rows = found if isinstance(found, list) else lists[0] if lists else []
    rows = [{k: _flat(v) for k, v in row.items()} for row in rows if isinstance(row, dict)]
    keys = list(dict.fromkeys(key for row in rows for key in row))
    if not keys:
        raise register_evidence.unknown(path, [])
    return _from_frame(path, "json", pl.LazyFrame(rows, schema=dict.fromkeys(keys, pl.String)), said)


def _flat(value: Any, depth: int = 0) -> str | None:
    """A nested value as text: a kind given as {"code": …} or sectors given as a list; nothing nested beyond reason."""
    if depth > _DEEPEST:
        return None
    if isinstance(value, list):
        return ", ".join(filter(None, (_flat(item, depth + 1) for item in value)))
    if isinstance(value, dict):
        return _flat(value.get("code") or value.get("name") or value.get("label"), depth + 1)
    return said if value is not None and len(said := str(value)) <= delimited.LONGEST_LINE else None
