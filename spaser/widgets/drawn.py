"""A view whose charts the notebook draws itself: quick to move, with words under the pointer; elsewhere, still images.

The tables are sent first, each part only when it changes. The static twin is written when the view is displayed or saved.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from html import escape
from typing import Any

import ipywidgets

from spaser.charts.pictures import MIME
from spaser.deliverables.report import Block, Figure
from spaser.widgets import faults, tables
from spaser.widgets.desk import Desk
from spaser.widgets.views import View

_BUSY = '<p role="status">Calcul en cours…</p>'


class Drawn(View):
    """A view in parts: runs of text and tables, and charts between them."""

    def __init__(self, desk: Desk, *controls: ipywidgets.Widget) -> None:
        self.body = ipywidgets.VBox(layout={"overflow": "visible"})
        self._twin: tuple[Any, str] | None = None
        super().__init__(desk, *controls)
        self.widget.children = (*self.widget.children, self.body)

    def refresh(self) -> None:
        """Compute the answer again and show what changed, or the problem met."""
        self._shown = self._state()
        if self.body.children:
            self.answer.value = tables.framed(self._head() + _BUSY)
        self._failure = ""
        try:
            self._answered, self._refused = self.blocks(), ""
        except faults.FAULTS as failure:
            self._failure = self._met(failure)
        self.answer.value = tables.framed(self._head() + self._failure)
        self._show(parts(self._answered))

    def _show(self, wanted: Sequence[str | Figure]) -> None:
        """Parts of the same kind are kept and filled anew: the page does not jump."""
        before = self.body.children
        same = len(before) == len(wanted) and all(
            isinstance(old, ipywidgets.Output) == isinstance(new, Figure)
            for old, new in zip(before, wanted, strict=True)
        )
        if not same:
            self.body.children = tuple(
                ipywidgets.Output() if isinstance(part, Figure) else ipywidgets.HTML() for part in wanted
            )
        for place, part in zip(self.body.children, wanted, strict=True):
            if isinstance(part, Figure):
                place.outputs = (_display(part),)
            else:
                place.value = f'<div class="spaser-vue" lang="fr">{part}</div>'

    @property
    def _content(self) -> str:
        """The static twin of the answer, with still images."""
        if self._twin is None or self._twin[0] is not self._answered:
            self._twin = (self._answered, self._failure or tables.written(self._answered))
        return self._twin[1]


def parts(blocks: Sequence[Block]) -> list[str | Figure]:
    """The blocks as a notebook shows them: HTML, and charts apart, each followed by its caption, its words and its table."""
    found: list[str | Figure] = []
    pending: list[str] = []
    for block in blocks:
        if isinstance(block, Figure) and not _voila():
            found += ["".join(pending), block]
            pending = [_around(block)]
        else:
            pending.append(tables.written([block]))
    return [*found, "".join(pending)]


def _around(figure: Figure) -> str:
    caption = f'<p class="table-note">{escape(figure.caption)}</p>'
    words = f"<details><summary>Lire le graphique en mots</summary><p>{escape(figure.picture.alt)}</p></details>"
    return f"{caption}{words}<details><summary>Voir les données du graphique</summary>{tables.written([figure.twin])}</details>"


def _display(figure: Figure) -> dict[str, Any]:
    return {
        "output_type": "display_data",
        "data": {MIME: figure.picture.spec, "text/plain": figure.picture.alt},
        "metadata": {},
    }


def _voila() -> bool:
    """A dashboard draws no specification: there charts stay images."""
    return os.environ.get("SERVER_SOFTWARE", "").startswith("voila")
