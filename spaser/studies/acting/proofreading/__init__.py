"""The documents of a consultation proofread: what they say, forget or contradict, lot by lot, and the texts to paste."""

from spaser.studies.acting.proofreading.compose import Proof, proofread
from spaser.studies.acting.proofreading.compose import proofread as study
from spaser.studies.acting.proofreading.handover import findings, report, summary, write
from spaser.studies.acting.proofreading.reading import (
    CHECK,
    CLASHES,
    FORBIDDEN,
    GOOD,
    IN_ORDER,
    LACKS,
    MAYBE,
    MET,
    NOT_DUE,
    STATES,
)

__all__ = [
    "CHECK",
    "CLASHES",
    "FORBIDDEN",
    "GOOD",
    "IN_ORDER",
    "LACKS",
    "MAYBE",
    "MET",
    "NOT_DUE",
    "STATES",
    "Proof",
    "findings",
    "proofread",
    "report",
    "study",
    "summary",
    "write",
]
