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
