"""The sheets of the workbook: needs, suppliers of each need, hypotheses, and what was learned."""

from __future__ import annotations

import polars as pl

from spaser import rules
from spaser.deliverables.report import (
    Column,
    TableBlock,
    table,
)
from spaser.sections.findings import Findings
from spaser.sections.potential import ladder
from spaser.sections.potential.needs import ACTIONABLE

#: Columns of the sheet of needs in the workbook, in order (OPPORTUNITIES).
_SHEET = (
    "besoin_id",
    "famille_libelle",
    "famille_confiance",
    "objet",
    "codeCPV",
    "lieu_libelle",
    "contrats",
    "lots",
    "occurrences",
    "recurrence",
    "actif",
    "dateNotification",
    "dureeMois",
    "echeance",
    "annuel_bas",
    "annuel",
    "annuel_haut",
    "lot_annuel",
    "acquis",
    "acquis_part",
    "candidats",
    "credibles",
    "codes_seuls",
    "reservables",
    "handicap_credibles",
    "insertion_credibles",
    "ess_credibles",
    "clause_candidats",
    "lot_credibles",
    "dependance_mediane",
    "lecture_offre",
    "lecture_offre_haut",
    "lecture_repere",
    "repere_n",
    "lecture_loi",
    "loi_raison",
    "potentiel_bas",
    "potentiel",
    "potentiel_haut",
    "sous_clause",
    "sous_clause_haut",
    "limite",
    "levier_libelle",
    "levier_article",
    "levier_pour",
    "levier_fournisseurs",
    "levier_population",
    "levier_raison",
    "levier_changerait",
    "levier_verifier",
    "levier_exclu",
    "leviers",
    "levier_du",
    "potentiel_du",
    "levier_refus",
    "etat_libelle",
    "etat_raison",
)


#: Columns and lines of the sheet of suppliers: a workbook that opens at once.
_SUPPLIERS = (
    "famille_libelle",
    "rang",
    "nom",
    "siret",
    "commune",
    "departement",
    "distance_km",
    "statuts",
    "statut_au",
    "statut_source",
    "preste",
    "handicap",
    "insertion",
    "clause",
    "adequation",
    "adequation_origine",
    "capacite_bas",
    "capacite",
    "capacite_haut",
    "capacite_origine",
    "gagnes",
    "gagnes_siret",
    "dernier_gagne",
    "dependance",
    "points",
    "ex_aequo",
    "credible",
    "raison",
    "besoin_id",
)


_SHOWN = 25


_SHARES = ("acquis_part", "dependance_mediane", "famille_confiance", "adequation", "dependance")


def annexes(findings: Findings) -> tuple[TableBlock, ...]:
    """The sheets of the workbook: besoins, fournisseurs par besoin, hypothèses (and what was learned, when something was)."""
    rows, found, told = (findings.extras.get(name) for name in ("besoins", "candidats", "hypotheses"))
    if rows is None or found is None or told is None:
        return ()
    subjects = rows.filter(ACTIONABLE).select("besoin_id", "famille_libelle", objet_besoin="objet")
    named = found.filter(pl.col("rang") <= _SHOWN).join(subjects, on="besoin_id", maintain_order="left")
    who: list[Column | str] = [
        Column("objet_besoin", "Besoin"),
        *(name for name in _SUPPLIERS if name in named.columns),
    ]
    learned = findings.extras.get("poids_appris")
    sheets = [
        table("besoins", "Besoins et potentiel", rows, [_typed(name, rows) for name in _SHEET]),
        table(
            "fournisseurs par besoin",
            f"Les {_SHOWN} premiers fournisseurs de chaque besoin en cours",
            named,
            [_typed(name, named) for name in who],
        ),
        table(
            "hypothèses",
            "Hypothèses",
            told,
            [Column("hypothese", "Hypothèse"), Column("valeur", "Valeur"), Column("raison", "Raison")],
        ),
    ]
    sheets.append(ladder.sheet(rows, findings.day))
    if learned is not None and learned.height:
        names = rules.families()
        learned = learned.with_columns(pl.col("famille").replace(names))
        columns = [
            Column("naf", "Activité"),
            Column("famille", "Famille"),
            Column("poids", "Poids appris", "part"),
            Column("fournisseurs", "Entreprises observées", "entier"),
        ]
        sheets.append(table("poids appris", "Ce que gagnent les entreprises d'une activité", learned, columns))
    return tuple(sheets)


def _typed(name: Column | str, frame: pl.DataFrame) -> Column | str:
    """A share is shown as a percentage; an amount per year as a whole sum."""
    if isinstance(name, Column) or name not in frame.columns or name not in _SHARES:
        return name
    from spaser.vocabulary import LABELS

    return Column(name, LABELS[name].split(" (")[0], "part")
