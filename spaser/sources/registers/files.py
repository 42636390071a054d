"""A list of suppliers as a file: opened whatever its kind, recognised by its headings, its columns renamed.

What each list looks like is data (``reference/register_columns.toml``); nothing here knows one list from another.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
import unicodedata
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from spaser import rules
from spaser.problems import Problem, closest

#: A title, a logo and a date may come before the headings.
HEADER_ROWS = 20
#: Above this size a zipped list is not opened in memory: the national stocks go through ``reduce_sirene``.
BIG_MEMBER = 400_000_000
Cells = Sequence[str | None]


@dataclass(frozen=True)
class Opened:
    """A list as text: ``frame`` has the kit's words for columns plus ``position`` (1 = first line under the headings)."""

    path: Path
    kind: str
    name: str
    frame: pl.LazyFrame
    preamble: str = ""

    @property
    def spec(self) -> dict[str, Any]:
        return formats()[self.name]

    @property
    def source(self) -> str:
        return f"{self.spec['label']} [{self.path.name}]"


def formats() -> dict[str, dict[str, Any]]:
    """The known lists, as declared in ``register_columns.toml``."""
    return rules.toml("register_columns.toml")["lists"]


def plain(text: str | None) -> str:
    """A heading without case, accents, punctuation or repeated spaces, to compare spellings."""
    flat = unicodedata.normalize("NFKD", (text or "").lower().replace("œ", "oe"))
    kept = "".join(c if c.isalnum() else " " for c in flat if not unicodedata.combining(c))
    return " ".join(kept.split())


def recognise(header: Cells) -> tuple[str, dict[str, str]] | None:
    """The list whose headings these are, with heading → word; None when no known list has them."""
    have = {plain(cell): cell for cell in header if cell}
    best: tuple[int, str, dict[str, str]] | None = None
    for name, spec in formats().items():
        if not spec["marks"] or not all(any(plain(s) in have for s in mark) for mark in spec["marks"]):
            continue
        found = _columns(spec["columns"], have)
        if best is None or len(found) > best[0]:
            best = (len(found), name, found)
    return (best[1], best[2]) if best else None


def open_list(path: Path) -> Opened:
    """A list of suppliers opened and recognised.

    Raises
    ------
    Problem
        The file is absent, unreadable, or its headings are those of no known list.
    """
    if not path.is_file():
        raise Problem("Liste de fournisseurs introuvable", where=str(path), todo="Vérifiez le chemin du fichier")
    with path.open("rb") as file:
        start = file.read(4096)
    if start.startswith(b"PAR1"):
        return _from_frame(path, "parquet", pl.scan_parquet(path))
    if start.startswith(b"PK"):
        return _from_zip(path)
    if start.lstrip(b"\xef\xbb\xbf \r\n\t").startswith((b"{", b"[")):
        return _from_json(path, path.read_bytes())
    return _from_csv(path, path.read_bytes())


