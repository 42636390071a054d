"""What a report is written from: finished tables, and the way to look one measure up in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import polars as pl

from spaser import rules
from spaser.deliverables.report import Measured, Source
from spaser.vocabulary import ACCOUNTS, CONTRIBUTIONS, DEFAULT_POPULATION, POPULATIONS, REJECTS
from spaser.vocabulary.handed import Tables


@dataclass(frozen=True, eq=False)
class Findings:
    """Finished tables on one scope (a buyer, a set of buyers, or all), in the vocabulary's columns.

    Parameters
    ----------
    measures
        MEASURES of this scope.
    contracts
        CONTRACTS with considerations and scores; columns that lack are simply not reported on.
    accounts, rejects, contributions
        ACCOUNTS, REJECTS and CONTRIBUTIONS; empty when not given.
    as_of, today
        The day that stops the data; the day of the reader, when it is known: what is to come begins after it.
    extras
        Tables of studies, by the names of ``vocabulary.handed``: a section reads its own and says nothing when it is absent.
    spent
        The finished tables of the spend file, when one was given.
    """

    measures: pl.DataFrame
    contracts: pl.DataFrame
    as_of: date
    buyer: str = ""
    accounts: pl.DataFrame = field(default_factory=ACCOUNTS.empty)
    rejects: pl.DataFrame = field(default_factory=REJECTS.empty)
    contributions: pl.DataFrame = field(default_factory=CONTRIBUTIONS.empty)
    sources: tuple[Source, ...] = ()
    population: str = DEFAULT_POPULATION
    definition: str | None = None
    demo: bool = False
    extras: dict[str, pl.DataFrame] = field(default_factory=Tables)
    spent: Findings | None = None
    today: date | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "extras", Tables(self.extras))

    @property
    def day(self) -> date:
        """The day from which something is still to come: the reader's, never before the data stop."""
        return rules.day_to_prepare_from(self.as_of, self.today)

    @property
    def population_label(self) -> str:
        return POPULATIONS[self.population]

    @cached_property
    def counted(self) -> pl.DataFrame:
        """The contracts of the population in use."""
        return (
            self.contracts.filter(pl.col(self.population))
            if self.population in self.contracts.columns
            else self.contracts
        )

    def rows(
        self, *indicators: str, dimension: str = "total", unite: str | None = "nombre", population: str | None = None
    ) -> pl.DataFrame:
        """The measures of indicators on one breakdown, in the order of the indicators then of the table."""
        rank = {name: i for i, name in enumerate(indicators)}
        kept = self.measures.filter(
            pl.col("indicateur").is_in(indicators),
            pl.col("dimension") == dimension,
            pl.col("population") == (population or self.population),
        )
        if unite:
            kept = kept.filter(pl.col("unite") == unite)
        order = pl.col("indicateur").replace_strict(rank, return_dtype=pl.Int32)
        return kept.sort(order, maintain_order=True)

    def one(
        self,
        indicator: str,
        *,
        unite: str = "nombre",
        dimension: str = "total",
        modalite: str | None = None,
        population: str | None = None,
    ) -> Measured | None:
        """One measure, or None when it was not taken."""
        rows = self.rows(indicator, dimension=dimension, unite=unite, population=population)
        if modalite is not None:
            rows = rows.filter(pl.col("modalite") == modalite)
        if self.definition and (rows["definition"] == self.definition).any():
            rows = rows.filter(pl.col("definition") == self.definition)
        return Measured.of(rows.row(0, named=True)) if rows.height else None
