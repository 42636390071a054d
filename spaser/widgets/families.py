"""Several purchase families chosen among many: a box to tick for each, and a search that hides the others."""

from __future__ import annotations

from typing import Any

import ipywidgets

from spaser import french
from spaser.text import fold
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
        inside = ipywidgets.VBox(
            [ipywidgets.HBox([self.text, self.every], layout={"flex_flow": "row wrap"}), self.list]
        )
        self.widget = ipywidgets.Accordion([inside], titles=[self._heading()])
        self.text.observe(self._search, names="value")
        self.every.on_click(self._free)
        for box in self.boxes.values():
            box.observe(self._choose, names="value")
        desk.selection.observe(self._follow, names="families")

    def _search(self, _: Any) -> None:
        asked = fold(self.text.value).split()
        for box in self.boxes.values():
            near = all(word in fold(box.description) for word in asked)
            box.layout.display = "" if near or box.value else "none"

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


def _box(label: str, ticked: bool) -> ipywidgets.Checkbox:
    return ipywidgets.Checkbox(description=label, value=ticked, indent=False, layout={"width": "max-content"})
