"""What is known of a supplier, in sentences: the sheet of one and the book of a territory say it alike."""

from __future__ import annotations

from typing import Any

import polars as pl

from spaser import french
from spaser.sections.shown import brief


def seat(row: dict[str, str | None]) -> str:
    """An establishment and how to reach it, as the lists say."""
    town = " ".join(part for part in (row.get("code_postal"), row.get("commune")) if part)
    where = ", ".join(part for part in (row.get("adresse"), town) if part)
    said = [f"SIRET {row['siret']}" if row.get("siret") else "", where]
    said += [row.get(name) or "" for name in ("telephone", "courriel", "site")]
    return " ; ".join(part for part in said if part)


def wins(rows: pl.DataFrame) -> list[str]:
    """What contracts won add up to: how many, for whom, in which families, for how much."""
    if not rows.height:
        return ["Aucun contrat publié lu ne porte ce numéro : cela ne dit pas qu'il n'en a pas."]
    families = (
        rows["famille_libelle"]
        .drop_nulls()
        .value_counts(sort=False)
        .sort("count", "famille_libelle", descending=[True, False])
    )
    named = french.listing(f"{name} ({n})" for name, n in families.head(3).iter_rows())
    low, high = int(rows["montant_bas"].sum()), int(rows["montant_haut"].sum())
    amount = (
        french.euros_short(high)
        if low == high
        else f"de {french.euros_short(low)} à {french.euros_short(high)} selon le partage entre titulaires"
    )
    unknown = rows["montant_haut"].null_count()
    return [
        french.sentence(
            f"{french.capital(french.count(rows.height, 'contrat lu'))}, {french.count(rows['acheteur_libelle'].n_unique(), 'acheteur')}"
            + (f" ; familles : {named}" if named else "")
        ),
        french.sentence(
            (f"Montants connus : {amount}" if unknown < rows.height else "Montants inconnus")
            + (f" ; {french.count(unknown, 'contrat')} sans montant" if 0 < unknown < rows.height else "")
        ),
    ]


def size(served: pl.DataFrame) -> str:
    """What it can take in a year, low and high, with where that comes from; several establishments are said added."""
    rows = served.unique("siret", keep="first", maintain_order=True)
    if not rows.height:
        return "Sa taille n'est pas connue : aucune liste lue ne permet de l'estimer."
    low, high = int(rows["capacite_bas"].sum()), int(rows["capacite_haut"].sum())
    origins = french.listing(rows["capacite_origine"].drop_nulls().unique(maintain_order=True))
    whole = f" de ses {french.number(rows.height)} établissements ensemble" if rows.height > 1 else ""
    return french.sentence(
        f"Capacité annuelle estimée{whole}, de {french.euros_short(low)} à {french.euros_short(high)} : {origins}"
    )


#: Needs named in a sentence; the workbook has them all.
_NAMED, _LETTERS = 2, 70


def coming(rows: pl.DataFrame) -> str:
    """« Ce qui arrive, public et à sa portée : 3 besoins ; … »: the first dates, with the buyer and where it is public."""
    if not rows.height:
        return ""
    first = brief(rows.head(_NAMED), _LETTERS)
    said = [_need(row) for row in first.iter_rows(named=True)]
    rest = rows.height - first.height
    more = f" ; {french.count(rest, 'autre')} dans le classeur" if rest else ""
    return french.sentence(
        f"Ce qui arrive, public et à sa portée : {french.count(rows.height, 'besoin')}, dont {' ; '.join(said)}{more}"
        if rest
        else f"Ce qui arrive, public et à sa portée : {' ; '.join(said)}"
    )


def _need(row: dict[str, Any]) -> str:
    day = f", {row['date_dit']} le {french.short_date(row['echeance'])}" if row["echeance"] else ", date non dite"
    return f"« {row['objet']} » ({row['acheteur_libelle'] or 'acheteur non dit'}{day}, {row['publie']})"
