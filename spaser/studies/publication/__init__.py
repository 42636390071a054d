"""The publication of a SPASER."""

from spaser.studies.publication.compose import (
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
