"""What the words of an amendment say of the sum it publishes: what it adds, what it takes away, or the new total."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from spaser import rules
from spaser.text import unaccented_expr
from spaser.vocabulary import CENT

DIFFERENCE, TOTAL = 1, 2
#: Each way of speaking and what it says, in the order in which they are believed when a text quotes the sum twice.
_SIGNS = {"moins": -DIFFERENCE, "plus": DIFFERENCE, "total": TOTAL}
_FIGURE = r"\d+(?:\.\d+)?"


def said(text: pl.Expr, amount: pl.Expr) -> pl.Expr:
    """What the wording of an amendment says of the sum it publishes: 1 more, -1 less, 2 a total, null nothing certain.

    Believed only where the text quotes that very sum: « plus-value : 1 680 € » beside 155 438,65 € speaks of something else. The
    words between the figure before and this one speak of it, the nearest first: « diminution de 20 000 €, nouveau montant
    80 000 € » says two things of two sums. Where they are silent, the rest of the text may speak, when it says one thing only.
    """
    words = rules.toml("contract_facts.toml")["avenants"]["mots"]
    plain = _plain(text, words)
    told = plain.str.extract_all("[^0-9]*" + _FIGURE)
    quoted = {
        sign: told.list.eval(pl.when(_introduced(pl.element(), words) == sign).then(_cents(pl.element())))
        .list.contains(amount.abs())
        .fill_null(False)
        for sign in _SIGNS.values()
    }
    elsewhere = {name: plain.str.contains(words[name]) for name in _SIGNS}
    alone = (
        pl.when(elsewhere["total"])
        .then(TOTAL)
        .when(elsewhere["moins"] & ~elsewhere["plus"])
        .then(-DIFFERENCE)
        .when(elsewhere["plus"] & ~elsewhere["moins"])
        .then(DIFFERENCE)
    )
    sign = pl.coalesce(*(pl.when(found).then(sign) for sign, found in quoted.items()), alone)
    return pl.when(told.list.eval(_cents(pl.element())).list.contains(amount.abs())).then(sign).cast(pl.Int8)


def _plain(text: pl.Expr, words: Mapping[str, Any]) -> pl.Expr:
    """The text without accents nor capitals, its sums in one run of digits; rates, days and numbers of acts are no sums."""
    plain = unaccented_expr(text).str.to_lowercase().str.replace_all(words["sans_valeur"], " ")
    for _ in range(2):
        plain = plain.str.replace_all(r"(\d)[\s\u202f\u00a0.](\d{3})\b", "${1}${2}")
    plain = plain.str.replace_all(r"(\d),(\d)", "${1}.${2}").str.replace_all(_FIGURE + r"[\s\u00a0\u202f]*%", " ")
    for found, instead in words["dits_autrement"]:
        plain = plain.str.replace_all(found, instead)
    return plain


def _introduced(told: pl.Expr, words: Mapping[str, str]) -> pl.Expr:
    """What the words before a figure say of it: its sign first, then « porté à », then the last word that says something."""
    before = told.str.extract("^([^0-9]*)")
    any_of = "|".join(words[name] for name in _SIGNS)
    last = before.str.extract(f"^.*((?:{any_of}).*)$")
    begun = pl.when(before.str.contains(r"\+\s*$")).then(DIFFERENCE).when(before.str.contains(r"(?:^|[\s(:])[-−]$"))
    chosen: Any = begun.then(-DIFFERENCE).when(before.str.contains(words["jusqu_a"])).then(TOTAL)
    for name in ("total", "moins", "plus"):
        chosen = chosen.when(last.str.contains(f"^(?:{words[name]})")).then(_SIGNS[name])
    return chosen.otherwise(None)


def _cents(told: pl.Expr) -> pl.Expr:
    figure = told.str.extract(f"({_FIGURE})$").cast(pl.Float64, strict=False)
    return (figure * CENT).round().cast(pl.Int64, strict=False)
