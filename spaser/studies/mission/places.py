"""Where missions are: the demo's, the one of a folder, those of a list; and whose decisions are kept."""

from __future__ import annotations

import shutil
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

from spaser import shipped
from spaser.guards import leftovers
from spaser.studies.mission.deciding import Decisions
from spaser.studies.mission.model import DECISIONS, NAME, Mission

HOME = shipped.demo() / "demo"


def here(folder: Path | str = ".") -> Path | None:
    """The folder itself when it is a mission."""
    place = Path(folder)
    return place if (place / NAME).is_file() else None


def listed(folder: Path | str) -> list[Path]:
    """The missions of a folder, by name: those of its own folders, and the demo last."""
    own = sorted(path.parent for path in Path(folder).glob(f"*/{NAME}") if path.parent.resolve() != HOME.resolve())
    return [*own, *([HOME] if (HOME / NAME).is_file() else [])]


def decisions(mission: Mission) -> Decisions:
    """The decisions of a mission; on a demo they are tried on a copy, forgotten with the session."""
    own = mission.home.resolve()
    return Decisions(_tried(own)[1] if mission.demo else own / DECISIONS)


@lru_cache(maxsize=4)
def _tried(home: Path) -> tuple[Any, Path]:
    folder = tempfile.TemporaryDirectory(prefix=leftovers.prefix(), ignore_cleanup_errors=True)
    copy = Path(folder.name) / DECISIONS
    if (home / DECISIONS).is_dir():
        shutil.copytree(home / DECISIONS, copy)
    return folder, copy
