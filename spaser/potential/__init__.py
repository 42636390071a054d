"""Potential: what a buyer buys × who in the ESS could supply it."""

from spaser.potential.likeness import resemblance
from spaser.potential.past import similar
from spaser.potential.programme import of_programme
from spaser.potential.projection import (
    advise,
    allotment,
    balance,
    by_family,
    candidates,
    counted,
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
    settled,
    states,
    supplied,
    supply,
)

__all__ = [
    "advise",
    "allotment",
    "balance",
    "by_family",
    "candidates",
    "counted",
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
    "resemblance",
    "settled",
    "similar",
    "states",
    "supplied",
    "supply",
]
