"""The timetable of a meeting day as a grid one can edit: a late change, then a new timetable with the fewest moves."""

from __future__ import annotations

import tempfile
from datetime import date, time
from pathlib import Path
from typing import Any

import ipywidgets

from spaser import french
from spaser.guards import leftovers
from spaser.problems import Problem
from spaser.studies.acting import day
from spaser.widgets import faults, tables
from spaser.widgets.downloads import link
from spaser.widgets.selection import reading_day
from spaser.widgets.views import WIDE

#: A cell left free, and one where the person is not there; the others name a supplier.
_FREE, _AWAY = "", "\x00absent"
#: Buyers shown at a time: a grid of a whole day is long to draw.
_ROWS = 10
_ROW = {"flex_flow": "row wrap", "align_items": "center", "grid_gap": "2px 1rem"}
_CELL = {"width": "11rem", "min_width": "11rem"}


class Planning:
    """Give the workbook of wishes; read the timetable by buyer and hour; change a cell, replan, undo, take the sheets away.

    Parameters
    ----------
    book
        The workbook of ``spaser matinale``, its sheet « souhaits » filled in; it may be sent from the computer as well.
    frame
        The day and its slots; by default asked on the screen.
    """

    def __init__(self, book: str | Path = "", frame: day.Frame | None = None) -> None:
        usual = frame or day.Frame(reading_day())
        self.book = Path(book) if book else None
        self.upload = ipywidgets.FileUpload(
            description="Envoyer le classeur des souhaits", accept=".xlsx", layout={"width": "max-content"}
        )
        self.on = ipywidgets.DatePicker(value=usual.day if frame else None, description="Jour", style=WIDE)
        self.first = ipywidgets.Text(
            value=f"{usual.first:%H:%M}", description="Début", style=WIDE, layout={"width": "9rem"}
        )
        self.minutes, self.walk, self.slots, self.tables = (
            ipywidgets.BoundedIntText(
                value=value, min=least, max=most, description=label, style=WIDE, layout={"width": "13rem"}
            )
            for label, value, least, most in (
                ("Minutes par rencontre", usual.minutes, 1, 240),
                ("Minutes pour changer", usual.walk, 0, 60),
                ("Créneaux", usual.slots, 1, 60),
                ("Tables", usual.tables, 1, 200),
            )
        )
        self.launch = _button("Faire le planning", "primary")
        self.replan, self.undo, self.files = (
            _button("Replanifier"),
            _button("Annuler"),
            _button("Préparer les feuilles"),
        )
        self.page = ipywidgets.Dropdown(description="Acheteurs", style=WIDE, layout={"width": "24rem"})
        self.grid, self.status, self.links = ipywidgets.VBox(), ipywidgets.HTML(), ipywidgets.HTML()
        self.tools = ipywidgets.HBox([self.page, self.replan, self.undo, self.files], layout=_ROW | {"display": "none"})
        asked = ipywidgets.HBox([self.on, self.first, self.slots, self.tables, self.minutes, self.walk], layout=_ROW)
        self.widget = ipywidgets.VBox([self.upload, asked, self.launch, self.status, self.tools, self.grid, self.links])
        self.found: day.Planned | None = None
        self.cells: dict[tuple[str, int], ipywidgets.Dropdown] = {}
        self._past: list[tuple[day.Planned, dict[tuple[str, int], str]]] = []
        self._changed: dict[tuple[str, int], str] = {}
        self._sent: tempfile.TemporaryDirectory[str] | None = None
        for button, run in (
            (self.launch, self.plan), (self.replan, self.again), (self.undo, self.back), (self.files, self.take),
        ):  # fmt: skip
            button.on_click(lambda _, run=run: self._tried(run))
        self.upload.observe(lambda change: self._tried(lambda: self._receive(change["new"])), names="value")
        self.page.observe(lambda _: self._draw(), names="value")
        if self.book is not None and frame is not None:
            self._tried(self.plan)

    def plan(self) -> None:
        """The first timetable of these wishes."""
        if self.book is None:
            raise Problem("Aucun classeur de souhaits n'est donné", todo="Envoyez celui de spaser matinale, rempli")
        if self.on.value is None:
            raise Problem("Le jour de la matinale n'est pas dit", todo="Choisissez-le dans « Jour »")
        self._past, self._changed = [], {}
        self._show(day.plan(self.book, self.frame))

    def again(self) -> None:
        """What was changed in the grid is held; everything else moves as little as possible."""
        if self.found is None or not self._changed:
            raise Problem("Aucune case n'a été changée", todo="Choisissez un fournisseur, ou « absent », dans une case")
        fixed: dict[tuple[str, str], int] = {}
        away: dict[str, set[int]] = {}
        for (buyer, slot), said in self._changed.items():
            if said in (_FREE, _AWAY):
                away.setdefault(buyer, set()).add(slot)
            else:
                fixed[buyer, said] = slot
        before = (self.found, dict(self._changed))
        made = day.replan(self.found, fixed=fixed, away=away)
        self._past.append(before)
        self._changed = {}
        self._show(made)

    def back(self) -> None:
        """The timetable before the last change."""
        if self._changed:
            self._changed = {}
            return self._draw()
        if not self._past:
            raise Problem("Il n'y a rien à annuler")
        found, _ = self._past.pop()
        return self._show(found)

    def take(self) -> None:
        """The sheets to print, the workbook with its follow-up, the calendar."""
        if self.found is None:
            raise Problem("Il n'y a pas encore de planning", todo="Faites d'abord le planning")
        with tempfile.TemporaryDirectory(prefix=leftovers.prefix(), ignore_cleanup_errors=True) as folder:
            self.links.value = tables.framed("".join(link(path) for path in day.write(self.found, folder)))

    @property
    def frame(self) -> day.Frame:
        """The day as it is asked on the screen."""
        try:
            hour = time.fromisoformat(self.first.value.replace("h", ":").replace(" ", "").rjust(5, "0"))
        except ValueError:
            raise Problem(f"« {self.first.value[:20]} » n'est pas une heure", todo="Écrivez 9:00") from None
        chosen = self.on.value if isinstance(self.on.value, date) else reading_day()
        counts = (self.minutes.value, self.walk.value, self.slots.value, self.tables.value)
        return day.Frame(chosen, hour, *counts)

    def _show(self, found: day.Planned) -> None:
        self.found, self.links.value = found, ""
        people = sorted({*found.found.plan["acheteur"], *found.found.unmet["acheteur"]})
        self._people = [people[at : at + _ROWS] for at in range(0, len(people), _ROWS)]
        options = [
            (f"{part[0]} … {part[-1]}" if len(part) > 1 else part[0], rank) for rank, part in enumerate(self._people)
        ]
        if list(self.page.options) != options:
            self.page.options, self.page.value = options, 0
        self.tools.layout.display = ""
        self._draw()
        unmet = found.found.unmet
        told = [day.summary(found)]
        if unmet.height:
            pairs = french.listing(f"{b} et {s}" for b, s in unmet.select("acheteur", "fournisseur").head(5).rows())
            told.append(
                french.sentence(
                    f"sans créneau ({french.number(unmet.height)}) : {pairs}{'…' if unmet.height > 5 else ''}"
                )
            )
        self._tell(*told)

    def _draw(self) -> None:
        """One row per buyer shown, one list per hour: the supplier met, or nobody."""
        found = self.found
        if found is None or self.page.value is None:
            return
        met = {(b, slot): s for b, s, slot in found.found.plan.select("acheteur", "fournisseur", "creneau").iter_rows()}
        slots = range(found.frame.slots)
        head = [ipywidgets.HTML("<strong>Acheteur</strong>", layout=_CELL)]
        head += [ipywidgets.HTML(f"<strong>{found.frame.told(slot)}</strong>", layout=_CELL) for slot in slots]
        rows, self.cells = [ipywidgets.HBox(head)], {}
        for buyer in self._people[self.page.value]:
            wished = sorted(found.pairs.filter(found.pairs["acheteur"] == buyer)["fournisseur"].to_list())
            options = [("–", _FREE), *((name, name) for name in wished), ("absent", _AWAY)]
            cells: list[Any] = [ipywidgets.HTML(tables.safe(buyer), layout=_CELL)]
            for slot in slots:
                away = slot in found.day.absent.get(buyer, frozenset())
                said = self._changed.get((buyer, slot), met.get((buyer, slot), _AWAY if away else _FREE))
                cell = ipywidgets.Dropdown(
                    options=options, value=said, layout=_CELL, tooltip=f"{buyer}, {found.frame.told(slot)}"
                )
                cell.observe(lambda change, at=(buyer, slot): self._mark(at, change["new"]), names="value")
                self.cells[buyer, slot] = cell
                cells.append(cell)
            rows.append(ipywidgets.HBox(cells))
        self.grid.children = (ipywidgets.VBox(rows, layout={"overflow": "auto", "max_width": "100%"}),)

    def _mark(self, at: tuple[str, int], said: str) -> None:
        self._changed[at] = said
        n = len(self._changed)
        self._tell(
            f"{french.count(n, 'case')} {'changée' if n == 1 else 'changées'} : « Replanifier » déplace le reste le moins possible"
        )

    def _receive(self, sent: Any) -> None:
        if not sent:
            return
        self._sent = self._sent or tempfile.TemporaryDirectory(prefix=leftovers.prefix(), ignore_cleanup_errors=True)
        self.book = Path(self._sent.name) / Path(sent[0]["name"].replace("\\", "/")).name
        self.book.write_bytes(bytes(sent[0]["content"]))
        self._tell(f"« {self.book.name} » est reçu : choisissez le jour, puis « Faire le planning »")

    def _tried(self, run: Any) -> None:
        try:
            run()
        except faults.FAULTS as failure:
            self.status.value = tables.framed(tables.problem(faults.told(failure)))

    def _tell(self, *lines: str) -> None:
        page = "".join(f"<p>{tables.safe(french.sentence(line))}</p>" for line in lines)
        self.status.value = tables.framed(f'<div role="status">{page}</div>')

    @property
    def told(self) -> str:
        """The timetable in a line."""
        asked = "Une fois le carnet lancé : envoyez le classeur des souhaits rempli, le planning se fait et se corrige ici, case par case."
        return day.summary(self.found) if self.found is not None else french.typeset(asked)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        page = f"<p>{tables.safe(self.told)}</p>"
        return self.widget._repr_mimebundle_() | {"text/html": tables.framed(page), "text/plain": self.told}


def _button(label: str, style: str = "") -> ipywidgets.Button:
    return ipywidgets.Button(description=label, button_style=style, layout={"width": "max-content"})
