"""Maps without network: outlines of départements bundled with the kit, places and suppliers as marks above them.

Mercator, as every map on a screen: north is up and circles stay circles.
"""

from __future__ import annotations

import json
import math
from dataclasses import replace
from functools import cache, lru_cache
from typing import Any, NamedTuple

import polars as pl

from spaser import french, rules
from spaser.charts import vega as alt
from spaser.charts.marks import WIDTH, data, picture, quick, text
from spaser.charts.pictures import ACCENT, INK, PALE, RULE, SERIES, Picture
from spaser.vocabulary import EARTH_KM
from spaser.vocabulary.lists import OF_DISABILITY, OF_ESS, OF_INSERTION

HEIGHT, KM_PER_DEGREE = 360, 111.195
LAND, AROUND = "#f8f6f1", "#e6eaee"
#: Each kind of supplier: its colour and its sign, told apart without colour.
KINDS = {
    OF_INSERTION: (SERIES[3], "square"),
    OF_DISABILITY: (SERIES[2], "triangle-up"),
    OF_ESS: (SERIES[0], "circle"),
}
#: Signs of one commune stand around its centre, so that none hides another (pixels east and north).
_SHIFTS = {OF_INSERTION: (-7, 4), OF_DISABILITY: (7, 4), OF_ESS: (0, -6)}
_NAMED, _LAND = 10, "departements"
#: Signs drawn at most, the largest capacities first: beyond, a map is a stain. Those left out are told.
MOST_SIGNS = 800
_INKS = {"lieu": INK, "cercle": "#8a5200", "commune": PALE, "departement": "#8d8778"}
BASE = "fond : contours des départements (Natural Earth, domaine public, précis à 1 km environ) ; points : centres des communes"


class Window(NamedTuple):
    """What a map shows: its centre in degrees, and the pixels of a radian."""

    lon: float
    lat: float
    scale: float

    @classmethod
    def around(cls, lon: float, lat: float, km: float) -> Window:
        """So many kilometres north and south of a point, a little more east and west."""
        return cls(lon, lat, HEIGHT / 2 * EARTH_KM * math.cos(math.radians(lat)) / km)

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        """The pixel of a point."""
        return WIDTH / 2 + self.scale * math.radians(lon - self.lon), HEIGHT / 2 - self.scale * (
            _mercator(lat) - _mercator(self.lat)
        )

    def back(self, lon: float, lat: float, east: float, north: float) -> tuple[float, float]:
        """The point so many pixels east and north of another."""
        return lon + math.degrees(east / self.scale), lat + math.degrees(
            north / self.scale * math.cos(math.radians(lat))
        )

    def shows(self, lon: float, lat: float, margin: float = 0) -> bool:
        x, y = self.at(lon, lat)
        return -margin <= x <= WIDTH + margin and -margin <= y <= HEIGHT + margin


#: Metropolitan France, Corsica included.
FRANCE = Window(2.2, 46.55, 1_410)


@quick
def supplier_map(
    rows: pl.DataFrame,
    places: pl.DataFrame,
    radiuses: tuple[float, ...] = (),
    *,
    whole: bool = False,
    title: str = "Où sont les fournisseurs crédibles",
    unlocated: int = 0,
) -> Picture:
    """Where credible suppliers are, around the places of the buyer.

    Parameters
    ----------
    rows
        One row per commune and kind: ``commune``, ``lon``, ``lat``, ``statut`` (a key of ``KINDS``), ``n`` (suppliers),
        ``capacite`` (cents a year, together), ``distance_km``.
    places
        The places to serve: ``lieu``, ``lon``, ``lat``; none: the whole of metropolitan France is shown.
    radiuses
        Kilometres of the circles to draw around the places when they are few.
    whole
        Metropolitan France rather than the neighbourhood.
    unlocated
        Suppliers that no commune is known for: told, not drawn.
    """
    window = FRANCE if whole or not places.height else _window(places, radiuses)
    shown = rows.filter(_inside(rows, window)).sort("capacite", "commune", descending=[True, False], nulls_last=True)
    drawn = _shifted(shown.head(MOST_SIGNS), window)
    layers = [_land(), *_circles(places, radiuses, window), *_marks(), *_home(places, window), *_words()]
    projection: dict[str, Any] = {
        "type": "mercator",
        "center": [window.lon, window.lat],
        "scale": window.scale,
        "translate": [WIDTH / 2, HEIGHT / 2],
    }
    chart = (
        alt.layer(*layers)
        .project(**projection)
        .properties(width=WIDTH, height=HEIGHT, view=alt.ViewBackground(fill=AROUND, stroke=RULE))
    )
    inside, out = int(shown["n"].sum()), beyond(rows, places, radiuses, whole=whole)
    basis = [
        f"n = {french.count(inside, 'fournisseur', none=False)} sur la carte ; hors de la carte : {french.number(out)} ; sans commune connue : {french.number(unlocated)}",
        *_crowded(shown),
        *_read(shown, places, radiuses, window),
        BASE,
    ]
    columns = (
        ("commune", "Commune", "texte"),
        ("statut", "Statut", "texte"),
        ("n", "Fournisseurs", "entier"),
        ("capacite", "Capacité annuelle estimée", "somme"),
        ("distance_km", "Distance (km)", "entier"),
    )
    twin = rows.sort("n", "commune", "statut", descending=[True, False, False]).with_columns(
        pl.col("distance_km").round().cast(pl.Int64)
    )
    drawing = picture(chart, title, basis, _told(rows, places, inside, out, unlocated), twin, columns)
    named = _names(shown, places, radiuses, window)
    return replace(drawing, datasets={_LAND: _departments(window), "fournisseurs": drawn.to_dicts(), "mots": named})


