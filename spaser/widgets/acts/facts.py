"""The facts of a contract (amount, duration, nature, day), decided where they are shown: the value kept, the published one, another."""

from __future__ import annotations

from datetime import date
from typing import Any

import ipywidgets
import polars as pl

from spaser import french
from spaser.sources.answers import facts
from spaser.studies.diagnostic import facts_to_decide
from spaser.vocabulary import CENT, CONTRACT_KINDS
from spaser.widgets.acts.deciding import Searched, shortened_subject
from spaser.widgets.acts.grid import Answer, OneOf
from spaser.widgets.desk import Desk
from spaser.widgets.views import WIDE

#: Each fact: how its lines are called, whether they are feminine, what another value looks like.
_SAID = {
    "montant": (("montant à vérifier", "montants à vérifier"), False, "38 800,50"),
    "durée": (("durée à vérifier", "durées à vérifier"), True, "48"),
    "date de notification": (("date à vérifier", "dates à vérifier"), True, "31/03/2025"),
    "nature": (("nature à vérifier", "natures à vérifier"), True, "accord-cadre"),
}


class _Valued(OneOf):
    """A line with answers to choose, and a field where another value is written: what is written wins."""

    def __init__(self, key: str, told: str, answers: list[tuple[str, Answer]], fact: str) -> None:
        super().__init__(key, told, answers, "18rem")
        self.fact = fact
        self.other = ipywidgets.Text(
            placeholder=f"ou : {_SAID[fact][2]}",
            continuous_update=False,
            tooltip=french.typeset(f"Une autre valeur pour : {self.told}"),
            style=WIDE,
            layout={"width": "8rem"},
        )
        self.widget.children = (*self.widget.children, self.other)

    @property
    def moves(self) -> Answer:
        said = self.other.value.strip()
        if not said:
            return self.chosen.value
        value = facts.understood(self.fact, said)
        if value is None:
            raise facts.refusal(self.fact, said)
        return ((self.key, facts.FACTS[self.fact][1], value),)


class Facts(Searched):
    """What contracts publish that looks wrong: the reading of the mission follows each answer."""

    ids = ("uid",)
    asked, example = "Chercher un contrat", "un mot de l'objet, un numéro…"

    def __init__(self, desk: Desk) -> None:
        self.fact = ipywidgets.Dropdown(
            options=list(_SAID), description="Fait", style=WIDE, layout={"width": "16rem", "max_width": "100%"}
        )
        self._named_after()
        super().__init__(desk, self.fact)
        self.fact.observe(lambda _: self._turned(), names="value")

    def again(self) -> None:
        """The mission is read again with what was decided: amounts, ends and populations follow."""
        self.desk.reread()
        self.show()

    def rows(self) -> pl.DataFrame:
        return facts_to_decide(self.desk.diagnostic, self.fact.value)

    def names(self) -> list[str]:
        return ["objet", "uid"]

    def line(self, row: dict[str, Any], held: dict[str, list[tuple[str, str]]]) -> OneOf:
        fact, uid = self.fact.value, row["uid"]
        field = facts.FACTS[fact][1]
        answers: list[tuple[str, Answer]] = []
        decided = [value for name, value in held.get(uid, []) if name == field]
        if decided:
            answers.append(("ôter ma décision", ((uid, field, None),)))
        for word, value in _offered(row, fact):
            if value not in decided:
                answers.append((word, ((uid, field, value),)))
        parts = [f"{word} : {_shown(fact, row[name])}" for name, word in _WORDS.items() if row[name]]
        proof = "décidé" if decided else row["preuve"]
        told = f"{shortened_subject(row['objet'] or uid)} – {' ; '.join([*parts, *([proof] if proof else [])])}"
        return _Valued(uid, told, answers, fact)

    def _turned(self) -> None:
        self._named_after()
        self.show()

    def _named_after(self) -> None:
        self.kind = facts.FACTS[self.fact.value][0]
        self.noun, self.feminine, _ = _SAID[self.fact.value]


_WORDS = {"publie": "publié", "retenu": "retenu", "propose": "proposé"}


def _offered(row: dict[str, Any], fact: str) -> list[tuple[str, str]]:
    """What may be chosen at once: each value once, in the words of a person and as decisions keep it."""
    if fact == "nature":
        return [(CONTRACT_KINDS[kind], kind) for kind in facts.DECIDED_KINDS]
    words = {
        "retenu": "garder la valeur retenue",
        "publie": "prendre la valeur publiée",
        "propose": "prendre la proposée",
    }
    found: dict[str, str] = {}
    for name, word in words.items():
        # A nil amount is published, and decides nothing.
        if row[name] and (value := facts.understood(fact, row[name])):
            found.setdefault(value, f"{word} : {_shown(fact, row[name])}")
    return [(word, value) for value, word in found.items()]


def _shown(fact: str, value: str) -> str:
    """A value of facts as it is read on a screen."""
    if fact == "montant":
        return french.euros(round(float(value.replace(",", ".")) * CENT))
    if fact == "durée":
        return f"{value} mois"
    return french.short_date(date.fromisoformat(value)) if fact == "date de notification" else value
