"""Contracts understood: families, names of buyers, considerations, scores; a large whole by parts of buyers, one after the other.

Tables are settled (in memory, or in Parquet when they are large) between the great steps, so that each room works on a
short plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import zip_longest
from pathlib import Path
from typing import Any

import polars as pl

from spaser import buyers, considerations, contracts, families, suppliers, territories
from spaser.considerations import scores
from spaser.studies.diagnostic import parts


def measured(
    laid: Sequence[Path], folder: Path, day: date, decisions: pl.LazyFrame | None, settings: dict[str, Any]
) -> pl.LazyFrame:
    """The contracts of parts of buyers, understood one part after the other so that memory stays bounded.

    A number that two buyers share, or a consultation named by a decision, can only be united by the whole at once.
    """

    def written(contracts_: pl.DataFrame, name: str) -> Path:
        contracts_.write_parquet(folder / name, compression="lz4")
        return folder / name

    records, own, end = pl.scan_parquet(list(laid)), [], _end(pl.scan_parquet(list(laid)), day)
    if len(laid) > 1 and not _names_consultations(decisions):
        for rank, one in enumerate(laid):
            plan = contracts.alone(pl.read_parquet(one, glob=False).lazy(), as_of=day, end=end, decisions=decisions)
            own.append(written(plan.collect(engine="in-memory"), f"seuls-{rank}.parquet"))
    if not own or not parts.apart(pl.scan_parquet(own)):
        return pl.scan_parquet(written(_part(records, day, decisions, settings), "mesures.parquet"))
    beside = [table.collect() for table in contracts.compared(pl.scan_parquet(own))]
    paths = []
    for rank, one in enumerate(own):
        known = contracts.settled(pl.read_parquet(one, glob=False), *beside).lazy()
        found = understand(known, None, None, settings, None, decisions).collect(engine="in-memory")
        paths.append(written(found, f"mesures-{rank}.parquet"))
    return pl.scan_parquet(paths)


def _end(records: pl.LazyFrame, day: date) -> date:
    """The day on which the contracts of all buyers stop, when some were first published after the day asked for."""
    latest = records.select(pl.col("datePublicationDonnees").max()).collect(engine="streaming").item()
    if latest is None or latest <= day:
        return day
    return contracts.last_publication(records).collect(engine="streaming").item() or day


def _names_consultations(decisions: pl.LazyFrame | None) -> bool:
    return decisions is not None and not decisions.filter(objet_type="consultation").limit(1).collect().is_empty()


def _part(records: pl.LazyFrame, day: date, decisions: pl.LazyFrame | None, settings: dict[str, Any]) -> pl.DataFrame:
    known = contracts.essential(records, as_of=day, decisions=decisions).collect(engine="streaming")
    return understand(known.lazy(), None, None, settings, None, decisions).collect(engine="in-memory")


def understand(
    frame: pl.LazyFrame,
    passages: pl.LazyFrame | None,
    holders: pl.LazyFrame | None,
    settings: dict[str, Any],
    folder: Any,
    decisions: pl.LazyFrame | None = None,
) -> pl.LazyFrame:
    """The contracts with their families, the names of their buyers, considerations, access of their holders, and scores."""
    # Naming buyers reads its contracts twice: without a stop, the words of every subject would be looked for twice.
    (sorted_out,) = settle([families.decided(families.add(frame), decisions)], folder, "familles")
    named = buyers.name(sorted_out, territories.one_per_siren())
    known = considerations.known(named, passages, settings)
    if holders is not None:
        known = known.join(suppliers.access(holders), on="uid", how="left", maintain_order="left")
    return scores.score(known, settings)


def settle(
    frames: Sequence[pl.LazyFrame], folder: Any, step: str, order: Sequence[Sequence[str]] = ()
) -> list[pl.LazyFrame]:
    """The frames computed once: in memory, in the order of the given columns, or in Parquet files of the folder when there is one."""
    if folder is None:
        # A plan this long on so few rows costs more to lay out for streaming than to run.
        settled = pl.collect_all(list(frames), engine="in-memory")
        return [
            (frame.sort(keys, nulls_last=True) if keys else frame).lazy() for frame, keys in zip_longest(settled, order)
        ]
    paths = [Path(folder.name) / f"{step}-{rank}.parquet" for rank in range(len(frames))]
    for frame, path in zip(frames, paths, strict=True):
        frame.sink_parquet(path)
    return [pl.scan_parquet(path) for path in paths]
