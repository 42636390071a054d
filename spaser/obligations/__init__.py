"""Obligations: which duty weighs on which contract and on which buyer; a readiness, never a verdict."""

from spaser.obligations.declared import Declared
from spaser.obligations.spending import agec
from spaser.obligations.weighing import (
    aimed,
    buyer_duties,
    catalogue,
    duties,
    kinds_counted,
    kinds_of,
    questions,
    readiness,
    reserved,
    targets,
    to_see,
    undecided,
)

__all__ = [
    "Declared",
    "agec",
    "aimed",
    "buyer_duties",
    "catalogue",
    "duties",
    "kinds_counted",
    "kinds_of",
    "questions",
    "readiness",
    "reserved",
    "targets",
    "to_see",
    "undecided",
]
