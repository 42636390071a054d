"""The publication of a SPASER: the indicators of a buyer, or of a joint schema, on chosen years, with targets and peers.

A composition room: rooms meet here, nothing is computed here. ``files`` writes the folder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from spaser import french, indicators, suppliers, territories
from spaser.indicators import peers, targets, trajectory
from spaser.indicators import spend as indicators_spend
from spaser.indicators.entered import entered as entered_measures
from spaser.indicators.measuring import known_shares
from spaser.indicators.records import NUMBER, VALUE, WITH_CRITERION, catalogue, scope
from spaser.indicators.targets import Target
from spaser.indicators.trajectory import Road
from spaser.problems import Problem, closest
from spaser.rules import toml
from spaser.sources import ledgers
from spaser.sources.answers import entered as entered_file
from spaser.studies import diagnostic
from spaser.studies.diagnostic import Base, Declared, Diagnostic, Paths
from spaser.studies.diagnostic.holders import proved
from spaser.studies.publication.compared import Edition, compare, edition_of
from spaser.suppliers import spending
from spaser.vocabulary import DEFAULT_POPULATION, EDITIONS, ENTERED, MEASURES, PEERS
from spaser.vocabulary.sentences import DEMO_NOTE

#: What a publication always says besides the items of the law.
CONTEXT = (
    "nb_contrats",
    "montant_notifie",
    "non_reponse_sociale",
    "non_reponse_environnementale",
    "montants_ecartes",
    "montants_inconnus",
    "montants_a_verifier",
)
#: The shares compared with similar buyers.
COMPARED = (
    "consideration_sociale",
    "consideration_environnementale",
    "clause_sociale",
    "clause_environnementale",
    "marche_reserve",
    "titulaire_ess",
    "titulaire_inclusif",
)


@dataclass(frozen=True, eq=False)
class Publication:
    """Everything a publication says, as finished tables.

    ``measures``: MEASURES of the group (or the only buyer), total and by year; ``by_buyer``: the same for each buyer of a
    joint schema; ``entered`` and ``spent``: figures entered, and value indicators on a ledger; ``past``: every year read.
    """

    diagnostic: Diagnostic
    years: tuple[int, ...]
    definition: str
    buyers: tuple[tuple[str, str], ...]
    measures: pl.DataFrame
    by_buyer: pl.DataFrame
    entered: pl.DataFrame
    spent: pl.DataFrame
    past: pl.DataFrame
    roads: tuple[Road, ...]
    references: tuple[Road, ...]
    peers: pl.DataFrame
    editions: pl.DataFrame
    given: dict[str, Path] = field(default_factory=dict)
    coverage: pl.DataFrame = field(default_factory=pl.DataFrame)
    with_score: bool = False
    mention: str = ""

    @property
    def base(self) -> Base:
        return self.diagnostic.base

    @property
    def notes(self) -> tuple[str, ...]:
        """What each page warns of: that it is a demonstration, what the mission says."""
        return tuple(filter(None, (DEMO_NOTE if self.base.demo else "", french.typeset(self.mention))))


def publish(
    source: Paths | Base,
    *,
    buyer: str | Sequence[str] | None = None,
    years: tuple[int, int] | None = None,
    goals: str | Path | Sequence[Target] | None = None,
    entered: str | Path | None = None,
    ledger: str | Path | None = None,
    columns: str | Path | None = None,
    previous: Edition | None = None,
    population: str = DEFAULT_POPULATION,
    definition: str = WITH_CRITERION,
    with_score: bool = False,
    declared: Declared | None = None,
    mention: str = "",
    texts: Mapping[str, Any] | None = None,
    **options: Any,
) -> Publication:
    """The publication of a buyer, or of several buyers of a joint schema.

    Parameters
    ----------
    source
        Files of contracts, or what ``prepare`` made of them: every year read feeds the trajectories.
    years
        First and last year published; by default all those read.
    goals, entered, ledger
        ``objectifs.toml`` or the targets of a mission, the filled template of figures entered, the spend file: each may lack. ``columns``: which column of the spend file is what.
    previous
        The edition before, to say what moved and why.
    population, definition
        The contracts counted, and the definition shown among those in competition; both are named everywhere. ``declared``: what the buyer says of itself; ``mention``: what each page must warn of; ``texts``: notices and documents read beside the contracts (``studies.beside``).

    Raises
    ------
    Problem, Problems
        No buyer, no contract; a faulty file, with all its errors.
    """
    _check_definition(definition)
    base = source if isinstance(source, Base) else diagnostic.prepare(source, **options)
    sirens, name = diagnostic.chosen_buyers(base, buyer)
    _check_buyers(sirens)
    every = base.contracts.filter(pl.col("acheteur_siren").is_in(list(sirens))).collect(engine="streaming")
    known = sorted(every["annee"].drop_nulls().unique().to_list())
    read = _read(goals, entered, ledger, columns, sirens, known)
    result = diagnostic.diagnose(
        base,
        buyer=sirens,
        years=years,
        population=population,
        spend=read.book.lines.lazy() if read.book else None,
        declared=declared,
        **(texts or {}),
    )
    published = tuple(range(years[0], years[1] + 1)) if years else tuple(known)
    moved = _since(previous, edition_of(base, every.lazy(), published, measurer(name, population)))
    made = _composed(result, name, every, published, read, definition, moved)
    return replace(_known(made, proved(base)), with_score=with_score, mention=mention)


def _known(made: Publication, proved: set[str]) -> Publication:
    """The publication without the shares of the known that prove nothing."""
    return replace(
        made,
        measures=known_shares(made.measures, proved),
        by_buyer=known_shares(made.by_buyer, proved),
        spent=known_shares(made.spent, proved),
        past=known_shares(made.past, proved),
    )


class _Given(NamedTuple):
    """What the buyer gives besides its contracts: goals voted, figures entered (ENTERED), spend file, and the files of all."""

    goals: tuple[Target, ...]
    entered: pl.DataFrame
    book: ledgers.Ledger | None
    files: dict[str, Path]


def _read(
    goals: str | Path | Sequence[Target] | None,
    entered: str | Path | None,
    ledger: str | Path | None,
    columns: str | Path | None,
    sirens: tuple[str, ...],
    years: Sequence[int],
) -> _Given:
    written, voted = (goals, ()) if isinstance(goals, str | Path) else (None, tuple(goals or ()))
    if written:
        voted = targets.read(written, first_year=years[0] if years else None)
    named = (("objectifs", written), ("chiffres saisis", entered), ("grand livre", ledger))
    return _Given(
        voted,
        entered_file.read(entered, sirens=sirens) if entered else ENTERED.empty(),
        ledgers.read_ledger(ledger, mapping=columns) if ledger else None,
        {name: Path(path) for name, path in named if path},
    )


def _composed(
    result: Diagnostic,
    name: str,
    every: pl.DataFrame,
    published: tuple[int, ...],
    given: _Given,
    definition: str,
    editions: pl.DataFrame,
) -> Publication:
    """The tables of a publication: what was published, then every year read, for the roads of the goals."""
    base, population, names = result.base, result.population, _buyers(result.base, result.sirens)
    past = _measured(every, name, population)
    spent = _spent(given.book, base, every, name, population) if given.book else MEASURES.empty()
    history = pl.concat([past, spent, _typed(given.entered, {*published, *given.entered["annee"]}, name)])
    year, several = base.as_of.year, len(names) > 1
    ends = result.extras["renouvellements"].lazy()
    return Publication(
        diagnostic=result,
        years=published,
        definition=definition,
        buyers=names,
        spent=spent,
        past=past,
        measures=_measured(result.contracts, name, population),
        entered=_typed(given.entered, published, name),
        by_buyer=_each(result.contracts, given.entered, published, names, population) if several else MEASURES.empty(),
        roads=roads(given.goals, history, every, year, population),
        references=roads(national_targets(result, definition), history, every, year, population),
        peers=_compared(base, result.sirens, published, population),
        editions=editions,
        given=given.files,
        coverage=spending.covered(given.book.lines.lazy(), ends).collect() if given.book else pl.DataFrame(),
    )


def _since(previous: Edition | None, new: Edition) -> pl.DataFrame:
    return compare(previous, new) if previous else EDITIONS.empty()


def codes() -> list[str]:
    """The indicators of contracts that a publication holds, in the order of the items."""
    items = [code for item in toml("spaser_items.toml").values() for code in item["contrats"]]
    return list(dict.fromkeys([*CONTEXT[:2], *items, *CONTEXT[2:]]))


def complete_years(contracts: pl.DataFrame, as_of_year: int) -> set[int]:
    """The years whose publication is over: before that of the data, without a contract of the last two months."""
    late = contracts.filter(pl.col("incomplet").fill_null(False))["annee"].drop_nulls().unique().to_list()
    return {
        year for year in contracts["annee"].drop_nulls().unique().to_list() if year < as_of_year and year not in late
    }


def _check_buyers(sirens: Sequence[str]) -> None:
    if not sirens:
        raise Problem(
            "Une publication est celle d'un acheteur, ou des acheteurs d'un schéma conjoint",
            todo="Nommez-le : --acheteur « Ma Ville » (et --conjoint pour les autres acheteurs du schéma).",
        )


def _check_definition(definition: str) -> None:
    names = sorted(
        {name for record in catalogue().values() for name in record.definitions if len(record.definitions) > 1}
    )
    if definition not in names:
        raise Problem(
            f"Définition inconnue : « {definition} »",
            todo=closest(definition, names) or f"Définitions : {', '.join(names)}.",
        )


def measurer(perimetre: str, population: str) -> Callable[[pl.LazyFrame], pl.LazyFrame]:
    """The way an edition measures its contracts."""
    return lambda contracts: indicators.measure(
        contracts, indicators=codes(), by=("annee",), perimetre=perimetre, population=population
    )


def _measured(contracts: pl.DataFrame, perimetre: str, population: str) -> pl.DataFrame:
    return measurer(perimetre, population)(contracts.lazy()).collect()


def _typed(lines: pl.DataFrame, years: Iterable[int], perimetre: str, siren: str | None = None) -> pl.DataFrame:
    return entered_measures(lines.lazy(), sorted(set(years)), perimetre=perimetre, siren=siren).collect()


def _each(
    contracts: pl.DataFrame,
    lines: pl.DataFrame,
    years: Sequence[int],
    buyers: tuple[tuple[str, str], ...],
    population: str,
) -> pl.DataFrame:
    """Each buyer of a joint schema: its contracts, and the figures entered in its own name."""
    parts = [_measured(contracts.filter(pl.col("acheteur_siren") == siren), name, population) for siren, name in buyers]
    own = [(siren, name) for siren, name in buyers if siren in lines["acheteur_siren"]]
    return pl.concat(parts + [_typed(lines, years, name, siren) for siren, name in own])


def _buyers(base: Base, sirens: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """SIREN and name of each buyer; two buyers of the same name are told apart by their SIREN."""
    known = dict(base.buyers.select("acheteur_siren", "acheteur_libelle").rows())
    names = [known.get(siren) or siren for siren in sirens]
    return tuple(
        (siren, f"{name} ({siren})" if names.count(name) > 1 else name)
        for siren, name in zip(sirens, names, strict=True)
    )


def _spent(book: ledgers.Ledger, base: Base, every: pl.DataFrame, perimetre: str, population: str) -> pl.DataFrame:
    """Value indicators on the ledger, the status of each supplier read from the lists when there are any."""
    lines = book.lines.lazy()
    if base.register is not None and base.establishments is not None:
        lines = suppliers.status(lines, suppliers.fuse(base.register), base.establishments, on="date")
    holders = base.holders.join(every.lazy().select("uid"), on="uid", how="semi")
    return indicators_spend.spent(
        lines, every.lazy(), holders, indicators=codes(), perimetre=perimetre, population=population
    ).collect()


def national_targets(result: Diagnostic, definition: str = WITH_CRITERION) -> tuple[Target, ...]:
    """The national references measured here, in the definition shown."""
    kept = [
        target
        for target in targets.national(result.as_of)
        if definition == WITH_CRITERION or target.definition != WITH_CRITERION
    ]
    return tuple(kept)


def roads(
    goals: Sequence[Target], history: pl.DataFrame, every: pl.DataFrame, as_of_year: int, population: str
) -> tuple[Road, ...]:
    """The road to each target, from the MEASURES by year of a buyer and every contract of it."""
    complete = complete_years(every, as_of_year)
    entered_years = set(
        history.filter(
            pl.col("population") == "saisie", pl.col("valeur").is_not_null(), pl.col("dimension") == "annee"
        )["modalite"].cast(pl.Int64)
    )
    found = []
    for goal in goals:
        sure = entered_years if goal.indicateur in toml("entered.toml") else complete
        found.append(trajectory.road(history, goal, sure, _answers(every, goal, population)))
    return tuple(found)


def _answers(contracts: pl.DataFrame, goal: Target, population: str) -> pl.DataFrame | None:
    """``annee, compte, poids`` of each contract of the field, for an indicator of contracts."""
    record = catalogue().get(goal.indicateur)
    if record is None or goal.unite not in (NUMBER, VALUE):
        return None
    rows = scope(contracts.lazy(), population)
    rows = rows if record.champ is None else rows.filter(record.champ.fill_null(False))
    return rows.select("annee", compte=record.holds(goal.definition), poids=pl.col("somme_retenue")).collect()


def _compared(base: Base, sirens: Sequence[str], years: Sequence[int], population: str) -> pl.DataFrame:
    """Each buyer among those of the files; nothing when the files hold only the buyers published."""
    if base.buyers.height <= len(sirens):
        return PEERS.empty()
    measured, who = comparison(base.contracts.filter(pl.col("annee").is_in(list(years))), population)
    return pl.concat(placed(measured, who, siren, sirens) for siren in sirens)


def comparison(contracts: pl.LazyFrame, population: str = DEFAULT_POPULATION) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What buyers are compared by: MEASURES of the shares compared, buyer by buyer, and ``peers.profiles``."""
    measured = indicators.measure(contracts, indicators=COMPARED, by=("acheteur_siren",), population=population)
    return measured.collect(engine="streaming"), peers.profiles(
        contracts, territories.one_per_siren(), population
    ).collect(engine="streaming")


def placed(measured: pl.DataFrame, who: pl.DataFrame, siren: str, besides: Sequence[str] = ()) -> pl.DataFrame:
    """PEERS: one buyer among those of a ``comparison``."""
    return peers.compare(measured.lazy(), who.lazy(), siren, list(besides or [siren])).collect()
