"""The sheets of a workbook that only say again what others say: their amounts are already counted."""

from __future__ import annotations

import polars as pl

#: A tax is added to an amount: never taken off, never more than a quarter.
MOST_TAX = 1.25
SUMMED = "récapitulatif, ses montants sont la somme des autres feuilles"
REPEATED = "récapitulatif, ses montants sont ceux de la feuille « {} »"
TAXED = "mêmes lignes toutes taxes comprises que la feuille « {} »"


def without_recap(
    parts: list[pl.DataFrame], columns: list[pl.DataFrame], rejects: list[pl.DataFrame], accounts: list[dict]
) -> list[dict]:
    """Take the sheets that only say again what others say out of what was read; their account says why."""
    while found := _taxed(parts) or _summed(parts, columns) or _repeated(parts, columns):
        rank, why = found
        name = parts.pop(rank)["feuille"][0]
        columns.pop(rank)
        rejects.pop(rank)
        kept = ("fichier", "feuille", "lues")
        accounts = [
            {one: row[one] for one in kept} | {"etat": f"ignorée : {why}"} if row["feuille"] == name else row
            for row in accounts
        ]
    return accounts


def _summed(parts: list[pl.DataFrame], columns: list[pl.DataFrame]) -> tuple[int, str] | None:
    """The sheet that adds up the others: the same sum to the cent, and fewer things said (or two sheets at least added up)."""
    sums, said = _sums(parts), _said(columns)
    for rank in reversed(range(len(parts))) if len(parts) > 1 else ():
        others = [one for one in range(len(parts)) if one != rank]
        poorer = all(said[rank] < said[one] for one in others)
        if sums[rank] and sums[rank] == sum(sums[one] for one in others) and (poorer or len(others) > 1):
            return rank, SUMMED
    return None


def _repeated(parts: list[pl.DataFrame], columns: list[pl.DataFrame]) -> tuple[int, str] | None:
    """The sheet that says less of the same suppliers as another, to the same sum."""
    sums, said = _sums(parts), _said(columns)
    names = [set(part["fournisseur"].drop_nulls()) for part in parts]
    for rank in reversed(range(len(parts))):
        for one in range(len(parts)):
            same = one != rank and sums[rank] and sums[rank] == sums[one] and names[rank] and names[rank] <= names[one]
            if same and said[rank] < said[one]:
                return rank, REPEATED.format(parts[one]["feuille"][0])
    return None


def _taxed(parts: list[pl.DataFrame]) -> tuple[int, str] | None:
    """The sheet with tax of the very lines that another gives without."""
    for rank, part in enumerate(parts):
        for other in parts:
            if not part.height or part.height != other.height or (part["taxe"][0], other["taxe"][0]) != ("TTC", "HT"):
                continue
            lines = part.select("fournisseur", "siret", "date", ttc="montant").with_columns(
                other["montant"].alias("ht")
            )
            same = part.select("fournisseur", "siret", "date").equals(other.select("fournisseur", "siret", "date"))
            more = lines.select(
                (pl.col("ttc").abs().is_between(pl.col("ht").abs(), pl.col("ht").abs() * MOST_TAX)).all()
            )
            if same and more.item():
                return rank, TAXED.format(other["feuille"][0])
    return None


def _sums(parts: list[pl.DataFrame]) -> list[int]:
    return [int(part["montant"].sum()) for part in parts]


def _said(columns: list[pl.DataFrame]) -> list[int]:
    return [seen["sens"].n_unique() for seen in columns]
