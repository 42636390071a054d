"""The full tables handed over beside the report: contracts, what to correct, refusals, accounts, measures."""

from __future__ import annotations

import polars as pl

from spaser.deliverables.report import Column, TableBlock, described, table
from spaser.sections import calendar as sections_calendar
from spaser.sections import obligations as sections_obligations
from spaser.sections import tallies
from spaser.sections import texts as sections_texts
from spaser.sections.declared import accounts_table
from spaser.sections.findings import Findings
from spaser.vocabulary import CONSIDERATIONS, MEASURES, REJECTS, SCORES

_CONTRACTS = (
    "uid",
    "acheteur_libelle",
    "acheteur_nom",
    "acheteur_id",
    "type_contrat",
    "nature",
    "objet",
    "codeCPV",
    "famille_libelle",
    "procedure",
    "annee",
    "dateNotification",
    "dureeMois",
    "montant",
    "montant_statut",
    "montant_retenu",
    *(word.name for word in CONSIDERATIONS),
    *(word.name for word in SCORES),
    "publies",
    "seuil_montant",
    "seuil_besoin",
    "incomplet",
    "nb_titulaires",
    "consultation",
    "source",
    "position",
)


def annexes(findings: Findings) -> tuple[TableBlock, ...]:
    """Every annex, in the order of the sheets."""
    # Rows come in no promised order: sorted, so that the same inputs give the same bytes.
    rows = findings.contracts.sort("uid")
    contracts = table("contrats", "Tous les contrats lus", rows, _columns(rows, _CONTRACTS))
    found = tallies.corrections(findings.contracts)
    extra = (
        Column("a_corriger", "Ce qui est à voir"),
        Column("nb_motifs", "Motifs", "entier"),
        "montant_propose",
        "montant_preuve",
        "montant_anomalie_raisons",
    )
    right = table(
        "à corriger",
        "Contrats à corriger",
        found,
        _columns(found, ("uid", "objet", "dateNotification", "montant", *extra)),
    )
    refused = table("rejets", "Rejets et doutes", findings.rejects.sort(REJECTS.columns), REJECTS.columns)
    accounts = accounts_table(tallies.checked_accounts(findings.accounts).sort("source"))
    count = TableBlock("comptes", accounts.caption, accounts.frame, accounts.columns, accounts.note)
    later = (
        *(room.annex(findings) for room in (sections_calendar, sections_obligations, sections_texts)),
        *(sheet(findings) for sheet in (sections_texts.notices, sections_texts.announced, sections_texts.pieces)),
    )
    return (measures(findings.measures), contracts, right, *(block for block in later if block), refused, count)


def measures(frame: pl.DataFrame) -> TableBlock:
    """MEASURES, one line per measure."""
    columns = [Column(word.name, _SHORT.get(word.name, word.label), _unit(word.name)) for word in MEASURES.words]
    return table("mesures", "Toutes les mesures", frame, columns)


def _columns(frame: pl.DataFrame, names: tuple) -> list[Column]:
    empty = {name for name in ("acheteur_nom",) if name in frame.columns and frame[name].null_count() == frame.height}
    known = [name for name in names if isinstance(name, Column) or (name in frame.columns and name not in empty)]
    return [name if isinstance(name, Column) else described(name, frame) for name in known]


def _unit(name: str) -> str:
    if name in ("valeur", "valeur_repondus", "bas", "haut", "couverture"):
        return "part"
    return (
        "entier"
        if name in ("numerateur", "denominateur", "repondus")
        else "oui_non"
        if name == "petit_effectif"
        else "texte"
    )


_SHORT = {
    "perimetre": "Périmètre",
    "population": "Population",
    "dimension": "Ventilation",
    "unite": "Unité",
    "valeur": "Sur l'ensemble",
    "valeur_repondus": "Sur les renseignés",
    "numerateur": "Numérateur",
    "denominateur": "Dénominateur (tous)",
    "repondus": "Renseignés",
    "couverture": "Part renseignée",
    "regle": "Règle",
    "petit_effectif": "Petit effectif",
}
