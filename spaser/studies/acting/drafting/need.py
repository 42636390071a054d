"""What is to be bought, as the one who drafts knows it."""

from __future__ import annotations

from dataclasses import dataclass, field

from spaser import rules


@dataclass(frozen=True)
class Need:
    """What is to be bought. ``annuel`` in cents without tax; ``mois`` the whole duration; ``taux`` part of the hours (0 to 1).

    ``acheteur``: central, autre or entite, empty when unknown. ``atteint``: the buyer says that the whole need reaches the European
    threshold, or not; None: it is compared. ``concession``: the contract is one, so it rests on articles of its own. ``lots``: how many
    lots of this amount are drafted together: the need is at least their sum.
    """

    objet: str = ""
    famille: str = "autres"
    annuel: int | None = None
    mois: int | None = None
    taux: float | None = None
    lot: str = ""
    heures: float | None = None
    values: dict[str, str] = field(default_factory=dict)
    acheteur: str = ""
    atteint: bool | None = None
    concession: bool = False
    lots: int = 1

    @property
    def nature(self) -> str:
        """What is bought: « fournitures », « travaux », else « prestations »."""
        held = rules.toml("clauses/articles.toml")["natures"]
        return next((name for name in ("travaux", "fournitures") if self.famille in held[name]), "prestations")

    @property
    def unlinked(self) -> str:
        """Why nothing of its performance may be kept for insertion, in words; empty when hours may be, or are given."""
        held = rules.toml("clauses/articles.toml")
        named = [name for name in ("fournitures", "sans_insertion") if self.famille in held["natures"][name]]
        return held["notes"][named[0]] if named and self.heures is None else ""

    @property
    def label(self) -> str:
        """The family of purchase, as a reader knows it."""
        return rules.families().get(self.famille, self.famille)

    @property
    def name(self) -> str:
        """Its subject, else the family of purchase: never a bare word."""
        return self.objet.strip() or self.label

    @property
    def whole(self) -> int | None:
        """The amount on the whole duration, in cents."""
        return None if self.annuel is None or self.mois is None else round(self.annuel * self.mois / 12)

    @property
    def known(self) -> int | None:
        """What is known of the amount of the whole need, in cents: that of the lots drafted together."""
        return None if self.whole is None else self.whole * self.lots
