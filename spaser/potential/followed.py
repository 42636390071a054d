"""What was planned and what was published since: each notice or contract with the project of the programme that it most resembles."""

from __future__ import annotations

import polars as pl

from spaser import rules
from spaser.potential.demand import tokens


def answers(projects: pl.LazyFrame, published: pl.LazyFrame, *, method: dict | None = None) -> pl.LazyFrame:
    """One row per notice or contract that a project may have become: a published purchase answers one project at most.

    Two subjects are compared as in ``past.similar`` (words in common over the geometric mean of both); the family must agree when
    both are known (else nearly all the words, and it is to verify), the buyer always, and the day stay within the window of
    ``potential.suivi`` around the day planned. Without a day planned, the window is open. Same first four digits of CPV add to the
    resemblance; nothing else does. Far under the one that resembles the project most, a link is to verify: the words of a
    consultation come back in the next one.

    Parameters
    ----------
    projects
        ``projet_id, acheteur_siren, objet, famille, codeCPV, date_prevue``.
    published
        ``publie_id, genre`` (avis, contrat) ``, acheteur_siren, objet, famille, codeCPV, date``.

    Returns
    -------
    LazyFrame
        ``projet_id, publie_id, genre, ressemblance`` (0 to 1) ``, surete`` (probable, a_verifier), sorted by project and resemblance.
    """
    rule = (method or rules.method())["potential"]["suivi"]
    left = projects.select(
        "projet_id",
        "acheteur_siren",
        _fam="famille",
        _cpv=pl.col("codeCPV").str.slice(0, 4),
        _jour="date_prevue",
        _mots=tokens("objet"),
    )
    right = published.select(
        "publie_id",
        "genre",
        "acheteur_siren",
        "famille",
        "date",
        _code=pl.col("codeCPV").str.slice(0, 4),
        _dits=tokens("objet"),
    )
    judged = _judged(_sharing(left, right), rule)
    best = judged.sort(
        "publie_id", "ressemblance", "_ecart", "projet_id", descending=[False, True, False, False], nulls_last=True
    )
    one = best.unique("publie_id", keep="first", maintain_order=True)
    return one.select("projet_id", "publie_id", "genre", "ressemblance", surete=_sure(rule)).sort(
        "projet_id", "ressemblance", "publie_id", descending=[False, True, False]
    )


def _judged(pairs: pl.LazyFrame, rule: dict) -> pl.LazyFrame:
    """The pairs near enough in words and in time: ``ressemblance``, ``_ecart`` in days, ``_meme`` family."""
    size = (pl.col("_mots").list.len() * pl.col("_dits").list.len()).cast(pl.Float64).sqrt()
    near = pl.col("_cpv") == pl.col("_code")
    early = pl.col("date") >= pl.col("_jour").dt.offset_by(f"-{rule['mois_avant']}mo")
    late = pl.col("date") <= pl.col("_jour").dt.offset_by(f"{rule['mois_apres']}mo")
    return pairs.with_columns(
        ressemblance=(pl.col("_n") / size + pl.when(near).then(rule["meme_cpv"]).otherwise(0.0)).clip(0.0, 1.0),
        _ecart=(pl.col("date") - pl.col("_jour")).dt.total_days().abs(),
        _meme=(pl.col("_fam") == pl.col("famille")).fill_null(True),
    ).filter(
        (early & late).fill_null(True),
        pl.col("ressemblance") >= pl.when("_meme").then(rule["minimale"]).otherwise(rule["autre_famille"]),
    )


def _sure(rule: dict) -> pl.Expr:
    """Probable: most of the words, the same family, and near the publication that resembles the project most."""
    top = pl.col("ressemblance").filter("_meme").max().over("projet_id", "genre")
    near = pl.col("ressemblance") >= top - rule["ecart_au_meilleur"] - 1e-9
    likely = pl.col("_meme") & near & (pl.col("ressemblance") >= rule["probable"])
    return pl.when(likely).then(pl.lit("probable")).otherwise(pl.lit("a_verifier"))


def _sharing(left: pl.LazyFrame, right: pl.LazyFrame) -> pl.LazyFrame:
    """Each project beside each publication of its buyer that has a word of its subject; ``_n``: how many words they share."""
    words = left.select("projet_id", "acheteur_siren", _mot="_mots").explode("_mot").drop_nulls()
    said = right.select("publie_id", "acheteur_siren", _mot="_dits").explode("_mot").drop_nulls()
    shared = (
        words.join(said, on=["acheteur_siren", "_mot"], maintain_order="left_right")
        .group_by("projet_id", "publie_id")
        .agg(_n=pl.len())
    )
    return shared.join(left.drop("acheteur_siren"), on="projet_id", maintain_order="left_right").join(
        right.drop("acheteur_siren"), on="publie_id", maintain_order="left_right"
    )
