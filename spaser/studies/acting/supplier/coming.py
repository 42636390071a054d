"""« Les marchés qui arrivent pour moi »: what is public and to come, within reach of suppliers whose trade it is.

Three sources, each said on its line: contracts published that end, notices that still await offers, programmes published.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from spaser import potential, renewals
from spaser.sections.potential import ACTIONABLE
from spaser.studies.potential.announced import ENDS
from spaser.studies.potential.compose import Opportunities
from spaser.studies.potential.located import places

#: Needs whose preparation begins within this time are « coming up ».
MONTHS = 24
_CONTRACT = "contrat publié"
_ASKED = (
    "besoin_id",
    "acheteur_libelle",
    "objet",
    "famille_libelle",
    "lieu_libelle",
    "lot_annuel",
    "sourcing",
    "echeance",
    "date_dit",
    "publie",
)
#: One row per unit and need; ``siret`` its nearest establishment, ``taille`` whether the lot is its size.
COMING = {
    "siren": pl.String,
    **dict.fromkeys(_ASKED[:5], pl.String),
    "lot_annuel": pl.Int64,
    "sourcing": pl.Date,
    "echeance": pl.Date,
    "date_dit": pl.String,
    "publie": pl.String,
    "siret": pl.String,
    "distance_km": pl.Float64,
    "prenable": pl.Int64,
    "taille": pl.String,
}


def coming(
    supply: pl.DataFrame,
    *,
    day: date,
    announced: pl.DataFrame,
    found: Opportunities | None = None,
    radius: float | None = None,
    dependency: float | None = None,
    months: int = MONTHS,
    method: dict[str, Any] | None = None,
) -> pl.DataFrame:
    """What comes for the units of ``supply``, those answered first at the head: the date that binds, then the need.

    Parameters
    ----------
    supply
        SUPPLY of the suppliers asked for.
    announced
        NEEDS of notices and programmes (``potential.announced``), said public.
    found
        The potential of the contracts read; none when no contract was.
    months
        Contracts whose renewal is to be prepared within this time.
    """
    parts = [announced.with_columns(sourcing=pl.lit(None, pl.Date))]
    if found is not None:
        parts.append(_of_contracts(found, day, months, method))
    needs = pl.concat(parts, how="diagonal_relaxed")
    if not needs.height or not supply.height:
        return pl.DataFrame(schema=COMING)
    spots = places(needs.lazy()).collect(engine="in-memory")
    near = potential.candidates(
        needs.lazy(), spots.lazy(), supply.lazy(), radius=radius, dependency=dependency, method=method
    ).filter(pl.col("metier_connu").fill_null(False) & pl.col("preste").fill_null(False))
    best = near.sort("distance_km", "siret", nulls_last=True).unique(
        ["siren", "besoin_id"], keep="first", maintain_order=True
    )
    size = (
        pl.when(pl.col("probabilite") >= 0.5)
        .then(pl.lit("oui, plutôt"))
        .when(pl.col("probabilite").is_not_null())
        .then(pl.lit("grand pour lui seul"))
    )
    kept = best.select("siren", "besoin_id", "siret", "distance_km", "prenable", taille=size)
    rows = needs.lazy().select(_ASKED).join(kept, on="besoin_id", maintain_order="left_right")
    binding = pl.coalesce("sourcing", "echeance")
    told = rows.sort("siren", binding, "besoin_id", nulls_last=True).collect(engine="in-memory")
    return told.select(pl.col(name).cast(dtype) for name, dtype in COMING.items())


def _of_contracts(found: Opportunities, day: date, months: int, method: dict[str, Any] | None) -> pl.DataFrame:
    """The needs of published contracts that end, to be prepared within the time."""
    needs = renewals.upcoming(found.opportunities.lazy().filter(ACTIONABLE), as_of=day, months=months, method=method)
    return needs.with_columns(date_dit=pl.lit(ENDS), publie=pl.lit(_CONTRACT)).collect(engine="in-memory")
