"""Clauses ready to paste for a need and its levers, and what the law says of that need before they are pasted."""

from spaser.studies.acting.drafting.compose import WARNING, Text, draft, hours_of, labels, levers, silent
from spaser.studies.acting.drafting.compose import draft as study
from spaser.studies.acting.drafting.conceding import HELD as CONCEDED
from spaser.studies.acting.drafting.handover import notes_of, report, section_of, write
from spaser.studies.acting.drafting.need import Need
from spaser.studies.acting.drafting.reserving import to_check

__all__ = [
    "CONCEDED",
    "WARNING",
    "Need",
    "Text",
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
