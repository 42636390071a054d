"""Exercises of the training notebooks: a question on the demo, choices, an answer computed from the data, and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import Any

import ipywidgets

from spaser import french
from spaser.studies.acting import training
from spaser.widgets import tables


class Exercise:
    """A question with its choices; « Vérifier » says whether the choice is right, and why.

    Parameters
    ----------
    question
        What is asked.
    choices
        The possible answers, as shown.
    right
        The right one, or a function that computes it from the data.
    why
        The explanation, or a function that writes it from the data; shown after the first try.
    """

    def __init__(
        self, question: str, choices: Sequence[str], right: str | Callable[[], str], why: str | Callable[[], str]
    ) -> None:
        self.question = french.typeset(question)
        self.choices = [french.typeset(one) for one in choices]
        self.right = french.typeset(right() if callable(right) else right)
        self._why = why
        if self.right not in self.choices:
            raise ValueError(f"the right answer is not among the choices: {self.right!r}")
        self.list = ipywidgets.RadioButtons(
            options=self.choices,
            value=None,
            description="Réponse",
            layout={"width": "max-content"},
            style={"description_width": "initial"},
        )
        self.button = ipywidgets.Button(description="Vérifier", layout={"width": "max-content"})
        self.button.on_click(lambda _: self.check())
        self.verdict = ipywidgets.HTML()
        self.widget = ipywidgets.VBox(
            [ipywidgets.HTML(f"<strong>{escape(self.question)}</strong>"), self.list, self.button, self.verdict]
        )

    @property
    def why(self) -> str:
        """The explanation."""
        return french.typeset(self._why() if callable(self._why) else self._why)

    def answer(self, choice: str) -> str:
        """Choose and check, as a click would; returns the verdict in plain words."""
        self.list.value = french.typeset(choice)
        return self.check()

    def check(self) -> str:
        """Say whether the choice is right."""
        if self.list.value is None:
            told = "Choisissez d'abord une réponse."
        elif self.list.value == self.right:
            told = f"✔ C'est cela. {self.why}"
        else:
            told = f"✘ Pas tout à fait : la réponse est « {self.right} ». {self.why}"
        self.verdict.value = f'<p role="status">{escape(french.typeset(told))}</p>'
        return french.typeset(told)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        lines = "".join(f"<li>{escape(one)}</li>" for one in self.choices)
        solved = f"<details><summary>Voir la réponse</summary><p>{escape(self.right)}. {escape(self.why)}</p></details>"
        content = f"<p><strong>{escape(self.question)}</strong></p><ul>{lines}</ul>{solved}"
        plain = "\n".join([self.question, *(f"- {one}" for one in self.choices)])
        return self.widget._repr_mimebundle_() | {"text/html": tables.framed(content), "text/plain": plain}


def percent(part: float | None) -> str:
    """A part as it is read in an exercise: « 18 % »; one that the data do not tell is « inconnue »."""
    return "inconnue" if part is None else french.share(part, 0)


#: How far from those of the data lie the percentages offered beside them, until there are three to choose from.
_ASIDE = (0.2, -0.2, 0.35, -0.35, 0.5, -0.5)


def options(*parts: float | None) -> list[str]:
    """Three different percentages or more to choose from, in order; the unknown last, when one is.

    Where the data answer everything, several figures are one: others are laid beside it, or there would be nothing to choose.
    """
    known = list({percent(part): part for part in parts if part is not None}.values())
    unknown = [part for part in parts if part is None][:1]
    first = known[0] if known else 0.5
    for step in _ASIDE:
        aside = first + step
        if len(known) + len(unknown) < 3 and 0 <= aside <= 1 and percent(aside) not in map(percent, known):
            known.append(aside)
    return [percent(part) for part in (*sorted(known), *unknown)]


def near(number: int) -> list[str]:
    """Three numbers to choose from, the right one among them."""
    return [str(one) for one in training.around(number)]
