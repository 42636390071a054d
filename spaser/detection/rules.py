"""The lexicon compiled: rules, exceptions and contexts written in ``reference/lexicon.toml``, ready to be tried on a text.

The grammar of a pattern is told at the head of that file. A user may hand a lexicon of their own (same keys).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import polars as pl

from spaser import guards, rules, settings
from spaser.detection import inflection, prefilter
from spaser.detection.motifs import Context, Motif
from spaser.detection.reliability import Part, parts
from spaser.problems import Problem, closest

DIMENSIONS = ("env", "soc")
FIELDS = ("", "objet", "hors_objet", "objet_nomme", "critere")
CARRIERS = ("clause", "critere", "objet", "reservation", "auto", "auto_clause")
RESERVES = ("none", "handicap", "iae", "handicap_iae", "penit", "ess", "unspecified")
_TEXT, _TEXTS = settings.Text(filled=True, needed=True), settings.Many(settings.Text(filled=True), least=1, needed=True)
_REACH = settings.Whole(least=0, most=5_000, needed=True)
#: The keys of a rule; « confidence » and « number » name a class and a reading of the same file.
RULE: dict[str, settings.Kind] = {
    "id": _TEXT,
    "dimension": settings.Choice(DIMENSIONS, needed=True),
    "code": settings.Text(needed=True),
    "level": settings.Choice((1, 2), needed=True),
    "carrier": settings.Choice(CARRIERS, needed=True),
    "reserve": settings.Choice(RESERVES),
    "fields": settings.Choice(FIELDS),
    "generic": settings.Flag(),
    "confidence": _TEXT,
    "number": settings.Text(),
    "anchors": _TEXTS,
    "patterns": _TEXTS,
    "example": settings.Text(),
    "counter": settings.Text(),
    "absorbed": settings.Flag(),
    "weak": settings.Flag(),
    "harm": settings.Flag(),
}
_READ = settings.Table({"unit": _TEXT, "pattern": _TEXT})
SHAPE = settings.Table(
    {
        "confidence": settings.Named(settings.Number(least=0, most=1), least=1, needed=True),
        "fragments": settings.Named(settings.Text(filled=True)),
        "rules": settings.Many(settings.Table(RULE), least=1, needed=True),
        "exceptions": settings.Many(
            settings.Table(
                {
                    "id": _TEXT,
                    "kind": _TEXT,
                    "scope": settings.Many(settings.Text()),
                    "patterns": _TEXTS,
                    "example": settings.Text(needed=True),
                    "touch": settings.Flag(),
                }
            )
        ),
        "head_scope": settings.Many(settings.Text(filled=True)),
        "heads": settings.Many(
            settings.Table(
                {
                    "id": _TEXT,
                    "level": settings.Choice((0, 1), needed=True),
                    "scope": settings.Many(settings.Text(filled=True)),
                    "patterns": _TEXTS,
                    "example": settings.Text(needed=True),
                    "counter": settings.Text(needed=True),
                    "last": settings.Flag(),
                }
            )
        ),
        "reliability": settings.Many(
            settings.Table(
                {
                    "dimension": settings.Choice(DIMENSIONS, needed=True),
                    "level": settings.Choice((0, 1, 2), needed=True),
                    "carrier": settings.Choice(("clause", "critere", "objet", "reservation", "negated"), needed=True),
                    "field": settings.Choice(("objet", "critere", "autre"), needed=True),
                    "right": _REACH,
                    "read": _REACH,
                }
            )
        ),
        "numbers": settings.Named(
            settings.Table({"before": _REACH, "after": _REACH, "patterns": settings.Many(_READ, least=1, needed=True)})
        ),
        "contexts": settings.Named(
            settings.Either((settings.Text(filled=True), settings.Many(settings.Text(filled=True), least=1))),
            needed=True,
        ),
    }
)
BUNDLED = "reference/lexicon.toml"
#: What a regular expression that cannot be compiled raises.
UNREADABLE = (re.error, OverflowError, RecursionError)
_Told = TypeVar("_Told", bound=Context)


@dataclass(frozen=True)
class Rule:
    """One way of saying one consideration."""

    id: str
    dimension: str
    code: str
    level: int
    carrier: str
    anchors: tuple[str, ...]
    pattern: Motif
    confidence: float
    reserve: str = "none"
    fields: str = ""
    generic: bool = False
    absorbed: bool = False
    weak: bool = False
    harm: bool = False
    sure: bool = False
    number: str = ""
    example: str = ""
    counter: str = ""


@dataclass(frozen=True)
class Except:
    """A context whose findings are dropped: false friend, legal boilerplate, name of a body or place."""

    id: str
    kind: str
    scope: tuple[str, ...]
    pattern: Motif
    example: str
    touch: bool = False

    def concerns(self, rule: str) -> bool:
        return not self.scope or rule.startswith(self.scope)


@dataclass(frozen=True)
class Head:
    """The head of a noun phrase that says what is bought: what its complement names counts up to `level` (0: not at all)."""

    id: str
    level: int
    scope: tuple[str, ...]
    pattern: Motif
    example: str
    counter: str
    last: bool = False

    def concerns(self, rule: str) -> bool:
        return rule.startswith(self.scope)


@dataclass(frozen=True)
class Number:
    """How to read one kind of number near a finding: reach in characters, then (unit, pattern) in order."""

    before: int
    after: int
    patterns: tuple[tuple[str, Context], ...]


@dataclass(frozen=True)
class Lexicon:
    """Everything the detection knows."""

    rules: tuple[Rule, ...]
    by_anchor: tuple[tuple[str, tuple[int, ...]], ...]
    exceptions: tuple[Except, ...]
    numbers: dict[str, Number]
    contexts: dict[str, Context]
    first_pass: dict[bool, str]
    heads: tuple[Head, ...] = ()
    reliability: dict[Part, float] = field(default_factory=dict)


def load(file: Path | str | None = None) -> Lexicon:
    """The bundled lexicon, or the user's own.

    Raises
    ------
    Problem
        A rule has an unknown key, a value outside its closed list, or a pattern that cannot be read.
    """
    if file is None:
        return _bundled()
    own = compiled(settings.toml(file, "Le lexique").checked(SHAPE, also=_faults), str(file))
    motifs = [rule.pattern for rule in own.rules] + [exception.pattern for exception in own.exceptions]
    with guards.reading(Path(file).name, "polars", what="Un motif du lexique ne peut pas être employé"):
        for sieve in (
            *(sieve for motif in motifs for sieve in motif.sieves),
            *own.first_pass.values(),
        ):
            pl.select(pl.lit("").str.contains(sieve))
    return own


def _faults(said: dict[str, Any], faults: settings.Faults) -> None:
    """Names that nothing in the lexicon bears, and readings it lacks."""
    classes, numbers = said.get("confidence", {}), said.get("numbers", {})
    for rank, rule in enumerate(said.get("rules", [])):
        for key, known in (("confidence", classes), ("number", numbers)):
            if rule.get(key) and rule[key] not in known:
                faults.add(
                    ("rules", rank, key),
                    f"« {key} » : « {settings.short(rule[key])} » n'est pas dans [{key if key == 'confidence' else 'numbers'}]. "
                    f"{closest(settings.short(rule[key]), known)}",
                )
    for name in rules.toml("lexicon.toml")["contexts"]:
        if name not in said.get("contexts", {}):
            faults.add(("contexts", name), f"il manque le contexte « {name} »")
    if "poids" not in numbers:
        faults.add(("numbers", "poids"), "il manque la lecture « poids » (la pondération d'un critère)")


@cache
def _bundled() -> Lexicon:
    return compiled(rules.toml("lexicon.toml"), BUNDLED)


def compiled(data: dict[str, Any], where: str) -> Lexicon:
    """A parsed lexicon, checked and compiled."""
    fragments = data.get("fragments", {})
    found = tuple(_rule(entry, data["confidence"], fragments, where) for entry in data["rules"])
    exceptions = tuple(
        Except(
            e["id"],
            e["kind"],
            tuple(e.get("scope", ())),
            _pattern(e["patterns"], fragments, e["id"], where),
            e["example"],
            e.get("touch", False),
        )
        for e in data.get("exceptions", [])
    )
    numbers = {name: _number(entry, fragments, where) for name, entry in data.get("numbers", {}).items()}
    return Lexicon(
        found,
        prefilter.by_anchor([rule.anchors for rule in found]),
        exceptions,
        numbers,
        _contexts(data["contexts"], fragments, where),
        {
            subject: prefilter.first_pass(
                rule.anchors for rule in found if not (subject and rule.fields == "hors_objet")
            )
            for subject in (True, False)
        },
        tuple(_headed(entry, data.get("head_scope", []), fragments, where) for entry in data.get("heads", [])),
        parts(data.get("reliability", [])),
    )


def _pattern(patterns: list[str], fragments: dict[str, str], name: str, where: str) -> Motif:
    return _readable(Motif(tuple(patterns), fragments), where, f"règle {name}")


def _readable(motif: _Told, where: str, name: str) -> _Told:
    """A motif, once sure that it can be used: those of the kit are read by its tests, a user's own before any text is."""
    if where == BUNDLED:
        return motif
    try:
        motif.search("")
        return motif
    except KeyError as error:
        raise Problem(
            f"Fragment inconnu « {error.args[0]} »",
            where=f"{where}, {name}",
            todo=closest(error.args[0], motif.fragments),
        ) from error
    except UNREADABLE as error:
        raise Problem(
            "Motif illisible",
            where=f"{where}, {name}",
            why="Une parenthèse, un crochet ou une répétition n'y est pas juste",
        ) from error


