"""The purchasing potential of a buyer's spend file."""

from spaser.studies.potential.spend.compose import SpendOpportunities, place_of, potential_of_spend, siren_of
from spaser.studies.potential.spend.compose import potential_of_spend as study
from spaser.studies.potential.spend.handover import findings, report, summary, write

__all__ = [
    "SpendOpportunities",
    "findings",
    "place_of",
    "potential_of_spend",
    "report",
    "siren_of",
    "study",
    "summary",
    "write",
]
