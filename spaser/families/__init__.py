"""Purchase families: from a CPV code, the words of a subject or a line of a ledger."""

from spaser.families.names import trades
from spaser.families.purchase import (
    OF_CPV,
    OF_DIVISION,
    OF_WORDS,
    add,
    decided,
    of_words,
)

__all__ = [
    "OF_CPV",
    "OF_DIVISION",
    "OF_WORDS",
    "add",
    "decided",
    "of_words",
    "trades",
]
