"""What the first answer needs and takes seconds to start, started aside while the reader chooses files."""

from __future__ import annotations

import threading
from contextlib import suppress

import polars as pl
from IPython import get_ipython

from spaser import detection
from spaser.charts import pictures
from spaser.widgets import faults

_begun = threading.Event()


def begin() -> None:
    """Once per kernel, aside; nothing outside a kernel, where no reader is choosing."""
    if get_ipython() is not None and not _begun.is_set():
        _begun.set()
        threading.Thread(target=_start, daemon=True).start()


def _start() -> None:
    # What fails here fails again, and is told, where it is needed.
    with suppress(*faults.FAULTS):
        pictures.start()
        detection.detect(pl.LazyFrame({"texte_id": ["a"], "champ": ["objet"], "texte": ["a"]})).collect()
