"""Impact: from euros bought, clauses kept and hours done to work and hours, always an interval with its sources, or a refusal.

Three kinds of hours are three tables, never added: bought from inclusive suppliers, required by clauses, done.
"""

from spaser.impact.assumptions import NEVER_MEASURED, factors
from spaser.impact.hours import done, required
from spaser.impact.local import PLACE, retention
from spaser.impact.oeth import deduction
from spaser.impact.purchases import bought, totals

__all__ = [
    "NEVER_MEASURED",
    "PLACE",
    "bought",
    "deduction",
    "done",
    "factors",
    "required",
    "retention",
    "totals",
]
