"""What a consultant asks for, in a short ``diagnostic.toml``: read whole, checked whole, every fault told at once."""

from __future__ import annotations

import glob
import hashlib
import json
import re
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import spaser
from spaser import guards, maturity, settings
from spaser.deliverables import files
from spaser.indicators import targets
from spaser.indicators.targets import Target
from spaser.problems import Problem, Problems
from spaser.studies.pams.compose import SECTIONS, Wishes
from spaser.vocabulary import DEFAULT_POPULATION, POPULATIONS

FORMS = ("html", "pdf", "docx", "pptx", "xlsx")
_GOAL = settings.Table(
    {key: kind for key, kind in (targets.TARGET.names or {}).items() if key not in ("indicateur", "cible", "annee", "source")}
    | {"valeur": replace(targets.VALUE_SHAPE, needed=True), "annee": replace(targets.YEAR, needed=True), "source": settings.Text()},
    'une table { valeur = "30 %", annee = 2028 }',
)  # fmt: skip
#: What may be asked of one buyer as well as of all.
OWN: dict[str, settings.Kind] = {
    "rayon": settings.Number(above=0, most=20_000, unit="kilomètres"),
    "dependance": settings.Either((settings.Number(above=0, most=100), settings.Text(filled=True)), said="une part (« 30 % » ou 0.3)"),
    "cibles": settings.Named(settings.Either((_GOAL, settings.Many(_GOAL)))),
    "depenses": settings.Text(filled=True),
    "questionnaire": settings.Either((settings.Text(filled=True), settings.Named(maturity.LEVEL)), said="un fichier ou une table de réponses"),
    "commentaires": settings.Named(settings.Text(), SECTIONS),
}  # fmt: skip
_BUYER = settings.Table({"nom": settings.Text(filled=True, needed=True), **OWN}, "une table [[acheteur]] (pour de simples noms : acheteurs = […])")
#: The whole file; its folder is where its paths start.
SHAPE = settings.Table({
    "client": settings.Text(), "acheteurs": settings.Many(settings.Text(filled=True)), "acheteur": settings.Many(_BUYER),
    "fichiers": settings.Many(settings.Text(filled=True), least=1, needed=True), "registres": settings.Many(settings.Text(filled=True)),
    "annees": settings.Many(settings.Whole(least=1990, most=2100), most=2), "date": settings.Day(), "population": settings.Choice(POPULATIONS),
    "formes": settings.Many(settings.Choice(FORMS)), "logo": settings.Text(), "modele_docx": settings.Text(), "modele_pptx": settings.Text(),
    "sortie": settings.Text(filled=True), **OWN,
})  # fmt: skip
#: What concerns one organisation cannot be said once for several.
_ALONE = ("depenses", "questionnaire")


@dataclass(frozen=True)
class Asked:
    """What is asked of one buyer. ``fingerprint`` changes as soon as something its report depends on does."""

    name: str = ""
    wishes: Wishes = field(default_factory=Wishes)
    comments: dict[str, str] = field(default_factory=dict)
    fingerprint: str = ""


@dataclass(frozen=True)
class Mission:
    """What a consultant asked for. Paths are those of the file that says it, resolved from its folder.

    ``asked`` has one line per buyer named; when none is, ``every`` holds for all the buyers of the files.
    """

    files: tuple[str, ...]
    folder: Path
    client: str = ""
    asked: tuple[Asked, ...] = ()
    every: Asked = field(default_factory=Asked)
    registers: tuple[str, ...] = ()
    years: tuple[int, int] | None = None
    as_of: date | None = None
    population: str = DEFAULT_POPULATION
    forms: tuple[str, ...] = FORMS
    logo: bytes = field(default=b"", repr=False)
    templates: dict[str, Path] = field(default_factory=dict)


def read_mission(path: Path | str) -> Mission:
    """Read and check a ``diagnostic.toml``; every fault is told at once.

    Raises
    ------
    Problem, Problems
        The file is missing or is not TOML; a key, a form, a section, a target or an answer is unknown (with the closest
        known name); a file it names is not there.
    """
    source = Path(path)
    document = settings.toml(source, "Le fichier de mission", todo="Donnez le chemin d'un diagnostic.toml (un modèle : spaser rapport --modele)")
    return _mission(document.checked(SHAPE, also=lambda said, faults: _faults(said, source, faults)), source)


def template(path: Path | str) -> Path:
    """Write a commented ``diagnostic.toml`` to fill in; a file already there is never replaced."""
    wanted, rank = Path(path), 2
    while wanted.exists():
        wanted, rank = Path(path).with_name(f"{Path(path).stem} ({rank}){Path(path).suffix}"), rank + 1
    return files.write_atomic(wanted, TEMPLATE.encode("utf-8"))


