"""One writer at a time in a folder: two notebooks that decide at once lose neither decision."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from spaser.problems import Problem

_NAME = ".verrou"
#: A writing takes milliseconds: a lock older than this was left by a process that was stopped.
_STALE = 20.0
_PAUSE = 0.05


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder while a file of it is read, changed and written.

    Raises
    ------
    Problem
        The folder cannot be written to.
    """
    lock = folder / _NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        while not _taken(lock):
            time.sleep(_PAUSE)
    except OSError as failure:
        raise Problem(
            "Impossible d'écrire dans ce dossier",
            where=str(folder),
            todo="Vérifiez vos droits sur ce dossier, et la place libre",
        ) from failure
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)


def _taken(lock: Path) -> bool:
    """Whether the lock is now ours; one left by a stopped process is taken over."""
    try:
        os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        return True
    except FileExistsError:
        with contextlib.suppress(OSError):
            if time.time() - lock.stat().st_mtime > _STALE:
                lock.unlink(missing_ok=True)
        return False
