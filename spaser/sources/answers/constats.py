"""The officer's answers to the findings: what was accepted, what was refused, by whom, when and why (DECISIONS « constat »)."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from spaser import settings, text
from spaser.settings import Column
from spaser.sources import dates
from spaser.vocabulary import DECISIONS, GAP_LISTS
from spaser.vocabulary.spoken import VALUES

#: Written before an identifier so that no spreadsheet takes it for a number and rounds it.
MARK = "contrat "
#: Which of the two lists of findings, as who answers reads it.
COLUMNS = ("contrat", "consideration", "decision", "auteur", "date", "motif")
#: The other columns of the file written by the diagnostic are for who answers.
READ = {
    word: Column((word,), needed=word in COLUMNS[:3])
    for word in (*COLUMNS, "liste", "certitude", "constat", "citation", "objet")
}
GONE = "constat qui n'est plus fait : votre décision est gardée"
ANSWERS = {"accepte": ("accepte", "accepter", "oui", "a"), "refuse": ("refuse", "refuser", "rejete", "non", "r")}


def read_answers(path: Path | str) -> pl.LazyFrame:
    """DECISIONS of type « constat » read from the CSV the diagnostic writes, lines without a decision left aside.

    Raises
    ------
    Problem
        The file is absent, a column lacks, or a decision is neither « accepté » nor « refusé » (all lines listed).
    """
    rows, faults = settings.rows(
        path, READ, "Le fichier de décisions", todo="Repartez du fichier constats.csv écrit à côté du diagnostic"
    )
    found = _answered(rows.select("ligne", *COLUMNS), faults)
    faults.complain(f"Décisions refusées dans {Path(path).name}")
    return DECISIONS.conform(found.lazy())


def _answered(rows: pl.DataFrame, faults: settings.Faults) -> pl.DataFrame:
    spelt = {word: answer for answer, words in ANSWERS.items() for word in words}
    said = pl.col("decision").fill_null("").str.to_lowercase().str.replace_all("[éè]", "e")
    rows = rows.with_columns(lu=pl.col("decision"), said=said).filter(pl.col("said") != "")
    rows = rows.with_columns(valeur=said.replace_strict(spelt, default=None, return_dtype=pl.String))
    for line, seen in rows.filter(pl.col("valeur").is_null()).select("ligne", "lu").rows():
        faults.add_line(line, f"« {settings.short(seen)} » n'est ni « accepté » ni « refusé »")
    for line in rows.filter(pl.col("contrat").is_null() | pl.col("consideration").is_null())["ligne"]:
        faults.add_line(line, "le contrat ou la considération manque")
    named = {text.fold(word): code for code, word in VALUES["consideration"].items()}
    rows, _ = dates.day_first(rows, ["date"])
    return (
        rows.with_columns(
            # As it is shown, or the code of an older file.
            consideration=text.fold_expr(pl.col("consideration")).replace_strict(
                named, default=pl.col("consideration")
            ),
            objet_type=pl.lit("constat"),
            objet_id=pl.col("contrat").str.strip_prefix(MARK),
            date=dates.day(pl.col("date").cast(pl.String), pl.String()).alias("date"),
        )
        .with_columns(champ="consideration")
        .unique(["objet_id", "champ"], keep="last", maintain_order=True)
    )


def answers_table(gaps: pl.DataFrame, before: pl.DataFrame | None = None) -> pl.DataFrame:
    """The findings as the officer answers them: one line each, the answers already given kept.

    ``before`` are the answers that the file held (DECISIONS): those that no line of ``gaps`` has are kept, even for a finding that is no longer made.
    """
    table = _table(gaps)
    if before is None or not before.height:
        return table
    held = before.select(
        contrat=pl.concat_str(pl.lit(MARK), "objet_id"),
        consideration="champ",
        decision="valeur",
        auteur="auteur",
        date="date",
        motif="motif",
    )
    named = ("decision", "auteur", "date", "motif")
    joined = table.join(held, on=["contrat", "consideration"], how="left", suffix="_avant", maintain_order="left")
    answered = pl.col("decision").is_not_null()
    kept = joined.with_columns(
        pl.when(answered).then(name).otherwise(f"{name}_avant").alias(name) for name in reversed(named)
    ).select(table.columns)
    gone = held.join(table, on=["contrat", "consideration"], how="anti").with_columns(constat=pl.lit(GONE))
    return pl.concat([kept, gone], how="diagonal_relaxed").select(table.columns)


def _table(gaps: pl.DataFrame) -> pl.DataFrame:
    return gaps.select(
        pl.concat_str(pl.lit(MARK), "uid").alias("contrat"),
        "consideration",
        "decision",
        "auteur",
        "date",
        pl.col("motif_decision").alias("motif"),
        pl.col("liste").replace(GAP_LISTS),
        "certitude",
        pl.col("motif").alias("constat"),
        "citation",
        "objet",
    )
