"""One supplier, whole: who it is, what it holds, what it won, what is to come within its reach."""

from spaser.studies.acting.supplier.compose import SupplierSheet, sheet_of
from spaser.studies.acting.supplier.compose import sheet_of as study
from spaser.studies.acting.supplier.handover import findings, report, summary, write

__all__ = ["SupplierSheet", "findings", "report", "sheet_of", "study", "summary", "write"]
