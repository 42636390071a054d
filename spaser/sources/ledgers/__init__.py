"""Spend files: a buyer's ledger read into lines that add up to the cent."""

from spaser.sources.ledgers.lines import (
    PURCHASES,
    Ledger,
    Mapping,
    read_ledger,
    read_mapping,
    reconcile,
    refine,
    write_mapping,
)

__all__ = [
    "Ledger",
    "Mapping",
    "PURCHASES",
    "read_ledger",
    "read_mapping",
    "reconcile",
    "refine",
    "write_mapping",
]
