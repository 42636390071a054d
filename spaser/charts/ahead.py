"""Charts of what could be and what comes: gaps, calendar, target, peers.

Each takes a small documented frame of finished figures; rooms that compute them name their columns so.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from spaser import french
from spaser.charts import vega as alt
from spaser.charts.marks import WIDTH, data, largest, percent_axis, picture, quick, text
from spaser.charts.pictures import ACCENT, COLOURS, INK, NEUTRAL, PALE, SERIES, Picture

_GAPS = {
    "les deux": NEUTRAL,
    "déclarée seulement": SERIES[4],
    "lue seulement": ACCENT,
    "ni l'un ni l'autre": COLOURS["aucune"],
    "inconnu": COLOURS["inconnu"],
}


def gap(rows: pl.DataFrame, title: str = "Déclaré et lu dans les textes") -> Picture:
    """What is declared against what texts say.

    Parameters
    ----------
    rows
        One row per consideration and answer: ``nom``, ``reponse`` (les deux, déclarée seulement, lue seulement, ni l'un
        ni l'autre, inconnu), ``n`` (contracts).
    """
    total = pl.col("n").sum().over("nom")
    rank = {name: i for i, name in enumerate(_GAPS)}
    shown = rows.with_columns(
        part=(pl.col("n") / total).fill_nan(None),
        ordre=pl.col("reponse").replace_strict(rank),
        texte=text("n", french.number),
    ).sort("ordre", maintain_order=True)
    shown = shown.with_columns(milieu=pl.col("part").cum_sum().over("nom") - pl.col("part") / 2)
    names = rows["nom"].unique(maintain_order=True).to_list()
    base = alt.Chart(data(shown)).encode(
        y=alt.Y("nom:N", sort=names, title=None, axis=alt.Axis(ticks=False, domain=False))
    )
    scale = alt.Scale(domain=list(_GAPS), range=list(_GAPS.values()))
    bars = base.mark_bar(height=24).encode(
        x=alt.X("part:Q", stack="zero", axis=percent_axis("part des contrats")),
        order="ordre:Q",
        color=alt.Color("reponse:N", scale=scale),
    )
    ink = alt.condition("datum.reponse == 'les deux'", alt.value("#ffffff"), alt.value(INK))
    texts = base.transform_filter("datum.part >= 0.05").mark_text().encode(x="milieu:Q", text="texte:N", color=ink)
    n = rows.group_by("nom").agg(pl.col("n").sum()).select(pl.col("n").max()).item() or 0
    only = rows.filter(pl.col("reponse") == "lue seulement").select("nom", "n").rows()
    said = ", ".join(f"{nom} {french.number(k)}" for nom, k in only)
    told = f"Barres empilées. Lues dans les textes mais non déclarées : {said}."
    columns = (("nom", "Considération", "texte"), ("reponse", "Réponse", "texte"), ("n", "Contrats", "entier"))
    chart = (bars + texts).properties(width=WIDTH, height=alt.Step(36))
    return picture(chart, title, f"n = {french.count(n, 'contrat', none=False)}", told, rows, columns)


#: The ends of a scale of parts.
_TOPS = (0.05, 0.1, 0.2, 0.4)


@quick
def calendar(rows: pl.DataFrame, title: str = "Ce qui se termine, mois par mois") -> Picture:
    """When contracts end, family by family.

    Parameters
    ----------
    rows
        One row per family and month: ``famille``, ``mois`` (« 2026-09 »), ``n`` (contracts), ``montant`` (cents).
    """
    shown = rows.with_columns(texte=text("n", french.number))
    names = (
        rows.group_by("famille", maintain_order=True)
        .agg(pl.col("n").sum())
        .sort("n", "famille", descending=[True, False])["famille"]
        .to_list()
    )
    base = alt.Chart(data(shown)).encode(
        x=alt.X("mois:O", title=None, axis=alt.Axis(labelAngle=-60, ticks=False, domain=False)),
        y=alt.Y("famille:N", sort=names, title=None, axis=alt.Axis(ticks=False, domain=False)),
    )
    top = max(largest(rows["n"]), 1)
    colour = alt.Color("n:Q", scale=alt.Scale(range=["#e8ecf1", "#33475f"], domain=[0, top]), legend=None)
    texts = base.mark_text(fontSize=11).encode(
        text="texte:N", color=alt.condition(f"datum.n > {0.55 * top}", alt.value("#ffffff"), alt.value(INK))
    )
    chart = (base.mark_rect(stroke="#ffffff").encode(color=colour) + texts).properties(
        width=alt.Step(26), height=alt.Step(26)
    )
    peak = rows.group_by("mois").agg(pl.col("n").sum()).sort("n", "mois", descending=[True, False]).head(3)
    said = ", ".join(f"{month} ({french.count(n, 'contrat')})" for month, n in peak.rows())
    columns = (
        ("mois", "Mois", "texte"),
        ("famille", "Famille", "texte"),
        ("n", "Contrats", "entier"),
        ("montant", "Montant", "somme"),
    )
    basis = f"n = {french.count(rows.select(pl.col('n').sum()).item(), 'contrat', none=False)}"
    return picture(chart, title, basis, f"Calendrier en couleurs. Mois les plus chargés : {said}.", rows, columns)


def trajectory(rows: pl.DataFrame, target: float, title: str = "Vers l'objectif") -> Picture:
    """The road to a target: what was measured, what is projected, with its range.

    Parameters
    ----------
    rows
        One row per year: ``annee`` (text), ``valeur``, ``bas``, ``haut`` (parts), ``genre`` (constaté, projeté), and when
        known ``chemin``, the straight path to the target.
    target
        The target, as a part.
    """
    axis, top = percent_axis(""), _top(rows, target)
    digits = 1 if top <= _TOPS[1] else 0
    shown = rows.with_columns(texte=text("valeur", lambda part: french.share(part, digits)), cible=pl.lit(target))
    base = alt.Chart(data(shown)).encode(x=alt.X("annee:O", title=None, axis=alt.Axis(labelAngle=0, grid=False)))
    span = base.mark_bar(width=22, opacity=0.3, color=NEUTRAL, clip=True).encode(
        y=alt.Y("bas:Q", axis=axis, scale=alt.Scale(domain=[0, top])), y2="haut:Q"
    )
    fill = alt.condition("datum.genre == 'projeté'", alt.value("#ffffff"), alt.value(NEUTRAL))
    points = base.mark_point(size=90, filled=False, opacity=1, color=NEUTRAL).encode(y="valeur:Q", fill=fill)
    # The label of a point stands on the side of the target where the line is not.
    above = pl.col("valeur") >= target
    texts = [
        alt.Chart(data(shown.filter(side)))
        .mark_text(dx=14, dy=shift, align="left", fontSize=12)
        .encode(x="annee:O", y="valeur:Q", text="texte:N")
        for side, shift in ((above, -9), (~above, 9))
    ]
    aim = french.share(target, 0 if round(target * 100, 6).is_integer() else 1)
    goal = alt.Chart(data(pl.DataFrame({"cible": [target], "mot": [f"objectif {aim}"]})))
    rule = goal.mark_rule(color=ACCENT, strokeWidth=2, strokeDash=[6, 3]).encode(y="cible:Q")
    known = shown.filter(pl.col("valeur").is_not_null())
    side: dict[str, Any] = (
        {"align": "left", "x": 4} if _starts_away(known["valeur"], target) else {"align": "right", "x": WIDTH}
    )
    word = goal.mark_text(baseline="bottom", dy=-4, color="#8a5200", **side).encode(y="cible:Q", text="mot:N")
    said = " ; ".join(
        f"{year} : {french.share(v)} ({genre})" for year, v, genre in known.select("annee", "valeur", "genre").rows()
    )
    columns = (
        ("annee", "Année", "texte"),
        ("genre", "Nature", "texte"),
        ("valeur", "Part", "part"),
        ("bas", "Au moins", "part"),
        ("haut", "Au plus", "part"),
        ("chemin", "Chemin régulier", "part"),
    )
    n = french.count(known.height, "année", feminine=True)
    basis = f"n = {n} ; point plein : constaté ; point creux : projeté ; bande : fourchette"
    layers = [span, rule, word, points, *texts]
    if "chemin" in rows.columns:
        layers.insert(0, base.mark_line(color=PALE, strokeDash=[2, 3], point=False).encode(y="chemin:Q"))
        basis += " ; pointillé : chemin régulier"
    if top < largest(rows["haut"]):
        basis += f" ; échelle arrêtée à {french.share(top, 0)}, la fourchette va plus haut"
    told = f"Trajectoire vers l'objectif de {french.share(target)}. {said}."
    return picture(alt.layer(*layers).properties(width=WIDTH, height=150), title, basis, told, rows, columns)


def _starts_away(values: pl.Series, target: float) -> bool:
    """Whether the road begins farther from the target than it ends: the word of the target then stands where the road begins."""
    return values.len() > 1 and abs(values[0] - target) > abs(values[-1] - target)


def _top(rows: pl.DataFrame, target: float) -> float:
    """Where the scale stops: a target of some percent is drawn on its own scale, or nobody sees how far it is."""
    known = [largest(rows[name]) for name in ("valeur", "chemin") if name in rows.columns]
    need = 1.3 * max([target, *known])
    return next((top for top in _TOPS if need <= top), 1.0)


def peers(rows: pl.DataFrame, title: str = "Parmi des acheteurs comparables") -> Picture:
    """One buyer among its peers, each with its range.

    Parameters
    ----------
    rows
        One row per buyer: ``acheteur``, ``valeur``, ``bas``, ``haut`` (parts), ``n`` (contracts), ``soi`` (Boolean).
    """
    shown = rows.sort("valeur", "acheteur", descending=[True, False], nulls_last=True).with_columns(
        nom=pl.format("{} (n = {})", "acheteur", text("n", french.number)), texte=text("valeur", french.share)
    )
    names = shown["nom"].to_list()
    base = alt.Chart(data(shown)).encode(
        y=alt.Y("nom:N", sort=names, title=None, axis=alt.Axis(ticks=False, domain=False))
    )
    colour = alt.condition("datum.soi", alt.value(ACCENT), alt.value(NEUTRAL))
    span = base.mark_bar(height=10, opacity=0.3).encode(
        x=alt.X("bas:Q", axis=percent_axis(""), scale=alt.Scale(domain=[0, 1])), x2="haut:Q", color=colour
    )
    points = base.mark_point(filled=True, size=80, opacity=1).encode(x="valeur:Q", color=colour)
    texts = base.mark_text(align="left", dx=8, fontSize=11).encode(x="haut:Q", text="texte:N")
    own = shown.with_row_index("rang", 1).filter(pl.col("soi")).select("rang", "acheteur", "texte").rows()
    said = " ; ".join(
        f"{name} : {french.number(rank)}{'er' if rank == 1 else 'e'} sur {shown.height}, {value}"
        for rank, name, value in own
    )
    columns = (
        ("acheteur", "Acheteur", "texte"),
        ("valeur", "Part", "part"),
        ("bas", "Au moins", "part"),
        ("haut", "Au plus", "part"),
        ("n", "Contrats", "entier"),
    )
    basis = f"n = {french.count(rows.height, 'acheteur')} ; point : sur l'ensemble ; bande : ce que l'inconnu permet"
    return picture(
        (span + points + texts).properties(width=WIDTH - 200, height=alt.Step(22)),
        title,
        basis,
        f"Classement. {said}.",
        shown,
        columns,
    )
