"""The whole chain on an invented national-size tabular file: everything scored and measured, then one buyer's diagnostic.

    python tests/benchmarks/bench_national.py [NATIONAL.parquet] [--lignes N]

Then the same from the prepared copy (``spaser preparer``), made in a folder of its own. Each of the runs in its own process: seconds, processor seconds (on a shared machine they say more than the clock)
and peak memory. The whole: read, check, assemble, families, buyers, declared considerations, scores, every indicator on
every breakdown. The buyer: from the same file to its measures, contributions and obligations, by part of its SIRET.
The ratios to vectorised pandas and to a row-by-row script are those of ``bench_score.py``.
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
start = time.perf_counter()
base = diagnostic.prepare(sys.argv[1])
table = base.contracts if base.measured is None else base.measured
indicators.measure(table).collect(engine="streaming")
print(time.perf_counter() - start, table.select("uid").collect().height)
"""
ONE = """
import sys, time
from spaser.studies import diagnostic
start = time.perf_counter()
from pathlib import Path
cache = Path(sys.argv[3]) if len(sys.argv) > 3 else None
result = diagnostic.diagnose(sys.argv[1], buyer=sys.argv[2], cache=cache)
print(time.perf_counter() - start, result.contracts.height)
"""
COPY = """
import sys, time
from pathlib import Path
from spaser.studies import diagnostic
start = time.perf_counter()
diagnostic.copy(sys.argv[1], cache=Path(sys.argv[2]))
print(time.perf_counter() - start, 0)
"""


def buyer(path: Path) -> str:
    """A buyer of ordinary size: the first, in alphabetical order, near a thousand rows (or the one that has most)."""
    counted = pl.scan_parquet(path).group_by("acheteur_id").len().collect()
    ordinary = counted.filter(pl.col("len").is_between(800, 2_000)).sort("acheteur_id")
    return str((ordinary if ordinary.height else counted.sort("len", descending=True))["acheteur_id"][0])


def measured(path: Path, cache: Path) -> str:
    lines = [f"{'':<28}{'secondes':>10}{'processeur':>12}{'pic (Mio)':>11}{'contrats':>10}{'but':>20}"]
    runs = (
        ("tout noté et mesuré", WHOLE, (str(path),), "15 s, 2048 Mio"),
        ("diagnostic d'un acheteur", ONE, (str(path), buyer(path)), "2,5 s"),
        ("copie préparée", COPY, (str(path), str(cache)), "2048 Mio"),
        ("un acheteur, de la copie", ONE, (str(path), buyer(path), str(cache)), "1 s"),
    )
    for title, script, arguments, aim in runs:
        seconds, count, peak, processor = bench_read_json.measured(script, *arguments)
        lines.append(f"{title:<28}{seconds:>10.1f}{processor:>12.1f}{peak:>11.0f}{count:>10}{aim:>20}")
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("fichier", type=Path, nargs="?")
    parser.add_argument("--lignes", type=int, default=national.ROWS)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        path = options.fichier or national.write(Path(folder) / "national.parquet", options.lignes)
        sys.stdout.write(measured(path, Path(folder) / "cache"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
