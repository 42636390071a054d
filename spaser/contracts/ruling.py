"""The rules of facts are data: what each sees, what it concludes, what it shows (``reference/contract_facts.toml``).

The code makes observations and gives them names; a rule is a condition on those names (``quand``, in SQL), and the first that
sees something decides. A new rule is an entry of the file with its two examples; a misspelt name stops the first judgement.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import polars as pl

from spaser import rules
from spaser.problems import Problem, closest

_FILE = "contract_facts.toml"
#: What an entry may say: see the head of the file.
_SAID = {
    "voit",
    "conclut",
    "quand",
    "preuve",
    "cite",
    "regarder",
    "propose",
    "bas",
    "haut",
    "oui",
    "non",
    "corriger",
    "poids",
}


@dataclass(frozen=True)
class Rule:
    """A rule that was checked: its condition, what it concludes, and the entry of the file."""

    name: str
    sees: pl.Expr
    concludes: str
    said: Mapping[str, Any]


def decided(
    table: pl.DataFrame,
    fact: str,
    seen: Mapping[str, pl.Expr],
    shown: Mapping[str, pl.Expr] | None = None,
    conclusions: Collection[str] = (),
) -> pl.DataFrame:
    """Adds ``_regle``, ``_conclut`` and ``_preuve``, null where no rule sees anything.

    Parameters
    ----------
    table
        The rows to judge, in any order; it is kept.
    fact
        The table of the reference whose rules speak, in its order.
    seen
        The observations that rules may name in ``quand``.
    shown
        What rules may show in ``cite``, written only where they speak.
    conclusions
        The closed list of what they may conclude; empty when it is a sentence.
    """
    shown = shown or {}
    chain = _checked(fact, frozenset(seen), frozenset(shown), frozenset(conclusions))
    rules_ = table.select(**seen).select(_regle=_first(chain)).with_row_index("_rang")
    spoke = set(rules_["_regle"].drop_nulls().unique())
    parts = [pl.DataFrame(schema={"_rang": rules_.schema["_rang"], "_conclut": pl.String, "_preuve": pl.String})]
    parts += [_verdict(table, rules_, one, shown) for one in chain if one.name in spoke]
    told = rules_.join(pl.concat(parts), on="_rang", how="left", maintain_order="left").drop("_rang")
    return table.with_columns(told.get_columns())


def concluded(table: pl.DataFrame, fact: str, seen: Mapping[str, pl.Expr], shown: Collection[str] = ()) -> pl.Series:
    """What the rules of ``decided`` conclude of each row, without a word of proof."""
    chain = _checked(fact, frozenset(seen), frozenset(shown), frozenset())
    said = {one.name: one.concludes for one in chain}
    found = table.select(**seen).select(_first(chain).replace_strict(said, default=None, return_dtype=pl.String))
    return found.to_series()


def _first(chain: tuple[Rule, ...]) -> pl.Expr:
    """The name of the first rule that sees something."""
    rule = pl.lit(None, pl.String)
    for one in reversed(chain):
        rule = pl.when(one.sees.fill_null(False)).then(pl.lit(one.name)).otherwise(rule)
    return rule


def _verdict(table: pl.DataFrame, rules_: pl.DataFrame, rule: Rule, shown: Mapping[str, pl.Expr]) -> pl.DataFrame:
    """The rows where a rule spoke, with its conclusion and its proof."""
    # In one piece: a text made of columns cut differently stops Polars (2.1).
    needed = [name for name in dict.fromkeys(_told(rule, shown).meta.root_names()) if name in table.columns]
    rows = rules_.with_columns(table.select(needed).get_columns())
    rows = rows.filter(pl.col("_regle") == rule.name).rechunk()
    return rows.select("_rang", _conclut=pl.lit(rule.concludes), _preuve=_told(rule, shown))


def _told(rule: Rule, shown: Mapping[str, pl.Expr]) -> pl.Expr:
    """The sentence of a rule, with what it cites; null when it has none, or when what it cites is unknown."""
    if "preuve" not in rule.said:
        return pl.lit(None, pl.String)
    return pl.format(rule.said["preuve"], *(shown[name] for name in rule.said.get("cite", [])))


def valued(fact: str, key: str, rule: pl.Expr, values: Mapping[str, pl.Expr]) -> pl.Expr:
    """What the rule that decided names under ``key`` (``propose``, ``bas``, ``haut``), among ``values``; null if nothing."""
    named = {name: said[key] for name, said in rules.toml(_FILE)[fact].items() if key in said}
    if unknown := [name for name, value in named.items() if value not in values]:
        raise _fault(fact, unknown[0], f"« {key} » nomme « {named[unknown[0]]} »", closest(named[unknown[0]], values))
    nothing = pl.lit(None, pl.Int64)
    return pl.coalesce(*(pl.when(rule == name).then(values[value]) for name, value in named.items()), nothing)


@cache
def _checked(fact: str, seen: frozenset[str], shown: frozenset[str], conclusions: frozenset[str]) -> tuple[Rule, ...]:
    """The rules of a fact, in their order.

    Raises
    ------
    Problem
        A rule without a condition, or one that names what is neither seen, shown nor a conclusion.
    """
    return tuple(_rule(fact, name, said, seen, shown, conclusions) for name, said in rules.toml(_FILE)[fact].items())


def _rule(
    fact: str,
    name: str,
    said: Mapping[str, Any],
    seen: frozenset[str],
    shown: frozenset[str],
    conclusions: frozenset[str],
) -> Rule:
    for key in said:
        if key not in _SAID:
            raise _fault(fact, name, f"« {key} » n'est pas un mot d'une règle", closest(key, _SAID))
    for key in ("voit", "conclut", "quand"):
        if not said.get(key):
            raise _fault(fact, name, f"« {key} » manque", "")
    try:
        sees = pl.sql_expr(said["quand"])
    except pl.exceptions.PolarsError as error:
        raise _fault(fact, name, f"« quand » ne se lit pas : {error}", "") from None
    cited = said.get("cite", [])
    for key, names, known in (("quand", sees.meta.root_names(), seen), ("cite", cited, shown)):
        if unknown := [word for word in names if word not in known]:
            raise _fault(fact, name, f"« {key} » nomme « {unknown[0]} »", closest(unknown[0], known))
    if conclusions and said["conclut"] not in conclusions:
        raise _fault(fact, name, f"« conclut » dit « {said['conclut']} »", closest(said["conclut"], conclusions))
    if said.get("preuve", "").count("{}") != len(cited):
        raise _fault(fact, name, "« preuve » n'a pas autant de places que « cite » de noms", "")
    return Rule(name, sees, said["conclut"], said)


def _fault(fact: str, name: str, why: str, todo: str) -> Problem:
    return Problem(f"Règle illisible : « {fact}.{name} »", where=f"reference/{_FILE}", why=why, todo=todo)
