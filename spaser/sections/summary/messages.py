"""What is said of the facts: rules that are data (``reference/messages.toml``), and the choice among those that hold.

A rule is a condition, a weight and templates: one figure, one comparison, one consequence. Nothing here computes a figure.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from string import Formatter
from typing import Any, NamedTuple

from spaser import french, rules
from spaser.deliverables.messages import Message
from spaser.sections import registry
from spaser.sections.summary.known import FACTS, SUBJECTS, Fact

_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq, "!=": operator.ne, "<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt,
}  # fmt: skip
_CONDITION = re.compile(r"^(\S+) (?:(==|!=|<=|>=|<|>) (.+)|(connu|inconnu))$")
#: Verbs and participles that agree with the number they are given: « {fins:se termine} ».
_AGREED = {
    "se termine": "se terminent", "ne dit": "ne disent", "a": "ont", "porte": "portent", "déclare": "déclarent",
    "gagné": "gagnés", "est": "sont", "soumis": "soumis", "est connu": "sont connus", "il risque d'être relancé": "ils risquent d'être relancés", "publié": "publiés", "est compté": "sont comptés", "sa fin": "leur fin", "peut": "peuvent",
}  # fmt: skip
#: How a fact is written beside the verbs of ``_AGREED``: by the first word after its « : », or as it is.
_FORMATS = ("", "n", "part", "decimal", "durée", "entier", "somme", "date")
Facts = Mapping[str, Fact]


class Part(NamedTuple):
    """A text and the conditions under which it is said."""

    conditions: tuple[str, ...]
    text: str


class Rule(NamedTuple):
    """What may be said of a theme: see ``reference/messages.toml``."""

    code: str
    section: str
    theme: str
    kind: str
    weight: int
    page: bool
    conditions: tuple[str, ...]
    figure: str
    text: str
    compare: tuple[Part, ...]
    so: tuple[Part, ...]
    todo: str = ""
    on: str = ""
    plan: bool = True
    covers: tuple[str, ...] = ()
    kept: bool = False
    first: bool = False
    same: tuple[Part, ...] = ()
    since: str = ""


class Said(NamedTuple):
    """A rule that holds, in words; ``todo``: its gesture, empty when it has none; ``on``: what that is about; ``same``: the themes it leaves nothing to add to on the first page;
    ``begins``: the day its gesture begins, when it is to come."""

    rule: Rule
    message: Message
    on: str
    same: tuple[str, ...] = ()
    begins: date | None = None
    todo: str = ""


class _Written(Formatter):
    """Templates whose specs are the formats of a French reader."""

    def format_field(self, value: Any, spec: str) -> str:
        if spec in _AGREED:
            return spec if abs(value) < 2 else _AGREED[spec]
        match spec.split(" "):
            case ["n", *words]:
                feminine = words[-1] == "f"
                return french.count(value, " ".join(words[:-1] if feminine else words), feminine=feminine)
            case ["part"]:
                return french.share(value, 0 if float(round(value * 100, 6)).is_integer() else 1)
            case ["decimal"]:
                return french.number(value, 0 if float(value).is_integer() else 1)
            case ["durée"]:
                return french.lapse(value)
            case ["entier"]:
                return french.number(value)
            case ["somme"]:
                return french.euros_short(value)
            case ["date"]:
                return french.long_date(value)
        return str(value)


_FORMAT = _Written()


def holds(conditions: Sequence[str], facts: Facts) -> bool:
    """Whether every condition holds; one on a fact that is not known does not, unless it asks just that."""
    return all(_holds(condition, facts) for condition in conditions)


def _holds(condition: str, facts: Facts) -> bool:
    name, sign, right, known = _parsed(condition)
    value = facts[name]
    if known:
        return (value is not None) == (known == "connu")
    other = facts[right] if right in facts else _constant(right)
    return value is not None and other is not None and _OPERATORS[sign](value, other)


def _parsed(condition: str) -> tuple[str, str, str, str]:
    found = _CONDITION.match(condition)
    if found is None or found[1] not in FACTS:
        raise KeyError(f"messages.toml: condition {condition!r} is not one, or its fact is not known")
    return found[1], found[2] or "", found[3] or "", found[4] or ""


def _constant(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def eligible(facts: Facts, known: Sequence[Rule] | None = None) -> list[Said]:
    """The rules that hold, with a comparison and a consequence, heaviest first; one of each theme it covers, the heaviest."""
    told: dict[str, Said] = {}
    covered: set[str] = set()
    for rule in sorted(RULES if known is None else known, key=lambda one: -one.weight):
        if rule.theme in covered or not holds(rule.conditions, facts):
            continue
        compare, so = (_first(parts, facts) for parts in (rule.compare, rule.so))
        figure, text = (_filled(template, facts) for template in (rule.figure, rule.text))
        if figure and text and compare and so:
            covered |= {rule.theme, *rule.covers}
            told[rule.theme] = Said(
                rule,
                Message(french.typeset(figure), text, compare, so, rule.kind, rule.section),
                _filled(rule.on, facts),
                tuple(one.text for one in rule.same if holds(one.conditions, facts)),
                _coming(facts, rule.since),
                _formed(rule.todo, facts),
            )
    return list(told.values())


def _coming(facts: Facts, name: str) -> date | None:
    """The day that a fact holds, when it is after that of the reader."""
    since, day = facts[name] if name else None, facts["jour"]
    return since if isinstance(since, date) and isinstance(day, date) and since > day else None


def chosen(said: Sequence[Said]) -> tuple[Message, ...]:
    """The messages of the first page: the heaviest, good news among them when there are any; what is done before all else is read first."""
    known = {theme for one in said if one.rule.page for theme in one.same}
    shown = [one for one in said if one.rule.page and one.rule.theme not in known]
    most, good = _SETTINGS["most"], _SETTINGS["good"]
    best = [one for one in shown if one.rule.kind == "bien"][:good]
    kept = [one for one in shown if one in best]
    kept += [one for one in shown if one not in best][: most - len(kept)]
    return tuple(one.message for one in sorted(kept, key=lambda one: (not one.rule.first, -one.rule.weight)))


def answers(said: Sequence[Said], section: str) -> tuple[list[Message], list[str]]:
    """What the facts answer to the question of a section, heaviest first; and what to do about it."""
    own = [one for one in said if one.rule.section == section]
    return [one.message for one in own], [french.sentence(one.todo) for one in own if one.todo]


def verdict(facts: Facts) -> str:
    """Where the buyer stands, in one sentence; another when the data are old."""
    parts = tuple(Part(tuple(one.get("if", ())), one["text"]) for one in _SETTINGS["verdict"])
    cautions = [_filled(one["text"], facts) for one in _SETTINGS["caution"] if holds(one["if"], facts)]
    return " ".join(french.sentence(text) for text in (_first(parts, facts), *cautions))


def unknown(facts: Facts) -> str:
    """What is not known, in one line; empty when nothing is."""
    told = [_filled(one["text"], facts) for one in _SETTINGS["unknown"] if holds(one["if"], facts)]
    return french.sentence(" ; ".join(told)) if told else ""


def _first(parts: Sequence[Part], facts: Facts) -> str:
    said = (_filled(part.text, facts) for part in parts if holds(part.conditions, facts))
    return next((text for text in said if text), "")


def _filled(template: str, facts: Facts) -> str:
    """The template with its facts, as it is printed."""
    return french.typeset(_formed(template, facts))


def _formed(template: str, facts: Facts) -> str:
    """The template with its facts; empty when one of them is unknown: nothing is said of it."""
    if any(facts[name] is None for _, name, _, _ in _FORMAT.parse(template) if name):
        return ""
    return _FORMAT.vformat(template, (), facts)


def _read(settings: Mapping[str, Any]) -> tuple[Rule, ...]:
    """The rules, those of subjects once for each; every name and every format they use is checked, as those of the sentences beside them."""
    found = [rule for given in settings["rule"] for rule in _each(given)]
    for rule in found:
        registry.entry(rule.section)
        if rule.since and rule.since not in FACTS:
            raise KeyError(f"messages.toml, {rule.code}: no fact {rule.since!r}")
        for part in (
            *rule.compare,
            *rule.so,
            *rule.same,
            Part(rule.conditions, f"{rule.figure} {rule.text} {rule.on} {rule.todo}"),
        ):
            _check(rule.code, part)
    for name in ("verdict", "caution", "unknown"):
        for one in settings[name]:
            _check(name, Part(tuple(one.get("if", ())), one["text"]))
    return tuple(found)


def _check(code: str, part: Part) -> None:
    for condition in part.conditions:
        _parsed(condition)
    for _, name, spec, _ in _FORMAT.parse(part.text):
        if name is not None and name not in FACTS:
            raise KeyError(f"messages.toml, {code}: no fact {name!r}")
        if spec and spec not in _AGREED and spec.split(" ")[0] not in _FORMATS:
            raise KeyError(f"messages.toml, {code}: no format {spec!r}; a verb that agrees is a line of _AGREED")


def _each(given: Mapping[str, Any]) -> list[Rule]:
    if not given.get("subjects"):
        return [_rule(given, lambda text: text, given["theme"])]
    return [_rule(given, partial(_put, subject=subject), subject) for subject in SUBJECTS]


def _put(text: str, *, subject: str) -> str:
    return text.replace("*", subject)


def _rule(given: Mapping[str, Any], put: Callable[[str], str], theme: str) -> Rule:
    def parts(name: str) -> tuple[Part, ...]:
        return tuple(Part(tuple(map(put, one.get("if", ()))), put(one["text"])) for one in given.get(name, ()))

    code = given["code"] if given.get("theme") else f"{given['code']}_{theme}"
    return Rule(
        code,
        given["section"],
        theme,
        given["kind"],
        given["weight"],
        given.get("page", True),
        tuple(map(put, given["if"])),
        put(given["figure"]),
        put(given["text"]),
        parts("compare"),
        parts("so"),
        put(given.get("todo", "")),
        put(given.get("on", "")),
        given.get("plan", True),
        tuple(given.get("covers", ())),
        given.get("kept", given["kind"] == "alerte"),
        given.get("first", False),
        parts("same"),
        put(given.get("since", "")),
    )


_SETTINGS: dict[str, Any] = rules.toml("messages.toml")
RULES: tuple[Rule, ...] = _read(_SETTINGS)
