"""The documents of a consultation proofread: what they say, forget or contradict, lot by lot, and the texts to paste."""

from spaser.studies.acting.proofreading.compose import Proof, proofread
from spaser.studies.acting.proofreading.compose import proofread as study
from spaser.studies.acting.proofreading.handover import findings, report, summary, write
from spaser.studies.acting.proofreading.reading import CHECK, CLASHES, LACKS, MAYBE, MET

__all__ = [
    "CHECK",
    "CLASHES",
    "LACKS",
    "MAYBE",
    "MET",
    "Proof",
    "findings",
    "proofread",
    "report",
    "study",
    "summary",
    "write",
]
