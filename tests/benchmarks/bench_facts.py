"""What judging the facts of contracts costs, as a share of the whole, on an invented national-size tabular file.

    python tests/benchmarks/bench_facts.py [NATIONAL.parquet] [--lignes N]

The whole: read, check, assemble, families, buyers, scores and every indicator on every breakdown, as in
``bench_national.py``. Judging: what turns published fields into facts (dates, amendments, kind, amounts, consultations,
repeats, populations), and each of its steps. Processor seconds of every thread; aim: at most a tenth of the whole.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import national

from spaser import indicators
from spaser.contracts import (
    amendments,
    anomalies,
    consultations,
    days,
    doubts,
    frameworks,
    judging,
    kinds,
    populations,
    repeats,
    runs,
)
from spaser.studies import diagnostic

AIM = 0.1
STEPS: tuple[tuple[ModuleType, str, str], ...] = (
    (days, "judge", "dates"),
    (amendments, "judge", "avenants"),
    (kinds, "judge", "nature"),
    (kinds, "_written", "  lecture des objets"),
    (frameworks, "given", "  numéros donnés"),
    (frameworks, "by_number", "  par numéro"),
    (frameworks, "by_resemblance", "  par ressemblance"),
    (judging, "_amounts", "montants"),
    (consultations, "presume", "consultations"),
    (runs, "chained", "  lots qui se suivent"),
    (repeats, "maxima", "maxima répétés"),
    (repeats, "twins", "doublons"),
    (populations, "classify", "populations"),
    (anomalies, "sizes", "anomalies, médianes"),
    (anomalies, "judge", "anomalies"),
    (doubts, "told", "à vérifier"),
)


def timed(module: ModuleType, name: str, spent: dict[str, float], title: str) -> None:
    """Replaces a function of a room by itself, with its processor seconds added up under ``title``."""
    work: Callable[..., object] = getattr(module, name)

    def measured(*values: object, **named: object) -> object:
        start = time.process_time()
        result = work(*values, **named)
        spent[title] = spent.get(title, 0.0) + time.process_time() - start
        return result

    setattr(module, name, measured)


def measure(path: Path) -> str:
    spent: dict[str, float] = {}
    for module, name in ((judging, "_own"), (anomalies, "sizes"), (repeats, "twins"), (judging, "settled")):
        timed(module, name, spent, "juger")
    for module, name, title in STEPS:
        timed(module, name, spent, title)
    start = time.process_time()
    base = diagnostic.prepare(str(path))
    table = base.contracts if base.measured is None else base.measured
    indicators.measure(table).collect(engine="streaming")
    whole = time.process_time() - start
    lines = [f"{'étape':<20}{'s processeur':>14}{'part du tout':>14}", f"{'tout':<20}{whole:>14.2f}{1:>14.1%}"]
    lines += [f"{title:<20}{seconds:>14.2f}{seconds / whole:>14.1%}" for title, seconds in spent.items()]
    return "\n".join([*lines, f"but : juger coûte au plus {AIM:.0%} du tout", ""])


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("fichier", type=Path, nargs="?")
    parser.add_argument("--lignes", type=int, default=national.ROWS)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        sys.stdout.write(measure(options.fichier or national.write(Path(folder) / "national.parquet", options.lignes)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
