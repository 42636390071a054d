"""The analysis of a buyer's suppliers, from its spend file or its contracts."""

from spaser.studies.suppliers.compose import (
    Progress,
    Registers,
    SupplierDiagnostic,
    suppliers_of,
)
from spaser.studies.suppliers.compose import suppliers_of as study
from spaser.studies.suppliers.handover import findings, report, summary, write

__all__ = [
    "Progress",
    "Registers",
    "SupplierDiagnostic",
    "findings",
    "report",
    "study",
    "summary",
    "suppliers_of",
    "write",
]
