"""The day of the computer, for the notebooks: read here when something is opened or decided, and passed on; never in a computation."""

from __future__ import annotations

from datetime import date


def today() -> date:
    """The reader's day."""
    return date.today()
