"""The day itself: the workbook of wishes read back, the timetable computed, and what is printed and followed up."""

from spaser.studies.acting.day.compose import Planned, plan, replan
from spaser.studies.acting.day.compose import plan as study
from spaser.studies.acting.day.handover import calendar, findings, report, summary, write
from spaser.studies.acting.day.sheets import Frame, follow_up, rates, wishes

__all__ = [
    "Frame",
    "Planned",
    "calendar",
    "findings",
    "follow_up",
    "plan",
    "rates",
    "replan",
    "report",
    "study",
    "summary",
    "wishes",
    "write",
]
