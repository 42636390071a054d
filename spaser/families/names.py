"""The trades that a name or a sign says: « Blanchisserie du Moulin », « Régie de quartier »."""

from __future__ import annotations

import polars as pl

from spaser import rules
from spaser.families.purchase import _plain


def trades(names: pl.LazyFrame, column: str = "nom") -> pl.LazyFrame:
    """One row per distinct name and family that its words say (``trade_words.csv``): the column, ``famille``.

    A name may say several trades; one that says none has no row. The words of a cause (``cause_words.csv``: « les restaurants du
    cœur », « gens du voyage ») say none: the rest of the name is read.
    """
    words = rules.table("trade_words.csv")
    distinct = names.select(column).drop_nulls().unique().with_columns(_plain=_trading(_plain(column)))
    said = [
        distinct.filter(pl.col("_plain").str.contains(rf"(?-u)\b(?:{pattern})")).select(column, famille=pl.lit(family))
        for family, pattern in zip(words["famille"], words["motif"], strict=True)
    ]
    return pl.concat(said)


def _trading(plain: pl.Expr) -> pl.Expr:
    """The plain name without the words of a cause."""
    causes = "|".join(rules.table("cause_words.csv")["motif"])
    return plain.str.replace_all(rf"\b(?:{causes})", " ")
