"""The sheets of an analysis of suppliers: each supplier, what to check, who was not identified, every measure."""

from __future__ import annotations

from spaser.deliverables.report import Column, TableBlock, described, table
from spaser.sections.annexes import measures
from spaser.sections.findings import Findings
from spaser.sections.purchases.proofs import SETTLED, TO_SETTLE

_SUPPLIERS = (
    Column("fournisseur", "Fournisseur"),
    Column("nom", "Nom officiel"),
    "siren",
    Column("ecritures", "Écritures du nom", "entier"),
    Column("lignes", "Lignes", "entier", True),
    Column("montant", "Montant", "centime", True),
    Column("montant_compte", "dont compté à l'ESS ou à l'inclusion", "centime", True),
    "titulaire_ess",
    "ess_famille",
    "titulaire_esus",
    "titulaire_inclusif",
    "inclusif_types",
    Column("ess_raison", "Preuve ou raison (ESS)"),
    Column("inclusif_raison", "Preuve ou raison (inclusif)"),
    Column("inclusif_regle", "Règle de rapprochement"),
    "ess_borderline",
    Column("passe", "Identifié par"),
    Column("score", "Ressemblance", "part"),
    Column("commune_fournisseur", "Commune"),
    Column("departement_fournisseur", "Département"),
    Column("categorie_entreprise", "Taille"),
    Column("tranche_effectifs", "Effectifs"),
)


def annexes(findings: Findings) -> tuple[TableBlock, ...]:
    """The sheets in order: fournisseurs, à vérifier, non identifiés, à décider when there is something to, mesures."""
    extras = findings.extras
    suppliers = extras["fournisseurs"]
    doubts = (
        Column("motif", "Ce qui est à voir"),
        Column("fournisseur", "Fournisseur"),
        "siren",
        Column("lignes", "Lignes", "entier"),
        Column("montant", "Montant", "centime"),
        Column("detail", "Détail"),
    )
    unknown = (
        Column("fournisseur", "Fournisseur"),
        Column("ecritures", "Écritures du nom", "entier"),
        Column("lignes", "Lignes", "entier", True),
        Column("montant", "Montant", "centime", True),
        Column("pourquoi", "Pourquoi"),
    )
    known = [
        column if isinstance(column, Column) else described(column, suppliers)
        for column in _SUPPLIERS
        if _name(column) in suppliers.columns
    ]
    asked = extras.get("a_decider")
    decided = () if asked is None or not asked.height else (table("à décider", TO_SETTLE, asked, SETTLED),)
    return (
        table("fournisseurs", "Tous les fournisseurs", suppliers, known),
        table("à vérifier", "À vérifier à la main", extras["a_verifier"], doubts),
        table("non identifiés", "Fournisseurs non identifiés", extras["non_identifies"], unknown),
        *decided,
        measures(findings.measures),
    )


def _name(column: Column | str) -> str:
    return column.name if isinstance(column, Column) else column
