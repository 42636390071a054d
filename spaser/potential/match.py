"""Needs and suppliers: who is within reach, and who could take a lot without depending too much on one buyer.

Reach is settled between communes first (a grid of cells, then the distance), then families are joined: never every need
against every supplier.
"""

from __future__ import annotations

import polars as pl

from spaser import rules
from spaser.potential import branches
from spaser.potential.offer import USUAL_SIZE
from spaser.potential.points import (
    coded,
    credible,
    proven,
    said_districts,
    said_insertion,
    scored,
    stated,
    told,
    unsaid_branch,
)
from spaser.text import fold_expr
from spaser.vocabulary import CANDIDATES, EARTH_KM

KM_PER_DEGREE = 111.2
#: One degree of longitude at the north of metropolitan France (51°), the narrowest: cells are never too small.
KM_PER_DEGREE_LON = 69.9
#: The largest usual radius of a family (``families_reach.csv``).
USUAL = 50.0
LOGISTIC = 1.702  # the logistic curve of this slope is the normal one within 0.01


def candidates(
    needs: pl.LazyFrame,
    places: pl.LazyFrame,
    supply: pl.LazyFrame,
    *,
    radius: float | None = None,
    dependency: float | None = None,
    most: int | None = None,
    past: pl.LazyFrame | None = None,
    method: dict | None = None,
) -> pl.LazyFrame:
    """CANDIDATES of the needs, best first: ``matches`` described.

    Parameters
    ----------
    radius
        Kilometres, for families of local or département reach; the usual reach of each family by default
        (``families_reach.csv``).
    dependency
        The share of its activity that a supplier should not pass with one buyer (``potential.dependance`` by default).
    most
        Keep only so many suppliers per need, the best.
    """
    return describe(
        matches(needs, places, supply, radius=radius, dependency=dependency, past=past, method=method), supply, most
    )


def matches(
    needs: pl.LazyFrame,
    places: pl.LazyFrame,
    supply: pl.LazyFrame,
    *,
    radius: float | None = None,
    dependency: float | None = None,
    sold: pl.LazyFrame | None = None,
    reached: pl.LazyFrame | None = None,
    laid: pl.LazyFrame | None = None,
    past: pl.LazyFrame | None = None,
    method: dict | None = None,
) -> pl.LazyFrame:
    """The figures of CANDIDATES without what describes the supplier: all that readings and totals need, at national size.

    ``ligne`` is the row of ``supply``.

    Parameters
    ----------
    sold
        ``sellers`` of the supply, settled beforehand for a caller that matches it several times.
    reached
        ``reachable`` of these needs, settled beforehand up to the radius or further, so that distances are not measured
        again when only the radius or the dependency changes.
    laid
        ``offers`` at these places or more, settled beforehand for a caller that matches many needs by parts.
    past
        ``besoin_id, siren, mots_communs`` (see ``past.similar``): what suppliers already did for the buyer.
    """
    settings = (method or rules.method())["potential"]
    share = settings["dependance"]["value"] if dependency is None else dependency
    known = needs.filter(pl.col("famille").is_not_null()).with_row_index("_besoin")
    asked = known.select("_besoin", "besoin_id", "lieu", "famille", "annuel", "lot_annuel", **_told_of(settings))
    spots = asked.select("lieu", "famille").unique()
    if laid is None:
        laid = offers(spots, places, supply, radius=radius, sold=sold, reached=reached)
    rows = asked.join(laid, on=["lieu", "famille"], nulls_equal=True, maintain_order="left_right").drop(
        "lieu", "famille"
    )
    done = (
        rows.with_columns(mots_communs=pl.lit(None, pl.Float64))
        if past is None
        else rows.join(past, on=["besoin_id", "siren"], how="left", maintain_order="left")
    )
    able = (
        done.with_columns(metier=branches.trade(), gagnes_siret=branches.own_wins())
        .drop("_branche", "_voulues", "_dites", "branches")
        .with_columns(**able_to_take(pl.col("lot_annuel"), share, settings))
        .filter(proven(settings))
    )
    judged = (
        scored(able, settings)
        .with_columns(credible=credible(settings), metier_connu=stated())
        .drop("annuel", "lot_annuel", "arrondissements", *_SCORED)
    )
    return _ranked(judged)


