"""Demand × supply: one point per family, each lever of the ladder with a shape and a colour of its own."""

from __future__ import annotations

import math
from typing import Literal

import polars as pl

from spaser import french, rules
from spaser.charts import vega as alt
from spaser.charts.marks import WIDTH, count_axis, data, picture, quick, short
from spaser.charts.pictures import ACCENT, COLOURS, NEUTRAL, PALE, RULE, SERIES, Picture

_PENTAGON = "M0,-1L0.95,-0.31L0.59,0.81L-0.59,0.81L-0.95,-0.31Z"
_HALF = "M-1,0.5A1,1,0,0,1,1,0.5Z"
_STAR = "M0,-1.1L0.3,-0.35L1.05,-0.34L0.45,0.15L0.65,0.9L0,0.45L-0.65,0.9L-0.45,0.15L-1.05,-0.34L-0.3,-0.35Z"
_BAR = "M-1,-0.3L1,-0.3L1,0.3L-1,0.3Z"
#: By code of levers.toml, the same in every chart; those reserved to a kind of supplier have its marks on the map.
LEVERS = {
    "reserver_handicap_insertion": (_PENTAGON, "#17513e"),
    "reserver_handicap": ("triangle-up", SERIES[2]),
    "reserver_insertion": ("square", SERIES[3]),
    "reserver_ess": ("circle", SERIES[0]),
    "reserver_ess_duree": (_HALF, "#6f86a3"),
    "reserver_lot": ("diamond", COLOURS["réservé"]),
    "allotir": ("triangle-down", "#c0598f"),
    "clause_sociale": ("cross", COLOURS["clause"]),
    "critere": ("triangle-right", COLOURS["critère"]),
    "sourcing": (_STAR, ACCENT),
    "rien": (_BAR, PALE),
    "reserver_concession": ("M-1,-1L1,-1L0,1Z M-1,0.6L1,0.6L1,1L-1,1Z", "#3c6e8f"),
    "concession_part": ("M-1,-1L1,-1L0,0ZM0,0.1L1,1L-1,1Z", "#8c7d4a"),
    "reserver_tous_lots": ("M-1,-1H1V1H-1ZM-0.4,-0.4V0.4H0.4V-0.4Z", "#8a5a2b"),
    "achat_direct": ("M0,-1L1,0L0.4,0L0.4,1L-0.4,1L-0.4,0L-1,0Z", "#7a8f2d"),
    "achat_direct_travaux": ("M0,1L1,0L0.4,0L0.4,-1L-0.4,-1L-0.4,0L-1,0Z", "#4f6b1e"),
    "petits_lots": ("M-1,-1H-0.2V-0.2H-1ZM0.2,-1H1V-0.2H0.2ZM-1,0.2H-0.2V1H-1ZM0.2,0.2H1V1H0.2Z", "#b5762f"),
    "petits_lots_travaux": ("M-1,-1H1V-0.4H-1ZM-1,-0.2H1V0.2H-1ZM-1,0.4H1V1H-1Z", "#7d4f16"),
    "sociaux_mapa": ("M0,1L-1,-0.2A0.5,0.5,0,0,1,0,-0.5A0.5,0.5,0,0,1,1,-0.2Z", "#a34a6b"),
    "groupement": ("M-1,-0.5H0V0.5H-1ZM0.2,-0.5H1V0.5H0.2Z", "#5b6fb0"),
    "multi_attributaire": ("M-1,-1L-0.2,-1L-0.6,1ZM0.2,-1L1,-1L0.6,1Z", "#4d8c8a"),
    "sourcing_reserver": ("M0,-1L0.35,-0.1H1L0.45,0.3L0.65,1L0,0.6L-0.65,1L-0.45,0.3L-1,-0.1H-0.35Z", "#2f7f9e"),
    "clause_due": ("M-0.3,-1H0.3V0.4H-0.3ZM-0.3,0.6H0.3V1H-0.3Z", "#9a3324"),
}
#: For a lever that the ladder has not.
_OTHERS = (("triangle-left", NEUTRAL), ("arrow", NEUTRAL), ("wedge", NEUTRAL), ("stroke", NEUTRAL))
_HEIGHT = 380
#: Room of a point on each side of its middle, of a label above and below its own, of a character (pixels).
_POINT, _HALF_LINE, _LETTER = 6.0, 6.5, 5.6
_SIDES: dict[str, tuple[Literal["left", "right", "center"], int, int]] = {
    "droite": ("left", 9, 0),
    "gauche": ("right", -9, 0),
    "dessus": ("center", 0, -15),
    "dessous": ("center", 0, 15),
    "en haut à droite": ("left", 0, -15),
    "en bas à droite": ("left", 0, 15),
}


