"""Considerations: declared, written, held; when each consultation was launched; what it scores."""

from spaser.considerations.knowledge import (
    announced,
    declared,
    doubts,
    gaps,
    known,
)

__all__ = [
    "announced",
    "declared",
    "doubts",
    "gaps",
    "known",
]
