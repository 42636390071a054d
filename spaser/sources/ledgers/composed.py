"""Headings that no list of aliases has, read by their words, and headings written on two rows read as one.

« N° Siret du prestataire » is a word of number and a word of supplier: any such pair is read, whatever the order and the
little words (``[mots]`` and ``[[composes]]`` of ``ledger_columns.toml``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import polars as pl

from spaser import rules
from spaser.sources.ledgers.cells import Sheet
from spaser.text import fold

REFERENCE = "ledger_columns.toml"
LITTLE = ("du", "de", "le", "la", "les", "des", "d", "l")
_MORE = (*LITTLE, "a", "au", "aux", "en", "par", "pour", "et", "ou", "un", "une", "the", "of", "to")
#: Several words for one: a tax.
_SAID = (
    (re.compile(r"\b(?:t t c|toutes taxes(?: comprises)?|taxes comprises|tva (?:incluse|comprise)|incl(?:uding|\.)? (?:tax|vat))\b"), "ttc"),
    (re.compile(r"\b(?:h t|hors taxes?|hors tva|excl(?:uding)? (?:tax|vat))\b"), "ht"),
)  # fmt: skip
_YEAR = re.compile(r"(?:19|20)\d\d")
#: A cell that is a number, or holds one longer than a rank or other than a year.
_NUMBER = re.compile(
    r"^[^\w]*\d[\d\s.,'’\u00a0\u202f]*(?:\W|[kKM]?€|EUR|e|E[+-]?\d+)*$|(?<!\d)(?!(?:19|20)\d\d(?!\d))\d{3,}"
)


def read(heading: str, word: str, among: str | None = None) -> int | None:
    """How well a folded heading composes ``word`` (0 is best), or None; ``among``: only when a word of that set is there."""
    said = _words(heading)
    if not said or (among and not said & _set(among)):
        return None
    ranks = [rank for rule in rules.toml(REFERENCE)["composes"] if rule["mot"] == word for rank in [_rank(said, rule)]]
    return min((rank for rank in ranks if rank is not None), default=None)


def best(headings: Sequence[str], taken: Sequence[int], word: str, among: str | None = None) -> int | None:
    """The place of the heading that composes ``word`` best, the first of equals."""
    found = [
        (rank, place)
        for place, heading in enumerate(headings)
        if place not in taken and (rank := read(heading, word, among)) is not None
    ]
    return min(found)[1] if found else None


def tax(heading: str) -> str:
    """HT or TTC when the heading says one of them only."""
    said = _words(heading) & {"ht", "ttc"}
    return said.pop().upper() if len(said) == 1 else "inconnue"


def buyers(heading: str) -> bool:
    """Whether a heading names the buyer: « SIRET de la collectivité »."""
    return bool(_words(heading) & _set("acheteur"))


def _rank(said: set[str], rule: dict[str, Any]) -> int | None:
    if any(not said & _set(name) for name in rule["faut"]) or any(said & _set(name) for name in rule.get("jamais", ())):
        return None
    if "*" not in rule["peut"]:
        known = set().union(*(_set(name) for name in (*rule["faut"], *rule["peut"])))
        if any(word not in known and not ("an" in rule["peut"] and _YEAR.fullmatch(word)) for word in said):
            return None
    order: list[str] = rules.toml(REFERENCE)["mots"].get(rule.get("ordre"), [])
    # The number of the seat is not that of the establishment that is meant.
    return next((rank for rank, word in enumerate(order) if word in said), len(order)) + len(order) * ("siege" in said)


@cache
def _words(heading: str) -> set[str]:
    for form, word in _SAID:
        heading = form.sub(word, heading)
    return {word for word in heading.split() if word not in _MORE}


def _set(name: str) -> set[str]:
    return set(rules.toml(REFERENCE)["mots"].get(name, ()))


def on_one_row(sheet: Sheet, rank: int) -> Sheet | None:
    """The sheet whose row of headings ``rank + 1`` also says what stands above it: « Montant » over « HT | TTC »; None when it is no second row.

    A title that covers several columns is written in the first of them only.
    """
    if rank + 1 >= sheet.cells.height:
        return None
    above, under = (sheet.cells.select(sheet.columns).row(one) for one in (rank, rank + 1))
    if not _is_headings(above) or not _is_headings(under) or not any(under):
        return None
    titles, last = [], None
    for high, low in zip(above, under, strict=True):
        last = high or (last if low else None)
        titles.append(" ".join(filter(None, (last, low))) or None)
    frame = sheet.cells.with_row_index("_rang")
    for name, title in zip(sheet.columns, titles, strict=True):
        frame = frame.with_columns(_written(name, rank + 1, title))
    return replace(sheet, cells=frame.drop("_rang"))


def _written(name: str, rank: int, title: str | None) -> pl.Expr:
    return pl.when(pl.col("_rang") == rank).then(pl.lit(title, dtype=pl.String)).otherwise(name).alias(name)


def _is_headings(row: Sequence[str | None]) -> bool:
    """Words or years, no other number: what a row of headings holds."""
    cells = [cell for cell in row if cell]
    return bool(cells) and all(_YEAR.fullmatch(cell) or (fold(cell) and not _NUMBER.search(cell)) for cell in cells)
