"""What is to be bought, as the one who drafts knows it."""

from __future__ import annotations

from dataclasses import dataclass, field

from spaser import french, rules

_DUTY = "climat-clause-sociale-seuils"


@dataclass(frozen=True)
class Share:
    """One lot of a need: its number, its amount of a year in cents without tax, its hours when the facilitator gave them."""

    numero: str
    annuel: int | None = None
    heures: float | None = None


@dataclass(frozen=True)
class Need:
    """What is to be bought. ``annuel`` in cents without tax; ``mois`` the whole duration; ``taux`` part of the hours (0 to 1).

    ``acheteur``: central, autre or entite, empty when unknown. ``atteint``: the buyer says that the whole need reaches the European
    threshold, or not; None: it is compared. ``concession``, ``defense``: the contract is one, so it rests on articles of its own.
    ``lots``: the lots drafted together, in one set of texts: the need is at least their sum. ``public``: whom a reservation that does
    not say it names. ``dispense``, ``motif``: the case in which no social condition is written, and its reason to keep.
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
    defense: bool = False
    lots: tuple[Share, ...] = ()
    public: str = ""
    dispense: str = ""
    motif: str = ""

    @property
    def regime(self) -> str:
        """On which articles the texts rest: concession, defense, or empty for an ordinary contract."""
        return "concession" if self.concession else "defense" if self.defense else ""

    @property
    def nature(self) -> str:
        """What is bought: « fournitures », « travaux », else « prestations »."""
        held = rules.toml("clauses/articles.toml")["natures"]
        return next((name for name in ("travaux", "fournitures") if self.famille in held[name]), "prestations")

    @property
    def short_works(self) -> bool:
        """Works short enough for the buyer to decide, with reasons kept, that no social condition is written (L2112-2-1 II 4°)."""
        options = rules.toml("law.toml")["duties"][_DUTY]["options"]
        months = next(one["max_months"] for one in options if one["when"] == "travaux_courts")
        return not self.regime and self.nature == "travaux" and self.mois is not None and self.mois < months

    @property
    def bare_of(self) -> str:
        """Which kind of purchase makes that no hours may be kept for insertion: « fournitures », « sans_insertion », or none."""
        held = rules.toml("clauses/articles.toml")["natures"]
        named = [name for name in ("fournitures", "sans_insertion") if self.famille in held[name]]
        given = self.heures is not None or any(one.heures is not None for one in self.lots)
        return named[0] if named and not given else ""

    @property
    def unlinked(self) -> str:
        """Why nothing of its performance may be kept for insertion, in words; empty when hours may be, or are given."""
        return rules.toml("clauses/articles.toml")["notes"][self.bare_of] if self.bare_of else ""

    @property
    def label(self) -> str:
        """The family of purchase, as a reader knows it."""
        return rules.families().get(self.famille, self.famille)

    @property
    def name(self) -> str:
        """Its subject, else the family of purchase: never a bare word."""
        return self.objet.strip() or self.label

    @property
    def partial(self) -> bool:
        """Are other lots perhaps part of the need."""
        return bool(self.lot or self.lots)

    @property
    def of_lots(self) -> str:
        """« Lot n° 3 », « Lots n° 1 et 3 », « Lots n° 1 à 8 », or nothing."""
        if self.lots:
            numbers = [one.numero for one in self.lots]
            first = int(numbers[0]) if numbers[0].isdecimal() else 0
            following = len(numbers) > 2 and numbers == [str(first + rank) for rank in range(len(numbers))]
            told = f"{numbers[0]} à {numbers[-1]}" if following else french.listing(numbers)
            return f"Lots n° {told}"
        return f"Lot n° {self.lot}" if self.lot else ""

    @property
    def whole(self) -> int | None:
        """The amount on the whole duration, in cents, of all the lots drafted together."""
        yearly = [one.annuel for one in self.lots] if self.lots else [self.annuel]
        known = [one for one in yearly if one is not None]
        return round(sum(known) * self.mois / 12) if len(known) == len(yearly) and self.mois is not None else None
