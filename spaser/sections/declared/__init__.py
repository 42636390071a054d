"""What is declared: the considerations of contracts, what was read to know them, the contracts that stand out."""

from spaser.sections.declared.considerations import (
    CODES,
    complete_years,
    named,
    never_changing,
    section_considerations,
    section_essentials,
    section_families,
    section_years,
)
from spaser.sections.declared.reading import accounts_table, section_populations, section_reading, section_scope
from spaser.sections.declared.standing import section_corrections, section_scores

__all__ = [
    "CODES",
    "accounts_table",
    "complete_years",
    "never_changing",
    "named",
    "section_considerations",
    "section_corrections",
    "section_essentials",
    "section_families",
    "section_populations",
    "section_reading",
    "section_scope",
    "section_scores",
    "section_years",
]
