"""The diagnostic in the order of its verbs: contracts prepared → a buyer chosen → measured, its duties told.

This is where rooms meet; see ``preparation`` for what comes before a buyer is chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from spaser import buyers, considerations, indicators, obligations, renewals
from spaser.considerations import launches as launching
from spaser.considerations import scores
from spaser.indicators.measuring import known_shares
from spaser.problems import Problem
from spaser.sections import tallies
from spaser.sources import demonstration
from spaser.sources.notices import Notices
from spaser.studies import law
from spaser.studies.diagnostic import holders as held
from spaser.studies.diagnostic import texts as written
from spaser.studies.diagnostic.preparation import Base, Paths, prepare, settle
from spaser.vocabulary import DEFAULT_POPULATION, POPULATIONS
from spaser.vocabulary.handed import Tables

if TYPE_CHECKING:
    from spaser.studies.clauses import Clauses


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
    #: What each page must warn of.
    mention: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "extras", Tables(self.extras))

    @property
    def as_of(self) -> date:
        return self.base.as_of

    @property
    def last_notified(self) -> date | None:
        """The last notification, when it is long before the day that stops the data."""
        return tallies.last_notified(self.contracts, self.as_of)

    @property
    def day(self) -> date:
        """The day from which one prepares: see ``Base.day``."""
        return self.base.day


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
    joined to the contracts they launched, give their dates and their texts instead; ``pieces`` (``studies.clauses.clauses``) are the
    documents of consultations, in folders or archives that bear the number of their contract. ``spend`` (SPEND, the buyer's
    ledger) and ``declared`` (what the buyer says of itself) answer its own duties. ``options`` are those of ``prepare``.
    """
    base = _unmixed(source if isinstance(source, Base) else prepare(source, buyer=buyer, **options), notices, pieces)
    sirens, scope = chosen_buyers(base, buyer)
    every = base.contracts.filter(pl.col("acheteur_siren").is_in(list(sirens))) if sirens else base.contracts
    chosen = _kept(every, years, family, scope)
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
        measures=known_shares(_measured(chosen.lazy(), scope if sirens else "ensemble"), held.proved(base)),
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
        | _beside(base, every, chosen)
        | held.tables(chosen, holders, acts, base, population),
    )


def _kept(every: pl.LazyFrame, years: tuple[int, int] | None, family: Sequence[str], scope: str) -> pl.DataFrame:
    """The contracts of the years and families asked; none at all is said."""
    if years:
        every = every.filter(pl.col("annee").is_between(*years))
    if family:
        every = every.filter(pl.col("famille").is_in(list(family)))
    chosen = every.collect(engine="streaming")
    if not chosen.height:
        raise Problem(
            f"Aucun contrat pour {scope}" + (f" de {years[0]} à {years[1]}" if years else ""),
            todo="Élargissez les années ou les familles",
        )
    return chosen


def _unmixed(base: Base, notices: Notices | None, pieces: Clauses | None) -> Base:
    """The contracts, once sure that no invented notice or document is read over real ones."""
    demonstration.refuse_invented(
        not base.demo, avis=notices is not None and notices.demo, pièces=pieces is not None and pieces.documents.demo
    )
    return base


def _beside(base: Base, every: pl.LazyFrame, chosen: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """When each contract of the buyer ends, whatever the years looked at; the answers that never change in those chosen."""
    return {
        "renouvellements": renewals.ends(every, as_of=base.day, method=base.method).collect(),
        "reponses_constantes": considerations.constant_answers(chosen.lazy(), base.method).collect(),
    }


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
    (rows,) = settle(
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
        "indecis": obligations.undecided(rows),
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
    return dict(zip(tables, pl.collect_all(tables.values(), engine="in-memory"), strict=True))


def _measured(chosen: pl.LazyFrame, scope: str) -> pl.DataFrame:
    """Every indicator for each of the three populations, side by side."""
    counts = pl.concat(indicators.count(chosen, perimetre=scope, population=name) for name in POPULATIONS)
    return indicators.merged(counts).collect(engine="in-memory")


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
