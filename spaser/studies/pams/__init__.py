"""The whole diagnostic (PAMS), its mission and its batch."""

from spaser.studies.pams.compose import SECTIONS, Study, Wishes, findings, report, study
from spaser.studies.pams.forms import write

__all__ = ["SECTIONS", "Study", "Wishes", "findings", "report", "study", "write"]
