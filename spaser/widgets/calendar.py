"""What ends, quarter by quarter, and the contracts behind each square of the calendar."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from spaser import french
from spaser.deliverables.report import Block, Column, Section, table
from spaser.problems import Problem
from spaser.sections.calendar import section_calendar
from spaser.widgets.desk import Desk
from spaser.widgets.drawn import Drawn
from spaser.widgets.potential import offer
from spaser.widgets.selection import KEPT
from spaser.widgets.views import choice

_EVERY_FAMILY, _EVERY_QUARTER = {"toutes": ""}, {"tous": ""}
_MOST = 60
_COLUMNS = (
    Column("uid", "Contrat", "identifiant"),
    Column("objet", "Objet"),
    Column("famille_libelle", "Famille"),
    Column("echeance", "Fin au plus tard", "date"),
    Column("sourcing", "Commencer le sourcing", "date"),
    Column("montant_annuel", "Montant annuel", "centime"),
)


class Calendar(Drawn):
    """The calendar of renewals; a family and a quarter show the contracts of a square."""

    title = "Calendrier des renouvellements"
    question = "Qu'est-ce qui se termine, et quand s'y préparer ?"
    follows = KEPT

    def __init__(self, desk: Desk) -> None:
        self.desk, self._offering = desk, False
        self._known: tuple[Any, Section | None] | None = None
        self.family, self.quarter = choice("Famille", _EVERY_FAMILY), choice("Trimestre", _EVERY_QUARTER)
        super().__init__(desk, self.family, self.quarter)

    def refresh(self) -> None:
        """Offer the families and quarters where something ends, then answer."""
        soon = self._soon()
        families = soon.select("famille_libelle").drop_nulls().unique().sort("famille_libelle")["famille_libelle"]
        self._offering = True
        offer(self.family, _EVERY_FAMILY | {name: name for name in families})
        offer(self.quarter, _EVERY_QUARTER | {name: name for name in soon["trimestre"].unique().sort()})
        self._offering = False
        super().refresh()

    def _follow(self, change: Any) -> None:
        if not self._offering:
            super()._follow(change)

    def blocks(self) -> Sequence[Block]:
        section = self._section()
        if section is None:
            raise Problem("Rien à montrer ici : les fichiers lus ne disent rien de cette question")
        return [*section.blocks, self._behind()]

    def _section(self) -> Section | None:
        """The section of the report, written once per state of the selection."""
        found = self.desk.diagnostic
        if self._known is None or self._known[0] is not found:
            self._known = (found, section_calendar(self.desk.findings))
        return self._known[1]

    def _soon(self) -> pl.DataFrame:
        try:
            rows = self.desk.diagnostic.extras.get("renouvellements")
        except Problem:
            rows = None
        if rows is None:
            return pl.DataFrame(schema={"famille_libelle": pl.String, "trimestre": pl.String})
        return rows.filter(pl.col("trimestre").is_not_null())

    def _behind(self) -> Block:
        """The contracts of the square chosen, in order of end."""
        rows = self._soon()
        for column, control in (("famille_libelle", self.family), ("trimestre", self.quarter)):
            rows = rows.filter(pl.col(column) == control.value) if control.value else rows
        where = (
            " ; ".join(control.value for control in (self.family, self.quarter) if control.value)
            or "toutes les familles, tous les trimestres"
        )
        note = f"Les {_MOST} premières lignes sur {french.number(rows.height)}." if rows.height > _MOST else ""
        caption = french.typeset(f"Les contrats derrière une case : {where}")
        return table(
            "tab-calendrier-case", caption, rows.sort("echeance", "uid").head(_MOST), _COLUMNS, french.typeset(note)
        )
