"""Notices: BOAMP, TED and eForms → one row per notice, its lots, its criteria."""

from spaser.sources.notices.reading import (
    Notices,
    announced,
    filled_of,
    read_notices,
    texts,
)

__all__ = [
    "Notices",
    "announced",
    "filled_of",
    "read_notices",
    "texts",
]
