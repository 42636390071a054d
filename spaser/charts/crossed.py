"""Demand against supply: family by family, then in each commune of a territory."""

from __future__ import annotations

import polars as pl

from spaser import french
from spaser.charts import vega as alt
from spaser.charts.marks import WIDTH, data, picture, text
from spaser.charts.pictures import INK, NEUTRAL, RULE, SERIES, Picture

_SIDES = ("acheté", "ce que l'ESS du territoire peut prendre")


def against(rows: pl.DataFrame, title: str = "Ce qui est acheté, ce que le territoire peut fournir") -> Picture:
    """What is bought in each family beside what suppliers there can take, in the order given.

    Parameters
    ----------
    rows
        One row per family: ``famille``, ``demande`` and ``offre`` (cents a year), ``fournisseurs``, ``etat`` (label).
    """
    names = rows["famille"].to_list()
    amount = text("euros", lambda euros: french.euros_short(round(euros * 100)))
    suppliers = pl.format("{} ({})", amount, text("fournisseurs", lambda n: french.count(n, "fournisseur")))
    long = pl.concat(
        [
            rows.select("famille", "fournisseurs", cote=pl.lit(side), euros=pl.col(name) / 100)
            for side, name in zip(_SIDES, ("demande", "offre"), strict=True)
        ]
    ).with_columns(texte=pl.when(pl.col("cote") == _SIDES[0]).then(amount).otherwise(suppliers))
    base = alt.Chart(data(long.select("famille", "cote", "euros", "texte"))).encode(
        y=alt.Y("famille:N", sort=names, title=None, axis=alt.Axis(ticks=False, domain=False, labelLimit=340)),
        yOffset=alt.YOffset("cote:N", sort=list(_SIDES)),
        x=alt.X("euros:Q", axis=None),
    )
    colours = alt.Color(
        "cote:N",
        scale=alt.Scale(domain=list(_SIDES), range=[NEUTRAL, SERIES[2]]),
        sort=list(_SIDES),
        legend=alt.Legend(title=None, orient="top", labelLimit=320),
    )
    chart = (
        base.mark_bar(height=11).encode(color=colours)
        + base.mark_text(align="left", dx=5, fontSize=11).encode(text="texte:N")
    ).properties(width=WIDTH - 260, height=alt.Step(15))
    bare = rows.filter((pl.col("demande") > 0) & (pl.col("fournisseurs") == 0)).height
    told = " ; ".join(
        f"{family} : {french.euros_short(asked)} achetés, {french.count(n, 'fournisseur')}"
        for family, asked, n in rows.select("famille", "demande", "fournisseurs").head(3).rows()
    )
    columns = (
        ("famille", "Famille", "texte"),
        ("etat", "État", "texte"),
        ("demande", "Achats par an", "somme"),
        ("offre", "Ce qu'ils peuvent prendre", "somme"),
        ("fournisseurs", "Fournisseurs du territoire", "entier"),
    )
    basis = f"n = {french.count(rows.height, 'famille', feminine=True)}, dont {french.number(bare)} sans fournisseur dans le territoire ; montants par an"
    return picture(chart, title, basis, f"Barres, demande et offre de chaque famille. {told}.", rows, columns)


def crossed(rows: pl.DataFrame, title: str = "Ce qui est acheté, et qui peut fournir, commune par commune") -> Picture:
    """Demand of each family in each commune, with the number of suppliers there.

    Parameters
    ----------
    rows
        One row per family and commune that has either: ``famille``, ``commune``, ``demande`` (cents a year), ``fournisseurs``;
        families in the order wanted; communes come by what they buy, then by their suppliers.
    """
    families = rows["famille"].unique(maintain_order=True).to_list()
    towns = rows.group_by("commune").agg(pl.col("demande", "fournisseurs").sum())
    communes = towns.sort("demande", "fournisseurs", "commune", descending=[True, True, False])["commune"].to_list()
    most: int = max(rows["demande"].drop_nulls().to_list(), default=0)
    top = max(most / 100, 1.0)
    shown = rows.with_columns(euros=pl.col("demande") / 100, texte=text("fournisseurs", french.number))
    base = alt.Chart(data(shown.select("famille", "commune", "euros", "texte"))).encode(
        x=alt.X(
            "commune:N",
            sort=communes,
            title=None,
            axis=alt.Axis(labelAngle=-60, ticks=False, domain=False, labelLimit=150),
        ),
        y=alt.Y("famille:N", sort=families, title=None, axis=alt.Axis(ticks=False, domain=False, labelLimit=340)),
    )
    # Amounts go from hundreds to millions of euros: the scale is that of their orders of magnitude.
    scale = alt.Scale(type="symlog", constant=1000, range=["#f5f6f8", "#33475f"], domain=[0, top])
    cells = base.mark_rect(stroke=RULE).encode(color=alt.Color("euros:Q", scale=scale, legend=None))
    dark = alt.condition(f"datum.euros > {(1000 * top) ** 0.5}", alt.value("#ffffff"), alt.value(INK))
    labels = base.mark_text(fontSize=11).encode(text="texte:N", color=dark)
    chart = (cells + labels).properties(width=alt.Step(26 if len(communes) > 8 else 44), height=alt.Step(24))
    bare = rows.filter((pl.col("demande") > 0) & (pl.col("fournisseurs") == 0))
    best = rows.sort("demande", descending=True).filter(pl.col("demande") > 0).head(3)
    told = " ; ".join(
        f"{family} à {town} : {french.euros_short(amount)}, {french.count(n, 'fournisseur')}"
        for family, town, amount, n in best.select("famille", "commune", "demande", "fournisseurs").rows()
    )
    basis = [
        f"fond : achats par an, du plus clair (rien) au plus foncé ({french.euros_short(most)}) ; nombre : fournisseurs de la commune",
        f"n = {french.count(rows.height, 'case')} ; achat sans fournisseur dans la commune : {french.number(bare.height)}",
    ]
    columns = (
        ("famille", "Famille", "texte"),
        ("commune", "Commune", "texte"),
        ("demande", "Achats par an", "somme"),
        ("fournisseurs", "Fournisseurs de la commune", "entier"),
    )
    return picture(
        chart,
        title,
        basis,
        f"Tableau en couleurs, familles par communes. Plus gros achats : {told or 'aucun'}.",
        rows,
        columns,
    )
