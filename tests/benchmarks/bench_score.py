"""Scoring and measuring a national-size file: the kit, DuckDB SQL, vectorised pandas, and the row-by-row script one would write.

    python tests/benchmarks/bench_score.py [--lignes N]

All do the same job from the same Parquet file (invented, see national.py): one row per contract, the declared
considerations, the score of each contract, the five considerations by year in number and value. The row-by-row script
runs on a tenth of the rows and is multiplied by ten; times are processor seconds of all threads. The kit alone then measures every indicator on every breakdown.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import national
import pandas as pd
import polars as pl

sys.path.insert(0, str(Path(__file__).parents[2]))
from spaser import considerations, indicators
from spaser.considerations import scores  # noqa: E402

COLUMNS = [
    "uid",
    "acheteur_id",
    "codeCPV",
    "procedure",
    "dateNotification",
    "datePublicationDonnees",
    "montant",
    "considerationsSociales",
    "considerationsEnvironnementales",
]
WORDS = {
    "clause_sociale": ("considerationsSociales", "Clause sociale"),
    "critere_social": ("considerationsSociales", "Critère social"),
    "marche_reserve": ("considerationsSociales", "Marché réservé"),
    "clause_environnementale": ("considerationsEnvironnementales", "Clause environnementale"),
    "critere_environnemental": ("considerationsEnvironnementales", "Critère environnemental"),
}
SOCIAL = {"marche_reserve": 80, "clause_sociale": 60, "critere_social": 40}
GREEN = {"clause_environnementale": 60, "critere_environnemental": 40}


def contracts(path: Path) -> pl.LazyFrame:
    """Current rows, one per contract; the words of the tabular file for « none declared » put back as the law says."""
    rows = pl.scan_parquet(path).filter("donneesActuelles").select(COLUMNS)
    rows = rows.filter(pl.col("uid").hash().is_first_distinct())  # any row of a contract: they agree on these columns
    usable = pl.col("montant").is_between(100, 3e9)
    cents = pl.when(usable).then((pl.col("montant") * 100).round().cast(pl.Int64))
    none = {"considerationsSociales": "sociale", "considerationsEnvironnementales": "environnementale"}
    return rows.with_columns(
        *(pl.col(name).replace({"Sans objet": f"Pas de considération {word}"}) for name, word in none.items()),
        montant=cents,
        montant_retenu=cents,
        montant_bas=cents,
        montant_haut=cents,
        montant_statut=pl.when(usable).then(pl.lit("valide")).otherwise(pl.lit("impossible")),
        annee=pl.col("dateNotification").dt.year(),
        cpv_division=pl.col("codeCPV").str.head(2),
        seuil_besoin=pl.lit(True),
    )


def kit(path: Path) -> tuple[int, int, int]:
    scored = scores.score(considerations.declared(contracts(path)))
    measured = indicators.measure(scored, indicators=list(WORDS), by=("annee",))
    totals, rows = pl.collect_all(
        [scored.select(pl.len(), pl.col("score_bas").cast(pl.Int64).sum()), measured], engine="streaming"
    )
    first = rows.row(0, named=True)
    return totals.item(0, 0), totals.item(0, 1), first["numerateur"]


def everything(path: Path) -> int:
    scored = scores.score(considerations.declared(contracts(path)))
    return indicators.measure(scored).collect(engine="streaming").height


def vectorised(path: Path) -> tuple[int, int, int]:
    rows = pd.read_parquet(path, columns=[*COLUMNS, "donneesActuelles"])
    rows = rows[rows["donneesActuelles"]].drop_duplicates("uid")
    rows["valeur"] = (rows["montant"].where(rows["montant"].between(100, 3e9)) * 100).round()
    rows["annee"] = pd.to_datetime(rows["dateNotification"]).dt.year
    for name, (field, word) in WORDS.items():
        rows[name] = rows[field].str.contains(word, regex=False).fillna(False).astype(bool)
        rows[f"{name}_repond"] = rows[field].notna()
    social = sum(rows[name] * points for name, points in SOCIAL.items()).clip(upper=100)
    green = sum(rows[name] * points for name, points in GREEN.items()).clip(upper=100)
    rows["score"] = (social * 40 + 50) // 100 + (green * 40 + 50) // 100
    total = 0
    for keys in ([], ["annee"]):
        for name in WORDS:
            for weight in ("n", "valeur"):
                amount = pd.Series(1, rows.index) if weight == "n" else rows["valeur"]
                parts = pd.DataFrame(
                    {"oui": amount * rows[name], "repondus": amount * rows[f"{name}_repond"], "tous": amount}
                )
                (parts.groupby(rows["annee"]) if keys else parts).sum()
        total += len(keys)
    return len(rows), int(rows["score"].sum()), int(rows["clause_sociale"].sum())


def in_sql(path: Path) -> tuple[int, int, int]:
    """The same with DuckDB, as its users would write it: one table of contracts, one query for the figures."""
    import duckdb

    base = duckdb.connect()
    said = ", ".join(f"coalesce(contains({field}, '{word}'), false) AS {name}" for name, (field, word) in WORDS.items())
    answered = ", ".join(f"{field} IS NOT NULL AS {name}_repond" for name, (field, _) in WORDS.items())
    base.execute(
        f"CREATE TABLE marches AS SELECT DISTINCT ON (uid) uid, year(dateNotification) AS annee, {said}, {answered}, "
        f"CASE WHEN montant BETWEEN 100 AND 3e9 THEN CAST(round(montant * 100) AS BIGINT) END AS valeur "
        f"FROM read_parquet('{path.as_posix()}') WHERE donneesActuelles"
    )
    social, green = (
        "least(100, " + " + ".join(f"{points} * {name}::INT" for name, points in table.items()) + ")"
        for table in (SOCIAL, GREEN)
    )
    figures = ", ".join(
        f"sum(CASE WHEN {name} THEN {amount} END), sum(CASE WHEN {name}_repond THEN {amount} END), sum({amount})"
        for name in WORDS
        for amount in ("1", "valeur")
    )
    base.execute(f"SELECT annee, {figures} FROM marches GROUP BY GROUPING SETS ((), (annee))").fetchall()
    score = f"({social} * 40 + 50) // 100 + ({green} * 40 + 50) // 100"
    told = base.execute(f"SELECT count(*), sum({score}), sum(clause_sociale::INT) FROM marches").fetchall()[0]
    return int(told[0]), int(told[1]), int(told[2])


def row_by_row(path: Path) -> tuple[int, int, int]:
    rows = pd.read_parquet(path, columns=[*COLUMNS, "donneesActuelles"])
    seen: set[str] = set()
    tallies: dict[tuple[Any, str], list[float]] = {}
    total = clauses = 0
    for _, row in rows.iterrows():
        if not row["donneesActuelles"] or row["uid"] in seen:
            continue
        seen.add(row["uid"])
        answers = {name: isinstance(row[field], str) and word in row[field] for name, (field, word) in WORDS.items()}
        social = min(100, sum(points for name, points in SOCIAL.items() if answers[name]))
        green = min(100, sum(points for name, points in GREEN.items() if answers[name]))
        total += (social * 40 + 50) // 100 + (green * 40 + 50) // 100
        clauses += answers["clause_sociale"]
        for name, yes in answers.items():
            for year in (None, row["dateNotification"].year):
                tally = tallies.setdefault((year, name), [0, 0])
                tally[0] += yes
                tally[1] += row["montant"] * yes if 100 <= row["montant"] <= 3e9 else 0
    return len(seen), total, clauses


def timed(work: Callable[[Path], Any], path: Path) -> tuple[float, Any]:
    start = time.process_time()
    result = work(path)
    return time.process_time() - start, result


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lignes", type=int, default=national.ROWS)
    size = parser.parse_args().lignes
    with tempfile.TemporaryDirectory() as folder:
        whole, tenth = Path(folder) / "national.parquet", Path(folder) / "dixieme.parquet"
        national.write(whole, size)
        pl.scan_parquet(whole).head(size // 10).sink_parquet(tenth)
        ours, told = timed(kit, whole)
        theirs, same = timed(vectorised, whole)
        sql, alike = timed(in_sql, whole) if find_spec("duckdb") else (None, told)
        script, part = timed(row_by_row, tenth)
        _, ours_part = timed(kit, tenth)
        full, lines = timed(everything, whole)
    assert told == same, f"les totaux diffèrent : {told} et {same}"
    assert told == alike, f"les totaux diffèrent : {told} et {alike}"
    assert part == ours_part, f"les totaux diffèrent sur le dixième : {part} et {ours_part}"
    out = [
        f"{size} lignes, {told[0]} contrats",
        f"kit                        {ours:8.2f} s",
        f"pandas vectorisé           {theirs:8.2f} s   {theirs / ours:6.1f} fois plus long (but : au moins 3)",
        f"DuckDB SQL                 {sql:8.2f} s   {sql / ours:6.1f} fois plus long (but : au moins 1)"
        if sql is not None
        else "DuckDB n'est pas installé",
        f"ligne à ligne (dixième ×10) {10 * script:7.1f} s   {10 * script / ours:6.1f} fois plus long (but : au moins 20)",
        f"kit, tous les indicateurs sur toutes les ventilations : {full:.2f} s, {lines} mesures",
    ]
    sys.stdout.write("\n".join(out) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
