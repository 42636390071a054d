"""Within a broad family, the words of the need against the trade of the supplier: who sells electricity does not sell fuel.

``trade_branches.csv`` lists branches of families: words and CPV codes of a need, words and activities of a supplier. Both sides may
be of several branches, kept as the bits of a number. A need of no branch, or a supplier that states none, is left as it was.
``metier``: who states this branch states its trade, even where the family does not say it (``need_branches.csv``).
"""

from __future__ import annotations

import polars as pl

from spaser import rules
from spaser.text import fold_expr

NONE = 0
#: What a branch is known by: words and codes of a need, words and activities of a supplier.
_READ = ("besoin", "cpv", "fournisseur", "naf", "metier")


def of_needs(*, own: bool = False) -> pl.Expr:
    """The branches that the subject of a need names, else those of its CPV code (needs ``famille, objet, codeCPV``); ``own``: of them,
    those whose trade is stated with them."""
    text = fold_expr(pl.col("objet").fill_null(""))
    said, coded = pl.lit(NONE, pl.Int64), pl.lit(NONE, pl.Int64)
    for family, every in _branches().items():
        rows = [row if row["metier"] or not own else dict.fromkeys(row) for row in every]
        mine = pl.col("famille") == family
        said = pl.when(mine).then(_bits(rows, "besoin", text)).otherwise(said)
        coded = pl.when(mine).then(_bits(rows, "cpv", pl.col("codeCPV").fill_null(""))).otherwise(coded)
    return pl.when(said != NONE).then(said).otherwise(coded).fill_null(NONE)


def of_supply(supply: pl.LazyFrame) -> pl.LazyFrame:
    """``ligne, branches``: the branches that suppliers state by their name or their activity; only those that state some.

    Needs ``ligne, famille, nom, naf``; each family is read with its own branches alone.
    """
    parts = []
    for family, rows in _branches().items():
        name, activity = fold_expr(pl.col("nom").fill_null("")), pl.col("naf").fill_null("")
        known = _bits(rows, "fournisseur", name) | _bits(rows, "naf", activity)
        parts.append(supply.filter(pl.col("famille") == family).select("ligne", branches=known))
    return pl.concat(parts).filter(pl.col("branches") != NONE)


def same() -> pl.Expr:
    """The supplier states a branch of the need that says its trade (needs ``_dites`` of the need, ``branches`` of the supplier)."""
    return (pl.col("_dites") & pl.col("branches").fill_null(NONE)) != NONE


def another() -> pl.Expr:
    """Both sides state branches, and none is the same (needs ``_voulues`` of the need, ``branches`` of the supplier)."""
    asked, held = pl.col("_voulues"), pl.col("branches").fill_null(NONE)
    return (asked != NONE) & (held != NONE) & ((asked & held) == NONE)


def _bits(rows: list[dict[str, str | None]], column: str, text: pl.Expr) -> pl.Expr:
    found = pl.lit(NONE, pl.Int64)
    for rank, row in enumerate(rows):
        if row[column]:
            found = found | pl.when(text.str.contains(_pattern(row[column], column))).then(2**rank).otherwise(NONE)
    return found


def _pattern(said: str | None, column: str) -> str:
    return rf"\b(?:{said})\b" if column == "besoin" else str(said)


def _branches() -> dict[str, list[dict[str, str | None]]]:
    """The branches of each family, in the order of the table."""
    table = rules.table("trade_branches.csv")
    said: dict[str, list[dict[str, str | None]]] = {}
    for family, *words in zip(*(table[name] for name in ("famille", *_READ)), strict=True):
        said.setdefault(family, []).append(dict(zip(_READ, words, strict=True)))
    return said


def trade() -> pl.Expr:
    """The trade as the need reads it: that of another branch of the family is another; a branch that the family does not say is unknown,
    unless the supplier states that very one."""
    return (
        pl.when(another() & pl.col("metier"))
        .then(False)
        .when(~pl.col("_branche") | ~pl.col("metier") | same())
        .then("metier")
    )


def own_wins() -> pl.Expr:
    """Contracts won that are of the trade of the need: of a branch that the family does not say, those of such a branch alone."""
    return pl.when("_branche").then("gagnes_branche").otherwise("gagnes_siret")
