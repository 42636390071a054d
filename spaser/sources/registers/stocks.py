"""The two national SIRENE stocks: told by their headings, opened without being loaded."""

from __future__ import annotations

import csv
import shutil
import zipfile
from pathlib import Path

import polars as pl

from spaser import guards
from spaser.guards import leftovers
from spaser.problems import Problem
from spaser.sources.registers import evidence
from spaser.sources.registers.files import Opened
from spaser.sources.registers.matching import formats, recognise
from spaser.text import decode, separator


def stock_kind(path: Path) -> str | None:
    """« unites » or « etablissements » when the file is a national SIRENE stock, told by its headings alone; else None."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        start, parquet = file.readline(2**16), False
    if start.startswith(b"PAR1"):
        with guards.reading(path.name, "polars"):
            header, parquet = pl.scan_parquet(path, glob=False).collect_schema().names(), True
    elif zipfile.is_zipfile(path):
        with guards.reading(path.name, "zip"), zipfile.ZipFile(path) as archive:
            members = [info for info in archive.infolist() if info.filename.lower().endswith(".csv")]
            if not members:
                return None
            with archive.open(max(members, key=lambda info: info.file_size)) as member:
                start = member.readline(2**16)
    if not parquet:
        with guards.reading(path.name, "csv"):
            header = next(csv.reader([decode(start).text.strip()], delimiter=separator(decode(start).text)), [])
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
            "Stock SIRENE introuvable",
            where=str(path),
            todo="spaser telecharger sirene_unites_legales sirene_etablissements",
        )
    if zipfile.is_zipfile(path):
        path = _unpacked(path, cache)
    with path.open("rb") as file:
        parquet = file.read(4) == b"PAR1"
    frame = pl.scan_parquet(path) if parquet else _scan_csv(path)
    header = frame.collect_schema().names()
    match = recognise(header)
    if match is None or "stock" not in formats()[match[0]]:
        raise evidence.unknown(path, header)
    absent = [word for word in formats()[match[0]]["columns"] if word not in match[1].values()]
    worded = frame.select(
        *(pl.col(heading).cast(pl.String).alias(word) for heading, word in match[1].items()),
        *(pl.lit(None, dtype=pl.String).alias(word) for word in absent),
    )
    return Opened(path, "parquet" if parquet else "csv", match[0], worded)


def _scan_csv(path: Path) -> pl.LazyFrame:
    with path.open("rb") as file:
        line = decode(file.readline()).text
    return pl.scan_csv(path, separator=separator(line), infer_schema=False)


def _unpacked(path: Path, cache: Path) -> Path:
    """The one member of an archive beside the other cached files, unpacked again only when its size differs."""
    with guards.reading(path.name, "zip"), zipfile.ZipFile(path) as archive:
        member = max(archive.infolist(), key=lambda info: info.file_size)
        target = cache / Path(member.filename).name
        if not target.is_file() or target.stat().st_size != member.file_size:
            partial = leftovers.temporary(cache)
            with archive.open(member) as source, partial.open("wb") as copy:
                shutil.copyfileobj(source, copy, 4 * 2**20)
            partial.replace(target)
    return target
