"""The analysis of a buyer's suppliers, from its spend file or its contracts."""

from spaser.studies.suppliers.compose import (
    Progress,
    Registers,
    SupplierDiagnostic,
    suppliers_of,
)

__all__ = [
    "Progress",
    "Registers",
    "SupplierDiagnostic",
    "suppliers_of",
]
