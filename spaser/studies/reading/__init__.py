"""What a file is and what it holds: its kind and how surely, each column and what it became, what its records say."""

from spaser.studies.reading.accounts import Looked
from spaser.studies.reading.handover import summary, write
from spaser.studies.reading.heads import first_lines
from spaser.studies.reading.readers import look
from spaser.studies.reading.readers import look as study

__all__ = ["Looked", "first_lines", "look", "study", "summary", "write"]