def _faults(said: dict[str, Any], source: Path, faults: settings.Faults) -> None:
    """What the shape cannot say: the order of years, files that are not there, targets and answers that do not exist."""
    years = said.get("annees", [])
    if years != sorted(years):
        faults.add(("annees",), "« annees » est une année ou deux dans l'ordre : [2024, 2025].")
    for key in ("logo", "modele_docx", "modele_pptx"):
        if _absent(said, (key,), source.parent, faults) is not None and not _KINDS[key](source.parent / said[key]):
            faults.add((key,), f"« {key} » : le fichier {settings.short(said[key])} est abîmé, ou n'est pas {_TOLD[key]}.")
    tables = said.get("acheteur", [])
    several = len(tables) + len(said.get("acheteurs", [])) > 1
    for key in _ALONE if several else ():
        if key in said:
            faults.add((key,), f"« {key} » est propre à un acheteur : donnez-le dans sa table [[acheteur]].")
    for path, table in [((), said), *((("acheteur", rank), table) for rank, table in enumerate(tables))]:
        _faults_of_wishes(table, path, source, faults)


def _faults_of_wishes(said: dict[str, Any], path: tuple[str | int, ...], source: Path, faults: settings.Faults) -> None:
    _absent(said, (*path, "depenses"), source.parent, faults)
    if "dependance" in said and _share(said["dependance"]) is None:
        faults.add((*path, "dependance"), "« dependance » est une part de 0 à 1, ou un pourcentage : « 30 % ».")
    for read, key in ((_goals, "cibles"), (_answers, "questionnaire")):
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
        with (folder / name).open("rb") as stream:
            stream.read(1)
        return folder / name
    except (OSError, ValueError):
        faults.add(path, f"« {path[-1]} » : le fichier {settings.short(name)} est introuvable.")
        return None


def _is_picture(path: Path) -> bool:
    """A whole PNG (each part with its own sum), or the beginning of an SVG."""
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
                return part in archive.namelist() and archive.testzip() is None
        except guards.exceptions("zip"):
            return False

    return holds


_PNG = b"\x89PNG\r\n\x1a\n"
_KINDS = {"logo": _is_picture, "modele_docx": _holds("word/document.xml"), "modele_pptx": _holds("ppt/presentation.xml")}
_TOLD = {"logo": "une image PNG ou SVG", "modele_docx": "un document Word (DOCX)", "modele_pptx": "une présentation PowerPoint (PPTX)"}


def _share(raw: float | str) -> float | None:
    """« 30 % », 30 or 0.3 as 0.3; None when it is no share."""
    text = settings.short(raw).replace("\u00a0", "").replace("\u202f", "").replace(" ", "").replace(",", ".")
    if not re.fullmatch(r"\d+(\.\d+)?%?", text):
        return None
    value = float(text.rstrip("%"))
    value = value / 100 if text.endswith("%") or value > 1 else value
    return value if 0 < value <= 1 else None


def _goals(said: dict[str, Any], source: Path) -> tuple[Target, ...]:
    """The targets of « cibles »: one table (or a list of tables) per indicator, as in ``objectifs.toml``."""
    pairs = [(code, entry) for code, given in said.get("cibles", {}).items() for entry in (given if isinstance(given, list) else [given])]
    lines = [{"source": f"fixé dans {source.name}"} | entry | {"indicateur": code, "cible": entry["valeur"]} for code, entry in pairs if "valeur" in entry]
    try:
        return targets.checked(lines, where=source.name)
    except Problems as problems:
        told = [re.sub(r"^objectif (\d+)", lambda found: f"cible « {lines[int(found[1]) - 1]['indicateur']} »", item) for item in problems.items]
        raise Problems("Les cibles sont à corriger", told) from None


def _answers(said: dict[str, Any], source: Path) -> dict[str, int | None]:
    """The answers of « questionnaire »: a file that the notebook saved, or a table question → level."""
    given = said.get("questionnaire", {})
    found = given if isinstance(given, dict) else maturity.kept(source.parent / given)
    maturity.answers(found, maturity.grid())
    return found


