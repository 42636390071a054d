"""Needs, wherever they come from, against a supply: matches, readings, lever, and totals where a capacity serves once.

One buyer's contracts, its ledger and a whole network end here; tables are settled at each step.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import polars as pl

from spaser import potential
from spaser.studies.potential.compose import NETWORK
from spaser.studies.potential.located import places


class Judged(NamedTuple):
    """``found`` the matches, ``opportunities`` OPPORTUNITIES, net of double counting, ``families`` one row per family."""

    found: pl.DataFrame
    opportunities: pl.DataFrame
    families: pl.DataFrame


def judged(
    needs: pl.DataFrame,
    supply: pl.DataFrame,
    *,
    every: pl.DataFrame | None = None,
    kinds: pl.LazyFrame | None = None,
    radius: float | None = None,
    dependency: float,
    method: dict[str, Any],
    network: bool = False,
    under_code: bool = True,
) -> Judged:
    """What the ESS could take of needs.

    Parameters
    ----------
    needs, supply
        NEEDS and SUPPLY.
    every, kinds
        NEEDS of all the buyers read and their categories, for the reading by peers.
    network
        True: the needs are those of several buyers, and the share of its activity that a supplier should not pass is that of
        its sales to all of them together, so that summing buyers never uses a capacity twice.
    under_code
        False: the procurement code does not bind the buyer, whose levers are its own (see ``potential.opportunities``).
    """
    spots = places(needs.lazy()).collect(engine="in-memory")
    found = potential.matches(
        needs.lazy(), spots.lazy(), supply.lazy(), radius=radius, dependency=dependency, method=method
    ).collect(engine="in-memory")
    told = potential.opportunities(
        needs.lazy(),
        found.lazy(),
        every=None if every is None else every.lazy(),
        kinds=kinds,
        dependency=dependency,
        method=method,
        under_code=under_code,
    ).collect(engine="in-memory")
    shared = told.with_columns(acheteur_siren=pl.lit(NETWORK)) if network else told
    nets = potential.net(shared.lazy(), found.lazy(), dependency=dependency, method=method).collect(engine="in-memory")
    settled = potential.settled(told.lazy(), nets.lazy()).collect(engine="in-memory")
    return Judged(found, settled, potential.by_family(settled.lazy(), found.lazy()).collect(engine="in-memory"))
