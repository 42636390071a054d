"""How notices of every journal write the same things: names of keys, lengths of time, kinds of notices, coded characters."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import Any

from spaser import text
from spaser.vocabulary.lists import LAUNCHING

#: Kinds of notices by the words that name them, the most telling first: « Résultat de marché » is an award, not a market.
KINDS = {
    "annulation": "annulation",
    "rectificatif": "rectificatif",
    "modification": "modification",
    "attribution": "attribution",
    "resultat": "attribution",
    "intentiondeconclure": "attribution",
    "intentionconclure": "attribution",
    "transparence": "attribution",
    "exante": "attribution",
    "preinformation": "preinformation",
    "periodique": "preinformation",
    "previsionnel": "preinformation",
    "concours": "concours",
    "appeloffre": "concurrence",
    "appeldoffre": "concurrence",
    "avisdemarche": "concurrence",
    "aapc": "concurrence",
    "appelpublic": "concurrence",
    "concurrence": "concurrence",
    "avisdeconcession": "concurrence",
    "delegation": "concurrence",
    "qualification": "concurrence",
    "initial": "concurrence",
}
_DAYS = {"DAY": 1.0, "WEEK": 7.0, "MONTH": 365.25 / 12, "YEAR": 365.25}


def fold(name: str, *, spaces: bool = False) -> str:
    """Letters and digits only, without case or accents: « Référence (marché) » → ``referencemarche``."""
    return text.fold(name) if spaces else text.fold(name).replace(" ", "")


def kind(*said: Any) -> str | None:
    """The kind of a notice from what names it (nature, label, type); the first words that tell win, null when none does."""
    for one in said:
        words = one if isinstance(one, list) else [one]
        for word in (fold(str(word)) for word in words if word):
            found = next((known for start, known in KINDS.items() if start in word), None)
            if found:
                return found
    return None


def agreed(first: str | None, second: str | None) -> str | None:
    """One kind from two sayings: what launches nothing wins over what launches."""
    if first in LAUNCHING and second is not None and second not in LAUNCHING:
        return second
    return first or second


def months(length: str | float | None, unit: str) -> int | None:
    """A length of time in whole months, one at the least; null when it is no number."""
    found = re.search(r"\d+(?:[.,]\d+)?", str(length or ""))
    days = _DAYS.get(unit.upper())
    if not found or days is None:
        return None
    value = float(found[0].replace(",", ".")) * days / _DAYS["MONTH"]
    return max(round(value), 1) if 0 < value < 1200 else None


def decoded(value: Any) -> Any:
    """Texts with their coded characters read (« recycl&#233; », « &amp;eacute; »), lists and dictionaries through and through."""
    if isinstance(value, str):
        for _ in range(2):
            if "&" not in value:
                break
            value = html.unescape(value)
        return value
    if isinstance(value, dict):
        return {key: decoded(one) for key, one in value.items()}
    return [decoded(one) for one in value] if isinstance(value, list) else value


#: Beside an amount, figures that are none.
_NO_AMOUNT = re.compile(r"tva|taux|annee|date|nombre|^nb|duree|devise")


def amounts(leaves: Iterable[tuple[str, str]]) -> list[str]:
    """The different figures that stand for an amount among the keys and texts of its block."""
    return list(dict.fromkeys(text for key, text in leaves if re.search(r"\d", text) and not _NO_AMOUNT.search(key)))
