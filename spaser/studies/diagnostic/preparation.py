"""From files to contracts understood and scored, before a buyer is looked at; a large whole is taken by groups of buyers.

Tables are settled between the great steps (``understanding``), and a buyer is found in a national file without reading it
whole again.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, TypeGuard

import polars as pl

from spaser import (
    buyers,
    contracts,
    detection,
    french,
    rules,
    sources,
    territories,
)
from spaser.guards import leftovers
from spaser.problems import Problem
from spaser.sources import demonstration
from spaser.studies.diagnostic import holders as held
from spaser.studies.diagnostic import parts, prepared, understanding
from spaser.studies.diagnostic import texts as written
from spaser.studies.diagnostic.understanding import settle
from spaser.vocabulary import DECISIONS, PASSAGES, UNNUMBERED
from spaser.vocabulary.sentences import NO_LIST

Paths = str | Path | Sequence[str | Path]
Progress = Callable[[str, float], None] | None
#: Beyond this many source records, tables between steps go to Parquet rather than memory.
IN_MEMORY_RECORDS = 400_000
#: Beyond this many, a buyer that is named is looked for first, and only its records are understood.
AIMED_RECORDS = 20_000


@dataclass(frozen=True, eq=False)
class Base:
    """Contracts read, understood and scored, before a buyer is chosen.

    ``contracts`` has the columns of CONTRACTS, then considerations, families, buyer labels, access and scores.
    """

    files: pl.DataFrame
    as_of: date
    contracts: pl.LazyFrame
    holders: pl.LazyFrame
    versions: pl.LazyFrame
    subcontracts: pl.LazyFrame
    rejects: pl.LazyFrame
    fates: pl.LazyFrame
    method: dict[str, Any]
    register: pl.LazyFrame | None = None
    establishments: pl.LazyFrame | None = None
    register_files: pl.DataFrame | None = None
    unnumbered: pl.LazyFrame = field(default_factory=lambda: UNNUMBERED.empty().lazy())
    passages: pl.LazyFrame = field(default_factory=lambda: PASSAGES.empty().lazy())
    decisions: pl.LazyFrame = field(default_factory=lambda: DECISIONS.empty().lazy())
    demo: bool = False
    #: The reader's day, when it was given or read at the edge; see ``day``.
    today: date | None = None
    folder: Any = field(default=None, repr=False)
    #: The ground of every potential (``potential.compose.Ground``), when it was made beforehand for several processes.
    ground: Any = field(default=None, repr=False)

    #: The contracts with the columns that measures read; for a whole large file, without what describes them.
    measured: pl.LazyFrame | None = None

    @property
    def lists(self) -> tuple[pl.LazyFrame, pl.LazyFrame]:
        """The register and its establishments.

        Raises
        ------
        Problem
            No list was read.
        """
        if self.register is None or self.establishments is None:
            raise Problem(NO_LIST, todo="Donnez au moins un registre : --registre FICHIER")
        return self.register, self.establishments

    @property
    def day(self) -> date:
        """THE day from which one prepares (calendar, potential, plan, targets): the reader's, never before the data stop.

        What is counted of the past stops at ``as_of``; what can still be prepared begins on this day.
        """
        return rules.day_to_prepare_from(self.as_of, self.today)

    @cached_property
    def accounts(self) -> pl.DataFrame:
        """What became of the records of each file: table ACCOUNTS."""
        return contracts.accounts(self.files.lazy(), self.fates, self.rejects).collect(engine="streaming")

    @cached_property
    def buyers(self) -> pl.DataFrame:
        """The buyers of the files, most contracts first: see ``buyers.catalogue``."""
        return buyers.catalogue(self.contracts if self.measured is None else self.measured).collect(engine="streaming")


def prepare(
    paths: Paths | sources.Reading,
    *,
    as_of: date | None = None,
    today: date | None = None,
    clock: date | None = None,
    buyer: str | Sequence[str] | None = None,
    sirens: Sequence[str] = (),
    registers: Sequence[str | Path] = (),
    method: str | Path | None = None,
    decisions: pl.LazyFrame | None = None,
    buyer_siret: str | None = None,
    cache: Path | None = None,
    progress: Progress = None,
    others: bool = False,
) -> Base:
    """Read contracts and understand each of them.

    Parameters
    ----------
    paths
        Files, folders or patterns of contracts, of any dialect; or what ``sources.read`` made of them.
    as_of
        The day that decides what is incomplete; by default the latest publication (else notification) not after ``today``.
    today, clock
        The reader's day given, or that of the computer read at the edge (the demo's contracts live on their own days).
    buyer
        The buyer that will be looked at, part of its name or SIRET: only its records are read whole, unless there are few.
    sirens
        Keep only the contracts of these buyers (all by default).
    registers
        Lists of ESS and inclusive suppliers; without them who the holders are stays unknown.
    method, decisions
        A user's own ``method.toml``; human corrections (table DECISIONS).
    buyer_siret
        SIRET of the buyer, for lists of contracts where no column gives it.
    others
        The contracts of the other buyers are wanted too (they teach which activities win), as far as memory allows.

    Raises
    ------
    Problem
        A file cannot be read, or nothing in them can.
    """
    reading = (
        paths
        if isinstance(paths, sources.Reading)
        else prepared.opened(paths, cache=cache, progress=progress, acheteur=buyer_siret)
    )
    demo = demonstration.refuse_mix(contrats=map(demonstration.known, reading.files["sha256"]), registres=registers)
    reader = today or (None if demo else clock)
    settings, day = rules.method(method), as_of
    if (buyer or sirens) and _records(reading) > (IN_MEMORY_RECORDS if others else AIMED_RECORDS):
        day = day or last_day(reading, reader)
        reading = reading.of_buyers(sirens or _named(reading, buyer))
    elif is_large(reading) and not registers:
        return replace(_whole(reading, day, decisions, settings, reader), demo=demo, today=reader)
    whole = _read_whole(reading, day, reader, sirens, registers, settings, decisions, cache)
    return replace(whole, demo=demo, today=reader)


def _read_whole(
    reading: sources.Reading,
    day: date | None,
    today: date | None,
    sirens: Sequence[str],
    registers: Sequence[str | Path],
    settings: dict[str, Any],
    decisions: pl.LazyFrame | None,
    cache: Path | None,
) -> Base:
    """Every table of a reading: contracts, holders and their statuses, versions, what the texts say."""
    folder = (
        tempfile.TemporaryDirectory(prefix=leftovers.prefix(), ignore_cleanup_errors=True)
        if is_large(reading)
        else None
    )
    records, rejects = settle([reading.records, reading.rejects], folder, "lecture")
    day = day or _last_day(records, today)
    if sirens:
        records = records.filter(pl.col("acheteur_id").str.slice(0, 9).is_in(list(sirens)))
    built = contracts.build(records, as_of=day, today=today, decisions=decisions)
    frames = settle(
        (built.contracts, built.holders, built.versions, built.subcontracts, built.fates),
        folder,
        "contrats",
        (("uid",), ("uid", "rang", "titulaire_id"), ("uid", "modification_id"), ("uid", "acte_id"), ()),
    )
    known = held.lists_of(registers, frames[1], cache)
    holders = held.known_holders(frames[1], known, decisions)
    sized = frames[0].join(held.described(frames[1], known), on="uid", how="left", maintain_order="left")
    (passages,) = settle(
        [detection.detect(written.subjects(frames[0]))], folder, "passages", (("texte_id", "debut", "fin", "regle"),)
    )
    understood = understanding.understand(sized, passages, holders if known else None, settings, folder, decisions)
    whole, named = settle([understood, holders], folder, "notes", (("uid",), ("uid", "rang", "titulaire_id")))
    return Base(
        files=reading.files,
        as_of=day,
        contracts=whole,
        holders=named,
        versions=frames[2],
        subcontracts=frames[3],
        rejects=rejects,
        fates=frames[4],
        method=settings,
        register=known.register if known else None,
        establishments=known.establishments if known else None,
        register_files=known.files if known else None,
        unnumbered=known.unnumbered if known else UNNUMBERED.empty().lazy(),
        passages=passages,
        decisions=DECISIONS.empty().lazy() if decisions is None else decisions,
        folder=folder,
    )


def _whole(
    reading: sources.Reading,
    day: date | None,
    decisions: pl.LazyFrame | None,
    settings: dict[str, Any],
    today: date | None = None,
) -> Base:
    """All the buyers of a large file: what measures read is computed once, the rest only when it is asked for.

    Texts are not read here: considerations are those declared, and families those of the CPV codes.
    """
    folder = tempfile.TemporaryDirectory(prefix=leftovers.prefix(), ignore_cleanup_errors=True)
    # A copy whose last day comes after the reader's was closed by a date that has not come.
    believed = today is None or not isinstance(reading, prepared.Prepared) or reading.last_day <= today
    if believed and _as_prepared(reading, day, decisions, settings) and (kept := reading.measured) is not None:
        day, measured = reading.last_day, kept
    else:
        room = Path(folder.name)
        laid = parts.parted(reading.records, room / "lecture", parts.needed(_records(reading)), contracts.ESSENTIAL)
        day = day or _last_day(pl.scan_parquet(laid), today)
        measured = understanding.measured(laid, room, day, decisions, settings)
    built = contracts.build(reading.records, as_of=day, today=today, decisions=decisions)
    return Base(
        files=reading.files,
        as_of=day,
        contracts=contracts.described(measured, reading.records),
        measured=measured,
        holders=built.holders,
        versions=built.versions,
        subcontracts=built.subcontracts,
        fates=built.fates,
        rejects=reading.rejects,
        method=settings,
        decisions=DECISIONS.empty().lazy() if decisions is None else decisions,
        folder=folder,
    )


def _as_prepared(
    reading: sources.Reading, day: date | None, decisions: pl.LazyFrame | None, settings: dict[str, Any]
) -> TypeGuard[prepared.Prepared]:
    """Whether a copy already holds the measures asked for: those of its last day, by the kit's own method, nothing decided."""
    if not isinstance(reading, prepared.Prepared) or day not in (None, reading.last_day):
        return False
    return settings == rules.method(None) and (decisions is None or decisions.limit(1).collect().is_empty())


