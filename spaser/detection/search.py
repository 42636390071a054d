"""A text → the considerations it states, each with its quoted passage, its carrier and how sure we are.

A first pass keeps, by one vectorised regular expression, the texts that hold a word of the lexicon; the finer rules
(``detection.reading``) run on those only, in batches. Definitions follow the annotation guide: level 2 is an explicit
consideration, level 1 an object social or environmental by nature, level 0 a consideration expressly denied.
"""

from __future__ import annotations

import html
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import polars as pl

from spaser.detection import rules as detection_rules
from spaser.detection.folding import Folded, fold
from spaser.detection.reading import Finding, read
from spaser.detection.rules import Lexicon
from spaser.detection.sieve import barred, folded, holds_a_word, pairs
from spaser.vocabulary import PASSAGES

#: Findings less sure than this are leads: shown, never counted in a text's levels.
COUNTED = 0.5
#: Fields that are a subject line; other named fields are clauses, conditions, paragraphs.
SUBJECT_FIELDS = r"(?i)objet|intitul|titre|libell|^lots?$|nom_marche"
#: The description of a lot (« lot 3 ») is a subject line when it reads as one.
LOT_FIELDS = r"^lot \S+$"
CRITERION_FIELDS = r"crit[eè]re"
UNNAMED_FIELDS = ("", "texte", "text")
SUBJECT_LENGTH = 300
RUNNING_TEXT = r"(?i)comporte|devra|prévoi|s['’]engage|conditions? d['’]ex[ée]cution|le titulaire|les candidats|conform[ée]ment|\. ?[A-Z].*\. ?[A-Z]"

SUMMARY = {
    "env": pl.Int8(),
    "env_codes": pl.List(pl.String()),
    "soc": pl.Int8(),
    "soc_codes": pl.List(pl.String()),
    "reserve": pl.String(),
    "porteurs": pl.List(pl.String()),
    "confiance": pl.Float64(),
}


def detect(texts: pl.LazyFrame, lexicon: Lexicon | Path | str | None = None) -> pl.LazyFrame:
    """The considerations stated in each text.

    Parameters
    ----------
    texts
        One row per text: `texte_id`, `champ` (the field it comes from: « objet » or « lot » for a subject line; « critere » for
        the label of an award criterion; another name for running text; empty when unknown), `texte`. `page` and `article` are carried through when present.
    lexicon
        A lexicon of the user's own (a path), or the bundled one.

    Returns
    -------
    LazyFrame
        PASSAGES: one row per passage; `debut` and `fin` are character offsets into the original text.

    Raises
    ------
    Problem
        The lexicon cannot be read.
    """
    rules = lexicon if isinstance(lexicon, Lexicon) else detection_rules.load(lexicon)
    names = texts.collect_schema().names()
    columns = [
        pl.col(name).cast(PASSAGES.schema[name]) for name in ("texte_id", "champ", "page", "article") if name in names
    ]
    candidates = (
        texts.select(*columns, pl.col("texte").cast(pl.String))
        .filter(pl.col("texte").is_not_null())
        .with_columns(nature().alias("nature"))
        .filter(holds_a_word(pl.col("texte"), pl.col("nature"), rules))
    )
    return candidates.map_batches(lambda batch: _passages(batch, rules), schema=PASSAGES.schema, streamable=True)


def nature() -> pl.Expr:
    """« objet » for a subject line, « critere » for the label of a criterion, else « autre »; guessed when the field is unknown."""
    field = pl.col("champ").fill_null("").str.to_lowercase()
    short = (pl.col("texte").str.len_chars() <= SUBJECT_LENGTH) & ~pl.col("texte").str.contains(RUNNING_TEXT)
    guessed = field.is_in(UNNAMED_FIELDS) | field.str.contains(LOT_FIELDS)
    subject = pl.when(guessed).then(short).otherwise(field.str.contains(SUBJECT_FIELDS))
    return (
        pl.when(field.str.contains(CRITERION_FIELDS))
        .then(pl.lit("critere"))
        .when(subject)
        .then(pl.lit("objet"))
        .otherwise(pl.lit("autre"))
    )


def summarise(passages: pl.LazyFrame, lexicon: Lexicon | Path | str | None = None) -> pl.LazyFrame:
    """One row per text: its levels, sub-types, reservation and carriers, as the annotation guide defines them.

    Parameters
    ----------
    passages
        PASSAGES, as `detect` returns them.

    Returns
    -------
    LazyFrame
        `texte_id`, `env` and `soc` (0, 1 or 2), `env_codes`, `soc_codes`, `reserve`, `porteurs` (lists sorted), `confiance`
        (of the surest counted passage). Texts without a passage have no row: their levels are 0.
    """
    rules = lexicon if isinstance(lexicon, Lexicon) else detection_rules.load(lexicon)
    generic = [rule.id for rule in rules.rules if rule.generic]
    counted = pl.col("confiance") >= COUNTED
    said = counted & (pl.col("niveau") > 0)
    kinds = pl.col("reserve").filter(said & (pl.col("reserve") != "none"))
    return (
        passages.group_by("texte_id")
        .agg(
            *(_level(dimension, said) for dimension in detection_rules.DIMENSIONS),
            *(_codes(dimension, said, generic) for dimension in detection_rules.DIMENSIONS),
            kinds.unique().sort().alias("reserve"),
            pl.col("porteur").filter(counted).unique().sort().alias("porteurs"),
            pl.col("confiance").filter(counted).max(),
        )
        .with_columns(_basis(pl.col("reserve")).alias("reserve"))
        .select("texte_id", *(pl.col(name).cast(dtype) for name, dtype in SUMMARY.items()))
        .sort("texte_id")
    )


