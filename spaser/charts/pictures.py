"""How a chart is drawn, everywhere and offline: one theme, French formats, one meaning per colour, a static twin.

A ``Picture`` is a finished chart with its alternative text and its table twin. In a notebook it displays itself with the
Vega-Lite version that JupyterLab draws without network, and an SVG that needs nothing.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import polars as pl

from spaser.french import MONTHS, NBSP, THIN

if TYPE_CHECKING:
    import altair as alt

MIME = "application/vnd.vegalite.v5+json"
SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
#: The version drawn by vl-convert: the oldest it has of the major version bundled by JupyterLab.
DRAWN_WITH = "5.8"

INK, PALE, RULE = "#1f2933", "#52606d", "#d9dee5"
#: One meaning per colour throughout (told apart by readers with any colour vision, and by lightness in print).
COLOURS = {
    "réservé": "#9b2a6b",
    "clause": "#1f5fa8",
    "critère": "#4ba3d4",
    "aucune": "#e8dcbc",
    "inconnu": "#b4b9c0",
}
NEUTRAL, ACCENT = "#44546a", "#c7760b"
#: Colours of series that are no consideration (statuses, answers): none of the meanings above.
SERIES = ("#44546a", "#c7760b", "#2a7f62", "#6b4fa0", "#93a5ba")
#: Ink that stays legible on each colour.
INKS = {"réservé": "#ffffff", "clause": "#ffffff", "critère": INK, "aucune": INK, "inconnu": INK}

FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
LOCALE = {
    "number": {
        "decimal": ",",
        "thousands": THIN,
        "grouping": [3],
        "currency": ["", f"{NBSP}€"],
        "percent": f"{NBSP}%",
        "minus": "\u2212",
    },
    "time": {
        "dateTime": "%A %e %B %Y à %X",
        "date": "%d/%m/%Y",
        "time": "%H:%M:%S",
        "periods": ["", ""],
        "days": ["dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"],
        "shortDays": ["dim.", "lun.", "mar.", "mer.", "jeu.", "ven.", "sam."],
        "months": list(MONTHS),
        "shortMonths": [
            "janv.",
            "févr.",
            "mars",
            "avr.",
            "mai",
            "juin",
            "juil.",
            "août",
            "sept.",
            "oct.",
            "nov.",
            "déc.",
        ],
    },
}
CONFIG = {
    # Marks described in English by the renderer would be read aloud: the alternative text stands for the whole.
    "aria": False,
    "locale": LOCALE,
    "background": "#ffffff",
    "font": FONT,
    "padding": 4,
    "view": {"stroke": None},
    "axis": {
        "labelColor": INK,
        "titleColor": PALE,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "gridColor": RULE,
        "domainColor": RULE,
        "tickColor": RULE,
        "labelLimit": 430,
        "labelPadding": 6,
    },
    "legend": {
        "labelColor": INK,
        "titleColor": PALE,
        "labelFontSize": 12,
        "orient": "top",
        "title": None,
        "symbolType": "square",
    },
    "title": {
        "color": INK,
        "subtitleColor": PALE,
        "fontSize": 15,
        "subtitleFontSize": 12,
        "anchor": "start",
        "offset": 12,
        "subtitlePadding": 5,
        "frame": "group",
    },
    "header": {"labelColor": INK, "labelFontSize": 12, "labelFontWeight": "bold", "title": None},
    "text": {"color": INK, "fontSize": 12},
}


def start() -> None:
    """Start what draws charts, which takes a second the first time; it is then ready for all of them."""
    import altair

    blank = altair.Chart(altair.Data(values=[])).mark_point()
    assert Picture(blank, "", pl.DataFrame(), ()).svg


@dataclass(frozen=True, eq=False)
class Picture:
    """A finished chart.

    Parameters
    ----------
    chart
        The Altair chart, without theme.
    alt
        What a person who does not see it must know: kind of chart, what it shows, its main figures, n and coverage.
    twin
        The same figures as a table.
    columns
        For each column of the twin to show: name, French header, unit (see ``report.COLUMN_UNITS``).
    datasets
        Large data that the chart names rather than holds (outlines of a map).
    """

    chart: alt.TopLevelMixin
    alt: str
    twin: pl.DataFrame
    columns: tuple[tuple[str, str, str], ...]
    datasets: dict[str, Any] | None = None

    @cached_property
    def spec(self) -> dict[str, Any]:
        """The Vega-Lite 5 specification, theme and French formats included."""
        spec = self.chart.to_dict(validate=False, context={"pre_transform": False})
        own = {key: value for key, value in spec.get("config", {}).items() if key != "view"}
        named = {"datasets": spec.get("datasets", {}) | self.datasets} if self.datasets else {}
        return spec | named | {"$schema": SCHEMA, "description": self.alt, "config": CONFIG | own}

    @cached_property
    def svg(self) -> str:
        """The chart as a self-contained SVG."""
        import vl_convert

        drawn = vl_convert.vegalite_to_svg(json.dumps(self.spec, ensure_ascii=False), vl_version=DRAWN_WITH)
        # Titles are described in English whatever the configuration: the alternative text speaks instead.
        return _numbered(re.sub(r' (?:aria-[a-z]+|role)="[^"]*"', "", drawn))

    def inline_svg(self, prefix: str) -> str:
        """The SVG to lay in a page: its identifiers made its own, sized by the page, silent for screen readers."""
        svg = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}-\1"', self.svg)
        svg = re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}-\1)", svg)
        svg = re.sub(r'((?:xlink:)?href)="#([^"]+)"', rf'\1="#{prefix}-\2"', svg)
        return svg.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)

    @cached_property
    def _png(self) -> bytes:
        return self._rastered(2)

    def png(self, scale: float = 2) -> bytes:
        """The chart as a picture, for the forms that take no SVG: drawn once for them all."""
        return self._png if scale == 2 else self._rastered(scale)

    def _rastered(self, scale: float) -> bytes:
        import vl_convert

        return vl_convert.svg_to_png(self.svg, scale=scale)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        still = {"image/svg+xml": self.svg, "text/plain": self.alt}
        # A Voilà dashboard cannot draw the specification: there the static chart stands alone.
        return still if os.environ.get("SERVER_SOFTWARE", "").startswith("voila") else {MIME: self.spec} | still


def _numbered(svg: str) -> str:
    """Clips and gradients counted from the start of this drawing, whatever was drawn before it."""
    ranks = {
        name: f"trait{rank}"
        for rank, name in enumerate(dict.fromkeys(re.findall(r'\bid="((?:clip|gradient_?)\d+)"', svg)))
    }
    return (
        re.sub(
            r'(\bid="|url\(#)((?:clip|gradient_?)\d+)(?=["\)])',
            lambda found: found[1] + ranks.get(found[2], found[2]),
            svg,
        )
        if ranks
        else svg
    )


def show(chart: alt.TopLevelMixin, alt: str = "") -> Picture:
    """Any Altair chart, displayed offline with the kit's theme."""
    return Picture(chart, alt, pl.DataFrame(), ())
