"""Damaged files by the thousand, through every reader and every settings file. By hand, as long as asked:

    PYTHONPATH=.:tests python -m fuzz.run --seconds 60
    PYTHONPATH=.:tests python -m fuzz.run --seconds 600 --only mission xlsx --seed 7 --keep trouves

Each input is either read or refused by a ``Problem``; anything else (or an account that does not add up) is a fault, told with the
seed that makes it again. The last lines are the table: files, records, refusals and faults by reader.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from fuzz import bulk, rooms

from spaser.problems import Problem


@dataclass
class Count:
    """What became of the inputs of a reader."""

    files: int = 0
    records: int = 0
    refused: int = 0
    slowest: float = 0.0
    faults: dict[str, str] = field(default_factory=dict)


def one(name: str, seed: int, folder: Path, records: int = 0) -> tuple[Path, int | None, str]:
    """One input of a reader (of so many damaged records, when told): its file, how many were read (None when refused), and the
    fault if any."""
    room = rooms.ROOMS[name]
    path = folder / room.file
    rng = random.Random(f"{name}-{seed}")
    path.write_bytes(bulk.MAKE[name](rng, records) if records else room.make(rng))
    try:
        return path, room.read(path), ""
    except Problem as problem:
        told = str(problem)
        told.encode("utf-8")
        return path, None, "" if told.strip() else "message vide"
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001 - whatever is no Problem is what is looked for
        frames = traceback.extract_tb(error.__traceback__)
        place = next((frame for frame in reversed(frames) if "spaser" in frame.filename), frames[-1])
        return path, None, f"{type(error).__name__} {str(error)[:100]!r} {Path(place.filename).name}:{place.lineno}"


def run(names: list[str], seconds: float, seed: int, keep: Path | None = None, records: int = 0) -> dict[str, Count]:
    """Each reader for so many seconds, from a seed."""
    counts: dict[str, Count] = {}
    for name in names:
        count = counts.setdefault(name, Count())
        end, rank = time.monotonic() + seconds, 0
        with tempfile.TemporaryDirectory(prefix="fuzz-") as place:
            folder = rooms.fresh(Path(place) / "f")
            while time.monotonic() < end:
                start = time.monotonic()
                path, read, fault = one(name, seed + rank, folder, records)
                count.slowest = max(count.slowest, time.monotonic() - start)
                count.files += 1
                count.records += read or 0
                count.refused += read is None and not fault
                if fault and fault.split(" ")[-1] + fault.split(" ")[0] not in count.faults:
                    count.faults[fault.split(" ")[-1] + fault.split(" ")[0]] = f"graine {seed + rank} : {fault}"
                    if keep:
                        keep.mkdir(parents=True, exist_ok=True)
                        (keep / f"{name}-{seed + rank}-{path.name}").write_bytes(path.read_bytes())
                rank += 1
    return counts


def main() -> int:
    """The command."""
    asked = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    asked.add_argument("--seconds", type=float, default=5, help="par lecteur")
    asked.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    asked.add_argument("--only", nargs="+", default=list(rooms.ROOMS), choices=list(rooms.ROOMS))
    asked.add_argument("--keep", type=Path, help="dossier où garder les fichiers qui mettent en défaut")
    asked.add_argument(
        "--bulk", type=int, default=0, metavar="N", help="des fichiers de N enregistrements, chacun abîmé"
    )
    choices = asked.parse_args()
    names = [name for name in choices.only if not choices.bulk or name in bulk.MAKE]
    print(f"graine {choices.seed}", flush=True)
    total = Counter()
    for name in names:
        count = run([name], choices.seconds, choices.seed, choices.keep, choices.bulk)[name]
        print(
            f"{name:<16} {count.files:>7} fichiers {count.records:>8} enregistrements {count.refused:>7} refusés, le plus long {count.slowest:.2f} s",
            flush=True,
        )
        for fault in count.faults.values():
            print(f"    FAUTE {fault}", flush=True)
        total.update(files=count.files, records=count.records, faults=len(count.faults))
    print(f"total : {total['files']} fichiers, {total['records']} enregistrements, {total['faults']} sortes de fautes")
    return int(bool(total["faults"]))


if __name__ == "__main__":
    sys.exit(main())
