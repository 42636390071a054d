"""The sections of an analysis of suppliers: what was identified, who is in the ESS, proofs, what is left to check.

They read ``Findings`` whose ``measures`` are those of ``suppliers_analysis`` and whose ``extras`` are the finished tables.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from spaser import french
from spaser.deliverables.report import (
    Callout,
    Column,
    KeyFigure,
    KeyFigures,
    Measured,
    Paragraph,
    Section,
    Sentence,
    TableBlock,
    table,
)
from spaser.french import euros_short, share
from spaser.sections.findings import Findings
from spaser.sections.purchases.account import section_account
from spaser.sections.purchases.breakdowns import section_breakdowns
from spaser.sections.purchases.measured import main_definition, one, partial, rows
from spaser.sections.purchases.proofs import section_proofs, section_sources, section_to_check
from spaser.sections.shown import proven
from spaser.vocabulary.lists import ESS_PART, INCLUSIVE_PART

CARDS = (
    ("fournisseurs_identifies", "Euros dont le fournisseur est identifié", "neutre"),
    ("fournisseurs_ess", "Euros confiés à l'ESS", "clause"),
    ("fournisseurs_esus", "dont agréés ESUS", "clause"),
    ("fournisseurs_inclusifs", "Euros confiés à des structures inclusives", "réservé"),
    ("fournisseurs_ess_ou_inclusifs", "ESS ou inclusifs, chacun compté une fois", "critère"),
)
TOLD = {
    "fournisseurs_ess": "des fournisseurs de l'ESS",
    "fournisseurs_esus": "des fournisseurs agréés ESUS",
    "fournisseurs_inclusifs": "des structures inclusives",
}


def section_essentials(findings: Findings) -> Section:
    """Key figures in euros, then each share told with what is unknown."""
    measures = [(m, said, kind) for code, said, kind in CARDS if (m := one(findings, code, "valeur"))]
    every = next((m.denominateur for m, _, _ in measures), 0)
    cards = [KeyFigure(_amount_label(findings), every, "somme", _basis(findings))]
    cards += [
        KeyFigure(
            said,
            m.valeur,
            "part",
            f"{euros_short(m.numerateur)} ; statut connu pour {share(m.couverture)}",
            m.bas,
            m.haut,
            kind,
            m,
        )
        if m.indicateur != "fournisseurs_identifies"
        else KeyFigure(said, m.valeur, "part", euros_short(m.numerateur), measure=m)
        for m, said, kind in measures
    ]
    blocks: list = [KeyFigures(tuple(cards)), Callout("Comment lire ces parts", _READING)]
    if not findings.sources or findings.extras["listes"].height == 0:
        blocks.insert(0, Callout("Aucune liste de fournisseurs", _NO_LIST, "attention"))
    if doubt := partial(findings):
        blocks.append(Callout("Un fichier peut-être incomplet", french.sentence(doubt), "attention"))
    blocks.append(Paragraph(tuple(_told(findings))))
    return Section(
        "essentiel", "L'essentiel", "Quelle part des achats va à l'ESS et aux structures inclusives ?", tuple(blocks)
    )


def section_statuses(findings: Findings) -> Section:
    """Every status in euros, lines and suppliers, with both denominators."""
    wide = rows(findings, "total", "valeur").filter(pl.col("numerateur") != 0)
    for unit in ("lignes", "fournisseurs"):
        part = rows(findings, "total", unit).select(
            "indicateur", pl.col("numerateur", "valeur", "valeur_repondus", "couverture").name.suffix(f"_{unit}")
        )
        wide = wide.join(part, on="indicateur", how="left", maintain_order="left")
    order = findings.measures.select(
        pl.any_horizontal(pl.col("titre").str.starts_with(part) for part in (ESS_PART, INCLUSIVE_PART)).alias("detail"),
        "indicateur",
    ).unique()
    wide = wide.join(order, on="indicateur", maintain_order="left_right").sort(
        "detail", "numerateur", descending=[False, True]
    )
    wide = proven(proven(wide), "_fournisseurs")
    columns = [
        Column("titre", "Statut"),
        Column("numerateur", "Euros", "somme"),
        Column("valeur", "Euros, part du total", "part"),
        Column("valeur_repondus", "Euros, part du connu", "part"),
        Column("numerateur_lignes", "Lignes", "entier"),
        Column("valeur_lignes", "Lignes, part du total", "part"),
        Column("numerateur_fournisseurs", "Fournisseurs", "entier"),
        Column("valeur_fournisseurs", "Fournisseurs, part du total", "part"),
        Column("valeur_repondus_fournisseurs", "Fournisseurs, part du connu", "part"),
    ]
    blocks: list = [table("tab-statuts", "Les fournisseurs selon leur statut", wide, columns, _BOTH)]
    blocks += [block for block in (_two_definitions(findings),) if block]
    return Section("statuts", "Qui sont les fournisseurs", "Combien, et pour quels montants ?", tuple(blocks))


def _amount_label(findings: Findings) -> str:
    return "Achats mesurés" if main_definition(findings) == "achats" else "Montants des contrats"


def _basis(findings: Findings) -> str:
    m = one(findings, "fournisseurs_ess", "fournisseurs")
    lines = one(findings, "fournisseurs_ess", "lignes")
    if m is None or lines is None:
        return ""
    word = "ligne" if main_definition(findings) == "achats" else "titulaire de contrat"
    return f"{french.count(m.denominateur or 0, 'fournisseur')}, {french.count(lines.denominateur or 0, word)}"


def _told(findings: Findings) -> list[Sentence]:
    return [_share_told(m, said) for code, said in TOLD.items() if (m := one(findings, code, "valeur"))]


def _share_told(m: Measured, said: str) -> Sentence:
    """« 1,2 M€ sur 12,0 M€ vont à des fournisseurs de l'ESS, soit 10,0 % », with what is unknown and its range."""
    every, known, yes = m.denominateur or 0, m.repondus or 0, m.numerateur or 0
    if not every:
        return Sentence(french.sentence(f"aucun montant : la part de « {m.titre} » n'existe pas"), (m,))
    if not known:
        return Sentence(french.sentence(f"aucun statut n'est connu : la part confiée à {said} est inconnue"), (m,))
    text = f"{euros_short(yes)} sur {euros_short(every)} vont à {said}, soit {share(m.valeur)}"
    if known != every:
        text += f" ; le statut est inconnu pour {euros_short(every - known)}, si bien que la part réelle va {french.share_range(m.bas, m.haut)} ; "
        text += (
            "aucune des listes chargées ne permet de dire non"
            if known == yes
            else f"parmi les montants au statut connu, elle est de {share(m.valeur_repondus)}"
        )
    return Sentence(french.sentence(text), (m,))


