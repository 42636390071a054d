"""The two pages read first: what must be known, and the plan."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import polars as pl

from spaser import french, rules
from spaser.deliverables.messages import Messages, Todo
from spaser.deliverables.report import Answer, Block, Callout, Column, Sentence, TableBlock, table
from spaser.potential.standing import actionable, next_end
from spaser.sections import tallies
from spaser.sections.findings import Findings
from spaser.sections.registry import Told, written
from spaser.sections.shown import brief
from spaser.sections.summary import messages, opening, words
from spaser.sections.summary.known import facts
from spaser.vocabulary import PLAN_FILLED, PLAN_UNTOUCHED
from spaser.vocabulary.sentences import BEYOND_TEN

_DATES, _MONDAY, _LONG, _AT_ONCE = 3, 5, 90, 3
_FIRST, _DUTY, _WRONG, _ADVICE, _REST = range(5)
_NOW, _NO_AMOUNT = "dès maintenant", "non chiffré"
_AMOUNTS = ("effet", "sous_clause")
#: The lever that reserves to insertion (``levers.toml``).
_INSERTION = "reserver_insertion"
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
#: What a line of the plan says, whether it comes from a need (``_need``) or from what the data ask for (``_gesture``).
_SCHEMA = {
    "action_id": pl.String, "sourcing": pl.Date, "quand": pl.String, "action": pl.String, "sur": pl.String, "effet": pl.Int64,
    "sous_clause": pl.Int64,     "impact": pl.String, "consultation": pl.Date, "responsable": pl.String, "etat": pl.String, "echeance": pl.String, "note": pl.String,
}  # fmt: skip


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
    """What to do first: the lines of the plan that should have begun, in its order: duties before advice."""
    rows = plan_rows(findings)
    now = [row["action"] + (f" ({_short(row['sur'])})" if row["sur"] else "") for row in rows if row["quand"] == _NOW]
    return [french.sentence(text) for text in now[:_MONDAY]]


def _short(scope: str) -> str:
    """What a line bears on, without the parts that its message and the plan tell; the subject of a lone need stays."""
    head, *tail = re.split(r"\s: ", scope, maxsplit=1)
    if ";" in head or not tail or ";" not in tail[0]:
        return scope
    return re.split(r"\s;", scope)[0] if tail[0].startswith("«") else head


def next_dates(findings: Findings) -> TableBlock | None:
    """The three next days of the lines of the plan and of duties, after the day of the reader; of needs to come where no line has one.

    What falls on one day is one line: three lines of the same day would hide the next.
    """
    days: dict[date, list[str]] = {}
    for what, day in {what: day for day, what in sorted(_dates(findings), reverse=True) if day > findings.day}.items():
        days.setdefault(day, []).insert(0, what)
    seen = [*_late(findings), *((day, _on_one_day(days[day])) for day in sorted(days)[:_DATES])]
    if not seen:
        return None
    frame = pl.DataFrame(seen, schema={"quand": pl.Date, "quoi": pl.String}, orient="row")
    return table(
        "tab-dates", "Les prochaines dates", frame, (Column("quand", "Date", "date"), Column("quoi", "Ce qui arrive"))
    )


def _late(findings: Findings) -> list[tuple[date, str]]:
    """What should have begun by the day of the reader, on one line dated by the first: the lines of the plan, and what owes the clause."""
    gone = [(row["sourcing"], _begun(row)) for row in in_plan(findings) if row["retard"] and row["nature"] == "action"]
    if due := [day for day in _owed_begins(findings) if day <= findings.day]:
        held = sum(row["dus_retard"] or 0 for row in in_plan(findings) if row["nature"] == "devoir")
        out = len(due) - held
        some = f"dont {french.number(out)} " if held else ""
        apart = f", {some}hors de l'action « Clause sociale »" if out > 0 else ""
        gone.append((min(due), f"préparer {french.count(len(due), 'besoin')} où la clause sociale est due{apart}"))
    if not gone:
        return []
    told = _on_one_day([what for _, what in sorted(gone)])
    return [(min(gone)[0], french.typeset(f"En retard dans le plan : {_low(told)}"))]


def _begun(row: dict[str, Any]) -> str:
    return f"commencer : {row['levier_libelle'].lower().split(', puis ')[0]}, {row['famille_libelle'].lower()}"


def _owed_begins(findings: Findings) -> list[date]:
    soon = findings.extras.get("besoins_a_venir")
    return [] if soon is None else soon.filter(_owes())["sourcing"].drop_nulls().to_list()


def _owes() -> pl.Expr:
    """The clause is due and is to be written: what already has it, is carried elsewhere or does not come back is not to prepare."""
    return (pl.col("levier_du").fill_null("") != "") & actionable()


def _on_one_day(told: list[str]) -> str:
    """What happens on a day, the first ones in words, the others counted."""
    left = len(told) - _AT_ONCE
    more = f" ; et {french.count(left, 'autre')}" if left > 0 else ""
    return french.typeset(french.capital(" ; ".join(told[:_AT_ONCE]) + more))


def _dates(findings: Findings) -> list[tuple[date, str]]:
    found: list[tuple[date, str]] = []
    for row in in_plan(findings):
        begin, end = _begun(row), f"fin du premier contrat : {row['famille_libelle'].lower()}"
        if row["nature"] == "devoir":
            # The day of a buyer's first renewal is not that of the law; one that should have begun is told before (``_late``).
            rank = "prochain" if any(day <= findings.day for day in _owed_begins(findings)) else "premier"
            begin, end = (
                f"{what} où la clause sociale est due, sauf cas prévu et motivé par écrit"
                for what in (f"{rank} besoin à préparer", "fin du premier contrat")
            )
            found += _owed(findings, begin, end)
        found += [(row[name], what) for name, what in (("sourcing", begin), ("consultation", end)) if row[name]]
    ends = findings.extras.get("renouvellements")
    if ends is not None and ends.height and not found:
        soon = ends.filter(pl.col("trimestre").is_not_null() & ~pl.col("ponctuel").fill_null(False))
        rows = brief(soon.with_columns(pl.col("objet").fill_null("sans objet")), _LONG).to_dicts()
        found += [(row["sourcing"], f"préparer : {row['objet']}") for row in rows if row["sourcing"]]
        found += [(row["echeance"], f"fin au plus tard : {row['objet']}") for row in rows]
    return found + _legal_dates(findings)


def _owed(findings: Findings, begin: str, end: str) -> list[tuple[date, str]]:
    """The days of every need to come for which the clause is due, whatever the line of the plan that holds it."""
    soon = findings.extras.get("besoins_a_venir")
    if soon is None:
        return []
    owed = soon.filter(_owes()).with_columns(fin=next_end())
    return [(day, what) for name, what in (("sourcing", begin), ("fin", end)) for day in owed[name].drop_nulls()]


def _legal_dates(findings: Findings) -> list[tuple[date, str]]:
    """The days of the law that concern this buyer: duties that aim at its contracts, its own, those that end."""
    law, bound = rules.toml("law.toml"), pl.col("applicabilite").is_in(["certain", "probable"])
    ready, own = findings.extras.get("preparation"), findings.extras.get("obligations_acheteur")
    concerned: set[str] = set()
    if ready is not None:
        concerned |= set(ready.filter(pl.col("groupe") == "vises", pl.col("contrats") > 0)["obligation"])
    if own is not None:
        concerned |= set(own.filter(bound)["obligation"])
    found = [
        (law["duties"][key]["since"], f"entrée en vigueur : {_low(law['duties'][key]['label'])}")
        for key in sorted(concerned)
        if isinstance(law["duties"][key].get("since"), date)
    ]
    if own is not None:
        due = own.filter(bound, pl.col("echeance").is_not_null())["echeance"]
        found += [(day, "publier les indicateurs du SPASER") for day in due]
    if _reserves(findings):
        concerned.add("insertion")
    told = [one for one in law["reminders"].values() if one.get("concerns") in concerned]
    return found + [(one["ends"], one["short"]) for one in told]


def _reserves(findings: Findings) -> bool:
    """Whether the buyer reserves contracts, or is advised to reserve one to insertion."""
    needs = findings.extras.get("besoins")
    if needs is not None and (needs["levier"].fill_null("") == _INSERTION).any():
        return True
    known = "marche_reserve" in findings.contracts.columns
    return known and bool(findings.contracts["marche_reserve"].fill_null(False).any())


@written("plan")
def section_plan_page(findings: Findings) -> Told:
    """At most ten lines, those to begin first at the top, each with who and where it stands."""
    rows = plan_rows(findings)
    if not rows:
        return None
    now = sum(row["quand"] == _NOW for row in rows)
    part = "" if len(rows) == 1 else "toutes " if now == len(rows) else f"dont {french.number(now)} "
    start = "à commencer dès maintenant" if now else f"la première à commencer le {rows[0]['quand']}"
    said = f"{french.count(len(rows), 'action', feminine=True)}, {part if now else ''}{start}"
    more = _worth_of(findings, rows)
    frame = pl.DataFrame(rows, schema=_SCHEMA, orient="row")
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
    which = f"{_low(first['levier_libelle'])} : {_low(first['famille_libelle'])}"
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
    frame = pl.DataFrame(rows, schema=_SCHEMA, orient="row")
    return table("plan", "Plan d'actions : qui, état, échéance et note se remplissent et sont relus", frame, _SHEET)


def in_plan(findings: Findings) -> list[dict[str, Any]]:
    """The actions (``plan_actions``) that have one of the ten lines."""
    actions, held = findings.extras.get("plan_actions"), {row["action_id"] for row in plan_rows(findings)}
    return [] if actions is None else [row for row in actions.to_dicts() if row["action_id"] in held]


def plan_rows(findings: Findings) -> list[dict[str, Any]]:
    """The lines of the plan, ten at most. What the law or an alert asks for and the next date keep their place; needs fill what is left,
    then the rest."""
    most = int(rules.toml("method.toml")["plan"]["nombre"]["value"])
    actions = findings.extras.get("plan_actions")
    needs = [] if actions is None else actions.to_dicts()
    # The duty has its own line when needs call for it: it is not said twice.
    due = any(row["nature"] == "devoir" for row in needs)
    asked = {one.todo: one for one in reversed(opening.told(findings)) if one.todo and one.rule.plan}
    gestures = [one for one in reversed(asked.values()) if not (due and one.rule.theme == "devoir")]
    lines = [(_DUTY if row["nature"] == "devoir" else _ADVICE, _need(row)) for row in needs]
    near = min((row["sourcing"] for _, row in lines if row["quand"] != _NOW), default=None)
    held = due + (near is not None)
    kept = [(_rank(one.rule), _gesture(one, findings)) for one in gestures if one.rule.kept][: most - held]
    rest = [(_REST, _gesture(one, findings)) for one in gestures if not one.rule.kept]
    chosen = {row["action_id"]: row["priorite"] for row in needs}
    lines = sorted(lines, key=lambda line: _worth(line, near, chosen[line[1]["action_id"]]))[: most - len(kept)]
    rows = [*kept, *lines, *rest[: most - len(kept) - len(lines)]]
    rows.sort(key=lambda line: _order(line[0], line[1], findings.day))
    return [row for _, row in rows]


def _worth(line: tuple[int, dict[str, Any]], near: date | None, chosen: int) -> tuple[bool, bool, bool, int]:
    """Which needs stay where all cannot: duties, the next date, what should have begun, then the order of the plan (its said weights)."""
    rank, row = line
    late = row["quand"] == _NOW
    return rank != _DUTY, late or row["sourcing"] != near, not late, chosen


def _rank(rule: messages.Rule) -> int:
    """Among what is to begin at once: what may change all the rest, duties, what is wrong, advice, then the rest."""
    if rule.first:
        return _FIRST
    return _DUTY if rule.section == "obligations" else _WRONG if rule.kind == "alerte" else _REST


def _order(rank: int, row: dict[str, Any], day: date) -> tuple[bool, int, date]:
    now = row["quand"] == _NOW
    return not now, rank if now else 0, row["sourcing"] or day


def _need(row: dict[str, Any]) -> dict[str, Any]:
    duty = row["nature"] == "devoir"
    late = row["retard"]
    return {
        "action_id": row["action_id"],
        "sourcing": row["sourcing"],
        "quand": _NOW if late else french.short_date(row["sourcing"]),
        "action": row["levier_libelle"] if duty else f"{row['levier_libelle']} : {_low(row['famille_libelle'])}",
        "sur": french.count(row["besoins"], "besoin")
        + f", {french.count(row['contrats'], 'contrat')}"
        + (words.begun(row) if duty else "")
        + words.alone(row)
        + words.met(row["levier_fournisseurs"], row["levier_population"])
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
    when = french.short_date(said.begins) if said.begins else _NOW
    told = {
        "action_id": said.rule.code,
        "sourcing": said.begins,
        "quand": when,
        "action": said.todo,
        "sur": said.on,
    }
    filled = {name: mine.get(name) for name in PLAN_FILLED} | {"etat": mine.get("etat", PLAN_UNTOUCHED)}
    return dict.fromkeys(_SCHEMA) | told | filled


def _low(text: str) -> str:
    return text[:1].lower() + text[1:]
