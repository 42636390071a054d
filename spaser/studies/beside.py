"""What is read beside contracts: the notices that launched them, the documents of their consultations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spaser.sources.documents import Progress
from spaser.sources.notices import Notices, read_notices
from spaser.studies.clauses import Clauses, clauses


@dataclass(frozen=True, eq=False)
class Beside:
    """Notices and documents read; nothing given, nothing read."""

    notices: Notices | None = None
    pieces: Clauses | None = None

    @property
    def options(self) -> dict[str, Any]:
        """As ``diagnose`` and ``publish`` take them."""
        return {"notices": self.notices, "pieces": self.pieces}


def read(notices: Sequence[str | Path] = (), pieces: Sequence[str | Path] = (), progress: Progress = None) -> Beside:
    """The notices and documents of these paths: the same for a command, a report and a notebook.

    Raises
    ------
    Problem
        What is named cannot be read.
    """
    return Beside(
        read_notices(list(notices), progress=progress) if notices else None,
        clauses(list(pieces), progress=progress) if pieces else None,
    )
