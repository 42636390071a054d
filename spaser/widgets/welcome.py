"""The first screen: three clicks from opening the notebook to one's own data."""

from __future__ import annotations

from typing import Any

import ipywidgets

from spaser.widgets.choices import Choices
from spaser.widgets.desk import Desk
from spaser.widgets.downloads import Downloads
from spaser.widgets.files import Files, Lecture
from spaser.widgets.panorama import Panorama


class Welcome:
    """Files, then the choices, the files to take away and the panorama, as soon as something is read."""

    def __init__(self, contracts: str = "", registers: str = "") -> None:
        self.desk: Desk | None = None
        self.files = Files(contracts, registers, ready=self.open)
        self.place = ipywidgets.VBox()
        self.widget = ipywidgets.VBox([self.files.widget, self.place])

    def open(self, lecture: Lecture) -> None:
        """Show the views of what was read."""
        self.desk = Desk(lecture)
        self.parts = (Choices(self.desk), Downloads(self.desk), Panorama(self.desk))
        self.place.children = tuple(part.widget for part in self.parts)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        bundle = self.files._repr_mimebundle_()
        if self.desk:
            bundle["text/html"] += self.parts[-1]._repr_mimebundle_()["text/html"]
        return bundle | self.widget._repr_mimebundle_() | {key: bundle[key] for key in ("text/html", "text/plain")}