def _mission(said: dict[str, Any], source: Path) -> Mission:
    folder = source.parent
    paths = [str(folder / one) for one in said["fichiers"]]
    registers = [str(folder / one) for one in said.get("registres", [])]
    years = said.get("annees", [])
    templates = {form: folder / said[f"modele_{form}"] for form in ("docx", "pptx") if said.get(f"modele_{form}")}
    logo = [folder / said["logo"]] if said.get("logo") else []
    shared = {key: value for key, value in said.items() if key not in ("acheteurs", "acheteur", "sortie")}
    read = [*paths, *registers, *map(str, templates.values()), *map(str, logo)]
    tables = [{"nom": str(one)} for one in said.get("acheteurs", [])] + said.get("acheteur", [])
    return Mission(
        files=tuple(paths), folder=folder / said.get("sortie", "rapports"), client=said.get("client", ""), registers=tuple(registers),
        asked=tuple(_asked(shared, table, source, read) for table in tables), every=_asked(shared, {}, source, read),
        years=(years[0], years[-1]) if years else None, as_of=said.get("date"), population=said.get("population", DEFAULT_POPULATION),
        forms=tuple(said.get("formes", FORMS)), logo=logo[0].read_bytes() if logo else b"", templates=templates,
    )  # fmt: skip


def _asked(shared: dict[str, Any], table: dict[str, Any], source: Path, read: Sequence[str]) -> Asked:
    """What is asked of a buyer: its own table first, then what is asked of all."""
    whole = shared | table
    comments = shared.get("commentaires", {}) | table.get("commentaires", {})
    ledger = source.parent / whole["depenses"] if whole.get("depenses") else None
    kept = source.parent / whole["questionnaire"] if isinstance(whole.get("questionnaire"), str) else None
    wishes = Wishes(
        radius=float(whole["rayon"]) if "rayon" in whole else None, dependency=_share(whole["dependance"]) if "dependance" in whole else None,
        goals=_goals(whole, source), ledger=ledger, registers=tuple(str(source.parent / one) for one in shared.get("registres", [])),
        answers=_answers(whole, source),
    )  # fmt: skip
    mark = fingerprint(whole, [*read, *(str(path) for path in (ledger, kept) if path)])
    return Asked(table.get("nom", ""), wishes, comments, mark)


def fingerprint(said: dict[str, Any], paths: Sequence[str]) -> str:
    """What a report depends on: what was asked, the version of the kit, and the size and date of each file."""
    mark = hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode() + spaser.__version__.encode())
    for path in paths:
        for one in [path] if Path(path).is_file() else sorted(glob.glob(path)):
            stat = Path(one).stat()
            mark.update(f"{Path(one).name}:{stat.st_size}:{stat.st_mtime_ns}".encode("utf-8", "surrogatepass"))
    return mark.hexdigest()


TEMPLATE = """# La mission : un diagnostic d'achat responsable par acheteur, en cinq formes. Lancer : spaser rapport diagnostic.toml
# Les chemins partent du dossier de ce fichier. Seul « fichiers » est obligatoire : ôtez le # devant ce que vous remplissez.

client = ""                                   # pour qui : paraît sous le titre
fichiers = ["marches.json"]                   # contrats : DECP (JSON, XML, CSV, Parquet) ou votre liste ; motifs permis
# acheteurs = ["Ma Ville", "200054781"]       # une partie du nom, le SIREN ou le SIRET ; sans cette ligne : tous les acheteurs
# annees = [2023, 2025]                       # années de première notification
# date = 2026-10-31                           # arrêté des données ; par défaut : la dernière publication lue
# population = "seuil_besoin"                 # publies, seuil_montant ou seuil_besoin

# Qui sont les fournisseurs, et qui pourrait répondre. Sans listes : ni ESS, ni potentiel.
# registres = ["siae.csv", "esat.csv", "sirene.csv"]
# rayon = 30                                  # kilomètres ; par défaut : l'usage de chaque famille d'achat
# dependance = "30 %"                         # part de son activité qu'un fournisseur ne doit pas dépasser avec l'acheteur

# formes = ["html", "pdf", "docx", "pptx", "xlsx"]
# sortie = "rapports"
# logo = "logo.png"
# modele_docx = "modele.docx"
# modele_pptx = "modele.pptx"

# Les objectifs : un code d'indicateur, sa valeur, son échéance (unite : "nombre" ou "valeur" ; definition si plusieurs ont cours).
# [cibles]
# clause_sociale = { valeur = "30 %", annee = 2028 }
# consideration_environnementale = { valeur = "100 %", annee = 2026, definition = "critère non compté" }

# Ce qui est propre à un acheteur : une table par acheteur.
# [[acheteur]]
# nom = "Ma Ville"
# depenses = "grand_livre.xlsx"
# questionnaire = "mes_reponses.json"         # enregistré par le carnet 08 ; ou une table : questionnaire = { moyens = 2, bilan = 1 }
# commentaires = { actions = "À présenter au comité du 12 mars." }

# Vos commentaires, en tête de section (essentiel, obligations, potentiel, calendrier, actions…), pour tous les acheteurs.
# [commentaires]
# essentiel = ""
"""
