"""Sections: from findings to the sections of a report, each with its question and its answer, in the order of the registry."""

from importlib import import_module
from pkgutil import walk_packages

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
# Each file marks the functions that write its sections (``registry.written``): all are read, so that a new one needs no line here.
for _found in walk_packages(__path__, f"{__name__}."):
    import_module(_found.name)
#: A section of the registry that nobody writes is a fault of the code: it is known here, at import.
_WRITERS = tuple(writers())
