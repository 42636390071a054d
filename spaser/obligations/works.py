"""Is a contract one of works: judged by its CPV code and by the CCAG it names, two witnesses that must not contradict each other."""

from __future__ import annotations

import polars as pl

from spaser import rules
from spaser.vocabulary import WORKS_DIVISION

#: Of works or not; null when nothing says, or when the two witnesses disagree.
WORKS = pl.col("_travaux")


def judged() -> pl.Expr:
    """Works or not: what both say, or the only one that speaks. Needs ``codeCPV, ccag``."""
    coded, framed = pl.col("codeCPV").str.starts_with(WORKS_DIVISION), _framed()
    return pl.when(coded.is_null()).then(framed).when(framed.is_null() | (framed == coded)).then(coded)


def among_lots() -> pl.Expr:
    """Works or not; where the two witnesses of a lot disagree, what all the other lots of its consultation say. Needs ``consultation`` too.

    A works operation is bought in lots, some of which have the code of what they install (lift, stove, joinery).
    """
    own = judged()
    others = own.all().over("consultation"), own.any().over("consultation")
    settled = own.count().over("consultation") > 0
    return pl.when(contradicted() & settled & (others[0] == others[1])).then(others[0]).otherwise(own)


def perhaps() -> pl.Expr:
    """Does one of them at least say works; null when neither speaks. Needs ``codeCPV, ccag``."""
    coded, framed = pl.col("codeCPV").str.starts_with(WORKS_DIVISION), _framed()
    return pl.coalesce(coded | framed, coded, framed)


def contradicted() -> pl.Expr:
    """Do the CPV code and the CCAG say two things. Needs ``codeCPV, ccag``."""
    return (pl.col("codeCPV").str.starts_with(WORKS_DIVISION) != _framed()).fill_null(False)


def _framed() -> pl.Expr:
    """What the CCAG says: nothing when there is none."""
    method = rules.method()["obligations"]["ccag"]
    named = pl.col("ccag")
    return pl.when(named.is_in(method["travaux"])).then(True).when(named.is_in(method["autres"])).then(False)
