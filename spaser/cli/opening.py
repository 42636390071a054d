"""Contracts opened for a command: read, their buyers called as the mission calls them, and what it says of the one chosen."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spaser.cli.given import decided, said
from spaser.cli.options import source
from spaser.cli.terminal import progress

if TYPE_CHECKING:
    from spaser.studies.diagnostic import Base, Diagnostic


def opened(choices: argparse.Namespace, buyer: Any, **options: Any) -> tuple[Base, Any]:
    """The contracts prepared, and the buyers asked for (by SIREN in a mission); ``choices.said`` is then what the mission says of them."""
    from spaser.studies import diagnostic, mission

    paths, asked = source(choices)
    known = {name: value for name, value in asked.items() if name not in ("buyer", "years", "population")}
    base = diagnostic.prepare(paths, buyer=buyer, progress=progress, **known, **options)
    at = getattr(choices, "at", None)
    if at is None:
        return base, buyer
    sirens, _ = diagnostic.chosen_buyers(base, buyer)
    choices.said = mission.said_of(at, base.buyers, sirens)
    return mission.called(at, base), list(sirens) or None


def diagnosed(choices: argparse.Namespace, *, others: bool = False, **told: Any) -> Diagnostic:
    """The diagnostic that a command works on; ``told`` is what it says of the buyer beyond its mission."""
    import spaser

    base, sirens = opened(choices, choices.acheteur, others=others, decisions=decided(choices))
    about = {"years": choices.annees, "population": choices.population, **said(choices), **told}
    return spaser.diagnose(base, buyer=sirens, **about)


def ledger(choices: argparse.Namespace) -> str | Path | None:
    """The spend file given, else the one that the mission says is the chosen buyer's, as its report reads it."""
    known = getattr(choices, "said", None)
    return choices.depenses or (known.wishes.ledger if known is not None else None)
