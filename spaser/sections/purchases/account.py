"""The account of a file of spending: every cent placed, every sheet read, the printed totals checked."""

from __future__ import annotations

import polars as pl

from spaser import french
from spaser.deliverables.report import (
    Callout,
    Column,
    Section,
    Sentence,
    table,
)
from spaser.sections.findings import Findings

POSTS = {
    "identifie": "Achats, fournisseur identifié",
    "non_identifie": "Achats, fournisseur non identifié",
    "hors_perimetre": "Hors périmètre des achats",
    "ecarte": "Écarté : montant illisible ou ligne vide",
    "total": "Total du fichier",
    "sans_titulaire": "Contrats sans titulaire publié",
}


SCOPES = {
    "achat": "achats",
    "banque_assurance": "banques et assurances",
    "centrale_achat": "centrales d'achat",
    "subvention": "subventions",
    "hors_perimetre": "personnel, transferts, organismes publics…",
    "a_verifier": "achat ou non : à vérifier",
    "ecarte": "écarté",
    "ensemble": "ensemble",
}


def section_account(findings: Findings) -> Section:
    """Every cent accounted for, then what was read sheet by sheet."""
    frame = findings.extras["soldes"]
    if "perimetre" not in frame.columns:
        frame = frame.with_columns(perimetre=pl.lit(""))
    total = frame.filter(pl.col("poste") == "total")
    parts = frame.filter(pl.col("poste") != "total")
    named = parts.with_columns(pl.col("poste").replace(POSTS), pl.col("perimetre").replace(SCOPES))
    columns = [
        Column("poste", "Poste"),
        Column("perimetre", "Ce que c'est"),
        Column("lignes", "Lignes", "entier", True),
        Column("montant", "Montant", "centime", True),
        Column("avoirs", "dont avoirs", "centime", True),
        Column("sans_montant", "Sans montant", "entier", True),
    ]
    blocks: list = [
        table("tab-soldes", "Le compte de chaque centime", named, columns, _PERIMETER if total.height else "")
    ]
    if total.height:
        blocks.insert(0, _balance_told(parts, total))
    accounts = findings.extras["lectures"]
    if accounts.height:
        blocks += _sheets(accounts)
    told = findings.extras.get("lecture_dite")
    if told is not None and told.height:
        blocks.insert(
            0,
            Callout(
                "À savoir avant les chiffres",
                french.typeset(" ".join(french.sentence(text) for text in told["texte"])),
                "attention",
            ),
        )
    return Section("compte", "Le compte du fichier", "Où est passé chaque euro ?", tuple(blocks))


def _balance_told(parts: pl.DataFrame, total: pl.DataFrame) -> Sentence:
    """The check: the posts add up to the file, to the cent."""
    gap = int(total["montant"].sum()) - int(parts["montant"].sum())
    sums = {post: int(parts.filter(pl.col("poste") == post)["montant"].sum()) for post in POSTS}
    text = f"identifié {french.euros(sums['identifie'])} + non identifié {french.euros(sums['non_identifie'])}"
    text += f" + hors périmètre {french.euros(sums['hors_perimetre'])} + écarté {french.euros(sums['ecarte'])}"
    text += (
        f" = {french.euros(int(total['montant'].sum()))}"
        if not gap
        else f" ; écart de {french.euros(gap)} avec le fichier"
    )
    return Sentence(french.sentence(text))


def _sheets(accounts: pl.DataFrame) -> list:
    """What was read sheet by sheet, the tax, and the warnings: a printed total that differs, two sheets of the same sum."""
    read = accounts.filter(pl.col("etat") == "lue")
    state = [Column("etat", "État")] if read.height < accounts.height else []
    columns = [
        Column("feuille", "Feuille"),
        *state,
        Column("lues", "Lignes lues", "entier"),
        Column("gardees", "Gardées", "entier"),
        Column("ecartees", "Écartées", "entier"),
        Column("totaux", "Totaux", "entier", extra=True),
        Column("vides", "Vides", "entier", extra=True),
        Column("entetes_repetes", "En-têtes répétés", "entier", extra=True),
        Column("avoirs", "Avoirs", "entier", extra=True),
        Column("taxe", "Taxe", extra=True),
        Column("montant", "Montant", "centime"),
        Column("total_imprime", "Total imprimé", "centime"),
    ]
    blocks: list = [table("tab-feuilles", "Ce qui a été lu, feuille par feuille", accounts, columns, _SHEETS)]
    if gap := printed_gap(accounts):
        blocks.append(Callout("Le total imprimé diffère", french.sentence(gap), "attention"))
    if read.height > 1 and read["montant"].is_duplicated().any():
        blocks.append(Callout("Deux feuilles de même somme", _TWICE, "attention"))
    return blocks


def printed_gap(accounts: pl.DataFrame) -> str:
    """Sheets whose printed total is not the sum of their lines, with the gap; empty when there is none."""
    differs = (
        (pl.col("etat") == "lue")
        & pl.col("total_imprime").is_not_null()
        & (pl.col("total_imprime") != pl.col("montant"))
    )
    wrong = accounts.filter(differs).select("feuille", "total_imprime", "montant").rows() if accounts.height else []
    gaps = french.listing(f"« {name} » ({french.euros(printed - found)})" for name, printed, found in wrong)
    return f"écart entre le total imprimé et la somme des lignes : {gaps}" if wrong else ""


_PERIMETER = french.typeset(
    "Une subvention à une association n'est pas un achat. Le périmètre suit les comptes par nature (à confirmer avec "
    "le comptable). Les lignes « achat ou non » ne comptent pas dans les parts tant qu'elles ne sont pas vérifiées."
)


_SHEETS = french.typeset(
    "Lues = gardées + écartées + totaux + vides + en-têtes répétés. Les avoirs sont gardés, en négatif."
)


_TWICE = french.typeset(
    "Deux feuilles ont exactement la même somme : l'une répète peut-être l'autre. Dans ce cas, choisissez-en une dans la correspondance."
)
