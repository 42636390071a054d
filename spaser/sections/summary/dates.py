"""The next days of the plan and of the law, and what should have begun: what the first page dates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl

from spaser import french, rules
from spaser.deliverables.report import Column, TableBlock, table
from spaser.potential.standing import actionable, next_end
from spaser.sections.findings import Findings
from spaser.sections.shown import brief
from spaser.sections.summary.lines import in_plan
from spaser.text import shortened

_DATES, _LONG, _SUBJECT, _AT_ONCE = 3, 90, 60, 3
#: The lever that reserves to insertion (``levers.toml``).
_INSERTION = "reserver_insertion"


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
    """What should have begun by the day of the reader, on one line dated by the first: the lines of the plan, and what owes the clause
    outside those that say so."""
    rows = in_plan(findings)
    gone = [(row["sourcing"], _what(row)) for row in rows if row["retard"] and row["nature"] == "action"]
    if due := [day for day in _owed_begins(findings, besides=rows) if day <= findings.day]:
        held = sum(row["dus_retard"] or 0 for row in rows if row["nature"] == "devoir")
        out = len(due) - held
        apart = "" if out <= 0 else " (hors du plan)" if not held else f" (dont {french.number(out)} hors du plan)"
        gone.append(
            (min(due), f"la préparation de {french.count(len(due), 'besoin')} où la clause sociale est due{apart}")
        )
    if not gone:
        return []
    told = _on_one_day([what for _, what in sorted(gone)])
    verb, since = "aurait" if len(gone) == 1 else "auraient", min(gone)[0]
    return [(since, french.typeset(f"Depuis le {french.short_date(since)} : {french.low(told)} {verb} dû commencer"))]


def _begun(row: dict[str, Any]) -> str:
    return f"commencer : {_what(row)}"


def _what(row: dict[str, Any]) -> str:
    owed = " (clause sociale due)" if row.get("dus") and row["nature"] == "action" else ""
    return f"{row['levier_libelle'].lower().split(', puis ')[0]} – {row['famille_libelle'].lower()}{owed}"


def _owed_begins(findings: Findings, besides: Sequence[dict[str, Any]] = ()) -> list[date]:
    """When each need that owes the clause must begin, but those of an action of the plan among ``besides``, which says so itself."""
    soon = findings.extras.get("besoins_a_venir")
    told = [need for row in besides if row["nature"] == "action" for need in row.get("besoin_ids") or ()]
    if soon is None:
        return []
    return soon.filter(_owes(), ~pl.col("besoin_id").fill_null("").is_in(told))["sourcing"].drop_nulls().to_list()


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
            if owed := _owed(findings, begin, end):
                found += owed
                continue
        found += [(row[name], what) for name, what in (("sourcing", begin), ("consultation", end)) if row[name]]
    ends = findings.extras.get("renouvellements")
    if ends is not None and ends.height and not found:
        soon = ends.filter(pl.col("trimestre").is_not_null() & ~pl.col("ponctuel").fill_null(False))
        rows = brief(soon.with_columns(pl.col("objet").fill_null("sans objet")), _LONG).to_dicts()
        found += [(row["sourcing"], f"préparer : {row['objet']}") for row in rows if row["sourcing"]]
        found += [(row["echeance"], f"fin au plus tard : {row['objet']}") for row in rows]
    return found + _legal_dates(findings)


def _owed(findings: Findings, begin: str, end: str) -> list[tuple[date, str]]:
    """The next days of the needs to come for which the clause is due, whatever the line of the plan that holds them, and whose they are."""
    soon = findings.extras.get("besoins_a_venir")
    if soon is None:
        return []
    owed = soon.filter(_owes()).with_columns(fin=next_end())
    found = []
    for name, what in (("sourcing", begin), ("fin", end)):
        for row in owed.filter(pl.col(name) > findings.day).sort(name, "besoin_id").head(1).to_dicts():
            whose = f" : « {shortened(row['objet'], _SUBJECT)} »" if row["objet"] else ""
            found.append((row[name], what + whose))
    return found


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
        (law["duties"][key]["since"], f"entrée en vigueur : {french.low(law['duties'][key]['label'])}")
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
