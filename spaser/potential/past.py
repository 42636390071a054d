"""What suppliers already did: contracts won, in the family and elsewhere; for the same buyer, those whose subject shares words with the need."""

from __future__ import annotations

import polars as pl

from spaser.potential.demand import tokens

#: Shared words below which two subjects are strangers.
LEAST = 2


def similar(needs: pl.LazyFrame, won: pl.LazyFrame) -> pl.LazyFrame:
    """``besoin_id, siren, mots_communs``: the closest subject a supplier already carried out for the buyer of the need.

    ``mots_communs`` goes from 0 to 1: words in common over the geometric mean of the words of both subjects; two at least.

    Parameters
    ----------
    needs
        NEEDS: ``besoin_id, acheteur_siren, objet``.
    won
        One row per contract won: ``uid, siren, acheteur_siren, objet``.
    """
    asked = _spread(needs, "besoin_id")
    done = _spread(
        won.unique(["uid", "siren"]).with_columns(_fait=pl.format("{}|{}", "uid", "siren")), "_fait", "siren"
    )
    sizes = {
        key: frame.group_by(key).agg(pl.len().alias(f"_n{key}"))
        for key, frame in (("besoin_id", asked), ("_fait", done))
    }
    shared = (
        asked.join(done, on=["acheteur_siren", "_mot"], maintain_order="left_right")
        .group_by("besoin_id", "_fait", "siren")
        .agg(_communs=pl.len())
    )
    near = shared.filter(pl.col("_communs") >= LEAST)
    for key, frame in sizes.items():
        near = near.join(frame, on=key, maintain_order="left_right")
    share = pl.col("_communs") / (pl.col("_nbesoin_id") * pl.col("_n_fait")).cast(pl.Float64).sqrt()
    return near.group_by("besoin_id", "siren").agg(mots_communs=share.max())


def _spread(rows: pl.LazyFrame, *keys: str) -> pl.LazyFrame:
    return (
        rows.select(*keys, "acheteur_siren", _mot=tokens("objet"))
        .explode("_mot")
        .drop_nulls(["_mot", "acheteur_siren"])
    )


def won(served: pl.LazyFrame, wins: pl.LazyFrame | None) -> pl.LazyFrame:
    """What the unit and the very establishment won: in the family (``gagnes, gagnes_siret``), of it in a branch that the family does not
    say (``gagnes_branche``), and elsewhere (``gagnes_ailleurs``)."""
    if wins is None:
        none = {
            name: pl.lit(None, pl.Int32) for name in ("gagnes", "gagnes_siret", "gagnes_branche", "gagnes_ailleurs")
        }
        return served.with_columns(**none, dernier_gagne=pl.lit(None, pl.Date))
    # Wins whose branch was not read count for any.
    known = "branche" in wins.collect_schema().names()
    wins = wins if known else wins.with_columns(branche=pl.lit(True))
    units = wins.group_by("siren", "famille").agg(gagnes=pl.len(), dernier_gagne=pl.col("dateNotification").max())
    every = wins.group_by("siren").agg(_tous=pl.len())
    own = (
        wins.drop_nulls("siret")
        .group_by("siret", "famille")
        .agg(gagnes_siret=pl.len(), gagnes_branche=pl.col("branche").sum())
    )
    joined = (
        served.join(units, on=["siren", "famille"], how="left", maintain_order="left")
        .join(own, on=["siret", "famille"], how="left", maintain_order="left")
        .join(every, on="siren", how="left", maintain_order="left")
    )
    counted = joined.with_columns(
        pl.col("gagnes", "gagnes_siret", "gagnes_branche", "_tous").fill_null(0).cast(pl.Int32)
    )
    return counted.with_columns(gagnes_ailleurs=pl.col("_tous") - pl.col("gagnes"))
