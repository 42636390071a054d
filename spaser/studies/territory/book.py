"""The book of a territory: each inclusive or ESS structure of its communes once, with its proofs, by the trade that is known of it.

The structures are those that the panorama counts; every fact comes from where the sheet of a supplier takes it
(``acting.supplier.facts``). Nothing is ranked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from spaser import rules
from spaser.sources.registers import Registers
from spaser.studies.acting.supplier import facts
from spaser.studies.acting.supplier.coming import coming
from spaser.studies.diagnostic import Base
from spaser.studies.potential.announced import Announced, Programme, announced, known_buyers
from spaser.studies.potential.compose import ground, potential_of
from spaser.studies.potential.offer import named_trades, offered
from spaser.studies.territory.panorama import Territory
from spaser.suppliers.panorama import known
from spaser.text import fold_expr

#: Where a structure stands when no trade of its own is known: it only lends staff, or nothing says what it makes.
LENDS, UNKNOWN = "prete", "metier_inconnu"
#: A structure without a number is known by its name and its commune.
_NAMED = pl.concat_str("nom", "code_commune", separator="|")
_STATUS = ("titulaire_ess", "titulaire_inclusif", "inclusif_types", "ess_raison", "inclusif_raison")
_WHERE = (*facts.CONTACT, "code_postal", "nom", "commune", "naf")


@dataclass(frozen=True, eq=False)
class Book:
    """``entries`` one row per structure in alphabetical order, ``chapitre`` where its entry stands (a family, LENDS or UNKNOWN);
    ``statuses`` lines of the lists, ``trades`` families whose trade is known with what says it, ``served`` with sizes, ``wins``
    public contracts of its unit (None when no contract was read). ``cle`` joins them."""

    place: Territory
    entries: pl.DataFrame
    statuses: pl.DataFrame
    trades: pl.DataFrame
    served: pl.DataFrame
    wins: pl.DataFrame | None
    #: What is public and to come for each unit (``supplier.coming``), and what was read of notices and programmes.
    ahead: pl.DataFrame
    read: tuple[str, ...] = ()
    #: The reader's day: the book is made then, from lists that may be older.
    today: date | None = None

    @property
    def named(self) -> pl.DataFrame:
        """The entries that may be printed: natural persons are counted, never named."""
        return self.entries.filter(~pl.col("personne_physique"))


def book_of(
    place: Territory,
    base: Base | None = None,
    today: date | None = None,
    *,
    notices: Sequence[str | Path] = (),
    programmes: Sequence[Programme] = (),
) -> Book:
    """The book of a territory whose lists were read; ``base`` when contracts were read too; ``notices`` and ``programmes`` as for the sheet of one."""
    assert place.lists is not None
    codes = place.communes["code_commune"].to_list()
    lists, day = place.lists, place.as_of
    there = known(lists.register, lists.establishments, codes, day, lists.unnumbered)
    held = pl.col("titulaire_ess").fill_null(False) | pl.col("titulaire_inclusif").fill_null(False)
    found = there.filter(held).collect(engine="in-memory").with_columns(cle=pl.coalesce("siret", _NAMED))
    sirens = found["siren"].drop_nulls().unique().to_list()
    supply = _supply(lists, sirens, day, base)
    served = facts.served(supply).with_columns(cle=pl.coalesce("siret", "siren")).filter(_in(found))
    trades = _trades(served, found)
    public = announced(
        today or day,
        notices=notices,
        programmes=programmes,
        known=known_buyers(base) if base is not None and (notices or programmes) else None,
    )
    lenders = supply.filter(~pl.col("preste")).select(cle=pl.coalesce("siret", "siren")).unique()
    return Book(
        place=place,
        entries=_entries(found, lists, place.communes, trades, lenders),
        statuses=_statuses(found, lists, day),
        trades=trades,
        served=served,
        wins=None if base is None else facts.wins(base.contracts, base.holders, sirens),
        ahead=_ahead(supply, public, day, today, base),
        read=public.told,
        today=today,
    )


def _in(found: pl.DataFrame) -> pl.Expr:
    return pl.col("cle").is_in(found["cle"].to_list())


def _supply(lists: Registers, sirens: list[str], day: date, base: Base | None) -> pl.DataFrame:
    """SUPPLY of these units alone, with what they won when contracts were read."""
    register, establishments = (
        frame.filter(pl.col("siren").is_in(sirens)) for frame in (lists.register, lists.establishments)
    )
    if base is None:
        return offered(register, establishments, day)
    read = ground(base)
    return offered(register, establishments, day, won=read.wins, weights=read.weights, method=base.method)


def _ahead(supply: pl.DataFrame, public: Announced, day: date, today: date | None, base: Base | None) -> pl.DataFrame:
    """What comes for these units: what is announced, and the contracts read that end."""
    found = potential_of(base) if base is not None else None
    return coming(
        supply,
        day=base.day if base is not None else rules.day_to_prepare_from(day, today),
        announced=public.needs,
        found=found,
        method=base.method if base is not None else None,
    )


def _trades(served: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """``cle, famille, famille_libelle, origine, gagnes``: the trades stated, or won by the very establishment."""
    sure = pl.col("metier").fill_null(False) | (pl.col("gagnes_siret") > 0).fill_null(False)
    kept = ("cle", "famille", "famille_libelle", "adequation", "adequation_origine", "gagnes_siret")
    numbered = served.filter(sure).select(kept)
    labels = rules.table("families.csv").select("famille", famille_libelle="libelle")
    said = named_trades(found.filter(pl.col("siret").is_null()).select("cle", "nom"))
    bare = said.join(labels, on="famille", how="left", maintain_order="left").with_columns(
        adequation_origine=pl.lit("métier dit par le nom")
    )
    return pl.concat([numbered, bare], how="diagonal").sort("famille", "cle")


def _entries(
    found: pl.DataFrame, lists: Registers, communes: pl.DataFrame, trades: pl.DataFrame, lenders: pl.DataFrame
) -> pl.DataFrame:
    """Each structure with where it is, how to reach it, and the chapter of its entry: its surest trade, the first by name of equals."""
    numbered = facts.places(
        lists.establishments.filter(pl.col("siret").is_in(found["siret"].drop_nulls().to_list())).collect()
    )
    bare = lists.unnumbered.with_columns(cle=_NAMED).collect()
    where = pl.concat(
        [
            numbered.select(pl.col("siret").alias("cle"), *_WHERE),
            bare.select("cle", *_WHERE),
        ]
    ).unique("cle", keep="first", maintain_order=True)
    main = trades.sort("adequation", "famille_libelle", descending=[True, False], nulls_last=True).unique(
        "cle", keep="first", maintain_order=True
    )
    rows = (
        found.select("cle", "siret", "siren", "code_commune", "personne_physique", *_STATUS, _dit="nom")
        .join(where, on="cle", how="left", maintain_order="left")
        .join(communes.select("code_commune", _ici="commune"), on="code_commune", how="left", maintain_order="left")
        .join(main.select("cle", chapitre="famille"), on="cle", how="left", maintain_order="left")
        .join(lenders.with_columns(_prete=pl.lit(True)), on="cle", how="left", maintain_order="left")
    )
    chapter = pl.when(pl.col("_prete")).then(pl.lit(LENDS)).otherwise(pl.coalesce("chapitre", pl.lit(UNKNOWN)))
    told = rows.with_columns(
        nom=pl.coalesce("nom", "_dit"),
        commune=pl.coalesce("_ici", "commune"),
        chapitre=chapter,
        personne_physique=pl.col("personne_physique").fill_null(False),
    ).drop("_dit", "_ici", "_prete")
    return told.sort(fold_expr(pl.col("nom")), "commune", "cle", nulls_last=True)


def _statuses(found: pl.DataFrame, lists: Registers, day: date) -> pl.DataFrame:
    """The lines of the lists about each: those of its own number, and those of its unit; a structure without number, its list."""
    units = lists.register.filter(pl.col("siren").is_in(found["siren"].drop_nulls().to_list()))
    rows = facts.statuses(units, day)
    own = found.select("cle", "siret").drop_nulls("siret").join(rows, on="siret", maintain_order="left_right")
    shared = rows.filter(pl.col("siret").is_null()).drop("siret")
    wide = (
        found.select("cle", "siren", "siret").drop_nulls("siren").join(shared, on="siren", maintain_order="left_right")
    )
    bare = (
        lists.unnumbered.with_columns(cle=_NAMED)
        .select("cle", "statut", "au", "source", etat=pl.lit("en cours à la date de la liste"))
        .filter(_in(found))
        .collect()
    )
    return pl.concat([own, wide, bare], how="diagonal_relaxed").sort("cle", "statut", "source", nulls_last=True)
