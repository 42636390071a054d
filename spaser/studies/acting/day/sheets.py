"""The sheets of a day that people fill in, read back: wishes, planning, follow-up; every fault of a sheet said at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from spaser import french
from spaser.problems import Problem
from spaser.studies.acting import sheets
from spaser.text import fold

#: What a person writes for yes and for no.
_YES = ("oui", "o", "x", "1", "vrai", "true", "present")
_NO = ("non", "n", "0", "faux", "false", "absent")
#: Spellings of the columns of « souhaits » and « suivi », as the workbook writes them first.
_WISHES = {
    "numero": ("besoin n", "numero"),
    "fournisseur": ("fournisseur", "nom"),
    "siret": ("siret ou siren", "siret"),
    "organisme": ("organisme",),
    "acheteur": ("acheteur", "interlocuteur", "service"),
    "souhait_acheteur": ("souhait de l acheteur 1 a 3", "souhait acheteur"),
    "souhait_fournisseur": ("souhait du fournisseur 1 a 3", "souhait fournisseur"),
    "present": ("presence confirmee", "present"),
    "arrivee": ("arrivee", "arrivee du fournisseur", "arrivee fournisseur"),
    "depart": ("depart", "depart du fournisseur", "depart fournisseur"),
    "arrivee_acheteur": ("arrivee de l acheteur", "arrivee acheteur"),
    "depart_acheteur": ("depart de l acheteur", "depart acheteur"),
    "fixe": ("creneau impose", "creneau fixe"),
}

NEEDS = "besoins à venir"
_HOURS = ("arrivee", "depart", "arrivee_acheteur", "depart_acheteur")
_FOLLOW = {
    "numero": ("besoin n", "numero"),
    "fournisseur": ("fournisseur", "nom"),
    "siret": ("siret ou siren", "siret"),
    "rencontre": ("rencontre le", "rencontre"),
    "a_repondu": ("a repondu a la consultation", "a repondu"),
    "a_gagne": ("a gagne",),
    "montant_gagne": ("montant gagne",),
}


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
        return self.clock(self.start(slot))

    @staticmethod
    def clock(at: datetime) -> str:
        return f"{at.hour}\u00a0h\u00a0{at.minute:02d}"


def wishes(book: Path | str, frame: Frame) -> pl.DataFrame:
    """The filled sheet « souhaits », every fault said at once."""
    rows = _sheet(book, "souhaits", _WISHES)
    faults: list[str] = []
    read = []
    for row in rows:
        line = row["ligne"]
        told: dict[str, Any] = {
            "numero": _whole(row["numero"]),
            "acheteur": row["acheteur"] or _of_need(row),
            "fournisseur": row["fournisseur"],
            "present": _yes(row["present"], line, faults),
            "fixe": _whole(row["fixe"]),
        }
        for name in ("souhait_acheteur", "souhait_fournisseur"):
            told[name] = _whole(row[name])
            if row[name] and told[name] not in (0, 1, 2, 3):
                faults.append(f"ligne {line} : « {row[name]} » n'est pas un souhait (0 : refus, 1 à 3)")
        told |= {name: _hour(row[name], line, faults) for name in _HOURS}
        faults.extend(
            f"ligne {line} : « {(row[name] or '')[:30]} » n'est pas {what}"
            for name, what in (("numero", "un numéro de besoin"), ("fixe", "un créneau (1, 2, 3…)"))
            if row[name] and told[name] is None
        )
        if told["fixe"] is not None and not 1 <= told["fixe"] <= frame.slots:
            faults.append(f"ligne {line} : créneau imposé {told['fixe']}, la journée en a {frame.slots}")
        if told["fournisseur"] and told["acheteur"]:
            read.append(told | {"siret": re.sub(r"\W", "", row["siret"] or ""), "ligne": line})
    _one_each(read)
    _there(read, faults)
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
        **dict.fromkeys(_HOURS, pl.Int64),
    }
    return pl.DataFrame([{name: told[name] for name in schema} for told in read], schema=schema)


def alike(name: str) -> str:
    """What is the same however a name is typed: case, accents, signs and spaces apart."""
    return " ".join(fold(name).split())


def _one_each(read: list[dict[str, Any]]) -> None:
    """Each person under one name: the first spelling of the same name, or of the same number, is kept."""
    numbers: dict[str, str] = {}
    for who in ("acheteur", "fournisseur"):
        first: dict[str, str] = {}
        for told in read:
            name = first.setdefault(alike(told[who]), told[who])
            told[who] = numbers.setdefault(told["siret"], name) if who == "fournisseur" and told["siret"] else name


def _there(read: list[dict[str, Any]], faults: list[str]) -> None:
    """A supplier said absent, and present on no line, comes to no meeting; hours that leave somebody no time are faults."""
    said = {word: {told["fournisseur"] for told in read if told["present"] is word} for word in (True, False)}
    for told in read:
        for end in ("", "_acheteur"):
            comes, goes = told[f"arrivee{end}"], told[f"depart{end}"]
            if comes is not None and goes is not None and comes >= goes:
                faults.append(f"ligne {told['ligne']} : le départ n'est pas après l'arrivée")
        if told["present"] is None and told["fournisseur"] in said[False] - said[True]:
            told["present"] = False


def needs(book: Path | str) -> pl.DataFrame:
    """What each need is about, by its number, from the sheet « besoins à venir » when the workbook holds it: ``numero, besoin``."""
    rows: list[dict[str, Any]] = []
    if NEEDS in sheets.names(book):
        spelled = {"numero": ("n", "numero"), "besoin": ("besoin",)}
        found = sheets.filled(book, NEEDS, spelled, anchor="Besoin", written_by="spaser matinale")
        rows = [{"numero": _whole(row["numero"]), "besoin": row["besoin"]} for row in found]
    kept = pl.DataFrame(rows, schema={"numero": pl.Int64, "besoin": pl.String}).drop_nulls()
    return kept.unique("numero", keep="first", maintain_order=True)


def _of_need(row: Mapping[str, str | None]) -> str | None:
    """Who meets when nobody is named: the one who holds this need in its organisation."""
    if not row["numero"]:
        return None
    return (
        f"{row['organisme']}, besoin n° {row['numero']}" if row["organisme"] else f"Acheteur du besoin {row['numero']}"
    )


def follow_up(book: Path | str) -> pl.DataFrame:
    """The filled sheet « suivi »: one row per pair, with ``rencontre, a_repondu, a_gagne`` (null when not said) and ``montant_gagne`` (cents)."""
    faults: list[str] = []
    rows = _sheet(book, "suivi", _FOLLOW)
    read: list[dict[str, Any]] = [
        {
            "numero": _whole(row["numero"]),
            "fournisseur": row["fournisseur"],
            "siret": row["siret"],
            "rencontre": None if not row["rencontre"] else fold(row["rencontre"]) not in _NO,
            "a_repondu": _yes(row["a_repondu"], row["ligne"], faults),
            "a_gagne": _yes(row["a_gagne"], row["ligne"], faults),
            "montant_gagne": _cents(row["montant_gagne"], row["ligne"], faults),
        }
        for row in rows
    ]
    for row, line in zip(read, rows, strict=True):
        if row["a_repondu"] is False and row["a_gagne"]:
            faults.append(f"ligne {line['ligne']} : « a gagné » sans avoir répondu à la consultation")
        elif row["a_repondu"] is False:
            row["a_gagne"] = False  # whoever did not bid did not win, whoever won did bid: it is said, not unknown
        elif row["a_gagne"]:
            row["a_repondu"] = True
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
    """What came of the meetings: said yes, said no, not said; one rate, on what is said."""
    met = follow.filter(pl.col("rencontre").fill_null(False))
    lines = [f"{french.count(met.height, 'rencontre', feminine=True)} sur {french.number(follow.height)} prévues"]
    for name, what in (("a_repondu", "Réponse à la consultation"), ("a_gagne", "Marché gagné")):
        known, yes = met.select(known=pl.col(name).count(), yes=pl.col(name).sum()).row(0)
        lines.append(f"{what} : {_rate(yes, known, met.height)}")
    won, told = follow.select(won=pl.col("montant_gagne").sum(), told=pl.col("montant_gagne").count()).row(0)
    return [
        *lines,
        f"{french.euros(won, 0)} gagnés" if told else "montants gagnés non dits",
    ]


def _rate(yes: int, known: int, met: int) -> str:
    """Three counts and the rate on what is said; only « oui » written, the others left blank, is a sheet half filled and proves no rate."""
    if not known:
        return "rien n'est dit"
    blank = met - known
    counts = f"{french.number(yes)} oui, {french.number(known - yes)} non, {french.number(blank)} non {french.plural('renseignée', blank)}"
    if blank and yes == known:
        return f"{counts} : aucun taux n'est dit (écrivez aussi les « non »)"
    base = "la seule suite connue" if known == 1 else f"des {french.count(known, 'suite connue')}"
    return f"{counts}, soit {french.share(yes / known)} {'de ' if known == 1 else ''}{base}"


def _sheet(book: Path | str, name: str, columns: Mapping[str, tuple[str, ...]]) -> list[dict[str, str | None]]:
    return sheets.filled(book, name, columns, anchor="Fournisseur", written_by="spaser matinale")


def planning(book: Path | str) -> pl.DataFrame:
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
    if re.fullmatch(r"\d{1,12}(\.\d{1,2}|\.\d{4,})?", plain):  # three decimals are as well thousands: « 12.500 »
        return round(float(plain) * 100)
    faults.append(f"ligne {line} : « {text[:30]} » n'est pas un montant (12 500 ou 12 500,50)")
    return None
