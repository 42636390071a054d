"""The sections that only the whole diagnostic has: its first page, and what the buyer's spending says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from spaser import french
from spaser.deliverables.report import Block, Figure, KeyFigure, KeyFigures, TableBlock
from spaser.sections.declared import section_essentials
from spaser.sections.findings import Findings
from spaser.sections.purchases import paid
from spaser.sections.purchases.sheets import annexes as spend_annexes
from spaser.sections.registry import Told, written


@written("essentiel")
def section_whole(findings: Findings) -> Told:
    """The first page: what contracts declare, then the key figures of the other parts."""
    first = section_essentials(findings)
    if first is None:
        return None
    cards = _cards(findings, findings.spent)
    return (*first.blocks, *([KeyFigures(cards)] if cards else []))


@written("depenses")
def section_spending(findings: Findings) -> Told:
    """What the spend file says: the shares, the families, who was paid."""
    spent = findings.spent
    if spent is None:
        return None
    family = [block for block in (paid.drawn(spent, "famille"), paid.breakdown(spent, "famille")) if block]
    return _apart((*paid.section_essentials(spent).blocks, *family, *paid.section_proofs(spent).blocks))


@written("depenses-compte")
def section_spending_account(findings: Findings) -> Told:
    """How far the spend file was read, and what is left to settle in it."""
    spent = findings.spent
    if spent is None:
        return None
    return _apart((*paid.section_account(spent).blocks, *paid.section_to_check(spent).blocks))


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
