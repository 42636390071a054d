"""The first screen: three clicks from opening the notebook to one's own data."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

import ipywidgets

from spaser import french
from spaser.studies import mission as missions
from spaser.widgets import ahead, tables
from spaser.widgets.choices import Choices
from spaser.widgets.desk import Desk
from spaser.widgets.downloads import Downloads
from spaser.widgets.files import Files, Lecture
from spaser.widgets.missions import Missions
from spaser.widgets.panorama import Panorama
from spaser.widgets.selection import reading_day


class Welcome:
    """A mission (or files), then the choices, the files to take away and the panorama, as soon as something is read.

    Parameters
    ----------
    contracts
        The folder of a mission; or paths of contracts, as ``registers`` of lists of suppliers.
    """

    def __init__(self, contracts: str = "", registers: str = "") -> None:
        ahead.begin()
        self.desk: Desk | None = None
        home = missions.here(contracts) if contracts and not registers else None
        self.missions = Missions(home, self.read) if home is not None else None
        self.files = Files(contracts if home is None else "", registers, ready=self.open, mission=home)
        self.place = ipywidgets.VBox()
        asked = self.missions.widget if self.missions is not None else self.files.widget
        answer = [ipywidgets.VBox([self.files.place, self.files.result])] if self.missions is not None else []
        self.widget = ipywidgets.VBox([asked, *answer, self.place])

    def read(self, home: Path) -> None:
        """Read a mission aside; the answer comes below."""
        self.files.mission = home
        self.files.start()

    def open(self, lecture: Lecture) -> None:
        """Show the views of what was read."""
        self.desk = Desk(lecture)
        self.parts = (Choices(self.desk), Downloads(self.desk), Panorama(self.desk))
        self.place.children = (*(part.widget for part in self.parts), *_next(lecture))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        bundle = (self.missions or self.files)._repr_mimebundle_()
        if self.desk:
            bundle["text/html"] += self.parts[-1]._repr_mimebundle_()["text/html"]
        return bundle | self.widget._repr_mimebundle_() | {key: bundle[key] for key in ("text/html", "text/plain")}


def _next(lecture: Lecture) -> tuple[ipywidgets.Widget, ...]:
    """The notebooks of the mission read, opened by a click and already on it; nothing for the demo, which the kit's own show."""
    mission = lecture.mission
    if mission is None or mission.demo or not mission.whole:
        return ()
    lines = "".join(
        f'<li><a href="{escape(path.as_posix(), quote=True)}">{escape(path.stem)}</a> : {tables.safe(french.typeset(missions.question(path)))}</li>'
        for path in missions.notebooks(mission.home)
    )
    told = french.typeset("Et ensuite : les carnets de cette mission, déjà ouverts sur elle")
    page = tables.framed(f"<h3>{escape(told)}</h3><ul>{lines}</ul>")
    shown = {"output_type": "display_data", "data": {"text/html": page, "text/plain": told}, "metadata": {}}
    return (ipywidgets.Output(outputs=(shown,)), *_renewed(mission.home))


def _renewed(home: Path) -> tuple[ipywidgets.Widget, ...]:
    """A button to take the kit's notebooks where those of the mission are of an older edition; nothing when none is."""
    place = home / "carnets"
    older = missions.outdated(place)
    if not older:
        return ()
    names = french.listing(path.stem for path in older)
    one = len(older) == 1
    count = "1 carnet de cette mission diffère" if one else f"{len(older)} carnets de cette mission diffèrent"
    told = f"{count} de {'celui' if one else 'ceux'} du kit, qui en a peut-être de plus récents : {names}. Fermez-les avant de les renouveler."
    words = ipywidgets.HTML(tables.framed(f'<p role="status">{tables.safe(french.typeset(told))}</p>'))
    button = ipywidgets.Button(
        description="Prendre ceux du kit (les miens restent à côté)", layout={"width": "max-content"}
    )

    def renew(_: Any) -> None:
        kept = french.listing(own.name for _, own in missions.renew(place, reading_day()))
        words.value = tables.framed(
            f'<p role="status">{tables.safe(french.typeset(f"Renouvelés. Les vôtres : {kept}"))}</p>'
        )
        button.disabled = True

    button.on_click(renew)
    return words, button
