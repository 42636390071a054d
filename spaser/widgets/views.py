"""A view: one question, its own choices if any, and an answer that follows the selection; readable without a kernel."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from typing import Any

import ipywidgets

from spaser import french
from spaser.deliverables.report import Block, Section
from spaser.problems import Problem
from spaser.sections.findings import Findings
from spaser.studies.pams import Wishes
from spaser.vocabulary import POPULATIONS
from spaser.widgets import faults, tables
from spaser.widgets.desk import Desk
from spaser.widgets.selection import CHOSEN, DEFINITIONS, UNITS

#: Labels are as long as what they name: none is cut.
WIDE = {"description_width": "initial"}
#: What a mission may say of the reach of suppliers, as it is offered; the share in use when nobody chose one is that of commands.
REACH = {"usage de chaque famille": 0.0, "10 km": 10.0, "30 km": 30.0, "60 km": 60.0, "100 km": 100.0}
DEPENDENCY = {"10 %": 0.1, "20 %": 0.2, "30 %": 0.3, "50 %": 0.5}
_USUAL = 0.3
_BUSY = '<p role="status">Calcul en cours…</p>'


class View:
    """Above, the view's own choices; below, its blocks, computed again when the selection or a choice changes.

    Parameters
    ----------
    desk
        What the notebook works on.
    controls
        The view's own choices (``choice``): the answer follows their ``value``.
    """

    title = ""
    question = ""
    #: The choices of the selection that change the answer: no other move computes it again.
    follows: Sequence[str] = CHOSEN

    #: The problem met instead of an answer, in words.
    _refused = ""

    def __init__(self, desk: Desk, *controls: ipywidgets.Widget) -> None:
        self.desk = desk
        self.answer = ipywidgets.HTML()
        self.controls = controls
        self._shown: Any = None
        parts = (
            [ipywidgets.HBox(controls, layout={"flex_flow": "row wrap", "grid_gap": "2px 1.2rem"}), self.answer]
            if controls
            else [self.answer]
        )
        # One scroll, the page's: a box that scrolls inside it hides what is on its sides and under it.
        self.widget = ipywidgets.VBox(parts, layout={"overflow": "visible"})
        desk.selection.observe(self._follow, names=[*self.follows, "decided"])
        for control in controls:
            control.observe(self._follow, names="value")
        self.refresh()

    def blocks(self) -> Sequence[Block]:
        """What answers the question for the selection as it is."""
        raise NotImplementedError

    def refresh(self) -> None:
        """Compute the answer again and show it, or the problem met."""
        self._shown = self._state()
        if self.answer.value:
            self.answer.value = tables.framed(_BUSY + f'<div class="busy">{self._content}</div>')
        try:
            self._answered, self._refused = self.blocks(), ""
            self._content = tables.written(self._answered)
        except faults.FAULTS as failure:
            self._content = self._met(failure)
        self.answer.value = tables.framed(self._head() + self._content)

    def _met(self, failure: Exception) -> str:
        """What failed takes the place of the answer, in words; its page."""
        problem = faults.told(failure)
        self._answered, self._refused = (), french.typeset(str(problem))
        return tables.problem(problem)

    def _follow(self, _: Any) -> None:
        # Several choices changed together call once each: the answer is computed once.
        if self._state() != self._shown:
            self.refresh()

    def _state(self) -> tuple[Any, ...]:
        chosen = self.desk.selection.state
        return (
            self.desk.scope,
            self.desk.selection.decided,
            tuple(chosen[name] for name in self.follows),
            tuple(control.value for control in self.controls),
        )

    def _head(self, chosen: str = "") -> str:
        title = f"<h3>{escape(french.typeset(self.title))}</h3>" if self.title else ""
        asked = f'<p class="asked">{escape(french.typeset(self.question))}</p>' if self.question else ""
        return (
            f'{asked}{title}<p class="chosen">{escape(french.capital(chosen or in_words(self.desk, self.follows)))}</p>'
        )

    def _own_choices(self) -> str:
        """The view's own choices in words, for the static twin."""
        told = (
            f"{control.description} {shown_value(control)}"
            for control in self.controls
            if getattr(control, "description", "")
        )
        return french.typeset(" ; ".join(told))

    @property
    def told(self) -> str:
        """The answer in plain words, or the problem met."""
        words = [
            in_words(self.desk, self.follows),
            self._own_choices(),
            self._refused,
            *(tables.said(block) for block in self._answered),
        ]
        return "\n".join(word for word in words if word)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        own = self._own_choices()
        said = in_words(self.desk, self.follows)
        chosen = f"{said} ; {own}" if own else said
        live = self.widget._repr_mimebundle_()
        return live | {
            "text/html": tables.framed(self._head(french.typeset(chosen)) + self._content),
            "text/plain": self.told,
        }


class _Sections(View):
    """Sections of the report, as the page to hand over has them."""

    def __init__(self, desk: Desk, sections: Sequence[Callable[[Findings], Section | None]], title: str) -> None:
        self.sections, self.title = sections, title
        super().__init__(desk)

    def blocks(self) -> Sequence[Block]:
        found = [section for write in self.sections if (section := write(self.desk.findings))]
        if not found:
            raise Problem("Rien à montrer ici : les fichiers lus ne disent rien de cette question")
        if not self.title:
            self.title, self.question = found[0].title, found[0].question
        return [block for section in found for block in section.blocks]


def view(desk: Desk, *sections: Callable[[Findings], Section | None], title: str = "") -> View:
    """A view made of sections of the report (the first gives title and question unless one is named)."""
    return _Sections(desk, sections, title)


def choice(label: str, options: Mapping[str, Any] | Iterable[str], value: Any = None) -> ipywidgets.Dropdown:
    """A labelled list to choose one value from, used with the keyboard as well."""
    pairs = list(options.items()) if isinstance(options, Mapping) else [(name, name) for name in options]
    chosen = value if value is not None else (pairs[0][1] if pairs else None)
    return ipywidgets.Dropdown(
        options=pairs,
        value=chosen,
        description=french.typeset(f"{label} :"),
        style=WIDE,
        layout={"width": "max-content", "max_width": "100%"},
    )


def search(label: str, example: str) -> ipywidgets.Text:
    """A labelled case to type in, answered as one types."""
    layout = {"width": "30rem", "max_width": "100%"}
    return ipywidgets.Text(description=french.typeset(f"{label} :"), placeholder=example, style=WIDE, layout=layout)


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


def shown_value(control: Any) -> str:
    """What a control shows for its value."""
    label = getattr(control, "label", None)
    return label if isinstance(label, str) and label else str(control.value)


def in_words(desk: Desk, follows: Iterable[str] = CHOSEN) -> str:
    """The selection, said in a line: only what an answer follows."""
    chosen = desk.selection
    years = chosen.years
    span = (
        "toutes les années" if not years else str(years[0]) if years[0] == years[1] else f"de {years[0]} à {years[1]}"
    )
    names = {key: label for label, key in desk.families.items()}
    kept = french.listing(names.get(key, key) for key in chosen.families) or "toutes les familles d'achat"
    how = {value: label for label, value in (UNITS | DEFINITIONS).items()}
    told = {
        "buyers": desk.scope,
        "years": span,
        "families": kept,
        "unit": how[chosen.unit],
        "population": POPULATIONS[chosen.population],
    }
    return french.typeset(" ; ".join(text for name, text in told.items() if name in follows))
