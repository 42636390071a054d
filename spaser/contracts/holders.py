"""The holders of each contract, each once, and what a holder's part of the amount can be."""

from __future__ import annotations

import polars as pl

from spaser import vocabulary as words
from spaser.contracts.states import DAY_ZERO


def published(records: pl.LazyFrame, wanted: pl.LazyFrame) -> pl.LazyFrame:
    """One row per holder of the ``wanted`` states (as named by ``states.current``), united over the kept edition.

    Added: ``cle`` (the identifier, else the name) and ``ordre_titulaire``, the order of publication.
    """
    editions = wanted.filter(pl.col("etat_titulaires").is_not_null()).select(
        "uid", "publication_titulaires", modification_id="etat_titulaires", source="source_titulaires"
    )
    day = (pl.col("datePublicationDonnees").to_physical() + DAY_ZERO).fill_null(0)
    lines = (
        records.select(
            "uid", "source", "position", pl.col("modification_id").fill_null(0), "titulaires", publication=day
        )
        .join(editions, on=["uid", "modification_id", "source"])
        .filter((pl.col("publication") == pl.col("publication_titulaires")) & (pl.col("titulaires").list.len() > 0))
        .select(
            "uid", "modification_id", "titulaires", "position", rang=pl.int_ranges(0, pl.col("titulaires").list.len())
        )
        .explode("titulaires", "rang", empty_as_null=True, keep_nulls=True)
        .unnest("titulaires")
        .with_columns(cle=pl.coalesce("titulaire_id", "titulaire_nom"))
        .filter(pl.col("cle").is_not_null())
    )
    # Co-holders come as further records: the order of publication is the record's, then the place in its list.
    return lines.group_by("uid", "modification_id", "cle").agg(
        pl.col("titulaire_id").max(),
        pl.col("titulaire_typeIdentifiant").max(),
        pl.col("titulaire_nom").max(),
        ordre_titulaire=(pl.col("position").cast(pl.Int64) * 1000 + pl.col("rang").cast(pl.Int64)).min(),
    )


def counted(records: pl.LazyFrame, current: pl.LazyFrame) -> pl.LazyFrame:
    """``uid``, ``nb_titulaires`` and ``titulaires_cle`` (who they are, whatever the order) where there may be several."""
    several = published(records, current.filter(~_single()))
    return several.group_by("uid").agg(nb=pl.len().cast(pl.Int32), ensemble=pl.col("cle").sort().str.join("|"))


def named(current: pl.LazyFrame) -> pl.LazyFrame:
    """Adds ``nb_titulaires`` (null: unknown) and ``titulaires_cle``, from ``counted`` or the only holder."""
    alone = pl.when(_single() & pl.col("titulaire_id").is_not_null())
    return current.with_columns(
        nb_titulaires=pl.coalesce(pl.col("nb"), alone.then(pl.lit(1, pl.Int32))),
        titulaires_cle=pl.coalesce("ensemble", alone.then("titulaire_id")),
    )


def _single() -> pl.Expr:
    return (pl.col("tenu") == 1) & (pl.col("lignes_titulaires") == 1)


def shared(records: pl.LazyFrame, current: pl.LazyFrame, contracts: pl.LazyFrame) -> pl.LazyFrame:
    """The HOLDERS table: a contract's amount is never multiplied by its holders.

    Each holder's part is three values in cents: low (nothing when others could have done all), equal (whole cents; the
    remaining cents go to the first holders published, so that the parts add up exactly), high (the whole amount).
    """
    known = contracts.select("uid", "nb_titulaires", "dateNotification", montant="montant_part")
    count, amount = pl.col("nb_titulaires").cast(pl.Int64), pl.col("montant")
    rank = pl.col("ordre_titulaire").rank("ordinal").over("uid")
    lines = published(records, current).join(known, on="uid", how="left").with_columns(rang=rank.cast(pl.Int32))
    siret = pl.col("titulaire_id").str.contains(r"^[0-9]{14}$") & (
        pl.col("titulaire_typeIdentifiant").fill_null("SIRET") == "SIRET"
    )
    return words.HOLDERS.conform(
        lines.with_columns(
            titulaire_id=pl.col("cle"),
            titulaire_siren=pl.when(siret).then(pl.col("titulaire_id").str.head(9)),
            montant_bas=pl.when(count == 1).then(amount).when(amount.is_not_null()).then(0),
            montant_egal=amount // count + (pl.col("rang") <= amount % count).cast(pl.Int64),
            montant_haut=amount,
        )
    )


def versions(records: pl.LazyFrame, found: pl.LazyFrame) -> pl.LazyFrame:
    """The VERSIONS table: each state with the amount, duration and holders in force, rolled forward in date order."""
    wanted = found.filter(pl.col("tenu").is_not_null()).select(
        "uid", etat_titulaires="modification_id", publication_titulaires="publication", source_titulaires="source"
    )
    holder = pl.struct("titulaire_id", "titulaire_typeIdentifiant", "titulaire_nom")
    held = (
        published(records, wanted)
        .group_by("uid", "modification_id")
        .agg(titulaires=holder.sort_by("ordre_titulaire", "cle"))
    )
    ordered = found.join(held, on=["uid", "modification_id"], how="left").sort("uid", "ordre")
    rolled = ordered.with_columns(pl.col("montant", "dureeMois", "titulaires").forward_fill().over("uid"))
    return words.VERSIONS.conform(rolled)
