"""Which rows of a ledger are lines, and which are totals, blanks or headers printed again.

A supplier may be called « TOTAL »: a row is a total when it says so and nothing else speaks of a payment (no SIRET, no
date), and its words, its sum or its place agree.
"""

from __future__ import annotations

import re

import polars as pl

from spaser import rules
from spaser.sources.ledgers.headings import REFERENCE
from spaser.sources.ledgers.perimeter import folded

#: From this share on, a column is filled by all the lines.
USUAL = 0.9


def sort_out(
    rows: pl.DataFrame, cells: list[str], headings: dict[str, str | None], cell_of: dict[str, str]
) -> pl.DataFrame:
    """Add ``genre`` (ligne, total, vide, entete), ``seul`` (an amount and nothing else) and ``total_general``.

    Parameters
    ----------
    rows
        Raw cells (``cells``) beside the typed columns, ``montant`` in cents.
    headings
        The header's cells, to recognise it when it is printed again on each page.
    cell_of
        The cell of each mapped word.
    """
    filled = pl.sum_horizontal(pl.col(cell).is_not_null() for cell in cells)
    header = pl.all_horizontal(pl.col(cell) == headings[cell] for cell in set(cell_of.values()))
    wordy = pl.sum_horizontal(pl.col(cell).str.contains(r"\p{L}{2}").fill_null(False) for cell in cells)
    facts = rows.with_columns(
        filled.alias("_n"), header.fill_null(False).alias("_entete"), wordy.alias("_mots"), *_total_words(cells)
    )
    facts = facts.with_columns(_group_total(rows, cells).alias("_groupe"))
    quiet = pl.col("siret").is_null() & pl.col("siren").is_null() & pl.col("date").is_null()
    others = pl.sum_horizontal(pl.col(name).is_not_null() for name in cell_of if name not in ("montant", "exercice"))
    wordless = (pl.col("_mots") == 0) & (others == 0)
    said = quiet & ((pl.col("_nu") & (others <= 2)) | pl.col("_de") | pl.col("_groupe"))
    claims = said | (quiet & wordless & pl.col("montant").is_not_null())
    facts = _sums(facts.with_columns(claims.alias("_pretend"), wordless.alias("_muet")))
    lacking = _lacking(facts, cell_of)
    proven = pl.col("_somme") | pl.col("_dernier")
    total = pl.col("_pretend") & (
        pl.col("_de")
        | pl.col("_groupe")
        | (pl.col("_nu") & (proven | pl.col("_long") | lacking))
        | (pl.col("_muet") & pl.col("_somme"))
    )
    kind = (
        pl.when(pl.col("_n") == 0)
        .then(pl.lit("vide"))
        .when(pl.col("_entete"))
        .then(pl.lit("entete"))
        .when(total)
        .then(pl.lit("total"))
        .when(
            pl.col("montant").is_null()
            & pl.col("montant_lu").is_null()
            & pl.col("fournisseur").is_null()
            & pl.col("siret").is_null()
        )
        .then(pl.lit("vide"))
        .otherwise(pl.lit("ligne"))
    )
    general = pl.col("_general") | (pl.col("_nu") & ~pl.col("_long"))
    alone = (kind == "ligne") & wordless & quiet
    return facts.with_columns(kind.alias("genre"), alone.alias("seul"), general.alias("total_general"))


def _lacking(rows: pl.DataFrame, cell_of: dict[str, str]) -> pl.Expr:
    """The row has none of what all the others have (identifier, date, account…): it is no purchase, whatever it adds up to."""
    others = rows.filter(~pl.col("_pretend") & ~pl.col("_entete") & (pl.col("_n") > 0))
    words = [name for name in cell_of if name not in ("montant", "exercice", "fournisseur")]
    usual = [name for name in words if others.height and others[name].count() >= others.height * USUAL]
    bare = rules.toml(REFERENCE)["lignes"]["totals"]
    # The word of total itself may stand where the others have a label.
    silent = (pl.col(name).is_null() | folded(name).str.to_lowercase().is_in(bare).fill_null(False) for name in usual)
    return pl.all_horizontal(silent) if len(usual) >= 2 else pl.lit(False)


def _total_words(cells: list[str]) -> list[pl.Expr]:
    """Whether a cell is a bare word of total, one longer than « total », « total chapitre 011 », or the grand total."""
    reference = rules.toml(REFERENCE)["lignes"]
    texts = {cell: folded(cell).str.to_lowercase() for cell in cells}
    long = [word for word in reference["totals"] if word not in ("total", "ensemble", "somme", "report")]
    of = r"^(sous )?(s )?total (du |de |de la |des |d |le |la |par )?(" + "|".join(reference["total_of"]) + r")\b"
    return [
        pl.any_horizontal(text.is_in(reference["totals"]).fill_null(False) for text in texts.values()).alias("_nu"),
        pl.any_horizontal(text.is_in(long).fill_null(False) for text in texts.values()).alias("_long"),
        pl.any_horizontal(text.str.contains(of).fill_null(False) for text in texts.values()).alias("_de"),
        pl.any_horizontal(
            text.is_in(["total general", "grand total", "cumul general"]).fill_null(False) for text in texts.values()
        ).alias("_general"),
    ]


def _group_total(rows: pl.DataFrame, cells: list[str]) -> pl.Expr:
    """« Total DUPONT » or « DUPONT Total » where DUPONT is itself a value of that column."""
    found = pl.lit(False)
    for cell in cells:
        text = folded(cell).str.to_lowercase()
        values = rows.select(text.unique())[cell].drop_nulls()
        if not values.str.contains(r"^(?:sous )?total |\stotal$").any():
            continue
        names = {value for value in values if not re.search(r"^(?:sous )?total |\stotal$", value)}
        group = pl.coalesce(text.str.extract(r"^(?:sous )?total (.+)$", 1), text.str.extract(r"^(.+) total$", 1))
        found = found | group.is_in(list(names)).fill_null(False)
    return found


def _sums(rows: pl.DataFrame) -> pl.DataFrame:
    """Whether the row repeats the sum of what precedes it (all, or since the last total), or closes the sheet."""
    amount = pl.when(~pl.col("_pretend")).then(pl.col("montant")).fill_null(0)
    summed = rows.with_columns(amount.cum_sum().alias("_cumul"))
    before = pl.when(pl.col("_pretend")).then(pl.col("_cumul")).forward_fill().shift(1).fill_null(0)
    last = pl.col("ligne") == pl.col("ligne").filter(pl.col("_n") > 0).last()
    same = ((pl.col("montant") == pl.col("_cumul")) | (pl.col("montant") == pl.col("_cumul") - before)) & (
        pl.col("_cumul") != 0
    )
    return summed.with_columns(same.fill_null(False).alias("_somme"), last.fill_null(False).alias("_dernier"))
