"""Needs, wherever they come from, against a supply: matches, readings, lever, and totals where a capacity serves once.

One buyer's contracts, its ledger and a whole network end here; tables are settled at each step.
"""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

import polars as pl

from spaser import potential
from spaser.problems import Problem
from spaser.studies.potential.located import places

#: The single buyer that several are taken for when their needs are added up.
NETWORK = "reseau"
#: Needs matched at once: every supplier within reach of each is laid beside it before most are set aside, so memory grows
#: with this number and not with the buyer (``bench_potential_size.py``).
TOGETHER = 400
#: Fewer at once where each meets so many suppliers that they would make more rows than this.
ROWS = 500_000
#: Up to so many places and families, or pairs of a place and a supplier in reach (those of one buyer), what is offered there is
#: laid once for all the parts: that of a whole country would weigh too much.
SPOTS, PAIRS = 100, 4_000_000
#: Suppliers of a need that a page may name, credible or not.
SHOWN = 200


#: What totals and maps read of a credible match: those that no page names keep nothing else, and the largest buyer has millions.
TOTALLED = (
    *("besoin_id", "ligne", "siren", "siret", "credible", "adequation", "prenable", "capacite", "capacite_haut"),
    *("portee", "distance_km", "probabilite"),
)


class Weighed(NamedTuple):
    """``found`` the credible matches (``TOTALLED``), ``named`` those that a page may name, ``opportunities`` OPPORTUNITIES, net of
    double counting, ``families`` one row per family."""

    found: pl.DataFrame
    named: pl.DataFrame
    opportunities: pl.DataFrame
    families: pl.DataFrame


def weighed(
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
    sold: pl.DataFrame | None = None,
    spots: pl.DataFrame | None = None,
    reached: pl.DataFrame | None = None,
    past: pl.DataFrame | None = None,
    as_of: date | None = None,
) -> Weighed:
    """What the ESS could take of needs.

    Parameters
    ----------
    needs, supply
        NEEDS and SUPPLY.
    every, kinds
        NEEDS of all the buyers read and their categories, for the reading by peers.
    network
        True: the needs are those of several buyers, whose purchases from a supplier add up, so that no capacity serves twice.
    under_code
        False: the procurement code does not bind the buyer, whose levers are its own (see ``potential.opportunities``).
    sold, spots, reached, past
        What a caller that judges again has settled once: sellers of the supply, places of the needs, who is in reach, what was won.
    """
    found, named, supplied = _by_parts(
        needs,
        places(needs.lazy()) if spots is None else spots.lazy(),
        supply,
        sold=sold,
        radius=radius,
        dependency=dependency,
        method=method,
        reached=reached,
        past=past,
        as_of=as_of,
    )
    told = potential.opportunities(
        needs.lazy(),
        supplied=supplied.lazy(),
        every=None if every is None else every.lazy(),
        kinds=kinds,
        as_of=as_of,
        dependency=dependency,
        method=method,
        under_code=under_code,
    ).collect(engine="in-memory")
    # Summed over several buyers, a supplier has one envelope for them all: its capacity serves once.
    shared = told.with_columns(acheteur_siren=pl.lit(NETWORK)) if network else told
    nets = potential.net(shared.lazy(), found.lazy(), dependency=dependency, method=method).collect(engine="in-memory")
    settled = potential.settled(told.lazy(), nets.lazy()).collect(engine="in-memory")
    families = potential.by_family(settled.lazy(), found.lazy()).collect(engine="in-memory")
    return Weighed(found, named, settled, families)


def _by_parts(
    needs: pl.DataFrame,
    where: pl.LazyFrame,
    supply: pl.DataFrame,
    *,
    sold: pl.DataFrame | None,
    reached: pl.DataFrame | None,
    radius: float | None,
    **choices: Any,
) -> tuple[pl.DataFrame, ...]:
    """``_matched`` of all the needs, ``TOGETHER`` at a time at most; what is offered at the places of one buyer is laid once."""
    sold = potential.sellers(supply.lazy()).collect(engine="in-memory") if sold is None else sold
    known: dict[str, Any] = {
        "sold": sold.lazy(),
        "reached": None if reached is None else reached.lazy(),
        "radius": radius,
    }
    size = TOGETHER
    spots = needs.drop_nulls("famille").select("lieu", "famille").unique()
    if spots.height <= SPOTS if reached is None else reached.height <= PAIRS:
        laid = potential.offers(spots.lazy(), where, supply.lazy(), **known).collect(engine="in-memory")
        known["laid"], size = laid.lazy(), ROWS * spots.height // max(laid.height, 1)
    matched = (_matched(part, where, supply, **known, **choices) for part in parts(needs, max(1, min(size, TOGETHER))))
    return tuple(pl.concat(tables) for tables in zip(*matched, strict=True))


def parts(needs: pl.DataFrame, size: int = 0) -> list[pl.DataFrame]:
    """Needs, so many (``TOGETHER``) at a time; one part at least."""
    step = size or TOGETHER
    return [needs.slice(start, step) for start in range(0, max(needs.height, 1), step)]


def _matched(
    needs: pl.DataFrame,
    where: pl.LazyFrame,
    supply: pl.DataFrame,
    *,
    past: pl.DataFrame | None,
    dependency: float,
    method: dict[str, Any],
    as_of: date | None,
    **known: Any,
) -> tuple[pl.DataFrame, ...]:
    """Of some needs: the credible matches, those among the first, and what all of them told."""
    found = potential.matches(
        needs.lazy(),
        where,
        supply.lazy(),
        dependency=dependency,
        past=None if past is None else past.lazy(),
        method=method,
        **known,
    ).collect(engine="in-memory")
    supplied = potential.supplied(needs.lazy(), found.lazy(), as_of=as_of, dependency=dependency, method=method)
    totalled, named = found.filter("credible").select(TOTALLED), found.filter(pl.col("rang") <= SHOWN)
    return totalled, named, supplied.collect(engine="in-memory")


def share_of(settings: dict[str, Any], radius: float | None, dependency: float | None) -> float:
    """The dependency in use (``method.toml`` when none is chosen), once the choices are found possible.

    Raises
    ------
    Problem
        A radius or a share makes no sense.
    """
    limit = settings["potential"]["rayon_maximal"]["value"]
    if radius is not None and not 0 < radius <= limit:
        raise Problem(f"Un rayon de {radius:g} km n'est pas possible", todo=f"Choisissez un rayon de 1 à {limit} km")
    share = settings["potential"]["dependance"]["value"] if dependency is None else dependency
    if not 0 < share <= 1:
        raise Problem("La part de dépendance se donne entre 0 et 1", todo="Par exemple 0,3 pour 30 %")
    return float(share)
