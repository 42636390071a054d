"""The verbs in their order: files → contracts understood, scored and measured, for one buyer, several, or all.

This is where rooms meet. Tables are settled (in memory, or in Parquet when they are large) between the great steps, so
that each room works on a short plan and a buyer is found in a national file without reading it whole again.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from spaser import (
    buyers,
    considerations,
    contracts,
    detection,
    families,
    indicators,
    obligations,
    renewals,
    rules,
    sources,
    suppliers,
    territories,
)
from spaser.considerations import launches as launching
from spaser.considerations import scores
from spaser.guards import leftovers
from spaser.problems import Problem
from spaser.sources import demonstration
from spaser.sources.notices import Notices
from spaser.studies import law
from spaser.studies.diagnostic import holders as held
from spaser.studies.diagnostic import texts as written
from spaser.vocabulary import DECISIONS, DEFAULT_POPULATION, PASSAGES
from spaser.vocabulary.handed import Tables

if TYPE_CHECKING:
    from spaser.studies.clauses import Clauses

Paths = str | Path | Sequence[str | Path]
Progress = Callable[[str, float], None] | None
#: Beyond this many source records, tables between steps go to Parquet rather than memory.
IN_MEMORY_RECORDS = 400_000
#: A larger whole is assembled by groups of buyers of about this many records.
RECORDS_AT_ONCE = 800_000


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
    passages: pl.LazyFrame = field(default_factory=lambda: PASSAGES.empty().lazy())
    decisions: pl.LazyFrame = field(default_factory=lambda: DECISIONS.empty().lazy())
    demo: bool = False
    folder: Any = field(default=None, repr=False)

    #: The contracts with the columns that measures read; for a whole large file, without what describes them.
    measured: pl.LazyFrame | None = None

    @cached_property
    def accounts(self) -> pl.DataFrame:
        """What became of the records of each file: table ACCOUNTS."""
        return contracts.accounts(self.files.lazy(), self.fates, self.rejects).collect(engine="streaming")

    @cached_property
    def buyers(self) -> pl.DataFrame:
        """The buyers of the files, most contracts first: see ``buyers.catalogue``."""
        return buyers.catalogue(self.contracts if self.measured is None else self.measured).collect(engine="streaming")


@dataclass(frozen=True, eq=False)
class Diagnostic:
    """What is known of one buyer, of a set of buyers, or of all the files, on chosen years.

    ``contracts``, ``holders``, ``rejects`` … are DataFrames of the vocabulary; ``measures`` is the long table MEASURES.
    """

    base: Base
    scope: str
    sirens: tuple[str, ...]
    years: tuple[int, int] | None
    population: str
    contracts: pl.DataFrame
    holders: pl.DataFrame
    subcontracts: pl.DataFrame
    measures: pl.DataFrame
    contributions: pl.DataFrame
    extras: dict[str, pl.DataFrame] = field(default_factory=Tables)

    def __post_init__(self) -> None:
        object.__setattr__(self, "extras", Tables(self.extras))

    @property
    def as_of(self) -> date:
        return self.base.as_of


def prepare(
    paths: Paths | sources.Reading,
    *,
    as_of: date | None = None,
    buyer: str | Sequence[str] | None = None,
    sirens: Sequence[str] = (),
    registers: Sequence[str | Path] = (),
    method: str | Path | None = None,
    decisions: pl.LazyFrame | None = None,
    buyer_siret: str | None = None,
    cache: Path | None = None,
    progress: Progress = None,
) -> Base:
    """Read contracts and understand each of them.

    Parameters
    ----------
    paths
        Files, folders or patterns of contracts, of any dialect; or what ``sources.read`` made of them.
    as_of
        The day that decides what is incomplete; by default the latest publication (else notification) date read.
    buyer
        The buyer that will be looked at, part of its name or SIRET: in a large file only its records are read whole.
    sirens
        Keep only the contracts of these buyers (all by default).
    registers
        Lists of ESS and inclusive suppliers; without them who the holders are stays unknown.
    method
        A user's own ``method.toml``.
    decisions
        Human corrections (table DECISIONS).
    buyer_siret
        SIRET of the buyer, for lists of contracts where no column gives it.

    Raises
    ------
    Problem
        A file cannot be read, or nothing in them can.
    """
    reading = (
        paths
        if isinstance(paths, sources.Reading)
        else sources.read(paths, cache=cache, progress=progress, acheteur=buyer_siret)
    )
    demo = demonstration.refuse_mix(contrats=map(demonstration.known, reading.files["sha256"]), registres=registers)
    settings, aimed, day = rules.method(method), bool(buyer or sirens), as_of
    if is_large(reading) and aimed:
        day = day or _last_day(reading.records)
        reading = reading.of_buyers(sirens or _named(reading.records, buyer))
    elif is_large(reading) and not registers:
        return replace(_whole(reading, day or _last_day(reading.records), decisions, settings), demo=demo)
    return replace(_read_whole(reading, day, sirens, registers, settings, decisions, cache), demo=demo)


def _read_whole(
    reading: sources.Reading,
    day: date | None,
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
    records, rejects = _settle([reading.records, reading.rejects], folder, "lecture")
    day = day or _last_day(records)
    if sirens:
        records = records.filter(pl.col("acheteur_id").str.slice(0, 9).is_in(list(sirens)))
    built = contracts.build(records, as_of=day, decisions=decisions)
    parts = (built.contracts, built.holders, built.versions, built.subcontracts, built.fates)
    frames = _settle(
        parts,
        folder,
        "contrats",
        (("uid",), ("uid", "rang", "titulaire_id"), ("uid", "modification_id"), ("uid", "acte_id"), ()),
    )
    known = held.lists_of(registers, frames[1], cache)
    holders = held.known_holders(frames[1], known, decisions)
    sized = frames[0].join(held.described(frames[1], known), on="uid", how="left")
    (passages,) = _settle(
        [detection.detect(written.subjects(frames[0]))], folder, "passages", (("texte_id", "debut", "fin", "regle"),)
    )
    understood = _understand(sized, passages, holders if known else None, settings)
    whole, named = _settle([understood, holders], folder, "notes", (("uid",), ("uid", "rang", "titulaire_id")))
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
        passages=passages,
        decisions=DECISIONS.empty().lazy() if decisions is None else decisions,
        folder=folder,
    )


def diagnose(
    source: Paths | Base,
    *,
    buyer: str | Sequence[str] | None = None,
    years: tuple[int, int] | None = None,
    family: Sequence[str] = (),
    population: str = DEFAULT_POPULATION,
    buyer_kind: str | None = None,
    launches: pl.LazyFrame | None = None,
    notices: Notices | None = None,
    pieces: Clauses | None = None,
    spend: pl.LazyFrame | None = None,
    declared: obligations.Declared | None = None,
    **options: Any,
) -> Diagnostic:
    """The diagnostic of a buyer (part of its name, SIREN or SIRET), of several, or of all the files.

    A file with one buyer needs none named; with several and none named, the whole is measured and buyers are listed.
    ``family`` keeps some purchase families, by their keys. ``buyer_kind`` (``vocabulary.BUYER_KINDS``) and ``launches``
    (table LAUNCHES) say what the essential data do not, for the obligations; ``notices`` (``sources.notices.read_notices``),
    joined to the contracts they launched, give their dates and their texts instead; ``pieces`` (``dossier.clauses``) are the
    documents of consultations, in folders or archives that bear the number of their contract. ``spend`` (SPEND, the buyer's
    ledger) and ``declared`` (what the buyer says of itself) answer its own duties. ``options`` are those of ``prepare``.
    Notices or documents of the demo over contracts that are not its own are refused.
    """
    base = source if isinstance(source, Base) else prepare(source, buyer=buyer, **options)
    demonstration.refuse_invented(not base.demo, avis=notices and notices.demo, pièces=pieces and pieces.documents.demo)
    sirens, scope = chosen_buyers(base, buyer)
    every = base.contracts.filter(pl.col("acheteur_siren").is_in(list(sirens))) if sirens else base.contracts
    kept = every
    if years:
        kept = kept.filter(pl.col("annee").is_between(*years))
    if family:
        kept = kept.filter(pl.col("famille").is_in(list(family)))
    chosen = kept.collect(engine="streaming")
    if not chosen.height:
        raise Problem(
            f"Aucun contrat pour {scope}" + (f" de {years[0]} à {years[1]}" if years else ""),
            todo="Élargissez les années ou les familles",
        )
    uids = chosen.lazy().select("uid")
    holders, acts = pl.collect_all(
        [frame.join(uids, on="uid", how="semi", maintain_order="left") for frame in (base.holders, base.subcontracts)]
    )
    launched = None if notices is None else launching.join(every, notices.notices.lazy(), base.method).collect()
    said = written.read(base.passages, chosen.lazy(), launched, notices, pieces, base.method)
    chosen = written.considered(chosen, said, base.method)
    return Diagnostic(
        base=base,
        scope=scope,
        sirens=sirens,
        years=years,
        population=population,
        contracts=chosen,
        holders=holders,
        subcontracts=acts,
        measures=_measured(chosen.lazy(), scope if sirens else "ensemble"),
        contributions=scores.contributions(chosen.lazy(), base.method).collect(),
        extras=_duties(
            base,
            every,
            uids,
            sirens,
            _said(declared, buyer_kind),
            launches if launched is None else launched.lazy(),
            spend,
        )
        | written.gaps(chosen, said, base.decisions, base.method)
        | _ending(base, every)
        | held.tables(chosen, holders, acts, base, population),
    )


def _ending(base: Base, every: pl.LazyFrame) -> dict[str, pl.DataFrame]:
    """When each contract of the buyer ends, whatever the years looked at."""
    return {"renouvellements": renewals.ends(every, as_of=base.as_of, method=base.method).collect()}


def _said(declared: obligations.Declared | None, kind: str | None) -> obligations.Declared:
    """What the buyer says of itself, its kind given apart included."""
    known = declared or obligations.Declared()
    return replace(known, kind=known.kind or kind)


def _duties(
    base: Base,
    every: pl.LazyFrame,
    uids: pl.LazyFrame,
    sirens: tuple[str, ...],
    declared: obligations.Declared,
    launches: pl.LazyFrame | None,
    spend: pl.LazyFrame | None,
) -> dict[str, pl.DataFrame]:
    """The tables of the obligations room on the chosen contracts; frameworks and earlier awards are looked for in all.

    Obligations are those of buyers: on all the buyers of a large file, none is told.
    """
    if base.folder is not None and not sirens:
        return {}
    kind: str | pl.LazyFrame | None = declared.kind
    if kind is None and base.establishments is not None:
        kind = obligations.kinds_of(
            base.establishments.join(every.select(siren="acheteur_siren"), on="siren", how="semi")
        )
    chosen = every.join(uids, on="uid", how="semi")
    if not declared.soumis_au_code:
        mine = obligations.buyer_duties(chosen, as_of=base.as_of, spend=spend, declared=declared)
        return {"prive": law.private_facts().collect(), "obligations_acheteur": mine.collect()}
    (rows,) = _settle(
        [
            obligations.duties(every, buyer_kind=kind, launches=launches, as_of=base.as_of, declared=declared).join(
                uids, on="uid", how="semi"
            )
        ],
        base.folder,
        "obligations",
    )
    tables = {
        "preparation": obligations.readiness(rows),
        "obligations": obligations.aimed(rows),
        "a_voir": obligations.to_see(rows),
        "questions": obligations.questions(rows, chosen),
        "types_acheteur": obligations.kinds_counted(chosen, kind),
        "reserves": obligations.reserved(every, base.holders, kind)
        .join(uids, on="uid", how="semi")
        .sort("uid", "fondement"),
    }
    if len(sirens) == 1:
        tables["obligations_acheteur"] = obligations.buyer_duties(
            chosen, as_of=base.as_of, buyer_kind=kind, spend=spend, declared=declared
        )
        tables |= {} if spend is None else {"agec": obligations.agec(spend)}
    return dict(zip(tables, pl.collect_all(tables.values()), strict=True))


def _measured(chosen: pl.LazyFrame, scope: str) -> pl.DataFrame:
    """Every indicator for each of the three populations, side by side."""
    from spaser.vocabulary import POPULATIONS

    parts = [indicators.measure(chosen, perimetre=scope, population=population) for population in POPULATIONS]
    return pl.concat(pl.collect_all(parts))


def _whole(reading: sources.Reading, day: date, decisions: pl.LazyFrame | None, settings: dict[str, Any]) -> Base:
    """All the buyers of a large file: what measures read is computed once, the rest only when it is asked for.

    Texts are not read here: considerations are those declared, and families those of the CPV codes.
    """
    folder = tempfile.TemporaryDirectory(prefix=leftovers.prefix(), ignore_cleanup_errors=True)
    known = _essential(reading, day, decisions)
    measured = _understand(known.lazy(), None, None, settings).collect(engine="in-memory").lazy()
    built = contracts.build(reading.records, as_of=day, decisions=decisions)
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


def _essential(reading: sources.Reading, day: date, decisions: pl.LazyFrame | None) -> pl.DataFrame:
    """The contracts of a large reading, assembled by groups of buyers so that memory stays bounded."""
    groups = -(-int(reading.files["lus"].sum()) // RECORDS_AT_ONCE)
    parts = reading.by_buyers(groups) if groups > 1 else [reading.records]
    known = pl.concat(
        [contracts.essential(part, as_of=day, decisions=decisions).collect(engine="streaming") for part in parts]
    )
    if groups > 1 and known["uid"].n_unique() < known.height:
        # A number shared by two buyers stands in two groups: only the whole at once can unite it.
        return contracts.essential(reading.records, as_of=day, decisions=decisions).collect(engine="streaming")
    return known


def is_large(reading: sources.Reading) -> bool:
    return int(reading.files["lus"].sum()) > IN_MEMORY_RECORDS


def _last_day(records: pl.LazyFrame) -> date:
    day = contracts.as_of_default(records).collect(engine="streaming").item()
    if day is None:
        raise Problem(
            "Aucune date de notification ni de publication n'est lisible",
            todo="Donnez la date d'arrêté : --date 2026-10-31",
        )
    return day


def _named(records: pl.LazyFrame, buyer: str | Sequence[str] | None) -> list[str]:
    """The SIREN of the buyers a text names, before their contracts are read."""
    known = named_buyers(records)
    return [buyers.choose(known, text) for text in ([buyer] if isinstance(buyer, str) else buyer or ())]


def named_buyers(records: pl.LazyFrame) -> pl.DataFrame:
    """The buyers of records (``buyers.catalogue``), from their own columns alone."""
    counted = (
        records.group_by("acheteur_id", "acheteur_nom")
        .len()
        .sort("len", "acheteur_nom", descending=[True, False], nulls_last=True)
    )
    one = counted.group_by("acheteur_id", maintain_order=True).agg(
        acheteur_siren=pl.col("acheteur_id").first().str.head(9),
        acheteur_nom=pl.col("acheteur_nom").drop_nulls().first(),
    )
    return buyers.catalogue(buyers.name(one, territories.one_per_siren())).collect(engine="streaming")


def _understand(
    frame: pl.LazyFrame, passages: pl.LazyFrame | None, holders: pl.LazyFrame | None, settings: dict[str, Any]
) -> pl.LazyFrame:
    named = buyers.name(families.add(frame), territories.one_per_siren())
    known = considerations.known(named, passages, settings)
    if holders is not None:
        known = known.join(suppliers.access(holders), on="uid", how="left")
    return scores.score(known, settings)


def chosen_buyers(base: Base, buyer: str | Sequence[str] | None) -> tuple[tuple[str, ...], str]:
    """The SIRENs of the buyers named and what to call them; no SIREN means all the buyers read."""
    if buyer is None and base.buyers.height == 1:
        buyer = str(base.buyers["acheteur_siren"][0])
    if buyer is None:
        return (), "l'ensemble des acheteurs lus"
    wanted = [buyer] if isinstance(buyer, str) else list(buyer)
    sirens = tuple(buyers.choose(base.buyers, name) for name in wanted)
    labels = base.buyers.filter(pl.col("acheteur_siren").is_in(list(sirens)))["acheteur_libelle"].to_list()
    return sirens, " + ".join(labels)


def _settle(
    frames: Sequence[pl.LazyFrame], folder: Any, step: str, order: Sequence[Sequence[str]] = ()
) -> list[pl.LazyFrame]:
    """The frames computed once: in memory, in the order of the given columns, or in Parquet files of the folder when there is one."""
    if folder is None:
        settled = pl.collect_all(list(frames))
        return [
            (frame.sort(keys, nulls_last=True) if keys else frame).lazy() for frame, keys in zip_longest(settled, order)
        ]
    paths = [Path(folder.name) / f"{step}-{rank}.parquet" for rank in range(len(frames))]
    for frame, path in zip(frames, paths, strict=True):
        frame.sink_parquet(path)
    return [pl.scan_parquet(path) for path in paths]
