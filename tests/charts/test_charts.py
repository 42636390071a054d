"""Charts: offline, French, the unknown shown, the same figures in the marks, the text and the table."""

from __future__ import annotations

import json
import re

import polars as pl
import pytest
from ahead_frames import FRAMES
from findings import CODES, findings

from spaser import charts, rules
from spaser.charts.pictures import INKS, MIME
from spaser.charts.quadrants import LEVERS, lever_marks

STEPS = pl.DataFrame(
    {"etape": ["Lus", "Concessions", "Mesurés"], "n": [1200, 146, 1054], "genre": ["départ", "retrait", "total"]}
)
BANDS = pl.DataFrame(
    {"axe": ["Social"] * 3, "bande": ["0", "1 à 100", "inconnu"], "ordre": [0, 1, 2], "n": [1200, 20, 80]}
)


def pictures():
    found = findings()
    return {
        "considerations": charts.considerations(found.rows(*CODES)),
        "years": charts.shares_by_year(found.rows(*CODES, dimension="annee")),
        "families": charts.by_family(found.rows("clause_sociale", "clause_environnementale", dimension="famille")),
        "waterfall": charts.waterfall(STEPS),
        "scores": charts.score_distribution(BANDS),
    } | {name: getattr(charts, chart)(*given) for name, (chart, given) in FRAMES.items()}


DRAWN = pictures()


def texts(picture):
    return [re.sub(r"[\u00a0\u202f]", " ", text) for text in re.findall(r">([^<>]+)</(?:text|tspan)>", picture.svg)]


@pytest.mark.parametrize("name", DRAWN)
def test_a_chart_displays_offline_with_a_static_twin_and_its_text(name):
    bundle = DRAWN[name]._repr_mimebundle_()
    assert set(bundle) == {MIME, "image/svg+xml", "text/plain"}
    assert bundle[MIME]["$schema"].endswith("/v5.json")
    assert "url" not in json.dumps(bundle[MIME]).replace('"$schema"', "")
    assert bundle["image/svg+xml"].startswith("<svg")
    assert bundle["text/plain"] == DRAWN[name].alt


@pytest.mark.parametrize("name", DRAWN)
def test_a_chart_follows_the_grammar_of_charts(name):
    # Checked here once for all rather than each time a chart is drawn.
    checked = DRAWN[name].chart.to_dict(validate=True, context={"pre_transform": False})
    assert checked == DRAWN[name].chart.to_dict(validate=False, context={"pre_transform": False})


@pytest.mark.parametrize("name", DRAWN)
def test_a_chart_is_the_same_each_time(name):
    again = pictures()[name]
    assert again.spec == DRAWN[name].spec
    assert again.svg == DRAWN[name].svg


@pytest.mark.parametrize("name", DRAWN)
def test_nothing_is_described_in_english_nor_numbered_the_english_way(name):
    svg = DRAWN[name].svg
    assert "aria-label=" not in svg
    assert not re.search(r">[^<]*\d[.]\d[^<]*</text>", svg)


@pytest.mark.parametrize("name", DRAWN)
def test_each_chart_says_what_it_rests_on_and_has_its_table(name):
    picture = DRAWN[name]
    assert re.search(r"n = |dénominateur", " ".join(texts(picture)))
    assert picture.twin.height
    assert {column for column, _, _ in picture.columns} == set(picture.twin.columns)
    assert len(picture.alt) > 40


def test_the_unknown_has_its_own_grey_and_is_never_hidden():
    picture = DRAWN["considerations"]
    data = (
        next(iter(picture.spec["datasets"].values())) if "datasets" in picture.spec else picture.spec["data"]["values"]
    )
    by_name = {}
    for row in data:
        by_name.setdefault(row["nom"], []).append(row)
    for rows in by_name.values():
        assert [row["reponse"] for row in rows] == ["oui", "non", "inconnu"] or {row["reponse"] for row in rows} == {
            "oui",
            "non",
            "inconnu",
        }
        assert sum(row["part"] for row in rows) == pytest.approx(1)
    assert charts.COLOURS["inconnu"] in picture.svg
    assert "inconnu" in texts(picture)


