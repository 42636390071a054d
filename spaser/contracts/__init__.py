"""Contracts: one judged row per contract, its holders, its versions, its consultation, and what became of each source record."""

from spaser.contracts.assembly import (
    ESSENTIAL,
    Contracts,
    accounts,
    alone,
    as_of_default,
    build,
    compared,
    described,
    essential,
    last_publication,
    settled,
)

__all__ = [
    "ESSENTIAL",
    "Contracts",
    "accounts",
    "alone",
    "as_of_default",
    "build",
    "compared",
    "described",
    "essential",
    "last_publication",
    "settled",
]
