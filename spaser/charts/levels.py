"""The profile of a questionnaire: one bar per axis, with the range left by what was not answered."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from spaser import french
from spaser.charts import vega as alt
from spaser.charts.marks import data, picture, text
from spaser.charts.pictures import COLOURS, INK, NEUTRAL, Picture

_WIDTH = 420


def profile(rows: pl.DataFrame, levels: Sequence[str], title: str = "Profil de maturité") -> Picture:
    """The level of each axis, from the lowest to the highest described.

    Parameters
    ----------
    rows
        MATURITY_PROFILE, in the order of the grid.
    levels
        The names of the levels, lowest first.
    """
    shown = rows.with_columns(
        texte=pl.coalesce(text("niveau", lambda level: french.number(level, 1)), pl.lit("sans réponse")),
        place=pl.coalesce("niveau", pl.lit(0.0)),
    )
    names = pl.Series("niveaux", levels).to_list()
    top = len(names) - 1
    axis = alt.Axis(
        values=list(range(top + 1)),
        labelExpr=f"{names!r}[datum.value]",
        grid=True,
        ticks=False,
        domain=False,
        labelLimit=140,
    )
    base = alt.Chart(data(shown)).encode(
        y=alt.Y("axe_libelle:N", sort=shown["axe_libelle"].to_list(), title=None, axis=alt.Axis(ticks=False))
    )
    span = base.mark_bar(height=18, color=COLOURS["inconnu"], opacity=0.6).encode(
        x=alt.X("bas:Q", axis=axis, title=None, scale=alt.Scale(domain=[0, top])), x2="haut:Q"
    )
    bar = base.mark_bar(height=8, color=NEUTRAL).encode(x="place:Q")
    words = base.mark_text(align="left", dx=6, fontSize=12, color=INK).encode(x="haut:Q", text="texte:N")
    answered, asked = rows.select(pl.col("repondues").sum(), pl.col("questions").sum()).row(0)
    basis = f"n = {french.count(asked, 'question')} ; répondues : {answered} ; en gris : ce que permettent les questions sans réponse"
    told = (
        f"{title}. "
        + " ; ".join(f"{name} : {said}" for name, said in shown.select("axe_libelle", "texte").rows())
        + "."
    )
    columns = (
        ("axe_libelle", "Axe", "texte"),
        ("niveau", "Niveau", "valeur"),
        ("bas", "Au moins", "valeur"),
        ("haut", "Au plus", "valeur"),
        ("repondues", "Répondues", "entier"),
        ("questions", "Questions", "entier"),
    )
    return picture(
        alt.layer(span, bar, words).properties(width=_WIDTH, height=alt.Step(34)), title, basis, told, rows, columns
    )
