"""Where the euros go: per family, commune or service, what is known to be ESS, known not to be, and not known."""

from __future__ import annotations

import polars as pl

from spaser import french
from spaser.charts import vega as alt
from spaser.charts.marks import WIDTH, data, picture, text
from spaser.charts.pictures import COLOURS, SERIES, Picture

#: Who is told apart: its name in the picture, and after « part ».
WHO = {"fournisseurs_ess": ("ESS", "de l'ESS"), "fournisseurs_inclusifs": ("inclusifs", "des structures inclusives")}


def euros_by(measures: pl.DataFrame, title: str, most: int = 12) -> Picture:
    """Euros of the ``most`` largest values of a breakdown, parted by what is known of the suppliers.

    Parameters
    ----------
    measures
        MEASURES rows of one indicator in value (cents), one per value of the breakdown.
    """
    rows = measures.sort("denominateur", "modalite", descending=[True, False]).head(most)
    name, of = WHO[rows["indicateur"][0]]
    y = alt.Y(
        "modalite:N",
        sort=rows["modalite"].to_list(),
        title=None,
        axis=alt.Axis(ticks=False, domain=False, labelLimit=340),
    )
    chart = alt.layer(_bars(rows, y, name), _shares(rows, y)).properties(width=WIDTH - 180, height=alt.Step(24))
    best = rows.filter(pl.col("valeur") > 0).sort("valeur", "modalite", descending=[True, False]).head(3)
    named = ", ".join(f"{place} {french.share(part)}" for place, part in best.select("modalite", "valeur").rows())
    told = f"Euros par modalité, selon ce que l'on sait des fournisseurs. Plus fortes parts {of} : {named or 'aucune connue'}."
    read = f"étiquette : part {of} dans tous les euros ; gris : statut inconnu"
    return picture(chart, title, read, told, rows, _twin(french.capital(name)))


def _twin(name: str) -> tuple[tuple[str, str, str], ...]:
    return (
        ("modalite", "Modalité", "texte"),
        ("denominateur", "Achats", "somme"),
        ("numerateur", name, "somme"),
        ("repondus", "Statut connu", "somme"),
        ("valeur", f"{name}, part du total", "part"),
    )


def _bars(rows: pl.DataFrame, y: alt.Y, name: str) -> alt.Chart:
    """One bar per value: euros paid to those told apart, to others, to suppliers whose status is unknown."""
    answers = (name, f"hors {name}" if name == "ESS" else "autres", "inconnu")
    parts = (
        pl.col("numerateur"),
        pl.col("repondus") - pl.col("numerateur"),
        pl.col("denominateur") - pl.col("repondus"),
    )
    long = pl.concat(
        rows.select("modalite", reponse=pl.lit(answer), ordre=pl.lit(rank), euros=part / 100)
        for rank, (answer, part) in enumerate(zip(answers, parts, strict=True))
    )
    scale = alt.Scale(domain=list(answers), range=[SERIES[2], COLOURS["aucune"], COLOURS["inconnu"]])
    axis = alt.Axis(format=",.0f", title="euros", tickCount=4, domain=False, ticks=False)
    return (
        alt.Chart(data(long))
        .mark_bar(height=16)
        .encode(
            y=y,
            x=alt.X("euros:Q", stack="zero", axis=axis),
            order="ordre:Q",
            color=alt.Color("reponse:N", scale=scale, sort=list(answers), legend=alt.Legend(title=None, orient="top")),
        )
    )


def _shares(rows: pl.DataFrame, y: alt.Y) -> alt.Chart:
    """Their share, written at the end of each bar; « inconnu » when nothing is known of anyone."""
    named = rows.select(
        "modalite",
        euros=pl.col("denominateur") / 100,
        texte=text("valeur", french.share).fill_null(pl.lit(french.UNKNOWN_MARK)),
    )
    return alt.Chart(data(named)).mark_text(align="left", dx=5, fontSize=11).encode(y=y, x="euros:Q", text="texte:N")
