"""The state of each need: actionable, already so, carried elsewhere, ended, not understood; read from ``need_states.toml``."""

from __future__ import annotations

from datetime import date

import polars as pl

from spaser import rules
from spaser.potential.condition import holds, named

ACT, ENDED = "agir", "termine"


def states() -> list[dict]:
    """The states in the order they are looked for."""
    return rules.toml("need_states.toml")["states"]


def standing(needs: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """Adds ``etat`` (code), ``etat_libelle``, ``etat_action`` and ``etat_raison``: the first state whose conditions hold.

    Raises
    ------
    KeyError
        A state compares a column that these needs do not have (needs come from contracts, from a ledger, from a programme).
    """
    # Works and their studies are published in phases: seen again they are still one operation; any other subject seen again is none.
    again = (pl.col("recurrence") == "constatee").fill_null(False) & ~pl.col("codeCPV").str.contains(
        "^(45|71)"
    ).fill_null(False)
    needs = needs.with_columns(operation=rules.one_operation() & ~again)
    have = set(needs.collect_schema().names())
    code = pl.lit(None, pl.String)
    for state in reversed(states()):
        if lacking := named(state) - have:
            raise KeyError(f"need_states.toml, {state['code']}: no column {sorted(lacking)} in these needs")
        code = pl.when(holds(state, as_of=as_of)).then(pl.lit(state["code"])).otherwise(code)
    codes = [state["code"] for state in states()]
    told = {
        f"etat_{name}": pl.col("etat").replace_strict(codes, [state[key] for state in states()], return_dtype=pl.String)
        for name, key in (("libelle", "label"), ("action", "action"), ("raison", "reason"))
    }
    return needs.with_columns(etat=code).with_columns(**told).drop("operation")


def actionable() -> pl.Expr:
    return (pl.col("etat_action") == ACT).fill_null(False)


def running() -> pl.Expr:
    """Bought today: every need but those whose last contract has ended."""
    return pl.col("etat") != ENDED


def without_next() -> pl.Expr:
    """Nothing is launched again under this need: it has ended, ends with its operation, or is decided in its framework."""
    return pl.col("etat").is_in([state["code"] for state in states() if state.get("sans_suite")]).fill_null(False)


def next_end() -> pl.Expr:
    """The one end of a need that every page tells: the first of its contracts that can still be prepared, not its last lot."""
    return pl.coalesce("premiere_fin", "echeance")


def counted(needs: pl.LazyFrame) -> pl.LazyFrame:
    """``etat, etat_libelle, etat_action, besoins, annuel, acquis`` (cents): every need once, in the order of the states.

    ``acquis``: known to be held by the ESS or inclusive suppliers among it; null where no status is known.
    """
    order = pl.LazyFrame({"etat": [state["code"] for state in states()]}).with_row_index("_rang")
    sums = needs.group_by("etat", "etat_libelle", "etat_action", "etat_raison").agg(
        besoins=pl.len().cast(pl.Int32),
        annuel=pl.col("annuel").sum(),
        acquis=pl.when(pl.col("acquis").is_not_null().any()).then(pl.col("acquis").sum()),
    )
    return sums.join(order, on="etat", maintain_order="left_right").sort("_rang").drop("_rang")