def _told_of(settings: dict) -> dict[str, pl.Expr]:
    """What the subject and the code of a need say of whom it is for."""
    return {
        "insertion_dite": said_insertion(settings),
        "arrondissements": said_districts(),
        "_branche": unsaid_branch(),
        "_voulues": branches.of_needs(),
        "_dites": branches.of_needs(own=True),
    }


def offers(
    spots: pl.LazyFrame,
    places: pl.LazyFrame,
    supply: pl.LazyFrame,
    *,
    radius: float | None = None,
    sold: pl.LazyFrame | None = None,
    reached: pl.LazyFrame | None = None,
) -> pl.LazyFrame:
    """Who is within the radius of places for families (``lieu, famille``), the nearest first, with what matching reads of each."""
    pairs = within(_reached(spots, places, supply, radius, reached), radius)
    # Ties are in the order of distance, then of the supply table, sorted by identifiers: joins keep that order.
    ordered = pairs.sort("lieu", "famille", "distance_km", "ligne", nulls_last=True)
    return ordered.join(sellers(supply) if sold is None else sold, on="ligne", maintain_order="left_right")


def sellers(supply: pl.LazyFrame) -> pl.LazyFrame:
    """What matching reads of SUPPLY, each supplier once for a family: it depends neither on the needs nor on the radius."""
    rows = supply.with_row_index("ligne")
    slim = once(rows).select("ligne", *_SLIM, *_SCORED, supposee=supposed(), code_seul=coded())
    return slim.join(branches.of_supply(rows), on="ligne", how="left", maintain_order="left")


def supposed() -> pl.Expr:
    """Nothing but its kind tells its size, and it never won the family."""
    return (pl.col("capacite_origine") == USUAL_SIZE).fill_null(True) & (pl.col("gagnes_siret").fill_null(0) == 0)


def once(supply: pl.LazyFrame) -> pl.LazyFrame:
    """SUPPLY where two rows of one name in one commune, for one family, are one supplier: that which delivers and has won most.

    « L EQUIPAGE » and « L'EQUIPAGE » are one; a row without name or commune is its own.
    """
    name = fold_expr(pl.col("nom")).str.replace_all(r"[^a-z0-9]+", " ").str.strip_chars()
    own = pl.format("{}", "ligne")
    who = pl.when((name != "") & pl.col("code_commune").is_not_null()).then(
        pl.concat_str(name, pl.lit("|"), "code_commune")
    )
    best = pl.struct(
        ~pl.col("preste").fill_null(False),
        -pl.col("gagnes_siret").fill_null(0).cast(pl.Int64),
        ~pl.col("metier").fill_null(False),
        "ligne",
    )
    return (
        supply.with_columns(_qui=pl.coalesce(who, own), _ordre=best)
        .filter(pl.col("_ordre").rank("min").over("famille", "_qui") == 1)
        .drop("_qui", "_ordre")
    )


def _reached(
    spots: pl.LazyFrame,
    places: pl.LazyFrame,
    supply: pl.LazyFrame,
    radius: float | None,
    known: pl.LazyFrame | None,
) -> pl.LazyFrame:
    """Who is reachable from these places for these families: measured now, or taken from what was measured for more of them."""
    if known is None:
        return reachable(spots, places, supply, furthest=furthest(radius))
    return known.join(spots, on=["lieu", "famille"], how="semi", nulls_equal=True)


def _ranked(judged: pl.LazyFrame) -> pl.LazyFrame:
    """The suppliers of each need in order of points; equal points share a rank, and how many they are is said."""
    ranked = judged.with_columns(
        rang=pl.col("points").rank("min", descending=True).over("_besoin").cast(pl.Int32),
        ordre=pl.col("points").rank("ordinal", descending=True).over("_besoin").cast(pl.Int32),
        ex_aequo=pl.len().over("_besoin", "points").cast(pl.Int32),
    )
    return ranked.sort(pl.col("_besoin").cast(pl.Int64) * 2**32 + pl.col("ordre")).drop("_besoin")


_SLIM = (
    "siren",
    "siret",
    "adequation",
    "preste",
    "handicap",
    "insertion",
    "ess",
    "clause",
    "statut_au",
    "capacite_bas",
    "capacite",
    "capacite_haut",
)
#: What points read of a supplier.
_SCORED = ("metier", "gagnes_siret", "gagnes_branche", "siae", "arrondissement")


