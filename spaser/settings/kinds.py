"""The kinds of values a setting may have, each able to say what it expects and to check what was written."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any as Value

from spaser.problems import closest
from spaser.settings.faults import Faults, Path, short

#: Beyond this no amount, distance or count of public procurement has a meaning, and machine integers overflow.
MOST = 10**15


@dataclass(frozen=True)
class Kind:
    """What a value may be. ``needed``: its name must be there in the table that declares it."""

    needed: bool = field(default=False, kw_only=True)

    @property
    def told(self) -> str:
        """What is expected, as it follows « doit être »."""
        raise NotImplementedError

    def check(self, value: Value, path: Path, faults: Faults) -> Value:
        """The value, or a fault; only called through a document."""
        raise NotImplementedError

    def wrong(self, value: Value, path: Path, faults: Faults) -> None:
        """The fault of a value of another kind."""
        faults.add(path, f"« {named(path)} » doit être {self.told} (lu : {shown(value)})")


@dataclass(frozen=True)
class Any(Kind):
    """A value that another room checks itself."""

    told = "une valeur"

    def check(self, value: Value, path: Path, faults: Faults) -> Value:
        return value


@dataclass(frozen=True)
class Nothing(Kind):
    """JSON's null: no answer was given."""

    told = "null (sans réponse)"

    def check(self, value: Value, path: Path, faults: Faults) -> Value:
        return None if value is None else self.wrong(value, path, faults)


@dataclass(frozen=True)
class Text(Kind):
    """A text; ``filled``: not empty. What no one can see in it (an octet nul, half a character) is refused."""

    filled: bool = False
    longest: int = 20_000

    @property
    def told(self) -> str:
        return "un texte non vide" if self.filled else "un texte"

    def check(self, value: Value, path: Path, faults: Faults) -> Value:
        if not isinstance(value, str) or (self.filled and not value.strip()):
            return self.wrong(value, path, faults)
        if len(value) > self.longest:
            return faults.add(path, f"« {named(path)} » est un texte de plus de {self.longest} lettres")
        if unseen(value):
            return faults.add(
                path, f"« {named(path)} » contient un caractère de contrôle ou incomplet : {shown(value)}"
            )
        return value


@dataclass(frozen=True)
class Number(Kind):
    """A number that is finite, between bounds: ``above`` excludes its bound, ``least`` and ``most`` include theirs."""

    above: float | None = None
    least: float | None = None
    most: float = MOST
    unit: str = ""

    @property
    def told(self) -> str:
        low = (
            f" plus grand que {self.above:g}"
            if self.above is not None
            else f" d'au moins {self.least:g}"
            if self.least is not None
            else ""
        )
        high = f" et d'au plus {self.most:g}" if self.most < MOST else ""
        return f"un nombre{f' de {self.unit}' if self.unit else ''}{low}{high}"

    def check(self, value: Value, path: Path, faults: Faults) -> Value:
        if isinstance(value, bool) or not isinstance(value, int | float) or not self._fits(value):
            return self.wrong(value, path, faults)
        return value

    def _fits(self, value: float) -> bool:
        low = self.above is None or value > self.above
        return (
            math.isfinite(value) and low and (-MOST if self.least is None else self.least) <= value <= self.most
            if abs(value) <= MOST
            else False
        )


@dataclass(frozen=True)
class Whole(Number):
    """A whole number between bounds, as ``Number``."""

    @property
    def told(self) -> str:
        return super().told.replace("un nombre", "un nombre entier", 1)

    def check(self, value: Value, path: Path, faults: Faults) -> Value:
        return super().check(value, path, faults) if type(value) is int else self.wrong(value, path, faults)


@dataclass(frozen=True)
class Flag(Kind):
    """true or false."""

    told = "true (oui) ou false (non)"

    def check(self, value: Value, path: Path, faults: Faults) -> Value:
        return value if isinstance(value, bool) else self.wrong(value, path, faults)


@dataclass(frozen=True)
class Day(Kind):
    """A date without hour, written 2026-10-31 (in TOML without quotes)."""

    first: date = date(1990, 1, 1)
    last: date = date(2100, 12, 31)

    @property
    def told(self) -> str:
        return f"une date (2026-10-31) de {self.first.year} à {self.last.year}"

    def check(self, value: Value, path: Path, faults: Faults) -> Value:
        read = _day(value)
        return read if read is not None and self.first <= read <= self.last else self.wrong(value, path, faults)


@dataclass(frozen=True)
class Choice(Kind):
    """One of the words (or numbers) of a closed list."""

    known: Collection[Value] = ()

    @property
    def told(self) -> str:
        names = [str(one) for one in self.known]
        return f"l'un de : {', '.join(names[:25])}{'…' if len(names) > 25 else ''}"

    def check(self, value: Value, path: Path, faults: Faults) -> Value:
        if isinstance(value, str | int) and not isinstance(value, bool) and value in self.known:
            return value
        hint = closest(short(value), [str(one) for one in self.known]) if isinstance(value, str) else ""
        return faults.add(path, f"« {named(path)} » : {shown(value)} est inconnu. Il faut {self.told}. {hint}")


@dataclass(frozen=True)
class Many(Kind):
    """A list whose members are of one kind."""

    of: Kind = Any()
    least: int = 0
    most: int = 100_000

    @property
    def told(self) -> str:
        what = "une suite de tables ouvertes par deux crochets, [[…]]," if isinstance(self.of, Table) else "une liste"
        bound = (
            f" de {self.least} à {self.most} éléments"
            if self.most < 100
            else f" d'au moins {self.least} élément{'s' * (self.least > 1)}"
            if self.least
            else ""
        )
        return what + bound

    def check(self, value: Value, path: Path, faults: Faults) -> Value:
        if not isinstance(value, list) or not self.least <= len(value) <= self.most:
            return self.wrong(value, path, faults)
        before = len(faults)
        members = [self.of.check(one, (*path, rank), faults) for rank, one in enumerate(value)]
        return members if len(faults) == before or all(isinstance(one, dict) for one in members) else None


