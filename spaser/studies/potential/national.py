"""The potential of every buyer of the country: the same rooms, needs taken by batches, never every need against every supplier.

A family of national or regional reach has the same suppliers for all the needs of a region: one need stands for those of the
same family, region, number of lots and size (sizes within a fifth), and its figures are brought back in proportion.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from spaser import potential, rules
from spaser.studies.potential import compose as opportunities

#: Needs of a batch: enough to be quick, few enough to stay in memory.
BATCH = 6_000
#: Sizes are grouped by steps of this ratio.
STEP = 1.2
KEPT = (
    "besoin_id",
    "candidats",
    "credibles",
    "reservables",
    "potentiel",
    "potentiel_haut",
    "levier",
    "levier_libelle",
    "limite",
)


def national(needs: pl.DataFrame, supply: pl.DataFrame, *, method: dict[str, Any] | None = None) -> pl.DataFrame:
    """One row per need: its suppliers counted, its middle and high potential, its lever.

    Parameters
    ----------
    needs, supply
        NEEDS of all the buyers and SUPPLY of all the register.

    Returns
    -------
    DataFrame
        ``besoin_id, acheteur_siren, famille, annuel`` then the columns of OPPORTUNITIES named in ``KEPT``. The reading by
        peers and the sharing of capacities between needs belong to one buyer's potential, and are not made here.
    """
    reach = rules.table("families_reach.csv").select("famille", "portee")
    spots = opportunities.places(needs.lazy()).collect()
    regions = spots.group_by("lieu").agg(region=pl.col("region").sort().first())
    known = (
        needs.join(reach, on="famille", how="left", maintain_order="left")
        .join(regions, on="lieu", how="left", maintain_order="left")
        .filter(pl.col("famille").is_not_null())
    )
    wide = pl.col("portee").is_in(["national", "region"])
    done = [*_local(known.filter(~wide), spots, supply, method), _wide(known.filter(wide), spots, supply, method)]
    found = pl.concat(part for part in done if part.height)
    return needs.select("besoin_id", "acheteur_siren", "famille", "annuel").join(
        found, on="besoin_id", maintain_order="left"
    )


def _local(
    needs: pl.DataFrame, spots: pl.DataFrame, supply: pl.DataFrame, method: dict[str, Any] | None
) -> list[pl.DataFrame]:
    ordered = needs.sort("lieu", "besoin_id", nulls_last=True)
    offered = supply.filter(pl.col("famille").is_in(needs["famille"].unique().implode()))
    return [_judged(ordered.slice(start, BATCH), spots, offered, method) for start in range(0, ordered.height, BATCH)]


def _wide(
    needs: pl.DataFrame, spots: pl.DataFrame, supply: pl.DataFrame, method: dict[str, Any] | None
) -> pl.DataFrame:
    """One need for all those alike, brought back in proportion to each."""
    area = pl.when(pl.col("portee") == "national").then(pl.lit("FR")).otherwise("region")
    steps = [
        (pl.col(name).clip(1, None).log() / pl.lit(STEP).log()).round().cast(pl.Int32).alias(f"_{name}")
        for name in ("annuel", "annuel_haut")
    ]
    key = ["famille", "_area", "lots", "recurrence", "codeCPV", "dureeMois", "_annuel", "_annuel_haut"]
    grouped = needs.with_columns(*steps, _area=area)
    stands = grouped.sort("besoin_id").unique(key, keep="first", maintain_order=True)
    parts = [
        _judged(stands.slice(start, BATCH // 12), spots, supply, method)
        for start in range(0, stands.height, BATCH // 12)
    ]
    if not parts:
        return pl.DataFrame()
    own = (
        stands.select(*key, "besoin_id", _sur="annuel")
        .join(pl.concat(parts), on="besoin_id", maintain_order="left_right")
        .drop("besoin_id")
    )
    brought = grouped.join(own, on=key, nulls_equal=True, how="left", maintain_order="left")
    scale = pl.col("annuel") / pl.col("_sur").clip(1, None)
    return brought.with_columns(
        (pl.col(name) * scale).round().cast(pl.Int64) for name in ("potentiel", "potentiel_haut")
    ).select(KEPT)


def _judged(
    needs: pl.DataFrame, spots: pl.DataFrame, supply: pl.DataFrame, method: dict[str, Any] | None
) -> pl.DataFrame:
    here = spots.join(needs.select("lieu").unique(), on="lieu", how="semi")
    offered = supply.join(needs.select("famille").unique(), on="famille", how="semi")
    found = potential.matches(needs.lazy(), here.lazy(), offered.lazy(), method=method).collect()
    return potential.opportunities(needs.lazy(), found.lazy(), method=method).select(KEPT).collect()
