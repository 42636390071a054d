"""The officer's answers to the findings: what was accepted, what was refused, by whom, when and why (DECISIONS « constat »)."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from spaser.problems import Problem, Problems
from spaser.sources import dates
from spaser.sources.registers.files import plain
from spaser.vocabulary import DECISIONS

#: Written before an identifier so that no spreadsheet takes it for a number and rounds it.
MARK = "contrat "
COLUMNS = ("contrat", "consideration", "decision", "auteur", "date", "motif")
ANSWERS = {"accepte": ("accepte", "accepter", "oui", "a"), "refuse": ("refuse", "refuser", "rejete", "non", "r")}


def read_answers(path: Path | str) -> pl.LazyFrame:
    """DECISIONS of type « constat » read from the CSV the diagnostic writes, lines without a decision left aside.

    Raises
    ------
    Problem
        The file is absent, a column lacks, or a decision is neither « accepté » nor « refusé » (all lines listed).
    """
    file = Path(path)
    if not file.is_file():
        raise Problem("Fichier de décisions introuvable", where=str(file))
    text = _decoded(file.read_bytes())
    first = text.partition("\n")[0]
    try:
        frame = pl.read_csv(text.encode("utf-8"), separator=max(";,\t", key=first.count), infer_schema=False)
    except pl.exceptions.PolarsError as error:
        raise Problem("Le fichier de décisions ne se lit pas", where=file.name, why="Une ligne n'a pas les colonnes annoncées") from error
    names = {plain(name): name for name in frame.columns}
    missing = [word for word in COLUMNS[:3] if plain(word) not in names]
    if missing:
        raise Problem(f"Il manque une colonne au fichier de décisions : {', '.join(missing)}", where=file.name,
                      todo="Repartez du fichier constats.csv écrit à côté du diagnostic")  # fmt: skip
    known = [(pl.col(names[plain(w)]) if plain(w) in names else pl.lit(None, pl.String)).str.strip_chars().alias(w) for w in COLUMNS]
    return DECISIONS.conform(_answered(frame.select(known).with_row_index("ligne", offset=2), file).lazy())


def _answered(rows: pl.DataFrame, file: Path) -> pl.DataFrame:
    spelt = {word: answer for answer, words in ANSWERS.items() for word in words}
    said = pl.col("decision").fill_null("").str.to_lowercase().str.replace_all("[éè]", "e")
    rows = rows.with_columns(lu=pl.col("decision"), said=said).filter(pl.col("said") != "")
    rows = rows.with_columns(valeur=said.replace_strict(spelt, default=None, return_dtype=pl.String))
    wrong = rows.filter(pl.col("valeur").is_null() | pl.col("contrat").is_null()).select("ligne", "lu").rows()
    if wrong:
        items = [f"ligne {line} : « {seen} » n'est ni « accepté » ni « refusé »" for line, seen in wrong]
        raise Problems(f"Décisions refusées dans {file.name}", items)
    return rows.with_columns(
        objet_type=pl.lit("constat"), objet_id=pl.col("contrat").str.strip_prefix(MARK), champ="consideration", date=dates.day(pl.col("date").cast(pl.String), pl.String()).alias("date")
    ).unique(["objet_id", "champ"], keep="last", maintain_order=True)  # fmt: skip


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252")


def answers_table(gaps: pl.DataFrame) -> pl.DataFrame:
    """The findings as the officer answers them: one line each, the answers already given kept."""
    return gaps.select(
        pl.concat_str(pl.lit(MARK), "uid").alias("contrat"), "consideration", "decision", "auteur", "date", pl.col("motif_decision").alias("motif"),
        "liste", "certitude", pl.col("motif").alias("constat"), "citation", "objet",
    )  # fmt: skip
