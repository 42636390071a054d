"""A prepared copy of large files: laid by buyer, judged and measured once, then read by any diagnostic, comparison or batch.

It stands beside the files (or in the folder of ``--cache``) and is known by content: files that changed, another version of
the kit or of its rules, or a damaged copy are as if there were none. It is published in one move, never half written.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

import spaser
from spaser import sources
from spaser.guards import leftovers
from spaser.sources import archives
from spaser.sources.contracts import copies
from spaser.sources.contracts.store import summed

Paths = str | Path | Sequence[str | Path]
NOTE = "copie.json"
_FAULTS = (OSError, ValueError, KeyError, TypeError, RecursionError, pl.exceptions.PolarsError)


@dataclass(frozen=True)
class Prepared(sources.Reading):
    """The reading of a copy, with its last day, the catalogue of its buyers, and its contracts judged and scored."""

    last_day: date = date.min
    catalogue: pl.DataFrame | None = None
    measured: pl.LazyFrame | None = None


def opened(
    paths: Paths,
    *,
    cache: Path | None = None,
    progress: Callable[[str, float], None] | None = None,
    acheteur: str | None = None,
) -> sources.Reading:
    """The reading of contracts: from their prepared copy when there is one that is right, else from the files."""
    found = None if acheteur else find(paths, cache)
    return found or sources.read(paths, cache=cache, progress=progress, acheteur=acheteur)


def find(paths: Paths, cache: Path | None = None) -> Prepared | None:
    """The copy of these very files, made by this very kit; None when there is none that is whole and right."""
    members, aside = archives.members(paths)
    there = _place(members, cache)
    if aside or not (there / NOTE).is_file():
        return None
    try:
        said = json.loads((there / NOTE).read_text(encoding="utf-8"))
        if said["kit"] != kit() or not _same(members, said["fichiers"]) or not _whole(there, said["parts"]):
            return None
        reading = copies.reopen(there, said["sources"])
        return Prepared(
            **{one.name: getattr(reading, one.name) for one in fields(reading)},
            last_day=date.fromisoformat(said["arrete"]),
            catalogue=pl.read_parquet(there / "acheteurs.parquet", glob=False),
            measured=pl.scan_parquet(there / "mesures.parquet", glob=False),
        )
    except _FAULTS:
        return None


def place(paths: Paths, cache: Path | None = None) -> Path:
    """Where the copy of these files is, or would be."""
    return _place(archives.members(paths)[0], cache)


def publish(
    paths: Paths, reading: sources.Reading, day: date, buyers: pl.DataFrame, measured: pl.LazyFrame, cache: Path | None
) -> Path:
    """Write the copy of a reading and what was computed from it; an older one is replaced at once, or kept if this fails."""
    members, _ = archives.members(paths)
    target = _place(members, cache)
    target.parent.mkdir(parents=True, exist_ok=True)
    leftovers.sweep(target.parent)
    folder, former = leftovers.temporary(target.parent), leftovers.temporary(target.parent)
    try:
        folder.mkdir(mode=0o700)
        told = copies.lay(reading, folder)
        buyers.write_parquet(folder / "acheteurs.parquet")
        measured.sink_parquet(folder / "mesures.parquet")
        parts = {path.relative_to(folder).as_posix(): summed(path) for path in sorted(folder.rglob("*.parquet"))}
        files = [{**_stamp(one), "sha256": said["sha256"]} for one, said in zip(members, told, strict=True)]
        note = {"kit": kit(), "arrete": day.isoformat(), "fichiers": files, "sources": told, "parts": parts}
        (folder / NOTE).write_text(json.dumps(note, ensure_ascii=False), encoding="utf-8")
        if target.exists():
            target.replace(former)
        folder.replace(target)
    finally:
        for one in (folder, former):
            shutil.rmtree(one, ignore_errors=True)
    return target


@cache
def kit() -> str:
    """This kit: its code and its rules, by content."""
    root, mark = Path(spaser.__file__).parent, hashlib.sha256(spaser.__version__.encode() + pl.__version__.encode())
    for path in sorted((*root.rglob("*.py"), *(root / "reference").rglob("*.*"))):
        mark.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return mark.hexdigest()


def _place(members: Sequence[archives.Member], cache: Path | None) -> Path:
    """Where the copy of these files stands; its name begins with a dot, so that a folder read whole does not read it."""
    names = json.dumps([[one.source, one.inner] for one in members])
    return (cache or members[0].path.parent) / f".prepare-{hashlib.sha256(names.encode()).hexdigest()[:16]}"


def _stamp(member: archives.Member) -> dict[str, Any]:
    stat = member.path.stat()
    return {"taille": stat.st_size, "modifie": stat.st_mtime_ns}


def _same(members: Sequence[archives.Member], known: Sequence[dict[str, Any]]) -> bool:
    """The files are those of the copy: neither size nor date changed, else their content is read and compared."""
    if len(members) != len(known):
        return False
    return all(
        _stamp(one).items() <= said.items() or _content(one) == said["sha256"]
        for one, said in zip(members, known, strict=True)
    )


def _content(member: archives.Member) -> str:
    mark = hashlib.sha256()
    with member.open() as stream:
        while block := stream.read(1 << 20):
            mark.update(block)
    return mark.hexdigest()


def _whole(place: Path, parts: dict[str, list[int]]) -> bool:
    return bool(parts) and all(summed(place / name) == mark for name, mark in parts.items())
