"""The choices that a mission makes once for all views: each starts where the mission says, for the buyer shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import ipywidgets

from spaser import french
from spaser.studies.pams import Wishes
from spaser.widgets.desk import Desk
from spaser.widgets.views import choice

REACH = {"usage de chaque famille": 0.0, "10 km": 10.0, "30 km": 30.0, "60 km": 60.0, "100 km": 100.0}
DEPENDENCY = {"10 %": 0.1, "20 %": 0.2, "30 %": 0.3, "50 %": 0.5}
#: The share in use when nobody chose one, as for the commands.
_USUAL = 0.3


def radius(desk: Desk) -> ipywidgets.Dropdown:
    """How far suppliers are looked for, in kilometres; 0 for the use of each family."""
    return _wished(desk, "Rayon des fournisseurs locaux", REACH, 0.0, lambda asked: asked.radius, _kilometres)


def dependency(desk: Desk) -> ipywidgets.Dropdown:
    """The share of its activity that a supplier should not pass with the buyer."""
    return _wished(desk, "Dépendance acceptée", DEPENDENCY, _USUAL, lambda asked: asked.dependency, _percent)


def _wished(
    desk: Desk,
    label: str,
    offered: Mapping[str, float],
    usual: float,
    of: Callable[[Wishes], float | None],
    written: Callable[[float], str],
) -> ipywidgets.Dropdown:
    """A list that starts at what the mission asks, among the usual values; it starts again when another buyer is asked otherwise."""
    every = dict(offered)
    for value in (of(asked.wishes) for asked in desk.told):
        if value is not None and value not in every.values():
            every[written(value)] = value

    def wanted() -> float:
        return usual if (said := of(desk.wishes)) is None else said

    before = [wanted()]
    control = choice(label, dict(sorted(every.items(), key=lambda pair: pair[1])), before[0])

    def start(_: object) -> None:
        if (now := wanted()) != before[0]:
            before[0] = control.value = now

    desk.selection.observe(start, names="buyers")
    return control


def _kilometres(value: float) -> str:
    return french.typeset(f"{value:g}".replace(".", ",") + " km")


def _percent(value: float) -> str:
    return french.share(value, 0 if round(value, 2) == round(value, 6) else 1)