def test_the_marks_the_text_and_the_table_say_the_same():
    found = findings()
    measure = found.one("clause_sociale")
    picture = DRAWN["considerations"]
    assert "41,0 %" in texts(picture)
    assert "Clause sociale 41,0" in picture.alt
    line = picture.twin.filter(pl.col("nom") == "Clause sociale").to_dicts()[0]
    assert (line["numerateur"], line["non"], line["inconnu"]) == (
        measure.numerateur,
        measure.repondus - measure.numerateur,
        measure.denominateur - measure.repondus,
    )


def test_families_are_sorted_and_carry_their_number_of_contracts():
    shown = texts(DRAWN["families"])
    names = [text for text in shown if "(n = " in text]
    assert names[0].startswith("Espaces verts")
    assert len(names) == 4
    assert "80 à 100 %" in shown


def test_the_waterfall_takes_away_what_it_says():
    assert "− 146" in texts(DRAWN["waterfall"])
    assert "1 054" in texts(DRAWN["waterfall"])


def test_no_row_at_all_still_draws():
    found = findings()
    none = found.measures.clear()
    assert charts.considerations(none).svg
    assert charts.shares_by_year(none).svg
    assert charts.by_family(none).svg


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("sense", charts.COLOURS)
def test_text_stays_legible_on_each_colour(sense):
    light, dark = sorted((luminance(charts.COLOURS[sense]), luminance(INKS[sense])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_two_charts_of_a_page_never_share_an_identifier():
    first, second = DRAWN["years"].inline_svg("a"), DRAWN["years"].inline_svg("b")
    ids = [set(re.findall(r'\bid="([^"]+)"', svg)) for svg in (first, second)]
    assert not ids[0] & ids[1]
    assert set(re.findall(r"url\(#([^)]+)\)", first)) <= ids[0]


def test_what_texts_say_and_contracts_do_not_is_counted_in_the_text():
    assert "Clause sociale 45" in DRAWN["gap"].alt
    assert "inconnu" in texts(DRAWN["gap"])


def test_a_buyer_among_its_peers_knows_its_rank_and_its_range():
    assert "Ville fictive A : 2e sur 3" in DRAWN["peers"].alt.replace("\u00a0", " ")
    assert DRAWN["peers"].twin["acheteur"][0] == "Ville fictive B"


def test_a_year_that_says_nothing_is_grey_and_marked_unknown():
    rows = findings().rows("clause_sociale", dimension="annee")
    silent = rows.with_columns(repondus=pl.lit(0), valeur=None, valeur_repondus=None, bas=pl.lit(0.0), haut=pl.lit(1.0))
    picture = charts.shares_by_year(silent, open_years=["2026"])
    assert texts(picture).count("inconnu") == rows.height
    assert charts.COLOURS["inconnu"] in picture.svg
    assert "2026*" in texts(picture)


def test_each_lever_of_the_ladder_has_a_shape_and_a_colour_of_its_own():
    labels = [one["label"] for one in rules.toml("levers.toml")["rungs"] if one["main"]]
    marks = lever_marks(labels)
    assert list(marks) == labels
    assert (
        len({shape for shape, _ in marks.values()})
        == len({colour for _, colour in marks.values()})
        == len(labels)
        == len(LEVERS)
    )


def test_a_lever_keeps_its_mark_whatever_the_others_shown():
    alone, several = (
        lever_marks(labels)
        for labels in (["Clause d'insertion"], ["Sourçage d'abord", "Réserver un lot", "Clause d'insertion"])
    )
    assert alone["Clause d'insertion"] == several["Clause d'insertion"]
    encoded = next(layer["encoding"] for layer in DRAWN["quadrant"].spec["layer"] if layer["mark"]["type"] == "point")
    assert encoded["shape"]["scale"]["domain"] == encoded["color"]["scale"]["domain"]
    assert len(set(encoded["shape"]["scale"]["range"])) == 3


def test_names_of_a_quadrant_cross_no_point_and_no_other_name():
    rows = pl.DataFrame(
        {
            "famille": [f"Famille inventée {rank:02d}" for rank in range(30)],
            "demande": [10**8 + 7 * 10**6 * rank for rank in range(30)],
            "offre": [rank * rank % 11 for rank in range(30)],
            "levier": ["Réserver un lot"] * 30,
            "couverture": [None] * 30,
        }
    )
    picture = charts.quadrant(rows)
    spots = {
        name: tuple(map(float, at)) for name, at in zip(rows.sort("famille")["famille"], _points(picture), strict=True)
    }
    words = _words(picture)
    assert 5 < len(words) < 30
    boxes = {name: _around(align, *at, len(name)) for name, (align, at) in words.items()}
    for name, (left, right, top, bottom) in boxes.items():
        assert not [x for other, (x, y) in spots.items() if other != name and left < x < right and top < y < bottom]
        assert not [
            b
            for other, b in boxes.items()
            if other != name and left < b[1] and b[0] < right and top < b[3] and b[2] < bottom
        ]


def _points(picture):
    group = re.search(r'class="mark-symbol role-mark[^>]*>(.*?)</g>', picture.svg, re.S)[1]
    return re.findall(r"translate\(([\d.-]+),([\d.-]+)\)", group)


def _words(picture):
    found = re.findall(
        r'<text text-anchor="(\w+)" transform="translate\(([\d.-]+),([\d.-]+)\)"[^>]*>(Famille inventée \d\d)<',
        picture.svg,
    )
    return {name: (align, (float(x), float(y))) for align, x, y, name in found}


def _around(align, x, y, letters):
    size = 5 * letters
    left = {"start": x, "end": x - size, "middle": x - size / 2}[align]
    return left, left + size, y - 9, y + 2


@pytest.mark.parametrize(
    ("unit", "shared", "other"),
    [("valeur", "part du montant", "part des contrats"), ("nombre", "part des contrats", "part du montant")],
)
def test_the_axis_says_value_when_value_is_shown_and_contracts_when_they_are_counted(unit, shared, other):
    said = texts(charts.considerations(findings().rows(*CODES, unite=unit)))
    assert shared in said and other not in said


@pytest.mark.parametrize("few", [True, False])
def test_a_year_with_few_contracts_is_drawn_hollow_and_said(few):
    rows = findings().rows(*CODES, dimension="annee").with_columns(petit_effectif=pl.lit(few))
    said = " ".join(texts(charts.shares_by_year(rows)))
    assert ("point creux" in said) is few


@pytest.mark.parametrize(("target", "stopped"), [(0.03, True), (0.4, False)])
def test_a_small_target_is_drawn_on_its_own_scale_and_what_goes_beyond_is_said(target, stopped):
    rows = pl.DataFrame({"annee": ["2024"], "valeur": [target / 2], "bas": [0.0], "haut": [0.9], "genre": ["constaté"]})
    said = " ".join(texts(charts.trajectory(rows, target)))
    assert ("échelle arrêtée à 5 %" in said) is stopped and ("100 %" in said) is not stopped


@pytest.mark.parametrize(("values", "away"), [([0.2, 0.39], True), ([0.39, 0.2], False), ([0.3], False)])
def test_the_word_of_a_target_stands_where_the_road_is_farther_from_it(values, away) -> None:
    """Two labels at the same place cannot be read."""
    rows = pl.DataFrame(
        {
            "annee": [str(2024 + rank) for rank in range(len(values))],
            "valeur": values,
            "bas": values,
            "haut": values,
            "genre": "constaté",
        }
    )
    spec = str(charts.trajectory(rows, 0.4).spec)
    assert ("'align': 'left', 'baseline': 'bottom'" in spec) is away
