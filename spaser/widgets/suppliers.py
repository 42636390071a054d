"""The suppliers of a spend file: what is identified, who is in the ESS or inclusive, what is left to check."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import ipywidgets

from spaser import french
from spaser.deliverables.report import TableBlock
from spaser.problems import Problem
from spaser.studies import mission as missions
from spaser.studies import reading
from spaser.studies import suppliers as purchases
from spaser.studies.mission import Decisions, Mission
from spaser.studies.suppliers import handover as purchases_handover
from spaser.widgets import faults, tables
from spaser.widgets.acts.columns import Columns
from spaser.widgets.acts.links import Links
from spaser.widgets.desk import Desk
from spaser.widgets.files import expanded
from spaser.widgets.selection import Selection, reading_day

_COLUMNS = "Colonnes du fichier de dépenses"


class Suppliers:
    """Give a spend file and the registers; the analysis follows, or the problem met.

    Parameters
    ----------
    path
        The spend file (XLSX, XLS, ODS, CSV); or the desk (or what was read) of a mission, whose spend file it is.
    registers
        Lists of suppliers: paths or patterns separated by « ; ».
    """

    def __init__(self, path: Any = "", registers: str = "") -> None:
        self.mission: Mission | None = getattr(path, "mission", None)
        self.desk = path if isinstance(path, Desk) else None
        self.chosen: Selection = getattr(path, "selection", None) or Selection(
            person=self.mission.author if self.mission is not None else ""
        )
        if not isinstance(path, str | Path):
            path = self._own()
        self._given = str(path)
        self.path = ipywidgets.Text(
            value=str(path),
            description="Fichier des dépenses",
            style={"description_width": "initial"},
            layout={"width": "40rem", "max_width": "100%"},
            continuous_update=False,
        )
        self.registers = registers
        self.answer = ipywidgets.HTML()
        self.path.observe(lambda _: self.refresh(), names="value")
        if self.desk is not None:
            self.desk.selection.observe(self._follow, names="buyers")
        self.place = ipywidgets.VBox()
        self.links: Links | None = None
        self.columns: Columns | None = None
        self.widget = ipywidgets.VBox([self.path, self.answer, self.place])
        self.refresh()

    def _own(self) -> Path | str:
        """The spend file of the buyer shown, else of the mission."""
        own = self.desk.wishes.ledger if self.desk is not None else None
        return own or (self.mission.ledger if self.mission is not None else None) or ""

    def _follow(self, _: Any) -> None:
        """Another buyer is shown: its own spend file, when the mission gives it one."""
        if (now := str(self._own())) != self._given:
            self._given = self.path.value = now

    def refresh(self) -> None:
        """Read and analyse the file again."""
        self.answer.value = tables.framed('<p role="status">Lecture et rapprochement en cours…</p>')
        try:
            self.result, self._refused = self._read(), ""
            self._blocks: Sequence[Any] = [
                b for section in purchases_handover.report(self.result).sections for b in section.blocks
            ]
            self._content = tables.written(self._blocks)
            self._offer()
        except faults.FAULTS as failure:
            met = faults.told(failure)
            self._blocks, self._refused, self._content = (), french.typeset(str(met)), tables.problem(met)
            self._mend()
        self.answer.value = tables.framed(self._content)

    def _again(self) -> None:
        """What was decided is obeyed here, and by the views of the desk."""
        self.refresh()
        if self.desk is not None:
            self.desk.decided()

    def sheets(self) -> tuple[TableBlock, ...]:
        """The tables of the workbook of this analysis, whole; none while nothing is read."""
        return purchases_handover.report(self.result).annexes if self._blocks else ()

    def _offer(self) -> None:
        """The columns and the links to decide, under the analysis; without a mission they are answered in their files."""
        if self._deciding() is None:
            return
        if self.links is None:
            self.links = Links(self.result.validations, **self._asked(self.refresh))
        else:
            self.links.show(self.result.validations)
        columns = self._columns()
        columns.show(self.result.mapping, self.result.seen)
        self.place.children = (
            _titled("Fournisseurs à rapprocher"),
            self.links.widget,
            _titled(_COLUMNS),
            columns.widget,
        )

    def _mend(self) -> None:
        """A spend file whose columns are not understood: they are chosen here."""
        self.place.children = ()
        path = Path(self.path.value.strip() or ".")
        if self._deciding() is not None and path.is_file() and (titles := reading.headings(path)):
            columns = self._columns()
            columns.choose(titles)
            self.place.children = (_titled(_COLUMNS), columns.widget)

    def _columns(self) -> Columns:
        if self.columns is None:
            self.columns = Columns(**self._asked(self._again))
        return self.columns

    def _deciding(self) -> Decisions | None:
        return missions.decisions(self.mission) if self.mission is not None and self.mission.whole else None

    def _asked(self, changed: Callable[[], None]) -> dict[str, Any]:
        return {
            "decisions": self._deciding(),
            "day": reading_day,
            "changed": changed,
            "chosen": self.chosen,
        }

    def _read(self) -> purchases.SupplierDiagnostic:
        if not self.path.value.strip():
            raise Problem(
                "Aucun fichier de dépenses n'est donné",
                todo="Donnez son chemin, ou ajoutez-le dans le carnet d'accueil",
            )
        if self.mission is None:
            return purchases.suppliers_of(self.path.value, expanded(self.registers))
        decisions = missions.decisions(self.mission)
        kept = decisions.table()
        return purchases.suppliers_of(
            self.path.value,
            list(self.mission.registers),
            overrides=kept.lazy(),
            validations=missions.validations(kept),
            mapping=missions.columns(decisions.folder),
            as_of=self.mission.as_of,
            clock=self.mission.today or reading_day(),
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        words = [self._refused, *(tables.said(block) for block in self._blocks)]
        told = "\n".join(word for word in words if word)
        return self.widget._repr_mimebundle_() | {"text/html": tables.framed(self._content), "text/plain": told}


def _titled(title: str) -> ipywidgets.HTML:
    return ipywidgets.HTML(tables.framed(f"<h3>{title}</h3>"))