def _two_definitions(findings: Findings) -> TableBlock | None:
    """The same shares on every definition: with and without banks and insurers, or the three amounts of co-held contracts."""
    codes = [code for code, _, _ in CARDS]
    found = findings.measures.filter(
        pl.col("dimension") == "total", pl.col("unite") == "valeur", pl.col("indicateur").is_in(codes)
    )
    if found["definition"].n_unique() < 2:
        return None
    wide = found.sort("definition").pivot(
        "definition", index="titre", values=["numerateur", "valeur"], maintain_order=True
    )
    columns = [Column("titre", "Statut")]
    for name in found["definition"].unique().sort().to_list():
        columns += [
            Column(f"numerateur_{name}", f"{french.capital(name)} : euros", "somme"),
            Column(f"valeur_{name}", f"{french.capital(name)} : part", "part"),
        ]
    return table("tab-definitions", "Selon ce que l'on compte", wide, columns, _APART)


_READING = french.typeset(
    "Un fournisseur absent des listes n'est pas un fournisseur hors de l'ESS : son statut est inconnu. Chaque part est donnée sur "
    "tous les achats (le silence vaut non, puis oui : de… à…) et sur les seuls montants dont le statut est connu."
)
_NO_LIST = french.typeset(
    "Aucune liste n'a été donnée : les fournisseurs sont identifiés par leur SIRET, mais leur statut reste inconnu."
)
_BOTH = french.typeset(
    "Part du total : sur tous les achats. Part du connu : sur les seuls achats dont le statut du fournisseur est connu ; non connue où aucune "
    "liste ne peut dire non. Un fournisseur "
    "peut être à la fois de l'ESS et inclusif, ou de deux types inclusifs : les lignes ne s'additionnent pas."
)
_APART = french.typeset(
    "Les banques et les assurances (activités 64 à 66, comptes 616 et 627) pèsent lourd et comptent des mutuelles : à lire sans elles aussi."
)

PURCHASES: tuple[Callable[[Findings], Section | None], ...] = (
    section_essentials,
    section_account,
    section_statuses,
    section_breakdowns,
    section_proofs,
    section_to_check,
    section_sources,
)
