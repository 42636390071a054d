"""The suppliers of a spend file: what is identified, who is in the ESS or inclusive, what is left to check."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ipywidgets

from spaser.deliverables.report import TableBlock
from spaser.problems import Problem
from spaser.studies import mission as missions
from spaser.studies import suppliers as purchases
from spaser.studies.suppliers import handover as purchases_handover
from spaser.widgets import tables
from spaser.widgets.acts.columns import Columns
from spaser.widgets.acts.links import Links
from spaser.widgets.files import expanded
from spaser.widgets.selection import reading_day


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
        self.mission = getattr(path, "mission", None)
        if not isinstance(path, str | Path):
            path = (self.mission.ledger if self.mission is not None else None) or ""
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
        self.place = ipywidgets.VBox()
        self.links: Links | None = None
        self.columns: Columns | None = None
        self.widget = ipywidgets.VBox([self.path, self.answer, self.place])
        self.refresh()

    def refresh(self) -> None:
        """Read and analyse the file again."""
        self.answer.value = tables.framed('<p role="status">Lecture et rapprochement en cours…</p>')
        try:
            self.result = self._read()
            self._blocks: Sequence[Any] = [
                b for section in purchases_handover.report(self.result).sections for b in section.blocks
            ]
            self._content = tables.written(self._blocks)
            self._offer()
        except Problem as failure:
            self._blocks, self._content = (), tables.problem(failure)
        self.answer.value = tables.framed(self._content)

    def sheets(self) -> tuple[TableBlock, ...]:
        """The tables of the workbook of this analysis, whole; none while nothing is read."""
        return purchases_handover.report(self.result).annexes if self._blocks else ()

    def _offer(self) -> None:
        """The columns and the links to decide, under the analysis; without a mission they are answered in their files."""
        if self.mission is None or not self.mission.whole:
            return
        if self.links is not None and self.columns is not None:
            self.columns.show(self.result.mapping, self.result.seen)
            return self.links.show(self.result.validations)
        kept = missions.decisions(self.mission)
        asked: dict[str, Any] = {"day": reading_day, "changed": self.refresh, "author": self.mission.author}
        self.links = Links(self.result.validations, kept, **asked)
        self.columns = Columns(self.result.mapping, self.result.seen, kept, **asked)
        linked, read = (
            ipywidgets.HTML(tables.framed(f"<h3>{title}</h3>"))
            for title in ("Fournisseurs à rapprocher", "Colonnes du fichier de dépenses")
        )
        self.place.children = (linked, self.links.widget, read, self.columns.widget)
        return None

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
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        told = "\n".join(text for block in self._blocks if (text := tables.said(block)))
        return self.widget._repr_mimebundle_() | {"text/html": tables.framed(self._content), "text/plain": told}
