"""Runs killed at random moments: the files of the run before stay whole, the rerun gives the same bytes, nothing is left. By hand:

PYTHONPATH=. python tests/fuzz/kills.py --times 50 -- diagnostic data/marches_demo_2023.json
PYTHONPATH=. python tests/fuzz/kills.py --together 8 -- diagnostic data/marches_demo_2023.json
"""

from __future__ import annotations

import argparse
import hashlib
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from spaser.deliverables import written

#: Commands whose mission has its own.
WITHOUT_CACHE = ("rapport",)


def marks(folder: Path) -> dict[str, str]:
    """The sum of each file of a folder, hidden ones included."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


#: What a run of several reports keeps of its own progress, to go on from there.
PROGRESS = ("etat.json", "index.html")


def torn(seen: dict[str, str], whole: dict[str, str]) -> list[str]:
    """The folders that hold a part of their files, or other bytes: each folder is a set, there whole or not at all."""
    faults = []
    for folder in {str(Path(name).parent) for name in whole}:
        here, shown = (
            {
                name: mark
                for name, mark in files.items()
                if str(Path(name).parent) == folder
                and not Path(name).name.startswith(".")
                and Path(name).name not in PROGRESS
            }
            for files in (seen, whole)
        )
        if any(shown.get(name) != mark for name, mark in here.items()) or 0 < len(here) < len(shown):
            faults.append(f"{folder} : {sorted(here)} au lieu de {sorted(shown)}")
    return faults


def command(arguments: list[str], folder: Path) -> subprocess.Popen[bytes]:
    asked = [
        sys.executable,
        "-m",
        "spaser",
        *arguments,
        *([] if arguments[0] in WITHOUT_CACHE else ["--cache", str(folder / "cache")]),
        "--sortie",
        str(folder / "sortie"),
    ]
    return subprocess.Popen(asked, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)


def main() -> int:
    """The command; its exit code is the number of faults."""
    asked = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    asked.add_argument("--times", type=int, default=0)
    asked.add_argument("--together", type=int, default=0)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("arguments", nargs="+")
    choices = asked.parse_args()
    rng, faults = random.Random(choices.seed), 0
    with tempfile.TemporaryDirectory() as place:
        home = Path(place)
        start = time.monotonic()
        assert command(choices.arguments, home / "a").wait() == 0
        whole, length = marks(home / "a" / "sortie"), time.monotonic() - start
        print(f"une course : {length:.1f} s, {len(whole)} fichiers", flush=True)
        killed = home / "b"
        for rank in range(choices.times):
            run = command(choices.arguments, killed)
            time.sleep(rng.uniform(0, length))
            run.kill()
            run.wait()
            fault = torn(marks(killed / "sortie") if (killed / "sortie").exists() else {}, whole)
            if fault:
                faults += 1
                print(f"mort {rank} : {fault}", flush=True)
        if choices.times:
            assert command(choices.arguments, killed).wait() == 0
            faults += marks(killed / "sortie") != whole
            left = [path.name for path in (killed / "sortie").rglob(".*") if path.name != written.NAME] + [
                path.name for path in (killed / "cache").rglob(".spaser-*")
            ]
            print(f"{choices.times} morts, {faults} fautes ; laissés : {left}", flush=True)
            faults += len(left)
        if choices.together:
            runs = [command(choices.arguments, home / "c") for _ in range(choices.together)]
            codes = [run.wait() for run in runs]
            same = marks(home / "c" / "sortie") == whole
            print(f"{choices.together} courses ensemble : codes {codes}, mêmes octets : {same}", flush=True)
            faults += sum(code != 0 for code in codes) + (not same)
    return faults


if __name__ == "__main__":
    sys.exit(main())
