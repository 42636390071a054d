"""The pages read first: the facts, the rules that choose what is said of them, and the plan."""

from spaser.sections.summary.known import FACTS, facts
from spaser.sections.summary.messages import RULES, Rule, answers, chosen, eligible, verdict

__all__ = [
    "FACTS",
    "RULES",
    "Rule",
    "answers",
    "chosen",
    "eligible",
    "facts",
    "verdict",
]
