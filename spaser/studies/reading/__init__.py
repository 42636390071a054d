"""What a file is and what it holds: its kind and how surely, each column and what it became, what its records say."""

from spaser.studies.reading.accounts import Looked
from spaser.studies.reading.handover import summary, write
from spaser.studies.reading.heads import first_lines, headings
from spaser.studies.reading.readers import UNKNOWN, look
from spaser.studies.reading.readers import look as study
from spaser.studies.reading.recognised import recognise

__all__ = ["UNKNOWN", "Looked", "first_lines", "headings", "look", "recognise", "study", "summary", "write"]
