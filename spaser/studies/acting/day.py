"""The day itself: the workbook of wishes read back, the timetable computed, and what is printed and followed up."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import polars as pl

from spaser import french, meetings
from spaser.deliverables import excel, files, html
from spaser.deliverables import report as model
from spaser.deliverables.report import Callout, Column, Paragraph, Report, Section, Sentence, table
from spaser.problems import Problem
from spaser.studies.acting import sheets
from spaser.text import fold

#: Spellings of the columns of « souhaits » and « suivi », as the workbook writes them first.
_WISHES = {
    "numero": ("besoin n", "numero"),
    "fournisseur": ("fournisseur", "nom"),
    "siret": ("siret",),
    "acheteur": ("acheteur", "interlocuteur", "service"),
    "souhait_acheteur": ("souhait de l acheteur 1 a 3", "souhait acheteur"),
    "souhait_fournisseur": ("souhait du fournisseur 1 a 3", "souhait fournisseur"),
    "present": ("presence confirmee", "present"),
    "arrivee": ("arrivee",),
    "depart": ("depart",),
    "fixe": ("creneau impose", "creneau fixe"),
}
_FOLLOW = {
    "numero": ("besoin n", "numero"),
    "fournisseur": ("fournisseur", "nom"),
    "siret": ("siret",),
    "rencontre": ("rencontre le", "rencontre"),
    "a_repondu": ("a repondu a la consultation", "a repondu"),
    "a_gagne": ("a gagne",),
    "montant_gagne": ("montant gagne",),
}
_YES, _NO = ("oui", "o", "x", "1", "vrai", "true", "present"), ("non", "n", "0", "faux", "false", "absent")
_PLAN = (
    Column("heure", "Heure"),
    Column("table", "Table", "texte"),
    Column("acheteur", "Acheteur"),
    Column("fournisseur", "Fournisseur"),
    Column("numero", "Besoin n°", "texte"),
)


@dataclass(frozen=True)
class Frame:
    """When slots begin: ``first`` hour, ``minutes`` of a meeting, ``walk`` minutes between two, ``slots``, ``tables``."""

    day: date
    first: time = time(9, 0)
    minutes: int = 12
    walk: int = 3
    slots: int = 12
    tables: int = 10

    def start(self, slot: int) -> datetime:
        return datetime.combine(self.day, self.first) + timedelta(minutes=slot * (self.minutes + self.walk))

    def told(self, slot: int) -> str:
        """« 9 h 15 »."""
        at = self.start(slot)
        return f"{at.hour}\u00a0h\u00a0{at.minute:02d}"


@dataclass(frozen=True, eq=False)
class Planned:
    """A day planned: the timetable, its frame, who was wished and is not met."""

    frame: Frame
    found: meetings.Timetable
    moved: int | None = None


def plan(book: Path | str, frame: Frame, *, before: Path | str | None = None) -> Planned:
    """The timetable of a workbook of wishes.

    Parameters
    ----------
    book
        The workbook of ``spaser matinale``, its sheet « souhaits » filled in (a column « Acheteur » may name who meets).
    before
        A planning already handed out (its workbook): it is changed as little as possible.

    Raises
    ------
    Problem
        The workbook cannot be read, a wish is no wish, nobody wishes to meet, or a fixed meeting cannot be held.
    """
    rows = wishes(book, frame)
    pairs = meetings.weighed(rows.lazy())
    day = meetings.Day(frame.slots, frame.tables, absent=_absent(rows, frame), fixed=_fixed(rows))
    old = _planning(before) if before else None
    found = meetings.timetable(pairs, day, before=old)
    if not found.plan.height and not day.fixed:
        raise Problem(
            "Aucune rencontre à placer",
            where=Path(book).name,
            why="Aucun souhait de 1 à 3 n'est écrit",
            todo="Remplissez la feuille « souhaits »",
        )
    if wrong := meetings.faults(found.plan, day):
        raise Problem(
            "Ces souhaits ne tiennent pas dans la journée",
            where=Path(book).name,
            why=" ; ".join(wrong[:5]),
            todo="Allongez la journée, ajoutez des tables ou libérez un créneau imposé",
        )
    moved = (
        None
        if old is None
        else old.height - old.join(found.plan, on=["acheteur", "fournisseur", "creneau"], how="semi").height
    )
    return Planned(frame, found, moved)


def wishes(book: Path | str, frame: Frame) -> pl.DataFrame:
    """The filled sheet « souhaits », every fault said at once."""
    rows = _sheet(book, "souhaits", _WISHES)
    faults: list[str] = []
    read = []
    for row in rows:
        line = row["ligne"]
        told = {
            "numero": _whole(row["numero"]),
            "acheteur": row["acheteur"] or (f"Acheteur du besoin {row['numero']}" if row["numero"] else None),
            "fournisseur": row["fournisseur"],
            "present": _yes(row["present"], line, faults),
            "fixe": _whole(row["fixe"]),
        }
        for name in ("souhait_acheteur", "souhait_fournisseur"):
            told[name] = _whole(row[name])
            if row[name] and told[name] not in (0, 1, 2, 3):
                faults.append(f"ligne {line} : « {row[name]} » n'est pas un souhait (0 : refus, 1 à 3)")
        told |= {name: _hour(row[name], line, faults) for name in ("arrivee", "depart")}
        if told["fixe"] is not None and not 1 <= told["fixe"] <= frame.slots:
            faults.append(f"ligne {line} : créneau imposé {told['fixe']}, la journée en a {frame.slots}")
        if told["fournisseur"] and told["acheteur"]:
            read.append(told)
    if faults:
        raise Problem(f"La feuille « souhaits » est à corriger dans {Path(book).name}", why=" ; ".join(faults[:12]))
    schema = {
        "numero": pl.Int64,
        "acheteur": pl.String,
        "fournisseur": pl.String,
        "present": pl.Boolean,
        "fixe": pl.Int64,
        "souhait_acheteur": pl.Int64,
        "souhait_fournisseur": pl.Int64,
        "arrivee": pl.Int64,
        "depart": pl.Int64,
    }
    return pl.DataFrame(read, schema=schema)


def follow_up(book: Path | str) -> pl.DataFrame:
    """The filled sheet « suivi »: one row per pair, with ``rencontre, a_repondu, a_gagne`` (null when not said) and ``montant_gagne`` (cents)."""
    faults: list[str] = []
    read = [
        {
            "numero": _whole(row["numero"]),
            "fournisseur": row["fournisseur"],
            "siret": row["siret"],
            "rencontre": None if not row["rencontre"] else fold(row["rencontre"]) not in _NO,
            "a_repondu": _yes(row["a_repondu"], row["ligne"], faults),
            "a_gagne": _yes(row["a_gagne"], row["ligne"], faults),
            "montant_gagne": _cents(row["montant_gagne"], row["ligne"], faults),
        }
        for row in _sheet(book, "suivi", _FOLLOW)
    ]
    if faults:
        raise Problem(f"La feuille « suivi » est à corriger dans {Path(book).name}", why=" ; ".join(faults[:12]))
    return pl.DataFrame(
        read,
        schema={
            "numero": pl.Int64,
            "fournisseur": pl.String,
            "siret": pl.String,
            "rencontre": pl.Boolean,
            "a_repondu": pl.Boolean,
            "a_gagne": pl.Boolean,
            "montant_gagne": pl.Int64,
        },
    )


def rates(follow: pl.DataFrame) -> list[str]:
    """What came of the meetings: each rate on what is known, what is not said apart."""
    met = follow.filter(pl.col("rencontre").fill_null(False))
    lines = [f"{french.count(met.height, 'rencontre')} sur {french.number(follow.height)} prévues"]
    for name, what in (("a_repondu", "ont répondu à la consultation"), ("a_gagne", "ont gagné")):
        known = met[name].count()
        lines.append(
            f"{french.number(met[name].sum())} {what}"
            + (
                f", soit {french.share(met[name].sum() / known)} des {french.number(known)} suites connues"
                if known
                else " (suite non dite)"
            )
        )
    return [
        *lines,
        f"{french.euros(follow['montant_gagne'].sum(), 0)} gagnés"
        if follow["montant_gagne"].count()
        else "montants gagnés non dits",
    ]


def report(result: Planned) -> Report:
    """The plan by hour, then one table per person to print, badges, and the sheet of the follow-up."""
    frame, found = result.frame, result.found
    rows = found.plan.with_columns(
        heure=pl.col("creneau").replace_strict({s: frame.told(s) for s in range(frame.slots)}, return_dtype=pl.String)
    )
    told = f"{french.count(rows.height, 'rencontre', feminine=True)}, {french.count(rows['acheteur'].n_unique(), 'acheteur')}, {french.count(rows['fournisseur'].n_unique(), 'fournisseur')}"
    best = (
        "aucun planning ne fait mieux"
        if found.proved
        else f"au plus {french.share(1 - found.value / found.bound)} sous le meilleur possible"
    )
    moved = (
        ""
        if result.moved is None
        else f" ; {french.count(result.moved, 'rencontre déplacée ou supprimée', feminine=True)}"
    )
    first = Section(
        "planning",
        "Le planning",
        "Qui rencontre qui, à quelle heure et à quelle table ?",
        (
            Paragraph((Sentence(french.sentence(f"{told} ; {best}{moved}")),)),
            table("tab-planning", "Planning par heure", rows, _PLAN),
            *(
                [
                    Callout(
                        "Souhaits non servis",
                        french.typeset(
                            f"{french.count(found.unmet.height, 'paire')} sans créneau : voir la feuille « non servis »."
                        ),
                    )
                ]
                if found.unmet.height
                else []
            ),
        ),
    )
    people = [
        _person(rows, who, name) for who in ("acheteur", "fournisseur") for name in rows[who].unique().sort().to_list()
    ]
    blank = [
        pl.lit(None, dtype=pl.String).alias(name) for name in ("rencontre", "a_repondu", "a_gagne", "montant_gagne")
    ]
    follow = rows.select("numero", "fournisseur", "acheteur").with_columns(blank)
    grid = rows.select("table", "heure", "acheteur", "fournisseur", "numero").sort("table", "heure")
    badges = pl.concat(
        [
            rows.select(badge=pl.col(who).unique().sort(), role=pl.lit(role))
            for who, role in (("acheteur", "Acheteur"), ("fournisseur", "Fournisseur"))
        ]
    )
    return model.build(
        "Matinale : planning",
        buyer="",
        as_of=frame.day,
        sections=[first, *_printed(people)],
        subtitle=french.long_date(frame.day),
        annexes=[
            table(
                "planning",
                "Planning",
                rows.with_columns(creneau=pl.col("creneau") + 1),
                (Column("creneau", "Créneau", "texte"), *_PLAN),
            ),
            table("par table", "Plan par table", grid, (_PLAN[1], _PLAN[0], *_PLAN[2:])),
            table("badges", "Badges", badges, (Column("badge", "Nom"), Column("role", "Rôle"))),
            table(
                "non servis",
                "Souhaits sans créneau",
                found.unmet,
                (
                    Column("acheteur", "Acheteur"),
                    Column("fournisseur", "Fournisseur"),
                    Column("poids", "Poids", "texte"),
                ),
            ),
            table(
                "suivi",
                "Suivi, à remplir",
                follow,
                (
                    Column("numero", "Besoin n°", "texte"),
                    Column("fournisseur", "Fournisseur"),
                    Column("acheteur", "Acheteur"),
                    Column("rencontre", "Rencontré le"),
                    Column("a_repondu", "A répondu à la consultation"),
                    Column("a_gagne", "A gagné"),
                    Column("montant_gagne", "Montant gagné"),
                ),
            ),
        ],
    )


def _person(rows: pl.DataFrame, who: str, name: str) -> tuple[str, str, pl.DataFrame]:
    return name, who, rows.filter(pl.col(who) == name).sort("creneau")


def _printed(people: Sequence[tuple[str, str, pl.DataFrame]]) -> list[Section]:
    return [
        Section(
            f"fiche-{rank}",
            name,
            "Mes rencontres",
            (table(f"tab-fiche-{rank}", f"Rencontres de {name}", rows, tuple(c for c in _PLAN if c.name != who)),),
        )
        for rank, (name, who, rows) in enumerate(people, 1)
    ]


def calendar(result: Planned) -> bytes:
    """The meetings as an iCalendar file (RFC 5545: CRLF, lines of 75 octets at most, local time)."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//spaser//matinale//FR"]
    for row in result.found.plan.to_dicts():
        start = result.frame.start(row["creneau"])
        uid = re.sub(r"[^a-z0-9]+", "-", fold(f"{row['acheteur']} {row['fournisseur']}"))
        lines += [
            "BEGIN:VEVENT",
            f"UID:{uid}@matinale.spaser",
            f"DTSTAMP:{start:%Y%m%dT%H%M%S}",
            f"DTSTART:{start:%Y%m%dT%H%M%S}",
            f"DTEND:{start + timedelta(minutes=result.frame.minutes):%Y%m%dT%H%M%S}",
            f"SUMMARY:{_escaped(row['acheteur'] + ' – ' + row['fournisseur'])}",
            f"LOCATION:Table {row['table']}",
            "END:VEVENT",
        ]
    return ("\r\n".join(folded for line in [*lines, "END:VCALENDAR"] for folded in _folded(line)) + "\r\n").encode(
        "utf-8"
    )


