"""Indicators: measures of any set of contracts, and what is done with them (peers, editions, targets, explanation)."""

from spaser.indicators.measuring import (
    count,
    measure,
    merged,
)

__all__ = [
    "count",
    "measure",
    "merged",
]
