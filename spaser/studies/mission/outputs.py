"""What a mission gives: each run writes one new dated folder whole under ``sorties/``, and ``dernier.txt`` names it."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from spaser.deliverables import files, written
from spaser.guards import leftovers
from spaser.problems import Problem
from spaser.studies.mission.fingerprints import content

LAST = "dernier.txt"


@dataclass
class Run:
    """A run being written: ``writing`` is where its files go; ``folder``, once it is done, where they are."""

    writing: Path
    folder: Path | None = None

    def final(self, path: Path | str) -> Path:
        """Where a file written during the run is found once it is done."""
        return (self.folder or self.writing) / Path(path).relative_to(self.writing)


@contextlib.contextmanager
def run(outputs: Path, verb: str, now: datetime) -> Iterator[Run]:
    """A new dated folder, there whole once the block is left, or not at all.

    Parameters
    ----------
    outputs
        ``sorties/`` of the mission.
    verb
        What was asked (« diagnostic »): it is in the name, after the day and the hour.

    Raises
    ------
    Problem
        The folder cannot be written to.
    """
    try:
        outputs.mkdir(parents=True, exist_ok=True)
        leftovers.sweep(outputs)
        writing = leftovers.temporary(outputs)
        writing.mkdir(mode=0o700)
    except OSError as failure:
        raise Problem(
            "Impossible d'écrire dans le dossier des sorties",
            where=str(outputs),
            todo="Vérifiez vos droits, ou donnez un autre dossier avec --sortie",
        ) from failure
    made = Run(writing)
    try:
        yield made
        mark(writing)
        made.folder = _settled(writing, outputs / f"{now:%Y-%m-%d_%Hh%M}_{verb}")
        files.write_atomic(outputs / LAST, f"{made.folder.name}\n".encode())
    finally:
        if made.folder is None:
            shutil.rmtree(writing, ignore_errors=True)


def _settled(writing: Path, wanted: Path) -> Path:
    """The folder under its name; a run of the same minute takes a number."""
    files.open_to_readers(writing, folder=True)
    target, rank = wanted, 2
    while target.exists():
        target, rank = wanted.with_name(f"{wanted.name}_{rank}"), rank + 1
    return writing.rename(target)


def last(outputs: Path, verb: str = "") -> Path | None:
    """The folder of the last run (of this verb when one is given); null before the first.

    ``dernier.txt`` says which; when it is lost or names a folder that was moved, the names say it.
    """
    with contextlib.suppress(OSError, UnicodeDecodeError):
        named = outputs / (outputs / LAST).read_text(encoding="utf-8").strip()
        if named.is_dir() and named != outputs and (not verb or _verb(named) == verb):
            return named
    found = sorted(path for path in outputs.glob("[0-9]*_*") if path.is_dir() and (not verb or _verb(path) == verb))
    return found[-1] if found else None


def edited(outputs: Path) -> list[Path]:
    """The folders of runs where a person changed a table since it was written, the oldest first."""
    runs = sorted(path for path in outputs.glob("[0-9]*_*") if path.is_dir())
    return [
        run
        for run in runs
        if books(run) or any(_changed(run / name, marks) for name, marks in written.marks_of(run).items())
    ]


def books(run: Path) -> list[Path]:
    """The workbooks of a run that a person saved since they were written (those of nobody's writing are left alone)."""
    found = [path for path in sorted(run.rglob("*.xlsx")) if not path.name.startswith(("~", "."))]
    return [path for path in found if path.name in written.marks_of(path.parent) and not written.ours(path)]


def _changed(path: Path, marks: Sequence[str]) -> bool:
    return path.suffix == ".csv" and path.is_file() and content(path) not in marks


def mark(folder: Path) -> None:
    """Remember the tables as they are now: what differs later was written by a person."""
    tables = {path.name: [content(path)] for path in sorted(folder.glob("*.csv"))}
    written.keep(folder, written.marks_of(folder) | tables)
    written.note((path, content(path)) for path in books(folder))


def _verb(folder: Path) -> str:
    parts = folder.name.split("_")
    return parts[2] if len(parts) > 2 else ""
