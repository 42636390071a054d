"""Considerations: declared, written, held; when each consultation was launched; what it scores."""

from spaser.considerations.constant import constant as constant_answers
from spaser.considerations.knowledge import (
    announced,
    declared,
    doubts,
    gaps,
    known,
)

__all__ = [
    "announced",
    "constant_answers",
    "declared",
    "doubts",
    "gaps",
    "known",
]
