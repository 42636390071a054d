"""Every line of the tables of the workbook, in the notebook: one table at a time, to sort, filter, copy and take away as CSV."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape
from typing import Any

import ipywidgets

from spaser import french
from spaser.deliverables import files
from spaser.deliverables.report import TableBlock
from spaser.widgets import downloads, faults, tables
from spaser.widgets.desk import Desk
from spaser.widgets.lines import sortable
from spaser.widgets.selection import CHOSEN

#: The columns that decide, shown ahead of the others, by sheet.
_FIRST: Mapping[str, tuple[str, ...]] = {
    "besoins": (
        "objet",
        "famille_libelle",
        "lieu_libelle",
        "annuel",
        "potentiel",
        "levier_libelle",
        "levier_fournisseurs",
        "echeance",
    ),
    "fournisseurs par besoin": (
        "objet_besoin",
        "rang",
        "nom",
        "commune",
        "distance_km",
        "statuts",
        "capacite",
        "credible",
    ),
    "fournisseurs": (
        "fournisseur",
        "siren",
        "montant",
        "titulaire_ess",
        "titulaire_inclusif",
        "inclusif_types",
        "commune_fournisseur",
        "passe",
    ),
    "contrats": (
        "objet",
        "dateNotification",
        "montant_retenu",
        "famille_libelle",
        "clause_sociale",
        "clause_environnementale",
        "uid",
    ),
    "déclaré et écrit": ("liste", "objet", "dateNotification", "consideration", "certitude", "citation", "motif"),
}
#: Sheets for machines, in codes: the workbook has them.
_CODED = ("mesures",)
_CUT = "Ici, les {most} premières lignes sur {n}, et le CSV de même ; le classeur les a toutes."
_EMPTY = "Aucune ligne pour ces choix."
#: Lines read without a kernel, and without the library of the grid.
_TWIN, _MOST = 5, 50


class Lines:
    """The whole tables of what is shown above, chosen from a list.

    Parameters
    ----------
    owner
        What has the tables (``sheets``) and moves: a desk, a potential, an analysis of suppliers.
    first
        The names of the sheets offered first; all the others follow.
    """

    def __init__(self, owner: Any, *first: str) -> None:
        self.owner, self.first = owner, first
        self.which = ipywidgets.Dropdown(
            description=french.typeset("Table :"),
            style={"description_width": "initial"},
            layout={"width": "max-content", "max_width": "100%"},
        )
        self.grid = sortable.Sortable() if sortable.available() else None
        self.answer, self.place = ipywidgets.HTML(), ipywidgets.VBox()
        self._sheets: dict[str, TableBlock] = {}
        self._filling, self._content, self._instead = False, "", ""
        self.widget = ipywidgets.VBox([self.which, self.answer, self.place])
        self.which.observe(lambda _: None if self._filling else self._show(), names="value")
        if isinstance(owner, Desk):
            owner.selection.observe(lambda _: self.refresh(), names=[*CHOSEN, "decided"])
        else:
            owner.answer.observe(lambda _: self.refresh(), names="value")
        self.refresh()

    def refresh(self) -> None:
        """Take the tables as they now are; the one that was read stays chosen."""
        try:
            found = {block.id: block for block in self.owner.sheets() if block.frame.height and block.id not in _CODED}
        except faults.FAULTS as failure:
            met = faults.told(failure)
            return self._nothing(tables.problem(met), str(met))
        names = [name for name in self.first if name in found]
        self._sheets = {name: found[name] for name in (*names, *(one for one in found if one not in names))}
        if not self._sheets:
            return self._nothing(f"<p>{_EMPTY}</p>", _EMPTY)
        kept, self._filling = self.which.value, True
        self.which.options = [(_named(block), name) for name, block in self._sheets.items()]
        self.which.value = kept if kept in self._sheets else next(iter(self._sheets))
        self._filling = False
        return self._show()

    @property
    def block(self) -> TableBlock:
        """The table chosen."""
        return self._sheets[self.which.value]

    def _show(self) -> None:
        block, first = self.block, _FIRST.get(self.which.value, ())
        self._content = self._twin(block, first)
        cut = _told(_CUT.format(most=french.number(sortable.MOST), n=french.number(block.frame.height)))
        over = cut if block.frame.height > sortable.MOST else ""
        if self.grid is None:
            self.place.children = ()
            page = _still(block, first, _MOST) + _told(sortable.ABSENT) + over + saved(block, first)
            self.answer.value = tables.framed(page)
            return
        self.answer.value = tables.framed(over) if over else ""
        self.grid.fill(block, first)
        self.place.children = (self.grid.place,)

    def _nothing(self, page: str, words: str) -> None:
        self._sheets, self._filling, self._instead = {}, True, words
        self.which.options, self._filling = [], False
        self._content, self.place.children = page, ()
        self.answer.value = tables.framed(page)

    def _twin(self, block: TableBlock, first: Sequence[str]) -> str:
        others = [f"« {_named(one)} »" for one in self._sheets.values() if one is not block]
        more = f"De même : {french.listing(others)}." if others else ""
        live = (
            "Une fois le carnet lancé, toutes les lignes se trient, se filtrent, se copient et s'enregistrent en CSV."
        )
        return _still(block, first, _TWIN) + _told(f"{live} {more}".strip())

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        told = french.typeset("\n".join(_named(block) for block in self._sheets.values()) or self._instead)
        return self.widget._repr_mimebundle_() | {"text/html": tables.framed(self._content), "text/plain": told}


def saved(block: TableBlock, first: Sequence[str] = ()) -> str:
    """A link to the table as a CSV that a French spreadsheet opens well."""
    columns, _ = sortable.ordered(block, first)
    content = files.officers_csv(sortable.values(block, columns))
    return downloads.given(f"{sortable.file_name(block)}.csv", content, "la table")


def _still(block: TableBlock, first: Sequence[str], most: int) -> str:
    """The first lines as the rest of the notebook shows a table."""
    columns, shown = sortable.ordered(block, first)
    n = block.frame.height
    note = french.typeset(f"Les {most} premières lignes sur {french.number(n)}.") if n > most else ""
    kept = replace(
        block, frame=block.frame.head(most), columns=tuple(columns[:shown]), note=note, id=f"lignes-{_id(block)}"
    )
    return tables.written([kept])


def _id(block: TableBlock) -> str:
    return sortable.file_name(block).replace("_", "-")


def _named(block: TableBlock) -> str:
    return french.typeset(f"{block.caption} ({french.count(block.frame.height, 'ligne', feminine=True)})")


def _told(text: str) -> str:
    return f"<p>{escape(french.typeset(text))}</p>"
