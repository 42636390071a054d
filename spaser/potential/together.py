"""Which of the groups found can stand at the same time: the same suppliers come back, and what they can take is taken once."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from spaser import rules

#: One euro in cents: amounts are solved in thousands of euros.
_SCALE = 1e5


def together(
    groups: pl.DataFrame, members: pl.DataFrame, buyers: pl.DataFrame, *, method: dict[str, Any] | None = None
) -> pl.DataFrame:
    """The whole groups, as they are composed, that stand together: as many needs as possible, then as many euros.

    A supplier gives all the needs of one buyer no more than its share with that buyer, and all the buyers no more than its median
    capacity; the first member, who may lead, keeps its part of the lot. Exact (integer programme).

    Parameters
    ----------
    groups, members
        GROUPS and GROUP_MEMBERS.
    buyers
        ``besoin_id, acheteur``.

    Returns
    -------
    pl.DataFrame
        ``besoin_id, ensemble``: one row per need with a whole group.
    """
    settings = (method or rules.method())["potential"]["groupement"]
    whole = groups.filter("complet").sort("besoin_id", "groupe")
    if not whole.height:
        return pl.DataFrame(schema={"besoin_id": pl.String, "ensemble": pl.Boolean})
    seats = (
        members.join(whole.select("besoin_id", "groupe"), on=["besoin_id", "groupe"], how="semi")
        .join(buyers.unique("besoin_id"), on="besoin_id", how="left", maintain_order="left")
        .sort("besoin_id", "groupe", "ordre")
    )
    kept = _solved(whole, seats, settings["part_mandataire"])
    return (
        whole.with_columns(ensemble=pl.Series(kept, dtype=pl.Boolean))
        .group_by("besoin_id", maintain_order=True)
        .agg(pl.col("ensemble").any())
    )


def _solved(whole: pl.DataFrame, seats: pl.DataFrame, lead: float) -> np.ndarray:
    from scipy.optimize import Bounds, LinearConstraint, milp  # slow to load, and only this choice needs it

    teams, people = whole.height, seats.height
    of_team = {key: rank for rank, key in enumerate(whole.select("besoin_id", "groupe").rows())}
    at = [of_team[key] for key in seats.select("besoin_id", "groupe").rows()]
    size = whole["a_couvrir"].to_numpy() / _SCALE
    rows: list[np.ndarray] = []
    most: list[float] = []

    def bounded(chosen: dict[int, float], top: float) -> None:
        row = np.zeros(teams + people)
        row[list(chosen)] = list(chosen.values())
        rows.append(row)
        most.append(top)

    for team in range(teams):
        bounded({team: size[team]} | {teams + k: -1.0 for k in range(people) if at[k] == team}, 0.0)
    for k, order in enumerate(seats["ordre"]):
        if order == 1:
            bounded({at[k]: lead * size[at[k]], teams + k: -1.0}, 0.0)
    ranked = seats.with_row_index("_rang")
    for _, mine in ranked.group_by("siren", "acheteur", maintain_order=True):
        bounded({teams + k: 1.0 for k in mine["_rang"]}, float(mine["prenable"].max()) / _SCALE)  # type: ignore[arg-type]
    for _, mine in ranked.filter(pl.col("capacite").is_not_null()).group_by("siren", maintain_order=True):
        bounded({teams + k: 1.0 for k in mine["_rang"]}, float(mine["capacite"].max()) / _SCALE)  # type: ignore[arg-type]
    for _, mine in whole.with_row_index("_rang").group_by("besoin_id", maintain_order=True):
        bounded(dict.fromkeys(mine["_rang"], 1.0), 1.0)
    gain = np.concatenate([1.0 + 0.5 * size / max(size.sum(), 1e-9), np.zeros(people)])
    found = milp(
        -gain,
        constraints=LinearConstraint(np.array(rows), ub=most),
        integrality=np.r_[np.ones(teams), np.zeros(people)],
        bounds=Bounds(0, np.r_[np.ones(teams), np.full(people, np.inf)]),
    )
    return found.x[:teams].round() > 0 if found.x is not None else np.zeros(teams, dtype=bool)