def copy(paths: Paths, *, cache: Path | None = None, progress: Progress = None) -> Path:
    """Make the prepared copy of files (see ``prepared``) and say where it is; one that is already right is left as it is.

    Raises
    ------
    Problem
        A file cannot be read, or nothing in them can.
    """
    known = prepared.find(paths, cache)
    if known is None:
        reading = sources.read(paths, cache=cache, progress=progress)
        base = _whole(reading, None, None, rules.method(None))
        assert base.measured is not None
        return prepared.publish(paths, reading, base.as_of, named_buyers(reading), base.measured, cache)
    return prepared.place(paths, cache)


def _records(reading: sources.Reading) -> int:
    return int(reading.files["lus"].sum())


def is_large(reading: sources.Reading) -> bool:
    return _records(reading) > IN_MEMORY_RECORDS


def last_day(reading: sources.Reading, today: date | None = None) -> date:
    """The day on which the data of a reading stop; no date after the reader's day closes them."""
    if isinstance(reading, prepared.Prepared) and (today is None or reading.last_day <= today):
        return reading.last_day
    published = reading.buyers["publie"].max()
    if isinstance(published, date) and (today is None or published <= today):
        return published
    return _last_day(reading.records, today)


def _last_day(records: pl.LazyFrame, today: date | None = None) -> date:
    day = contracts.as_of_default(records, today).collect(engine="streaming").item()
    if day is None and today is not None and contracts.as_of_default(records).collect(engine="streaming").item():
        raise Problem(
            f"Toutes les dates lues suivent le jour de lecture ({french.long_date(today)})",
            todo="Donnez un jour plus récent (--aujourdhui), ou des contrats publiés avant lui",
        )
    if day is None:
        raise Problem(
            "Aucune date de notification ni de publication n'est lisible",
            todo="Donnez la date d'arrêté : --date 2026-10-31",
        )
    return day


def _named(reading: sources.Reading, buyer: str | Sequence[str] | None) -> list[str]:
    """The SIREN of the buyers a text names, before their contracts are read."""
    known = named_buyers(reading)
    return [buyers.choose(known, text) for text in ([buyer] if isinstance(buyer, str) else buyer or ())]


def named_buyers(reading: sources.Reading) -> pl.DataFrame:
    """The buyers of a reading (``buyers.catalogue``), from their own columns alone."""
    if isinstance(reading, prepared.Prepared) and reading.catalogue is not None:
        return reading.catalogue
    counted = reading.buyers.lazy().sort("n", "acheteur_nom", descending=[True, False], nulls_last=True)
    one = counted.group_by("acheteur_id", maintain_order=True).agg(
        acheteur_siren=pl.col("acheteur_id").first().str.head(9),
        acheteur_nom=pl.col("acheteur_nom").drop_nulls().first(),
    )
    return buyers.catalogue(buyers.name(one, territories.one_per_siren())).collect(engine="streaming")
