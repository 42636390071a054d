"""Which register entries a name may be, and how alike they are: blocks of shared words, then words weighed by rarity.

Candidates are reduced in Polars; only the kept pairs are compared letter by letter (rapidfuzz), in arrays.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from rapidfuzz import fuzz, process
from rapidfuzz.distance import Indel

from spaser import rules
from spaser.linkage.names import REFERENCE, blocking_keys

BLOCK_SIZE, KEPT, BATCH = 1_500, 12, 2_000
#: Sums of fractions depend on their order beyond this many decimals; the same files must give the same answers.
SURE = 9


def word_weights(entries: pl.DataFrame) -> pl.DataFrame:
    """Each word of the register with ``poids``: the rarer, the heavier; words that tell little weigh less."""
    words = entries.lazy().select(pl.col("mots").list.unique().alias("mot")).explode("mot").drop_nulls()
    weak = pl.when(pl.col("mot").is_in(rules.toml(REFERENCE)["weak"])).then(0.3).otherwise(1.0)
    total = max(entries.height, 2)
    return (
        words.group_by("mot").len().select("mot", (weak * (1 + total / pl.col("len")).log()).alias("poids")).collect()
    )


def candidates(queries: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """Pairs (``q``, ``e``): for each query, the entries of its département that share its rarest keys (best ``KEPT``).

    Parameters
    ----------
    queries, entries
        ``q`` or ``e``, ``dep`` (null in queries: whole register), ``mots``, ``colle``.
    """
    keys = entries.lazy().select("e", "dep", blocking_keys().alias("cle")).explode("cle").collect()
    asked = queries.lazy().select("q", "dep", blocking_keys().alias("cle")).explode("cle").collect()
    wanted = keys.join(asked.select("cle").unique(), on="cle", how="semi")
    here = _matched(asked.filter(pl.col("dep").is_not_null()), wanted, ["dep", "cle"])
    anywhere = _matched(asked.filter(pl.col("dep").is_null()).drop("dep"), wanted.drop("dep"), ["cle"])
    return pl.concat([here, anywhere])


def _matched(asked: pl.DataFrame, keys: pl.DataFrame, on: list[str]) -> pl.DataFrame:
    sizes = keys.group_by(on).len()
    weight = (1.0 / (1.0 + pl.col("len").log())).alias("w")
    ranked = (
        asked.join(sizes, on=on, maintain_order="left_right")
        .sort("q", "len", "cle")
        .with_columns(pl.col("len").cum_sum().over("q").alias("_cumul"))
    )
    chosen = ranked.filter(pl.col("_cumul") <= BLOCK_SIZE).with_columns(weight)
    total = (
        keys.join(sizes, on=on, maintain_order="left_right")
        .with_columns(weight)
        .group_by("e")
        .agg(pl.col("w").sum().sqrt().round(SURE).alias("norme"))
    )
    found = []
    for part in chosen.select("q").unique(maintain_order=True).iter_slices(BATCH):
        shared = (
            chosen.lazy()
            .join(part.lazy(), on="q", how="semi")
            .join(keys.lazy(), on=on, maintain_order="left_right")
            .group_by("q", "e")
            .agg(pl.col("w").sum().round(SURE))
        )
        # The rank in the register settles ties, so that the same files give the same candidates.
        merit = (pl.col("w") / pl.col("norme") - pl.col("e").cast(pl.Float64) * 1e-12).alias("w")
        best = (
            shared.join(total.lazy(), on="e", maintain_order="left_right")
            .select("q", "e", merit)
            .group_by("q")
            .agg(pl.col("e").top_k_by("w", KEPT))
        )
        found.append(best.explode("e").sort("q", "e").collect())
    return pl.concat(found) if found else pl.DataFrame(schema={"q": pl.UInt32, "e": pl.UInt32})


def compared(pairs: pl.DataFrame, queries: pl.DataFrame, entries: pl.DataFrame, weights: pl.DataFrame) -> pl.DataFrame:
    """Add ``score`` (0 to 1) to each pair: words in common by weight both ways, whole spelling, truncation, figures."""
    table = pairs.join(
        queries.select("q", "plein", "mots", "colle", "lieux"), on="q", maintain_order="left_right"
    ).join(
        entries.select(
            "e", pl.col("mots").alias("mots_e"), pl.col("colle").alias("colle_e"), pl.col("plein").alias("plein_e")
        ),
        on="e",
        maintain_order="left_right",
    )
    table = table.with_row_index("p")
    least = rules.toml(REFERENCE)["containment"]
    if table.is_empty():
        return table.with_columns(
            pl.lit(0.0).alias("score"), pl.lit(False).alias("tronque"), pl.lit(False).alias("inclus")
        )
    whole = process.cpdist(
        table["colle"].to_list(),
        table["colle_e"].to_list(),
        scorer=Indel.normalized_similarity,
        workers=-1,
        dtype=np.float32,
    )
    table = table.with_columns(pl.Series("lettres", whole).cast(pl.Float64))
    asked, answered = _coverage(table, weights)
    table = table.join(asked, on="p", maintain_order="left_right").join(answered, on="p", maintain_order="left_right")
    cut = (pl.col("colle").str.len_chars() >= 18) & (pl.col("plein").str.len_chars() >= 25)
    truncated = cut & pl.col("colle_e").str.starts_with(pl.col("colle"))
    opened = cut & (pl.col("plein").str.len_chars() >= 28) & (pl.col("couvert") > 0.97)
    back = (
        pl.when(truncated)
        .then(1.0)
        .when(opened)
        .then(pl.max_horizontal(pl.col("couvert_e"), pl.lit(0.9)))
        .otherwise("couvert_e")
    )
    words = 2 * pl.col("couvert") * back / (pl.col("couvert") + back + 1e-9)
    spelled = pl.when((pl.col("lettres") >= 0.88) & (pl.col("colle").str.len_chars() >= 6)).then(pl.col("lettres"))
    figures = pl.col("plein").str.replace_all(r"\D+", "") != pl.col("plein_e").str.replace_all(r"\D+", "")
    both = figures & pl.col("plein").str.contains(r"\d") & pl.col("plein_e").str.contains(r"\d") & ~truncated
    score = pl.max_horizontal(words.clip(0, 0.985), spelled.clip(0, 0.985).fill_null(0.0))
    score = pl.when(truncated).then(pl.max_horizontal(score, pl.lit(0.97))).otherwise(score)
    score = pl.when(pl.col("colle") == pl.col("colle_e")).then(0.99).otherwise(score)
    score = (
        pl.when(pl.col("plein") == pl.col("plein_e"))
        .then(1.0)
        .otherwise(pl.when(both).then(score * 0.8).otherwise(score))
    )
    inside = (
        (pl.max_horizontal("couvert", "couvert_e") >= 0.97)
        & (pl.min_horizontal("couvert", "couvert_e") >= least["inside"])
        & ~both
    )
    contained = inside & (pl.col("rare_a") >= least["rare"])
    return table.with_columns(score.alias("score"), truncated.alias("tronque"), contained.alias("inclus"))


def _coverage(table: pl.DataFrame, weights: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """How much of each name, by weight of its words, the other one says."""
    words = table.select("p", "lieux", pl.col("mots").alias("a"), pl.col("mots_e").alias("b"))
    grid = words.explode("a").explode("b")
    alike = process.cpdist(
        grid["a"].to_list(), grid["b"].to_list(), scorer=fuzz.ratio, score_cutoff=78, workers=-1, dtype=np.float32
    )
    a, b = pl.col("a"), pl.col("b")
    short = pl.min_horizontal(a.str.len_chars(), b.str.len_chars())
    head = (a.str.starts_with(b) | b.str.starts_with(a)) & (short >= 3)
    figure = a.str.contains(r"\d") | b.str.contains(r"\d")
    likeness = (
        pl.when(a == b)
        .then(1.0)
        .when(figure)
        .then(0.0)
        .when(head)
        .then(0.95)
        .when(short >= 4)
        .then(pl.col("r") / 100)
        .otherwise(0.0)
    )
    grid = grid.with_columns(pl.Series("r", alike).cast(pl.Float64)).with_columns(likeness.alias("s"))
    heaviest = weights.select(pl.col("poids").max()).item() or 1.0
    return _one_way(grid, weights, heaviest, "a", "couvert"), _one_way(grid, weights, heaviest, "b", "couvert_e")


def _one_way(grid: pl.DataFrame, weights: pl.DataFrame, heaviest: float, side: str, name: str) -> pl.DataFrame:
    best = grid.group_by("p", side).agg(pl.col("s").max(), pl.col("lieux").first())
    known = best.join(weights.rename({"mot": side}), on=side, how="left", maintain_order="left").with_columns(
        pl.col("poids").fill_null(heaviest)
    )
    town = pl.col("lieux").list.contains(pl.col(side)).fill_null(False)
    weighed = known.with_columns(
        pl.when(town).then(pl.col("poids") * 0.02).otherwise("poids").alias("poids"), town.alias("_lieu")
    )
    common = rules.toml(REFERENCE)["common"]
    share = ((pl.col("s") * pl.col("poids")).sum() / pl.col("poids").sum()).round(SURE).alias(name)
    rarest = (
        pl.col("poids")
        .filter((pl.col("s") >= 0.95) & ~pl.col("_lieu") & ~pl.col(side).is_in(common))
        .max()
        .fill_null(0.0)
        / heaviest
    )
    return weighed.group_by("p").agg(share, rarest.alias(f"rare_{side}"))
