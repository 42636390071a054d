"""The diagnostic of a buyer: contracts understood, scored and measured."""

from spaser.studies.diagnostic.compose import (
    Base,
    Diagnostic,
    Paths,
    chosen_buyers,
    diagnose,
    is_large,
    named_buyers,
    prepare,
)

__all__ = [
    "Base",
    "Diagnostic",
    "Paths",
    "chosen_buyers",
    "diagnose",
    "is_large",
    "named_buyers",
    "prepare",
]
