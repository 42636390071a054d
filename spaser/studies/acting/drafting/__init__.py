"""Clauses ready to paste for a need and its levers, and what the law says of that need before they are pasted."""

from spaser.studies.acting.drafting.compose import (
    PIECES,
    REGIMES,
    WARNING,
    Text,
    codes,
    draft,
    hours_of,
    labels,
    levers,
    silent,
)
from spaser.studies.acting.drafting.compose import draft as study
from spaser.studies.acting.drafting.handover import notes_of, report, section_of, write
from spaser.studies.acting.drafting.need import Need, Share
from spaser.studies.acting.drafting.regimes import OPEN, PUBLICS, dispense
from spaser.studies.acting.drafting.reserving import to_check

__all__ = [
    "OPEN",
    "PIECES",
    "PUBLICS",
    "REGIMES",
    "WARNING",
    "Need",
    "Share",
    "Text",
    "codes",
    "dispense",
    "draft",
    "hours_of",
    "labels",
    "levers",
    "notes_of",
    "report",
    "section_of",
    "silent",
    "study",
    "to_check",
    "write",
]
