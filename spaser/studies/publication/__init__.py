"""The publication of a SPASER."""

from spaser.studies.publication.study import (
    Edition,
    compare,
    comparison,
    measurer,
    national_targets,
    placed,
    publish,
    roads,
)

__all__ = [
    "Edition",
    "compare",
    "comparison",
    "measurer",
    "national_targets",
    "placed",
    "publish",
    "roads",
]
