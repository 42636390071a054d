"""The sheet of a workbook that only adds up the others: its amounts are already counted."""

from __future__ import annotations

import polars as pl


def without_recap(
    parts: list[pl.DataFrame], columns: list[pl.DataFrame], rejects: list[pl.DataFrame], accounts: list[dict]
) -> list[dict]:
    """Take the sheet that only adds up the others out of what was read; its account says why."""
    if (summed := _recap(parts, columns)) is None:
        return accounts
    name = parts.pop(summed)["feuille"][0]
    columns.pop(summed)
    rejects.pop(summed)
    told = {"etat": "ignorée : récapitulatif, ses montants sont la somme des autres feuilles"}
    kept = ("fichier", "feuille", "lues")
    return [{one: row[one] for one in kept} | told if row["feuille"] == name else row for row in accounts]


def _recap(parts: list[pl.DataFrame], columns: list[pl.DataFrame]) -> int | None:
    """The rank of the sheet that only adds up the others: the same sum to the cent, and fewer things said (or two sheets at least added up)."""
    if len(parts) < 2:
        return None
    sums = [part["montant"].sum() for part in parts]
    said = [seen["sens"].n_unique() for seen in columns]
    for rank in reversed(range(len(parts))):
        others = [one for one in range(len(parts)) if one != rank]
        poorer = all(said[rank] < said[one] for one in others)
        if sums[rank] and sums[rank] == sum(sums[one] for one in others) and (poorer or len(others) > 1):
            return rank
    return None
