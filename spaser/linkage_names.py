"""A supplier's name reduced to what tells it from another: words of ``names.toml`` folded, cut short or left out."""

from __future__ import annotations

import polars as pl

from spaser import rules

REFERENCE = "names.toml"


def folded(text: pl.Expr) -> pl.Expr:
    """Capitals without accents, letters and figures only, words parted by one space; « S.A.S. » is SAS."""
    plain = text.str.normalize("NFKD").str.replace_all(r"\p{M}|\x{FFFD}", "").str.to_uppercase()
    plain = plain.str.replace_all("Œ", "OE", literal=True).str.replace_all("Æ", "AE", literal=True)
    plain = plain.str.replace_all("&", " ET ", literal=True).str.replace_all(r"(?-u:\b)([A-Z])\.", "${1}")
    return plain.str.replace_all(r"[^A-Z0-9]+", " ").str.strip_chars()


def reduced(texts: pl.LazyFrame, column: str) -> pl.LazyFrame:
    """Each distinct text of ``column`` with ``plein`` (folded), ``mots`` (words that count), ``colle`` (them glued), ``initiales``.

    A name made only of legal forms and small words keeps them all.
    """
    reference = rules.toml(REFERENCE)
    phrases = reference["phrases"]
    base = texts.select(pl.col(column).alias("texte")).drop_nulls().unique()
    base = base.with_columns(folded(pl.col("texte")).alias("plein")).filter(pl.col("plein") != "")
    said = pl.col("plein").str.replace_many(list(phrases), list(phrases.values()))
    parts = base.with_columns(said.str.split(" ").alias("mot")).select("texte", "mot").with_row_index("_n")
    words = parts.explode("mot").with_columns(
        pl.col("mot").replace(reference["words"]).alias("mot"),
        pl.col("mot").str.head(1).alias("_lettre"),
    )
    words = words.with_columns(pl.col("mot").is_in(reference["legal_forms"] + reference["stop_words"]).alias("_vide"))
    words = words.with_columns(pl.col("_vide").all().over("_n").alias("_rien"))
    kept = ~pl.col("_vide") | pl.col("_rien")
    grouped = words.group_by("_n", maintain_order=True).agg(
        pl.col("texte").first(),
        pl.col("mot").filter(kept).alias("mots"),
        pl.col("_lettre").filter(kept).str.join("").alias("initiales"),
    )
    glued = pl.col("mots").list.join("").alias("colle")
    return grouped.with_columns(glued).join(base, on="texte").drop("_n")


def blocking_keys(words: str = "mots", glued: str = "colle") -> pl.Expr:
    """The keys under which two spellings of a name meet: heads of words, consonants of words, head of the glued name."""
    word = pl.element()
    heads = pl.col(words).list.eval(word.str.head(4).filter(word.str.len_chars() > 1))
    bones = pl.col(words).list.eval(
        pl.lit("~") + word.str.replace_all("[AEIOUYH]", "").str.replace_all("LL|NN|TT|SS|RR|MM|PP", "*").str.head(4).filter(word.str.len_chars() > 3)
    )
    return pl.concat_list(heads, bones, pl.concat_list(pl.lit("=") + pl.col(glued).str.head(6))).list.unique()
