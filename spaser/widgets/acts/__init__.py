"""What is done once needs are known: groups, a meeting day and its timetable, impact, texts to paste."""

from spaser.widgets.acts.book import LocalBook
from spaser.widgets.acts.deciding import Families, Plan, Statuses
from spaser.widgets.acts.facts import Facts
from spaser.widgets.acts.needs import Allotment, Draft, Groups, Impact, Morning
from spaser.widgets.acts.planning import Planning
from spaser.widgets.acts.sheet import Supplier

__all__ = [
    "Allotment",
    "Draft",
    "Facts",
    "Families",
    "Groups",
    "Impact",
    "LocalBook",
    "Morning",
    "Plan",
    "Planning",
    "Statuses",
    "Supplier",
]
