"""Indicators: measures of any set of contracts, and what is done with them (peers, editions, targets, explanation)."""

from spaser.indicators.measuring import (
    measure,
)

__all__ = [
    "measure",
]
