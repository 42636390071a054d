"""A grid of decisions: a line for each thing to decide, its answers, who answers and why, undo; kept in the mission, whatever is decided."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import ipywidgets

from spaser import french
from spaser.problems import Problem
from spaser.studies.mission import Decisions
from spaser.widgets import faults, tables
from spaser.widgets.selection import Selection
from spaser.widgets.views import WIDE

#: Lines shown at a time: those that weigh most.
LINES = 12
#: An answer is what it decides: the object, the field, the value (None: the decision is taken back). No move: decided later.
Move = tuple[str, str, str | None]
Answer = tuple[Move, ...]
LATER: Answer = ()
_ROW = {"flex_flow": "row wrap", "align_items": "center", "grid_gap": "2px 1rem"}
#: Each line is parted from the next; one wider than the page wraps, and never scrolls by itself.
_LINE = {"border_bottom": "1px solid #d9dee5", "padding": "3px 0", "overflow": "hidden"}
#: What follows takes seconds on a large mission: the answer is told kept before they pass.
FOLLOWS = "enregistré ; ce qui en dépend est refait…"
_ALIVE = "Les réponses se donnent ici une fois le carnet lancé (menu Exécution, Exécuter toutes les cellules)."


class OneOf:
    """A line with one answer to choose; ``idle`` is what is shown while none is."""

    def __init__(
        self,
        key: str,
        told: str,
        answers: Sequence[tuple[str, Answer]],
        width: str = "28rem",
        idle: str = "à décider plus tard",
    ) -> None:
        self.key, self.told = key, french.typeset(told)
        self.chosen = ipywidgets.Dropdown(
            options=[(idle, LATER), *((french.typeset(label), answer) for label, answer in answers)],
            value=LATER,
            style=WIDE,
            layout={"width": width, "max_width": "100%"},
            tooltip=self.told,
        )
        self.widget = ipywidgets.HBox([_words(self.told), self.chosen], layout=_ROW | _LINE)

    @property
    def moves(self) -> Answer:
        return self.chosen.value


class Cells:
    """A line with several fields to fill; one that is emptied takes its decision back."""

    def __init__(self, key: str, told: str, fields: Mapping[str, ipywidgets.Widget], idle: Mapping[str, str]) -> None:
        self.key, self.told, self.fields = key, french.typeset(told), fields
        #: What each field says when nobody decided it.
        self.idle = idle
        self._before = self._said()
        self.widget = ipywidgets.VBox(
            [_words(self.told, "auto"), ipywidgets.HBox(list(fields.values()), layout=_ROW)], layout=_LINE
        )

    @property
    def moves(self) -> Answer:
        return tuple(
            (self.key, name, value if value != self.idle.get(name, "") else None)
            for name, value in self._said().items()
            if value != self._before[name]
        )

    def _said(self) -> dict[str, str]:
        return {name: str(one.value or "").strip() for name, one in self.fields.items()}


class Grid:
    """Lines to decide, an author, a reason where one is asked, « Enregistrer » and « Annuler ».

    Parameters
    ----------
    decisions
        Where answers are kept; None when there is no mission to keep them in.
    day
        The day of the answers.
    chosen
        The choices shared by the notebook: who decides is asked once for all its grids.
    changed
        Called once answers are kept or undone: what follows from them is made again.
    """

    #: The type of its decisions (``mission.Decisions``), and how its lines are called: one, several.
    kind = ""
    noun = ("ligne à décider", "lignes à décider")
    feminine = True
    #: Whether an answer needs its author and its reason.
    proved = False

    def __init__(
        self,
        decisions: Decisions | None,
        *,
        day: Callable[[], date],
        changed: Callable[[], None] | None = None,
        chosen: Selection | None = None,
        before: Sequence[ipywidgets.Widget] = (),
    ) -> None:
        self.decisions, self.day, self.changed = decisions, day, changed
        # Sent whole when it is left: a letter still on its way would come after the button.
        self.author, self.reason = (
            ipywidgets.Text(
                description=label, placeholder=example, value=value, continuous_update=False, layout={"width": width}
            )
            for label, example, value, width in (
                ("Par", "votre nom", "", "18rem"),
                ("Motif", _why(self.proved), "", "28rem"),
            )
        )
        if chosen is not None:
            chosen.signs(self.author)
        self.save, self.undo = (
            ipywidgets.Button(description=label, layout={"width": "max-content"})
            for label in ("Enregistrer mes choix", "Annuler la dernière décision")
        )
        self.grid, self.status = ipywidgets.VBox(), ipywidgets.HTML()
        self.lines: list[OneOf | Cells] = []
        self._named: dict[str, str] = {}
        self.save.on_click(lambda _: self._tried(self.keep))
        self.undo.on_click(lambda _: self._tried(self.back))
        tools = [self.author, *([self.reason] if self.proved else []), self.save, self.undo]
        self.widget = ipywidgets.VBox([*before, self.grid, ipywidgets.HBox(tools, layout=_ROW), self.status])

    def fill(self, lines: Sequence[OneOf | Cells], every: int, told: str = "") -> None:
        """Show these lines, out of ``every`` one that waits."""
        self.lines = list(lines)
        self._named |= {line.key: line.told for line in lines}
        self.grid.children = [line.widget for line in lines]
        one, several = self.noun
        none = f"{'aucune' if self.feminine else 'aucun'} {one}"
        left = every - min(len(lines), LINES)
        many = (
            "les autres ensuite, par montant"
            if left > 1
            else "une autre ensuite"
            if self.feminine
            else "un autre ensuite"
        )
        count = f"{french.number(every)} {several if every > 1 else one}" if every else none
        self._tell(told or (f"{count} ; {many}" if left > 0 else count))

    def keep(self) -> None:
        """Write each answer given, in one step to undo."""
        answered = [line for line in self.lines if line.moves]
        self._ready(bool(answered))
        author, reason, day = self.author.value.strip() or None, self.reason.value.strip() or None, self.day()
        moves = [move for line in answered for move in line.moves]
        rows = [
            {
                "objet_type": self.kind,
                "objet_id": one,
                "champ": name,
                "valeur": value,
                "auteur": author,
                "date": day,
                "motif": reason,
            }
            for one, name, value in moves
            if value is not None
        ]
        assert self.decisions is not None
        if rows or moves:
            self.decisions.keep(rows, [(self.kind, one, name) for one, name, value in moves if value is None])
            self._tell(FOLLOWS)
            self.again()
        n = len(answered)
        self._tell(f"{french.count(n, 'choix')} {'enregistré' if n < 2 else 'enregistrés'} dans la mission")

    def back(self) -> None:
        """What was last decided here, undone."""
        self._ready(False)
        assert self.decisions is not None
        undone = self.decisions.undo(self.kind)
        if undone:
            self._tell(FOLLOWS)
            self.again()
        names = french.listing(dict.fromkeys(self._named.get(key, "une décision d'avant") for _, key, _ in undone))
        self._tell(f"annulé : {names}" if undone else "il n'y a rien à annuler")

    def again(self) -> None:
        """What follows from the decisions is made again."""
        if self.changed:
            self.changed()

    def held(self) -> dict[str, list[tuple[str, str]]]:
        """The decisions of this type already kept: their field and value, by object."""
        found: dict[str, list[tuple[str, str]]] = {}
        if self.decisions is not None:
            for key, name, value in self.decisions.table(self.kind).select("objet_id", "champ", "valeur").rows():
                found.setdefault(key, []).append((name, value))
        return found

    def _ready(self, answered: bool) -> None:
        if self.decisions is None:
            raise Problem(
                "Aucune mission ne garde ces décisions",
                todo="Créez une mission dans le carnet d'accueil, et ouvrez-y ce carnet",
            )
        if answered and self.proved and not (self.author.value.strip() and self.reason.value.strip()):
            raise Problem(
                "Il manque qui décide, ou pourquoi",
                todo="Remplissez « Par » et « Motif » : un statut corrigé porte sa preuve",
            )

    def _tried(self, run: Callable[[], None]) -> None:
        try:
            run()
        except faults.FAULTS as failure:
            self.status.value = tables.framed(tables.problem(faults.told(failure)))

    def _tell(self, text: str) -> None:
        self.status.value = tables.framed(f'<p role="status">{tables.safe(french.sentence(text))}</p>')

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        said = "".join(f"<li>{tables.safe(line.told)}</li>" for line in self.lines)
        page = f"{self.status.value}<ul>{said}</ul><p>{tables.safe(french.typeset(_ALIVE))}</p>"
        plain = "\n".join(line.told for line in self.lines) or french.sentence(
            f"{'aucune' if self.feminine else 'aucun'} {self.noun[0]}"
        )
        return self.widget._repr_mimebundle_() | {"text/html": tables.framed(page), "text/plain": plain}


def _why(proved: bool) -> str:
    return "la preuve : statuts, agrément…" if proved else "facultatif"


def _words(told: str, width: str = "27rem") -> ipywidgets.HTML:
    """What a line is about, then what is known of it."""
    subject, mark, rest = told.partition(french.typeset(" – "))
    page = f"<strong>{tables.safe(subject)}</strong>{tables.safe(mark + rest)}" if mark else tables.safe(told)
    return ipywidgets.HTML(
        f'<div style="white-space:normal;line-height:1.35">{page}</div>',
        layout={"width": width, "max_width": "100%"},
    )
