"""What a consultant asks for, in a short ``diagnostic.toml``: read whole, checked whole, every fault told at once."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import spaser
from spaser import maturity
from spaser.deliverables import files
from spaser.indicators import targets
from spaser.indicators.targets import Target
from spaser.problems import Problem, Problems, closest
from spaser.studies.pams.compose import SECTIONS, Wishes
from spaser.vocabulary import DEFAULT_POPULATION, POPULATIONS

FORMS = ("html", "pdf", "docx", "pptx", "xlsx")
#: What may be asked of one buyer as well as of all.
OWN: dict[str, type | tuple[type, ...]] = {
    "rayon": (int, float), "dependance": (int, float, str), "cibles": dict, "depenses": str, "questionnaire": (str, dict), "commentaires": dict,
}  # fmt: skip
KEYS: dict[str, type | tuple[type, ...]] = {
    "client": str, "acheteurs": list, "acheteur": list, "fichiers": list, "registres": list, "annees": list, "date": date, "population": str,
    "formes": list, "logo": str, "modele_docx": str, "modele_pptx": str, "sortie": str, **OWN,
}  # fmt: skip
BUYER_KEYS: dict[str, type | tuple[type, ...]] = {"nom": str, **OWN}
_KINDS = {str: "un texte", list: "une liste", dict: "une table", date: "une date (2026-10-31)", (int, float): "un nombre",
          (int, float, str): "une part (« 30 % » ou 0.3)", (str, dict): "un fichier ou une table de réponses"}  # fmt: skip
#: What concerns one organisation cannot be said once for several.
_ALONE = ("depenses", "questionnaire")
_TARGET_KEYS = ("valeur", *(key for key in targets.KEYS if key not in ("indicateur", "cible")))


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
    try:
        said = tomllib.loads(source.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError):
        raise Problem("Le fichier de mission est introuvable ou illisible", where=str(path),
                      todo="Donnez le chemin d'un diagnostic.toml (un modèle : spaser rapport --modele)") from None  # fmt: skip
    except tomllib.TOMLDecodeError as error:
        raise Problem("Le fichier de mission n'est pas du TOML", where=source.name, why=str(error)) from None
    faults = [*_faults(said, source.parent), *_faults_of_buyers(said, source)]
    if faults:
        raise Problems(f"Le fichier de mission {source.name} est à corriger", faults)
    return _mission(said, source)


def template(path: Path | str) -> Path:
    """Write a commented ``diagnostic.toml`` to fill in; a file already there is never replaced."""
    wanted, rank = Path(path), 2
    while wanted.exists():
        wanted, rank = Path(path).with_name(f"{Path(path).stem} ({rank}){Path(path).suffix}"), rank + 1
    return files.write_atomic(wanted, TEMPLATE.encode("utf-8"))


def _faults(said: dict[str, Any], folder: Path) -> list[str]:
    faults = _unknown(said, KEYS)
    if not said.get("fichiers"):
        faults.append("« fichiers » manque : donnez au moins un fichier de contrats.")
    formes = said.get("formes", [])
    faults += [f"forme inconnue « {one} » (au choix : {', '.join(FORMS)})." for one in formes if one not in FORMS]
    if said.get("population", DEFAULT_POPULATION) not in POPULATIONS:
        faults.append(f"population inconnue « {said['population']} ». {closest(str(said['population']), POPULATIONS)}".strip())
    years = said.get("annees", [])
    if isinstance(years, list) and years and (len(years) > 2 or not all(isinstance(y, int) for y in years) or years != sorted(years)):
        faults.append("« annees » est une année ou deux dans l'ordre : [2024, 2025].")
    return faults + [fault for key in ("logo", "modele_docx", "modele_pptx") for fault in _absent(said, key, folder)]


def _faults_of_buyers(said: dict[str, Any], source: Path) -> list[str]:
    """What is wrong in what is asked of all the buyers, then of each."""
    tables = said.get("acheteur", [])
    if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
        return ["« acheteur » ouvre une table [[acheteur]] par acheteur ; pour une simple liste de noms : acheteurs = […]."]
    faults = _faults_of_wishes(said, source)
    for rank, table in enumerate(tables, 1):
        where = f"acheteur {rank} : "
        lacking = [] if table.get("nom") else ["il manque « nom » (une partie du nom, le SIREN ou le SIRET)."]
        faults += [where + fault for fault in (*lacking, *_unknown(table, BUYER_KEYS), *_faults_of_wishes(table, source))]
    several = len(tables) + len(said.get("acheteurs", []) if isinstance(said.get("acheteurs"), list) else []) > 1
    faults += [f"« {key} » est propre à un acheteur : donnez-le dans sa table [[acheteur]]." for key in _ALONE if several and key in said]
    return faults


def _unknown(said: dict[str, Any], keys: dict[str, Any]) -> list[str]:
    faults = [f"clé inconnue « {key} ». {closest(key, keys)}".strip() for key in said if key not in keys]
    return faults + [f"« {key} » doit être {_KINDS[kind]}." for key, kind in keys.items() if key in said and not _is(said[key], kind)]


def _is(value: Any, kind: type | tuple[type, ...]) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool)


def _faults_of_wishes(said: dict[str, Any], source: Path) -> list[str]:
    faults = _absent(said, "depenses", source.parent)
    if _is(said.get("rayon"), (int, float)) and said["rayon"] <= 0:
        faults.append("« rayon » est une distance en kilomètres, plus grande que zéro.")
    if "dependance" in said and _is(said["dependance"], (int, float, str)) and _share(said["dependance"]) is None:
        faults.append("« dependance » est une part de 0 à 1, ou un pourcentage : « 30 % ».")
    comments = said.get("commentaires", {})
    if isinstance(comments, dict):
        faults += [f"commentaire sur une section inconnue « {key} ». {closest(key, SECTIONS)}".strip() for key in comments if key not in SECTIONS]
    for read, key, kind in ((_goals, "cibles", dict), (_answers, "questionnaire", (str, dict))):
        if _is(said.get(key), kind):
            try:
                read(said, source)
            except Problems as problems:
                faults += problems.items
            except Problem as problem:
                faults.append(f"« {key} » : {problem}")
    return faults


def _absent(said: dict[str, Any], key: str, folder: Path) -> list[str]:
    missing = isinstance(said.get(key), str) and not (folder / said[key]).is_file()
    return [f"« {key} » : le fichier {said[key]} est introuvable."] if missing else []


def _share(raw: float | str) -> float | None:
    """« 30 % », 30 or 0.3 as 0.3; None when it is no share."""
    text = str(raw).replace("\u00a0", "").replace("\u202f", "").replace(" ", "").replace(",", ".")
    if not re.fullmatch(r"\d+(\.\d+)?%?", text):
        return None
    value = float(text.rstrip("%"))
    value = value / 100 if text.endswith("%") or value > 1 else value
    return value if 0 < value <= 1 else None


def _goals(said: dict[str, Any], source: Path) -> tuple[Target, ...]:
    """The targets of « cibles »: one table (or a list of tables) per indicator, as in ``objectifs.toml``."""
    pairs = [(code, entry) for code, given in said.get("cibles", {}).items() for entry in (given if isinstance(given, list) else [given])]
    faults = [f"cible « {code} » : attendu {{ valeur = \"30 %\", annee = 2028 }}." for code, entry in pairs if not isinstance(entry, dict)]
    tables = [(code, entry) for code, entry in pairs if isinstance(entry, dict)]
    faults += [f"cible « {code} » : clé inconnue « {key} ». {closest(key, _TARGET_KEYS)}".strip() for code, entry in tables for key in entry if key not in _TARGET_KEYS]
    faults += [f"cible « {code} » : il manque « valeur »." for code, entry in tables if "valeur" not in entry]
    lines = [{"indicateur": code, "source": f"fixé dans {source.name}", "cible": entry.get("valeur", 0)} | {k: v for k, v in entry.items() if k in _TARGET_KEYS[1:]}
             for code, entry in tables]  # fmt: skip
    try:
        found = targets.checked({"objectif": lines}, where=source.name)
    except Problems as problems:
        faults += [re.sub(r"^objectif (\d+)", lambda found: f"cible « {tables[int(found[1]) - 1][0]} »", item) for item in problems.items]
    if faults:
        raise Problems("Les cibles sont à corriger", faults)
    return found


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
    return Asked(table.get("nom", ""), wishes, {key: str(text) for key, text in comments.items()}, mark)


def fingerprint(said: dict[str, Any], paths: Sequence[str]) -> str:
    """What a report depends on: what was asked, the version of the kit, and the size and date of each file."""
    mark = hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode() + spaser.__version__.encode())
    for path in paths:
        for one in sorted(Path(path).parent.glob(re.sub(r"[\[\]]", "?", Path(path).name))):
            stat = one.stat()
            mark.update(f"{one.name}:{stat.st_size}:{stat.st_mtime_ns}".encode())
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
