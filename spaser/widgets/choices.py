"""The panel of choices: buyer found as one types, years, families, number or value, and back again."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import ipywidgets
from traitlets import Bunch

from spaser import buyers, french
from spaser.problems import Problem
from spaser.vocabulary import POPULATIONS
from spaser.widgets import tables
from spaser.widgets.desk import Desk
from spaser.widgets.families import FamilyPicker
from spaser.widgets.selection import CHOSEN, DEFINITIONS, UNITS, Selection
from spaser.widgets.views import WIDE, choice, in_words, search

SAVED = "ma_selection.json"
_ALL = "tous"
_ROW = {"flex_flow": "row wrap", "align_items": "center", "margin": "2px 0", "grid_gap": "2px 1.2rem"}


class BuyerPicker:
    """Type part of a name, a SIREN or a SIRET: accents, case and typos are forgiven; then choose in the list."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._silent = False
        self.text = search("Chercher un acheteur", "partie du nom, SIREN ou SIRET, puis Entrée")
        self.list = ipywidgets.Select(
            description=french.typeset("Acheteur :"), rows=5, style=WIDE, layout={"width": "40rem", "max_width": "100%"}
        )
        self.keep = ipywidgets.Checkbox(
            description="ajouter à ceux déjà choisis", indent=False, layout={"width": "max-content"}
        )
        self.members = ipywidgets.Button(layout={"width": "max-content", "display": "none"})
        self.status = ipywidgets.HTML()
        self.name = ipywidgets.Text(
            description="Son nom",
            placeholder="ses fichiers ne le disent pas",
            continuous_update=False,
            style=WIDE,
            layout={"width": "24rem"},
        )
        self.call = ipywidgets.Button(description="Le nommer ainsi", layout={"width": "max-content"})
        self.naming = ipywidgets.HBox([self.name, self.call], layout=_ROW | {"display": "none"})
        self.widget = ipywidgets.VBox(
            [
                ipywidgets.HBox([self.text, self.keep], layout=_ROW),
                self.list,
                self.naming,
                self.members,
                self.status,
            ]
        )
        self.call.on_click(lambda _: self._name())
        self.text.observe(self._search, names="value")
        self.text.on_msg(self._enter)
        self.list.observe(self._choose, names="value")
        self.members.on_click(self._add_members)
        desk.selection.observe(self._follow, names="buyers")
        self._search(None)

    def _search(self, _: Any) -> None:
        asked = self.text.value.strip()
        found = buyers.search(self.desk.buyers, asked) if asked else self.desk.buyers.head(50)
        told = (
            french.count(found.height, "acheteur")
            if asked
            else f"{french.count(self.desk.buyers.height, 'acheteur')} dans ces fichiers"
        )
        if asked and found.height:
            told += f" {'répond' if found.height == 1 else 'répondent'} à « {asked} »"
        elif asked:
            told = (
                f"aucun acheteur de ces fichiers ne répond à « {asked} » : essayez une autre partie du nom, ou le SIRET"
            )
        options = [("tous les acheteurs lus", _ALL)] if not asked else []
        options += [
            (_line(name, siren, n), siren)
            for siren, name, n in found.select("acheteur_siren", "acheteur_libelle", "contrats").rows()
        ]
        self._fill(options)
        self._tell(told)

    def _fill(self, options: list[tuple[str, str]]) -> None:
        """Showing candidates chooses nothing: the selection changes when the user points at one."""
        chosen = self.desk.selection.buyers
        current = _ALL if not chosen else chosen[0] if len(chosen) == 1 else None
        self._silent = True
        # Both at once: new options alone point at the first line, and a browser that has pointed at it then at none takes the
        # next arrow key for « after the first »: with a single line, the key chooses nothing.
        with self.list.hold_sync():
            self.list.options = options
            self.list.value = current if current in [value for _, value in options] else None
        self._silent = False
        self._offer_members()

    def _enter(self, _: Any, message: dict[str, Any], __: Any) -> None:
        """Enter takes the exact name, else the only clear one; a weak likeness is offered, never taken."""
        asked = self.text.value.strip()
        if message.get("event") != "submit" or not asked:
            return
        found = buyers.search(self.desk.buyers, asked)
        siren = buyers.sure(found, asked)
        if siren is not None:
            self.list.value = siren
        elif found.height:
            names = french.listing(f"« {name} »" for name in found["acheteur_libelle"].head(3))
            self._tell(f"rien n'est choisi. Vouliez-vous dire {names} ? Choisissez dans la liste")

    def _choose(self, change: dict[str, Any]) -> None:
        siren = change["new"]
        if self._silent or siren is None:
            return
        kept = self.desk.selection.buyers if self.keep.value else ()
        self.desk.selection.buyers = () if siren == _ALL else (*(s for s in kept if s != siren), siren)

    def _name(self) -> None:
        """The name of the buyer shown, when its files give none: kept in the mission, shown everywhere at once."""
        label, chosen = self.name.value.strip(), self.desk.selection.buyers
        if not label or len(chosen) != 1:
            return self._tell("écrivez son nom, puis « Le nommer ainsi »")
        try:
            self.desk.name(chosen[0], label)
        except Problem as failure:
            self.status.value = tables.framed(tables.problem(failure))
            return None
        self.name.value = ""
        self._search(None)
        self.desk.selection.notify_change(
            Bunch(name="buyers", old=chosen, new=chosen, owner=self.desk.selection, type="change")
        )
        return self._tell(f"« {label} » est le nom de cet acheteur, ici et dans ses rapports")

    def _offer_members(self) -> None:
        chosen = self.desk.selection.buyers
        self.naming.layout.display = "" if len(chosen) == 1 and self.desk.nameless(chosen[0]) else "none"
        found = self.desk.members(chosen[0]) if len(chosen) == 1 else []
        self.members.layout.display = "" if len(found) > 1 else "none"
        self.members.description = f"Prendre aussi ses communes membres ({len(found) - 1})" if len(found) > 1 else ""
        self._found = tuple(found)

    def _add_members(self, _: Any) -> None:
        self.desk.selection.buyers = self._found

    def _follow(self, _: Any) -> None:
        self._fill(list(self.list.options))

    def _tell(self, text: str) -> None:
        self.status.value = tables.framed(f'<p role="status">{tables.safe(french.sentence(text))}</p>')


