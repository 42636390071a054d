"""Whether two states of the project give the same results: a digest of every table, here and in another checkout.

    python tests/benchmarks/bench_same.py FICHIERS… [--acheteur NOM] [--contre DOSSIER]

The tables are those of the essential plan (what the country is measured on), of the whole assembly, and of the diagnostic of
one buyer. A digest does not depend on the order of rows or columns. With ``--contre``, the same is run with the code of
another checkout (``git worktree add``), in its own process: differences are listed, and the command fails.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import polars as pl

ROOT = Path(__file__).parents[2]


def digest(table: pl.DataFrame) -> str:
    """The content of a table, whatever the order of its rows and columns."""
    lines = sorted(table.select(sorted(table.columns)).write_ndjson().encode("utf-8").splitlines())
    return hashlib.sha256(b"\n".join(lines)).hexdigest()[:16]


def tables(paths: list[str], buyer: str | None) -> Iterator[tuple[str, pl.DataFrame]]:
    """Every table worth comparing, with its name."""
    from spaser import contracts, sources
    from spaser.studies import diagnostic

    reading = sources.read(paths)
    day = contracts.as_of_default(reading.records).collect().item()
    yield "lecture.rejets", reading.rejects.collect()
    yield "contrats.essentiels", contracts.essential(reading.records, as_of=day).collect(engine="streaming")
    built = contracts.build(reading.records, as_of=day)
    for name in ("contracts", "holders", "versions", "subcontracts", "fates"):
        yield f"contrats.{name}", getattr(built, name).collect()
    found = diagnostic.diagnose(paths, buyer=buyer)
    for name in ("contracts", "holders", "subcontracts", "measures", "contributions"):
        yield f"diagnostic.{name}", getattr(found, name)
    yield from ((f"diagnostic.{name}", table) for name, table in found.extras.items())


def told(paths: list[str], buyer: str | None) -> dict[str, list[object]]:
    return {name: [table.height, digest(table)] for name, table in tables(paths, buyer)}


def elsewhere(folder: Path, arguments: list[str]) -> dict[str, list[object]]:
    """What the code of another checkout tells."""
    done = subprocess.run(
        [sys.executable, __file__, *arguments, "--json"],
        env=os.environ | {"PYTHONPATH": str(folder), "PYTHONUTF8": "1"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return dict(json.loads(done.stdout))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("fichiers", nargs="+")
    parser.add_argument("--acheteur")
    parser.add_argument("--contre", type=Path)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    asked = options.fichiers + (["--acheteur", options.acheteur] if options.acheteur else [])
    if options.json:
        sys.stdout.write(json.dumps(told(options.fichiers, options.acheteur)))
        return 0
    mine = elsewhere(ROOT, asked)
    theirs = elsewhere(options.contre, asked) if options.contre else mine
    different = 0
    for name in dict.fromkeys([*mine, *theirs]):
        same = mine.get(name) == theirs.get(name)
        different += not same
        sys.stdout.write(
            f"{'' if same else 'DIFFÈRE ':<9}{name:<40}{mine.get(name)}{'' if same else theirs.get(name)}\n"
        )
    sys.stdout.write(f"{len(mine)} tables, {different} différentes\n")
    return int(bool(different))


if __name__ == "__main__":
    sys.exit(main())
