"""What a ``mission.toml`` may say: its shape, and the faults that a shape cannot tell, all at once with their line."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from spaser import guards, maturity, settings
from spaser.indicators import targets
from spaser.indicators.targets import Target
from spaser.problems import Problem, Problems
from spaser.sections.registry import FORMS
from spaser.studies.pams.compose import SECTIONS
from spaser.vocabulary import BUYER_KINDS, POPULATIONS

_GOAL = settings.Table(
    {key: kind for key, kind in (targets.TARGET.names or {}).items() if key not in targets.NEEDED}
    | {
        "valeur": replace(targets.VALUE_SHAPE, needed=True),
        "annee": replace(targets.YEAR, needed=True),
        "source": settings.Text(),
    },
    'une table { valeur = "30 %", annee = 2028 }',
)
_PATHS = settings.Many(settings.Text(filled=True))
#: What may be asked of one buyer as well as of all.
OWN: dict[str, settings.Kind] = {
    "rayon": settings.Number(above=0, most=20_000, unit="kilomètres"),
    "dependance": settings.Either(
        (settings.Number(above=0, most=100), settings.Text(filled=True)), said="une part (« 30 % » ou 0.3)"
    ),
    "cibles": settings.Named(settings.Either((_GOAL, settings.Many(_GOAL)))),
    "depenses": settings.Text(filled=True),
    "questionnaire": settings.Either(
        (settings.Text(filled=True), settings.Named(maturity.LEVEL)), said="un fichier ou une table de réponses"
    ),
    "entretiens": settings.Text(filled=True),
    "commentaires": settings.Named(settings.Text(), SECTIONS),
    "programme": _PATHS,
    "programme_publie": settings.Flag(),
    "suivis": _PATHS,
    "type": settings.Choice(BUYER_KINDS),
    "spaser_adopte": settings.Either(
        (settings.Day(), settings.Flag()), said="le jour de son adoption (2024-06-27), ou true ou false"
    ),
    "spaser_lien": settings.Text(filled=True),
    "soumis_au_code": settings.Flag(),
    "mention": settings.Text(filled=True),
}
_BUYER = settings.Table(
    {"nom": settings.Text(filled=True, needed=True), "libelle": settings.Text(filled=True), **OWN},
    "une table [[acheteur]] (pour de simples noms : acheteurs = […])",
)
_YEARS = settings.Many(settings.Whole(least=1990, most=2100), most=2)
#: What the screens of the notebooks show: their choices, and who decides there (« par »), kept from one notebook to the next.
SCREEN = settings.Table(
    {
        "acheteurs": settings.Many(settings.Text(filled=True)),
        "annees": _YEARS,
        "familles": settings.Many(settings.Text(filled=True)),
        "compter": settings.Text(),
        "population": settings.Choice(POPULATIONS),
        "definition": settings.Text(),
        "par": settings.Text(),
    }
)
#: The whole file; its folder is where its paths start.
SHAPE = settings.Table(
    {
        "client": settings.Text(),
        "auteur": settings.Text(),
        "acheteurs": settings.Many(settings.Text(filled=True)),
        "acheteur": settings.Many(_BUYER),
        "fichiers": _PATHS,
        "registres": _PATHS,
        "avis": _PATHS,
        "pieces": _PATHS,
        "annees": _YEARS,
        "date": settings.Day(),
        "aujourdhui": settings.Day(),
        "population": settings.Choice(POPULATIONS),
        "formes": settings.Many(settings.Choice(FORMS)),
        "logo": settings.Text(),
        "modele_docx": settings.Text(),
        "modele_pptx": settings.Text(),
        "sortie": settings.Text(filled=True),
        "ecran": SCREEN,
        "noms": settings.Named(settings.Text(filled=True)),
        "territoire": settings.Text(filled=True),
        "demonstration": settings.Flag(),
        **OWN,
    }
)
#: Bytes of a picture at the head of a report, and of what a model of Word or PowerPoint holds once unpacked.
LARGEST_LOGO, LARGEST_MODEL = 20 << 20, 400 << 20
#: What concerns one organisation cannot be said once for several.
_ALONE = ("depenses", "questionnaire", "entretiens")


def faults_of(said: dict[str, Any], source: Path, faults: settings.Faults) -> None:
    """What the shape cannot say: the order of years, files that are not there, targets and answers that do not exist."""
    for at, years in (
        (("annees",), said.get("annees", [])),
        (("ecran", "annees"), said.get("ecran", {}).get("annees", [])),
    ):
        if years != sorted(years):
            faults.add(at, "« annees » est une année ou deux dans l'ordre : [2024, 2025].")
    for key in ("logo", "modele_docx", "modele_pptx"):
        if _absent(said, (key,), source.parent, faults) is not None and not _KINDS[key](source.parent / said[key]):
            faults.add(
                (key,), f"« {key} » : le fichier {settings.short(said[key])} est abîmé, ou n'est pas {_TOLD[key]}."
            )
    tables = said.get("acheteur", [])
    several = len({*map(str, said.get("acheteurs", [])), *(str(one.get("nom", "")) for one in tables)}) > 1
    for key in _ALONE if several else ():
        if key in said:
            faults.add((key,), f"« {key} » est propre à un acheteur : donnez-le dans sa table [[acheteur]].")
    for path, table in [((), said), *((("acheteur", rank), table) for rank, table in enumerate(tables))]:
        _faults_of_wishes(table, path, source, faults)


def _faults_of_wishes(said: dict[str, Any], path: tuple[str | int, ...], source: Path, faults: settings.Faults) -> None:
    for key in ("depenses", "entretiens"):
        _absent(said, (*path, key), source.parent, faults)
    if "dependance" in said and share_of(said["dependance"]) is None:
        faults.add((*path, "dependance"), "« dependance » est une part de 0 à 1, ou un pourcentage : « 30 % ».")
    for read, key in ((goals_of, "cibles"), (answers_of, "questionnaire")):
        if said.get(key):
            try:
                read(said, source)
            except Problems as problems:
                for item in problems.items:
                    faults.add((*path, key), item)
            except Problem as problem:
                faults.add((*path, key), f"« {key} » : {problem}")


def _absent(said: dict[str, Any], path: tuple[str | int, ...], folder: Path, faults: settings.Faults) -> Path | None:
    """The file that is named, or a fault when it is not there; None when none is named."""
    name = said.get(str(path[-1]))
    if not name:
        return None
    try:
        with guards.named(folder / name).open("rb") as stream:
            stream.read(1)
        return folder / name
    except Problem as problem:
        faults.add(path, f"« {path[-1]} » : {problem}")
    except OSError:
        faults.add(
            path,
            f"« {path[-1]} » : le fichier {settings.short(name)} est introuvable : remettez-le à sa place, ou ôtez cette ligne.",
        )
    return None


def _is_picture(path: Path) -> bool:
    """A whole PNG (each part with its own sum), or the beginning of an SVG."""
    if path.stat().st_size > LARGEST_LOGO:
        return False
    data = path.read_bytes()
    if data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith((b"<svg", b"<?xml", b"<!--")):
        return b"<svg" in data and b"<!ENTITY" not in data
    at, last = len(_PNG), b""
    while data.startswith(_PNG) and last != b"IEND" and at + 12 <= len(data):
        size, last = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        whole = data[at + 4 : at + 8 + size]
        if len(whole) != size + 4 or zlib.crc32(whole).to_bytes(4) != data[at + 8 + size : at + 12 + size]:
            return False
        at += 12 + size
    return last == b"IEND"


def _holds(part: str) -> Callable[[Path], bool]:
    """Whether an office file can be opened and holds its main part."""

    def holds(path: Path) -> bool:
        try:
            with zipfile.ZipFile(path) as archive:
                whole = sum(info.file_size for info in archive.infolist()) <= LARGEST_MODEL
                return whole and part in archive.namelist() and archive.testzip() is None
        except guards.exceptions("zip"):
            return False

    return holds


_PNG = b"\x89PNG\r\n\x1a\n"
_KINDS = {
    "logo": _is_picture,
    "modele_docx": _holds("word/document.xml"),
    "modele_pptx": _holds("ppt/presentation.xml"),
}
_TOLD = {
    "logo": "une image PNG ou SVG de moins de 20 Mo",
    "modele_docx": "un document Word (DOCX)",
    "modele_pptx": "une présentation PowerPoint (PPTX)",
}


def share_of(raw: float | str) -> float | None:
    """« 30 % », 30 or 0.3 as 0.3; None when it is no share."""
    text = settings.short(raw).replace("\u00a0", "").replace("\u202f", "").replace(" ", "").replace(",", ".")
    if not re.fullmatch(r"\d+(\.\d+)?%?", text):
        return None
    value = float(text.rstrip("%"))
    value = value / 100 if text.endswith("%") or value > 1 else value
    return value if 0 < value <= 1 else None


def goals_of(said: dict[str, Any], source: Path) -> tuple[Target, ...]:
    """The targets of « cibles »: one table (or a list of tables) per indicator, as in ``objectifs.toml``."""
    pairs = [
        (code, entry)
        for code, given in said.get("cibles", {}).items()
        for entry in (given if isinstance(given, list) else [given])
    ]
    lines = [
        {"source": "fixé pour ce diagnostic"} | entry | {"indicateur": code, "cible": entry["valeur"]}
        for code, entry in pairs
        if "valeur" in entry
    ]
    try:
        return targets.checked(lines, where=source.name)
    except Problems as problems:
        told = [
            re.sub(r"^objectif (\d+)", lambda found: f"cible « {lines[int(found[1]) - 1]['indicateur']} »", item)
            for item in problems.items
        ]
        raise Problems("Les cibles sont à corriger", told) from None


def answers_of(said: dict[str, Any], source: Path) -> dict[str, int | None]:
    """The answers of « questionnaire »: a file that the notebook saved, or a table question → level."""
    given = said.get("questionnaire", {})
    found = given if isinstance(given, dict) else maturity.kept(source.parent / given)
    maturity.answers(found, maturity.grid())
    return found