def lever_marks(labels: list[str]) -> dict[str, tuple[str, str]]:
    """The shape and colour of each lever named, in the order of the ladder."""
    ladder = {one["label"]: LEVERS[one["code"]] for one in rules.toml("levers.toml")["rungs"] if one["code"] in LEVERS}
    others = sorted(set(labels) - set(ladder))
    spare = {label: _OTHERS[rank % len(_OTHERS)] for rank, label in enumerate(others)}
    return {label: mark for label, mark in (ladder | spare).items() if label in labels}


@quick
def quadrant(rows: pl.DataFrame, title: str = "Ce qui est acheté, ce que l'ESS peut fournir") -> Picture:
    """Demand of each family against its ESS supply.

    Parameters
    ----------
    rows
        One row per family: ``famille``, ``demande`` (cents a year), ``offre`` (credible suppliers), ``levier`` (label),
        ``couverture`` (part of the demand known, or null).
    """
    most, low, top = _bounds(rows)
    shown = _named(rows.with_columns(euros=pl.col("demande") / 100, texte=short("famille", 34)), most, low, top)
    across = count_axis("fournisseurs de l'ESS crédibles", [n for n in (0, 1, 3, 10, 30, 100, 300, 1000) if n <= most])
    upward = count_axis("achats par an (€)", [n for n in (0, *_steps(low, top)) if low <= n <= top])
    x = alt.X("offre:Q", scale=alt.Scale(type="symlog", nice=False, domain=[0, most]), axis=across)
    y = alt.Y(
        "euros:Q", scale=alt.Scale(type="symlog", constant=1000, nice=False, zero=False, domain=[low, top]), axis=upward
    )
    base = alt.Chart(data(shown)).encode(x=x, y=y)
    points = base.mark_point(filled=True, size=100, opacity=1).encode(
        **_marked(rows["levier"].drop_nulls().unique().to_list())
    )
    labels = [
        alt.Chart(data(part)).mark_text(align=align, dx=dx, dy=dy, fontSize=11).encode(x=x, y=y, text="texte:N")
        for side, (align, dx, dy) in _SIDES.items()
        if (part := shown.filter(pl.col("cote") == side)).height
    ]
    medians = alt.Chart(data(rows.select(pl.col("offre").median(), (pl.col("demande") / 100).median().alias("euros"))))
    cross = [
        medians.mark_rule(color=RULE, strokeDash=[4, 3]).encode(**{axis: field})
        for axis, field in (("x", "offre:Q"), ("y", "euros:Q"))
    ]
    columns = (
        ("famille", "Famille", "texte"),
        ("demande", "Achats par an", "somme"),
        ("offre", "Fournisseurs crédibles", "entier"),
        ("levier", "Levier", "texte"),
        ("couverture", "Part connue", "part"),
    )
    chart = alt.layer(*cross, points, *labels).properties(width=WIDTH, height=_HEIGHT)
    return picture(chart, title, _basis(shown), _told(rows), rows, columns)


