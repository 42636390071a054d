"""Several purchase families chosen among many: a box to tick for each, and a search that hides the others."""

from __future__ import annotations

from typing import Any

import ipywidgets

from spaser import buyers, french, problems
from spaser.text import fold
from spaser.widgets import tables
from spaser.widgets.desk import Desk
from spaser.widgets.views import search


class FamilyPicker:
    """None ticked means all of them."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._silent = False
        self.text = search("Chercher une famille d'achat", "nettoyage, espaces verts…")
        self.boxes = {key: _box(label, key in desk.selection.families) for label, key in desk.families.items()}
        self.every = ipywidgets.Button(description="Toutes les familles", layout={"width": "max-content"})
        self.list = ipywidgets.VBox(list(self.boxes.values()), layout={"max_height": "12rem", "overflow": "auto"})
        self.status = ipywidgets.HTML()
        inside = ipywidgets.VBox(
            [ipywidgets.HBox([self.text, self.every], layout={"flex_flow": "row wrap"}), self.list, self.status]
        )
        self.widget = ipywidgets.Accordion([inside], titles=[self._heading()])
        self.text.observe(self._search, names="value")
        self.every.on_click(self._free)
        for box in self.boxes.values():
            box.observe(self._choose, names="value")
        desk.selection.observe(self._follow, names="families")

    def _search(self, _: Any) -> None:
        """Accents, case and typos are forgiven, as for buyers; what is ticked stays in sight, and nothing found is said."""
        asked = self.text.value.strip()
        found = 0
        for box in self.boxes.values():
            near = all(_said(word, fold(box.description)) for word in fold(asked).split())
            found += near
            box.layout.display = "" if near or box.value else "none"
        told = f"{french.count(found, 'famille', feminine=True)} {'répond' if found < 2 else 'répondent'} à « {asked} »"
        if not found:
            told = f"aucune famille d'achat de ces contrats ne répond à « {asked} » : essayez un autre mot"
        self.status.value = tables.framed(f'<p role="status">{tables.safe(french.sentence(told))}</p>') if asked else ""

    def _choose(self, _: Any) -> None:
        if not self._silent:
            self.desk.selection.families = tuple(key for key, box in self.boxes.items() if box.value)

    def _free(self, _: Any) -> None:
        self.desk.selection.families = ()

    def _follow(self, _: Any) -> None:
        self._silent = True
        for key, box in self.boxes.items():
            box.value = key in self.desk.selection.families
        self._silent = False
        self.widget.titles = (self._heading(),)

    def _heading(self) -> str:
        n = len(self.desk.selection.families)
        kept = f"{french.count(n, 'famille')} {french.plural('choisie', n)}" if n else "toutes"
        return french.typeset(f"Familles d'achat : {kept}")


def _said(word: str, name: str) -> bool:
    """Whether a word is in a name, a typo away at most."""
    return word in name or (len(word) > 3 and max(problems.nearness(word, name.split()), default=0) >= buyers.CLEAR)


def _box(label: str, ticked: bool) -> ipywidgets.Checkbox:
    return ipywidgets.Checkbox(description=label, value=ticked, indent=False, layout={"width": "max-content"})
