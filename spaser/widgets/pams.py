"""The whole diagnostic of the selection: the mission filled in, a preview, and the five forms to take away."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import ipywidgets

from spaser import french, maturity
from spaser.charts.marks import name_of
from spaser.deliverables import files
from spaser.deliverables.report import Block, Callout, Report, Section, Sentence
from spaser.guards import leftovers
from spaser.indicators import targets
from spaser.indicators.targets import Target
from spaser.problems import Problem
from spaser.sections import registry
from spaser.studies import pams
from spaser.studies.diagnostic import Diagnostic
from spaser.studies.diagnostic import holders as held
from spaser.studies.mission import FORMS, Asked, Mission
from spaser.studies.pams import Study, Wishes, batch
from spaser.vocabulary import CONSIDERATIONS
from spaser.widgets import tables
from spaser.widgets.desk import Desk
from spaser.widgets.downloads import link
from spaser.widgets.views import WIDE, View, choice, dependency, radius, shown_value

#: The sections a comment is usually written on: title → section.
_COMMENTED = {
    "L'essentiel": "essentiel",
    "Les obligations": "obligations",
    "Potentiel ESS": "potentiel",
    "Calendrier": "calendrier",
    "Le plan d'actions": "plan",
}
#: What the preview shows of the report.
_SHOWN = ("essentiel", "plan", "a-fournir")
_LABEL = {"html": "Page", "pdf": "PDF", "docx": "Word", "pptx": "PowerPoint", "xlsx": "Excel"}
_YEARS = 8


def _today(comments: Mapping[str, str]) -> dict[str, str]:
    """The comments of a mission by the section of today: one written on a section of an older edition follows it."""
    moved = {registry.FORMER[name]: text for name, text in comments.items() if name in registry.FORMER}
    return moved | {name: text for name, text in comments.items() if name not in registry.FORMER}


class Pams(View):
    """Client, radius, target, files and comments on the left hand; the preview on the right, then the forms when asked.

    Parameters
    ----------
    desk
        What the notebook works on: one buyer must be selected.
    client, answers, ledger
        To start from: whom it is for, a file of answers to the questionnaire, a spend file.
    """

    title = "Diagnostic PAMS"
    question = "Que remettre à l'acheteur, et en quelles formes ?"

    def __init__(self, desk: Desk, client: str = "", answers: str = "", ledger: str = "") -> None:
        client, answers, ledger, asked = _started(desk, client, answers, ledger)
        self.client, self.answers, self.ledger = (
            _typed("Client", client),
            _typed("Réponses au questionnaire", answers),
            _typed("Fichier de dépenses", ledger),
        )
        self.radius, self.dependency = radius(desk), dependency(desk)
        self.goal = choice(
            "Objectif", {_usual_goal(desk): ""} | {name_of(word.name): word.name for word in CONSIDERATIONS}
        )
        self.share = ipywidgets.IntSlider(
            value=30, min=1, max=100, description="Part visée (%)", continuous_update=False, style=WIDE
        )
        first = desk.base.as_of.year
        self.year = choice("Échéance", {str(year): year for year in range(first, first + _YEARS)}, first + 2)
        self.section = choice("Commentaire sur", _COMMENTED)
        self.comment = ipywidgets.Textarea(
            description="Votre commentaire",
            continuous_update=False,
            style=WIDE,
            layout={"width": "40rem", "max_width": "100%"},
        )
        self.comments = _today(asked.comments) if asked else {}
        self._asked = asked
        self._made: tuple[Diagnostic, Wishes, Study] | None = None
        self.comment.value = self.comments.get(self.section.value, "")
        desk.selection.observe(self._restart, names="buyers")
        super().__init__(
            desk,
            self.client,
            self.radius,
            self.dependency,
            self.goal,
            self.share,
            self.year,
            self.ledger,
            self.answers,
            self.section,
            self.comment,
        )
        self.forms = desk.mission.forms if desk.mission is not None else FORMS
        self.section.observe(lambda change: self._recall(change["new"]), names="value")
        self.launch = ipywidgets.Button(
            description=_prepares(self.forms), button_style="primary", layout={"width": "max-content"}
        )
        self.links = ipywidgets.HTML()
        self.launch.on_click(lambda _: self.prepare())
        self.widget.children = (
            self.widget.children[0],
            ipywidgets.VBox([self.launch, self.links]),
            self.widget.children[-1],
        )

    @property
    def study(self) -> Study:
        """The diagnostic of the selected buyer, as asked; made once for its preview, its forms and its plan."""
        result, asked = self._chosen(), self.wishes
        if self._made is None or self._made[0] is not result or self._made[1] != asked:
            self._made = (result, asked, pams.study(result, asked, registers=held.loaded(self.desk.base)))
        return self._made[2]

    @property
    def wishes(self) -> Wishes:
        """What the controls ask."""
        said = self._asked.wishes if self._asked else Wishes()
        return replace(
            said,
            radius=self.radius.value or None,
            dependency=self.dependency.value,
            goals=self._goals(),
            ledger=Path(self.ledger.value) if self.ledger.value.strip() else None,
            answers=maturity.kept(self.answers.value.strip()) if self.answers.value.strip() else said.answers,
        )

    def report(self) -> Report:
        """The report as it will be handed over, comments and client included."""
        kept = {name: text for name, text in self.comments.items() if text.strip()}
        asked = replace(self._asked or Asked(), comments=kept)
        return batch.commented(pams.report(self.study), self._mission(), asked)

    def blocks(self) -> Sequence[Block]:
        """The first page and the actions, then what else the report holds."""
        self._keep()
        report = self.report()
        known = {section.id: section for section in report.sections}
        others = french.listing(section.title for section in report.sections if section.id not in _SHOWN)
        found: list[Block] = []
        for name in _SHOWN:
            found += _titled(known[name]) if name in known else ()
        return [*found, Sentence(french.sentence(f"Le rapport contient aussi : {others}"))]

    def refresh(self) -> None:
        """Compute the preview again; forms prepared for other choices are taken away."""
        if hasattr(self, "links"):
            self.links.value = ""
        super().refresh()

    def prepare(self) -> None:
        """Write the five forms and show their links, one after the other."""
        self.launch.disabled = True
        links = ""
        try:
            report, mission = self.report(), self._mission()
            with tempfile.TemporaryDirectory(prefix=leftovers.prefix(), ignore_cleanup_errors=True) as folder:
                for form in self.forms:
                    self.links.value = tables.framed(f'{links}<p role="status">Préparation : {_LABEL[form]}…</p>')
                    links += link(
                        files.write_atomic(Path(folder) / f"diagnostic.{form}", batch.render(form, report, mission))
                    )
        except Problem as failure:
            links += tables.problem(failure)
        self.links.value = tables.framed(links)
        self.launch.disabled = False

    def _restart(self, _: object) -> None:
        """Another buyer is shown: its own spend file, answers, targets and comments, never those of the one before."""
        before, self._asked = self._asked, self.desk.asked
        if self._asked is None or self._asked == before:
            return
        self.comments = _today(self._asked.comments)
        with self.ledger.hold_trait_notifications():
            self.ledger.value = str(self._asked.wishes.ledger or "")
        self.comment.value = self.comments.get(self.section.value, "")

    def _chosen(self) -> Diagnostic:
        result = self.desk.diagnostic
        if len(result.sirens) != 1:
            raise Problem(
                "Ce diagnostic est celui d'un acheteur", todo="Choisissez un acheteur, et un seul, dans vos choix"
            )
        return result

    def _mission(self) -> Mission:
        own = self.desk.mission
        return replace(own or Mission(files=(), folder=Path()), client=self.client.value.strip())

    def _goals(self) -> tuple[Target, ...]:
        if not self.goal.value:
            return self._asked.wishes.goals if self._asked else ()
        line = {
            "indicateur": self.goal.value,
            "cible": f"{self.share.value} %",
            "annee": self.year.value,
            "source": "fixé dans ce carnet",
        }
        return targets.checked([line], where="carnet")

    def _own_choices(self) -> str:
        """What was filled in; the target only when there is one, comments with their section."""
        shown = [
            self.radius,
            self.dependency,
            *(one for one in (self.client, self.ledger, self.answers) if one.value.strip()),
        ]
        shown += [self.goal, self.share, self.year] if self.goal.value else []
        told = [f"{one.description.removesuffix(' :').rstrip(':').strip()} : {shown_value(one)}" for one in shown]
        titles = {code: title for title, code in _COMMENTED.items()}
        told += [
            f"commentaire sur « {titles.get(name) or registry.entry(name).title} »"
            for name, text in self.comments.items()
            if text.strip()
        ]
        return french.typeset(" ; ".join(told))

    def _keep(self) -> None:
        """The comment written belongs to the section shown when it was."""
        if self.comment.value.strip() or self.section.value in self.comments:
            self.comments[self.section.value] = self.comment.value

    def _recall(self, section: str) -> None:
        self.comment.value = self.comments.get(section, "")


def _started(desk: Desk, client: str, answers: str, ledger: str) -> tuple[str, str, str, Asked | None]:
    """What the mission of the desk says, where nothing else was given."""
    asked = desk.asked
    if asked is None or desk.mission is None:
        return client, answers, ledger, None
    return client or desk.mission.client, answers, ledger or str(asked.wishes.ledger or ""), asked


def _usual_goal(desk: Desk) -> str:
    return "ceux de la mission" if any(asked.wishes.goals for asked in desk.told) else "aucun"


def _prepares(forms: Sequence[str]) -> str:
    """What the button says: the forms that the mission asks for, the five by default."""
    if set(forms) == set(FORMS):
        return "Préparer les cinq formes"
    return f"Préparer : {french.listing(_LABEL[form] for form in forms)}"


def _titled(section: Section) -> tuple[Block, ...]:
    return (Callout(section.title, section.question), *section.blocks)


def _typed(label: str, value: str) -> ipywidgets.Text:
    return ipywidgets.Text(
        value=value,
        description=french.typeset(label),
        style=WIDE,
        continuous_update=False,
        layout={"width": "30rem", "max_width": "100%"},
    )
