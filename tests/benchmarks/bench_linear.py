"""Whether the cost of a whole file is a line: processor seconds and memory of the same chain on files of several sizes.

    python tests/benchmarks/bench_linear.py [NATIONAL.parquet] [--millions 0.32 1.6 3.2]

Each size is the beginning of the invented national file (``national.py``), taken as a large whole whatever its size: laid in
parts of buyers, understood part by part, every indicator measured. The last column is the cost per row against the smallest
size: 1 is a straight line through nothing.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import bench_read_json
import national
import polars as pl

WHOLE = """
import sys, time
from spaser import indicators
from spaser.studies import diagnostic
from spaser.studies.diagnostic import preparation
preparation.IN_MEMORY_RECORDS = 0
start = time.perf_counter()
base = diagnostic.prepare(sys.argv[1])
indicators.measure(base.measured).collect(engine="streaming")
print(time.perf_counter() - start, base.measured.select("uid").collect().height)
"""


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("fichier", type=Path, nargs="?")
    parser.add_argument("--millions", type=float, nargs="+", default=[0.32, 1.6, 3.2])
    options = parser.parse_args(arguments)
    sizes = [int(size * 1_000_000) for size in sorted(options.millions)]
    with tempfile.TemporaryDirectory() as folder:
        path = options.fichier or national.write(Path(folder) / "national.parquet", sizes[-1])
        sys.stdout.write(f"{'lignes':>10}{'contrats':>10}{'processeur':>12}{'pic (Mio)':>11}{'par ligne':>11}\n")
        first = 0.0
        for size in sizes:
            part = Path(folder) / f"{size}.parquet"
            pl.scan_parquet(path).head(size).sink_parquet(part, row_group_size=250_000)
            _, count, peak, processor = bench_read_json.measured(WHOLE, str(part))
            first = first or processor / size
            sys.stdout.write(f"{size:>10}{count:>10}{processor:>12.1f}{peak:>11.0f}{processor / size / first:>11.2f}\n")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
