"""Suppliers: who is in the ESS, who is inclusive, on a given day; what a buyer and a territory have of them."""

from spaser.suppliers.statuses import (
    access,
    conflicts,
    fuse,
    status,
)

__all__ = [
    "access",
    "conflicts",
    "fuse",
    "status",
]
