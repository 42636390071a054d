"""What an officer has chosen: shared by every view, undone step by step, saved to a small file and reopened."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from traitlets import Enum, HasTraits, TraitError, Tuple, Unicode, observe

from spaser.deliverables import files
from spaser.problems import Problem, closest
from spaser.vocabulary import DEFAULT_POPULATION, POPULATIONS

UNITS = {"en nombre de contrats": "nombre", "en valeur": "valeur"}
DEFINITIONS = {"avec le critère": "critère compté", "clause ou réservation seulement": "critère non compté"}
CHOSEN = ("buyers", "years", "families", "unit", "population", "definition")
#: The file is of this form; another number is refused rather than guessed.
FORM = 1


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
        return True

    def save(self, path: Path | str) -> Path:
        """Write the selection whole or not at all."""
        kept = {"spaser_selection": FORM, "fichiers": list(self.files), "registres": list(self.registers)} | self.state
        text = json.dumps(kept, ensure_ascii=False, indent=2) + "\n"
        return files.write_atomic(path, text.encode("utf-8"))

    @classmethod
    def reopen(cls, path: Path | str) -> Selection:
        """The selection of a file.

        Raises
        ------
        Problem
            No such file, or not a selection, or a choice that no longer exists.
        """
        kept = _read(Path(path))
        known = {"files": tuple(kept.pop("fichiers", ())), "registers": tuple(kept.pop("registres", ()))}
        for name, value in kept.items():
            if name not in CHOSEN:
                raise Problem(
                    f"Choix inconnu dans la sélection : « {name} »", where=Path(path).name, todo=closest(name, CHOSEN)
                )
            known[name] = tuple(value) if isinstance(value, list) else value
        try:
            return cls(**known)
        except TraitError as failure:
            raise Problem("Un choix de la sélection n'est pas permis", where=Path(path).name, why=str(failure)) from failure

    @observe(*CHOSEN)
    def _remember(self, _: Any) -> None:
        if self._last is not None and self.state != self._last:
            self._past.append(self._last)
            self._last = self.state


def _read(path: Path) -> dict[str, Any]:
    try:
        kept = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise Problem("Il n'y a pas de sélection enregistrée ici", where=str(path)) from None
    except (OSError, ValueError) as failure:
        raise Problem("Ce fichier n'est pas une sélection lisible", where=path.name) from failure
    if not isinstance(kept, dict) or kept.pop("spaser_selection", None) != FORM:
        raise Problem("Ce fichier n'est pas une sélection de ce kit", where=path.name, todo="Enregistrez-la de nouveau")
    years = kept.get("years", [])
    if not (isinstance(years, list) and len(years) in (0, 2) and all(isinstance(year, int) for year in years)):
        raise Problem("Les années de la sélection sont illisibles", where=path.name, todo="Attendu : [2024, 2025]")
    return kept
