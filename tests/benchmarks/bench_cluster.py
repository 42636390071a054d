"""The country counted by parts of buyers, on an engine of processes that already exists, against one process.

    python tests/benchmarks/bench_cluster.py [NATIONAL.parquet] [--lignes N] [--parties 4]

The two verbs are ``counted_part`` (``tests/counted_parts.py``: one part, its contracts understood and counted) and ``indicators.merged`` (whole
numbers added, ratios computed once at the end): what runs them is any engine that calls a function elsewhere. Here it is
dask.distributed when it is installed (extra ``[cluster]``), on processes of this machine; the measures must be identical.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import national
import polars as pl

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1])]
from counted_parts import counted_part  # noqa: E402

from spaser import contracts, indicators, sources  # noqa: E402
from spaser.studies.diagnostic import parts  # noqa: E402


def one_by_one(laid: list[Path], day: date) -> pl.DataFrame:
    return _merged([counted_part(path, as_of=day) for path in laid])


def on_dask(laid: list[Path], day: date, workers: int = 2) -> pl.DataFrame:
    from dask.distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        waiting = [client.submit(counted_part, path, as_of=day) for path in laid]
        return _merged(client.gather(waiting))


def _merged(counts: list[pl.DataFrame]) -> pl.DataFrame:
    return indicators.merged(pl.concat(counts).lazy()).collect()


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("fichier", type=Path, nargs="?")
    parser.add_argument("--lignes", type=int, default=320_000)
    parser.add_argument("--parties", type=int, default=4)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = options.fichier or national.write(folder / "national.parquet", options.lignes)
        reading = sources.read(path)
        laid = parts.parted(reading.records, folder / "parties", options.parties, contracts.ESSENTIAL)
        day = contracts.as_of_default(pl.scan_parquet(laid)).collect().item()
        start = time.perf_counter()
        alone = one_by_one(laid, day)
        once = time.perf_counter() - start
        sys.stdout.write(f"{len(laid)} parties, {alone.height} mesures ; un processus : {once:.1f} s\n")
        if not find_spec("distributed"):
            sys.stdout.write("dask.distributed n'est pas installé (extra [cluster]) : rien d'autre n'est mesuré\n")
            return 0
        start = time.perf_counter()
        together = on_dask(laid, day)
        taken = time.perf_counter() - start
        assert together.equals(alone), "les mesures diffèrent"
        sys.stdout.write(
            f"dask.distributed, deux processus : {taken:.1f} s, {once / taken:.2f} fois plus vite ; mesures identiques\n"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
