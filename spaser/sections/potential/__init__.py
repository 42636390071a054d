"""« Potentiel ESS »: what could be bought from the ESS, family by family and need by need, with whom, by which lever.

The tables come from ``studies.potential`` through ``Findings.extras``; nothing is computed here but counts of what is shown.
"""

from spaser.sections.potential.families import first, held, section_potential
from spaser.sections.potential.needs import ACTIONABLE, section_needs, sourcing
from spaser.sections.potential.sheets import annexes

__all__ = ["ACTIONABLE", "POTENTIAL", "annexes", "first", "held", "section_needs", "section_potential", "sourcing"]
POTENTIAL = (section_potential, section_needs)
