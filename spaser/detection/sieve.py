"""The vectorised passes: which texts hold a word of the lexicon, then which rules can speak of each.

Everything here is a superset of what the rules find (a bounded gap becomes unbounded, a look-around is dropped), so that
nothing is lost and the finer reading runs on few pairs of a text and a rule.
"""

from __future__ import annotations

import unicodedata

import polars as pl

from spaser.detection.rules import Lexicon


def _letter(char: str) -> str:
    base = unicodedata.normalize("NFD", char)[0].lower()
    return base if len(base) == 1 else char


#: One folded character for one original character.
FOLD = (
    {chr(code): _letter(chr(code)) for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)) if chr(code).isalpha()}
    | dict.fromkeys("’‘´`ʼ′", "'")
    | dict.fromkeys("_\t\r\v\f\xa0\u2007\u2009\u202f\u200b\ufeff", " ")
    | dict.fromkeys("‐‑‒–—−", "-")
)
#: Texts that one-for-one folding cannot read: œ, combining accents, cut or glued words, lost characters, entities, twice encoded letters.
UNEVEN = (
    r"[œŒæÆ\u{300}-\u{36f}\u{ad}¬\u{fffd}]|[a-zà-ÿ]-\n|[a-zà-ÿ0-9).][A-ZÀ-Þ][a-zà-ÿ'’]"
    r"|&(?:[a-z]{2,8}|#\d{2,5}|#x[0-9a-f]{2,4});|[a-zA-Z]\?[a-zA-Z]|Ã[^ a-zA-Z]|â€"
    r"|[a-zà-ÿ]\((?:s|e|es|x|nt|ne|le)\)|[a-zà-ÿ]·[a-zà-ÿ]"
)


def holds_a_word(text: pl.Expr, nature: pl.Expr, lexicon: Lexicon) -> pl.Expr:
    """Whether a text of this nature (« objet », « critere », « autre ») holds a word of the lexicon, or needs a closer look."""
    lowered = text.str.to_lowercase()
    word = (
        pl.when(nature == "objet")
        .then(lowered.str.contains(lexicon.first_pass[True]))
        .otherwise(lowered.str.contains(lexicon.first_pass[False]))
    )
    return word | text.str.contains(UNEVEN)


def folded(text: pl.Expr) -> pl.Expr:
    """Lower case without accents, one character for one; null where that is not possible."""
    changed = {char: plain for char, plain in FOLD.items() if char == char.lower() and char != plain}
    result = text.str.to_lowercase().str.replace_many(list(changed), list(changed.values()))
    even = ~text.str.contains(UNEVEN) & (result.str.len_chars() == text.str.len_chars())
    return pl.when(even).then(result)


def pairs(batch: pl.DataFrame, lexicon: Lexicon) -> pl.DataFrame:
    """The pairs (`rang` of the text in the batch, `rule` rank) worth reading; `batch` has `lu` (folded text) and `nature`."""
    flat = pl.lit(" ") + pl.col("lu").str.replace_all(r"[^a-z0-9]+", " ") + pl.lit(" ")
    opened = pl.DataFrame(
        lexicon.by_anchor, schema={"anchor": pl.String, "rule": pl.List(pl.Int32)}, orient="row"
    ).explode("rule")
    natures = batch["nature"].unique().to_list()
    opened = opened.filter(
        pl.col("rule").is_in([rank for rank, rule in enumerate(lexicon.rules) if _may_speak(rule.fields, natures)])
    )
    seen = (
        batch.with_row_index("rang")
        .select(
            "rang",
            "lu",
            "nature",
            flat.str.extract_many(opened["anchor"].unique().sort().to_list(), overlapping=True).alias("anchor"),
        )
        .explode("anchor")
        .join(opened, on="anchor", how="inner")
        .unique(["rang", "rule"])
    )
    kept = [
        rows.filter(_field(lexicon, rule) & _may_match(pl.col("lu"), lexicon.rules[rule].pattern.sieves)).select(
            "rang", "rule"
        )
        for (rule,), rows in seen.group_by("rule")
    ]
    return pl.concat(kept).sort("rang", "rule") if kept else seen.select("rang", "rule")


def _may_match(text: pl.Expr, sieves: tuple[str, ...]) -> pl.Expr:
    return pl.any_horizontal(text.str.contains(sieve) for sieve in sieves)


def _may_speak(fields: str, natures: list[str]) -> bool:
    """Whether a rule on these fields concerns any of the natures of texts at hand."""
    if fields in ("objet", "critere"):
        return fields in natures
    return fields != "hors_objet" or any(nature != "objet" for nature in natures)


def _field(lexicon: Lexicon, rule: int) -> pl.Expr:
    fields = lexicon.rules[rule].fields
    if fields in ("objet", "critere"):
        return pl.col("nature") == fields
    return pl.col("nature") != "objet" if fields == "hors_objet" else pl.lit(True)


def barred(texts: pl.Series, lexicon: Lexicon) -> dict[int, list[int]]:
    """The ranks of the exceptions each folded text may meet, by position in `texts`."""
    met: dict[int, list[int]] = {}
    for rank, exception in enumerate(lexicon.exceptions):
        for position in (
            texts.to_frame("lu").select(_may_match(pl.col("lu"), exception.pattern.sieves)).to_series().arg_true()
        ):
            met.setdefault(position, []).append(rank)
    return met
