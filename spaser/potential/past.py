"""What suppliers already did for the same buyer: contracts whose subject shares words with the need."""

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
