"""What is done once needs are known, as it is touched: groups, a meeting day, impact, texts to paste."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ipywidgets
import polars as pl

from spaser import french
from spaser.deliverables.report import Block, Callout, Report, Sentence
from spaser.problems import Problem
from spaser.sections.acting.impact import section_impact
from spaser.studies import meetings
from spaser.studies import suppliers as purchases
from spaser.studies.acting import dividing, drafting, grouping, impact
from spaser.studies.acting.drafting import Need
from spaser.studies.mission import Mission
from spaser.studies.potential import Opportunities, potential_of
from spaser.widgets.desk import Desk
from spaser.widgets.potential import needs_offered, offer
from spaser.widgets.selection import KEPT, reading_day
from spaser.widgets.views import WIDE, View, choice, dependency, radius

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
    """The needs that no supplier takes alone: roles, possible groups, empty chairs; radius and share of dependency are chosen."""

    title = "Groupements possibles"
    question = "Qui pourrait répondre à plusieurs, et que manque-t-il ?"
    follows = KEPT

    def __init__(self, desk: Desk) -> None:
        self.radius, self.dependency = radius(desk), dependency(desk)
        super().__init__(desk, self.radius, self.dependency)

    def blocks(self) -> Sequence[Block]:
        found = _potential(self)
        made = grouping.groups_of(found, method=self.desk.base.method, demo=self.desk.base.demo)
        first, *sheets = grouping.report(made).sections
        blocks: list[Block] = list(first.blocks)
        for sheet in sheets[:_SHEETS]:
            blocks += [Sentence(sheet.title), *sheet.blocks]
        return blocks


class Allotment(View):
    """A need divided into lots: what could be taken, where dividing stops helping, for whom; need, radius and dependency are chosen."""

    title = "Allotir : jusqu'où ?"
    question = "Quelle part du besoin serait prenable selon le nombre de lots, et par qui ?"
    follows = KEPT

    def __init__(self, desk: Desk) -> None:
        self.need = choice("Besoin", {"–": ""})
        self.radius, self.dependency = radius(desk), dependency(desk)
        self._made: tuple[tuple[Any, float, float], dividing.Divided] | None = None
        self._filling, self.desk = False, desk
        super().__init__(desk, self.need, self.radius, self.dependency)

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
        key = (self.desk.diagnostic, self.radius.value, self.dependency.value)
        if self._made is None or self._made[0] != key:
            made = dividing.divided(_potential(self), method=self.desk.base.method, demo=self.desk.base.demo)
            self._made = (key, made)
        return self._made[1]

    def blocks(self) -> Sequence[Block]:
        made = self._divided()
        if not self.need.value:
            return [Sentence("Aucun besoin dans cette sélection.")]
        return [dividing.law_said(), *dividing.blocks(made, self.need.value)]


class Morning(View):
    """The needs to prepare and whom to invite to a meeting day; time ahead, radius and dependency are chosen."""

    title = "Une matinale de rencontres"
    question = "Qui inviter, et à propos de quels besoins ?"
    follows = KEPT

    def __init__(self, desk: Desk) -> None:
        self.months = choice("Besoins à préparer dans les", _MONTHS, 12)
        self.radius, self.dependency = radius(desk), dependency(desk)
        super().__init__(desk, self.months, self.radius, self.dependency)

    def blocks(self) -> Sequence[Block]:
        report = meetings.morning(self.desk.diagnostic, _potential(self), months=self.months.value)
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
        self._spent: tuple[Any, purchases.SupplierDiagnostic] | None = None
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
        key = (ledger, stamps, self.desk.base)
        if self._spent is None or self._spent[0] != key:
            self._spent = (key, _analysed(self.desk, ledger, mission, columns))
        found = impact.impact_of(
            self._spent[1], hours=self.hours.value.strip() or None, territory=mission.place or None
        )
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
            asked = self.desk.wishes
            self._found = (result, potential_of(result, radius=asked.radius, dependency=asked.dependency))
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


def _potential(view: Groups | Allotment | Morning) -> Opportunities:
    """The potential of the selection, for the reach chosen in a view."""
    return potential_of(view.desk.diagnostic, radius=view.radius.value or None, dependency=view.dependency.value)


def _written(report: Report) -> list[Block]:
    """Each text under its title and its piece."""
    blocks: list[Block] = [Callout("Avant de publier", french.typeset(drafting.WARNING), "attention")]
    for section in report.sections:
        blocks += [Callout(section.title, section.question), *section.blocks]
    return blocks


def _ledger(desk: Desk) -> Path | None:
    """The spend file of the buyer shown, else of the mission."""
    if desk.mission is None:
        return None
    found = desk.wishes.ledger or desk.mission.ledger
    return Path(found) if found else None


def _analysed(desk: Desk, ledger: Path, mission: Mission, columns: Path | None) -> purchases.SupplierDiagnostic:
    """The ledger, as what was decided in the mission has it."""
    return purchases.suppliers_of(
        ledger,
        list(mission.registers),
        overrides=desk.base.decisions,
        mapping=columns,
        as_of=mission.as_of,
        clock=mission.today or reading_day(),
    )
