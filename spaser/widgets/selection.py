"""What an officer has chosen: shared by every view, undone step by step, saved to a small file and reopened."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from traitlets import Enum, HasTraits, Int, TraitError, Tuple, Unicode, link, observe

from spaser import settings
from spaser.deliverables import files
from spaser.problems import Problem
from spaser.studies import mission as missions
from spaser.studies.mission import Mission
from spaser.vocabulary import DEFAULT_POPULATION, POPULATIONS

UNITS = {"en nombre de contrats": "nombre", "en valeur": "valeur"}
DEFINITIONS = {"avec le critère": "critère compté", "clause ou réservation seulement": "critère non compté"}
CHOSEN = ("buyers", "years", "families", "unit", "population", "definition")
#: The choices on which needs depend: their potential is that of needs still active, whatever the years and the way of counting.
NEEDS = ("buyers", "families")
#: The choices that keep or leave contracts out, without the way of counting them.
KEPT = ("buyers", "years", "families", "population")
#: The name of each choice in ``mission.toml``.
SCREEN = {
    "buyers": "acheteurs",
    "years": "annees",
    "families": "familles",
    "unit": "compter",
    "population": "population",
    "definition": "definition",
}
#: The file is of this form; another number is refused rather than guessed.
FORM = 1
_TEXTS = settings.Many(settings.Text())
SHAPE = settings.Table(
    {
        "spaser_selection": settings.Choice((FORM,), needed=True),
        "fichiers": _TEXTS,
        "registres": _TEXTS,
        "buyers": _TEXTS,
        "families": _TEXTS,
        "years": settings.Many(settings.Whole(least=1900, most=2200), most=2),
        "unit": settings.Choice(tuple(UNITS.values())),
        "population": settings.Choice(tuple(POPULATIONS)),
        "definition": settings.Choice(tuple(DEFINITIONS.values())),
    }
)


class Selection(HasTraits):
    """Buyers (SIREN), years (first, last; empty for all), families (keys; empty for all), and how to count.

    ``files`` and ``registers`` say where the data are, so that another notebook can reopen everything.
    """

    files = Tuple()
    registers = Tuple()
    buyers = Tuple()
    years = Tuple()
    families = Tuple()
    unit = Enum(list(UNITS.values()), default_value="nombre")
    population = Enum(list(POPULATIONS), default_value=DEFAULT_POPULATION)
    definition = Enum(list(DEFINITIONS.values()), default_value="critère compté")
    note = Unicode()
    #: How many times decisions were taken up since the files were read: every answer follows it.
    decided = Int()
    #: Who decides, as last written beside a grid of decisions: every grid shows it.
    person = Unicode()
    #: The mission where choices are kept.
    home = Unicode()

    def __init__(self, **chosen: Any) -> None:
        self._past: list[dict[str, Any]] = []
        self._last: dict[str, Any] | None = None
        super().__init__(**chosen)
        self._last = self.state

    @property
    def state(self) -> dict[str, Any]:
        """The choices as plain values."""
        return {name: getattr(self, name) for name in CHOSEN}

    @property
    def can_undo(self) -> bool:
        return bool(self._past)

    def change(self, **chosen: Any) -> None:
        """Several choices at once: one step to undo, one change for the views."""
        with self.hold_trait_notifications():
            for name, value in chosen.items():
                setattr(self, name, value)

    def undo(self) -> bool:
        """Back to the choices before the last change; False when there is none."""
        if not self._past:
            return False
        before = self._past.pop()
        self._last = before
        self.change(**before)
        self.keep()
        return True

    def save(self, path: Path | str) -> Path:
        """Write the selection whole or not at all."""
        kept = {"spaser_selection": FORM, "fichiers": list(self.files), "registres": list(self.registers)} | self.state
        text = json.dumps(kept, ensure_ascii=False, indent=2) + "\n"
        return files.write_atomic(path, text.encode("utf-8"))

    @classmethod
    def of_mission(cls, mission: Mission, known: pl.DataFrame) -> Selection:
        """The choices of the screens of a mission: as they were left, else its buyers and years; every later choice is kept in it.

        ``known`` are the buyers of its files: one that they do not have is left out.
        """
        said = mission.screen
        chosen: dict[str, Any] = {
            "buyers": said.get("acheteurs", list(missions.named(mission, known))),
            "years": said.get("annees", mission.years or ()),
            "families": said.get("familles", ()),
        }
        chosen |= {name: said[ours] for name, ours in SCREEN.items() if ours in said and name not in chosen}
        chosen = {name: tuple(value) if isinstance(value, list) else value for name, value in chosen.items()}
        if len(chosen["years"]) == 1:
            chosen["years"] = chosen["years"] * 2
        try:
            found = cls(
                files=mission.files, registers=mission.registers, **({"population": mission.population} | chosen)
            )
        except TraitError as failure:
            raise Problem(
                "Un choix gardé dans la mission n'est pas permis",
                where=f"{mission.source.name}, [ecran]",
                why="Il n'existe pas dans ce kit",
                todo="Ôtez la table [ecran], puis recommencez",
            ) from failure
        found.person = said.get("par", "") or mission.author
        found.home = str(mission.home) if mission.whole and not mission.demo else ""
        return found

    def keep(self) -> None:
        """Write the choices in the mission, for the next notebook; nothing without a mission, nor for the demo."""
        if self.home:
            missions.change(
                self.home,
                {
                    ("ecran", ours): list(value) if isinstance(value := getattr(self, name), tuple) else value
                    for name, ours in SCREEN.items()
                },
            )

    @classmethod
    def reopen(cls, path: Path | str) -> Selection:
        """The selection of a file.

        Raises
        ------
        Problem
            No such file, or not a selection, or a choice that no longer exists.
        """
        document = settings.json(path, "La sélection", todo="Enregistrez-la de nouveau")
        if not isinstance(document.content, dict) or document.content.get("spaser_selection") != FORM:
            raise Problem(
                "Ce fichier n'est pas une sélection de ce kit",
                where=document.path.name,
                todo="Enregistrez-la de nouveau",
            )
        kept = document.checked(SHAPE, also=_faults)
        named = {"fichiers": "files", "registres": "registers"}
        chosen = {
            named.get(key, key): tuple(value) if isinstance(value, list) else value
            for key, value in kept.items()
            if key != "spaser_selection"
        }
        return cls(**chosen)

    def signs(self, author: HasTraits) -> None:
        """The field where whoever decides is named: the same name in all those of a notebook, and in the next one."""
        link((self, "person"), (author, "value"))

    @observe("person")
    def _sign(self, _: Any) -> None:
        """Whoever decides is asked once for all grids and notebooks."""
        if self.home:
            missions.change(self.home, {("ecran", "par"): self.person})

    @observe(*CHOSEN)
    def _remember(self, _: Any) -> None:
        if self._last is not None and self.state != self._last:
            self._past.append(self._last)
            self._last = self.state
            self.keep()


def _faults(said: dict[str, Any], faults: settings.Faults) -> None:
    if len(years := said.get("years", [])) == 1 or years != sorted(years):
        faults.add(("years",), "« years » est fait de deux années dans l'ordre : [2024, 2025]")


def reading_day() -> date:
    """The reader's day in the notebooks: the computer's, read when something is opened or decided, and passed on."""
    return date.today()
