"""What came of it: the programme followed up and the meetings held, step by step, for the diagnostic that comes next."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from spaser.problems import Problem
from spaser.studies.acting import day, followup, sheets
from spaser.studies.acting.followup import Followed
from spaser.studies.diagnostic import Base
from spaser.studies.potential.programme import potential_of_programme, programme_of

SCHEMA = {
    "objet": pl.String,
    "etape": pl.String,
    "nombre": pl.Int64,
    "sur": pl.Int64,
    "inconnus": pl.Int64,
}
_PROGRAMME, _MEETINGS = "programme d'achat", "rencontres"
_LAUNCHED = ("lancé", "lancé, dit par vous", "attribué")


def outcomes(
    base: Base,
    buyer: str,
    *,
    programme: Sequence[str | Path] = (),
    registers: Sequence[str | Path] = (),
    books: Sequence[str | Path] = (),
) -> pl.DataFrame:
    """One row per step: ``objet, etape, nombre, sur, inconnus, part`` (the part of those whose answer is known).

    Parameters
    ----------
    base, buyer
        The contracts read, and the SIREN of the buyer.
    programme
        Its purchase programme, joined to what was published since.
    registers
        Lists of suppliers: with them each project has its advice.
    books
        Workbooks filled in by a person: the follow-up of the programme, of meeting days.

    Raises
    ------
    Problem
        A file cannot be read, or is no follow-up.
    """
    before, met = _told_apart(books)
    parts = [_met(day.follow_up(book)) for book in met]
    for one in programme:
        planned = potential_of_programme(one, list(registers)) if registers else programme_of(one)
        parts.append(steps(followup.follow(planned, base, before=before, buyer_siren=buyer), buyer))
    rows = pl.concat([pl.DataFrame(schema=SCHEMA), *parts])
    order = rows.select("objet", "etape").unique(maintain_order=True).with_row_index("_rang")
    total = rows.group_by("objet", "etape").agg(pl.col("nombre", "sur", "inconnus").sum())
    known = pl.when(pl.col("sur") > 0).then(pl.col("nombre") / pl.col("sur"))
    return order.join(total, on=["objet", "etape"], maintain_order="left").drop("_rang").with_columns(part=known)


def steps(result: Followed, buyer: str = "") -> pl.DataFrame:
    """How many of the purchases planned were advised, decided, launched, awarded; and the advice followed, where contracts can show it."""
    rows = result.projects
    if buyer:
        rows = rows.filter(pl.col("acheteur_siren") == buyer)
    n, advised = rows.height, rows["levier"].count()
    decided = rows.filter(pl.col("decision").is_not_null() | pl.col("levier_retenu").is_not_null()).height
    launched = rows.filter(pl.col("etat").is_in(_LAUNCHED)).height
    awarded = rows.filter(pl.col("etat") == "attribué")
    unsure = rows.filter(pl.col("etat") == "à vérifier").height
    asked = awarded.filter(pl.col("levier").is_not_null())
    known = asked["conseil_suivi"].count()
    told = [
        ("prévus", n, n, 0),
        ("avec un levier conseillé", advised, n, 0),
        ("décidés par écrit", decided, n, 0),
        ("lancés", launched, n - unsure, unsure),
        ("attribués", awarded.height, n - unsure, unsure),
        ("attribués comme conseillé", int(asked["conseil_suivi"].sum() or 0), known, asked.height - known),
    ]
    return pl.DataFrame([(_PROGRAMME, *line) for line in told if n], schema=SCHEMA, orient="row")


def _met(follow: pl.DataFrame) -> pl.DataFrame:
    """How many of the meetings planned were held, bid, won."""
    held, said = follow.filter(pl.col("rencontre").fill_null(False)), follow["rencontre"].count()
    told = [("prévues", follow.height, follow.height, 0), ("tenues", held.height, said, follow.height - said)]
    for name, step in (("a_repondu", "suivies d'une réponse"), ("a_gagne", "suivies d'un marché gagné")):
        known = held[name].count()
        told.append((step, int(held[name].sum() or 0), known, held.height - known))
    return pl.DataFrame([(_MEETINGS, *line) for line in told], schema=SCHEMA, orient="row")


def _told_apart(books: Sequence[str | Path]) -> tuple[str | Path | None, list[str | Path]]:
    """The last follow-up of the programme among these workbooks, and those of meeting days."""
    before, met = None, []
    for book in books:
        names = sheets.names(book)
        if {"programme", "publié"} <= names:
            before = book
        elif "suivi" in names:
            met.append(book)
        else:
            raise Problem(
                "Ce classeur n'est pas un suivi",
                where=Path(book).name,
                why="il n'a ni feuille « suivi », ni feuilles « programme » et « publié »",
                todo="Donnez le classeur de spaser matinale ou de spaser programme --suivi, rempli",
            )
    return before, met
