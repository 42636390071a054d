"""Sections: from findings to the sections of a report, each with its question and its answer, in the order of the registry."""

from spaser.sections import (  # noqa: F401  (each marks the functions that write its sections)
    actions,
    calendar,
    goals,
    maturity,
    obligations,
    pams,
    potential,
    reach,
    suppliers,
    texts,
)
from spaser.sections.acting import impact  # noqa: F401
from spaser.sections.body import aims, buying, where  # noqa: F401
from spaser.sections.declared import (
    CODES,
    complete_years,
    section_considerations,
    section_corrections,
    section_essentials,
    section_families,
    section_populations,
    section_reading,
    section_scope,
    section_scores,
    section_years,
)
from spaser.sections.method import section_glossary, section_method
from spaser.sections.registry import keys, report, writers
from spaser.sections.summary import pages  # noqa: F401

__all__ = [
    "CODES",
    "complete_years",
    "keys",
    "report",
    "section_considerations",
    "section_corrections",
    "section_essentials",
    "section_families",
    "section_glossary",
    "section_method",
    "section_populations",
    "section_reading",
    "section_scope",
    "section_scores",
    "section_years",
    "writers",
]
#: A section of the registry that nobody writes is a fault of the code: it is known here, at import.
_WRITERS = tuple(writers())
