"""Values of the official closed lists, recognised whatever their case, accents, apostrophes or damage.

A value is compared by its letters alone. For each legal value every way of losing its accents is known beforehand, so
that « Procédure adaptée », « PROCEDURE_ADAPTEE » and « Proc?dure adapt?e » meet, in one pass over the column.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import product

import polars as pl

from spaser import rules, vocabulary

#: The mark « INX » (inconnu de la liste) the ministry's consolidation puts before an invalid value, entities, the rest.
_NOT_LETTERS = r"^\s*inx[ _]+|&(?:amp;)?#?\w+;|[^a-z]"
_NOT_LETTERS_IN_LIST = r"\binx[ _]+|&(?:amp;)?#?\w+;|[^a-z|]"
_FOLDED = str.maketrans("àâäçéèêëîïôöùûüÿ", "aaaceeeeiioouuuy")
_PAD = pl.lit("|")


def one(column: pl.Expr, name: str) -> pl.Expr:
    """The official value, or null when the text is missing or not in the list."""
    table = _readings(name)
    key = column.str.to_lowercase().str.replace_all(_NOT_LETTERS, "")
    return key.replace_strict(list(table), list(table.values()), default=None, return_dtype=pl.String)


def one_doubt(column: pl.Expr, value: pl.Expr) -> pl.Expr:
    """True where something was written that is neither a legal value nor a mark of absence."""
    return value.is_null() & column.is_not_null() & ~missing(column)


def missing(column: pl.Expr) -> pl.Expr:
    """True where the text only says that the information is missing (« NC », « MQ », « - »…)."""
    return column.str.to_lowercase().str.replace_all(r"[^a-z0-9à-ÿ]", "").is_in(_missing_keys())


def parted(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """The values of a list field in one text, double bars between them."""
    return column.list.join("||") if isinstance(dtype, pl.List) else column.str.replace_all(r"\s*[,;|\n]\s*", "||")


def keys(parts: pl.Expr) -> pl.Expr:
    """The letters of each value of a list field, every value between bars: ``|clausesociale||critresocial|``."""
    letters = parts.str.to_lowercase().str.replace_all(_NOT_LETTERS_IN_LIST, "")
    return pl.concat_str([_PAD, letters, _PAD])


def many(key: pl.Expr, name: str) -> pl.Expr:
    """The legal values of a list field joined by « , » in the official order, without duplicates; null when none."""
    spelled: dict[str, list[str]] = {}
    for letters, value in _readings(name).items():
        spelled.setdefault(value, []).append(f"|{letters}|")
    legal = [value for value in vocabulary.CLOSED_LISTS[name] if value in spelled]
    text = pl.concat_str(
        [pl.when(_has(key, spelled[value])).then(pl.lit(value)) for value in legal], separator=", ", ignore_nulls=True
    )
    return pl.when(text != "").then(text)


def many_doubt(key: pl.Expr, name: str) -> pl.Expr:
    """True where a list field holds something that is neither a legal value nor a mark of absence."""
    known = sorted({*_readings(name), *_missing_letters()}, key=lambda letters: (-len(letters), letters))
    rest = key.str.replace_all(rf"\|(?:{'|'.join(re.escape(letters) for letters in known)})?\|", "")
    return rest != ""


def _has(key: pl.Expr, spellings: list[str]) -> pl.Expr:
    return key.str.contains("|".join(re.escape(spelling) for spelling in sorted(spellings)))


@cache
def _readings(name: str) -> dict[str, str]:
    """The letters of each accepted reading of a list, old values included, with the official value it means."""
    aliases = rules.toml("value_aliases.toml").get(name, {})
    official = {value: value for value in vocabulary.CLOSED_LISTS[name]}
    return {letters: value for text, value in (official | aliases).items() for letters in _letters(text)}


def _letters(text: str) -> set[str]:
    """The readings of a text by its ASCII letters: each accented letter folded, or lost."""
    ways = [_ways(character) for character in text.lower()]
    return {"".join(way) for way in product(*ways)}


def _ways(character: str) -> tuple[str, ...]:
    if character == "œ":
        return ("", "oe")
    folded = character.translate(_FOLDED)
    return ("", folded) if folded != character else (character if "a" <= character <= "z" else "",)


@cache
def _missing_keys() -> list[str]:
    values = rules.toml("value_aliases.toml")["missing"]["values"]
    return sorted({"", *(re.sub(r"[^a-z0-9à-ÿ]", "", value.lower()) for value in values)})


@cache
def _missing_letters() -> set[str]:
    """The same marks by their ASCII letters, as ``keys`` writes them."""
    return {letters for value in rules.toml("value_aliases.toml")["missing"]["values"] for letters in _letters(value)}
