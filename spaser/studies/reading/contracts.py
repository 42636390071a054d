"""A file of contracts as `spaser lire` tells it: what became of its records, what they add up to, what is in doubt."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from spaser import french, rules, sources
from spaser.problems import Problem
from spaser.sources.ledgers.headings import propose
from spaser.studies import diagnostic
from spaser.studies.diagnostic.emptiness import filled_of
from spaser.studies.reading.accounts import Looked, columns, why
from spaser.studies.reading.heads import first_lines

#: What became of the records of a file of contracts, in the account's words.
_ACCOUNT = {
    "lus": "enregistrement lu",
    "contrats": "marché",
    "concessions": "enregistrement",
    "versions_titulaires": "autre version",
    "doublons": "doublon",
    "rejetes": "rejeté",
}
#: When no record has a date: accounts do not depend on it.
_NO_DAY = date(2100, 1, 1)


class Unproved(Problem):
    """A table that a list of contracts could be, and that a spend file more likely is."""


def contracts(path: Path) -> Looked | None:
    base = _prepared(path)
    shares, rows = filled_of(base)
    _refuse_spending(path, base.contracts, base.rejects)
    counts = base.accounts.select(pl.col(*_ACCOUNT).sum()).row(0, named=True)
    parts = [
        french.count(counts[name], word, none=False) + " de concession" * (name == "concessions")
        for name, word in _ACCOUNT.items()
        if name != "lus" and counts[name]
    ]
    told = f"{french.count(counts['lus'], _ACCOUNT['lus'])} = {' + '.join(parts) or '0 contrat'}"
    ignored = (
        base.rejects.filter(pl.col("regle") == "liste.colonne")
        .select("champ")
        .unique(maintain_order=True)
        .collect()["champ"]
        .to_list()
    )
    notes: tuple[str, ...] = (f"colonnes non lues : {', '.join(ignored)}",) if ignored else ()
    notes += _united(rows.height, counts["contrats"], counts["concessions"])
    spare = base.rejects.filter(pl.col("regle") == "liste.complete").select("champ", "valeur").collect().rows()
    notes += tuple(
        f"« {title} » lu pour {french.count(int(n), 'ligne')} où la colonne de même sens est vide" for title, n in spare
    )
    sheets = base.rejects.filter(pl.col("regle") == "liste.feuille").select("champ", "valeur").collect().rows()
    notes += tuple(f"feuille « {sheet} » non lue : {why}" for sheet, why in sheets)
    return Looked(
        path.name,
        "contrats",
        (told, *notes, *_amounts(base), *why(base.rejects.filter(pl.col("niveau") == "rejet").collect())),
        shares,
        columns(path.name, "contrats", rows),
    )


def recognised(path: Path) -> Looked | None:
    """That the records of a file are contracts, nothing judged nor counted."""
    reading = sources.read([path])
    _refuse_spending(path, reading.records, reading.rejects)
    return Looked(path.name, "contrats")


def _united(contracts: int, markets: int, granted: int) -> tuple[str, ...]:
    """How records of concessions add up to contracts: one under the number of another contract of the same buyer joins it."""
    joined = markets + granted - contracts
    if not joined:
        return ()
    own = granted - joined
    verb = "porte" if joined == 1 else "portent"
    said = f"{french.count(joined, 'enregistrement')} de concession {verb} le numéro d'un contrat déjà compté du même acheteur et y {'est réuni' if joined == 1 else 'sont réunis'}"
    parts = [french.count(markets, "marché")] if markets else []
    parts += [f"{french.count(own, 'concession')} {french.plural('distincte', own)}"] if own else []
    return (f"{french.count(contracts, 'contrat')} = {' + '.join(parts)} : {said}, à vérifier",)


#: What only a contract says.
_OWN = ("dateNotification", "dureeMois", "codeCPV", "procedure")


def _refuse_spending(path: Path, records: pl.LazyFrame, rejects: pl.LazyFrame) -> None:
    if _is_spending(path, records, rejects):
        raise Unproved(
            "Ce fichier est plutôt un fichier de dépenses",
            where=path.name,
            why="ni date de notification, ni durée, ni code CPV, ni procédure ; s'il en est une, ajoutez l'une de ces colonnes",
        )


def _is_spending(path: Path, records: pl.LazyFrame, rejects: pl.LazyFrame) -> bool:
    """Whether a table of lines says nothing that only a contract does, and what a spend file does: an account, a day paid, or no number."""
    mapping = next((found for row in first_lines(path) if (found := propose(row))), None)
    if mapping is None:
        return False
    if records.select(pl.any_horizontal(pl.col(name).is_not_null().any() for name in _OWN)).collect().item():
        return False
    built = rejects.filter(pl.col("regle") == "liste.id_construit").select(pl.len()).collect().item()
    return bool(built) or bool({"date", "compte", "chapitre"} & set(mapping["colonnes"]))


def _amounts(base: diagnostic.Base) -> list[str]:
    """What the published amounts add up to, and those in doubt, with the reason the contracts give."""
    known = base.contracts.filter(pl.col("montant_initial").is_not_null())
    rows = known.select("montant_initial", "montant_statut", "montant_regle").collect()
    if not rows.height:
        return []
    said = [f"montants publiés à la notification : {french.euros(int(rows['montant_initial'].sum()))}"]
    doubted = rows.filter(pl.col("montant_statut").is_in(list(_DOUBTS)))
    groups = doubted.group_by("montant_statut", "montant_regle", maintain_order=True).agg(
        n=pl.len(), somme=pl.col("montant_initial").sum()
    )
    seen = _seen()
    for status, rule, n, total in groups.sort("n", descending=True, maintain_order=True).rows():
        reason = seen.get(rule, "")
        said.append(
            f"dont {french.count(n, 'montant')} {french.plural(_DOUBTS[status], n) if status == 'impossible' else _DOUBTS[status]} ({french.euros(int(total))})"
            + (f" : {reason}" if reason else "")
        )
    return said


def _seen() -> dict[str, str]:
    """The reason of each rule on amounts, by the name it leaves."""
    facts = rules.toml("contract_facts.toml")
    return {name: rule["voit"] for part in ("montant", "statut") for name, rule in facts[part].items()}


_DOUBTS = {"impossible": "impossible", "a_verifier": "à vérifier"}


def _prepared(path: Path) -> diagnostic.Base:
    """The contracts; a file without any date is read all the same, as of a day that excludes none."""
    try:
        return diagnostic.prepare([path])
    except Problem as first:
        try:
            return diagnostic.prepare([path], as_of=_NO_DAY)
        except Problem:
            raise first from None
