"""The law as a list of facts: text, whom it binds, value by date, how far it was checked, what the kit tests it with.

Every line comes from ``reference/law.toml``, ``reference/lever_law.toml`` and ``reference/siae_types.csv``: nothing is said of the
law anywhere else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import polars as pl

from spaser import french, rules
from spaser.problems import Problem, closest

#: Each part of the law, and its name.
PARTS = {
    "threshold": "seuil ou taux",
    "duties": "obligation",
    "reservations": "réservation",
    "reminders": "à savoir",
    "facts": "fait",
    "targets": "cible",
    "levers": "levier",
    "private": "acheteur privé",
    "structures": "type de structure",
}
#: What reads each dated value that no duty names.
READERS = {
    "publication_threshold": "obligation decp-publication ; population au-dessus du seuil",
    "publication_threshold_option": "obligation decp-publication (liste annuelle)",
    "advertising_threshold": "question sur les avis des contrats de date incertaine",
    "dispense_threshold_goods": "question sur les marchés sans concurrence ; obligation decp-publication",
    "dispense_threshold_works": "question sur les marchés sans concurrence ; obligation decp-publication",
    "egalim_quality_share": "obligation egalim-50-20",
    "egalim_organic_share": "obligation egalim-50-20",
    "egalim_meat_fish_share": "obligation egalim-50-20",
}
LAST = "dernier jour"
#: The tables of the law that state a fact, without dated values.
_STATED = ("duties", "reservations", "reminders", "facts", "targets", "private")
_EUROPEAN = (
    "obligations au seuil européen : climat-clause-sociale-seuils, climat-concession-clause-sociale, energie-sobriete"
)
_UNTESTED = "rien : à vérifier par l'acheteur"
_OUTSIDE = "acheteurs que le code ne lie pas, quand leur mission le dit (soumis_au_code = false)"
_BOUND = "acheteurs soumis au code de la commande publique"
_ARTICLE = re.compile(r"^\s*(?:ccp|code|art(?:icle)?\.?)?\s*([LRD])\s*\.?\s*\*?\s*(\d[\d-]*)\s*$", re.IGNORECASE)
Fact = dict[str, Any]


def facts() -> list[Fact]:
    """Every fact of the law: ``cle, nature, libelle, qui, texte, valeurs, confiance, verification, source, teste, note, mots``.

    ``qui`` is whom it binds or serves; ``valeurs`` are pairs (day, words), oldest first; ``confiance`` is the key of
    ``rules.CONFIDENCES``; ``mots`` are other words that find the fact.
    """
    law = rules.toml("law.toml")
    dated = [_of_value(key, rule) for key, rule in law.items() if isinstance(rule, dict) and "values" in rule]
    stated = [_stated(part, key, rule) for part in _STATED for key, rule in law[part].items()]
    levers = rules.toml("lever_law.toml")
    return [
        *dated,
        *stated,
        *(_lever(key, rule | {"checked_on": levers["checked_on"]}) for key, rule in levers["levers"].items()),
        *(_structure(row) for row in rules.table("siae_types.csv").iter_rows(named=True)),
    ]


def counted() -> pl.DataFrame:
    """How many facts of each part stand at each confidence: a dated value counts once per value, an exclusion once."""
    law = rules.toml("law.toml")
    rows = [
        ("threshold", value.get("confidence", rule.get("confidence", "a_confirmer")))
        for rule in law.values()
        if isinstance(rule, dict)
        for value in rule.get("values", [])
    ]
    rows += [
        (part, one["confidence"])
        for part in _STATED
        for rule in law[part].values()
        for one in (rule, *rule.get("exclusions", []))
    ]
    rows += [("levers", rule["confidence"]) for rule in rules.toml("lever_law.toml")["levers"].values()]
    rows += [("structures", level) for level in rules.table("siae_types.csv")["confiance"]]
    return (
        pl.DataFrame(rows, schema=["nature", "confiance"], orient="row")
        .with_columns(pl.col("nature").replace(PARTS), verification=pl.col("confiance").replace(rules.CONFIDENCES))
        .group_by("nature", "confiance", "verification", maintain_order=True)
        .agg(faits=pl.len().cast(pl.Int64))
    )


def by_confidence() -> dict[str, int]:
    """How many facts stand at each confidence, in words, the surest first."""
    counts = counted().group_by("confiance").agg(pl.col("faits").sum())
    numbers = dict(zip(counts["confiance"], counts["faits"], strict=True))
    return {label: numbers[key] for key, label in rules.CONFIDENCES.items() if key in numbers}


def search(text: str) -> list[Fact]:
    """The facts that a word names: a key, an article (« L2112-2 », « R. 2122-8 »), else words of a label.

    Raises
    ------
    Problem
        None is found: the closest key is told.
    """
    known = facts()
    key = text.strip().casefold().replace("_", "-")
    named = [fact for fact in known if fact["cle"].casefold() == key]
    article = _ARTICLE.match(text)
    if not named and article:
        number = re.compile(rf"(?<![\w-]){article[1].upper()}{re.escape(article[2])}(?![\w]|-\d)")
        named = [fact for fact in known if number.search(f"{fact['texte']} {fact['source']} {fact['note']}")]
    if not named and not article:
        wanted = text.strip().casefold()
        named = [fact for fact in known if wanted and wanted in fact["mots"].casefold().split()] or [
            fact for fact in known if wanted and wanted in f"{fact['cle']} {fact['libelle']}".casefold()
        ]
    if named:
        return named
    hint = closest(text, [fact["cle"] for fact in known])
    raise Problem(
        f"Rien dans le droit du kit ne répond à « {text.strip()} »",
        todo=hint
        or "Donnez un article (L2112-2, R2122-8), une obligation (spaser-adoption) ou un mot (réserv) ; « spaser droit » seul les liste",
    )


def private_facts() -> pl.LazyFrame:
    """What concerns a buyer that the code does not bind: ``cle, libelle, valeur, texte, levier, verification``."""
    rows = [
        {
            "cle": key,
            "libelle": rule["label"],
            "valeur": rule["value"] + (f" {rule['note']}" if "note" in rule else ""),
            "texte": rule["legal"],
            "levier": rule.get("lever", False),
            "verification": rules.checked(rule),
            "source": rule["source"],
        }
        for key, rule in rules.toml("law.toml")["private"].items()
    ]
    return pl.LazyFrame(rows)


def _fact(part: str, key: str, rule: Fact, **known: Any) -> Fact:
    return {
        "cle": f"prive-{key}" if part == "private" else rule.get("name", key.replace("_", "-")),
        "nature": PARTS[part],
        "libelle": french.capital(rule.get("label", key)),
        "qui": _who(part, rule),
        "mots": key if "_" in key else "",
        "texte": rule.get("legal", ""),
        "valeurs": [],
        "confiance": rule.get("confidence", "a_confirmer"),
        "verification": rules.checked(rule),
        "source": rule.get("source", ""),
        "lu_le": rule.get("checked_on"),
        "teste": _UNTESTED,
        "note": rule.get("note", ""),
    } | known


def _of_value(key: str, rule: Fact) -> Fact:
    """A dated value: each of its values, with how far each was checked."""
    unit = rule.get("unit", "").replace("EUR", "€")
    each = [
        (value["since"], f"{_written(value.get('value'), unit)} ({rules.checked(rule | value)} ; {value['source']})")
        for value in rule["values"]
    ]
    users = [name for name, duty in rules.toml("law.toml")["duties"].items() if duty.get("threshold") == key]
    tested = (
        _EUROPEAN
        if key.startswith("eu_threshold")
        else f"obligation {', '.join(users)}"
        if users
        else READERS.get(key, _UNTESTED)
    )
    # The source and the confidence shown are those of the value in force when the code was read, never of one still to come.
    version = rules.toml("law.toml")["reading"]["version"]
    told = [value for value in rule["values"] if value.get("value") is not None]
    last = next((value for value in reversed(told) if value["since"] <= version), told[0])
    return _fact("threshold", key, rule | last, texte=last["source"], valeurs=each, teste=tested)


def _stated(part: str, key: str, rule: Fact) -> Fact:
    """A duty, a base of reservation, a reminder, a plain fact, a target."""
    tested = {
        "duties": rule.get("test"),
        "reservations": "fondements possibles des marchés réservés",
        "targets": "trajectoire vers la cible",
    }.get(part)
    return _fact(
        part, key, rule, valeurs=_period(rule), teste=rule.get("tested") or tested or _UNTESTED, note=_notes(rule)
    )


def _period(rule: Fact) -> list[tuple[date | None, Any]]:
    """What holds from each day, oldest first: the value where there is one, else whether it holds; then its last day, its threshold."""
    value = rule.get("value")
    told = rule.get("share") or (value if isinstance(value, str) else french.share(value) if value is not None else "")
    since, until, ends = (rule.get(name) for name in ("since", "until", "ends"))
    version = rules.toml("law.toml")["reading"]["version"]
    state = "à venir" if isinstance(since, date) and since > version else "en vigueur"
    if isinstance(until, date) and until < version:
        state = f"n'est plus en vigueur depuis le {french.short_date(until + timedelta(days=1))}"
    period: list[tuple[date | None, Any]] = [(None, told)] if told else []
    if isinstance(since, date):
        period = [(since, told or state)]
    period += [(last, LAST) for last in (until, ends) if isinstance(last, date)]
    threshold = rules.toml("law.toml").get(rule.get("threshold", ""))
    if threshold:
        period += [(day, f"{threshold['label']} : {words}") for day, words in _of_value("", threshold)["valeurs"]]
    return period


def _notes(rule: Fact) -> str:
    """What tempers a fact, then what it leaves out and what lets one decide otherwise."""
    named = ("since_note", "doubt_note", "observable_note", "announce", "note", "baseline")
    notes = [rule.get(name, "") for name in named]
    notes += [f"compté sur : {rule['denominator']}"] if "denominator" in rule else []
    notes += [one["label"] if "state" in one else f"exclu : {one['label']}" for one in rule.get("exclusions", [])] + [
        one["label"] for one in rule.get("options", [])
    ]
    return " ; ".join(note for note in notes if note)


def _lever(key: str, rule: Fact) -> Fact:
    note = f"À demander : {rule['ask']} Ce n'est pas : {rule['never']}."
    return _fact(
        "levers",
        key,
        rule,
        valeurs=[(None, rule["data"])],
        source=rule["legal"],
        note=note,
        teste=_tested(key),
    )


def _tested(lever: str) -> str:
    """The columns that the ladder of levers looks at for a lever; nothing when no rung of it reads a column."""
    ladder = rules.toml("levers.toml")
    looked = dict.fromkeys(
        condition["column"]
        for rung in [*ladder["rungs"], *ladder["private"]]
        if rung.get("law", rung["code"]) == lever
        for condition in [*rung.get("conditions", []), *(one for group in rung.get("any", []) for one in group)]
    )
    names = [
        ladder["columns"][column]["label"] if column in ladder["columns"] else column.replace("_", " ")
        for column in looked
    ]
    return f"échelle des leviers (spaser potentiel) : {' ; '.join(names)}" if names else _UNTESTED


def _structure(row: dict[str, str | None]) -> Fact:
    """A kind of inclusive structure: what it is, whether a contract may be reserved to it, until when when it is dated."""
    said = {name: value or "" for name, value in row.items()}
    until = date.fromisoformat(said["jusqua"]) if said["jusqua"] else None
    values: list[tuple[date | None, str]] = [(None, f"marché réservé : {said['marche_reserve']}")]
    values += [(until, LAST)] if until else []
    after = "" if until is None else f" ; après le {french.short_date(until)} : à confirmer, ni oui ni non"
    rule = {"label": f"{said['libelle']} ({said['code']})", "confidence": said["confiance"]}
    return _fact(
        "structures",
        said["code"],
        rule,
        texte=said["reference_legale"] if said["reference_legale"] != "—" else "",
        source=said["jusqua_source"] or said["reference_legale"],
        valeurs=values,
        mots=f"structures structure {'siae' if said['siae'] == 'oui' else ''} {said['famille']}",
        teste="listes de fournisseurs lues (spaser registre) ; fondements possibles des marchés réservés",
        note=f"{said['definition']}{after}",
    )


def _who(part: str, rule: Fact) -> str:
    """Whom a fact binds or serves; empty for a value, which the duties that read it bind."""
    match part:
        case "duties":
            return rule["who"] if rule.get("private") else f"{rule['who']} ; pas un acheteur que le code ne lie pas"
        case "reservations" | "reminders":
            return rule.get("who", _BOUND)
        case "private":
            return _OUTSIDE
        case "levers":
            return _OUTSIDE if rule.get("private") else rule.get("who", _BOUND)
        case _:
            return rule.get("who", "")


def _written(value: Any, unit: str) -> str:
    return "valeur pas encore connue" if value is None else f"{french.number(value)} {unit}".strip()


def said(fact: Fact) -> list[str]:
    """The values of a fact in words, each with its day."""
    told = []
    for day, words in fact["valeurs"]:
        when = (
            "" if day is None else f"jusqu'au {french.short_date(day)}" if words == LAST else f"{rules.since(day)} : "
        )
        told.append(when if words == LAST else f"{when}{words}")
    return told


def lines(found: list[Fact]) -> Iterator[str]:
    """Facts as plain lines of a terminal."""
    for fact in found:
        yield f"{fact['libelle']}"
        yield f"  {fact['nature']} : {fact['cle']}"
        yield from (f"  qui : {fact['qui']}" for _ in range(bool(fact["qui"])))
        yield from (f"  texte : {fact['texte']}" for _ in range(bool(fact["texte"])))
        yield from (f"  {told}" for told in said(fact))
        read = f" (relevé du {french.short_date(fact['lu_le'])})" if fact["lu_le"] else ""
        yield f"  vérification : {fact['verification']}{read}"
        yield from (
            f"  source : {fact['source']}" for _ in range(bool(fact["source"] and fact["source"] != fact["texte"]))
        )
        yield f"  ce qui le teste : {fact['teste']}"
        yield from (f"  à savoir : {fact['note']}" for _ in range(bool(fact["note"])))
        yield ""
