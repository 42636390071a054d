"""The messages of a first page, and what to do."""

from __future__ import annotations

from dataclasses import dataclass

from spaser import french

#: How each kind of message is told, for who does not see its colour.
SIGNS = {"bien": "Bonne nouvelle", "alerte": "À traiter", "constat": "À savoir"}


@dataclass(frozen=True)
class Message:
    """One figure, what it is, what it is compared with, what follows. ``kind``: bien, alerte, constat; ``section`` says more."""

    figure: str
    text: str
    compare: str
    so: str
    kind: str
    section: str

    @property
    def told(self) -> str:
        """What follows the figure: what it is, and what it is compared with."""
        joint = ", " if self.compare.startswith(("sur ", "soit ")) else " ; "
        return french.typeset(f"{self.text}{joint}{self.compare}.")

    def sentence(self) -> str:
        """The message as one sentence."""
        return french.sentence(f"{self.figure} {self.told}")


@dataclass(frozen=True)
class Messages:
    """What must be remembered, the most important first."""

    items: tuple[Message, ...]


@dataclass(frozen=True)
class Todo:
    """What to do, most urgent first."""

    items: tuple[str, ...]
    title: str = "Que faire"
