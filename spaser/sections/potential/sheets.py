"""The sheets of the workbook: needs, suppliers of each need, hypotheses, what is held beside what is possible, and what was learned."""

from __future__ import annotations

import polars as pl

from spaser import french, potential, rules
from spaser.deliverables.report import (
    Column,
    TableBlock,
    table,
)
from spaser.potential.map import NAMED
from spaser.potential.standing import next_end
from spaser.sections.findings import Findings
from spaser.sections.potential import ladder
from spaser.sections.potential.needs import ACTIONABLE, BEFORE
from spaser.vocabulary import CANDIDATES, OPPORTUNITIES, Table

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
    "fin",
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


BESIDE = "déjà et possible"
HELD = french.typeset(
    "Achats de tous les besoins en cours, par an, quel que soit leur état ; « déjà » ne compte que ce que les listes lues reconnaissent : c'est un "
    "minimum, si ces listes sont à jour. « Possible » est le potentiel des seuls besoins actionnables ; ce qui y est déjà à l'ESS est dit à part, il peut en faire partie."
)
_ALREADY = (
    Column("famille_libelle", "Famille d'achat"),
    Column("annuel", "En cours, par an", "somme", True),
    Column("acquis_connu", "dont titulaires connus", "somme", True),
    Column("acquis", "Déjà à l'ESS ou inclusif (connu)", "somme", True),
    Column("deja_vise", "dont dans des besoins actionnables", "somme", True),
    Column("potentiel", "Possible, milieu", "somme", True),
    Column("potentiel_haut", "Possible, haut", "somme", True),
    Column("sous_clause", "Sous clause d'insertion", "somme", True),
)
_SHARES = ("acquis_part", "dependance_mediane", "famille_confiance", "adequation", "dependance")


def annexes(findings: Findings) -> tuple[TableBlock, ...]:
    """The sheets of the workbook: besoins, fournisseurs par besoin, hypothèses (and what was learned, when something was)."""
    rows, found, told = (findings.extras.get(name) for name in ("besoins", "candidats", "hypotheses"))
    if rows is None or found is None or told is None:
        return ()
    needs = rows.with_columns(fin=pl.when(ACTIONABLE).then(next_end()))
    subjects = rows.filter(ACTIONABLE).select("besoin_id", "famille_libelle", objet_besoin="objet")
    named = found.filter(pl.col("rang") <= NAMED).join(subjects, on="besoin_id", maintain_order="left")
    who: list[Column | str] = [
        Column("objet_besoin", "Besoin"),
        *(name for name in _SUPPLIERS if name in named.columns),
    ]
    learned = findings.extras.get("poids_appris")
    sheets = [
        table("besoins", "Besoins et potentiel", needs, [*map(_need, _SHEET)], of=OPPORTUNITIES),
        table(
            "fournisseurs par besoin",
            f"Les {NAMED} premiers fournisseurs de chaque besoin actionnable",
            named,
            [*map(_supplier, who)],
            of=CANDIDATES,
        ),
        table(
            "hypothèses",
            "Hypothèses",
            told,
            [Column("hypothese", "Hypothèse"), Column("valeur", "Valeur"), Column("raison", "Raison")],
        ),
    ]
    sheets += [_beside(rows), ladder.sheet(rows, findings.day)]
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


def _need(name: str) -> Column | str:
    """A column of the needs: a share is a percentage; « Suite avant le » is the date of every page."""
    return Column("fin", BEFORE, "date") if name == "fin" else _typed(name, OPPORTUNITIES)


def _supplier(name: Column | str) -> Column | str:
    return name if isinstance(name, Column) else _typed(name, CANDIDATES)


def _typed(name: str, of: Table) -> Column | str:
    """A share is shown as a percentage, under the label of its table."""
    if name not in _SHARES:
        return name
    label = next(word.label for word in of.words if word.name == name)
    return Column(name, label.split(" (")[0], "part")


def _beside(rows: pl.DataFrame) -> TableBlock:
    """Family by family, what the ESS and inclusive suppliers hold beside what they could take, on the same purchases."""
    known = potential.already(rows.lazy()).collect(engine="in-memory")
    return table(
        BESIDE, "Déjà acheté à l'ESS ou à l'insertion, et possible de plus, sur les mêmes achats", known, _ALREADY, HELD
    )