class Choices:
    """Every choice of the selection in one panel, with undo, saving and reopening."""

    def __init__(self, desk: Desk, path: str | Path = SAVED) -> None:
        self.desk, self.path = desk, Path(path)
        self.buyer, self.families = BuyerPicker(desk), FamilyPicker(desk)
        chosen = desk.selection
        span = chosen.years or (0, 0)
        years = {"toutes": 0} | {str(year): year for year in desk.years}
        self.first, self.last = choice("De l'année", years, span[0]), choice("à l'année", years, span[1])
        self.unit = choice("Compter", UNITS, chosen.unit)
        self.population = choice(
            "Contrats retenus", {text: name for name, text in POPULATIONS.items()}, chosen.population
        )
        self.definition = choice("Une considération compte", DEFINITIONS, chosen.definition)
        self.undo = ipywidgets.Button(
            description="Annuler le dernier choix", disabled=not chosen.can_undo, layout={"width": "max-content"}
        )
        self.save = ipywidgets.Button(description="Enregistrer ma sélection", layout={"width": "max-content"})
        self.reopen = ipywidgets.Button(description="Reprendre ma sélection", layout={"width": "max-content"})
        if desk.mission is not None and desk.mission.whole:  # kept at once, in the mission
            self.save.layout.display = self.reopen.layout.display = "none"
        self.status = ipywidgets.HTML()
        self._connect()
        self.widget = ipywidgets.VBox(
            [
                self.buyer.widget,
                ipywidgets.HBox([self.first, self.last, self.unit], layout=_ROW),
                ipywidgets.HBox([self.population, self.definition], layout=_ROW),
                self.families.widget,
                ipywidgets.HBox([self.undo, self.save, self.reopen], layout=_ROW),
                self.status,
            ]
        )
        self._tell()

    def _connect(self) -> None:
        for control in (self.first, self.last):
            control.observe(partial(self._years, control), names="value")
        for name in ("unit", "population", "definition"):
            getattr(self, name).observe(partial(self._set, name), names="value")
        self.desk.selection.observe(self._follow, names=list(CHOSEN))
        self.undo.on_click(lambda _: self.desk.selection.undo())
        self.save.on_click(self._save)
        self.reopen.on_click(self._reopen)

    def _set(self, name: str, change: dict[str, Any]) -> None:
        setattr(self.desk.selection, name, change["new"])

    def _years(self, moved: ipywidgets.Dropdown, _: Any) -> None:
        """A period is never backwards: the end that was not touched follows the other; « toutes » frees both."""
        first, last = self.first.value, self.last.value
        if not moved.value:
            span: tuple[int, ...] = ()
        else:
            first, last = first or moved.value, last or moved.value
            span = (first, max(first, last)) if moved is self.first else (min(first, last), last)
        if self.desk.selection.years != span:
            self.desk.selection.years = span
        else:
            self._follow(None)

    def _follow(self, _: Any) -> None:
        chosen = self.desk.selection
        span = chosen.years or (0, 0)
        with self.first.hold_trait_notifications(), self.last.hold_trait_notifications():
            self.first.value, self.last.value = span[0], span[-1]
        self.unit.value, self.population.value, self.definition.value = (
            chosen.unit,
            chosen.population,
            chosen.definition,
        )
        self.undo.disabled = not chosen.can_undo
        self._tell()

    def _save(self, _: Any) -> None:
        try:
            written = self.desk.selection.save(self.path)
        except Problem as failure:
            self.status.value = tables.framed(tables.problem(failure))
            return
        self._tell(f"Sélection enregistrée dans « {written.name} » : les autres carnets la reprennent d'un clic")

    def _reopen(self, _: Any) -> None:
        try:
            found, lost = self.desk.fitted(Selection.reopen(self.path))
            self.desk.selection.change(**found.state)
        except Problem as failure:
            self.status.value = tables.framed(tables.problem(failure))
            return
        told = f", sauf ce que ces fichiers n'ont pas : {french.listing(lost)}" if lost else ""
        self._tell(f"Sélection reprise{told}")

    def _tell(self, news: str = "") -> None:
        lines = [in_words(self.desk), news]
        self.status.value = tables.framed(
            "".join(f'<p role="status">{tables.safe(french.sentence(line))}</p>' for line in lines if line)
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        told = french.sentence(f"Sélection : {in_words(self.desk)}")
        asked = "<p>Les choix se font ici une fois le carnet lancé (menu Exécution, Exécuter toutes les cellules).</p>"
        return self.widget._repr_mimebundle_() | {
            "text/html": tables.framed(f"<p>{tables.safe(told)}</p>{asked}"),
            "text/plain": told,
        }


def _line(name: str, siren: str, n: int) -> str:
    return french.typeset(f"{name} – {siren} – {french.count(n, 'contrat')}")