@files.together
def write(result: Planned, folder: Path | str) -> list[Path]:
    """Write planning.html (sheets to print), planning.xlsx and planning.ics, each whole or not at all."""
    whole, target = report(result), Path(folder)
    return [
        html.write(whole, target / "planning.html"),
        excel.write(whole, target / "planning.xlsx"),
        files.deliver(target / "planning.ics", calendar(result)),
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


def _sheet(book: Path | str, name: str, columns: Mapping[str, tuple[str, ...]]) -> list[dict[str, str | None]]:
    return sheets.filled(book, name, columns, anchor="fournisseur", written_by="spaser matinale")


def _planning(book: Path | str) -> pl.DataFrame:
    """The sheet « planning » of a workbook handed out."""
    spelled = {
        "creneau": ("creneau",),
        "table": ("table",),
        "acheteur": ("acheteur",),
        "fournisseur": ("fournisseur",),
        "numero": ("besoin n",),
    }
    rows = [
        {
            "acheteur": r["acheteur"],
            "fournisseur": r["fournisseur"],
            "creneau": (_whole(r["creneau"]) or 1) - 1,
            "table": _whole(r["table"]),
        }
        for r in _sheet(book, "planning", spelled)
    ]
    return pl.DataFrame(
        rows, schema={"acheteur": pl.String, "fournisseur": pl.String, "creneau": pl.Int64, "table": pl.Int64}
    )


def _absent(rows: pl.DataFrame, frame: Frame) -> dict[str, frozenset[int]]:
    """The slots that begin before a supplier arrives or end after it leaves."""
    found: dict[str, set[int]] = {}
    for row in rows.to_dicts():
        for slot in range(frame.slots):
            start = frame.start(slot)
            at = start.hour * 60 + start.minute
            late = row["arrivee"] is not None and at < row["arrivee"]
            if late or (row["depart"] is not None and at + frame.minutes > row["depart"]):
                found.setdefault(row["fournisseur"], set()).add(slot)
    return {name: frozenset(slots) for name, slots in found.items()}


def _fixed(rows: pl.DataFrame) -> dict[tuple[str, str], int]:
    return {
        (row["acheteur"], row["fournisseur"]): row["fixe"] - 1
        for row in rows.filter(pl.col("fixe").is_not_null()).to_dicts()
    }


def _whole(text: str | None) -> int | None:
    found = re.fullmatch(r"(\d{1,9})(?:[.,]0+)?", text or "")
    return int(found[1]) if found else None


def _yes(text: str | None, line: str | None, faults: list[str]) -> bool | None:
    if text is None:
        return None
    if fold(text) in (*_YES, *_NO):
        return fold(text) in _YES
    faults.append(f"ligne {line} : « {text[:30]} » n'est ni oui ni non")
    return None


def _hour(text: str | None, line: str | None, faults: list[str]) -> int | None:
    """« 9 h 30 », « 09:30 », « 9h » → minutes since midnight."""
    if text is None:
        return None
    found = re.search(r"(\d{1,2})\s*[h:]\s*(\d{2})?(?!\d)", text.lower())
    if found and int(found[1]) < 24 and int(found[2] or 0) < 60:
        return int(found[1]) * 60 + int(found[2] or 0)
    faults.append(f"ligne {line} : « {text[:30]} » n'est pas une heure (9 h 30)")
    return None


def _cents(text: str | None, line: str | None, faults: list[str]) -> int | None:
    if text is None:
        return None
    plain = re.sub(r"[\s\u00a0\u202f€]", "", text).replace(",", ".")
    if re.fullmatch(r"\d+(\.\d+)?", plain):
        return round(float(plain) * 100)
    faults.append(f"ligne {line} : « {text[:30]} » n'est pas un montant")
    return None
