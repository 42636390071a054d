"""Families × communes: what is bought there against who could supply it, for a territory or a network of buyers."""

from __future__ import annotations

import polars as pl

from spaser import rules

WHOLE = "ensemble"
STATES = {
    "sans_offre": "demande sans offre : filière à structurer",
    "sans_demande": "offre sans demande lue",
    "tendu": "offre inférieure à la demande",
    "suffisant": "offre suffisante au regard de la demande",
}


def balance(
    needs: pl.LazyFrame,
    supply: pl.LazyFrame,
    communes: pl.LazyFrame,
    *,
    dependency: float | None = None,
    method: dict | None = None,
) -> pl.LazyFrame:
    """Demand and supply of each family, for each commune and for the whole (« ensemble »).

    Parameters
    ----------
    needs
        NEEDS of the buyers of the territory or network; only active ones count, each once.
    supply
        SUPPLY; a structure counts when it delivers and is sure enough to serve the family, each establishment once.
    communes
        ``code_commune, commune`` of the territory. Needs placed in one of them count there; those of a wider place
        (département, group) count only in the whole.

    Returns
    -------
    LazyFrame
        ``code_commune`` (« ensemble » for the whole), ``commune, famille, famille_libelle, besoins, demande`` (cents a year),
        ``fournisseurs, offre`` (cents a year below the chosen dependency, weighed by adequation), ``etat``.
    """
    settings = (method or rules.method())["potential"]
    share = settings["dependance"]["value"] if dependency is None else dependency
    demand, offered = _demand(needs, communes), _offered(supply, communes, share, settings)
    joined = demand.join(
        offered, on=["code_commune", "famille"], how="full", coalesce=True, maintain_order="left_right"
    ).with_columns(pl.col("besoins", "demande", "fournisseurs", "offre").fill_null(0))
    labels = rules.table("families.csv").lazy().select("famille", famille_libelle="libelle")
    whole = pl.LazyFrame({"code_commune": [WHOLE], "commune": ["l'ensemble"]})
    names = pl.concat([communes.select("code_commune", "commune"), whole])
    placed = (
        joined.join(labels, on="famille", how="left", maintain_order="left")
        .join(names, on="code_commune", how="left", maintain_order="left")
        .with_columns(etat=_state())
    )
    first = pl.col("code_commune") == WHOLE
    return placed.select(_COLUMNS).sort(
        first, "code_commune", "demande", "famille", descending=[True, False, True, False]
    )


_COLUMNS = (
    "code_commune",
    "commune",
    "famille",
    "famille_libelle",
    "besoins",
    "demande",
    "fournisseurs",
    "offre",
    "etat",
)


def _demand(needs: pl.LazyFrame, communes: pl.LazyFrame) -> pl.LazyFrame:
    """Active needs and their yearly amount, by commune and family, and in the whole."""
    active = needs.filter(pl.col("actif")).with_columns(
        code_commune=pl.when(pl.col("lieu").str.starts_with("C")).then(pl.col("lieu").str.slice(1))
    )
    asked = _both(
        active.join(
            communes.select("code_commune", _la=pl.lit(True)), on="code_commune", how="left", maintain_order="left"
        )
    )
    return asked.group_by("code_commune", "famille").agg(
        besoins=pl.len().cast(pl.Int32), demande=pl.col("annuel").sum()
    )


def _offered(supply: pl.LazyFrame, communes: pl.LazyFrame, share: float, settings: dict) -> pl.LazyFrame:
    """Suppliers sure enough and what they could take below the dependency, by commune and family, and in the whole."""
    sure = pl.col("preste") & (pl.col("adequation") >= settings["adequation"]["seuil_credible"])
    there = supply.filter(sure).join(
        communes.select("code_commune", _la=pl.lit(True)), on="code_commune", maintain_order="left_right"
    )
    return (
        _both(there)
        .group_by("code_commune", "famille")
        .agg(
            fournisseurs=pl.coalesce("siret", "siren").n_unique().cast(pl.Int32),
            offre=(share * pl.col("adequation") * pl.col("capacite")).sum().round().cast(pl.Int64),
        )
    )


def _state() -> pl.Expr:
    """Nobody offers, nobody asks, less is offered than asked, or enough."""
    return (
        pl.when((pl.col("fournisseurs") == 0) & (pl.col("demande") > 0))
        .then(pl.lit(STATES["sans_offre"]))
        .when(pl.col("demande") == 0)
        .then(pl.lit(STATES["sans_demande"]))
        .when(pl.col("offre") < pl.col("demande"))
        .then(pl.lit(STATES["tendu"]))
        .otherwise(pl.lit(STATES["suffisant"]))
    )


def _both(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The rows in their commune when it is of the territory, and all of them in the whole."""
    return pl.concat([rows.filter(pl.col("_la").fill_null(False)), rows.with_columns(code_commune=pl.lit(WHOLE))])
