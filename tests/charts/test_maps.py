"""The map of suppliers: outlines bundled, places where they are, nobody lost without being counted."""

from __future__ import annotations

import json
import re
from pathlib import Path

import polars as pl
import pytest
from ahead_frames import FRAMES

from spaser import charts, rules, territories
from spaser.charts import maps
from spaser.deliverables.report import MASK
from spaser.potential import map as opportunities_map
from spaser.sections import map as sections_map
from spaser.studies import diagnostic
from spaser.studies import potential as opportunities

DATA = Path(__file__).parents[2] / "data"
ROWS, PLACES, RADIUSES = FRAMES["supplier_map"][1]


@pytest.fixture(scope="module")
def found():
    base = diagnostic.prepare(
        sorted(DATA.glob("marches_demo*.json")), registers=sorted(DATA.glob("registre_demo*.csv"))
    )
    return opportunities.potential_of(base, buyer="aubrelle")


def plain(text):
    return re.sub(r"[\u00a0\u202f]", " ", text)


def test_every_departement_has_its_outline_and_the_outlines_say_where_they_come_from():
    kept = json.loads(rules.path("departements.geojson").read_text(encoding="utf-8"))
    assert {"source", "licence", "transformation", "precision"} <= set(kept["provenance"])
    known = set(territories.communes().select("departement").unique().collect()["departement"])
    drawn = {feature["properties"]["departement"] for feature in kept["features"]}
    assert len(drawn) == 101
    assert drawn <= known
    assert all(feature["properties"]["nom"] for feature in kept["features"])


@pytest.mark.parametrize("town", ["Marseille", "Strasbourg", "Bastia", "Saint-Denis", "Rennes", "Nice"])
def test_a_town_falls_inside_the_outline_of_its_departement(town):
    rows = territories.communes().filter(pl.col("commune") == town).sort("population", descending=True).collect()
    code, lon, lat = rows.select("departement", "lon", "lat").row(0)
    shape = next(feature for feature in maps.outlines()["features"] if feature["properties"]["departement"] == code)
    assert any(_holds(polygon[0], lon, lat) for polygon in shape["geometry"]["coordinates"])


def _holds(ring, lon, lat):
    crossed = False
    for (x, y), (u, v) in zip(ring, ring[1:], strict=False):
        if (y > lat) != (v > lat) and lon < (u - x) * (lat - y) / (v - y) + x:
            crossed = not crossed
    return crossed


def test_signs_too_many_to_be_told_apart_are_left_out_and_counted(monkeypatch):
    monkeypatch.setattr(maps, "MOST_SIGNS", 1)
    chart = charts.supplier_map(ROWS, PLACES, RADIUSES)
    assert len(chart.spec["datasets"]["fournisseurs"]) == 1
    inside = sorted(
        (n for n, kept in zip(ROWS["n"], maps._inside(ROWS, maps._window(PLACES, RADIUSES)), strict=True) if kept)
    )
    told = re.search(
        r"1 signes? dessinés?, les plus grandes capacités ; (\d+) fournisseur",
        plain(json.dumps(chart.spec, ensure_ascii=False)),
    )
    assert sum(inside) - inside[-1] <= int(told[1]) < sum(inside)


@pytest.mark.parametrize(("lon", "lat"), [(2.35, 48.85), (55.45, -20.9), (-61.5, 16.2), (9.1, 42.2)])
def test_north_is_up_and_a_circle_stays_a_circle_anywhere(lon, lat):
    window = maps.Window.around(lon, lat, 50.0)
    ring = [window.at(*point) for point in maps._ring(lon, lat, 30.0)]
    wide = max(x for x, _ in ring) - min(x for x, _ in ring)
    tall = max(y for _, y in ring) - min(y for _, y in ring)
    assert wide == pytest.approx(tall, rel=0.01)
    assert tall == pytest.approx(maps.HEIGHT * 30 / 50, rel=0.01)
    assert window.at(lon, lat + 0.1)[1] < window.at(lon, lat)[1]


