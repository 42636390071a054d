"""The purchasing potential of a buyer, from its contracts or its spend file."""

from spaser.studies.potential.compose import (
    Ground,
    Opportunities,
    chosen,
    ground,
    place,
    places,
    potential_of,
    taken,
)
from spaser.studies.potential.compose import potential_of as study
from spaser.studies.potential.handover import findings, report, summary, write
from spaser.studies.potential.offer import structures

__all__ = [
    "Ground",
    "Opportunities",
    "chosen",
    "findings",
    "ground",
    "place",
    "places",
    "potential_of",
    "report",
    "structures",
    "study",
    "summary",
    "taken",
    "write",
]
