"""« Les achats prévus »: what the programme plans, when, how much, in which family, and by which lever."""

from __future__ import annotations

import polars as pl

from spaser import french
from spaser.deliverables.report import Column, KeyFigure, KeyFigures, Paragraph, Section, Sentence, TableBlock, table
from spaser.sections.findings import Findings

_MOST = 25
_COLUMNS = (
    Column("objet", "Achat prévu"), Column("service", "Service"), Column("famille_libelle", "Famille d'achat"), Column("date_prevue", "Prévu le", "date"),
    Column("montant", "Montant estimé", "centime"), Column("dureeMois", "Durée (mois)", "entier"), Column("lots", "Lots", "entier"),
    Column("credibles", "Fournisseurs crédibles", "entier"), Column("levier_libelle", "Levier conseillé"),
)  # fmt: skip
_NOTE = french.typeset("Un achat prévu n'est pas un contrat : montant, date et allotissement sont ceux du programme. Une période (trimestre, année) est datée de son premier jour.")


def section_programme(findings: Findings) -> Section | None:
    """The projects to come by date, and what was read of the file."""
    rows, told = findings.extras.get("programme"), findings.extras.get("programme_textes")
    if rows is None or told is None:
        return None
    coming = rows.filter(pl.col("a_venir").fill_null(True))
    cards = KeyFigures((
        KeyFigure("Achats à venir", coming.height, "entier", french.count(coming["famille_libelle"].n_unique(), "famille")),
        KeyFigure("Montant estimé", int(coming["montant"].sum()), "somme", f"connu pour {french.number(coming['montant'].count())} sur {french.number(coming.height)}"),
    ))  # fmt: skip
    said = Paragraph(tuple(Sentence(french.sentence(text)) for text in told["texte"]))
    shown = tuple(column for column in _COLUMNS if column.name in coming.columns and coming[column.name].null_count() < coming.height)
    planned = table("tab-programme", f"Les achats prévus, par date{' (les premiers)' if coming.height > _MOST else ''}", coming.head(_MOST), shown, _NOTE)
    return Section("programme", "Achats prévus", "Qu'est-ce qui s'annonce, et quand agir ?", (cards, said, planned))


def annex_programme(findings: Findings) -> TableBlock:
    """Every project, whole."""
    rows = findings.extras["programme"]
    columns = tuple(column for column in _COLUMNS if column.name in rows.columns)
    return TableBlock("programme", "Achats prévus", rows, columns, _NOTE)
