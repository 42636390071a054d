"""The method, as tables written from the rules, the indicators and the assumptions themselves: nothing is copied by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import polars as pl

from spaser import french, rules
from spaser.deliverables.report import Column
from spaser.indicators.records import catalogue
from spaser.studies import law as facts
from spaser.widgets import tables

_TEXT = pl.String
_CONFIRM = rules.CONFIDENCES["a_confirmer"]


def law() -> tables.Shown:
    """Every fact of the law, as « spaser droit » prints it: text, value by date, how far it was checked, what tests it."""
    lines = [
        (
            french.capital(fact["nature"]),
            fact["cle"],
            fact["libelle"],
            fact["texte"],
            " ; ".join(facts.said(fact)),
            fact["verification"],
            fact["teste"],
        )
        for fact in facts.facts()
    ]
    names = {
        "nature": "Nature",
        "cle": "Clé (spaser droit)",
        "fait": "Fait",
        "texte": "Texte",
        "valeur": "Valeur, par date",
        "confiance": "Vérification",
        "teste": "Ce qui le teste",
    }
    counts = " ; ".join(f"{label} : {french.number(n)}" for label, n in facts.by_confidence().items())
    frame = _frame([tuple(french.typeset(text) for text in line) for line in lines], dict.fromkeys(names, _TEXT))
    return tables.show(
        frame,
        f"Le droit que le kit applique ({counts})",
        [Column(name, heading) for name, heading in names.items()],
        most=500,
    )


def to_confirm() -> tables.Shown:
    """The rules whose text was not checked on an official source."""
    lines = [
        line for key, rule in rules.toml("law.toml").items() if isinstance(rule, dict) for line in _dated(key, rule)
    ]
    kept = [line for line in lines if line[-1] == _CONFIRM]
    columns = [
        Column("regle", "Règle"),
        Column("depuis", "Depuis", "date"),
        Column("valeur", "Valeur"),
        Column("source", "Source"),
    ]
    schema = {"regle": _TEXT, "depuis": pl.Date, "valeur": _TEXT, "source": _TEXT, "confiance": _TEXT}
    return tables.show(_frame(kept, schema), "À confirmer avant de s'en servir", columns, most=500)


def choices(part: str = "") -> tables.Shown:
    """The choices of the method with their reasons; ``part`` keeps one table of ``method.toml`` (« score »)."""
    method = rules.toml("method.toml")
    entries = {part: method[part]} if part else method
    lines = [line for key, entry in entries.items() for line in _reasoned(key, entry)]
    columns = [Column("cle", "Choix (method.toml)"), Column("valeur", "Valeur"), Column("raison", "Pourquoi")]
    caption = f"Les choix de méthode : {part}" if part else "Les choix de méthode"
    return tables.show(_frame(lines, {"cle": _TEXT, "valeur": _TEXT, "raison": _TEXT}), caption, columns, most=500)


def indicators() -> tables.Shown:
    """Every indicator: its question, how to read it, what it cannot say, its basis."""
    lines = [(r.titre, r.question, r.lecture, r.prudence, r.base, r.regle) for r in catalogue().values()]
    names = {
        "titre": "Indicateur",
        "question": "Question",
        "lecture": "Comment le lire",
        "prudence": "Prudence",
        "base": "Base",
        "regle": "Règle",
    }
    columns = [Column(name, heading) for name, heading in names.items()]
    return tables.show(_frame(lines, dict.fromkeys(names, _TEXT)), "Les indicateurs", columns, most=500)


def families() -> tables.Shown:
    """What is assumed of each purchase family: who can supply it, how far a reservation or a clause is easy."""
    rows = rules.table("families.csv").sort("libelle")
    columns = [
        Column("libelle", "Famille d'achat"),
        Column("acteurs_ess", "Qui, dans l'ESS"),
        Column("potentiel_reservation", "Réservation"),
        Column("facilite_clause", "Clause"),
        Column("part_main_oeuvre", "Main-d'œuvre"),
        Column("confiance", "Confiance"),
    ]
    labour = pl.col("part_main_oeuvre").cast(pl.Float64, strict=False)
    shown = rows.with_columns(part_main_oeuvre=labour.map_batches(_shares, return_dtype=_TEXT))
    return tables.show(shown, "Ce qui est supposé de chaque famille d'achat", columns, most=500)


def checks() -> tables.Shown:
    """What is checked at reading, and what is said when it fails."""
    lines = [(key, str(entry.get("niveau", "")), _first(entry)) for key, entry in rules.toml("checks.toml").items()]
    columns = [Column("message", "Ce qui est dit"), Column("niveau", "Suite"), Column("regle", "Règle (rejets.csv)")]
    return tables.show(
        _frame(lines, {"regle": _TEXT, "niveau": _TEXT, "message": _TEXT}),
        "Les contrôles de lecture",
        columns,
        most=500,
    )


def _dated(key: str, rule: dict[str, Any]) -> Iterator[tuple[str, date, str, str, str]]:
    for entry in rule.get("values", []):
        confidence = rules.checked(rule | entry)
        unit = str(rule.get("unit", "")).replace("EUR", "€")
        yield rule.get("label", key), entry["since"], _value(entry, unit), entry.get("source", ""), confidence


def _reasoned(key: str, entry: Any) -> Iterator[tuple[str, str, str]]:
    if isinstance(entry, list):
        for item in entry:
            named = isinstance(item, dict) and item.get("name")
            yield from _reasoned(f"{key}.{named}" if named else key, item)
    elif isinstance(entry, dict):
        plain = {name: value for name, value in entry.items() if not isinstance(value, dict | list) or name == "values"}
        if "reason" in entry:
            yield key, french.typeset(_chosen(plain, str(entry.get("unit", "")).replace("EUR", "€"))), entry["reason"]
        for name, value in entry.items():
            if isinstance(value, dict) or (isinstance(value, list) and value and isinstance(value[0], dict)):
                yield from _reasoned(f"{key}.{name}", value)


#: The English names of ``method.toml`` as they are told; every other name of the file is French already.
_NAMES = {
    "value": "",
    "values": "",
    "label": "",
    "from": "à partir de",
    "minimum_contracts": "contrats, au moins",
    "minimum_digits": "chiffres, au moins",
    "deviations": "écarts absolus médians",
    "smallest_deviation": "plus petit écart",
    "factor": "facteur",
    "ceiling": "plafond",
    "share": "part",
    "tolerance": "tolérance",
    "incomplete_months": "mois incomplets",
    "incomplete_reason": "car",
    "pattern": "forme",
    "cut": "coupé à",
    "early": "annoncé tôt",
    "leading": "en tête",
    "numbered": "numéroté",
    "numbered_first": "numéroté d'abord",
    "post_code": "code postal",
    "days": "jours",
}
#: What only a pattern of words holds: nobody reads it in a table.
_PATTERN = re.compile(r"\(\?|\\[bsd]|\[[^\]]*\]|[a-z]\|[a-z]")


def _chosen(plain: dict[str, Any], unit: str) -> str:
    """What was chosen, its unit beside the value when one is named so, else after the last."""
    told = [_named(name, value) for name, value in plain.items() if name not in ("reason", "unit", "name")]
    at = [name for name in plain if name not in ("reason", "unit", "name")].index("value") if "value" in plain else -1
    if told and unit:
        told[at] = f"{told[at]} {unit}"
    return " ; ".join(told)


def _named(name: str, value: Any) -> str:
    shown = "un motif de mots (method.toml)" if isinstance(value, str) and _PATTERN.search(value) else _written(value)
    label = _NAMES.get(name, name.replace("_", " "))
    return f"{label} : {shown}" if label else shown


def _value(entry: dict[str, Any], unit: str) -> str:
    if entry.get("value") is None:
        rest = {name: value for name, value in entry.items() if name not in ("since", "source", "confidence", "note")}
        return french.typeset(" ; ".join(f"{name} : {_written(value)}" for name, value in rest.items()))
    return french.typeset(f"{_written(entry['value'])} {unit}".strip())


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, int | float):
        return french.number(value, 0 if float(value).is_integer() else 2)
    if isinstance(value, date):
        return french.short_date(value)
    if isinstance(value, list):
        return ", ".join(_written(item) for item in value)
    return str(value)


def _first(entry: dict[str, Any]) -> str:
    return next((str(entry[name]) for name in ("message", "texte", "label") if name in entry), "")


def _shares(values: pl.Series) -> pl.Series:
    return pl.Series([None if value is None else french.share(value, 0) for value in values], dtype=_TEXT)


def _frame(lines: list[Any], schema: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(lines, schema=schema, orient="row")
