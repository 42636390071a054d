"""The diagnostic of a buyer: contracts understood, scored and measured."""

from spaser.obligations import Declared
from spaser.studies.diagnostic.compose import Diagnostic, chosen_buyers, diagnose
from spaser.studies.diagnostic.preparation import Base, Paths, is_large, named_buyers, prepare

__all__ = [
    "Base",
    "Declared",
    "Diagnostic",
    "Paths",
    "chosen_buyers",
    "diagnose",
    "is_large",
    "named_buyers",
    "prepare",
]
