"""The sections that only the whole diagnostic has: its first page, and what the buyer's spending says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from spaser import french
from spaser.deliverables.report import Block, Figure, KeyFigure, KeyFigures, Paragraph, Section, Sentence, TableBlock
from spaser.sections import purchases as paid
from spaser.sections.annexes_purchases import annexes as spend_annexes
from spaser.sections.declared import section_essentials
from spaser.sections.findings import Findings

#: The sections whose first sentence is told on the first page, in that order.
TOLD = ("qualitatif", "fournisseurs", "depenses", "potentiel", "calendrier", "objectifs")
#: What a committee sees, most important first: as many as its slides hold.
COMMITTEE = (
    "essentiel",
    "actions",
    "considerations",
    "potentiel",
    "fournisseurs",
    "calendrier",
    "objectifs",
    "qualitatif",
    "depenses",
    "obligations",
    "annees",
    "familles",
    "perimetre",
)


def essentials(findings: Findings, spent: Findings | None, sections: Sequence[Section]) -> Section | None:
    """The first page of the diagnostic: what contracts declare, then the main word of each other part."""
    first = section_essentials(findings)
    if first is None:
        return None
    cards = _cards(findings, spent)
    known = {section.id: section for section in sections}
    told = [said for name in TOLD if name in known and (said := _first(known[name]))]
    more: list[Block] = [KeyFigures(cards)] if cards else []
    if told:
        more.append(Paragraph(tuple(told)))
    return replace(first, question="Où en est l'acheteur, et où peut-il agir ?", blocks=(*first.blocks, *more))


def spending(spent: Findings) -> tuple[Section, ...]:
    """What the spend file says: the shares, the families, who was paid; then how far the file was read."""
    essentials = paid.section_essentials(spent)
    family = [block for block in (paid.drawn(spent, "famille"), paid.breakdown(spent, "famille")) if block]
    proofs = paid.section_proofs(spent)
    shares = Section(
        "depenses",
        "Les dépenses",
        "Quelle part des achats payés va à l'ESS et aux structures inclusives ?",
        _apart((*essentials.blocks, *family, *proofs.blocks)),
    )
    read = (*paid.section_account(spent).blocks, *paid.section_to_check(spent).blocks)
    return shares, Section(
        "depenses-compte",
        "Le compte des dépenses",
        "Où est passé chaque euro, que reste-t-il à trancher ?",
        _apart(read),
    )


def spending_annexes(spent: Findings) -> tuple[TableBlock, ...]:
    """The sheets of the spend file, named apart from those of contracts."""
    return tuple(replace(block, id=f"dépenses, {block.id}"[:31]) for block in spend_annexes(spent))


def _cards(findings: Findings, spent: Findings | None) -> tuple[KeyFigure, ...]:
    """The key figures of the other parts; those that were not measured are not there."""
    found = []
    if (won := findings.one("titulaire_ess")) and findings.extras.get("acces_ess") is not None:
        found.append(
            KeyFigure(
                "Contrats gagnés par l'ESS",
                won.valeur,
                "part",
                f"statut connu : {french.share(won.couverture)}",
                won.bas,
                won.haut,
                measure=won,
            )
        )
    if spent is not None and (euros := paid.one(spent, "fournisseurs_ess_ou_inclusifs", "valeur")):
        note = f"{french.euros_short(euros.numerateur)} ; statut connu : {french.share(euros.couverture)}"
        found.append(
            KeyFigure(
                "Achats payés à l'ESS ou à l'inclusion",
                euros.valeur,
                "part",
                note,
                euros.bas,
                euros.haut,
                measure=euros,
            )
        )
    families = findings.extras.get("potentiel_familles")
    if families is not None and families.height:
        note = f"milieu ; au plus {french.euros_short(int(families['potentiel_haut'].sum()))}"
        found.append(KeyFigure("Potentiel ESS par an", int(families["potentiel"].sum()), "somme", note))
    ends = findings.extras.get("renouvellements")
    if ends is not None and ends.height:
        soon = ends.filter(pl.col("trimestre").is_not_null() & ~pl.col("ponctuel").fill_null(False))
        note = f"dans les trois ans, dont {french.number(soon.filter(pl.col('urgence').fill_null(False)).height)} à préparer dès maintenant"
        found.append(KeyFigure("Contrats à renouveler", soon.height, "entier", note))
    return tuple(found)


def _first(section: Section) -> Sentence | None:
    """The first sentence that carries a figure of the section (the origin of a grid is no finding)."""
    for block in section.blocks:
        if isinstance(block, Paragraph) and block.sentences:
            first = block.sentences[0]
            return (
                replace(first, text=f"Questionnaire{french.NBSP}: {first.text}")
                if section.id == "qualitatif"
                else first
            )
        if isinstance(block, Sentence) and block.measures:
            return block
    return None


def _apart(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The blocks with names of their own in the report of contracts."""
    found: list[Block] = []
    for block in blocks:
        if isinstance(block, TableBlock):
            found.append(replace(block, id=f"dep-{block.id}"))
        elif isinstance(block, Figure):
            found.append(replace(block, id=f"dep-{block.id}", twin=replace(block.twin, id=f"dep-{block.twin.id}")))
        else:
            found.append(block)
    return tuple(found)
