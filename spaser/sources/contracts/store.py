"""Where what was read is kept: memory for small files, Parquet parts in a cache folder for large ones.

A kept reading is found again by the content of its file, so the second run costs nothing. It holds no file name and
no clock: the same bytes give the same parts.
"""

from __future__ import annotations

import atexit
import hashlib
import json
import re
import shutil
import tempfile
import zlib
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from spaser.guards import leftovers
from spaser.problems import Problem
from spaser.sources.archives import Member
from spaser.vocabulary import RAW, REJECTS

#: Changes when the rows made from the same bytes change.
VERSION = 2
#: Contents larger than this go to disk.
IN_MEMORY = 48 << 20
PART_ROWS = 60_000


@dataclass(frozen=True)
class Kept:
    """What was read of one content: its RAW rows, what was refused, its accounts."""

    raw: pl.LazyFrame
    rejects: pl.DataFrame
    lus: int
    dialecte: str
    octets: int
    sha256: str


@dataclass
class Store:
    """A folder of kept readings; without one, a temporary folder that lives as long as the program."""

    folder: Path | None = None
    stamps: dict[str, str] = field(default_factory=dict)

    @property
    def root(self) -> Path:
        return _swept(Path(self.folder)) if self.folder else _temporary()

    def find(self, member: Member) -> Kept | None:
        """The kept reading of a member whose path, size and date have not changed; None when it is not there whole."""
        note = self.root / f"{_digest(member.stamp())}.json"
        said = _said(note)
        sha256 = said.get("sha256")
        return self._load(sha256) if isinstance(sha256, str) and re.fullmatch("[0-9a-f]{64}", sha256) else None

    def _load(self, sha256: str, place: Path | None = None) -> Kept | None:
        """A kept reading, when all its parts are there as they were written; anything else is as if it were absent."""
        place = place or self._place(sha256)
        said = _said(place / "compte.json")
        parts = said.get("parts")
        if (
            said.get("sha256") != sha256
            or not isinstance(parts, dict)
            or any(summed(place / name) != mark for name, mark in parts.items())
        ):
            return None
        paths = [place / name for name in sorted(parts) if name.startswith("part-")]
        try:
            raw = pl.scan_parquet(paths, glob=False) if paths else RAW.empty().lazy()
            if paths and int(raw.select(pl.len()).collect().item()) != said["lignes"]:
                return None
            rejects = pl.read_parquet(place / "rejets.parquet", glob=False)
            return Kept(raw, rejects, int(said["lus"]), str(said["dialecte"]), int(said["octets"]), sha256)
        except (KeyError, TypeError, ValueError, OSError, pl.exceptions.PolarsError):
            return None

    def _place(self, sha256: str) -> Path:
        return self.root / f"{sha256[:32]}-v{VERSION}"

    def keep(self, member: Member, sheaf: Sheaf) -> Kept:
        """Publish the parts of a reading in one move; a reading kept meanwhile by another run is taken instead."""
        place, folder = self._place(sheaf.sha256), sheaf.folder
        sheaf.close()
        if folder is None:
            return sheaf.kept()
        sheaf.rejects.write_parquet(folder / "rejets.parquet")
        parts = {path.name: summed(path) for path in sorted(folder.glob("*.parquet"))}
        said = {
            "lus": sheaf.lus,
            "dialecte": sheaf.dialecte,
            "octets": sheaf.octets,
            "sha256": sheaf.sha256,
            "lignes": sheaf.total,
            "parts": parts,
        }
        (folder / "compte.json").write_text(json.dumps(said), encoding="utf-8")
        if place.exists() and self._load(sheaf.sha256) is None:
            shutil.rmtree(place, ignore_errors=True)
        try:
            folder.replace(place)
        except OSError:  # another run kept it first, or a part of the old one is held open: ours serves until the end
            place = place if self._load(sheaf.sha256) is not None else folder
        kept = self._load(sheaf.sha256, place)
        if kept is None:
            raise Problem(
                "Le dossier de travail ne garde pas ce qui y est écrit",
                where=str(self.root),
                todo="Vérifiez la place libre, ou donnez un autre dossier avec --cache",
            )
        if place == folder:
            sheaf.folder = None
        else:
            _noted(self.root / f"{_digest(member.stamp())}.json", {"sha256": sheaf.sha256})
        return kept


