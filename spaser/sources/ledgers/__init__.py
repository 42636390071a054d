"""Spend files: a buyer's ledger read into lines that add up to the cent."""

from spaser.sources.ledgers.headings import mapping_text
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
    "mapping_text",
    "read_ledger",
    "read_mapping",
    "reconcile",
    "refine",
    "write_mapping",
]
