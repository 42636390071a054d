"""What limits the book of a territory, said before it is used: trades that nothing says, lists too old or without a date."""

from __future__ import annotations

from datetime import date

import polars as pl

from spaser import french, rules
from spaser.studies.territory.book import UNKNOWN, Book


def warned(book: Book) -> str:
    """The share of structures whose trade nothing says, then the age of the lists."""
    every, lost = book.named.height, book.named.filter(chapitre=UNKNOWN).height
    if not lost:
        return aged(book)
    part = f"{french.number(lost)} sur {french.number(every)} ({french.share(lost / every, 0)})"
    said = f"Structures dont les listes ne disent pas le métier : {part}, en une liste à la fin, sans fiche."
    return french.typeset(" ".join(text for text in (said, aged(book)) if text))


def aged(book: Book) -> str:
    """How many structures are known by old lists alone (``potential.liste_ancienne``), or by a list without a date."""
    months = rules.method()["potential"]["liste_ancienne"]["value"]
    day, every = book.today or book.place.as_of, book.named.height
    lines = book.statuses.join(book.named.select("cle"), on="cle", how="semi", maintain_order="left")
    dated = lines.group_by("cle").agg(pl.col("au").max(), sans=pl.col("au").null_count()).filter(pl.col("sans") == 0)
    old = dated.filter(pl.col("au").dt.offset_by(f"{months}mo") < day).height
    said, first = [], lines["au"].min()
    if old and isinstance(first, date):
        said.append(
            f"Structures connues par des listes de plus de {months} mois seulement : {french.number(old)} sur "
            f"{french.number(every)} (la plus ancienne liste est du {french.long_date(first)}) : certaines ont pu fermer, "
            "déménager ou perdre leur statut ; appelez avant de compter sur elles."
        )
    if undated := lines.filter(pl.col("au").is_null())["cle"].n_unique():
        said.append(f"Structures dont un statut vient d'une liste sans date, d'âge inconnu : {french.number(undated)}.")
    return french.typeset(" ".join(said))