def _rule(entry: dict[str, Any], classes: dict[str, float], fragments: dict[str, str], where: str) -> Rule:
    pattern = _pattern(entry["patterns"], fragments, entry["id"], where)
    given = {key: value for key, value in entry.items() if key not in ("patterns", "anchors", "confidence")}
    return Rule(
        anchors=tuple(dict.fromkeys(form for anchor in entry["anchors"] for form in inflection.anchors(anchor))),
        pattern=pattern,
        confidence=classes[entry["confidence"]],
        sure=entry["confidence"] == "certain",
        **given,
    )


def _headed(entry: dict[str, Any], scope: list[str], fragments: dict[str, str], where: str) -> Head:
    pattern = _pattern(entry["patterns"], fragments, entry["id"], where)
    return Head(
        entry["id"],
        entry["level"],
        tuple(entry.get("scope", scope)),
        pattern,
        entry["example"],
        entry["counter"],
        entry.get("last", False),
    )


def _number(entry: dict[str, Any], fragments: dict[str, str], where: str) -> Number:
    patterns = tuple(
        (one["unit"], _readable(Context((one["pattern"],), fragments), where, f"lecture « {one['unit']} »"))
        for one in entry["patterns"]
    )
    if where != BUNDLED and any(not pattern.compiled.groups for _, pattern in patterns):
        raise Problem(
            "Le motif d'un nombre n'a pas de groupe entre parenthèses",
            where=where,
            todo="Le premier groupe est le nombre lu",
        )
    return Number(entry["before"], entry["after"], patterns)


def _contexts(entry: dict[str, Any], fragments: dict[str, str], where: str) -> dict[str, Context]:
    return {
        name: _readable(
            Context((value,) if isinstance(value, str) else tuple(value), fragments), where, f"contexte {name}"
        )
        for name, value in entry.items()
    }
