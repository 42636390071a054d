"""Detection: a text → the considerations it states, each quoted, with its carrier and how sure we are."""

from spaser.detection.review import to_review
from spaser.detection.search import (
    CARRIERS,
    COUNTED,
    TITLES,
    detect,
    fold,
    highlight,
    read,
    summarise,
)

__all__ = [
    "CARRIERS",
    "COUNTED",
    "TITLES",
    "detect",
    "fold",
    "highlight",
    "read",
    "summarise",
    "to_review",
]
