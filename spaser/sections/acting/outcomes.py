"""What came of the programme and of the meetings: each step with how many reached it, and what nobody said."""

from __future__ import annotations

import polars as pl

from spaser import french
from spaser.deliverables.report import Column, Paragraph, Sentence, table
from spaser.sections.findings import Findings
from spaser.sections.registry import Told, written

_STEPS = (
    Column("objet", "Suivi"),
    Column("etape", "Étape"),
    Column("nombre", "Oui", "entier"),
    Column("non", "Non", "entier"),
    Column("inconnus", "Pas dit", "entier"),
    Column("part", "Oui, en part de ce qui est dit", "part"),
)


@written("suites")
def section_outcomes(findings: Findings) -> Told:
    """From what was planned to what was awarded, then from meetings to contracts; None when nothing was followed up."""
    rows = findings.extras["suites"]
    if not rows.height:
        return None
    note = "Oui, non et pas dit font le total de l'étape ; ce qui n'est pas dit n'est ni oui ni non, et la part est prise sans lui. Un levier n'est vu suivi que si les contrats le déclarent ou l'écrivent."
    rows = rows.with_columns(non=pl.col("sur") - pl.col("nombre"))
    told = [Sentence(french.sentence(_said(part))) for part in rows.partition_by("objet", maintain_order=True)]
    return Paragraph(tuple(told)), table("tab-suites", "Du prévu à l'attribué", rows, _STEPS, french.typeset(note))


def _said(rows: pl.DataFrame) -> str:
    """« Programme d'achat : 12 prévus, 5 lancés, 3 attribués sur 11 que l'on sait »: whoever is silent is in no base."""
    steps = ", ".join(
        f"{french.number(n)} {step}" + (f" sur {french.number(known)} que l'on sait" if silent else "")
        for n, step, known, silent in rows.select("nombre", "etape", "sur", "inconnus").rows()
    )
    return f"{french.capital(rows['objet'][0])} : {steps}"
