"""The diagnostic of a buyer: contracts understood, scored and measured."""

from spaser.obligations import Declared
from spaser.studies.diagnostic.compose import Diagnostic, chosen_buyers, diagnose
from spaser.studies.diagnostic.compose import diagnose as study
from spaser.studies.diagnostic.deciding import facts_to_decide, families_to_decide, redecided, statuses_to_decide
from spaser.studies.diagnostic.handover import findings, report, summary, write
from spaser.studies.diagnostic.preparation import Base, Paths, copy, is_large, named_buyers, prepare
from spaser.studies.diagnostic.prepared import opened

__all__ = [
    "Base",
    "Declared",
    "Diagnostic",
    "Paths",
    "chosen_buyers",
    "copy",
    "diagnose",
    "facts_to_decide",
    "families_to_decide",
    "findings",
    "is_large",
    "named_buyers",
    "opened",
    "prepare",
    "redecided",
    "report",
    "statuses_to_decide",
    "study",
    "summary",
    "write",
]