@dataclass(frozen=True)
class Named(Kind):
    """A table whose names are free (or those of ``known``) and whose values are of one kind."""

    of: Kind = Any()
    known: Collection[str] | None = None
    least: int = 0
    told = "une table"

    def check(self, value: Value, path: Path, faults: Faults) -> Value:
        if not isinstance(value, dict) or len(value) < self.least:
            return self.wrong(value, path, faults)
        strange = [key for key in value if (key not in self.known if self.known is not None else unseen(key))]
        for key in strange:
            faults.add((*path, key), f"nom inconnu « {short(key)} ». {closest(short(key), self.known or ())}")
        return _right({key: (self.of, one) for key, one in value.items() if key not in strange}, path, faults)


@dataclass(frozen=True)
class Table(Kind):
    """A table of declared names; another name is refused, with the closest one."""

    names: Mapping[str, Kind] | None = None
    said: str = ""

    @property
    def told(self) -> str:
        return self.said or "une table"

    def check(self, value: Value, path: Path, faults: Faults) -> Value:
        if not isinstance(value, dict):
            return self.wrong(value, path, faults)
        known = self.names or {}
        for key in value:
            if key not in known:
                faults.add((*path, key), f"clé inconnue « {short(key)} ». {closest(short(key), known)}")
        for name, kind in known.items():
            if kind.needed and name not in value:
                faults.add((*path, name), f"il manque « {name} » ({kind.told})")
        return _right({key: (known[key], one) for key, one in value.items() if key in known}, path, faults)


@dataclass(frozen=True)
class Either(Kind):
    """The first of several kinds that takes the value as it is."""

    kinds: tuple[Kind, ...] = ()
    said: str = ""

    @property
    def told(self) -> str:
        return self.said or " ou ".join(kind.told for kind in self.kinds)

    def check(self, value: Value, path: Path, faults: Faults) -> Value:
        alike = [kind for kind in self.kinds if _same_form(kind, value)]
        for kind in self.kinds:
            tried = Faults()
            kind.check(value, path, tried)
            if not tried:
                return kind.check(value, path, faults)
        return alike[0].check(value, path, faults) if len(alike) == 1 else self.wrong(value, path, faults)


def _right(values: dict[str, tuple[Kind, Value]], path: Path, faults: Faults) -> dict[str, Value]:
    """The values that are right, and the right part of tables; a faulty value is left out."""
    found: dict[str, Value] = {}
    for key, (kind, value) in values.items():
        before = len(faults)
        checked = kind.check(value, (*path, key), faults)
        if len(faults) == before or isinstance(checked, dict | list):
            found[key] = checked
    return found


def like(model: Value) -> Kind:
    """The kind of values shaped as a bundled file's: the same names, each of the same form; numbers keep their sign, whole ones
    stay whole."""
    if isinstance(model, dict):
        return Table({key: like(value) for key, value in model.items()})
    if isinstance(model, list):
        return Many(_shared([like(one) for one in model]), least=1 if model else 0)
    if isinstance(model, bool):
        return Flag()
    if isinstance(model, int | float):
        return (Whole if isinstance(model, int) else Number)(least=0 if model >= 0 else None)
    return Day() if isinstance(model, date) else Text()


def _shared(kinds: list[Kind]) -> Kind:
    """One kind for the members of a list: tables are joined, several forms are each allowed."""
    if not kinds:
        return Any()
    if all(isinstance(one, Table) for one in kinds):
        names: dict[str, Kind] = {}
        for one in kinds:
            for name, kind in (getattr(one, "names", None) or {}).items():
                names[name] = _shared([names[name], kind]) if name in names else kind
        always = {name for name in names if all(name in (getattr(one, "names", None) or {}) for one in kinds)}
        return Table({name: replace(kind, needed=name in always) for name, kind in names.items()})
    different = list({repr(one): one for one in kinds}.values())
    return different[0] if len(different) == 1 else Either(tuple(different))


def named(path: Path) -> str:
    """How a value is called in a message: its name, or its rank in the list that holds it."""
    last = path[-1] if path else "le fichier"
    if isinstance(last, int):
        holder = next((part for part in reversed(path) if isinstance(part, str)), "liste")
        return f"{short(holder)} {last + 1}"
    return short(last)


def shown(value: Value) -> str:
    """A value as a message quotes it."""
    if isinstance(value, dict | list):
        return "une table" if isinstance(value, dict) else "une liste vide" if not value else "une liste"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "rien"}[value]
    if isinstance(value, datetime | time) or not isinstance(value, str | int | float | date):
        return f"une heure ({short(value)})" if isinstance(value, datetime | time) else short(type(value).__name__)
    return f"« {short(value)} »" if value != "" else "un texte vide"


def unseen(text: str) -> bool:
    """Whether a text holds a control character (but a tab or a new line) or half a character: neither a path nor a report takes it."""
    return any(
        (code < 0x20 and code not in (9, 10, 13)) or 0x7F <= code < 0xA0 or 0xD800 <= code < 0xE000
        for code in map(ord, text)
    )


def _same_form(kind: Kind, value: Value) -> bool:
    forms = {dict: (Table, Named), list: (Many,), str: (Text, Choice)}
    return any(isinstance(value, form) and isinstance(kind, kinds) for form, kinds in forms.items())


def _day(value: Value) -> date | None:
    if isinstance(value, datetime | time):
        return None
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        return None