def stock_kind(path: Path) -> str | None:
    """« unites » or « etablissements » when the file is a national SIRENE stock, told by its headings alone; else None."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        start, parquet = file.readline(2**16), False
    if start.startswith(b"PAR1"):
        header, parquet = pl.scan_parquet(path).collect_schema().names(), True
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            members = [info for info in archive.infolist() if info.filename.lower().endswith(".csv")]
            if not members:
                return None
            with archive.open(max(members, key=lambda info: info.file_size)) as member:
                start = member.readline(2**16)
    if not parquet:
        header = next(csv.reader([_decode(start).strip()], delimiter=_separator(_decode(start))), [])
    match = recognise(header)
    return formats()[match[0]].get("stock") if match else None


def scan_stock(path: Path, cache: Path) -> Opened:
    """A national stock, never loaded: Parquet, CSV, or a zipped CSV unpacked once into the cache.

    Raises
    ------
    Problem
        The file is absent, or is not a SIRENE stock.
    """
    if not path.is_file():
        raise Problem(
            "Stock SIRENE introuvable", where=str(path), todo="spaser telecharger sirene_unites_legales sirene_etablissements"
        )
    if zipfile.is_zipfile(path):
        path = _unpacked(path, cache)
    with path.open("rb") as file:
        parquet = file.read(4) == b"PAR1"
    frame = pl.scan_parquet(path) if parquet else _scan_csv(path)
    header = frame.collect_schema().names()
    match = recognise(header)
    if match is None or "stock" not in formats()[match[0]]:
        raise _unknown(path, header)
    absent = [word for word in formats()[match[0]]["columns"] if word not in match[1].values()]
    worded = frame.select(
        *(pl.col(heading).cast(pl.String).alias(word) for heading, word in match[1].items()),
        *(pl.lit(None, dtype=pl.String).alias(word) for word in absent),
    )
    return Opened(path, "parquet" if parquet else "csv", match[0], worded)


def _scan_csv(path: Path) -> pl.LazyFrame:
    with path.open("rb") as file:
        line = _decode(file.readline())
    return pl.scan_csv(path, separator=_separator(line), infer_schema=False)


def _unpacked(path: Path, cache: Path) -> Path:
    """The one member of an archive beside the other cached files, unpacked again only when its size differs."""
    with zipfile.ZipFile(path) as archive:
        member = max(archive.infolist(), key=lambda info: info.file_size)
        target = cache / Path(member.filename).name
        if not target.is_file() or target.stat().st_size != member.file_size:
            partial = target.with_name(target.name + ".partiel")
            with archive.open(member) as source, partial.open("wb") as copy:
                shutil.copyfileobj(source, copy, 4 * 2**20)
            partial.replace(target)
    return target


def _columns(words: dict[str, list[Any]], have: dict[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for word, spellings in words.items():
        match = next((have[plain(s)] for s in spellings if isinstance(s, str) and plain(s) in have), None)
        if match is not None and match not in found:
            found[match] = word
    return found


def _from_frame(path: Path, kind: str, frame: pl.LazyFrame) -> Opened:
    header = frame.collect_schema().names()
    match = recognise(header)
    if match is None:
        raise _unknown(path, header)
    return Opened(path, kind, match[0], _worded(frame, match[1]))


def _worded(frame: pl.LazyFrame, columns: dict[str, str]) -> pl.LazyFrame:
    text = frame.select(pl.col(heading).cast(pl.String).alias(word) for heading, word in columns.items())
    return text.with_columns(
        pl.when(pl.col(word).str.strip_chars() != "").then(pl.col(word).str.strip_chars()) for word in columns.values()
    ).with_row_index("position", offset=1)


def _from_csv(path: Path, data: bytes, preamble: str = "") -> Opened:
    text = _decode(data).replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n", HEADER_ROWS + 1)[: HEADER_ROWS + 1]
    separator = _separator("\n".join(lines[:5]))
    for rank, line in enumerate(lines):
        cells = next(csv.reader([line], delimiter=separator), [])
        fixed = _headerless(cells)
        if fixed:
            frame = _parse(path, text, separator, rank, header=False)
            return _by_rank(path, fixed, frame, "\n".join(lines[:rank]))
        match = recognise(cells)
        if match:
            frame = _parse(path, text, separator, rank, header=True)
            return Opened(path, "csv", match[0], _worded(frame.lazy(), match[1]), "\n".join(lines[:rank]))
    raise _unknown(path, next(csv.reader([lines[0]], delimiter=separator), []))


def _parse(path: Path, text: str, separator: str, skip: int, *, header: bool) -> pl.DataFrame:
    try:
        return pl.read_csv(
            io.BytesIO(text.encode("utf-8")),
            separator=separator,
            skip_lines=skip,
            has_header=header,
            infer_schema=False,
            truncate_ragged_lines=True,
        )
    except pl.exceptions.PolarsError as error:
        raise Problem(
            "La liste de fournisseurs ne se lit pas", where=path.name, why=str(error).splitlines()[0],
            todo="Ouvrez le fichier dans un tableur et enregistrez-le en CSV (UTF-8)",
        ) from error  # fmt: skip


def _headerless(cells: Cells) -> str | None:
    first = plain(cells[0]) if cells else ""
    return next((name for name, spec in formats().items() if first and spec.get("first_cell") == first), None)


def _by_rank(path: Path, name: str, frame: pl.DataFrame, preamble: str) -> Opened:
    names = frame.columns
    words = {names[ranks[0]]: word for word, ranks in formats()[name]["columns"].items() if ranks[0] < len(names)}
    return Opened(path, "csv", name, _worded(frame.lazy(), words), preamble)


def _from_zip(path: Path) -> Opened:
    with zipfile.ZipFile(path) as archive:
        names = [info for info in archive.infolist() if not info.is_dir()]
        if any(info.filename == "xl/workbook.xml" for info in names):
            return _from_workbook(path)
        if len(names) != 1 or names[0].file_size > BIG_MEMBER:
            raise Problem(
                "Archive de fournisseurs non lue", where=path.name,
                why="elle contient plusieurs fichiers, ou un fichier trop grand pour la mémoire",
                todo="Décompressez-la et donnez le fichier voulu ; les stocks nationaux de SIRENE passent par la réduction",
            )  # fmt: skip
        data = archive.read(names[0])
    if data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith((b"{", b"[")):
        return _from_json(path, data)
    return _from_csv(path, data)


def _from_workbook(path: Path) -> Opened:
    sheets = pl.read_excel(
        path, sheet_id=0, has_header=False, infer_schema_length=0, drop_empty_rows=False, raise_if_empty=False
    )
    header: list[str | None] = []
    for frame in sheets.values():
        for rank, cells in enumerate(frame.head(HEADER_ROWS).rows()):
            match = recognise(cells)
            if match:
                named = frame.slice(rank + 1).rename(
                    {c: cell for c, cell in zip(frame.columns, cells, strict=True) if cell in match[1]}
                )
                return Opened(path, "xlsx", match[0], _worded(named.lazy(), match[1]), " ".join(map(str, _words(frame, rank))))
            header = header or [cell for cell in cells if cell]
    raise _unknown(path, header)


def _words(frame: pl.DataFrame, rank: int) -> Iterable[str]:
    return (cell for row in frame.head(rank).rows() for cell in row if cell)


def _from_json(path: Path, data: bytes) -> Opened:
    try:
        found = json.loads(_decode(data))
    except json.JSONDecodeError as error:
        raise Problem("La liste de fournisseurs n'est pas du JSON valide", where=path.name, why=str(error)) from error
    rows = found if isinstance(found, list) else next((v for v in found.values() if isinstance(v, list)), [])
    rows = [{k: _flat(v) for k, v in row.items()} for row in rows if isinstance(row, dict)]
    keys = list(dict.fromkeys(key for row in rows for key in row))
    if not keys:
        raise _unknown(path, [])
    return _from_frame(path, "json", pl.LazyFrame(rows, schema=dict.fromkeys(keys, pl.String)))


def _flat(value: Any) -> str | None:
    """A nested value as text: a kind given as {"code": …} or sectors given as a list."""
    if isinstance(value, list):
        return ", ".join(filter(None, (_flat(item) for item in value)))
    if isinstance(value, dict):
        return _flat(value.get("code") or value.get("name") or value.get("label"))
    return None if value is None else str(value)


def _decode(data: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("cp1252", errors="replace")


def _separator(text: str) -> str:
    return max(";,\t|", key=text.count)


def _unknown(path: Path, header: Cells) -> Problem:
    seen = [cell for cell in header if cell][:8]
    hint = next((closest(cell, ["siret", "siren", "statut", "kind"]) for cell in seen if closest(cell, ["siret", "siren"])), "")
    return Problem(
        "Liste de fournisseurs non reconnue", where=path.name,
        why=f"En-têtes lus : {', '.join(seen) or 'aucun'}",
        todo=hint or "Il faut au moins une colonne SIREN ou SIRET et une colonne « statut » (ESS, ESUS, EI, ACI, EA, ESAT…)",
    )  # fmt: skip
