"""What the kit wrote in a folder of results, by content: what differs later was written by a person, and is never replaced.

One small file, ``.ecrits.json``, holds the SHA-256 of each result as it was written: the last ones, so that a run stopped between
this note and the file itself is not taken for a person.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from spaser.guards import leftovers

NAME = ".ecrits.json"
_KEPT = 3


def note(files: Iterable[tuple[Path, str]]) -> None:
    """Remember what these files hold or are about to hold (their SHA-256)."""
    folders: dict[Path, dict[str, str]] = {}
    for path, mark in files:
        folders.setdefault(path.parent, {})[path.name] = mark
    for folder, marks in folders.items():
        known = marks_of(folder)
        for name, mark in marks.items():
            known[name] = [*(one for one in known.get(name, []) if one != mark), mark][-_KEPT:]
        keep(folder, known)


def keep(folder: Path, marks: dict[str, list[str]]) -> None:
    """Write the marks of a folder, whole."""
    temporary = leftovers.temporary(folder)
    temporary.write_text(json.dumps(marks, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    temporary.replace(folder / NAME)


def ours(path: Path) -> bool:
    """Whether a file is as the kit wrote it."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() in marks_of(path.parent).get(path.name, [])
    except OSError:
        return False


def marks_of(folder: Path) -> dict[str, list[str]]:
    """The marks of each file of a folder; none when they were lost."""
    try:
        found = json.loads((folder / NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {
        str(name): [str(one) for one in (marks if isinstance(marks, list) else [marks])]
        for name, marks in found.items()
    }
