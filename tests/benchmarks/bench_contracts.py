"""Time and memory of ``contracts.build`` on an invented national-size file, beside a naive pandas assembly.

    python tests/benchmarks/bench_contracts.py NATIONAL.parquet [--lignes N] [--sans-pandas]

The file comes from ``national.py``. Pandas does less (current version, first date, holders counted, stem of the subject,
sums per consultation); it is given only the columns it needs. CPU seconds are shown since they do not depend on neighbours.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from datetime import date
from multiprocessing import get_context
from pathlib import Path

import polars as pl

from spaser import contracts
from spaser import vocabulary as words

NEEDED = [
    "uid",
    "acheteur_id",
    "titulaire_id",
    "modification_id",
    "objet",
    "codeCPV",
    "montant",
    "dateNotification",
    "dureeMois",
]


def records(path: Path, rows: int) -> pl.LazyFrame:
    """The tabular file as RECORDS, by the shortest way: the reader's own checks are measured elsewhere."""
    scan = pl.scan_parquet(path).head(rows).with_row_index("position", offset=1)
    holder = pl.struct("titulaire_id", "titulaire_typeIdentifiant", "titulaire_nom")
    frame = scan.with_columns(
        source=pl.lit(path.name),
        dialecte=pl.lit("decp_tabulaire"),
        type_contrat=pl.lit("marche"),
        date_version="dateNotification",
        montant=(pl.col("montant") * words.CENT).round(0).cast(pl.Int64),
        titulaires=pl.concat_list(holder),
    )
    flags = [pl.col(word.name) == "true" for word in words.DESCRIPTION if word.dtype == pl.Boolean()]
    return words.RECORDS.conform(frame.with_columns(flags))


def with_spaser(path: str, rows: int) -> int:
    table = contracts.build(records(Path(path), rows), as_of=date(2026, 9, 30)).contracts
    sums = table.group_by("annee").agg(pl.len(), pl.col("montant_retenu").sum(), pl.col("seuil_besoin").sum())
    return int(sums.collect(engine="streaming")["len"].sum())


def with_pandas(path: str, rows: int) -> int:
    import pandas as pd

    frame = pd.read_parquet(path, columns=NEEDED).head(rows)
    frame = frame.sort_values(["uid", "modification_id", "dateNotification"])
    current = frame.drop_duplicates("uid", keep="last").set_index("uid")
    grouped = frame.groupby("uid")
    current["premiere"] = grouped["dateNotification"].min()
    current["nb_titulaires"] = grouped["titulaire_id"].nunique()
    text = (
        current["objet"]
        .str.lower()
        .str.replace(r" lots? (?:n°)?\d.*$", "", regex=True)
        .str.replace("[^a-z0-9]+", " ", regex=True)
    )
    current["cle"] = current["acheteur_id"] + current["codeCPV"].str[:3] + text
    current = current.sort_values(["cle", "premiere"])
    starts = (current["cle"] != current["cle"].shift()) | (current["premiere"].diff().dt.days > 60)
    current["consultation"] = starts.cumsum()
    current.groupby("consultation")["montant"].transform("sum")
    return len(current)


def _measured(work: Callable[[str, int], int], path: str, rows: int, channel: object) -> None:
    start, cpu = time.perf_counter(), time.process_time()
    count = work(path, rows)
    try:
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    except ImportError:  # Windows does not say
        peak = float("nan")
    channel.put((count, time.perf_counter() - start, time.process_time() - cpu, peak))


def measure(work: Callable[[str, int], int], path: Path, rows: int) -> tuple[int, float, float, float]:
    """Contracts counted, seconds, CPU seconds and peak GiB of one run in a fresh process."""
    context = get_context("spawn")
    channel = context.Queue()
    process = context.Process(target=_measured, args=(work, str(path), rows, channel))
    process.start()
    result = channel.get(timeout=900)
    process.join()
    return result


def main() -> int:
    parser = argparse.ArgumentParser(description="Mesure l'assemblage des contrats.")
    parser.add_argument("fichier", type=Path)
    parser.add_argument("--lignes", type=int, default=10**9)
    parser.add_argument("--sans-pandas", action="store_true")
    options = parser.parse_args()
    ours = measure(with_spaser, options.fichier, options.lignes)
    sys.stdout.write("méthode   contrats   secondes   s CPU   pic Gio\n")
    sys.stdout.write("spaser  {:>10} {:>10.1f} {:>7.1f} {:>9.2f}\n".format(*ours))
    if not options.sans_pandas:
        theirs = measure(with_pandas, options.fichier, options.lignes)
        sys.stdout.write("pandas  {:>10} {:>10.1f} {:>7.1f} {:>9.2f}\n".format(*theirs))
        sys.stdout.write(
            f"rapport pandas / spaser : {theirs[1] / ours[1]:.1f} fois le temps, {theirs[3] / ours[3]:.1f} fois la mémoire\n"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
