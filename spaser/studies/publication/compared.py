"""An edition against the one before: what moved by the rule, the lists, the data, the period, and what was bought since."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from spaser import rules
from spaser.indicators import editions
from spaser.indicators.spend import OWN_STATUS
from spaser.studies.diagnostic import Base

#: The reference files behind the figures, whose bytes are named in ``sources.json``.
REFERENCES = (
    "law.toml",
    "method.toml",
    "indicators.toml",
    "entered.toml",
    "spaser_items.toml",
    "peers.toml",
    "agec_products.csv",
    "reserved_ess_cpv.csv",
)
#: What the lists say of the holders of a contract.
_FROM_LISTS = (*OWN_STATUS, "categorie_entreprise")
#: What a list holds, whatever its file is called.
_OF_LIST = ("liste", "au", "lus", "retenus", "statuts", "etablissements")


@dataclass(frozen=True, eq=False)
class Edition:
    """One edition: its contracts, the years it published, and the way it measured them.

    ``as_of``: the day its data stop. ``files``, ``lists`` and ``method``: the fingerprints of the files of contracts, of the lists
    of suppliers and of the rules; empty when nothing is known of them, and then nothing is said to have changed by them.
    """

    contracts: pl.LazyFrame
    years: tuple[int, ...]
    measure: Callable[[pl.LazyFrame], pl.LazyFrame]
    as_of: date | None = None
    files: frozenset[str] = frozenset()
    lists: frozenset[str] = frozenset()
    method: str = ""


def edition_of(
    base: Base, contracts: pl.LazyFrame, years: tuple[int, ...], measure: Callable[[pl.LazyFrame], pl.LazyFrame]
) -> Edition:
    """The edition being made, on every contract read."""
    lists = base.register_files.to_dicts() if base.register_files is not None else []
    return Edition(
        contracts,
        years,
        measure,
        base.as_of,
        frozenset(base.files["sha256"]),
        lists_read(lists),
        method_of(printed(name) for name in REFERENCES),
    )


def lists_read(rows: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """The lists by what they hold: the same list in a file of another name is the same."""
    return frozenset(json.dumps([str(row.get(name)) for name in _OF_LIST], ensure_ascii=False) for row in rows)


def method_of(prints: Iterable[str]) -> str:
    return hashlib.sha256("".join(prints).encode()).hexdigest()


def printed(name: str) -> str:
    return hashlib.sha256(rules.path(name).read_bytes()).hexdigest()


def compare(old: Edition, new: Edition) -> pl.DataFrame:
    """EDITIONS: the new edition against the old one, each measured again with one thing changed at a time."""
    states = {editions.OLD: old, editions.NEW: new}
    since = _since(old, new)
    runs = []
    for name, (rule, lists, data, period) in editions.RUNS.items():
        contracts = states[data].contracts
        if data == editions.NEW and lists == editions.OLD and old.lists != new.lists:
            contracts = _judged_before(contracts, old.contracts)
        kept = since if period == editions.SINCE else pl.col("annee").is_in(list(states[period].years))
        measured = states[rule].measure(contracts.filter(kept)).filter(pl.col("dimension") == "total")
        # A buyer whose name is written otherwise is still the same.
        runs.append(measured.with_columns(perimetre=pl.lit("ensemble"), passage=pl.lit(name)))
    table = pl.concat(pl.collect_all(runs))
    return editions.attribute(table.lazy(), reread=_reread(old, new)).collect()


def _since(old: Edition, new: Edition) -> pl.Expr:
    """The old period and what was bought since: the contracts of the new one that the old edition could not hold.

    A period of the same length that moves on to years that were not over then is read whole: that is practice, year after year.
    """
    before, after = pl.col("annee").is_in(list(old.years)), pl.col("annee").is_in(list(new.years))
    if old.as_of is None or new.as_of is None or new.as_of <= old.as_of:
        return before
    entered = set(new.years) - set(old.years)
    if entered and len(new.years) == len(old.years) and min(entered) >= old.as_of.year:
        return after
    return before | (after & (pl.col("dateNotification") > old.as_of))


def _judged_before(contracts: pl.LazyFrame, judged: pl.LazyFrame) -> pl.LazyFrame:
    """The contracts with the status of their holders as the edition before judged it, for those that it held."""
    mine, theirs = contracts.collect_schema().names(), judged.collect_schema().names()
    known = [name for name in _FROM_LISTS if name in theirs and name in mine]
    former = judged.select("uid", *(pl.col(name).alias(f"_{name}") for name in known), _juge=pl.lit(True)).unique("uid")
    return contracts.join(former, on="uid", how="left", maintain_order="left").with_columns(
        pl.when(pl.col("_juge")).then(f"_{name}").otherwise(name).alias(name) for name in known
    )


def _reread(old: Edition, new: Edition) -> bool:
    """The same files on the same day, by another method."""
    same = bool(old.files) and old.files == new.files and old.as_of == new.as_of
    return same and bool(old.method) and old.method != new.method
