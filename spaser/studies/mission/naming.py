"""Whom a mission speaks of: what it says of the buyer that was found in the files, and how it calls each of them.

A mission names its buyers in its own words; they are found in the files as its report finds them, by SIREN.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from spaser import buyers
from spaser.studies.diagnostic import Base
from spaser.studies.mission.model import Asked, Mission


def named(mission: Mission, known: pl.DataFrame) -> dict[str, Asked]:
    """What is said of each buyer that the mission names, by SIREN; a name that no file answers, or several, is left out."""
    found: dict[str, Asked] = {}
    for asked in mission.asked:
        if siren := buyers.sure(buyers.search(known, asked.name), asked.name):
            found.setdefault(siren, asked)
    return found


def said_of(mission: Mission, known: pl.DataFrame, sirens: Sequence[str]) -> Asked:
    """What is said of one buyer, by its SIREN, with what it is called; what is said of all when there are several."""
    if len(sirens) != 1:
        # A ledger is that of one buyer: it says nothing of several taken together.
        return replace(mission.every, wishes=replace(mission.every.wishes, ledger=None))
    return labelled(mission, named(mission, known).get(sirens[0], mission.every), sirens[0])


def labelled(mission: Mission, asked: Asked, siren: str) -> Asked:
    """What is said of a buyer, with what it is called: its own label, else its name in the mission's list."""
    return replace(asked, label=asked.label or mission.names.get(siren, ""))


def called(mission: Mission, base: Base) -> Base:
    """The contracts with their buyers called as the mission calls them: its label first, then a name in the files, then its list of names."""
    known = base.buyers
    labels = {siren: asked.label for siren, asked in named(mission, known).items() if asked.label}
    unnamed = [
        siren
        for siren, name in known.select("acheteur_siren", "acheteur_libelle").rows()
        if buyers.nameless(name, siren)
    ]
    labels = {siren: mission.names[siren] for siren in unnamed if siren in mission.names} | labels
    if not labels:
        return base
    told = pl.col("acheteur_siren").replace_strict(labels, default=pl.col("acheteur_libelle"), return_dtype=pl.String)
    call = {"acheteur_libelle": told}
    measured = None if base.measured is None else base.measured.with_columns(**call)
    return replace(base, contracts=base.contracts.with_columns(**call), measured=measured)
