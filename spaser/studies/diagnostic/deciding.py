"""What a person may decide of contracts already read, and what it changes at once: purchase families, statuses of suppliers; and the facts that a new reading obeys."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from spaser import families, suppliers
from spaser.considerations import scores
from spaser.sources.answers import facts
from spaser.studies.diagnostic import holders as held
from spaser.studies.diagnostic.compose import Diagnostic
from spaser.studies.diagnostic.preparation import Base
from spaser.vocabulary import ACCESS

_FAMILY = ("famille", "famille_libelle", "famille_origine", "famille_confiance", "famille_doute")
_STATUS = ("titulaire_ess", "titulaire_esus", "titulaire_inclusif", "ess_raison", "inclusif_raison", "inclusif_types")


def redecided(base: Base, decisions: pl.DataFrame) -> Base:
    """The base as ``prepare`` makes it with these decisions, without reading again, for those on families and statuses.

    A large whole, kept on the disk, takes them up when it is next read.
    """
    changed = replace(base, decisions=decisions.lazy())
    if base.folder is not None:
        return changed
    before = base.decisions.collect()
    if _differ(before, decisions, "famille"):
        bare = families.add(changed.contracts.drop(_FAMILY))
        named = families.decided(bare, decisions.lazy()).select(base.contracts.collect_schema().names())
        changed = replace(changed, contracts=named.collect().lazy())
    if _differ(before, decisions, "statut") and (known := held.loaded(base)) is not None:
        holders = held.known_holders(base.holders, known, decisions.lazy()).select(
            base.holders.collect_schema().names()
        )
        settled = holders.collect().lazy()
        bare = changed.contracts.drop([word.name for word in ACCESS])
        won = bare.join(suppliers.access(settled), on="uid", how="left", maintain_order="left")
        scored = scores.score(won, base.method).select(base.contracts.collect_schema().names())
        changed = replace(changed, holders=settled, contracts=scored.collect().lazy())
    return changed


def _differ(before: pl.DataFrame, after: pl.DataFrame, kind: str) -> bool:
    one, other = (rows.filter(pl.col("objet_type") == kind).sort("objet_id", "champ") for rows in (before, after))
    return not one.equals(other)


def families_to_decide(result: Diagnostic) -> pl.DataFrame:
    """The contracts of the selection, those whose family is in doubt, unknown or decided first, then by what is at stake.

    ``uid, objet, montant, famille, famille_libelle, attend`` (its family waits for an answer), ``autre`` (what the words of
    the subject say, when it is another family).
    """
    rows = result.contracts
    doubted = pl.col("famille_doute").fill_null(False)
    waiting = doubted | pl.col("famille").is_null()
    said = families.of_words(rows.lazy().filter(doubted)).collect().select("objet", autre="famille")
    return (
        rows.join(said, on="objet", how="left", maintain_order="left")
        .with_columns(attend=waiting, autre=pl.when(pl.col("autre") != pl.col("famille").fill_null("")).then("autre"))
        .sort("attend", "enjeu", "uid", descending=[True, True, False], nulls_last=True)
        .select(
            "uid",
            "objet",
            montant="enjeu",
            famille="famille",
            famille_libelle="famille_libelle",
            attend="attend",
            autre="autre",
        )
    )


def facts_to_decide(result: Diagnostic, fact: str) -> pl.DataFrame:
    """One fact of the contracts of the selection (a key of ``facts.FACTS``), those in doubt first, then by what is at stake.

    ``uid, objet, montant, publie, retenu, propose, preuve`` and ``attend`` (it waits for an answer).
    """
    rows = facts.facts_of(result.contracts, fact).sort(
        "doute", "enjeu", "uid", descending=[True, True, False], nulls_last=True
    )
    return rows.select("uid", "objet", "publie", "retenu", "propose", "preuve", montant="enjeu", attend="doute")


def statuses_to_decide(result: Diagnostic, spent: pl.DataFrame | None = None) -> pl.DataFrame:
    """The suppliers of the selection, and those of a spend file, the unknown ones first, then by amount.

    ``siren, siret, fournisseur, montant, attend`` (neither in the ESS nor inclusive, as far as is known) and their statuses.
    A natural person has none, and is left out.
    """
    persons = _persons(result.base)
    parts = [_of_contracts(result)]
    if spent is not None and spent.height:
        known = spent.filter(pl.col("siren").is_not_null(), ~pl.col("personne_physique").fill_null(False))
        parts.append(known.select("siren", pl.lit(None, pl.String).alias("siret"), "fournisseur", "montant", *_STATUS))
    rows = pl.concat(parts, how="vertical_relaxed").filter(~pl.col("siren").is_in(persons))
    told = rows.sort("montant", "siret", descending=[True, False], nulls_last=True).group_by(
        "siren", maintain_order=True
    )
    one = told.agg(
        pl.col("siret").drop_nulls().first(),
        pl.col("fournisseur").drop_nulls().first(),
        pl.col("montant").max(),
        *(pl.col(name).drop_nulls().first() for name in _STATUS),
    )
    yes = pl.any_horizontal(pl.col(name).fill_null(False) for name in ("titulaire_ess", "titulaire_inclusif"))
    unknown = pl.col("titulaire_ess").is_null() | pl.col("titulaire_inclusif").is_null()
    return one.with_columns(attend=~yes & unknown).sort(
        "attend", "montant", "siren", descending=[True, True, False], nulls_last=True
    )


def _of_contracts(result: Diagnostic) -> pl.DataFrame:
    """The holders of the contracts, with what they hold at equal parts; unknown statuses where no list was read."""
    rows = result.holders
    lacking = [
        pl.lit(None, pl.Boolean if name.startswith("titulaire") else pl.String).alias(name)
        for name in _STATUS
        if name not in rows.columns
    ]
    usual = pl.col("titulaire_id").str.contains(r"^\d{14}$")
    return (
        rows.with_columns(lacking)
        .filter(pl.col("titulaire_siren").is_not_null())
        .group_by(siren="titulaire_siren", siret=pl.when(usual).then("titulaire_id"))
        .agg(
            fournisseur=pl.col("titulaire_nom").drop_nulls().first(),
            montant=pl.col("montant_egal").sum(),
            **{name: pl.col(name).drop_nulls().last() for name in _STATUS},
        )
    )


def _persons(base: Base) -> list[str]:
    if base.establishments is None:
        return []
    found = base.establishments.filter(pl.col("personne_physique").fill_null(False)).select("siren").unique()
    return found.collect()["siren"].to_list()
