"""A measure that a report quotes."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True)
class Measured:
    """One row of MEASURES, quotable: a sentence or a key figure carries it as its footnote."""

    indicateur: str
    titre: str
    perimetre: str
    population: str
    dimension: str
    modalite: str | None
    unite: str
    definition: str
    valeur: float | None
    valeur_repondus: float | None
    bas: float | None
    haut: float | None
    numerateur: int | None
    denominateur: int | None
    repondus: int | None
    couverture: float | None
    regle: str
    petit_effectif: bool | None = None

    @classmethod
    def of(cls, row: dict[str, Any]) -> Measured:
        """From a row of MEASURES; columns added later by a room are left aside."""
        return cls(**{item.name: row[item.name] for item in fields(cls) if item.name in row})

    @property
    def is_share(self) -> bool:
        return self.denominateur is not None
