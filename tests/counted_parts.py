"""One part of the country counted alone: what any engine may run elsewhere, for the benchmark and its proof."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from spaser import contracts, indicators, rules
from spaser.studies.diagnostic import understanding


def counted_part(path: str | Path, *, as_of: date) -> pl.DataFrame:
    """The counts (``indicators.count``) of one part written by ``parts.parted``.

    Parts of the same records, counted on the same day, are then laid end to end for ``indicators.merged``. A contract whose
    number two buyers share is counted in the part of each: see ``parts.apart``.
    """
    known = contracts.essential(pl.read_parquet(path, glob=False).lazy(), as_of=as_of, decisions=None).collect()
    understood = understanding.understand(known.lazy(), None, None, rules.method(None), None)
    return indicators.count(understood).collect()
