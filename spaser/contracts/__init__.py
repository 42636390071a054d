"""Contracts: one judged row per contract, its holders, its versions, its consultation, and what became of each source record."""

from spaser.contracts.assembly import (
    ESSENTIAL,
    Contracts,
    accounts,
    as_of_default,
    build,
    described,
    essential,
)

__all__ = [
    "ESSENTIAL",
    "Contracts",
    "accounts",
    "as_of_default",
    "build",
    "described",
    "essential",
]
