"""Certain words of a subject against a fine CPV: when they disagree, nobody says the family.

Plain words of a subject are right about as often as a fine CPV (see ``purchase``) and never contradict one; those of
``reference/certain_words.csv`` name the thing bought beyond doubt, with the families in which they may honestly be found; ``malgre``:
beyond doubt even where the subject also says a word of the family of its code (« animation » about plants is not gardening).
"""

from __future__ import annotations

import polars as pl

from spaser import rules
from spaser.text import fold_expr


def contradicted(texts: pl.LazyFrame, column: str = "objet", family: str = "famille") -> pl.LazyFrame:
    """The distinct (text, family) pairs that contradict each other, with ``contredit`` true.

    A subject that also says a word of the family of its code is not contradicted: « construction d'une école, lot mobilier ».
    """
    plain, said = pl.col("_plain"), pl.col(family)
    sure, words = rules.table("certain_words.csv"), rules.table("family_words.csv")
    against = {
        strong: [
            plain.str.contains(_bounded(motif)) & ~said.is_in(allowed.split("|"))
            for motif, allowed, despite in zip(sure["motif"], sure["familles"], sure["malgre"], strict=True)
            if (despite == "oui") == strong
        ]
        for strong in (False, True)
    }
    own = [
        (said == name) & plain.str.contains(_bounded(motif))
        for name, motif in zip(words["famille"], words["motif"], strict=True)
    ]
    distinct = texts.select(column, family).drop_nulls().unique().with_columns(_plain=fold_expr(pl.col(column)))
    weak = pl.any_horizontal(against[False]) & ~pl.any_horizontal(own)
    doubted = distinct.filter(weak | pl.any_horizontal(against[True]))
    return doubted.select(column, family, contredit=pl.lit(True))


def _bounded(motif: str) -> str:
    return rf"(?-u)\b(?:{motif})"
