"""Needs that no supplier takes alone, and the groups of suppliers that could."""

from spaser.studies.acting.grouping.compose import Grouping, asked, groups_of
from spaser.studies.acting.grouping.compose import groups_of as study
from spaser.studies.acting.grouping.handover import findings, report, summary, write

__all__ = ["Grouping", "asked", "findings", "groups_of", "report", "study", "summary", "write"]
