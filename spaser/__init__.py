"""spaser: from public contracts to a responsible-purchasing diagnostic, offline, with every figure explained.

    >>> import spaser
    >>> base = spaser.prepare("marches.json")              # read, check, assemble, understand, score
    >>> result = spaser.diagnose(base, buyer="Ma Ville")    # choose a buyer, measure
    >>> spaser.write(result, "resultats")                   # page, workbook, tables, refusals

Heavy libraries are imported where they are used, so that this door opens at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

#: The verbs of the front door, and the room each lives in (« room:name » where it bears another name there).
_VERBS = {
    "prepare": "spaser.studies.diagnostic",
    "diagnose": "spaser.studies.diagnostic",
    "write": "spaser.studies.diagnostic.handover",
    "report": "spaser.studies.diagnostic.handover",
    "summary": "spaser.studies.diagnostic.handover",
    "clauses": "spaser.studies.clauses",
    "write_clauses": "spaser.studies.clauses:write",
    "potential_of": "spaser.studies.potential",
    "potential_of_spend": "spaser.studies.potential.spend",
    "potential_of_programme": "spaser.studies.potential.programme",
    "suppliers_of": "spaser.studies.suppliers",
    "territory": "spaser.studies.territory.panorama",
    "groups_of": "spaser.studies.acting.grouping",
    "sheet_of": "spaser.studies.acting.supplier",
    "company_of": "spaser.studies.acting.company",
    "impact_of": "spaser.studies.acting.impact",
    "draft": "spaser.studies.acting.drafting",
    "proofread": "spaser.studies.acting.proofreading",
    "Problem": "spaser.problems",
}
__all__ = ["__version__", *_VERBS]


def __getattr__(name: str) -> Any:
    if name not in _VERBS:
        raise AttributeError(f"module 'spaser' has no attribute {name!r}")
    room, _, known = _VERBS[name].partition(":")
    return getattr(import_module(room), known or name)


def __dir__() -> list[str]:
    return sorted(__all__)
