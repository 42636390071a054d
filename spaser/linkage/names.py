"""A supplier's name reduced to what tells it from another: words of ``names.toml`` folded, cut short or left out."""

from __future__ import annotations

import polars as pl

from spaser import rules
from spaser.text import unaccented_expr

REFERENCE = "names.toml"
#: « Société D » says one letter of its name: no likeness proves who it is.
TELLING = 3


def folded(text: pl.Expr) -> pl.Expr:
    """Capitals without accents, letters and figures only, words parted by one space; « S.A.S. » is SAS."""
    plain = unaccented_expr(text.str.replace_all("\ufffd", "", literal=True)).str.to_uppercase()
    plain = plain.str.replace_all("&", " ET ", literal=True).str.replace_all(r"(?-u:\b)([A-Z])\.", "${1}")
    return plain.str.replace_all(r"[^A-Z0-9]+", " ").str.strip_chars()


def reduced(texts: pl.LazyFrame, column: str) -> pl.LazyFrame:
    """Each distinct text of ``column`` with ``plein`` (folded), ``mots`` (words that count), ``colle`` (glued), ``initiales``, ``pauvre``.

    A name made only of legal forms and small words keeps them all; ``pauvre``: what is left tells less than ``TELLING`` letters.
    """
    reference = rules.toml(REFERENCE)
    phrases = reference["phrases"]
    base = texts.select(pl.col(column).alias("texte")).drop_nulls().unique()
    base = base.with_columns(folded(pl.col("texte")).alias("plein")).filter(pl.col("plein") != "")
    padded = pl.concat_str(pl.lit(" "), "plein", pl.lit(" "))
    said = padded.str.replace_many(
        [f" {words} " for words in phrases], [f" {word} " for word in phrases.values()]
    ).str.strip_chars()
    parts = base.with_columns(said.str.split(" ").alias("_dits"))
    word = pl.element()
    small = reference["legal_forms"] + reference["stop_words"]
    parts = parts.with_columns(pl.col("_dits").list.eval(word.replace(reference["words"])).alias("_tous"))
    parts = parts.with_columns(pl.col("_tous").list.eval(word.filter(~word.is_in(small))).alias("_restes"))
    bare = pl.col("_restes").list.len() == 0
    initials = (
        pl.col("_dits")
        .list.eval(
            word.filter(
                ~word.is_in(
                    small + [full for full, short in reference["words"].items() if short in reference["legal_forms"]]
                )
            ).str.head(1)
        )
        .list.join("")
    )
    poor = pl.col("_restes").list.join("").str.len_chars() < TELLING
    return parts.select(
        "texte",
        "plein",
        pl.when(bare).then("_tous").otherwise("_restes").alias("mots"),
        initials.alias("initiales"),
        poor.alias("pauvre"),
    ).with_columns(pl.col("mots").list.join("").alias("colle"))


def blocking_keys(words: str = "mots", glued: str = "colle") -> pl.Expr:
    """The keys under which two spellings of a name meet: heads of words, consonants of words, head of the glued name."""
    word = pl.element()
    heads = pl.col(words).list.eval(word.str.head(4).filter(word.str.len_chars() > 1))
    bones = pl.col(words).list.eval(
        pl.lit("~")
        + word.str.replace_all("[AEIOUYH]", "")
        .str.replace_all("LL|NN|TT|SS|RR|MM|PP", "*")
        .str.head(4)
        .filter(word.str.len_chars() > 3)
    )
    return pl.concat_list(heads, bones, pl.concat_list(pl.lit("=") + pl.col(glued).str.head(6))).list.unique()
