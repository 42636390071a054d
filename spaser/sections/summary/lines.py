"""The lines of the plan: what the law or an alert asks for, and the needs to prepare, ten at most, in the order in which they begin."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from spaser import french, rules
from spaser.sections.findings import Findings
from spaser.sections.summary import messages, opening, words
from spaser.vocabulary import PLAN_FILLED, PLAN_UNTOUCHED

_FIRST, _DUTY, _WRONG, _ADVICE, _REST = range(5)
NOW = "dès maintenant"
#: What is to do of the duty, which its lever only names.
_PROVIDE = "Prévoir la clause sociale, obligatoire sauf cas prévu et motivé"
#: What a line of the plan says, whether it comes from a need (``_need``) or from what the data ask for (``_gesture``).
SCHEMA = {
    "action_id": pl.String, "sourcing": pl.Date, "quand": pl.String, "action": pl.String, "sur": pl.String, "effet": pl.Int64,
    "sous_clause": pl.Int64,     "impact": pl.String, "consultation": pl.Date, "responsable": pl.String, "etat": pl.String, "echeance": pl.String, "note": pl.String,
}  # fmt: skip


def in_plan(findings: Findings) -> list[dict[str, Any]]:
    """The actions (``plan_actions``) that have one of the ten lines."""
    actions, held = findings.extras.get("plan_actions"), {row["action_id"] for row in plan_rows(findings)}
    return [] if actions is None else [row for row in actions.to_dicts() if row["action_id"] in held]


def plan_rows(findings: Findings) -> list[dict[str, Any]]:
    """The lines of the plan, ten at most, those to begin first at the top."""
    return [row for _, row in ranked(findings)]


def ranked(findings: Findings) -> list[tuple[int, dict[str, Any]]]:
    """The lines of the plan with their rank. What the law or an alert asks for and the next date keep their place; needs fill what is
    left, then the rest."""
    most = int(rules.toml("method.toml")["plan"]["nombre"]["value"])
    actions = findings.extras.get("plan_actions")
    needs = [] if actions is None else actions.to_dicts()
    # The duty has its own line when needs call for it: it is not said twice.
    due = any(row["nature"] == "devoir" for row in needs)
    asked = {one.todo: one for one in reversed(opening.told(findings)) if one.todo and one.rule.plan}
    gestures = [one for one in reversed(asked.values()) if not (due and one.rule.theme == "devoir")]
    lines = [(_DUTY if row["nature"] == "devoir" else _ADVICE, _need(row)) for row in needs]
    near = min((row["sourcing"] for _, row in lines if row["quand"] != NOW), default=None)
    held = due + (near is not None)
    kept = [(_rank(one.rule), _gesture(one, findings)) for one in gestures if one.rule.kept][: most - held]
    rest = [(_REST, _gesture(one, findings)) for one in gestures if not one.rule.kept]
    chosen = {row["action_id"]: row["priorite"] for row in needs}
    lines = sorted(lines, key=lambda line: _worth(line, near, chosen[line[1]["action_id"]]))[: most - len(kept)]
    rows = [*kept, *lines, *rest[: most - len(kept) - len(lines)]]
    return sorted(rows, key=lambda line: _order(line[0], line[1], findings.day))


def _worth(line: tuple[int, dict[str, Any]], near: date | None, chosen: int) -> tuple[bool, bool, bool, int]:
    """Which needs stay where all cannot: duties, the next date, what should have begun, then the order of the plan (its said weights)."""
    rank, row = line
    late = row["quand"] == NOW
    return rank != _DUTY, late or row["sourcing"] != near, not late, chosen


def _rank(rule: messages.Rule) -> int:
    """Among what is to begin at once: what may change all the rest, duties, what is wrong, advice, then the rest."""
    if rule.first:
        return _FIRST
    return _DUTY if rule.section == "obligations" else _WRONG if rule.kind == "alerte" else _REST


def _order(rank: int, row: dict[str, Any], day: date) -> tuple[bool, int, date]:
    now = row["quand"] == NOW
    return not now, rank if now else 0, row["sourcing"] or day


def _need(row: dict[str, Any]) -> dict[str, Any]:
    duty = row["nature"] == "devoir"
    late = row["retard"]
    return {
        "action_id": row["action_id"],
        "sourcing": row["sourcing"],
        "quand": NOW if late else french.short_date(row["sourcing"]),
        "action": _PROVIDE if duty else f"{row['levier_libelle']} : {french.low(row['famille_libelle'])}",
        "sur": french.count(row["besoins"], "besoin")
        + f", {french.count(row['contrats'], 'contrat')}"
        + (words.begun(row) if duty else "")
        + words.alone(row)
        + (words.first(row) if duty else "")
        + words.met(row["levier_fournisseurs"], row["levier_population"])
        + ("" if duty else words.owed(row))
        + (f" ; autres lots : {row['autres_leviers'].lower()}" if row["autres_leviers"] else ""),
        # A duty and a criterion move no euro by themselves: nothing is shown, not a zero.
        "effet": row["potentiel"] or None,
        # What a clause holds goes to whoever wins: beside what goes to the ESS, never added to it.
        "sous_clause": row["sous_clause"] or None,
        "impact": row["impact"],
        "consultation": row["consultation"],
        **{name: row[name] for name in PLAN_FILLED},
    }


def _gesture(said: messages.Said, findings: Findings) -> dict[str, Any]:
    """A line that comes from what the data or the practices ask for: nobody's needs, so no amount."""
    known = findings.extras.get("plan_dits")
    mine = {} if known is None else dict(known.filter(objet_id=said.rule.code).select("champ", "valeur").rows())
    when = french.short_date(said.begins) if said.begins else NOW
    told = {
        "action_id": said.rule.code,
        "sourcing": said.begins,
        "quand": when,
        "action": said.todo,
        "sur": said.on,
    }
    filled = {name: mine.get(name) for name in PLAN_FILLED} | {"etat": mine.get("etat", PLAN_UNTOUCHED)}
    return dict.fromkeys(SCHEMA) | told | filled
