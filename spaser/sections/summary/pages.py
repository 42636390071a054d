"""The two pages read first: what must be known, and the plan."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import polars as pl

from spaser import french
from spaser.deliverables.messages import Messages, Todo
from spaser.deliverables.report import Answer, Block, Callout, Column, Sentence, TableBlock, table
from spaser.sections import tallies
from spaser.sections.findings import Findings
from spaser.sections.registry import Told, written
from spaser.sections.summary import messages, words
from spaser.sections.summary.dates import next_dates
from spaser.sections.summary.known import facts
from spaser.sections.summary.lines import NOW, SCHEMA, in_plan, plan_rows, ranked
from spaser.vocabulary.sentences import BEYOND_TEN

_MONDAY, _WEEK = 5, 7
_NO_AMOUNT = "non chiffré"
_AMOUNTS = ("effet", "sous_clause")
OWN = (Column("responsable", "Qui", fill=True), Column("etat", "État", fill=True))
_PLAN = (
    Column("quand", "Commencer"),
    Column("action", "Action"),
    Column("sur", "Sur quoi"),
    Column("effet", "À l'ESS ou à l'insertion, net par an"),
    Column("sous_clause", "Sous clause d'insertion, par an"),
    *OWN,
)
_SHEET = (
    Column("action_id", "Identifiant"),
    Column("sourcing", "Commencer avant le", "date"),
    Column("action", "Action"),
    Column("sur", "Sur quoi"),
    Column("effet", "À l'ESS ou à l'insertion, net par an", "somme"),
    Column("sous_clause", "Sous clause d'insertion, par an", "somme"),
    Column("impact", "Heures d'insertion exigées"),
    Column("consultation", "Suite avant le", "date"),
    Column("responsable", "Qui (à remplir)"),
    Column("etat", "État (à remplir)"),
    Column("echeance", "Échéance fixée (à remplir)"),
    Column("note", "Note (à remplir)"),
)


@written("essentiel")
def section_essential(findings: Findings) -> Told:
    """The verdict, the messages, what to do first, what is not known, the next dates."""
    if not findings.measures.height:
        return None
    known = facts(findings)
    said = messages.eligible(known)
    shown = messages.chosen(said)
    blocks: list[Block] = [Answer(Sentence(messages.verdict(known)))]
    if shown:
        blocks.append(Messages(shown))
    if monday := _monday(findings):
        blocks.append(Todo(tuple(monday), "Que faire lundi"))
    if silent := messages.unknown(known):
        blocks.append(Callout("Ce que l'on ne sait pas", silent, "attention"))
    if counts := words.counted_among(known, findings.population_label, tallies.read_in_files(findings.accounts)):
        blocks.append(counts)
    if (dates := next_dates(findings)) is not None:
        blocks.append(dates)
    return tuple(blocks)


def _monday(findings: Findings) -> list[str]:
    """What to do first: the lines of the plan that should have begun or begin within the week, duties before advice."""
    week = findings.day + timedelta(days=_WEEK)
    lines = [line for line in ranked(findings) if line[1]["quand"] == NOW or line[1]["sourcing"] <= week]
    told = []
    for _, row in sorted(lines, key=lambda line: line[0])[:_MONDAY]:
        begins = "" if row["quand"] == NOW or row["quand"] in row["sur"] else f"à commencer le {row['quand']}"
        aside = ", ".join(filter(None, (_short(row["sur"]), begins)))
        told.append(french.sentence(row["action"] + (f" ({aside})" if aside else "")))
    return told


def _short(scope: str) -> str:
    """What a line bears on, without the parts that its message and the plan tell; the subject of a lone need stays."""
    head, *tail = re.split(r"\s: ", scope, maxsplit=1)
    if ";" in head or not tail or ";" not in tail[0]:
        return scope
    return re.split(r"\s;", scope)[0] if tail[0].startswith("«") else head


@written("plan")
def section_plan_page(findings: Findings) -> Told:
    """At most ten lines, those to begin first at the top, each with who and where it stands."""
    rows = plan_rows(findings)
    if not rows:
        return None
    now = sum(row["quand"] == NOW for row in rows)
    part = "" if len(rows) == 1 else "toutes " if now == len(rows) else f"dont {french.number(now)} "
    start = "à commencer dès maintenant" if now else f"la première à commencer le {rows[0]['quand']}"
    said = f"{french.count(len(rows), 'action', feminine=True)}, {part if now else ''}{start}"
    more = _worth_of(findings, rows)
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    # An action that changes practices has no amount: none is expected, which is not « inconnu ». An estimate is not told to the euro.
    told = frame.with_columns(
        pl.Series(name, [_NO_AMOUNT if row[name] is None else french.euros_short(row[name]) for row in rows], pl.String)
        for name in _AMOUNTS
    )
    shown = [column for column in _PLAN if column.name not in _AMOUNTS or frame[column.name].count()]
    answer = Answer(Sentence(french.sentence(said + more)))
    aside = [Sentence(french.sentence(text)) for text in _not_here(findings)]
    return answer, table("tab-plan", "Le plan", told, shown, words.foot(in_plan(findings))), *aside


def _worth_of(findings: Findings, rows: list[dict[str, Any]]) -> str:
    """What the lines would bring, each kind of euro apart: to the ESS, of which those that rest on one supplier; held by a clause."""
    ess, held = (sum(row[name] or 0 for row in rows) for name in _AMOUNTS)
    few = [row["potentiel"] for row in in_plan(findings) if row["levier_fournisseurs"] == 1 and row["potentiel"]]
    said = (
        f" ; effet attendu des actions chiffrées : {french.euros_short(ess)} par an à l'ESS ou à l'insertion"
        if ess
        else ""
    )
    if few:
        # Each line has one: two lines may well have two.
        whose = "d'une action qui n'a" if len(few) == 1 else f"de {french.number(len(few))} actions qui n'ont chacune"
        said += f", dont {french.euros_short(sum(few))} {whose} qu'un seul fournisseur connu (à sourcer, rien à réserver à ce jour)"
    return said + (f" ; {french.euros_short(held)} par an exécutés sous clause, par qui l'emporte" if held else "")


def _not_here(findings: Findings) -> list[str]:
    """The dated actions that none of the ten lines holds: how many, the first to begin, and where they are."""
    actions, held = findings.extras.get("plan_actions"), {row["action_id"] for row in in_plan(findings)}
    if actions is None:
        return []
    if (out := actions.filter(~pl.col("action_id").is_in(list(held)))).is_empty():
        return _beyond(findings)
    first = out.sort("sourcing", "priorite").row(0, named=True)
    count = french.count(out.height, "action datée", feminine=True)
    begin = (
        "à commencer dès maintenant"
        if first["retard"]
        else f"à commencer avant le {french.short_date(first['sourcing'])}"
    )
    which = f"{french.low(first['levier_libelle'])} : {french.low(first['famille_libelle'])}"
    lead = "elle est" if out.height == 1 else "la première est"
    return [
        f"{count} de plus, {'choisie' if out.height == 1 else 'choisies'} après celles-ci par les poids du plan (gain, facilité, urgence), "
        f"{'n’est pas' if out.height == 1 else 'ne sont pas'} dans ces lignes ; {lead} {begin} ({which}) : voir les annexes du rapport, « Le plan, en détail »",
        *_beyond(findings),
    ]


def _beyond(findings: Findings) -> list[str]:
    """The needs that could be prepared and that not even the whole plan holds: how many, and the first to begin."""
    left = findings.extras.get("plan_ecartes")
    if left is None or (rest := left.filter(pl.col("motif") == BEYOND_TEN)).is_empty():
        return []
    count, first = int(rest["besoins"].sum()), min(rest["sourcing"].drop_nulls(), default=None)
    begin = "" if first is None else f" ; le premier est à commencer avant le {french.short_date(first)}"
    return [
        f"{french.count(count, 'autre besoin')} {'pourrait' if count == 1 else 'pourraient'} se préparer sans avoir de ligne{begin} : même page des annexes"
    ]


def annex_plan(findings: Findings) -> TableBlock | None:
    """The plan for the workbook, with the columns that a person fills and that the next run reads back."""
    rows = plan_rows(findings)
    if not rows:
        return None
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    return table("plan", "Plan d'actions : qui, état, échéance et note se remplissent et sont relus", frame, _SHEET)
