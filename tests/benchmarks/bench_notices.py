"""How notices are read, against a plain parse of the same files, and how far the BOAMP flags agree with what the text says.

    python tests/benchmarks/bench_notices.py [FOLDER]

FOLDER holds ``boamp/*.csv`` and ``ted/*.xml`` (by default ../shared/data beside the project).
"""

from __future__ import annotations

import csv
import sys
import time
from pathlib import Path

import polars as pl

from spaser import detection
from spaser.sources.notices import Notices, read_notices, texts

SHARED = Path(__file__).parents[3] / "shared" / "data"
FLAGS = {"soc": "annonce_social", "env": "annonce_environnement"}


def plain(folder: Path) -> tuple[int, float]:
    """The rows of the CSV as the standard library counts them, and the seconds it takes."""
    start = time.perf_counter()
    rows = sum(
        len(list(csv.DictReader(path.open(encoding="utf-8", newline=""))))
        for path in sorted((folder / "boamp").glob("*.csv"))
    )
    return rows, time.perf_counter() - start


def agreement(read: Notices) -> pl.DataFrame:
    """One row per dimension, flag and what the text says explicitly: how many notices, and how many had conditions to read."""
    said = detection.summarise(detection.detect(texts(read))).select(avis="texte_id", env="env", soc="soc").collect()
    notices = read.notices.filter(pl.col("annonce_social").is_not_null()).join(said, on="avis", how="left")
    parts = [
        notices.group_by(drapeau=flag, texte=pl.col(dimension).fill_null(0) == 2)
        .agg(avis=pl.len(), avec_conditions=pl.col("conditions").is_not_null().sum())
        .with_columns(dimension=pl.lit(dimension))
        for dimension, flag in FLAGS.items()
    ]
    return (
        pl.concat(parts)
        .select("dimension", "drapeau", "texte", "avis", "avec_conditions")
        .sort("dimension", "drapeau", "texte")
    )


def spoken(table: pl.DataFrame) -> list[str]:
    lines = []
    for dimension in FLAGS:
        n = {
            (flag, text): (count, full)
            for flag, text, count, full in table.filter(pl.col("dimension") == dimension)
            .select("drapeau", "texte", "avis", "avec_conditions")
            .rows()
        }
        get = lambda flag, text, rank=0, n=n: n.get((flag, text), (0, 0))[rank]  # noqa: E731
        flagged, told = get(True, True) + get(True, False), get(True, True) + get(False, True)
        total = flagged + get(False, True) + get(False, False)
        full = sum(get(f, t, 1) for f in (True, False) for t in (True, False))
        agree = get(True, True, 1) + get(False, False, 1)
        lines += [
            f"{dimension} : {total} avis ; drapeau oui {flagged}, texte explicite {told}, les deux {get(True, True)}",
            f"  drapeau oui, texte muet : {get(True, False)} ({get(True, False) / max(1, flagged):.1%} des drapeaux)",
            f"  texte explicite, drapeau non : {get(False, True)} ({get(False, True) / max(1, told):.1%} des textes explicites)",
            f"  parmi les {full} avis dont les conditions sont publiées : accord {agree / max(1, full):.1%}, "
            f"drapeau seul {get(True, False, 1)}, texte seul {get(False, True, 1)}",
        ]
    return lines


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else SHARED
    if not folder.is_dir():
        raise SystemExit(f"Données absentes : {folder}")
    for name in ("boamp", "ted"):
        start = time.perf_counter()
        read = read_notices(folder / name)
        seconds = time.perf_counter() - start
        sums = read.files.select(pl.col("trouves", "avis", "doublons", "rejetes", "lots", "criteres").sum()).row(
            0, named=True
        )
        balance = sums["trouves"] == sums["avis"] + sums["doublons"] + sums["rejetes"]
        print(f"{name} : {sums}, compte juste : {balance}, {seconds:.2f} s")
        if name == "boamp":
            rows, alone = plain(folder)
            print(
                f"  compte indépendant (csv de Python) : {rows} lignes, {alone:.2f} s ; rapport de temps {seconds / alone:.1f}"
            )
            print("\n".join(spoken(agreement(read))))


if __name__ == "__main__":
    main()