def test_suppliers_on_the_map_beyond_it_and_without_place_add_up():
    picture = charts.supplier_map(ROWS, PLACES, RADIUSES, unlocated=4)
    assert "16 fournisseurs sur la carte, 2 au-delà, 4 sans commune connue" in plain(picture.alt)
    whole = charts.supplier_map(ROWS, PLACES, RADIUSES, whole=True, unlocated=4)
    assert "18 fournisseurs sur la carte, 0 au-delà, 4 sans commune connue" in plain(whole.alt)
    assert picture.twin["n"].sum() == ROWS["n"].sum()


def test_the_map_names_its_background_and_fetches_nothing():
    spec = json.dumps(charts.supplier_map(ROWS, PLACES, RADIUSES).spec, ensure_ascii=False)
    assert "fond" in spec and "Natural Earth" in spec
    assert '"url"' not in spec and "geoshape" in spec


def test_only_the_departements_in_sight_are_drawn():
    near = charts.supplier_map(ROWS, PLACES, RADIUSES)
    names = {feature["properties"]["nom"] for feature in near.datasets["departements"]}
    assert {"Paris", "Essonne"} <= names and "Gironde" not in names
    assert len(charts.supplier_map(ROWS, PLACES, RADIUSES, whole=True).datasets["departements"]) == 96


def test_nobody_to_draw_still_draws():
    assert "Aucun fournisseur crédible" in charts.supplier_map(ROWS.clear(), PLACES, RADIUSES).alt
    assert charts.supplier_map(ROWS.clear(), PLACES.clear()).svg


def test_each_establishment_is_drawn_once_however_many_families_it_serves(found):
    towns = opportunities_map.by_town(found.suppliers).collect()
    ones = found.suppliers.filter(pl.col("lon").is_not_null()).select(pl.coalesce("siret", "siren").n_unique()).item()
    assert towns["n"].sum() == ones > 10
    assert found.suppliers.height > ones
    assert set(towns["statut"]) <= set(maps.KINDS)
    assert set(opportunities_map.KINDS) < set(maps.KINDS) and len(maps.KINDS) == len(opportunities_map.KINDS) + 1


def test_the_suppliers_of_the_map_are_those_counted_by_family(found):
    counted = found.suppliers.group_by("famille").agg(n=pl.coalesce("siret", "siren").n_unique().cast(pl.Int32))
    told = found.families.filter(pl.col("fournisseurs") > 0).join(counted, on="famille", how="left")
    assert told.filter(pl.col("n") != pl.col("fournisseurs")).height == 0
    assert told.height == counted.height


def test_the_radius_chosen_is_the_only_circle():
    rows = pl.DataFrame({"etat_action": ["agir", "agir"], "famille": ["nettoyage_locaux", "traiteur"]})
    assert opportunities_map.radiuses(rows, None) == (30.0, 50.0)
    assert opportunities_map.radiuses(rows, 12.0) == (12.0,)


def test_a_natural_person_behind_a_mark_shows_neither_name_nor_commune(found):
    one = found.suppliers.head(1).with_columns(personne_physique=pl.lit(True))
    block = sections_map.who(one, "Les fournisseurs")
    assert block.frame["nom"].to_list() == [MASK] and block.frame["commune"].to_list() == [None]
    assert one["nom"][0] not in str(block.frame.to_dicts())


def test_the_caption_of_the_map_says_how_many_are_not_on_it_and_why():
    assert sections_map._missing(0, 0) == ""
    assert "3\u202f478 dont les listes ne disent pas la commune" in sections_map._missing(3478, 0)
    assert sections_map._missing(2, 5).endswith("commune et 5 hors du cadre")
    assert charts.beyond(ROWS, PLACES, RADIUSES) == 2 and charts.beyond(ROWS, PLACES, RADIUSES, whole=True) == 0
