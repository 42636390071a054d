"""What charts share: the title with its basis, labels written in French, colours and axes."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import polars as pl

from spaser import french
from spaser.charts import vega as alt
from spaser.charts.pictures import COLOURS, NEUTRAL, Picture
from spaser.vocabulary import LABELS

WIDTH = 640
#: What each consideration is, hence its colour.
KINDS = {
    "clause_sociale": "clause",
    "critere_social": "critère",
    "marche_reserve": "réservé",
    "clause_environnementale": "clause",
    "critere_environnemental": "critère",
}
SENSES = list(COLOURS)
HOW = "point et étiquette : sur l'ensemble ; trait : sur les contrats renseignés ; bande : ce que l'inconnu permet"
HOW_RANGE = (
    "point : sur l'ensemble ; trait : sur les contrats renseignés ; bande et étiquette : ce que l'inconnu permet"
)
SHARE_COLUMNS = (
    ("valeur", "Sur l'ensemble", "part"),
    ("valeur_repondus", "Sur les contrats renseignés", "part"),
    ("bas", "Borne basse", "part"),
    ("haut", "Borne haute", "part"),
    ("denominateur", "n", "entier"),
    ("couverture", "Part renseignée", "part"),
)


def name_of(indicator: str) -> str:
    """The short name of an indicator: « Clause sociale »."""
    return LABELS.get(indicator, indicator).removesuffix(" déclarée").removesuffix(" déclaré")


def largest(known: pl.Series) -> float:
    """The largest of some numbers; nothing known is 0, where a scale starts."""
    top = known.max()
    return float(top) if isinstance(top, int | float) else 0.0


def quick(draw: Callable[..., Picture]) -> Callable[..., Picture]:
    """Each piece of a chart is not checked again as it is put together: the whole is, by the tests."""

    @wraps(draw)
    def drawn(*given: Any, **named: Any) -> Picture:
        with alt.unchecked():
            return draw(*given, **named)

    return drawn


def picture(
    chart: Any,
    title: str,
    basis: str | list[str],
    told: str,
    twin: pl.DataFrame,
    columns: tuple[tuple[str, str, str], ...],
) -> Picture:
    lines = [french.typeset(line) for line in ([basis] if isinstance(basis, str) else basis)]
    headed = chart.properties(title=alt.TitleParams(french.typeset(title), subtitle=lines))
    names = [name for name, _, _ in columns if name in twin.columns]
    return Picture(headed, french.typeset(told), twin.select(names), tuple(c for c in columns if c[0] in names))


def named(measures: pl.DataFrame) -> pl.DataFrame:
    known = measures["indicateur"].unique().to_list()
    return measures.with_columns(
        nom=pl.col("indicateur").replace_strict({name: name_of(name) for name in known}, default=None)
    )


def basis_of(rows: pl.DataFrame) -> str:
    """« n = 1 054 contrats ; renseignés : de 80,0 % à 92,0 % »."""
    if not rows.height:
        return "n = 0 contrat"
    total = (
        rows.group_by("indicateur").agg(pl.col("denominateur").sum()).select(pl.col("denominateur").max()).item() or 0
    )
    known = rows.select(pl.col("couverture").min(), high=pl.col("couverture").max()).row(0)
    n = french.euros_short(total) if unit_of(rows) == "centime" else french.count(total, "contrat", none=False)
    return f"n = {n} ; renseignés : {french.share_range(*known)}"


def unit_of(rows: pl.DataFrame) -> str:
    return "centime" if rows.height and rows["unite"].first() != "nombre" else "entier"


def text(column: str, write: Any) -> pl.Expr:
    """A column written in French (labels of marks: a few rows)."""
    return pl.col(column).map_batches(
        lambda values: pl.Series([None if v is None else write(v) for v in values], dtype=pl.String),
        return_dtype=pl.String,
    )


def short(column: str, most: int) -> pl.Expr:
    """A text cut at so many characters: measuring and cutting it while drawing takes ten times longer."""
    whole = pl.col(column)
    cut = pl.concat_str(whole.str.slice(0, most - 1).str.strip_chars_end(), pl.lit("…"))
    return pl.when(whole.str.len_chars() > most).then(cut).otherwise(whole)


def between() -> pl.Expr:
    """« 80 à 100 % » from ``bas`` and ``haut``, « 80 % » when both are written alike."""
    low, high = (
        text("bas", lambda part: french.number(part * 100)),
        text("haut", lambda part: french.number(part * 100)),
    )
    same = pl.format("{}\u00a0%", high)
    return pl.when(low == high).then(same).otherwise(pl.format("{} à {}", low, same))


def data(rows: pl.DataFrame) -> alt.InlineData:
    return alt.InlineData(values=rows.to_dicts())


def order_of(rows: pl.DataFrame) -> list[str]:
    return rows["nom"].unique(maintain_order=True).to_list()


def names_axis(rows: pl.DataFrame) -> alt.Y:
    return alt.Y("nom:N", sort=order_of(rows), title=None, axis=alt.Axis(ticks=False, domain=False))


def scale(senses: list[str]) -> alt.Scale:
    return alt.Scale(domain=[*senses, "autre"], range=[*(COLOURS[sense] for sense in senses), NEUTRAL])


def colour(field: str, senses: list[str]) -> alt.Color:
    label = "datum.label == 'aucune' ? 'non' : datum.label"
    legend = alt.Legend(labelExpr=label, values=senses)
    return alt.Color(f"{field}:N", scale=scale(senses), legend=legend, sort=senses)


def percent_axis(title: str) -> alt.Axis:
    return alt.Axis(format="%", tickCount=5, title=title or None, domain=False, ticks=False)


def count_axis(title: str, values: list[int] | None = None, ticks: int = 4) -> alt.Axis:
    at = {"values": values} if values else {"tickCount": ticks}
    return alt.Axis(format=",d", title=title, domain=False, ticks=False, **at)
