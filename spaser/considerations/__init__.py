"""Considerations: declared, written, held; when each consultation was launched; what it scores."""

from spaser.considerations.known import (
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
