"""How figures, dates and agreements are written in French, for every display.

Thousands are parted by a narrow no-break space, « % », « € », « : » and « ; » follow a no-break space, so that no line
ever breaks inside a figure. Files for machines never pass here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from spaser.text import stopped

THIN, NBSP, DASH, MINUS = "\u202f", "\u00a0", "–", "\u2212"
UNKNOWN_MARK = "inconnu"
MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
#: A year, in days.
_YEAR = 365
_SCALES = ((10**9, "Md€", 2), (10**6, "M€", 1), (10**3, "k€", 1))
_BROKEN = re.compile(r" (?=[;:!?»](?:[\s.,;:)\u00a0\u202f]|$))|(?<=«) |(?<=\d) (?=(?:[%€]|M€|k€|Md€)(?!\w))")
_SPACED = re.compile(r"(?<=\S)[ \u00a0\u202f]*(?=[;:!?»](?:[\s.,)\u00a0\u202f]|$))|(?<=\d)[ \u00a0\u202f]*(?=[%€])")


def number(value: float | int | Decimal, digits: int = 0) -> str:
    """A number with its decimals: ``number(1234.5, 1)`` is « 1 234,5 » (half rounds away from zero)."""
    exact = Decimal(str(value)).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    text = f"{abs(exact):,.{digits}f}".replace(",", THIN).replace(".", ",")
    return f"{MINUS}{text}" if exact < 0 else text


def significant(value: float, digits: int = 2) -> float:
    """A number kept to its first digits (4 126 is 4 100): an estimate promises no more."""
    exact = Decimal(str(value))
    return (
        float(exact.quantize(Decimal(1).scaleb(exact.adjusted() - digits + 1), rounding=ROUND_HALF_UP))
        if exact
        else 0.0
    )


def share(value: float | None, digits: int = 1) -> str:
    """A part of 0 to 1 as a percentage; what is not quite nothing, or not quite all, is never rounded to it."""
    if value is None:
        return UNKNOWN_MARK
    step = Decimal(1).scaleb(-digits)
    percent = Decimal(str(value)) * 100
    if 0 < percent < step / 2:
        return f"moins de {number(step, digits)}{NBSP}%"
    if 100 - step / 2 <= percent < 100:
        return f"plus de {number(100 - step, digits)}{NBSP}%"
    return f"{number(percent, 0 if percent in (0, 100) else digits)}{NBSP}%"


def share_range(low: float | None, high: float | None) -> str:
    """« de 12,0 % à 15,3 % », or the single share when both bounds are the same."""
    if low is None or high is None:
        return UNKNOWN_MARK
    first, last = share(low), share(high)
    return first if first == last else f"de {first} à {last}"


def euros(cents: int | None, digits: int = 2) -> str:
    """An amount in cents as euros: « 12 000,50 € »."""
    return UNKNOWN_MARK if cents is None else f"{number(Decimal(int(cents)) / 100, digits)}{NBSP}€"


def euros_short(cents: int | None) -> str:
    """An amount in cents, in its scale: « 3,2 M€ », « 1,05 Md€ »."""
    if cents is None:
        return UNKNOWN_MARK
    amount = Decimal(int(cents)) / 100
    for scale, unit, digits in _SCALES:
        if abs(amount) >= Decimal(scale) * Decimal("0.99995"):
            return f"{number(amount / scale, digits)}{NBSP}{unit}"
    return f"{number(amount)}{NBSP}€"


def long_date(day: date | None) -> str:
    """« 21 août 2026 », « 1er mars 2025 »."""
    if day is None:
        return UNKNOWN_MARK
    return f"{'1er' if day.day == 1 else day.day}{NBSP}{MONTHS[day.month - 1]} {day.year}"


def month(day: date) -> str:
    """« août 2026 »."""
    return f"{MONTHS[day.month - 1]}{NBSP}{day.year}"


def short_date(day: date | None) -> str:
    """« 21/08/2026 »."""
    return UNKNOWN_MARK if day is None else f"{day:%d/%m/%Y}"


def plural(word: str, n: float) -> str:
    """The words of a group agreed with a number: plural from two on (« 1,5 contrat », « 2 contrats notifiés »).

    Every word takes its mark: give the noun and its adjectives, never a complement (« contrats », then « de travail »).
    """
    return word if abs(n) < 2 else " ".join(_plural_word(part) for part in word.split(" "))


def count(n: int, word: str, *, feminine: bool = False, none: bool = True) -> str:
    """« aucun contrat », « 1 contrat », « 1 204 contrats » (« aucune » when the word is feminine)."""
    if n == 0 and none:
        return f"aucun{'e' if feminine else ''} {word}"
    return f"{number(n)}{NBSP}{plural(word, n)}"


def lapse(days: int) -> str:
    """A length of time as one says it: in days up to a year, then in years and months.

    Examples
    --------
    >>> [lapse(days).replace(NBSP, " ") for days in (1, 365, 366, 867, 1096)]
    ['1 jour', '365 jours', '1 an', '2 ans et 4 mois', '3 ans']
    """
    if days <= _YEAR:
        return count(days, "jour")
    years, left = divmod(days, _YEAR)
    months = left * 12 // _YEAR
    return count(years, "an") + (f" et {months}{NBSP}mois" if months else "")


def listing(items: Iterable[str]) -> str:
    """« a, b et c »; « a, b ; c » when a comma stands inside one of them."""
    items = list(items)
    if len(items) > 1 and any(", " in item for item in items):
        return " ; ".join(items)
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} et {items[-1]}" if items else ""


def sentence(text: str) -> str:
    """A sentence: capital first letter, final stop, no-break spaces where French asks for them."""
    return stopped(capital(typeset(text.strip())))


def closing(as_of: date, today: date | None = None, origin: str = "", last: date | None = None) -> str:
    """« Données arrêtées au 12 mars 2024, 10 jours avant le jour de lecture (22 mars 2024) »: both days, wherever one of them counts.

    ``last``: the last notification, when it is so much before that day that it must be said beside it.
    """
    return _closed(as_of, today, origin) + (f" ; dernier contrat notifié le {long_date(last)}" if last else "")


def _closed(as_of: date, today: date | None, origin: str) -> str:
    told = f"Données arrêtées au {long_date(as_of)}" + (f" ({origin})" if origin else "")
    if today is None:
        return told
    days = (today - as_of).days
    if not days:
        return told + ", le jour même"
    side = "avant" if days > 0 else "après"
    return f"{told}, {lapse(abs(days))} {side} le jour de lecture ({long_date(today)})"


#: A text that begins by the name of a file: « programme.csv : … ».
_FILE = re.compile(r"^\S+\.[a-z]{2,4}[0-9x]?(?![^\s,;:])")


def called(buyer: str) -> str:
    """How a buyer is called on a cover: a number is not a name, and is said for what it is.

    Examples
    --------
    >>> called("51901317100011").replace(NBSP, " "), called("Ville d'Aubrelle")
    ('Acheteur SIREN 519 013 171', "Ville d'Aubrelle")
    """
    if not re.fullmatch(r"\d{9}(\d{5})?", buyer):
        return buyer
    return f"Acheteur SIREN {siren(buyer)}"


def siren(number: str) -> str:
    """The nine digits of an organisation, by threes: « 519 013 171 »."""
    return NBSP.join((number[:3], number[3:6], number[6:9]))


def capital(text: str) -> str:
    """The first letter in capital, the others untouched; the name of a file is left as it is on the disk."""
    return text if _FILE.match(text) else text[:1].upper() + text[1:]


def low(text: str) -> str:
    """The first letter in lower case, the others untouched: a title within a sentence."""
    return text[:1].lower() + text[1:]


def typeset(text: str) -> str:
    """No-break spaces before double punctuation, « % » and « € », and inside quotation marks."""
    text = re.sub(r"«\s*", f"«{NBSP}", text)
    return _SPACED.sub(NBSP, text)


def unbroken(text: str) -> str:
    """The spaces that French keeps on one line, where they are written: words that others wrote gain no sign nor lose one.

    Examples
    --------
    >>> unbroken("Lot 1 : 30 % des « abris »; suite").replace(NBSP, "~")
    'Lot 1~: 30~% des «~abris~»; suite'
    """
    return _BROKEN.sub(NBSP, text)


def of(name: str) -> str:
    """« de Paris », « d'Ivry », for a name without article."""
    return f"d'{name}" if name[:1].lower() in "aàâeéèêiîoôuyœ" else f"de {name}"


def value(raw: Any, unit: str) -> str:
    """A cell as read by a person, according to its unit (see ``report.UNITS``); empty when null, unless Boolean."""
    if unit == "oui_non":
        return UNKNOWN_MARK if raw is None else "oui" if raw else "non"
    if raw is None:
        return ""
    writers: dict[str, Callable[[Any], str]] = {
        "entier": number,
        "part": share,
        "centime": euros,
        "somme": _whole_euros,
        "date": short_date,
        "point": number,
        "valeur": _plain_value,
    }
    if unit not in writers and isinstance(raw, float):  # no unit: still no point for a comma
        return _plain_value(raw)
    return writers[unit](raw) if unit in writers else unbroken(str(raw))


def _whole_euros(cents: int) -> str:
    return euros(cents, 0)


def _plain_value(raw: float) -> str:
    return number(raw, 0 if float(raw).is_integer() else 2)


def _plural_word(word: str) -> str:
    if word.endswith(("s", "x", "z")):
        return word
    return f"{word}x" if word.endswith(("eau", "eu")) else f"{word[:-2]}aux" if word.endswith("al") else f"{word}s"
