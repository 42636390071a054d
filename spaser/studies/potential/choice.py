"""The potential as it is explored: some families, needs with enough suppliers, the few suppliers shown; each move is quick."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from spaser import potential
from spaser.potential import map as opportunities_map
from spaser.studies.diagnostic import Base
from spaser.studies.potential import compose as opportunities
from spaser.studies.potential.compose import Opportunities


def explored(
    base: Base,
    sirens: Sequence[str] = (),
    *,
    scope: str = "",
    families: Sequence[str] = (),
    least: int = 0,
    radius: float | None = None,
    dependency: float | None = None,
    under_code: bool = True,
) -> Opportunities:
    """The potential of buyers given by SIREN (none: all), restricted to some families and to needs with suppliers enough.

    Amounts of a need do not change with what is shown beside it: a supplier keeps for the needs left out the capacity it has
    there. Not ``under_code``, levers are those of a private buyer. Only the ``map.NAMED`` best suppliers of each need are described.

    Raises
    ------
    Problem
        No register was read, or a radius or share makes no sense.
    """
    share = opportunities.checked(base, radius, dependency)
    made, mine, known = (
        opportunities.taken(base, tuple(sirens), radius, share, under_code),
        opportunities.chosen(base, tuple(sirens)),
        opportunities.ground(base),
    )
    rows = made.opportunities
    if least:
        rows = rows.filter(pl.col("credibles").fill_null(0) >= least)
    if families:
        rows = rows.filter(pl.col("famille").is_in(list(families)))
    summed, suppliers, named = made.families, made.suppliers, made.named
    if rows.height < made.opportunities.height:
        found, named = (
            table.join(rows.select("besoin_id"), on="besoin_id", how="semi", maintain_order="left")
            for table in (made.found, made.named)
        )
        summed = potential.by_family(rows.lazy(), found.lazy()).collect(engine="in-memory")
        suppliers = opportunities_map.suppliers(found, rows, known.supply).collect(engine="in-memory")
    named = named.filter(pl.col("rang") <= opportunities_map.NAMED)
    return Opportunities(
        scope=scope,
        as_of=base.as_of,
        needs=mine.needs,
        members=mine.members,
        supply=known.supply,
        candidates=potential.describe(named.lazy(), known.supply.lazy()).collect(engine="in-memory"),
        opportunities=rows,
        families=summed,
        weights=known.weights,
        assumptions=opportunities.assumptions(base.method["potential"], radius, share),
        dependency=share,
        radius=radius,
        suppliers=suppliers,
        places=opportunities_map.places(rows, mine.places),
        today=base.day,
    )


def contracts_of(base: Base, found: Opportunities, needs: Sequence[str]) -> pl.DataFrame:
    """The contracts of needs, the latest first: CONTRACTS with ``besoin_id, campagne, derniere`` (see NEED_CONTRACTS)."""
    members = found.members.filter(pl.col("besoin_id").is_in(list(needs))).select(
        "besoin_id", "uid", "campagne", "derniere"
    )
    rows = opportunities.ground(base).contracts.join(members, on="uid", maintain_order="left_right")
    return rows.sort("dateNotification", "uid", descending=[True, False], nulls_last=True)
