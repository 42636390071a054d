"""Where what was read is kept: memory for small files, Parquet parts in a cache folder for large ones.

A kept reading is found again by the content of its file, so the second run costs nothing. It holds no file name and
no clock: the same bytes give the same parts.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import polars as pl

from spaser.sources.archives import Member
from spaser.vocabulary import RAW, REJECTS

#: Changes when the rows made from the same bytes change.
VERSION = 1
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
        root = Path(self.folder) if self.folder else Path(_temporary().name)
        root.mkdir(parents=True, exist_ok=True)
        return root

    def find(self, member: Member) -> Kept | None:
        """The kept reading of a member whose path, size and date have not changed."""
        note = self.root / f"{_digest(member.stamp())}.json"
        if not note.is_file():
            return None
        return self._load(json.loads(note.read_text(encoding="utf-8"))["sha256"])

    def _load(self, sha256: str) -> Kept | None:
        place = self._place(sha256)
        try:
            said = json.loads((place / "compte.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        parts = sorted(place.glob("part-*.parquet"))
        raw = pl.scan_parquet(parts) if parts else RAW.empty().lazy()
        return Kept(raw=raw, rejects=pl.read_parquet(place / "rejets.parquet"), **said)

    def _place(self, sha256: str) -> Path:
        return self.root / f"{sha256[:32]}-v{VERSION}"

    def keep(self, member: Member, sheaf: Sheaf) -> Kept:
        """Publish the parts of a reading in one move; a reading kept meanwhile by another run is taken instead."""
        place = self._place(sheaf.sha256)
        sheaf.close()
        said = {"lus": sheaf.lus, "dialecte": sheaf.dialecte, "octets": sheaf.octets, "sha256": sheaf.sha256}
        (sheaf.folder / "compte.json").write_text(json.dumps(said), encoding="utf-8")
        sheaf.rejects.write_parquet(sheaf.folder / "rejets.parquet")
        if place.exists() and self._load(sheaf.sha256) is None:
            shutil.rmtree(place, ignore_errors=True)
        try:
            sheaf.folder.replace(place)
        except OSError:
            shutil.rmtree(sheaf.folder, ignore_errors=True)
        note = self.root / f"{_digest(member.stamp())}.json"
        note.write_text(json.dumps({"sha256": sheaf.sha256}), encoding="utf-8")
        kept = self._load(sheaf.sha256)
        return kept if kept is not None else sheaf.kept()


@cache
def _temporary() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="spaser-", ignore_cleanup_errors=True)


def _digest(text: str) -> str:
    return hashlib.sha256(f"{VERSION}|{text}".encode("utf-8", "surrogatepass")).hexdigest()[:32]


class Sheaf:
    """RAW rows gathered while a content is read: in memory, or written by parts on another thread."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="lecture-", dir=folder)) if folder else None
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
