"""The figures a buyer enters (insertion hours, emissions, reuse…): the template, and its reading with every error at once."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from spaser import rules, settings
from spaser.french import THIN
from spaser.problems import closest
from spaser.vocabulary import ENTERED

HEADER = ("indicateur", "annee", "acheteur_siren", "numerateur", "denominateur", "source", "commentaire")
NEEDED = ("indicateur", "annee", "numerateur")
COLUMNS = {name: settings.Column((name,), needed=name in NEEDED) for name in HEADER}
_HELP = {
    "quantite": "numerateur : la quantité, en {unite}",
    "part": "numerateur et denominateur, en {unite}",
    "oui_non": "numerateur : 1 (oui) ou 0 (non)",
}


def records() -> dict[str, dict[str, Any]]:
    """The figures that may be entered, by code."""
    return rules.toml("entered.toml")


def template(years: Sequence[int], sirens: Sequence[str] = ()) -> str:
    """The CSV to fill in: one line per figure and year (and buyer), what to write said in ``commentaire``."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADER)
    for code, record in records().items():
        told = f"{record['titre']} ; {_HELP[record['forme']].format(unite=record['unite'])}"
        writer.writerows([code, year, siren, "", "", "", told] for year in years for siren in (sirens or [""]))
    return stream.getvalue()


def read(path: Path | str, *, sirens: Sequence[str] = ()) -> pl.DataFrame:
    """ENTERED lines of a filled template (CSV, « ; », « , » or tab; UTF-8 or Windows-1252).

    A line without a number is « non renseigné » and is left out: it is no zero.

    Parameters
    ----------
    sirens
        The buyers of the publication: another SIREN is an error.

    Raises
    ------
    Problem
        The file cannot be read or lacks a column.
    Problems
        Every faulty line, with its number, what is wrong and the closest known name.
    """
    file = Path(path)
    lines, errors = settings.rows(
        file, COLUMNS, "Le fichier des chiffres saisis", todo="Partez du modèle : spaser publication --modele"
    )
    rows: list[dict[str, Any]] = []
    seen: dict[tuple, int] = {}
    for line in lines.to_dicts():
        number = line["ligne"]
        if not line["numerateur"] and not line["denominateur"]:
            continue
        faults, row = _checked(line, sirens)
        key = (row["indicateur"], row["annee"], row["acheteur_siren"])
        if not faults and key in seen:
            faults.append(f"« {key[0]} » est déjà donné pour {key[1]} à la ligne {seen[key]}")
        seen.setdefault(key, number)
        for fault in faults:
            errors.add_line(number, fault)
        rows.append(row)
    errors.complain(f"Le fichier « {file.name} » contient {len(errors)} erreur{'s' if len(errors) > 1 else ''}")
    return pl.DataFrame(rows, schema=ENTERED.schema)


def _checked(line: dict[str, str], sirens: Sequence[str]) -> tuple[list[str], dict[str, Any]]:
    """The faults of a line, and its values (null where they are faulty)."""
    faults: list[str] = []
    known = records()
    code = (line.get("indicateur") or "").strip()
    record = known.get(code)
    if record is None:
        faults.append(f"indicateur inconnu « {settings.short(code)} ». {closest(settings.short(code), known)}".strip())
    year = _whole(line.get("annee"))
    if year is None or not 2000 <= year <= 2100:
        faults.append(f"l'année « {settings.short(line.get('annee') or '')} » n'est pas une année")
    siren = (line.get("acheteur_siren") or "").strip() or None
    if siren and (not siren.isascii() or not siren.isdigit() or len(siren) != 9):
        faults.append(f"« {settings.short(siren)} » n'est pas un SIREN (neuf chiffres)")
    elif siren and sirens and siren not in sirens:
        faults.append(f"le SIREN {siren} n'est pas un acheteur de cette publication ({', '.join(sirens)})")
    part, whole = (
        _number(line.get("numerateur"), "numerateur", faults),
        _number(line.get("denominateur"), "denominateur", faults),
    )
    if record and not any("erateur" in fault or "ominateur" in fault for fault in faults):
        faults += _shape(record, code, part, whole)
    row = {
        "indicateur": code,
        "annee": year,
        "acheteur_siren": siren,
        "numerateur": part,
        "denominateur": whole,
        "source": (line.get("source") or "").strip() or None,
        "commentaire": (line.get("commentaire") or "").strip() or None,
    }
    return faults, row


def _shape(record: dict[str, Any], code: str, part: float | None, whole: float | None) -> list[str]:
    if part is None:
        return [f"« {code} » a un dénominateur sans numérateur"]
    if record["forme"] == "part":
        if whole is None:
            return [f"« {code} » est une part : donnez aussi le dénominateur"]
        if whole <= 0:
            return [f"le dénominateur de « {code} » doit être positif"]
        return [f"le numérateur de « {code} » ({part:g}) dépasse le dénominateur ({whole:g})"] if part > whole else []
    if record["forme"] == "oui_non" and part not in (0, 1):
        return [f"« {code} » se répond par 1 (oui) ou 0 (non), pas par {part:g}"]
    return [f"« {code} » est une quantité : laissez le dénominateur vide"] if whole is not None else []


def _number(text: str | None, name: str, faults: list[str]) -> float | None:
    plain = (
        (text or "")
        .strip()
        .replace("\u00a0", "")
        .replace(THIN, "")
        .replace(" ", "")
        .removesuffix("€")
        .replace(",", ".")
    )
    if not plain:
        return None
    try:
        value = float(plain)
    except ValueError:
        value = float("nan")
    if not 0 <= value < 1e15:
        faults.append(f"{name} : « {settings.short(text)} » n'est pas un nombre positif")
        return None
    return value


def _whole(text: str | None) -> int | None:
    plain = (text or "").strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) == 4 else None
