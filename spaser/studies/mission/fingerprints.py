"""What a result depends on, by content: a file touched but not changed is the same; one changed inside a folder is not."""

from __future__ import annotations

import glob
import hashlib
import json
import os
from collections.abc import Sequence
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import spaser

_PIECE = 1 << 20


def fingerprint(said: dict[str, Any], paths: Sequence[str]) -> str:
    """What a report depends on: what was asked, the version of the kit, its references, and the content of every member of each path."""
    mark = hashlib.sha256(
        json.dumps(said, sort_keys=True, default=str).encode("utf-8", "surrogatepass") + spaser.__version__.encode()
    )
    mark.update(_references().encode())
    for path in paths:
        for one in members(path):
            mark.update(f"{one.name}:{content(one)}".encode("utf-8", "surrogatepass"))
    return mark.hexdigest()


def members(path: str | Path) -> list[Path]:
    """The files behind a path: a folder's, a pattern's, or the file itself; none when it is not there."""
    place = Path(path)
    if os.path.isfile(place):  # noqa: PTH113 a name too long for the system is no file, and no failure
        return [place]
    found = place.rglob("*") if os.path.isdir(place) else map(Path, glob.glob(str(path), recursive=True))  # noqa: PTH112, PTH207 as above; an absolute pattern
    return sorted(one for one in found if one.is_file())


def content(path: Path) -> str:
    """The SHA-256 of a file; a file that cannot be read is told apart from any that can."""
    try:
        stat = path.stat()
        return _content(path, stat.st_size, stat.st_mtime_ns)
    except OSError:
        return "illisible"


@lru_cache(maxsize=1024)
def _content(path: Path, size: int, changed: int) -> str:
    """Read once in a run, whatever the number of buyers that depend on it."""
    mark = hashlib.sha256()
    with path.open("rb") as stream:
        while piece := stream.read(_PIECE):
            mark.update(piece)
    return mark.hexdigest()


@lru_cache(maxsize=1)
def _references() -> str:
    """The law and the method in force."""
    folder = Path(str(resources.files("spaser") / "reference"))
    return hashlib.sha256("".join(content(one) for one in sorted(folder.glob("*.*"))).encode()).hexdigest()
