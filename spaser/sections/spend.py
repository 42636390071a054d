"""« Des dépenses aux besoins » and « Achats prévus »: needs read in a spend file or in a programme, before the potential is measured.

The tables come from ``studies.potential`` (``spend``, ``programme``) through ``Findings.extras``: ``depenses_comptes``,
``depenses_origines``, ``depenses_familles``, ``sans_famille``, ``nomenclature``, ``depenses_textes``, ``a_decider``, ``programme``…
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from spaser import french
from spaser.deliverables.report import (
    Callout,
    Column,
    KeyFigure,
    KeyFigures,
    Paragraph,
    Section,
    Sentence,
    TableBlock,
    table,
)
from spaser.sections.findings import Findings
from spaser.sections.purchases.proofs import to_decide

_MOST = 12
ORIGINS = {
    "nomenclature": "Votre nomenclature, famille retenue",
    "nomenclature_proposee": "Votre nomenclature, famille proposée d'après le libellé",
    "activite": "Activité du fournisseur (NAF)",
    "texte": "Mots du libellé de la ligne",
    "aucune": "Aucune : sans famille",
}
_ACCOUNT = (
    Column("poste_libelle", "Ce que devient la dépense"),
    Column("lignes", "Lignes", "entier", True),
    Column("montant", "Montant", "centime", True),
    Column("part", "Part du fichier", "part"),
)
_ORIGIN = (
    Column("origine", "D'où vient la famille"),
    Column("lignes", "Lignes", "entier", True),
    Column("montant", "Montant", "centime", True),
    Column("part", "Part des achats", "part"),
    Column("confiance", "Confiance moyenne", "part"),
)
_FAMILY = (
    Column("famille_libelle", "Famille d'achat"),
    Column("lignes", "Lignes", "entier", True),
    Column("montant", "Montant du fichier", "centime", True),
    Column("annuel", "Par an", "somme", True),
    Column("ess", "Déjà à l'ESS ou inclusif", "centime", True),
    Column("autres", "Statut connu, ni l'un ni l'autre", "centime", True),
    Column("inconnu", "Statut inconnu", "centime", True),
    Column("confiance", "Confiance", "part"),
)
_NAMELESS = (
    Column("fournisseur", "Fournisseur"),
    Column("code_achat", "Code"),
    Column("libelle", "Exemple de libellé"),
    Column("lignes", "Lignes", "entier", True),
    Column("montant", "Montant", "centime", True),
)
_CODES = (
    Column("code_achat", "Code"),
    Column("code_libelle", "Libellé"),
    Column("montant", "Montant", "centime", True),
    Column("famille_proposee", "Famille proposée"),
    Column("famille_confiance", "Confiance", "part"),
    Column("famille_retenue", "Famille retenue"),
    Column("commentaire", "Commentaire"),
)


def section_spend(findings: Findings) -> Section | None:
    """The account of the file, the year, where families come from, what the ESS already has."""
    parts, told = findings.extras.get("depenses_comptes"), findings.extras.get("depenses_textes")
    if parts is None or told is None:
        return None
    extras = findings.extras
    total = int(parts["montant"].sum())
    posts = (
        parts.group_by("poste", "poste_libelle", maintain_order=True)
        .agg(pl.col("lignes", "montant").sum())
        .with_columns(part=pl.col("montant") / (total or 1))
    )
    blocks: list = [
        _keys(posts, extras["depenses_familles"], total),
        Callout("Comment ces dépenses deviennent des besoins", _HOW),
        Paragraph(tuple(Sentence(french.sentence(text)) for text in told["texte"])),
        table("tab-depenses-comptes", "Chaque centime du fichier", posts, _ACCOUNT, _SUM),
        table("tab-depenses-origines", "D'où vient la famille des achats", extras["depenses_origines"], _ORIGIN, _SURE),
        table("tab-depenses-familles", "Par famille, ce que l'ESS a déjà", extras["depenses_familles"], _FAMILY, _WHO),
    ]
    nameless = extras["sans_famille"]
    if nameless.height:
        shown = _NAMELESS if nameless.height <= _MOST else tuple(replace(column, total=False) for column in _NAMELESS)
        blocks.append(
            table("tab-sans-famille", "Sans famille, les plus gros montants", nameless.head(_MOST), shown, _MEND)
        )
    blocks += to_decide(extras.get("a_decider"))
    return Section("depenses", "Des dépenses aux besoins", "Que devient chaque euro du fichier ?", tuple(blocks))


def annexes_spend(findings: Findings) -> tuple[TableBlock, ...]:
    """The sheets of the workbook: comptes, familles, nomenclature, sans famille."""
    extras = findings.extras
    account = (
        Column("poste_libelle", "Ce que devient la dépense"),
        Column("famille_libelle", "Famille d'achat"),
        *_ACCOUNT[1:3],
    )
    sheets = [
        table("comptes du fichier", "Chaque centime du fichier", extras["depenses_comptes"], account),
        table("familles du fichier", "Par famille, ce que l'ESS a déjà", extras["depenses_familles"], _FAMILY),
        table("nomenclature", "Nomenclature et familles", extras["nomenclature"], _CODES),
        table("sans famille", "Achats sans famille reconnue", extras["sans_famille"], _NAMELESS),
    ]
    return tuple(sheet for sheet in sheets if sheet.frame.height)


def _keys(posts: pl.DataFrame, families: pl.DataFrame, total: int) -> KeyFigures:
    sums = dict(posts.select("poste", "montant").rows())
    named, bare = sums.get("famille", 0), sums.get("sans_famille", 0)
    bought = named + bare
    yearly, ess = int(families["annuel"].sum()), int(families["ess"].sum())
    return KeyFigures(
        (
            KeyFigure("Total du fichier", total, "centime", "subventions, paie et transferts compris"),
            KeyFigure(
                "Achats dans une famille",
                named / bought if bought else None,
                "part",
                f"{french.euros(named, 0)} sur {french.euros(bought, 0)} d'achats",
            ),
            KeyFigure(
                "Achats par an",
                yearly,
                "somme",
                french.count(families.filter(pl.col("annuel") > 0).height, "famille", feminine=True),
            ),
            KeyFigure(
                "Déjà à l'ESS ou inclusif, au moins",
                ess / named if named else None,
                "part",
                "des achats dans une famille ; les statuts inconnus n'y comptent pas",
            ),
        )
    )


_HOW = french.typeset(
    "Seuls les achats font des besoins : subventions, paie, transferts, banques, assurances et centrales d'achat sont à part. La famille de chaque "
    "ligne vient de votre nomenclature, sinon de l'activité du fournisseur, sinon des mots de la ligne, avec la confiance mesurée sur de vrais "
    "contrats ; une ligne sans famille reste comptée comme telle. Un besoin est une famille entière, quel que soit le fournisseur payé."
)
_SUM = french.typeset("La somme des lignes est le total du fichier, avoirs déduits.")
_SURE = french.typeset(
    "Pour corriger : remplissez la colonne « famille retenue » du tableau de la nomenclature, puis redonnez ce tableau avec les dépenses."
)
_WHO = french.typeset(
    "Statut du fournisseur au jour de la ligne, d'après les listes chargées ; inconnu n'est ni oui ni non. Les montants sont ceux du fichier, toutes années."
)
_MEND = french.typeset("Ces achats ne comptent dans aucun besoin ; ils ne sont pas retirés du total.")


#: Projects shown on the page; all of them are in the workbook.
_PLANNED = 25
_PROJECT = (
    Column("objet", "Achat prévu"),
    Column("service", "Service"),
    Column("famille_libelle", "Famille d'achat"),
    Column("date_prevue", "Prévu le", "date"),
    Column("montant", "Montant estimé", "centime"),
    Column("dureeMois", "Durée (mois)", "entier"),
    Column("lots", "Lots", "entier"),
    Column("levier_libelle", "Levier conseillé"),
    Column("levier_fournisseurs", "Peuvent y répondre", "entier"),
)
_PLAN_NOTE = french.typeset(
    "Un achat prévu n'est pas un contrat : montant, date et allotissement sont ceux du programme. Une période (trimestre, année) est datée de son premier jour."
)


def section_programme(findings: Findings) -> Section | None:
    """The projects to come by date, and what was read of the file."""
    rows, told = findings.extras.get("programme"), findings.extras.get("programme_textes")
    if rows is None or told is None:
        return None
    coming = rows.filter(pl.col("a_venir").fill_null(True))
    cards = KeyFigures(
        (
            KeyFigure(
                "Achats à venir", coming.height, "entier", french.count(coming["famille_libelle"].n_unique(), "famille")
            ),
            KeyFigure(
                "Montant estimé",
                int(coming["montant"].sum()),
                "somme",
                f"connu pour {french.number(coming['montant'].count())} sur {french.number(coming.height)}",
            ),
        )
    )
    said = Paragraph(tuple(Sentence(french.sentence(text)) for text in told["texte"]))
    shown = tuple(
        column
        for column in _PROJECT
        if column.name in coming.columns and coming[column.name].null_count() < coming.height
    )
    planned = table(
        "tab-programme",
        f"Les achats prévus, par date{' (les premiers)' if coming.height > _PLANNED else ''}",
        coming.head(_PLANNED),
        shown,
        _PLAN_NOTE,
    )
    return Section("programme", "Achats prévus", "Qu'est-ce qui s'annonce, et quand agir ?", (cards, said, planned))


def annex_programme(findings: Findings) -> TableBlock:
    """Every project, whole."""
    rows = findings.extras["programme"]
    columns = tuple(column for column in _PROJECT if column.name in rows.columns)
    return TableBlock("programme", "Achats prévus", rows, columns, _PLAN_NOTE)
