"""What a file is said to be, and the words of its account."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import polars as pl

from spaser import french
from spaser.vocabulary import FILLED, SEEN

#: What became of the lines of a list of suppliers, of a sheet of spending and of a programme, in the account's words.
LISTED = {
    "lus": "ligne lue",
    "retenus": "gardée",
    "repetes": "répétée",
    "sans_identifiant": "sans numéro",
    "invalides": "au numéro faux",
    "hors_liste": "hors sujet",
}
SPENT = {
    "lues": "ligne lue",
    "gardees": "gardée",
    "ecartees": "écartée",
    "totaux": "de total",
    "vides": "vide",
    "entetes_repetes": "de titres répétés",
}
PLANNED = {"lus": "ligne lue", "gardes": "à venir", "termines": "terminée", "rejetes": "écartée"}
FIXED = ("à venir", "sans numéro", "au numéro faux", "hors sujet", "de total", "de titres répétés")


@dataclass(frozen=True)
class Looked:
    """``kind`` what the file is, ``told`` what its reader says of it, ``filled`` FILLED, ``seen`` SEEN; ``problem`` when it is nothing known.

    ``how`` is the part of ``told`` that says how the kind was recognised, and counts nothing.
    """

    name: str
    kind: str
    told: tuple[str, ...] = ()
    filled: pl.DataFrame = field(default_factory=FILLED.empty)
    seen: pl.DataFrame = field(default_factory=SEEN.empty)
    problem: str | None = None
    how: tuple[str, ...] = ()


def of_sheet(row: dict[str, Any]) -> str:
    return f"feuille « {row['feuille']} » : " if row.get("feuille") else ""


#: What stands before the reason in the message of a line, and how many places are named.
_PLACE, _PLACES = r"^(?:Feuille « .*? », )?[Ll]igne \d+ : ", 3


def why(rejects: pl.DataFrame) -> tuple[str, ...]:
    """What was refused or doubted, each reason once, with how many lines and the first of them."""
    said = pl.col("niveau").is_in(["rejet", "doute"]) | (pl.col("regle") == "statut_inconnu")
    told = rejects.filter(said & pl.col("message").is_not_null()).with_columns(
        pl.col("message").str.replace(_PLACE, "")
    )
    groups = told.group_by("message", maintain_order=True).agg(
        n=pl.struct("source", "position").n_unique(), places=pl.col("position").drop_nulls().head(_PLACES)
    )
    return tuple(
        f"{french.count(n, 'ligne', none=False)} : {message[:1].lower()}{message[1:]}"
        + (f" (n° {', '.join(str(place) for place in places)}{'…' if n > len(places) else ''})" if places else "")
        for message, n, places in groups.sort("n", descending=True, maintain_order=True).rows()
    )


def lines(row: dict[str, Any], words: dict[str, str]) -> str:
    """« 1 504 lignes lues = 1 398 gardées + 28 répétées + 78 sans numéro »: the account of a table, its empty parts left out."""
    first, *others = words.items()
    parts = [
        f"{french.number(row[name])} {word if word in FIXED else french.plural(word, row[name])}"
        for name, word in others
        if row.get(name)
    ]
    return f"{french.count(row[first[0]], first[1], none=False)} = {' + '.join(parts) or '0 gardée'}"


def columns(name: str, nature: str, rows: pl.DataFrame) -> pl.DataFrame:
    """SEEN of records whose source has fields, not headings: each field of the kit and how many records fill it."""
    kept = [
        column for column in rows.columns if column not in ("source", "position", "feuille") and rows[column].count()
    ]
    return pl.DataFrame(
        [
            {
                "source": name,
                "nature": nature,
                "colonne": column,
                "sens": column,
                "lignes": rows.height,
                "remplies": rows[column].count(),
                "gardees": rows[column].count(),
            }
            for column in kept
        ],
        schema=SEEN.schema,
    )
