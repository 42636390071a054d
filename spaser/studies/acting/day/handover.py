"""The day printed and followed up: the page and its sheets, the workbook, the calendar."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import polars as pl

from spaser import french
from spaser.deliverables import delivery, files
from spaser.deliverables import report as model
from spaser.deliverables.report import Block, Callout, Column, Paragraph, Report, Section, Sentence, TableBlock, table
from spaser.studies.acting.day.badges import badges
from spaser.studies.acting.day.compose import Planned
from spaser.text import fold

_PLAN = (
    Column("heure", "Heure"),
    Column("table", "Table", "entier"),
    Column("acheteur", "Acheteur"),
    Column("fournisseur", "Fournisseur"),
    Column("numero", "Besoin n°", "entier"),
)
#: What the sheet of a person says besides: the need in words, when the workbook of wishes holds it.
_ABOUT = Column("besoin", "Besoin")
_NOTES = Column("notes", "Ce dont nous convenons")


def findings(result: Planned) -> dict[str, pl.DataFrame]:
    """The timetable, its hours written, and the wishes that are not served."""
    return {"planning": _timed(result), "non_servis": result.found.unmet}


def summary(result: Planned) -> str:
    """What the terminal says: who meets, and how far the timetable is from the best one."""
    return french.sentence(_said(result, result.found.plan))


def report(result: Planned) -> Report:
    """The plan by hour, then one table per person to print, badges, and the sheet of the follow-up."""
    frame, rows = result.frame, _timed(result)
    people = [
        _person(rows, who, name) for who in ("acheteur", "fournisseur") for name in rows[who].unique().sort().to_list()
    ]
    return model.build(
        "Matinale : planning",
        buyer="",
        as_of=frame.day,
        sections=[_timetable(result, rows), *_printed(result, people)],
        ground=f"Journée du {french.long_date(frame.day)}",
        annexes=_sheets(rows, result.found.unmet),
    )


def _timed(result: Planned) -> pl.DataFrame:
    """The timetable with the hour of each slot, « 9 h 15 »."""
    hours = {slot: result.frame.told(slot) for slot in range(result.frame.slots)}
    timed = result.found.plan.with_columns(heure=pl.col("creneau").replace_strict(hours, return_dtype=pl.String))
    return timed.join(result.needs, on="numero", how="left", maintain_order="left") if result.needs.height else timed


def _timetable(result: Planned, rows: pl.DataFrame) -> Section:
    """Who meets whom, at what time and at which table; how many wishes are not served."""
    unmet = result.found.unmet.height
    told = f"{french.count(unmet, 'paire')} sans créneau : voir la feuille « non servis »."
    blocks: tuple[Block, ...] = (
        Paragraph((Sentence(french.sentence(_said(result, rows))),)),
        table("tab-planning", "Planning par heure", rows, _PLAN),
        *([Callout("Souhaits non servis", french.typeset(told))] if unmet else []),
    )
    return Section("planning", "Le planning", "Qui rencontre qui, à quelle heure et à quelle table ?", blocks)


def _said(result: Planned, rows: pl.DataFrame) -> str:
    """How many meet, how far the timetable is from the best one, and what changed since the one handed out."""
    counts = (
        french.count(rows.height, "rencontre", feminine=True),
        french.count(rows["acheteur"].n_unique(), "acheteur"),
        french.count(rows["fournisseur"].n_unique(), "fournisseur"),
    )
    found = result.found
    best = (
        "aucun planning ne fait mieux"
        if found.proved
        else f"au plus {french.share(1 - found.value / found.bound)} sous le meilleur possible"
    )
    moved = (
        ""
        if result.moved is None
        else f" ; {french.count(result.moved, 'rencontre', feminine=True)} {french.plural('déplacée', result.moved)} ou {french.plural('supprimée', result.moved)}"
    )
    left = found.unmet.height
    unserved = f" ; {french.count(left, 'souhait')} sans créneau (feuille « non servis »)" if left else ""
    return f"{', '.join(counts)} ; {best}{unserved}{moved}"


def _sheets(rows: pl.DataFrame, unmet: pl.DataFrame) -> list[TableBlock]:
    """The sheets of the workbook: by hour, by table, badges, wishes without a slot, and the follow-up to fill in."""
    blank = [
        pl.lit(None, dtype=pl.String).alias(name) for name in ("rencontre", "a_repondu", "a_gagne", "montant_gagne")
    ]
    follow = rows.select("numero", "fournisseur", "acheteur").with_columns(blank)
    numbered = rows.with_columns(creneau=pl.col("creneau") + 1)
    grid = rows.select("table", "heure", "acheteur", "fournisseur", "numero").sort("table", "heure")
    roles = (("acheteur", "Acheteur"), ("fournisseur", "Fournisseur"))
    badges = pl.concat([rows.select(badge=pl.col(who).unique().sort(), role=pl.lit(role)) for who, role in roles])
    return [
        table("planning", "Planning", numbered, (Column("creneau", "Créneau", "entier"), *_PLAN)),
        table("par table", "Plan par table", grid, (_PLAN[1], _PLAN[0], *_PLAN[2:])),
        table("badges", "Badges", badges, (Column("badge", "Nom"), Column("role", "Rôle"))),
        table("non servis", "Souhaits sans créneau", unmet, _UNMET),
        table("suivi", "Suivi, à remplir", follow, _FOLLOWED),
    ]


_UNMET = (
    Column("acheteur", "Acheteur"),
    Column("fournisseur", "Fournisseur"),
    Column("poids", "Souhaits réunis (1 à 9)", "entier"),
)


_FOLLOWED = (
    Column("numero", "Besoin n°", "entier"),
    Column("fournisseur", "Fournisseur"),
    Column("acheteur", "Acheteur"),
    Column("rencontre", "Rencontré le"),
    Column("a_repondu", "A répondu à la consultation"),
    Column("a_gagne", "A gagné"),
    Column("montant_gagne", "Montant gagné"),
)


def _person(rows: pl.DataFrame, who: str, name: str) -> tuple[str, str, pl.DataFrame]:
    return name, who, rows.filter(pl.col(who) == name).sort("creneau")


def _printed(result: Planned, people: Sequence[tuple[str, str, pl.DataFrame]]) -> list[Section]:
    return [
        Section(
            f"fiche-{rank}",
            name,
            "Mes rencontres",
            (
                Sentence(_when(result, who, rows)),
                table(f"tab-fiche-{rank}", "Rendez-vous", rows.with_columns(notes=pl.lit("")), _own(rows, who)),
            ),
        )
        for rank, (name, who, rows) in enumerate(people, 1)
    ]


def _when(result: Planned, who: str, rows: pl.DataFrame) -> str:
    """Who holds the sheet, on which day, how many meetings, from when to when."""
    frame = result.frame
    end = frame.clock(frame.start(int(rows["creneau"][-1])) + timedelta(minutes=frame.minutes))
    meets = french.count(rows.height, "rencontre", feminine=True)
    return french.sentence(
        f"{who.capitalize()}. {french.capital(french.long_date(frame.day))} : {meets}, de {rows['heure'][0]} à {end} ; "
        f"{frame.minutes} minutes chacune, {frame.walk} pour changer de table"
    )


def _own(rows: pl.DataFrame, who: str) -> tuple[Column, ...]:
    """The columns of the sheet of a person: all but itself, and what the need is about when it is known."""
    return (*(c for c in _PLAN if c.name != who), *((_ABOUT,) if "besoin" in rows.columns else ()), _NOTES)


def calendar(result: Planned) -> bytes:
    """The meetings as an iCalendar file (RFC 5545: CRLF, lines of 75 octets at most, local time)."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//spaser//matinale//FR"]
    about = dict(result.needs.select("numero", "besoin").rows())
    for row in result.found.plan.to_dicts():
        start = result.frame.start(row["creneau"])
        uid = re.sub(r"[^a-z0-9]+", "-", fold(f"{row['acheteur']} {row['fournisseur']}"))
        lines += [
            "BEGIN:VEVENT",
            f"UID:{uid}@matinale.spaser",
            f"DTSTAMP:{result.frame.day:%Y%m%d}T000000Z",  # the standard asks for universal time here, and here alone
            f"DTSTART:{start:%Y%m%dT%H%M%S}",
            f"DTEND:{start + timedelta(minutes=result.frame.minutes):%Y%m%dT%H%M%S}",
            f"SUMMARY:{_escaped(row['acheteur'] + ' – ' + row['fournisseur'])}",
            f"LOCATION:Table {row['table']}",
            *([f"DESCRIPTION:{_escaped(about[row['numero']])}"] if row["numero"] in about else []),
            "END:VEVENT",
        ]
    return ("\r\n".join(folded for line in [*lines, "END:VCALENDAR"] for folded in _folded(line)) + "\r\n").encode(
        "utf-8"
    )


@files.together
def write(result: Planned, folder: Path | str) -> list[Path]:
    """Write planning.html (sheets to print), planning.xlsx, planning.ics and badges.pdf, each whole or not at all."""
    whole, target = report(result), Path(folder)
    return [
        *delivery.write(whole, target, "planning", "html", "xlsx"),
        files.deliver(target / "planning.ics", calendar(result)),
        files.deliver(target / "badges.pdf", badges(_timed(result), french.long_date(result.frame.day))),
    ]


def _escaped(text: str) -> str:
    return re.sub(r"([\\;,])", r"\\\1", text).replace("\n", "\\n")


def _folded(line: str) -> list[str]:
    """A line cut every 73 octets at most, never inside a character."""
    parts, part = [], ""
    for char in line:
        if len((part + char).encode("utf-8")) > 73:
            parts.append(part)
            part = " "
        part += char
    return [*parts, part]
