"""Potential: what a buyer buys × who in the ESS could supply it."""

from spaser.potential.programme import of_programme
from spaser.potential.projection import (
    advise,
    allotment,
    balance,
    by_family,
    candidates,
    covered,
    describe,
    ladder,
    learned,
    matches,
    members,
    needs,
    net,
    of_spend,
    opportunities,
    supply,
)

__all__ = [
    "advise",
    "allotment",
    "balance",
    "by_family",
    "candidates",
    "covered",
    "describe",
    "ladder",
    "learned",
    "matches",
    "members",
    "needs",
    "net",
    "of_programme",
    "of_spend",
    "opportunities",
    "supply",
]
