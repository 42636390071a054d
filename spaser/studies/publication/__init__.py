"""The publication of a SPASER."""

from spaser.studies.publication.compared import Edition, compare
from spaser.studies.publication.compose import (
    comparison,
    measurer,
    national_targets,
    placed,
    publish,
    roads,
)
from spaser.studies.publication.compose import publish as study
from spaser.studies.publication.files import findings, report, summary, write

__all__ = [
    "Edition",
    "compare",
    "comparison",
    "findings",
    "measurer",
    "national_targets",
    "placed",
    "publish",
    "report",
    "roads",
    "study",
    "summary",
    "write",
]