def describe(found: pl.LazyFrame, supply: pl.LazyFrame, most: int | None = None) -> pl.LazyFrame:
    """CANDIDATES from matches, each supplier named, the best ``most`` of each need."""
    kept = found if most is None else found.filter(pl.col("ordre") <= most)
    said = supply.with_row_index("ligne").drop(*_SLIM)
    named = kept.join(said, on="ligne", how="left", maintain_order="left").with_columns(raison=told())
    return CANDIDATES.conform(named)


def able_to_take(lot: pl.Expr, share: float, settings: dict) -> dict[str, pl.Expr]:
    """``probabilite`` that share × capacity reaches the lot, ``dependance`` (lot / median capacity), ``prenable`` (cents)."""
    return {
        "probabilite": chance(lot, share, settings),
        "dependance": pl.when(pl.col("capacite") > 0).then(lot / pl.col("capacite")),
        "prenable": pl.min_horizontal((pl.col("capacite") * share).round().cast(pl.Int64), pl.col("annuel")),
    }


def chance(lot: pl.Expr, share: float, settings: dict) -> pl.Expr:
    """P(share × capacity ≥ lot), the capacity being log-normal between its first and last deciles."""
    low, high = pl.col("capacite_bas").clip(1, None).log(), pl.col("capacite_haut").clip(2, None).log()
    spread = ((high - low) / (2 * settings["quantiles_capacite"]["z"])).clip(0.05, None)
    gap = (low + high) / 2 + pl.lit(share).log() - lot.clip(1, None).log()
    return 1 / (1 + (-LOGISTIC * gap / spread).exp())


def within_reach(
    asked: pl.LazyFrame, places: pl.LazyFrame, supply: pl.LazyFrame, *, radius: float | None = None
) -> pl.LazyFrame:
    """One row per place, family and supplier within reach: ``lieu, famille, ligne`` (row of ``supply``), ``distance_km, portee``."""
    return within(reachable(asked, places, supply, furthest=furthest(radius)), radius)


def furthest(radius: float | None) -> float:
    """How far distances are measured for a radius: never further than asked, nor than a radius makes sense."""
    return min(rules.method()["potential"]["rayon_maximal"]["value"], radius or USUAL)


def within(reached: pl.LazyFrame, radius: float | None) -> pl.LazyFrame:
    """Of what is reachable, what a radius (or the usual reach of each family) keeps.

    ``lieu, famille, ligne, portee, distance_km`` (to the nearest commune of the place), ``milieu_km`` (to its middle),
    ``lieu_precis`` (the place is one commune), ``meme_region``.
    """
    near_enough = pl.col("_proche") <= (pl.col("_km") if radius is None else float(radius))
    local = pl.col("_usage").is_in(["rayon", "departement"])
    by_area = pl.col("_zone") & ((pl.col("_usage") != "departement") | pl.lit(radius is None))
    # Local by its distance and by its département: one way in, always the same.
    way = pl.when(by_area).then("_usage").when(local & near_enough).then(pl.lit("rayon"))
    close = pl.when(pl.col("_proche") <= furthest(radius)).then("_proche")
    found = reached.with_columns(portee=way, distance_km=pl.coalesce(close, "_milieu")).filter(
        pl.col("portee").is_not_null()
    )
    return found.select(
        "lieu",
        "famille",
        "ligne",
        "portee",
        "distance_km",
        milieu_km="_milieu",
        lieu_precis="_precis",
        meme_region="_region",
    )


