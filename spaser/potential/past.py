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
    # Words, needs and contracts are whole numbers here: a pair is met once for each word that both subjects say.
    asked = _spread(needs.with_row_index("_besoin"), "_besoin")
    done = _spread(won.unique(["uid", "siren"]).with_row_index("_fait"), "_fait", "siren")
    shared = (
        asked.join(done, on="_cle", maintain_order="left_right")
        .group_by("_besoin", "_fait")
        .agg(pl.col("siren").first(), _communs=pl.len(), _mots=pl.col("_n_besoin").first() * pl.col("_n_fait").first())
    )
    near = shared.filter(pl.col("_communs") >= LEAST)
    share = pl.col("_communs") / pl.col("_mots").cast(pl.Float64).sqrt()
    closest = near.group_by("_besoin", "siren").agg(mots_communs=share.max())
    named = needs.with_row_index("_besoin").select("_besoin", "besoin_id")
    return closest.join(named, on="_besoin", maintain_order="left").select("besoin_id", "siren", "mots_communs")


def _spread(rows: pl.LazyFrame, key: str, *more: str) -> pl.LazyFrame:
    """One row per word of a subject: who says it (``key``), of how many words, and ``_cle``, the word for the buyer."""
    said = rows.select(key, *more, "acheteur_siren", _mot=tokens("objet")).drop_nulls("acheteur_siren")
    words = said.with_columns(pl.col("_mot").list.len().cast(pl.Int64).alias(f"_n{key}"))
    opened = words.explode("_mot").drop_nulls("_mot")
    return opened.with_columns(_cle=pl.struct("acheteur_siren", "_mot").hash()).drop("acheteur_siren", "_mot")
