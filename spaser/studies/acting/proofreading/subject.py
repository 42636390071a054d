"""What the documents say is bought: their subject, the families it tells, and whether it is goods alone."""

from __future__ import annotations

import re

import polars as pl

from spaser import families, rules
from spaser.studies.acting.proofreading.reading import Lot

_SUBJECT = re.compile(
    r"\b(?:a pour objet|objet|intitule)\b ?:?(?: du marche| de la consultation| de l'accord-cadre)? ?:? ?([^.;\n]{4,200})"
)
#: A service that comes with the goods, and whose hours may be kept for insertion.
_SERVICE = re.compile(
    r"\b(?:poses?|installation|montage|maintenance|entretien|prestations?|services?|nettoyage|transport|travaux)\b"
)


def _subjects(lot: Lot) -> list[str]:
    return [one for text in lot.own for one in _SUBJECT.findall(text["plie"])]


def families_of(lot: Lot) -> list[str]:
    """The families of purchase that the subject tells; none when no subject is read."""
    read = _subjects(lot)
    if not read:
        return []
    said = families.of_words(pl.LazyFrame({"objet": read})).collect()
    return sorted(said["famille"].drop_nulls().unique())


def goods_alone(lot: Lot) -> bool:
    """Surely goods and nothing else: every family told is one of goods, and no service comes with them."""
    held = rules.toml("clauses/articles.toml")["natures"]["fournitures"]
    told = families_of(lot)
    return bool(told) and all(one in held for one in told) and not any(map(_SERVICE.search, _subjects(lot)))