def reachable(asked: pl.LazyFrame, places: pl.LazyFrame, supply: pl.LazyFrame, *, furthest: float) -> pl.LazyFrame:
    """One row per place, family and supplier that some radius up to ``furthest`` (or the usual reach) could keep.

    ``lieu, famille, ligne`` (row of ``supply``), ``_usage`` and ``_km`` (reach of the family), ``_zone`` (in its département,
    region or country, when that is its reach), ``_proche`` (kilometres to the nearest commune of the place, null beyond
    ``furthest``), ``_milieu`` (kilometres to its middle), ``_precis`` (one commune), ``_region`` (the same). ``within`` reads it.
    """
    reach = (
        rules.table("families_reach.csv")
        .lazy()
        .select("famille", _usage="portee", _km=pl.col("rayon_km").cast(pl.Float64, strict=False))
    )
    wanted = asked.join(reach, on="famille", maintain_order="left_right")
    where = supply.with_row_index("ligne").select(
        "ligne", "famille", "departement", "region", "code_commune", "lon", "lat"
    )
    distances = near(places, where, furthest)
    local = wanted.filter(pl.col("_usage").is_in(["rayon", "departement"]))
    parts = [
        local.join(distances.drop("distance_km"), on="lieu", maintain_order="left_right")
        .join(
            where.select("famille", "ligne", "code_commune"),
            on=["famille", "code_commune"],
            maintain_order="left_right",
        )
        .select("lieu", "famille", "ligne", "_usage", "_km", _zone=pl.lit(False))
    ]
    for level in ("departement", "region"):
        areas = places.select("lieu", level).unique().drop_nulls()
        parts.append(
            wanted.filter(pl.col("_usage") == level)
            .join(areas, on="lieu", maintain_order="left_right")
            .join(
                where.select("famille", "ligne", level).drop_nulls(level),
                on=["famille", level],
                maintain_order="left_right",
            )
            .select("lieu", "famille", "ligne", "_usage", "_km", _zone=pl.lit(True))
        )
    parts.append(
        wanted.filter(pl.col("_usage") == "national")
        .join(where.select("famille", "ligne"), on="famille", maintain_order="left_right")
        .select("lieu", "famille", "ligne", "_usage", "_km", _zone=pl.lit(True))
    )
    # ``ligne`` is of one family: place and row say the pair.
    pairs = (
        pl.concat(parts)
        .group_by("lieu", "ligne")
        .agg(pl.col("famille", "_usage", "_km").first(), pl.col("_zone").any())
    )
    return _measured(pairs, places, where, distances)


def near(places: pl.LazyFrame, where: pl.LazyFrame, radius: float) -> pl.LazyFrame:
    """``lieu, code_commune, distance_km``: communes with suppliers within the radius of the nearest commune of each place."""
    tall, wide = radius / KM_PER_DEGREE, radius / KM_PER_DEGREE_LON
    cells = {"_x": (pl.col("lon") / wide).floor().cast(pl.Int32), "_y": (pl.col("lat") / tall).floor().cast(pl.Int32)}
    towns = where.select("code_commune", "lon", "lat").drop_nulls().unique("code_commune").with_columns(**cells)
    shifts = pl.LazyFrame(
        {"_dx": [-1, -1, -1, 0, 0, 0, 1, 1, 1], "_dy": [-1, 0, 1] * 3}, schema={"_dx": pl.Int32, "_dy": pl.Int32}
    )
    spots = (
        places.select("lieu", "lon", "lat")
        .drop_nulls()
        .unique()
        .with_columns(**cells)
        .join(shifts, how="cross", maintain_order="left_right")
        .with_columns(_x=pl.col("_x") + pl.col("_dx"), _y=pl.col("_y") + pl.col("_dy"))
    )
    pairs = spots.join(towns, on=["_x", "_y"], suffix="_b", maintain_order="left_right").with_columns(
        distance_km=_distance()
    )
    close = pairs.filter(pl.col("distance_km") <= radius)
    return close.group_by("lieu", "code_commune").agg(pl.col("distance_km").min())


def _measured(pairs: pl.LazyFrame, places: pl.LazyFrame, where: pl.LazyFrame, distances: pl.LazyFrame) -> pl.LazyFrame:
    """The two distances of every pair: to the nearest commune when close, and from the middle of the place."""
    middles = places.group_by("lieu").agg(
        pl.col("lon", "lat").mean(), _precis=pl.len() == 1, _regions=pl.col("region").unique()
    )
    located = where.select("ligne", "code_commune", _la="region", lon_b="lon", lat_b="lat")
    joined = (
        pairs.join(located, on="ligne", how="left", maintain_order="left")
        .join(distances, on=["lieu", "code_commune"], how="left", maintain_order="left")
        .join(middles, on="lieu", how="left", maintain_order="left")
    )
    return joined.select(
        "lieu",
        "famille",
        "ligne",
        "_usage",
        "_km",
        "_zone",
        _proche="distance_km",
        _milieu=_distance(),
        _precis=pl.col("_precis").fill_null(False),
        _region=pl.col("_regions").list.contains(pl.col("_la")),
    )


def _distance() -> pl.Expr:
    one, two = pl.col("lat").radians(), pl.col("lat_b").radians()
    half = ((two - one) / 2).sin() ** 2 + one.cos() * two.cos() * (
        (pl.col("lon_b") - pl.col("lon")).radians() / 2
    ).sin() ** 2
    return 2 * EARTH_KM * half.clip(0, 1).sqrt().arcsin()