def beyond(rows: pl.DataFrame, places: pl.DataFrame, radiuses: tuple[float, ...], *, whole: bool = False) -> int:
    """How many suppliers stand outside the neighbourhood that is drawn."""
    window = FRANCE if whole or not places.height else _window(places, radiuses)
    return int(rows.filter(~_inside(rows, window))["n"].sum())


@cache
def outlines() -> dict[str, Any]:
    """The bundled outlines: a GeoJSON collection with its provenance; properties ``departement`` and ``nom``."""
    return json.loads(rules.path("departements.geojson").read_text(encoding="utf-8"))


def _window(places: pl.DataFrame, radiuses: tuple[float, ...]) -> Window:
    """Around the main place: its circles, and the other places; the whole country when they are far apart."""
    lon, lat = places.select("lon", "lat").row(0)
    narrow = math.cos(math.radians(lat))
    north = max(abs(y - lat) for y in places["lat"]) * KM_PER_DEGREE
    east = max(abs(x - lon) for x in places["lon"]) * KM_PER_DEGREE * narrow * HEIGHT / WIDTH
    half = max(20.0, 1.12 * max(radiuses, default=30.0), 1.15 * max(north, east))
    return FRANCE if half > 350 else Window.around(lon, lat, half)


def _land() -> alt.Chart:
    marks = alt.Chart(alt.NamedData(name=_LAND)).mark_geoshape(fill=LAND, stroke="#b9b2a3", strokeWidth=0.8, clip=True)
    return marks.encode(tooltip=alt.Tooltip("properties.nom:N", title="Département"))


@lru_cache(maxsize=32)
def _departments(window: Window) -> list[dict[str, Any]]:
    """The départements that the window meets; seen from far, fewer points draw the same line."""
    digits = 2 if window.scale < 10_000 else 3
    return [
        {
            "type": "Feature",
            "properties": {"nom": feature["properties"]["nom"]},
            "geometry": {"type": "MultiPolygon", "coordinates": found},
        }
        for feature in outlines()["features"]
        if (found := _polygons(feature, window, digits))
    ]


@lru_cache(maxsize=32)
def _centres(window: Window) -> list[tuple[str, tuple[float, float]]]:
    """Where to write the names of the départements shown: the middle of their largest part."""
    found = []
    for feature in outlines()["features"]:
        ring = max((polygon[0] for polygon in feature["geometry"]["coordinates"]), key=len)
        (west, south), (east, north) = _corner(ring, min), _corner(ring, max)
        spot = (west + east) / 2, (south + north) / 2
        found += [(feature["properties"]["nom"], spot)] if window.shows(*spot) else []
    return found


def _polygons(feature: dict[str, Any], window: Window, digits: int) -> list[list[list[list[float]]]]:
    found = []
    for polygon in feature["geometry"]["coordinates"]:
        ring = polygon[0]
        xs, ys = zip(*(window.at(lon, lat) for lon, lat in (_corner(ring, min), _corner(ring, max))), strict=True)
        if max(xs) < 0 or min(xs) > WIDTH or max(ys) < 0 or min(ys) > HEIGHT:
            continue
        rings = [_rounded(one, digits) for one in polygon]
        found += [[one for one in rings if len(one) > 3]] if len(rings[0]) > 3 else []
    return found