def _said(path: Path) -> dict[str, Any]:
    """A note of the cache; nothing when it is absent, cut, or is no note."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _noted(path: Path, said: dict[str, Any]) -> None:
    """Write a note whole or not at all: a full disk leaves no empty note behind."""
    temporary = leftovers.temporary(path.parent)
    try:
        temporary.write_text(json.dumps(said), encoding="utf-8")
        temporary.replace(path)
    except OSError:  # without the note the file is only read again
        temporary.unlink(missing_ok=True)


def summed(path: Path) -> list[int]:
    """Size and sum of a part, to know it again; nothing when it cannot be read."""
    total = size = 0
    try:
        with path.open("rb") as stream:
            while block := stream.read(4 << 20):
                total, size = zlib.crc32(block, total), size + len(block)
    except OSError:
        return []
    return [size, total]


@cache
def _swept(root: Path) -> Path:
    """The cache's folder, made if needed, without what killed runs left in it."""
    root.mkdir(parents=True, exist_ok=True)
    leftovers.sweep(root)
    return root


@cache
def _temporary() -> Path:
    """A folder that lives as long as the program; those of killed runs are swept."""
    parent = Path(tempfile.gettempdir())
    leftovers.sweep(parent)
    folder = leftovers.temporary(parent)
    folder.mkdir(mode=0o700)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _digest(text: str) -> str:
    return hashlib.sha256(f"{VERSION}|{text}".encode("utf-8", "surrogatepass")).hexdigest()[:32]


class Sheaf:
    """RAW rows gathered while a content is read: in memory, or written by parts on another thread."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = leftovers.temporary(folder) if folder else None
        if self.folder:
            self.folder.mkdir(mode=0o700)
        self.total = 0
        self.frames: list[pl.DataFrame] = []
        self.rejects, self.lus, self.dialecte, self.octets, self.sha256 = REJECTS.empty(), 0, "", 0, ""
        self._rows = self._parts = 0
        self._dialects: dict[str, int] = {}
        self._writer = ThreadPoolExecutor(1) if folder else None
        self._writing: Future[None] | None = None

    def add(self, frame: pl.DataFrame) -> None:
        """Take the rows of a batch."""
        for name, count in frame["dialecte"].value_counts().rows():
            self._dialects[name] = self._dialects.get(name, 0) + count
        self.frames.append(frame)
        self._rows += len(frame)
        self.total += len(frame)
        if self.folder and self._rows >= PART_ROWS:
            self._flush()

    def end(self, *, lus: int, rejects: pl.DataFrame, octets: int, sha256: str, otherwise: str) -> Sheaf:
        """Close the accounts of the content."""
        self.lus, self.rejects, self.octets, self.sha256 = lus, rejects, octets, sha256
        names = sorted(self._dialects, key=lambda name: (-self._dialects[name], name))
        self.dialecte = " + ".join(names) or otherwise
        return self

    def _flush(self) -> None:
        if self._writing is not None:
            self._writing.result()
        frames, part, self.frames, self._rows = self.frames, self._parts, [], 0
        self._parts += 1
        if frames and self._writer and self.folder:
            self._writing = self._writer.submit(_write, frames, self.folder / f"part-{part:05}.parquet")

    def close(self) -> None:
        """Write what remains."""
        if self._writer:
            self._flush()
            self._writer.shutdown(wait=True)
            if self._writing is not None:
                self._writing.result()

    def drop(self) -> None:
        """Give up: nothing remains on disk."""
        if self._writer:
            self._writer.shutdown(wait=True)
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def kept(self) -> Kept:
        raw = pl.concat(self.frames) if self.frames else RAW.empty()
        return Kept(raw.lazy(), self.rejects, self.lus, self.dialecte, self.octets, self.sha256)


def _write(frames: list[pl.DataFrame], path: Path) -> None:
    pl.concat(frames).drop("source").write_parquet(path, compression="zstd", compression_level=1)
