"""Which column of the spend file is what, as decided in a mission: ``correspondance.toml`` of its decisions, for notebooks and commands alike."""

from __future__ import annotations

from pathlib import Path

from spaser.deliverables import files
from spaser.sources import ledgers
from spaser.studies.mission.locks import locked

MAPPING, _BEFORE = "correspondance.toml", "correspondance-precedente.toml"


def columns(folder: Path) -> Path | None:
    """The columns decided, in a folder of decisions; None while nobody decided."""
    path = folder / MAPPING
    return path if path.is_file() else None


def keep_columns(folder: Path, mapping: ledgers.Mapping, said: str) -> None:
    """Write the columns decided, ``said`` telling who and when; what stood there is kept beside, for ``undo_columns``."""
    with locked(folder):
        before = columns(folder)
        files.write_atomic(folder / _BEFORE, before.read_bytes() if before else b"")
        files.write_atomic(folder / MAPPING, ledgers.mapping_text(mapping, said).encode("utf-8", errors="replace"))


def undo_columns(folder: Path) -> bool:
    """Put back what stood before the last decision; whether there was one to undo."""
    with locked(folder):
        before = folder / _BEFORE
        if not before.is_file():
            return False
        if held := before.read_bytes():
            files.write_atomic(folder / MAPPING, held)
        else:
            (folder / MAPPING).unlink(missing_ok=True)
        before.unlink()
        return True
