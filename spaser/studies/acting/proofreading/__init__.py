"""The documents of a consultation proofread: what they say, forget or contradict, lot by lot, and the texts to paste."""

from spaser.studies.acting.proofreading.compose import CHECK, CLASHES, LACKS, MET, Proof, proofread
from spaser.studies.acting.proofreading.compose import proofread as study
from spaser.studies.acting.proofreading.handover import findings, report, summary, write

__all__ = [
    "CHECK",
    "CLASHES",
    "LACKS",
    "MET",
    "Proof",
    "findings",
    "proofread",
    "report",
    "study",
    "summary",
    "write",
]
