"""Who could supply and from where: credible suppliers each with its families, summed by commune for the map, and the places served."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from spaser import rules
from spaser.potential.points import coded
from spaser.vocabulary.lists import OF_DISABILITY, OF_ESS, OF_INSERTION

#: Of the amounts bought, the part below which a place is not drawn, and how many places at most.
LEAST, MOST_PLACES = 0.05, 5
#: Suppliers named for a need, on a screen, in a workbook, for an allotment: those of the first ranks.
NAMED = 25
#: So many suppliers of one family, more than this part of them all, come from a list of that family alone: they are counted apart.
CROWD_LEAST, CROWD = 100, 0.75
#: Kinds of suppliers told apart on the map, from the statuses they hold; the first that fits.
KINDS = {OF_DISABILITY: r"\b(ESAT|EA|EATT)\b", OF_INSERTION: r"\b(EI|ACI|AI|ETTI|EITI|GEIQ)\b"}
#: Within the radius (or the area) of the family, or served from anywhere.
LOCAL, NATIONAL = "a_portee", "national"
_KNOWN = (
    "siren",
    "siret",
    "nom",
    "code_commune",
    "commune",
    "departement",
    "lon",
    "lat",
    "statuts",
    "statut_au",
    "statut_source",
    "capacite",
    "capacite_origine",
    "gagnes",
    "personne_physique",
)


class Counted(NamedTuple):
    """Credible establishments, each once. Every page reads these.

    ``first`` those told first (``first``), ``apart`` the others, ``crowd`` the family that alone holds most of them, ``total``. Of the
    first: ``near`` within the reach of a family, ``anywhere`` only for families without limit of distance, ``coded`` known by their
    activity code alone. Of all: ``lost`` without a known place.
    """

    first: int
    apart: int
    crowd: str | None
    total: int
    near: int
    anywhere: int
    coded: int
    lost: int


def suppliers(found: pl.DataFrame, opportunities: pl.DataFrame, supply: pl.DataFrame) -> pl.LazyFrame:
    """One row per establishment and family in which it is credible for a need still active.

    ``code_seul``: nothing but an activity code tells its trade. Columns: ``famille, famille_libelle``, those of SUPPLY that name the establishment, ``statut`` (its kind on the map),
    ``besoins`` (needs it could serve), ``distance_km`` (to the nearest), ``portee`` (within the reach of the family, or without limit), ``probabilite`` (its best chance of taking a lot),
    ``potentiel`` (cents a year of the family, for all its suppliers).

    Raises
    ------
    ValueError
        ``found`` does not say which row of ``supply`` each match is (``ligne``): CANDIDATES do not, ``matches`` does.
    """
    if "ligne" not in found.columns:
        raise ValueError(
            "the map reads matches, with the row of the supply of each (« ligne »): candidates do not have it"
        )
    active = opportunities.lazy().filter(pl.col("etat_action") == "agir").select("besoin_id")
    mine = (
        found.lazy()
        .filter("credible")
        .join(active, on="besoin_id", how="semi")
        .group_by("ligne")
        .agg(
            besoins=pl.len().cast(pl.Int32),
            distance_km=pl.col("distance_km").min(),
            portee=pl.when((pl.col("portee") != NATIONAL).any()).then(pl.lit(LOCAL)).otherwise(pl.lit(NATIONAL)),
            probabilite=pl.col("probabilite").max(),
        )
    )
    acting = pl.when(pl.col("etat_action") == "agir").then("potentiel").otherwise(0)
    labels = opportunities.lazy().group_by("famille").agg(pl.col("famille_libelle").first(), potentiel=acting.sum())
    kind = pl.lit(OF_ESS)
    for name, pattern in reversed(KINDS.items()):
        kind = pl.when(pl.col("statuts").str.contains(pattern)).then(pl.lit(name)).otherwise(kind)
    said = supply.lazy().with_row_index("ligne").select("ligne", "famille", *_KNOWN, code_seul=coded())
    named = (
        mine.join(said, on="ligne", maintain_order="left_right")
        .join(labels, on="famille", how="left", maintain_order="left")
        .with_columns(statut=kind)
    )
    return named.sort("distance_km", "ligne", nulls_last=True).drop("ligne")


def identity() -> pl.Expr:
    """Whom a row names: an establishment, or the legal unit where the list knows no establishment."""
    return pl.coalesce("siret", "siren")


def first(suppliers: pl.DataFrame) -> pl.DataFrame:
    """The rows told first: of families that have a potential, but the ``crowd``; all where that leaves none.

    A large number never stands before what moves euros.
    """
    kept = suppliers.filter((pl.col("potentiel") > 0) & ~pl.col("famille_libelle").is_in(_crowd(suppliers)))
    return kept if kept.height else suppliers


def _crowd(suppliers: pl.DataFrame) -> list[str]:
    """The family that alone holds most of very many establishments, where there are others: an extract of a list, not a supply."""
    whole = suppliers.select(identity().n_unique()).item()
    sizes = suppliers.group_by("famille_libelle").agg(n=identity().n_unique())
    return sizes.filter((pl.col("n") > CROWD * whole) & (pl.col("n") >= CROWD_LEAST) & (sizes.height > 1))[
        "famille_libelle"
    ].to_list()


def counted(suppliers: pl.DataFrame) -> Counted:
    """Of ``suppliers``: the counts that pages tell."""
    kept = first(suppliers)
    whole, told, near, known, lost = (
        rows.select(identity().n_unique()).item()
        for rows in (
            suppliers,
            kept,
            kept.filter(pl.col("portee") == LOCAL),
            kept.filter(~pl.col("code_seul")),
            suppliers.filter(pl.col("lon").is_null() | pl.col("lat").is_null()),
        )
    )
    crowd = next(iter(_crowd(suppliers)), None) if told < whole else None
    return Counted(told, whole - told, crowd, whole, near, told - near, told - known, lost)


def by_town(suppliers: pl.DataFrame) -> pl.LazyFrame:
    """One row per commune and kind: ``commune, lon, lat, statut, n, capacite, distance_km``; each establishment once."""
    once = suppliers.lazy().with_columns(_cle=identity()).sort("_cle", "capacite", nulls_last=True, maintain_order=True)
    located = once.unique("_cle", keep="last", maintain_order=True).drop_nulls(["lon", "lat"])
    return (
        located.group_by("code_commune", "commune", "statut")
        .agg(
            pl.col("lon", "lat").mean(),
            n=pl.len().cast(pl.Int64),
            capacite=pl.col("capacite").sum(),
            distance_km=pl.col("distance_km").min(),
        )
        .sort("n", "code_commune", "statut", descending=[True, False, False])
        .drop("code_commune")
    )


def places(opportunities: pl.DataFrame, communes: pl.DataFrame) -> pl.DataFrame:
    """The places that weigh in the active needs: ``lieu`` (label), ``lon, lat`` (middle of its communes), ``annuel`` (cents)."""
    middles = communes.group_by("lieu").agg(pl.col("lon", "lat").mean())
    bought = (
        opportunities.filter((pl.col("etat_action") == "agir") & pl.col("lieu").is_not_null())
        .group_by("lieu", "lieu_libelle")
        .agg(pl.col("annuel").sum())
    )
    whole = pl.col("annuel") >= LEAST * pl.col("annuel").sum()
    kept = (
        bought.filter(whole)
        .join(middles, on="lieu", maintain_order="left_right")
        .drop_nulls(["lon", "lat"])
        .sort("annuel", "lieu", "lieu_libelle", descending=[True, False, False])
    )
    return kept.head(MOST_PLACES).select(lieu="lieu_libelle", lon="lon", lat="lat", annuel="annuel")


def radiuses(opportunities: pl.DataFrame, radius: float | None) -> tuple[float, ...]:
    """The kilometres of the circles: the radius chosen, or the usual ones of the families of local reach that are bought."""
    if radius is not None:
        return (float(radius),)
    bought = opportunities.filter(pl.col("etat_action") == "agir")["famille"].drop_nulls().unique()
    reach = rules.table("families_reach.csv").filter(
        pl.col("famille").is_in(bought.implode()) & (pl.col("portee") == "rayon")
    )
    return tuple(sorted(float(km) for km in reach["rayon_km"].drop_nulls().unique()))
