"""A reading laid on disk by buyer, as it was found: one buyer is then read without going through the whole country.

Rows are kept before any check, so that what is read of a copy is what would be read of the files.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from spaser.sources.contracts.reading import Reading, checked
from spaser.sources.contracts.store import Kept

#: Rows of a group of a Parquet file: a buyer is found by the bounds of groups, and takes few of them.
GROUP = 10_000
#: About so many rows are sorted at once.
SORTED_AT_ONCE = 200_000


def lay(reading: Reading, folder: Path) -> list[dict[str, Any]]:
    """Write the rows of each source, sorted by buyer, and its refusals; what the reading said of each source."""
    return [_laid(source, kept, folder / f"source-{rank}") for rank, (source, kept) in enumerate(reading.pieces)]


def _laid(source: str, kept: Kept, folder: Path) -> dict[str, Any]:
    folder.mkdir(parents=True)
    parts = max(1, -(-int(kept.raw.select(pl.len()).collect(engine="streaming").item()) // SORTED_AT_ONCE))
    buyer = pl.col("acheteur_id").cast(pl.String)
    # One file a part, whatever its size, then sorted: never the whole country in memory.
    laid = pl.PartitionBy(
        folder / "brut",
        key={"partie": (buyer.hash() % parts).cast(pl.UInt32)},
        include_key=False,
        approximate_bytes_per_file=None,
    )
    kept.raw.sink_parquet(laid, mkdir=True)
    for rank, part in enumerate(sorted((folder / "brut").rglob("*.parquet"))):
        rows = pl.read_parquet(part, glob=False).sort("acheteur_id", "position", nulls_last=True)
        rows.write_parquet(folder / f"lignes-{rank:03}.parquet", row_group_size=GROUP)
        part.unlink()
    kept.rejects.write_parquet(folder / "rejets.parquet")
    said = {"lus": kept.lus, "dialecte": kept.dialecte, "octets": kept.octets, "sha256": kept.sha256}
    return {"source": source, **said}


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
