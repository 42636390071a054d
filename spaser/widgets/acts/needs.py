"""What is done once needs are known, as it is touched: groups, a meeting day, impact, texts to paste."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import ipywidgets
import polars as pl

from spaser import french
from spaser.deliverables.report import Block, Callout, Paragraph, Report, Sentence
from spaser.problems import Problem
from spaser.sections.acting.impact import section_impact
from spaser.studies import meetings
from spaser.studies import suppliers as purchases
from spaser.studies.acting import dividing, drafting, grouping, impact
from spaser.studies.acting.drafting import Need
from spaser.studies.potential import Opportunities, potential_of
from spaser.widgets.desk import Desk
from spaser.widgets.potential import needs_offered, offer
from spaser.widgets.selection import KEPT
from spaser.widgets.views import WIDE, View, choice

_DEPENDENCY = {"10 %": 0.1, "20 %": 0.2, "30 %": 0.3, "50 %": 0.5}
_MONTHS = {"6 mois": 6, "12 mois": 12, "24 mois": 24}
#: Needs of which the roles and groups are shown.
_SHEETS = 3
#: The hours of clauses that the demo lays beside its ledger.
_HOURS = "heures_demo.csv"
#: Whom a reservation is for, when its lever does not say it.
_PUBLICS = {"le handicap": "handicap", "l'insertion": "insertion", "les deux": "handicap_insertion"}
#: The lever whose texts are shown when none is held for the one advised.
_USUAL_LEVER = "clause_sociale"


class Groups(View):
    """The needs that no supplier takes alone: roles, possible groups, empty chairs; the share of dependency is chosen."""

    title = "Groupements possibles"
    question = "Qui pourrait répondre à plusieurs, et que manque-t-il ?"
    follows = KEPT

    def __init__(self, desk: Desk) -> None:
        self.dependency = choice("Dépendance acceptée", _DEPENDENCY, 0.1)
        super().__init__(desk, self.dependency)

    def blocks(self) -> Sequence[Block]:
        found = potential_of(self.desk.diagnostic, dependency=self.dependency.value)
        made = grouping.groups_of(found, method=self.desk.base.method, demo=self.desk.base.demo)
        first, *sheets = grouping.report(made).sections
        blocks: list[Block] = list(first.blocks)
        for sheet in sheets[:_SHEETS]:
            blocks += [Sentence(sheet.title), *sheet.blocks]
        return blocks


class Allotment(View):
    """A need divided into lots: what could be taken, where dividing stops helping, for whom; need and dependency are chosen."""

    title = "Allotir : jusqu'où ?"
    question = "Quelle part du besoin serait prenable selon le nombre de lots, et par qui ?"
    follows = KEPT

    def __init__(self, desk: Desk) -> None:
        self.need = choice("Besoin", {"–": ""})
        self.dependency = choice("Dépendance acceptée", _DEPENDENCY, 0.3)
        self._made: tuple[Any, float, dividing.Divided] | None = None
        self._filling, self.desk = False, desk
        super().__init__(desk, self.need, self.dependency)

    def refresh(self) -> None:
        """Offer the needs of the selection that can be divided, then answer."""
        self._filling = True
        try:
            offer(self.need, needs_offered(self._divided().needs))
        except Problem:
            offer(self.need, {"aucun besoin": ""})
        self._filling = False
        super().refresh()

    def _follow(self, change: Any) -> None:
        if not self._filling:
            super()._follow(change)

    def _divided(self) -> dividing.Divided:
        result = self.desk.diagnostic
        if self._made is None or self._made[:2] != (result, self.dependency.value):
            found = potential_of(result, dependency=self.dependency.value)
            made = dividing.divided(found, method=self.desk.base.method, demo=self.desk.base.demo)
            self._made = (result, self.dependency.value, made)
        return self._made[2]

    def blocks(self) -> Sequence[Block]:
        made = self._divided()
        if not self.need.value:
            return [Sentence("Aucun besoin dans cette sélection.")]
        return [dividing.law_said(), *dividing.blocks(made, self.need.value)]


class Morning(View):
    """The needs to prepare and whom to invite to a meeting day; the time ahead is chosen."""

    title = "Une matinale de rencontres"
    question = "Qui inviter, et à propos de quels besoins ?"
    follows = KEPT

    def __init__(self, desk: Desk) -> None:
        self.months = choice("Besoins à préparer dans les", _MONTHS, 12)
        super().__init__(desk, self.months)

    def blocks(self) -> Sequence[Block]:
        result = self.desk.diagnostic
        report = meetings.morning(result, potential_of(result), months=self.months.value)
        tables = [block for block in report.annexes if block.id in ("besoins à venir", "fournisseurs à inviter")]
        return [*report.sections[0].blocks, *tables]


class Impact(View):
    """What the purchases of the mission make people do; the hours written by a facilitator may be given."""

    title = "L'impact des achats"
    question = "Que font travailler nos achats ?"
    follows = ("buyers",)

    def __init__(self, desk: Desk, hours: str = "") -> None:
        ledger = _ledger(desk)
        beside = ledger.with_name(_HOURS) if ledger is not None else None
        usual = str(beside) if beside is not None and desk.base.demo and beside.is_file() else ""
        self.hours = ipywidgets.Text(
            value=hours or usual,
            description="Heures des clauses (CSV)",
            style=WIDE,
            layout={"width": "40rem", "max_width": "100%"},
            continuous_update=False,
        )
        super().__init__(desk, self.hours)

    def blocks(self) -> Sequence[Block]:
        ledger = _ledger(self.desk)
        mission = self.desk.mission
        if ledger is None or mission is None:
            raise Problem(
                "Aucun fichier de dépenses n'est donné : l'impact ne se mesure pas sur des montants de contrats",
                todo="Ajoutez votre grand livre dans le carnet d'accueil",
            )
        columns = self.desk.columns
        stamps = tuple(path.stat().st_mtime_ns for path in (ledger, columns) if path)
        spent = _spent(str(ledger), tuple(mission.registers), columns, stamps)
        found = impact.impact_of(spent, hours=self.hours.value.strip() or None)
        section = section_impact(impact.findings(found))
        return section.blocks if section else [Sentence("Rien n'est mesuré sur ces dépenses.")]


class Draft(View):
    """The texts to paste for a need and a lever: where, on which article, what is left to fill."""

    title = "Les articles à coller"
    question = "Qu'écrire, dans quelle pièce, sur quel fondement ?"
    follows = KEPT

    def __init__(self, desk: Desk) -> None:
        self.need = choice("Besoin", {"–": ""})
        self.lever = choice("Levier", drafting.labels())
        self.also = choice("Avec", {"–": "", **drafting.labels()})
        self.public = choice("Réservé à", _PUBLICS)
        self.rate = ipywidgets.IntSlider(
            value=10, min=1, max=50, description="Heures d'insertion (%)", continuous_update=False, style=WIDE
        )
        self._found: tuple[Any, Opportunities] | None = None
        self._filling, self._need, self.desk = False, "", desk
        super().__init__(desk, self.need, self.lever, self.also, self.public, self.rate)

    def refresh(self) -> None:
        """Offer the needs of the selection, then answer."""
        self._filling = True
        try:
            rows = self._potential().opportunities
            offer(self.need, needs_offered(rows) or {"aucun besoin": ""})
            self._advised(rows)
        except Problem:
            offer(self.need, {"aucun besoin": ""})
        self._filling = False
        super().refresh()

    def _advised(self, rows: pl.DataFrame) -> None:
        """When another need is chosen, start from the lever advised for it, when a text is held for it."""
        if self.need.value == self._need:
            return
        self._need = self.need.value
        told = rows.filter(pl.col("besoin_id") == self._need)["levier"].to_list()
        self.lever.value = told[0] if told and told[0] in drafting.levers() else _USUAL_LEVER

    def _follow(self, change: Any) -> None:
        if not self._filling:
            super()._follow(change)

    def _potential(self) -> Opportunities:
        result = self.desk.diagnostic
        if self._found is None or self._found[0] is not result:
            self._found = (result, potential_of(result))
        return self._found[1]

    def blocks(self) -> Sequence[Block]:
        if not self.need.value:
            return [Sentence("Aucun besoin dans cette sélection.")]
        row = self._potential().opportunities.row(by_predicate=pl.col("besoin_id") == self.need.value, named=True)
        need = Need(
            objet=row["objet"] or "",
            famille=row["famille"] or "autres",
            annuel=row["annuel"],
            mois=row["dureeMois"],
            taux=self.rate.value / 100,
            public=self.public.value,
        )
        asked = [one for one in (self.lever.value, self.also.value) if one]
        return _written(drafting.report([(need, *asked)], buyer=self.desk.scope))


def _written(report: Report) -> list[Block]:
    """Each text under its title and its piece."""
    blocks: list[Block] = [Callout("Avant de publier", french.typeset(drafting.WARNING), "attention")]
    for section in report.sections:
        blocks += [Paragraph((Sentence(section.title), Sentence(section.question))), *section.blocks]
    return blocks


def _ledger(desk: Desk) -> Path | None:
    """The spend file of the buyer shown, else of the mission."""
    if desk.mission is None:
        return None
    own = desk.asked.wishes.ledger if desk.asked else None
    found = own or desk.mission.ledger
    return Path(found) if found else None


@lru_cache(maxsize=2)
def _spent(
    ledger: str, registers: tuple[str, ...], columns: Path | None, _: tuple[int, ...]
) -> purchases.SupplierDiagnostic:
    """The ledger analysed once; read again when a file has changed."""
    return purchases.suppliers_of(ledger, list(registers), mapping=columns)
