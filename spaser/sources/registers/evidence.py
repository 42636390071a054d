"""What proves that a file is the list it looks like: its headings, its values, its name; and how surely.

A reader that believes headings alone takes an address book for the national list of the ESS, and whoever is absent from it for
a « non ». Three degrees: ``sure`` goes on; ``probable`` goes on and is said first; ``faible`` is refused with what was seen and
the lines to write in a mapping file (``[[liste]]``), which ``read_declared`` reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from spaser import rules, settings
from spaser.problems import Problem, closest
from spaser.sources.registers.names import LEGAL_FORMS, known_statuses
from spaser.sources.siret import bare, luhn_ok, unlabelled
from spaser.text import fold

SURE, LIKELY, WEAK, DECLARED = "sûre", "probable", "faible", "déclarée"
#: Shares of known values: from the first on a column proves a list, under the second it proves nothing.
MANY, SOME = 0.6, 0.2
#: Identifiers whose key is right: under this share, something else may stand in their column.
HALF = 0.5
#: Rows looked at.
LOOKED = 5_000
NATIONAL = ("france", "france entière", "national", "nationale")
#: A list that only says who is where: names, places, identifiers, no status.
ADDRESSES = "carnet"
#: Of a heading that is none, only the beginning is shown.
_SHOWN = 60


@dataclass(frozen=True)
class Evidence:
    """How surely a list is recognised, what says so, and what else it could be."""

    degree: str
    seen: tuple[str, ...]
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Declared:
    """What the user says of one list: its kind, its day, whether absence from it proves a « non », and where."""

    fichier: str
    nature: str
    date: date | None = None
    prouve_le_non: bool | None = None
    territoire: str | None = None
    colonnes: dict[str, str] | None = None


def weigh(
    name: str, spec: dict[str, Any], headings: Iterable[str], frame: pl.DataFrame, told: str, others: Sequence[str]
) -> Evidence:
    """The degree of a recognition.

    Parameters
    ----------
    name, spec
        The list whose headings these are (``register_columns.toml``): ``sure`` (its headings are its own), ``own`` (headings
        only it has), ``words`` (above the table), ``values`` (column → what its cells say), ``names`` (in most of the names).
    frame
        Its rows in the kit's words.
    told
        The name of the sheet and what stands above the table. The name of a file is a claim: it counts for one kind only
        (``named``), whose headings already say a period.
    """
    seen = _numbers(frame)
    if spec.get("sure"):
        return Evidence(
            SURE, (f"en-têtes propres à cette liste ({', '.join(list(headings)[:3])})", *seen), tuple(others)
        )
    own = [title for title in headings if any(fold(mark) in fold(title) for mark in spec.get("own", ()))]
    words = [word for word in spec.get("words", ()) if re.search(rf"(?<![a-z0-9]){fold(word)}(?![a-z])", fold(told))]
    share, told_values = _values(spec, frame)
    named = _names(spec, frame)
    proofs = [
        *(f"en-tête « {title} »" for title in own),
        *(f"« {word} » dans l'intitulé" for word in words),
        *told_values,
    ]
    told_names = (
        (f"{round(100 * named)} % des noms disent une association, une coopérative, une mutuelle ou une fondation",)
        if named >= SOME
        else ()
    )
    strange = _right(frame) < HALF
    degree = (
        LIKELY
        if strange and (own or share >= MANY)
        else SURE
        if own or share >= MANY
        else LIKELY
        if words or share >= SOME or named >= MANY
        else WEAK
    )
    return Evidence(degree, (*proofs, *told_names, *seen), tuple(others))


def _names(spec: dict[str, Any], frame: pl.DataFrame) -> float:
    if not spec.get("names") or "nom" not in frame.columns:
        return 0.0
    flat = frame["nom"].drop_nulls().str.to_lowercase()
    return float(pl.select(flat.str.contains("|".join(spec["names"])).mean()).item()) if flat.len() >= 10 else 0.0


def _numbers(frame: pl.DataFrame) -> tuple[str, ...]:
    """The share of identifiers whose key is right, told."""
    column = _identifier(frame)
    return (f"{round(100 * _right(frame))} % de {column.upper()} à la clé juste",) if column else ()


def _identifier(frame: pl.DataFrame) -> str | None:
    return next((name for name in ("siret", "siren") if name in frame.columns and frame[name].count()), None)


def _right(frame: pl.DataFrame) -> float:
    """The share of identifiers whose key is right; one where there is none."""
    if not (column := _identifier(frame)):
        return 1.0
    filled = frame.select(bare(unlabelled(pl.col(column).drop_nulls())).alias("lu"))
    # Zeros that a spreadsheet ate.
    whole = pl.when(pl.col("lu").str.contains(r"^\d{12,13}$")).then(pl.col("lu").str.zfill(14)).otherwise("lu")
    return float(filled.select(luhn_ok(whole).fill_null(False).mean()).item() or 0)


def _values(spec: dict[str, Any], frame: pl.DataFrame) -> tuple[float, list[str]]:
    """The share of cells that say what this list says, and how it is told."""
    best, said = 0.0, []
    for column, known in spec.get("values", {}).items():
        if column not in frame.columns:
            continue
        filled = frame[column].drop_nulls().head(LOOKED)
        words = _statuses() if known == "statuts" else {fold(word) for word in known}
        forms = {fold(value) for value in filled} & {*LEGAL_FORMS}
        words = words - {"ei", "e i"} if forms else words
        share = sum(
            fold(value) in words or any(fold(part) in words for part in re.split(r"[|;,/+()]|\s[-–]\s", value))
            for value in filled
        ) / max(filled.len(), 1)
        said.append(f"{round(100 * share)} % des « {column} » connus")
        best = max(best, share)
    return best, said


def _statuses() -> set[str]:
    return set(known_statuses(everything=True))


def refusal(where: str, label: str, headings: Sequence[str], evidence: Evidence) -> Problem:
    """The problem of a list too weakly recognised: what was seen, what it could be, the lines to write."""
    could = ", ".join(dict.fromkeys([label, *evidence.others, "un simple carnet d'adresses"]))
    return Problem(
        "Cette liste n'est pas reconnue assez sûrement pour dire qui a un statut",
        where=where,
        why=f"En-têtes lus : {', '.join(headings[:8])} ; {' ; '.join(evidence.seen) or 'aucun indice dans les valeurs'}. Ce pourrait être : {could}",
        todo=_to_declare(where),
    )


def undeclared(where: str, headings: Sequence[str]) -> Problem:
    """The problem of a list that identifies suppliers and says no status: what it is, its owner alone knows."""
    return Problem(
        "Liste de fournisseurs non reconnue",
        where=where,
        why=f"En-têtes lus : {', '.join(headings)}. Aucune colonne de statut (ESS, ESUS, EI, ACI, EA, ESAT…) : ce peut être un simple carnet d'adresses",
        todo=_to_declare(where),
    )


def unknown(path: Path, header: Sequence[str | None]) -> Problem:
    """The problem of a file that is no known list: what was seen, the closest known heading."""
    seen = [
        cell if len(cell) <= _SHOWN else f"{cell[:_SHOWN].rstrip()}…" for cell in header if cell and cell.strip(" \x00")
    ][:8]
    known = {
        fold(spelling)
        for word in ("siren", "siret")
        for spelling in rules.toml("register_columns.toml")["lists"]["propre"]["columns"][word]
    }
    if any(fold(cell) in known for cell in seen):
        return undeclared(path.name, seen)
    hint = next(
        (closest(cell, ["siret", "siren", "statut", "kind"]) for cell in seen if closest(cell, ["siret", "siren"])), ""
    )
    return Problem(
        "Liste de fournisseurs non reconnue",
        where=path.name,
        why=f"En-têtes lus : {', '.join(seen) or 'aucun'}",
        todo=hint
        or "Il faut au moins une colonne SIREN ou SIRET et une colonne « statut » (ESS, ESUS, EI, ACI, EA, ESAT…)",
    )


def _to_declare(where: str) -> str:
    """How to say what a list is: the file to write and the line to paste."""
    return (
        f"À côté de cette liste, créez avec le Bloc-notes le fichier mes_listes.toml, collez-y cette seule ligne : {line(where)} ; "
        f"mettez la nature et la date de votre liste (natures : {ADDRESSES}, aucun statut ; ess_france, esus, ESS, ESUS, EI, ACI, ESAT…), "
        f'puis donnez les deux fichiers ensemble : spaser registre "{where}" mes_listes.toml (ou --registre)'
    )


def line(fichier: str) -> str:
    """The line of TOML that declares a list, ready to paste."""
    return f'liste = [{{ fichier = "{fichier}", nature = "{ADDRESSES}", date = 2026-01-31, prouve_le_non = false }}]'


def complete_line(fichier: str, nature: str) -> str:
    """The line that declares a list complete, at a day and for a territory: only then does absence mean « non »."""
    return f'liste = [{{ fichier = "{fichier}", nature = "{nature}", date = 2026-01-31, territoire = "France", prouve_le_non = true }}]'


def read_declared(path: Path) -> list[Declared]:
    """The lists a user declares: ``[[liste]]`` with fichier, nature, date, prouve_le_non, territoire, [liste.colonnes].

    Raises
    ------
    Problem, Problems
        The file cannot be read, declares no list, or some of its words or values are not those awaited: all are said, with their line.
    """
    document = settings.toml(path, "Le fichier de correspondance")
    if not document.content.get("liste", []) and set(document.content) <= {"liste"}:
        raise Problem("Ce fichier TOML ne déclare aucune liste", where=path.name, todo=line("ma_liste.csv"))
    one = settings.Table(
        {
            "fichier": settings.Text(filled=True, needed=True),
            "nature": settings.Choice(kinds(), needed=True),
            "date": settings.Day(),
            "prouve_le_non": settings.Flag(),
            "territoire": settings.Text(filled=True),
            "colonnes": settings.Named(settings.Text(filled=True)),
        }
    )
    shape = settings.Table({"liste": settings.Many(one, least=1, needed=True)})
    said = document.checked(shape, also=_complete)
    return [Declared(**entry) for entry in said["liste"]]


def _complete(said: Any, faults: settings.Faults) -> None:
    """What proves a « non » is complete at a day and for a territory."""
    for rank, entry in enumerate(said.get("liste") or []):
        if (
            isinstance(entry, dict)
            and entry.get("prouve_le_non")
            and not (entry.get("date") and entry.get("territoire"))
        ):
            faults.add(
                ("liste", rank, "prouve_le_non"),
                "une liste ne prouve un « non » que si elle est complète à une date et pour un territoire : ajoutez "
                'date = 2026-01-31 et territoire = "France" (ou des numéros de département : "69, 42")',
            )


def kinds() -> list[str]:
    """What a list may be declared to be: a known list, a status for all its rows, or a mere address book."""
    lists = [name for name, spec in rules.toml("register_columns.toml")["lists"].items() if "stock" not in spec]
    codes = rules.table("siae_types.csv").filter(pl.col("inclusif") == "oui")["code"].to_list()
    return [*lists, "ESS", "ESUS", *codes, ADDRESSES]


def departments(territoire: str | None) -> list[str] | None:
    """The départements a declaration covers; None for the whole of France."""
    if not territoire or fold(territoire) in {fold(name) for name in NATIONAL}:
        return None
    return re.findall(r"\b(?:2[AB]|97\d|\d{2})\b", territoire.upper())
