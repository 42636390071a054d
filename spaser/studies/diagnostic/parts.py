"""A large reading, checked once and laid in parts: all the records of a buyer are in the same, so each can be understood alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

#: About so many records in a part: what assembling one takes of memory stays well under half a gibibyte.
RECORDS = 100_000


def needed(records: int) -> int:
    """How many parts so many records ask for."""
    return max(1, -(-records // RECORDS))


def parted(records: pl.LazyFrame, folder: Path, parts: int, columns: Sequence[str] | None = None) -> list[Path]:
    """The Parquet files of the parts, in one reading of the records; a part that gets no buyer has none.

    Parameters
    ----------
    records
        Table RECORDS; a buyer is its SIREN (the first nine characters of ``acheteur_id``).
    columns
        Those to keep; all by default.
    """
    part = (pl.col("acheteur_id").str.head(9).hash() % parts).cast(pl.UInt32)
    kept = records if columns is None else records.select(columns)
    # One file a part, whatever its size: by default a large part would be cut in several, and its buyers with it.
    laid = pl.PartitionBy(folder, key={"partie": part}, include_key=False, approximate_bytes_per_file=None)
    kept.sink_parquet(laid, mkdir=True, compression="lz4")
    return sorted(folder.rglob("*.parquet"))


def apart(contracts: pl.LazyFrame) -> bool:
    """Whether no contract stands in two parts: a number shared by two buyers can only be united by the whole at once."""
    found = contracts.select(n=pl.len(), distinct=pl.col("uid").hash().n_unique()).collect(engine="streaming")
    return bool(found["n"].item() == found["distinct"].item())
