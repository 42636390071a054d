"""Charts of what the contracts declare: considerations, years, families, the way to the denominator, scores."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from spaser import french
from spaser.charts import vega as alt
from spaser.charts.marks import (
    HOW,
    HOW_RANGE,
    KINDS,
    SENSES,
    SHARE_COLUMNS,
    WIDTH,
    basis_of,
    between,
    colour,
    count_axis,
    data,
    named,
    names_axis,
    order_of,
    percent_axis,
    picture,
    scale,
    text,
    unit_of,
)
from spaser.charts.pictures import COLOURS, INK, INKS, NEUTRAL, PALE, Picture


def considerations(measures: pl.DataFrame, title: str = "Ce que les contrats déclarent") -> Picture:
    """Yes, no and unknown of each consideration, as parts of all the contracts.

    Parameters
    ----------
    measures
        MEASURES rows, one per consideration (``numerateur``, ``repondus``, ``denominateur``, ``couverture``).
    """
    rows = named(measures)
    yes, known, every = pl.col("numerateur"), pl.col("repondus"), pl.col("denominateur")
    kind = pl.col("indicateur").replace_strict(KINDS, default="autre")
    parts = [("oui", yes, kind), ("non", known - yes, pl.lit("aucune")), ("inconnu", every - known, pl.lit("inconnu"))]
    long = pl.concat(
        rows.select("nom", sens=sense, reponse=pl.lit(answer), ordre=pl.lit(rank), n=amount, part=amount / every)
        for rank, (answer, amount, sense) in enumerate(parts)
    ).with_columns(
        pl.col("part").fill_nan(None),
        texte=text("part", french.share),
        milieu=pl.col("part").cum_sum().over("nom", order_by="ordre") - pl.col("part") / 2,
        encre=pl.col("sens").replace_strict(INKS),
    )
    base = alt.Chart(data(long)).encode(y=names_axis(rows))
    bars = base.mark_bar(height=24).encode(
        x=alt.X("part:Q", stack="zero", axis=percent_axis(_shared(rows))),
        order="ordre:Q",
        color=colour("sens", [s for s in SENSES if s in long["sens"]]),
    )
    # A small yes is written beside its mark; the table holds the other small parts.
    beside = (
        base.transform_filter("datum.part < 0.075 && datum.reponse == 'oui'")
        .mark_text(baseline="middle", align="left", dx=4)
        .encode(x="part:Q", text="texte:N", color=alt.value(INK))
    )
    texts = (
        base.transform_filter("datum.part >= 0.075")
        .mark_text(baseline="middle")
        .encode(x="milieu:Q", text="texte:N", color=alt.Color("encre:N", scale=None, legend=None))
    )
    wide = rows.select(
        "nom",
        numerateur=yes,
        non=known - yes,
        inconnu=every - known,
        part=pl.col("valeur"),
        repondus=pl.col("valeur_repondus"),
    )
    columns = (
        ("nom", "Considération", "texte"),
        ("numerateur", "Oui", unit_of(rows)),
        ("non", "Non", unit_of(rows)),
        ("inconnu", "Inconnu", unit_of(rows)),
        ("part", "Oui, sur l'ensemble", "part"),
        ("repondus", "Oui, sur les contrats renseignés", "part"),
    )
    said = ", ".join(f"{nom} {french.share(part)}" for nom, part in wide.select("nom", "part").rows())
    told = f"Barres empilées oui, non, inconnu. Part de oui sur l'ensemble : {said}. {basis_of(rows)}."
    return picture(
        (bars + texts + beside).properties(width=WIDTH, height=alt.Step(36)), title, basis_of(rows), told, wide, columns
    )


def _shared(rows: pl.DataFrame) -> str:
    """What the parts are parts of: contracts counted, or their value."""
    return "part du montant" if unit_of(rows) == "centime" else "part des contrats"


def shares_by_year(
    measures: pl.DataFrame, title: str = "Les parts, année par année", open_years: Collection[str] = ()
) -> Picture:
    """Each consideration's share by year: on all contracts, on those answered, and the range the unknown leaves.

    Parameters
    ----------
    measures
        MEASURES rows of the breakdown ``annee`` (``modalite`` is the year).
    open_years
        The years still being published: marked with a star.
    """
    silent, kind = pl.col("repondus") == 0, pl.col("indicateur").replace_strict(KINDS, default="autre")
    rows = named(measures).with_columns(
        kind=pl.when(silent).then(pl.lit("inconnu")).otherwise(kind),
        texte=text("valeur", lambda part: french.share(part, 0)).fill_null("inconnu"),
        pied=pl.col("valeur").fill_null(pl.col("bas")),
        modalite=pl.when(pl.col("modalite").is_in(list(open_years)))
        .then(pl.col("modalite") + "*")
        .otherwise("modalite"),
    )
    few = "petit_effectif" in rows.columns
    rows = rows.with_columns(peu=pl.col("petit_effectif").fill_null(False) if few else pl.lit(False))
    base = alt.Chart(data(rows)).encode(x=alt.X("modalite:O", title=None, axis=alt.Axis(labelAngle=0, grid=False)))
    paint = alt.Color("kind:N", scale=scale(SENSES), legend=None)
    # Below zero there is only room for the label of the point.
    room = alt.Scale(domain=[-0.14, 1], nice=False)
    axis = alt.Axis(format="%", values=[0, 0.25, 0.5, 0.75, 1], title=None, domain=False, ticks=False)
    span = base.mark_bar(width=16, opacity=0.3).encode(
        y=alt.Y("bas:Q", axis=axis, scale=room), y2="haut:Q", color=paint
    )
    every = base.mark_point(filled=True, size=70, opacity=1).encode(y="valeur:Q", color=paint)
    hollow = base.transform_filter("datum.peu").mark_point(filled=True, size=26, opacity=1, color="#ffffff")
    answered = base.mark_tick(thickness=2.5, width=20, color=INK).encode(y="valeur_repondus:Q")
    texts = base.mark_text(dy=14, fontSize=11).encode(y="pied:Q", text="texte:N")
    panels = alt.layer(span, answered, every, hollow.encode(y="valeur:Q"), texts).properties(width=185, height=95)
    chart = panels.facet(facet=alt.Facet("nom:N", sort=order_of(rows), header=alt.Header(title=None)), columns=3)
    how = [HOW] + (["point creux : trop peu de contrats renseignés pour conclure"] if rows["peu"].any() else [])
    how += ["* publication en cours"] if open_years else []
    years = rows["modalite"].unique().sort()
    said = " ; ".join(
        f"{nom} {french.listing(f'{french.share(v)} en {year}' for year, v in zip(y, values, strict=True))}"
        for nom, y, values in rows.group_by("nom", maintain_order=True).agg("modalite", "valeur").rows()
    )
    told = f"Parts par année, de {years[0]} à {years[-1]}. {said}." if len(years) else "Aucune année."
    columns = (("nom", "Considération", "texte"), ("modalite", "Année", "texte"), *SHARE_COLUMNS)
    return picture(chart, title, [*how, basis_of(rows)], told, rows, columns)


def by_family(measures: pl.DataFrame, title: str = "Par famille d'achat", most: int = 12) -> Picture:
    """Shares by family, sorted, each with its range and its number of contracts; the ``most`` largest families.

    Parameters
    ----------
    measures
        MEASURES rows of one or two indicators on one breakdown (families, CPV divisions…).
    """
    size = pl.col("denominateur").max().over("modalite")
    kind = pl.col("indicateur").replace_strict(KINDS, default="autre")
    silent = pl.col("repondus") == 0
    rows = named(measures).with_columns(taille=size, kind=pl.when(silent).then(pl.lit("inconnu")).otherwise(kind))
    written = french.euros_short if unit_of(rows) == "centime" else french.number
    largest = rows.unique("modalite").sort("taille", "modalite", descending=[True, False])["modalite"].head(most)
    shown = rows.filter(pl.col("modalite").is_in(largest.implode())).with_columns(
        texte=pl.when(silent).then(pl.lit("inconnu")).otherwise(between()),
        famille=pl.format("{} (n = {})", "modalite", text("taille", written)),
    )
    order = shown.filter(pl.col("nom") == pl.col("nom").first()).sort("valeur", "taille", descending=True)
    y = alt.Y("famille:N", sort=order["famille"].to_list(), title=None, axis=alt.Axis(ticks=False, domain=False))
    base, paint = alt.Chart(data(shown)).encode(y=y), alt.Color("kind:N", scale=scale(SENSES), legend=None)
    span = base.mark_bar(height=12, opacity=0.3).encode(
        x=alt.X("bas:Q", axis=percent_axis(""), scale=alt.Scale(domain=[0, 1])), x2="haut:Q", color=paint
    )
    points = base.mark_point(filled=True, size=70, opacity=1).encode(x="valeur:Q", color=paint)
    answered = base.mark_tick(thickness=2.5, height=16, color=INK).encode(x="valeur_repondus:Q")
    texts = base.mark_text(align="left", dx=6, fontSize=11).encode(x="haut:Q", text="texte:N")
    panels = shown["nom"].n_unique()
    layers = alt.layer(span, answered, points, texts).properties(width=420 // max(panels, 1), height=alt.Step(22))
    chart = layers.facet(column=alt.Column("nom:N", sort=order_of(rows), header=alt.Header(title=None)))
    best = ", ".join(f"{name} {french.share(part)}" for name, part in order.select("modalite", "valeur").head(3).rows())
    told = f"Parts par famille. Les plus fortes pour « {shown.select(pl.col('nom').first()).item()} » : {best}. {basis_of(rows)}."
    columns = (("modalite", "Famille", "texte"), ("nom", "Considération", "texte"), *SHARE_COLUMNS)
    return picture(chart, title, [HOW_RANGE, basis_of(rows)], told, rows, columns)


def waterfall(steps: pl.DataFrame, title: str = "De tous les contrats lus au dénominateur") -> Picture:
    """From everything read to what the rates are taken on.

    Parameters
    ----------
    steps
        One row per step, in order: ``etape``, ``n`` (contracts; taken away when ``genre`` is « retrait »),
        ``genre`` (départ, retrait, total).
    """
    signed = (
        pl.when(pl.col("genre") == "retrait")
        .then(-pl.col("n"))
        .when(pl.col("genre") == "départ")
        .then(pl.col("n"))
        .otherwise(0)
    )
    rows = steps.with_columns(reste=signed.cum_sum()).with_columns(
        debut=pl.when(pl.col("genre") == "retrait").then("reste").otherwise(0),
        fin=pl.when(pl.col("genre") == "retrait").then(pl.col("reste") + pl.col("n")).otherwise("n"),
        texte=pl.when(pl.col("genre") == "retrait")
        .then(pl.format("− {}", text("n", french.number)))
        .otherwise(text("n", french.number)),
    )
    base = alt.Chart(data(rows)).encode(
        y=alt.Y("etape:N", sort=rows["etape"].to_list(), title=None, axis=alt.Axis(ticks=False, domain=False))
    )
    paint = alt.Color(
        "genre:N", legend=None, scale=alt.Scale(domain=["départ", "retrait", "total"], range=[PALE, "#c9d1da", NEUTRAL])
    )
    bars = base.mark_bar(height=22).encode(x=alt.X("debut:Q", axis=count_axis("contrats")), x2="fin:Q", color=paint)
    texts = base.mark_text(align="left", dx=6).encode(x="fin:Q", text="texte:N")
    said = " ; ".join(f"{name} : {text}" for name, text in rows.select("etape", "texte").rows())
    columns = (("etape", "Étape", "texte"), ("n", "Contrats", "entier"), ("genre", "Sens", "texte"))
    n = rows.item(-1, "n") if rows.height else 0
    chart = (bars + texts).properties(width=WIDTH - 120, height=alt.Step(32))
    return picture(chart, title, f"dénominateur : {french.count(n, 'contrat')}", f"Cascade. {said}.", rows, columns)


def score_distribution(bands: pl.DataFrame, title: str = "Les scores des contrats") -> Picture:
    """How many contracts in each band of score, axis by axis, the unknown beside.

    Parameters
    ----------
    bands
        One row per axis and band: ``axe`` (label), ``bande`` (label, « inconnu » last), ``ordre`` (rank), ``n``.
    """
    rows = bands.with_columns(
        sens=pl.when(pl.col("bande") == "inconnu").then(pl.lit("inconnu")).otherwise(pl.lit("connu")),
        texte=text("n", french.number),
    )
    order = rows.sort("ordre")["bande"].unique(maintain_order=True).to_list()
    base = alt.Chart(data(rows)).encode(
        y=alt.Y("bande:N", sort=order, title=None, axis=alt.Axis(ticks=False, domain=False))
    )
    paint = alt.Color(
        "sens:N", legend=None, scale=alt.Scale(domain=["connu", "inconnu"], range=[NEUTRAL, COLOURS["inconnu"]])
    )
    bars = base.mark_bar(height=17).encode(x=alt.X("n:Q", axis=count_axis("contrats", ticks=2)), color=paint)
    texts = base.mark_text(align="left", dx=4, fontSize=11).encode(x="n:Q", text="texte:N")
    axes = rows["axe"].unique(maintain_order=True).to_list()
    panels = alt.layer(bars, texts).properties(width=150 if len(axes) > 2 else 240, height=alt.Step(22))
    chart = panels.facet(column=alt.Column("axe:N", sort=axes, header=alt.Header(title=None)))
    totals = rows.group_by("axe", maintain_order=True).agg(
        pl.col("n").sum(), known=pl.col("n").filter(pl.col("bande") != "inconnu").sum()
    )
    said = " ; ".join(
        f"{axis} : {french.count(known, 'contrat')} {french.plural('noté', known)} sur {french.number(n)}"
        for axis, n, known in totals.rows()
    )
    columns = (("axe", "Axe", "texte"), ("bande", "Score (points sur 100)", "texte"), ("n", "Contrats", "entier"))
    basis = f"n = {french.number(totals.select(pl.col('n').max()).item() or 0)} contrats ; en gris : score inconnu"
    return picture(chart, title, basis, f"Répartition des scores par axe. {said}.", rows, columns)
