"""Which column of the spend file is what, as decided in a mission: ``correspondance.toml`` of its decisions, for notebooks and commands alike."""

from __future__ import annotations

from pathlib import Path

from spaser.sources import ledgers
from spaser.studies.mission.locks import locked

NAME, BEFORE = "correspondance.toml", "correspondance-precedente.toml"


def columns(folder: Path) -> Path | None:
    """The columns decided, in a folder of decisions; None while nobody decided."""
    path = folder / NAME
    return path if path.is_file() else None


def keep_columns(folder: Path, mapping: ledgers.Mapping) -> Path:
    """Write the columns decided; what stood there is kept beside, for ``undo_columns``."""
    with locked(folder):
        before = columns(folder)
        (folder / BEFORE).write_bytes(before.read_bytes() if before else b"")
        return ledgers.write_mapping(mapping, folder / NAME)


def undo_columns(folder: Path) -> bool:
    """Put back what stood before the last decision; whether there was one to undo."""
    with locked(folder):
        before = folder / BEFORE
        if not before.is_file():
            return False
        held = before.read_bytes()
        if held.strip():
            (folder / NAME).write_bytes(held)
        else:
            (folder / NAME).unlink(missing_ok=True)
        before.unlink()
        return True
