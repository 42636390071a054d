"""The durations that the documents give to the contract, renewals included, and whether the documents agree."""

from __future__ import annotations

import re
from typing import Any

from spaser import french
from spaser.studies.acting.proofreading.reading import CLASHES, COHERENCE, Lot, lots_told, places, row

_WORDS = {
    "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8, "neuf": 9, "dix": 10,
    "douze": 12, "quinze": 15, "dix-huit": 18, "vingt-quatre": 24, "trente-six": 36, "quarante-huit": 48, "soixante": 60,
}  # fmt: skip
_COUNT = rf"(?:\d{{1,3}}|{'|'.join(sorted(_WORDS, key=len, reverse=True))})"
_LENGTH = rf"(?P<n>{_COUNT})\b(?: ?\([\w -]+\))? ?(?P<u>mois|ans?|annees?)\b"
#: What a number of months beside the word « durée » may be instead of the duration of the contract.
_OTHER = r"(?:(?!garanti|validite|preavis|delai|paiement|conserv|essai|reconduc|periode)[^.;\n])"
_THING = r"(?:present )?(?:marche|accord-cadre|contrat|lot)s?\b"
_KIND = r"(?:totale |maximale |globale |initiale |ferme )*"
_CONTRACT = (
    re.compile(
        rf"\bduree {_KIND}(?:d'execution )?(?:du |de l'|des |de ce |de chaque ){_THING}{_OTHER}{{0,60}}?\b{_LENGTH}"
    ),
    re.compile(
        rf"\b{_THING}(?:(?!reconduc|renouvel)[^.;\n]){{0,40}}? pour une (?:duree|periode) {_KIND}(?:de |d'){_LENGTH}"
    ),
    re.compile(rf"\bduree ?(?::|[–-]) ?{_LENGTH}"),
    re.compile(rf"\bduree ?\n(?:le )?{_LENGTH}"),
)
_RENEWED = re.compile(rf"(?:reconductible|renouvelable|reconduit|renouvele)\w*[^.;\n]{{0,40}}?\b(?P<k>{_COUNT}) fois")
_PERIOD = re.compile(
    rf"(?:(?:periode|reconduction|duree)s? (?:successives? |supplementaires? )?(?:de |d')|fois,? (?:pour |par |de )?){_LENGTH}"
)
_INCLUDED = re.compile(r"(?:reconductions?|periodes?|renouvellements?) (?:eventuelles? )?(?:comprises?|incluse?s?)")


def _months(found: re.Match[str]) -> int:
    said = found["n"]
    return _number(said) * (1 if found["u"] == "mois" else 12)


def _number(said: str) -> int:
    return int(said) if said.isdigit() else _WORDS[said]


def durations(text: str) -> set[int]:
    """The months that a folded paragraph gives to the contract: the first period, and the whole with its renewals."""
    found = [one for pattern in _CONTRACT for one in pattern.finditer(text)]
    lengths = {_months(one) for one in found}
    again = _RENEWED.search(text)
    if not lengths or not again or _INCLUDED.search(text):
        return lengths
    period = _PERIOD.search(text, again.start())
    first = max(lengths)
    return lengths | {first + _number(again["k"]) * (_months(period) if period else first)}


def read(lot: Lot) -> list[tuple[dict[str, Any], set[int]]]:
    """The paragraphs of a lot that give a duration, with it."""
    return [(text, found) for text in lot.own if (found := durations(text["plie"]))]


def longest(lot: Lot) -> int | None:
    """The longest duration read for a lot, renewals included."""
    return max((months for _, found in read(lot) for months in found), default=None)


def check(lot: Lot, over: bool | None) -> list[dict[str, Any]]:
    """Documents that give durations with nothing in common; paragraphs of several lots are not confronted."""
    by_document: dict[str, set[int]] = {}
    kept = [(text, found) for text, found in read(lot) if len(set(lots_told(text["plie"]))) < 2]
    if len({number for text, _ in kept for number in lots_told(text["plie"])}) > 1:
        return []
    for text, found in kept:
        by_document.setdefault(text["document"], set()).update(found)
    values = list(by_document.values())
    if all(one & other for rank, one in enumerate(values) for other in values[:rank]):
        return []
    told = french.listing(
        f"{french.listing(str(month) for month in sorted(found))} mois ({document})"
        for document, found in by_document.items()
    )
    return [
        row(
            "durée",
            CLASHES,
            f"Durées différentes selon les pièces : {told}.",
            COHERENCE,
            at=places([t for t, _ in kept]),
        )
    ]
