"""What was read, refused and counted: the account of every file, the contracts measured, the three populations."""

from __future__ import annotations

import polars as pl

from spaser import charts, french
from spaser.deliverables import sentences
from spaser.deliverables.report import (
    Column,
    Paragraph,
    Sentence,
    TableBlock,
    table,
)
from spaser.sections import tallies
from spaser.sections.declared.considerations import CODES, named
from spaser.sections.findings import Findings
from spaser.sections.registry import Told, written
from spaser.sections.shown import figure
from spaser.vocabulary import DIALECTS, LABELS, POPULATIONS


@written("lecture")
def section_reading(findings: Findings) -> Told:
    """What was read and refused, with the check of the account."""
    if not findings.accounts.height:
        return None
    accounts = tallies.checked_accounts(findings.accounts).sort("source")
    blocks: list = [
        Paragraph((sentences.of_reading(accounts), sentences.of_account_check(accounts), *_of_whom(findings))),
        accounts_table(accounts),
    ]
    if findings.rejects.height:
        blocks.append(refusals_table(findings))
    return tuple(blocks)


def _of_whom(findings: Findings) -> tuple[Sentence, ...]:
    """Whose contracts these accounts count, where the files hold others than those of this report."""
    every, own = tallies.read_in_files(findings.accounts), findings.contracts.height
    if (
        every <= own or not findings.contracts.columns
    ):  # nothing is measured yet: no diagnostic to hold against the files
        return ()
    text = f"ces comptes sont ceux des fichiers entiers, {french.count(every, 'contrat')}, tous acheteurs et toutes années ; {french.number(own)} sont de ce diagnostic"
    return (Sentence(french.sentence(text)),)


@written("perimetre")
def section_scope(findings: Findings) -> Told:
    """How many contracts, over which dates, and the way from everything read to the denominator."""
    counted = findings.counted
    late = counted.filter(pl.col("incomplet")).height if "incomplet" in counted.columns else 0
    told = [sentences.of_span(counted, findings.population_label), sentences.of_incomplete(late, findings.as_of)]
    blocks: list = [Paragraph(tuple(s for s in told if s))]
    if findings.population in findings.contracts.columns:
        picture = charts.waterfall(tallies.steps(findings.contracts, findings.population))
        blocks.append(figure("fig-denominateur", "Des contrats lus au dénominateur des parts", picture))
    return tuple(blocks)


@written("populations")
def section_populations(findings: Findings) -> Told:
    """The three populations side by side."""
    rows = [findings.rows(*CODES, population=name).with_columns(ordre=pl.lit(i)) for i, name in enumerate(POPULATIONS)]
    long = named(pl.concat(rows))
    if not long.height:
        return None
    wide = long.pivot("population", index="nom", values=["valeur", "denominateur"], aggregate_function="first")
    names = [name for name in POPULATIONS if f"valeur_{name}" in wide.columns]
    columns = [Column("nom", "Considération")]
    for name in names:
        size = wide.select(pl.col(f"denominateur_{name}").max()).item() or 0
        columns.append(
            Column(
                f"valeur_{name}",
                f"{POPULATIONS[name].capitalize()} (n{french.NBSP}={french.NBSP}{french.number(size)})",
                "part",
            )
        )
    note = (
        f"Retenus dans le reste du rapport : {findings.population_label}. Parts sur l'ensemble, en nombre de contrats."
    )
    shown = table(
        "tab-populations", "La même part selon les contrats que l'on compte", wide, columns, french.typeset(note)
    )
    return (shown,)


def accounts_table(accounts: pl.DataFrame) -> TableBlock:
    """ACCOUNTS with its check, totals in the last line."""
    sums = "{lus}-{contrats}-{versions_titulaires}-{doublons}-{concessions}-{rejetes}"
    columns: list[Column | str] = [
        "source",
        "dialecte",
        *(Column(c, _ACCOUNT_LABELS[c], "entier", True, extra=c in _APART) for c in _ACCOUNT_LABELS),
        Column("ecart", "Écart", "entier", True, sums),
        Column("doutes", "Doutes", "entier", True),
    ]
    note = "Trouvés = contrats + versions et titulaires + doublons + concessions + rejetés ; l'écart doit être nul."
    named = accounts.with_columns(pl.col("dialecte").str.replace_many(DIALECTS))
    return table("tab-comptes", "Le compte de chaque fichier", named, columns, french.typeset(note))


def refusals_table(findings: Findings) -> TableBlock:
    """How many records each rule refused or doubted; its message says it, its code is in rejets.csv."""
    columns: list[Column | str] = [
        "niveau",
        "champ",
        Column("n", "Enregistrements", "entier", True),
        Column("exemple", "Exemple de message"),
    ]
    rows = tallies.refusals(findings.rejects).with_columns(pl.col("champ").replace(LABELS))
    return table("tab-rejets", "Ce qui a été refusé ou mis en doute, par règle", rows, columns)


#: What is neither kept nor refused.
_APART = ("versions_titulaires", "doublons", "concessions")
_ACCOUNT_LABELS = {
    "lus": "Trouvés",
    "contrats": "Contrats",
    "versions_titulaires": "Versions et titulaires",
    "doublons": "Doublons",
    "concessions": "Concessions",
    "rejetes": "Rejetés",
}
