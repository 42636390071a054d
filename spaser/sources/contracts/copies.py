"""A reading laid on disk by buyer, as it was found: one buyer is then read without going through the whole country.

Rows are kept before any check, so that what is read of a copy is what would be read of the files.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import polars as pl

from spaser.sources.contracts.reading import Reading, checked
from spaser.sources.contracts.store import Kept

#: Rows of a group of a Parquet file: a buyer is found by the bounds of groups, and takes few of them.
GROUP = 10_000
#: About so many rows are sorted at once.
SORTED_AT_ONCE = 200_000
#: So many rows are sent to their parts at once: until they all are, those of every part stay in memory.
SENT_AT_ONCE = 800_000


def lay(reading: Reading, folder: Path) -> list[dict[str, Any]]:
    """Write the rows of each source, sorted by buyer, and its refusals; what the reading said of each source."""
    return [_laid(source, kept, folder / f"source-{rank}") for rank, (source, kept) in enumerate(reading.pieces)]


def _laid(source: str, kept: Kept, folder: Path) -> dict[str, Any]:
    folder.mkdir(parents=True)
    count = int(kept.raw.select(pl.len()).collect(engine="streaming").item())
    sent = _sent(kept.raw, folder / "brut", count)
    for rank, part in enumerate(sorted(sent)):
        rows = pl.read_parquet(sent[part], glob=False).sort("acheteur_id", "position", nulls_last=True)
        rows.write_parquet(folder / f"lignes-{rank:03}.parquet", row_group_size=GROUP)
    shutil.rmtree(folder / "brut", ignore_errors=True)
    kept.rejects.write_parquet(folder / "rejets.parquet")
    said = {"lus": kept.lus, "dialecte": kept.dialecte, "octets": kept.octets, "sha256": kept.sha256}
    return {"source": source, **said}


def _sent(raw: pl.LazyFrame, folder: Path, count: int) -> dict[str, list[Path]]:
    """The files of each part: all the rows of a buyer are in the same; never the whole country in memory."""
    parts = max(1, -(-count // SORTED_AT_ONCE))
    key = {"partie": (pl.col("acheteur_id").cast(pl.String).hash() % parts).cast(pl.UInt32)}
    sent: dict[str, list[Path]] = {}
    for start in range(0, count, SENT_AT_ONCE):
        there = folder / str(start)
        # One file a part, whatever its size.
        laid = pl.PartitionBy(there, key=key, include_key=False, approximate_bytes_per_file=None)
        raw.slice(start, SENT_AT_ONCE).sink_parquet(laid, mkdir=True, compression="lz4")
        for path in sorted(there.rglob("*.parquet")):
            sent.setdefault(path.relative_to(there).as_posix(), []).append(path)
    return sent


def reopen(folder: Path, sources: list[dict[str, Any]]) -> Reading:
    """The reading of a copy, from what ``lay`` wrote and said."""
    pieces = []
    for rank, said in enumerate(sources):
        place = folder / f"source-{rank}"
        raw = pl.scan_parquet(sorted(place.glob("lignes-*.parquet")), glob=False)
        rejects = pl.read_parquet(place / "rejets.parquet", glob=False)
        kept = Kept(raw, rejects, said["lus"], said["dialecte"], said["octets"], said["sha256"])
        pieces.append((said["source"], kept))
    return checked(pieces, [])