def _bounds(rows: pl.DataFrame) -> tuple[float, float, float]:
    """Suppliers at most, then euros: the power of ten below the least (none below 1 000 €: zero), and the most."""
    amounts = [int(cents) for cents in rows["demande"].drop_nulls().to_list()]
    least, top = min(amounts, default=0) / 100, max(max(amounts, default=0) / 100, 1000)
    low = 10.0 ** math.floor(math.log10(least)) if least >= 1000 else 0.0
    return max(rows["offre"].drop_nulls().to_list() + [1]), low if low < top else 0.0, top


def _steps(low: float, top: float) -> list[int]:
    """Powers of ten, and their doubles and fives where there are few."""
    return [part * 10**k for k in range(3, 11) for part in ((1, 2, 5) if low and top < 100 * low else (1,))]


def _marked(labels: list[str]) -> dict[str, alt.Shape | alt.Color]:
    """One legend for shape and colour, whole names."""
    marks = lever_marks(labels)
    legend = alt.Legend(columns=3 if max(map(len, marks), default=0) <= 32 else 2, labelLimit=420)
    shapes, colours = ([mark[part] for mark in marks.values()] for part in (0, 1))
    return {
        "shape": alt.Shape("levier:N", scale=alt.Scale(domain=list(marks), range=shapes), legend=legend),
        "color": alt.Color("levier:N", scale=alt.Scale(domain=list(marks), range=colours), legend=legend),
    }


def _basis(shown: pl.DataFrame) -> str:
    hidden = int(shown["cote"].is_null().sum())
    names = f" ; sans leur nom, pour rester lisible : {french.number(hidden)} (voir les données)" if hidden else ""
    return f"n = {french.count(shown.height, 'famille', feminine=True)} ; traits : médianes{names}"


def _told(rows: pl.DataFrame) -> str:
    best = rows.sort("demande", descending=True).head(3).select("famille", "demande", "offre").rows()
    said = " ; ".join(f"{f} : {french.euros_short(d)}, {french.count(o, 'fournisseur')}" for f, d, o in best)
    return f"Nuage de points. {said}."


def _named(shown: pl.DataFrame, most: float, low: float, top: float) -> pl.DataFrame:
    """``cote``, the side of its point where a name is written, largest families first: over no point, no other name.

    Null where no side is free: the name is in the table.
    """
    wide, floor = WIDTH / math.log1p(most), math.log1p(low / 1000)
    tall = _HEIGHT / (math.log1p(top / 1000) - floor)
    order = shown.sort("demande", "famille", descending=[True, False])
    places = [
        (wide * math.log1p(n), tall * (math.log1p(euros / 1000) - floor))
        for n, euros in order.select("offre", "euros").rows()
    ]
    points = [(x - _POINT, x + _POINT, y - _POINT, y + _POINT) for x, y in places]
    kept: dict[str, str] = {}
    taken: list[tuple[float, float, float, float]] = []
    for rank, (family, words) in enumerate(order.select("famille", "texte").rows()):
        busy = [*points[:rank], *points[rank + 1 :], *taken]
        for side in _SIDES:
            box = _box(places[rank], _LETTER * len(words), side)
            if _inside(box) and not any(_over(box, other) for other in busy):
                kept[family] = side
                taken.append(box)
                break
    return shown.with_columns(cote=pl.col("famille").replace_strict(kept, default=None, return_dtype=pl.String))


def _box(place: tuple[float, float], size: float, side: str) -> tuple[float, float, float, float]:
    """Left, right, bottom and top of a name."""
    align, dx, dy = _SIDES[side]
    x, y = place[0] + dx, place[1] - dy
    left = {"left": x, "right": x - size, "center": x - size / 2}[align]
    return left, left + size, y - _HALF_LINE, y + _HALF_LINE


def _inside(box: tuple[float, float, float, float]) -> bool:
    return box[0] >= 0 and box[1] <= WIDTH + 10 and box[2] >= 0 and box[3] <= _HEIGHT + 2 * _HALF_LINE


def _over(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]
