"""The cache of large readings: whole or not there, damaged or foreign parts read again, several runs at once, nothing left."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from spaser import sources
from spaser.guards import leftovers
from spaser.sources.contracts import reading, store

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture
def small(monkeypatch):
    """Every content is « large »: it goes through the cache, by parts of a few rows."""
    monkeypatch.setattr(reading, "IN_MEMORY", 0)
    monkeypatch.setattr(store, "PART_ROWS", 20)
    monkeypatch.setattr(reading, "FRAME_ROWS", 20)


def read(cache):
    found = sources.read(DATA / "marches_demo_2023.json", cache=cache)
    return found.records.collect(), found.files


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    "damage",
    [
        "note vide",
        "note tronquée",
        "note d'un autre",
        "compte vide",
        "partie absente",
        "partie vide",
        "partie abîmée",
        "partie étrangère",
        "rejets absents",
    ],
)
def test_what_is_damaged_or_foreign_in_the_cache_is_read_again(tmp_path, damage):
    whole, files = read(tmp_path)
    place = next(path for path in tmp_path.iterdir() if path.is_dir())
    note, parts = next(tmp_path.glob("*.json")), sorted(place.glob("part-*.parquet"))
    assert parts
    match damage:
        case "note vide":
            note.write_bytes(b"")
        case "note tronquée":
            note.write_text('{"sha256": "', encoding="utf-8")
        case "note d'un autre":
            note.write_text(json.dumps({"sha256": "../../x"}), encoding="utf-8")
        case "compte vide":
            (place / "compte.json").write_bytes(b"")
        case "partie absente":
            parts[0].unlink()
        case "partie vide":
            parts[0].write_bytes(b"")
        case "partie abîmée":
            data = bytearray(parts[0].read_bytes())
            data[len(data) // 2] ^= 255
            parts[0].write_bytes(bytes(data))
        case "partie étrangère":
            parts[0].write_bytes((place / "rejets.parquet").read_bytes())
        case "rejets absents":
            (place / "rejets.parquet").unlink()
    again, told = read(tmp_path)
    assert again.equals(whole) and told.equals(files)


@pytest.mark.usefixtures("small")
def test_bytes_damaged_at_random_in_the_cache_never_change_what_is_read(tmp_path):
    whole, _ = read(tmp_path)
    rng = random.Random(21)
    for _ in range(15):
        path = rng.choice([path for path in sorted(tmp_path.rglob("*")) if path.is_file()])
        data = bytearray(path.read_bytes())
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        path.write_bytes(bytes(data[: rng.randrange(len(data) + 1)]) if rng.random() < 0.3 else bytes(data))
        assert read(tmp_path)[0].equals(whole), path.name


RUN = """
import sys
from pathlib import Path
from spaser import sources
from spaser.sources.contracts import reading, store
reading.IN_MEMORY, store.PART_ROWS, reading.FRAME_ROWS = 0, 20, 20
found = sources.read(Path(sys.argv[1]), cache=Path(sys.argv[2]))
sys.stdout.write(str(found.records.collect().height))
"""


def test_several_runs_share_one_cache_and_leave_nothing_behind(tmp_path):
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", RUN, DATA / "marches_demo_2023.json", tmp_path],
            stdout=subprocess.PIPE,
            cwd=DATA.parent,
        )
        for _ in range(4)
    ]
    told = {run.communicate(timeout=300)[0] for run in runs}
    assert len(told) == 1 and int(told.pop()) > 0
    assert not list(tmp_path.glob(".spaser-*"))


def test_what_a_killed_run_left_is_swept_and_work_in_progress_is_not(tmp_path):
    gone = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True, check=True
    )
    mine = leftovers.temporary(tmp_path)
    dead = tmp_path / mine.name.replace(f"-{os.getpid()}-", f"-{int(gone.stdout)}-")
    living = tmp_path / mine.name.replace(f"-{os.getpid()}-", f"-{os.getppid()}-")
    for path in (mine, dead, living):
        path.mkdir()
        (path / "part-00000.parquet").write_bytes(b"x")
    (tmp_path / "rapport.html").write_bytes(b"x")
    assert leftovers.sweep(tmp_path) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([mine.name, living.name, "rapport.html"])
