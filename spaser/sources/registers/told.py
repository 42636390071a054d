"""What a list of suppliers tells outside its columns: its day, and the place that an address holds."""

from __future__ import annotations

import calendar
import re
from datetime import date
from typing import Any

import polars as pl

from spaser.sources import dates
from spaser.sources.registers.files import Opened

#: « au 01/03/2026 », « 1er mars 2026 » above a table.
_MONTH = re.compile(r"(?i)\b([a-zà-ÿ]{3,9}\.? 20\d\d)\b")
_DAY_FIRST = re.compile(r"(?i)\b(\d{1,2}(?:er)?[/. -](?:\d{1,2}|[a-zà-ÿ]{3,9})\.?[/. -]20\d\d)\b")
DATE_IN_NAME = re.compile(r"(?<!\d)(20\d\d)(?:[-_.]?(0[1-9]|1[0-2])(?:[-_.]?(0[1-9]|[12]\d|3[01]))?)?(?!\d)")


def list_date(opened: Opened, frame: pl.DataFrame, as_of: date | None) -> tuple[date | None, str]:
    """The date of a list and where it was found: said by the user, a column, the file name, the parameter, the file's own content."""
    if opened.declared and opened.declared.date:
        return opened.declared.date, "déclarée"
    column: Any = frame["date_liste"].max() if "date_liste" in frame.columns else None
    if column is not None:
        return column, "colonne du fichier"
    for text, origin in ((opened.path.name, "nom du fichier"), (opened.preamble, "en-tête du fichier")):
        if found := _date_in(text):
            return found, origin
    if as_of is not None:
        return as_of, "paramètre"
    inside: list[Any] = [frame[c].max() for c in ("creation", "fermeture", "depuis") if c in frame.columns]
    latest = max((d for d in inside if d is not None), default=None)
    return latest, "date la plus récente du contenu" if latest else "inconnue"


def _date_in(text: str) -> date | None:
    told = [found for match in _DAY_FIRST.findall(text) if (found := dates.one(match))]
    if told:
        return told[-1]
    months = [found for match in _MONTH.findall(text) if (found := dates.one(f"1 {match}"))]
    if months:
        return months[-1].replace(day=calendar.monthrange(months[-1].year, months[-1].month)[1])
    named = list(DATE_IN_NAME.finditer(text))
    if not named:
        return None
    year, month, day = named[-1].groups()
    # A month or a year alone stands for its last day: the list is surely known by then.
    last = calendar.monthrange(int(year), int(month or 12))[1]
    return date(int(year), int(month or 12), min(int(day or last), last))


def of_address(frame: pl.DataFrame) -> pl.DataFrame:
    """Postcode and commune read at the end of an address, or in one column: « 12 av. X, 94400 VITRY », « 94200 IVRY »."""
    have = [name for name in ("code_postal", "adresse") if name in frame.columns]
    if not have:
        return frame
    parts = [
        pl.col(name).str.extract_groups(
            r"(?:^|\D)(?<cp>\d{5})[\s,]+(?<lieu>\p{L}[^,;\d]*?)\s*(?:(?i:cedex).*|\d{1,2}(?:er|e|[eè]me)?)?$"
        )
        for name in have
    ]
    known = {
        name: pl.col(name) if name in frame.columns else pl.lit(None, pl.String) for name in ("code_postal", "commune")
    }
    # « 69 003 », « 1000.0 »
    code = known["code_postal"].str.replace(r"[.,]0$", "").str.replace_all(r"\s", "")
    alone = pl.when(code.str.contains(r"^\d{1,5}$|^\d[AB]\d{3}$")).then(code)
    return frame.with_columns(
        code_postal=pl.coalesce(alone, *(part.struct.field("cp") for part in parts)),
        commune=pl.coalesce(known["commune"], *(part.struct.field("lieu") for part in parts)),
    )
