"""The whole diagnostic (PAMS), its mission and its batch."""

from spaser.studies.pams.compose import (
    SECTIONS,
    Study,
    Wishes,
    report,
    study,
)

__all__ = [
    "SECTIONS",
    "Study",
    "Wishes",
    "report",
    "study",
]
