"""Ladders: an ordered list of named rungs, the first whose condition holds giving the state and its reason.

States are counted from 0 (« non soumis ») to 4 (« certain »), in the order of ``vocabulary.APPLICABILITY``. What decides
of a contract is the lowest of its ladders: a duty is certain only when date, amount and field all are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

from spaser.vocabulary import APPLICABILITY

NOT_SUBJECT, UNLIKELY, UNDECIDED, LIKELY, CERTAIN = range(5)


class Rung(NamedTuple):
    """One rung: its name, when it holds, the state it gives, and why, in French."""

    name: str
    when: pl.Expr
    state: int
    motif: pl.Expr | str | None = None


def climb(rungs: Sequence[Rung]) -> pl.Expr:
    """A struct ``etat, regle, motif``: those of the first rung whose condition is true (the last one always holds)."""
    *first, last = rungs
    result = _answer(last)
    for rung in reversed(first):
        result = pl.when(rung.when).then(_answer(rung)).otherwise(result)
    return result


def lowest(ladders: Sequence[pl.Expr]) -> pl.Expr:
    """The lowest state of several ladders."""
    return pl.min_horizontal(ladder.struct.field("etat") for ladder in ladders)


def reasons(ladders: Sequence[pl.Expr]) -> pl.Expr:
    """Why: the reasons of the ladders that give the lowest state, joined."""
    least = lowest(ladders)
    told = [pl.when(ladder.struct.field("etat") == least).then(ladder.struct.field("motif")) for ladder in ladders]
    return pl.concat_str(told, separator=" ; ", ignore_nulls=True)


def rules_used(ladders: Sequence[pl.Expr]) -> pl.Expr:
    """The names of the rungs reached, joined with « + »."""
    return pl.concat_str([ladder.struct.field("regle") for ladder in ladders], separator="+")


def word(state: pl.Expr) -> pl.Expr:
    """The state as its word."""
    return state.replace_strict(list(range(5)), list(APPLICABILITY), return_dtype=pl.String)


def _answer(rung: Rung) -> pl.Expr:
    motif = rung.motif if isinstance(rung.motif, pl.Expr) else pl.lit(rung.motif, pl.String)
    return pl.struct(etat=pl.lit(rung.state, pl.Int8), regle=pl.lit(rung.name), motif=motif)