def highlight(text: str, passages: pl.DataFrame | Iterable[dict[str, Any]]) -> str:
    """The text as safe HTML, each passage within a ``<mark>`` that says its dimension, level, carrier and confidence.

    Overlapping passages are shown as the longest first; what would cross an open mark is left out.
    """
    rows = passages.to_dicts() if isinstance(passages, pl.DataFrame) else list(passages)
    out, position = [], 0
    for row in sorted(rows, key=lambda row: (row["debut"], -row["fin"])):
        if row["debut"] < position:
            continue
        out.append(html.escape(text[position : row["debut"]]))
        out.append(f'<mark class="{_css(row)}" title="{html.escape(_title(row), quote=True)}">')
        out.append(html.escape(text[row["debut"] : row["fin"]]) + "</mark>")
        position = row["fin"]
    return "".join(out) + html.escape(text[position:])


def _css(row: dict[str, Any]) -> str:
    return f"spaser-{row['dimension']} spaser-niveau-{row['niveau']} spaser-{row['porteur']}"


TITLES = {"env": "environnement", "soc": "social", 2: "considération explicite", 1: "objet par nature", 0: "niée"}
CARRIERS = {
    "clause": "clause",
    "critere": "critère",
    "reservation": "réservation",
    "objet": "objet",
    "negated": "négation",
}


def _title(row: dict[str, Any]) -> str:
    share = f"{round(100 * row['confiance'])}\u202f%"
    return f"{TITLES[row['dimension']]}, {TITLES[row['niveau']]} ({CARRIERS[row['porteur']]}), confiance {share}"


def _level(dimension: str, said: pl.Expr) -> pl.Expr:
    return pl.col("niveau").filter(said & (pl.col("dimension") == dimension)).max().fill_null(0).alias(dimension)


def _codes(dimension: str, said: pl.Expr, generic: list[str]) -> pl.Expr:
    """The sub-types said; « clause sociale » gives way to « clause d'insertion », which says the same more precisely."""
    mine = said & (pl.col("dimension") == dimension)
    vague = pl.col("regle").is_in(generic)
    precise = pl.col("code").filter(mine & ~vague)
    return (
        pl.when(precise.len() > 0)
        .then(precise.unique().sort().implode())
        .otherwise(pl.col("code").filter(mine).unique().sort().implode())
        .alias(f"{dimension}_codes")
    )


def _basis(kinds: pl.Expr) -> pl.Expr:
    """One basis from all those read: a precise one before « unspecified », both workshops and insertion together."""
    has = {name: kinds.list.contains(name) for name in detection_rules.RESERVES}
    both = has["handicap_iae"] | (has["handicap"] & has["iae"])
    precise = ("penit", "handicap", "iae", "ess", "unspecified")
    first = pl.coalesce(*(pl.when(has[name]).then(pl.lit(name)) for name in precise), pl.lit("none"))
    return pl.when(both).then(pl.lit("handicap_iae")).otherwise(first)


def _passages(batch: pl.DataFrame, lexicon: Lexicon) -> pl.DataFrame:
    """The passages of a batch of candidate texts; a text that comes back is read once."""
    distinct = batch.select("texte", "nature").unique(maintain_order=True).with_row_index("rang")
    ranked = batch.join(distinct, on=["texte", "nature"], how="left", maintain_order="left")
    kept = ranked.select("rang", *(name for name in ("texte_id", "champ", "page", "article") if name in batch.columns))
    read_once = _read(distinct, lexicon)
    return PASSAGES.conform(kept.join(read_once, on="rang", how="inner", maintain_order="left_right").lazy()).collect()


def _read(batch: pl.DataFrame, lexicon: Lexicon) -> pl.DataFrame:
    """The findings of each text (`texte`, `nature`), by its `rang`."""
    texts = batch["texte"].to_list()
    plain = batch.select(folded(pl.col("texte"))).to_series().to_list()
    read_as = [Folded(even, None) if even is not None else fold(text) for even, text in zip(plain, texts, strict=True)]
    batch = batch.drop("rang").with_columns(pl.Series("lu", [one.text for one in read_as], pl.String))
    worth = pairs(batch, lexicon).group_by("rang", maintain_order=True).agg("rule")
    exceptions = barred(batch["lu"].gather(worth["rang"]), lexicon)
    rows: list[int] = []
    found: list[Finding] = []
    cited: list[str] = []
    natures = batch["nature"].to_list()
    for position, (rank, ranks) in enumerate(zip(worth["rang"].to_list(), worth["rule"].to_list(), strict=True)):
        for finding in read(read_as[rank], natures[rank], ranks, exceptions.get(position, ()), lexicon):
            rows.append(rank)
            found.append(finding)
            cited.append(texts[rank][finding.start : finding.end])
    return pl.DataFrame([pl.Series("rang", rows, pl.UInt32), *_columns(found, cited)])


def _columns(found: list[Finding], cited: list[str]) -> list[pl.Series]:
    return [
        pl.Series("niveau", [one.level for one in found], pl.Int8),
        pl.Series("dimension", [one.rule.dimension for one in found], pl.String),
        pl.Series("code", [one.rule.code for one in found], pl.String),
        pl.Series("porteur", [one.carrier for one in found], pl.String),
        pl.Series("reserve", [one.reserve for one in found], pl.String),
        pl.Series("citation", cited, pl.String),
        pl.Series("debut", [one.start for one in found], pl.Int32),
        pl.Series("fin", [one.end for one in found], pl.Int32),
        pl.Series("confiance", [one.confidence for one in found], pl.Float64),
        pl.Series("regle", [one.rule.id for one in found], pl.String),
        pl.Series("nombre", [one.number for one in found], pl.Float64),
        pl.Series("nombre_unite", [one.unit for one in found], pl.String),
        pl.Series("article_cite", [one.article for one in found], pl.String),
    ]
