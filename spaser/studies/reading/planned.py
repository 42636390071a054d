"""« Intitulé … Montant »: what is planned, or what was paid under a vague title, settled by what else the table holds."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import polars as pl

from spaser import french
from spaser.studies.reading.heads import headings
from spaser.text import fold

#: How a title begins that only a programme has, and that only accounts have.
_PLANNED = (
    "estim",
    "previ",
    "prevu",
    "planif",
    "programm",
    "lancement",
    "projet",
    "besoin",
    "consultation",
    "budget",
    "enveloppe",
)
_PLANNED_WORDS = {"cpv", "procedure", "duree", "lots", "allotissement", "reconduction", "trimestre", "semestre"}
_PAID = (
    "compte",
    "imputation",
    "mandat",
    "bordereau",
    "factur",
    "chapitre",
    "paye",
    "regle",
    "paiement",
    "reglement",
    "liquid",
)
_COMPANY = r"\b(?:sarl|sas|sasu|eurl|sa|snc|scop|scic|sci|association|assoc)\b"
_ACCOUNT = r"^[26]\d{2,7}$"
#: From this share of the lines, what is seen is the habit of the table; under so many lines, it is none.
_HALF, _FEW = 0.5, 3


def announced(path: Path, projects: pl.DataFrame) -> bool:
    """Whether something says what is to come: a title, or a date later than the day the file was written."""
    titles = [set(fold(title).split()) for title in headings(path)]
    if any(words & _PLANNED_WORDS or any(word.startswith(_PLANNED) for word in words) for words in titles):
        return True
    return bool((projects["date_prevue"].drop_nulls() > date.fromtimestamp(path.stat().st_mtime)).any())


def spent(path: Path, projects: pl.DataFrame) -> list[str]:
    """The signs that a table read as a programme, where nothing is announced, holds what was paid."""
    accounts = [title for title in headings(path) if any(word.startswith(_PAID) for word in fold(title).split())]
    signs = [f"colonne « {title} »" for title in accounts]
    if projects.height >= _FEW:
        signs += [told for told, seen in _habits(projects).items() if seen]
    return signs


def asked(path: Path, signs: list[str]) -> str:
    """What an account says of such a table, and what a person settles."""
    name = next((title for title in headings(path)), "")
    return (
        f"lu comme des dépenses ({french.listing(signs)}, et rien d'annoncé) ; aucune colonne ne dit qui est payé : si c'est « {name} », "
        "dites-le au carnet 04_fournisseurs_ess ; si c'est un programme d'achat, donnez-le comme tel"
    )


def otherwise(path: Path) -> str:
    """What else a table without any sign could be."""
    name = next((title for title in headings(path) if title.strip()), "")
    payee = f"« {name} » nomme" if name else "l'un de ses champs nomme"
    return f"autre lecture possible : un fichier de dépenses, si {payee} qui a été payé (rien ici n'est annoncé : ni date à venir, ni estimation)"


def _habits(projects: pl.DataFrame) -> dict[str, bool]:
    amounts = projects["montant"].drop_nulls()
    names = [fold(text) for text in projects["objet"].drop_nulls()]
    kinds = projects["categorie"].drop_nulls()
    return {
        "montants au centime": _most(((amounts % 100) != 0).to_list(), projects.height),
        "noms d'entreprises": _most([bool(re.search(_COMPANY, name)) for name in names], projects.height),
        "numéros de comptes": _most(kinds.str.contains(_ACCOUNT).to_list(), projects.height),
    }


def _most(seen: list[bool], lines: int) -> bool:
    return sum(seen) >= _HALF * lines
