"""What became of the purchases planned: published, awarded, to whom."""

from spaser.studies.acting.followup.compose import Followed, follow
from spaser.studies.acting.followup.compose import follow as study
from spaser.studies.acting.followup.handover import findings, report, summary, write

__all__ = ["Followed", "findings", "follow", "report", "study", "summary", "write"]