def _corner(ring: list[list[float]], end: Any) -> tuple[float, float]:
    return end(lon for lon, _ in ring), end(lat for _, lat in ring)


def _rounded(ring: list[list[float]], digits: int) -> list[list[float]]:
    points = [[round(lon, digits), round(lat, digits)] for lon, lat in ring]
    return points[:1] + [here for before, here in zip(points, points[1:], strict=False) if here != before]


def _circles(places: pl.DataFrame, radiuses: tuple[float, ...], window: Window) -> list[alt.Chart]:
    """The reach around the main place, as rings in true kilometres."""
    if not places.height or not radiuses or window == FRANCE:
        return []
    lon, lat = places.select("lon", "lat").row(0)
    rings = [
        {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [_ring(lon, lat, km)]}}
        for km in radiuses
    ]
    dashed = alt.Chart(alt.InlineData(values=rings)).mark_geoshape(
        filled=False, stroke=ACCENT, strokeWidth=1.5, strokeDash=[6, 4], clip=True
    )
    return [dashed]


def _ring(lon: float, lat: float, km: float) -> list[list[float]]:
    turn = [2 * math.pi * step / 72 for step in range(73)]
    return [
        [
            round(lon + km * math.sin(a) / (KM_PER_DEGREE * math.cos(math.radians(lat))), 4),
            round(lat + km * math.cos(a) / KM_PER_DEGREE, 4),
        ]
        for a in turn
    ]


def _marks() -> list[alt.Chart]:
    names = list(KINDS)
    colours, signs = ([KINDS[name][part] for name in names] for part in (0, 1))
    base = alt.Chart(alt.NamedData(name="fournisseurs"))
    return [
        base.mark_point(filled=True, opacity=0.85, stroke="#ffffff", strokeWidth=0.7, clip=True).encode(
            longitude="x:Q",
            latitude="y:Q",
            size=alt.Size("euros:Q", scale=alt.Scale(type="sqrt", range=[30, 520], domainMin=0), legend=None),
            color=alt.Color(
                "statut:N",
                scale=alt.Scale(domain=names, range=colours),
                legend=alt.Legend(symbolType="circle", symbolOpacity=1),
            ),
            shape=alt.Shape("statut:N", scale=alt.Scale(domain=names, range=signs)),
            tooltip=[
                alt.Tooltip("commune:N", title="Commune"),
                alt.Tooltip("statut:N", title="Statut"),
                alt.Tooltip("n:Q", title="Fournisseurs"),
                alt.Tooltip("somme:N", title="Capacité annuelle estimée"),
                alt.Tooltip("loin:N", title="Distance"),
            ],
        )
    ]


def _home(places: pl.DataFrame, window: Window) -> list[alt.Chart]:
    seen = places.filter(_inside(places, window)) if places.height else places
    if not seen.height:
        return []
    cross = alt.Chart(data(seen.select("lieu", "lon", "lat"))).encode(longitude="lon:Q", latitude="lat:Q")
    return [
        cross.mark_point(
            shape="cross", filled=True, fill=ACCENT, stroke="#ffffff", strokeWidth=1.5, size=150, opacity=1, clip=True
        ).encode(tooltip=alt.Tooltip("lieu:N", title="À servir"))
    ]


def _names(
    shown: pl.DataFrame, places: pl.DataFrame, radiuses: tuple[float, ...], window: Window
) -> list[dict[str, Any]]:
    """The names of the places to serve, of the circles, and of the communes best supplied, none over another."""
    taken: list[tuple[float, float, float, float]] = []
    said: list[dict[str, Any]] = []
    near = window != FRANCE
    by_town = shown.group_by("commune", maintain_order=True).agg(
        pl.col("n").sum(), pl.col("lon", "lat").first(), pl.col("distance_km").min()
    )
    here = dict(by_town.select("commune", "n").rows())
    wanted: list[tuple[str, Any, Any, str]] = [
        (f"{lieu} ({french.number(here[lieu])})" if lieu in here else lieu, lon, lat, "lieu")
        for lieu, lon, lat in places.select("lieu", "lon", "lat").head(3).rows()
    ]
    wanted = wanted if near else []
    if near and places.height:
        lon, lat = places.select("lon", "lat").row(0)
        wanted += [(f"{french.number(km)}\u00a0km", *_ring(lon, lat, km)[0], "cercle") for km in radiuses]
    best = (
        by_town.filter(~pl.col("commune").is_in(places["lieu"].implode()) | pl.lit(not near))
        .sort("n", "distance_km", "commune", descending=[True, False, False], nulls_last=True)
        .head(_NAMED)
    )
    wanted += [
        (f"{name} ({french.number(n)})", lon, lat, "commune")
        for name, n, lon, lat in best.select("commune", "n", "lon", "lat").rows()
    ]
    wanted += (
        [
            (name, *spot, "departement")
            for name, spot in _centres(window)
            if name not in here and name not in set(places["lieu"])
        ]
        if near
        else []
    )
    for words, lon, lat, kind in wanted:
        x, y = window.at(lon, lat)
        box = (x + 9, y - 9, x + 15 + 6.4 * len(words), y + 7)
        free = all(box[2] < a or box[0] > c or box[3] < b or box[1] > d for a, b, c, d in taken)
        if free and box[2] < WIDTH and 0 < box[1] and box[3] < HEIGHT and len(said) < 2 * _NAMED:
            taken.append(box)
            said.append({"mot": words, "lon": lon, "lat": lat, "encre": _INKS[kind]})
    return said


