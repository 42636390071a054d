"""What the buyer's spending says, in the diagnostic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from spaser.deliverables.report import Block, Figure, TableBlock
from spaser.sections.findings import Findings
from spaser.sections.purchases import account, breakdowns, paid, proofs
from spaser.sections.purchases.sheets import annexes as spend_annexes
from spaser.sections.registry import Told, written


@written("depenses-detail", "depenses")
def section_spending(findings: Findings) -> Told:
    """What the spend file says: the shares, the families, who was paid."""
    spent = findings.spent
    if spent is None:
        return None
    family = [block for block in (breakdowns.drawn(spent, "famille"), breakdowns.breakdown(spent, "famille")) if block]
    return _apart((*paid.section_essentials(spent).blocks, *family, *proofs.section_proofs(spent).blocks))


@written("depenses-compte")
def section_spending_account(findings: Findings) -> Told:
    """How far the spend file was read, and what is left to settle in it."""
    spent = findings.spent
    if spent is None:
        return None
    return _apart((*account.section_account(spent).blocks, *proofs.section_to_check(spent).blocks))


def spending_annexes(spent: Findings) -> tuple[TableBlock, ...]:
    """The sheets of the spend file, named apart from those of contracts."""
    return tuple(replace(block, id=f"dépenses, {block.id}"[:31]) for block in spend_annexes(spent))


#: Tables of the spend file whose lines are suppliers, and the sheet of the report's workbook that holds them.
_SHEETS = {
    "tab-preuves": "dépenses, fournisseurs",
    "tab-a-verifier": "dépenses, à vérifier",
    "tab-non-identifies": "dépenses, non identifiés",
    "tab-a-decider": "dépenses, à décider",
}


def apart(figure: Figure) -> Figure:
    """A figure of the spend file with a name of its own."""
    return replace(figure, id=f"dep-{figure.id}", twin=replace(figure.twin, id=f"dep-{figure.twin.id}"))


def _apart(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The blocks with names of their own in the report of contracts."""
    found: list[Block] = []
    for block in blocks:
        if isinstance(block, TableBlock):
            found.append(replace(block, id=f"dep-{block.id}", sheet=_SHEETS.get(block.id, "")))
        elif isinstance(block, Figure):
            found.append(apart(block))
        else:
            found.append(block)
    return tuple(found)
