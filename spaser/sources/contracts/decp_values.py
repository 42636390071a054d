"""The values of a DECP record as tables want them: lists, holders, subcontracts, whatever the dialect that wrapped them."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable

#: Between the items of a list while it is one text.
SEPARATOR = "\x1f"
#: Names of parts of nested fields: an object with these only has no other spelling to look for.
_LEAVES = {"id", "nom", "code", "typeCode", "typeIdentifiant"}
_REGULAR_HOLDER = {"id", "typeIdentifiant"}


def as_list(value: object) -> list[str] | None:
    """A list field, however it is written: list, wrapped object, joined text, JSON or Python list in a text."""
    if value is None:
        return None
    if isinstance(value, str):
        written = literal(value)
        if written is None:
            return [part for part in re.split(r"\s*[,;|]\s*", value.strip()) if part] or None
        value = written
    return [text for item in flat(value) if (text := text_of(item)) is not None]


def joined(value: object) -> str | None:
    """A list field as one text; the regular forms first, because they are nearly all."""
    inner = value
    if type(value) is dict and len(value) == 1:
        (inner,) = value.values()
    if type(inner) is list:
        try:
            return SEPARATOR.join(inner)
        except TypeError:
            pass
    listed = as_list(value)
    return None if listed is None else SEPARATOR.join(listed)


def flat(value: object) -> Iterable[object]:
    """The leaves of nested lists and objects, in order."""
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list | tuple | set):
        return [value]
    if all(isinstance(item, str) for item in value):
        return value
    return [leaf_ for item in value for leaf_ in flat(item)]


def literal(text: str) -> object | None:
    """A list or an object written in a text, in JSON or as Python prints it; None when it is neither."""
    text = text.strip()
    if not text.startswith(("[", "{")) or len(text) > 100_000:
        return None
    try:
        return json.loads(text, parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        pass
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return None


def unwrapped(value: object, names: tuple[str, ...]) -> list[dict[str, object]]:
    """The objects of a list, whatever wraps them: nested lists, ``{"titulaire": …}``, JSON in a text."""
    if isinstance(value, str):
        value = literal(value)
    if isinstance(value, list | tuple):
        return [found for item in value for found in unwrapped(item, names)]
    if not isinstance(value, dict):
        return []
    for name in names:
        inner = item(value, name)
        if isinstance(inner, dict | list):
            return unwrapped(inner, names)
    return [value]


def holders(value: object) -> list[tuple[str | None, ...]] | None:
    """Holders as (identifier, type of identifier, name); None when the field is absent."""
    if value is None:
        return None
    if type(value) is list and len(value) == 1 and type(value[0]) is dict and len(value[0]) == 1:
        one = value[0].get("titulaire")
        if type(one) is dict and one.keys() == _REGULAR_HOLDER:
            return [(one["id"], one["typeIdentifiant"], None)]
    found = unwrapped(value, ("titulaire", "concessionnaire", "titulaires"))
    rows_ = [
        (
            text_of(item(h, "id")),
            text_of(item(h, "typeIdentifiant")),
            text_of(item(h, "denominationSociale", "denomination", "nom")),
        )
        for h in found
    ]
    return [row for row in rows_ if any(row)]


def subcontracts(value: object) -> list[tuple[str | None, ...]] | None:
    """Declared sub-contracts in the order of the vocabulary's fields; None when the field is absent or empty."""
    if not value:
        return None
    acts = unwrapped(value, ("acteSousTraitance", "actesSousTraitance"))
    return [
        (
            text_of(item(act, "id")),
            leaf(item(act, "sousTraitant"), "id", bare=True),
            leaf(item(act, "sousTraitant"), "typeIdentifiant"),
            *(text_of(item(act, name)) for name in ("montant", "dureeMois", "dateNotification")),
        )
        for act in acts
    ] or None


def item(record: dict[str, object], *names: str) -> object:
    for name in names:
        if record.get(name) is not None:
            return record[name]
    folded = {name.casefold() for name in names}
    for key, value in record.items():
        if isinstance(key, str) and key.strip().casefold() in folded and value is not None:
            return value
    return None


def leaf(value: object, name: str, *, bare: bool = False) -> str | None:
    """The text of one field of an object; a bare value stands for its identifier when ``bare``."""
    if type(value) is dict:
        return text_of(value[name]) if name in value else text_of(item(value, name)) if value.keys() - _LEAVES else None
    if isinstance(value, list) and value:
        return leaf(value[0], name, bare=bare)
    return text_of(value) if bare and not isinstance(value, list) else None


def text_of(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return ", ".join(text for item in flat(value) if (text := text_of(item))) or None
    return str(value)