def _words() -> list[alt.Chart]:
    base = alt.Chart(alt.NamedData(name="mots")).encode(longitude="lon:Q", latitude="lat:Q", text="mot:N")
    halo = base.mark_text(
        align="left", dx=12, fontSize=11, stroke="#ffffff", strokeWidth=3, strokeOpacity=0.85, strokeJoin="round"
    )
    return [halo, base.mark_text(align="left", dx=12, fontSize=11).encode(color=alt.Color("encre:N", scale=None))]


def _shifted(shown: pl.DataFrame, window: Window) -> pl.DataFrame:
    spots = [window.back(lon, lat, *_SHIFTS[kind]) for lon, lat, kind in shown.select("lon", "lat", "statut").rows()]
    far = text("distance_km", lambda km: f"{french.number(km)}\u00a0km")
    return shown.select(
        "commune",
        "statut",
        "n",
        euros=pl.col("capacite").fill_null(0) / 100,
        somme=text("capacite", french.euros_short),
        loin=far,
        x=pl.Series([x for x, _ in spots], dtype=pl.Float64),
        y=pl.Series([y for _, y in spots], dtype=pl.Float64),
    )


def _told(rows: pl.DataFrame, places: pl.DataFrame, inside: int, out: int, unlocated: int) -> str:
    best = rows.group_by("commune").agg(pl.col("n").sum()).sort("n", "commune", descending=[True, False]).head(5)
    towns = ", ".join(f"{commune} {french.number(n)}" for commune, n in best.rows())
    kinds = " ; ".join(
        f"{kind} : {french.number(n)}"
        for kind, n in rows.group_by("statut").agg(pl.col("n").sum()).sort("statut").rows()
    )
    home = french.listing(places["lieu"].head(3).to_list())
    around = f" autour de {home}" if home else ""
    count = f"{french.count(inside, 'fournisseur', none=False)} sur la carte, {french.number(out)} au-delà, {french.number(unlocated)} sans commune connue"
    return (
        f"Carte{around}. {count}. Par statut, {kinds}. Communes les plus fournies : {towns}."
        if rows.height
        else f"Carte{around}. Aucun fournisseur crédible à placer."
    )


def _inside(rows: pl.DataFrame, window: Window) -> pl.Series:
    return pl.Series([window.shows(lon, lat) for lon, lat in rows.select("lon", "lat").rows()], dtype=pl.Boolean)


def _crowded(shown: pl.DataFrame) -> list[str]:
    """The suppliers of the signs that are too many to be drawn."""
    left = shown.slice(MOST_SIGNS)
    return (
        [
            f"{french.number(MOST_SIGNS)} signes dessinés, les plus grandes capacités ; {french.count(int(left['n'].sum()), 'fournisseur')} sans signe"
        ]
        if left.height
        else []
    )


def _read(shown: pl.DataFrame, places: pl.DataFrame, radiuses: tuple[float, ...], window: Window) -> list[str]:
    """How to read the signs and the circles."""
    told = []
    if shown.height:
        told.append(
            f"surface des signes : capacité annuelle estimée, au plus {french.euros_short(shown.select(pl.col('capacite').max()).item() or 0)} dans une commune"
        )
    if places.height and window != FRANCE:
        told.append(
            f"croix : lieux à servir ; {'cercle' if len(radiuses) == 1 else 'cercles'} : rayon autour de {places['lieu'][0]}"
            if radiuses
            else "croix : lieux à servir"
        )
    return told


def _mercator(lat: float) -> float:
    return math.log(math.tan(math.pi / 4 + math.radians(lat) / 2))
