"""A mission made and changed: its folder, what ``mission.toml`` says (a person's comments stay), its files copied with their hash."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import tomlkit

from spaser import guards
from spaser.deliverables import files
from spaser.guards import leftovers
from spaser.problems import Problem
from spaser.studies.mission import model
from spaser.studies.mission.fingerprints import content
from spaser.studies.mission.locks import locked
from spaser.studies.mission.model import DECISIONS, FILES, NAME, OUTPUTS, Mission
from spaser.vocabulary.given import LISTS

#: What was copied into the mission: name → hash, size, where it came from.
MARKS = "empreintes.json"


def create(folder: Path | str, **said: Any) -> Path:
    """Make a mission; ``said`` is what its ``mission.toml`` says at once (client, acheteurs, rayon…).

    Raises
    ------
    Problem
        There is one already (nothing is changed), or the folder cannot be written to.
    """
    home = Path(folder)
    if (home / NAME).exists():
        raise Problem(
            "Il y a déjà une mission dans ce dossier",
            where=str(home),
            todo="Voyez ce qu'elle contient : spaser mission etat",
        )
    with locked(home):
        for name in (FILES, DECISIONS, OUTPUTS):
            (home / name).mkdir(parents=True, exist_ok=True)
        files.write_atomic(home / NAME, _said(TEMPLATE, said).encode("utf-8"))
    model.read(home)
    return home


def template(path: Path | str) -> Path:
    """Write a commented ``mission.toml`` to fill in; a file already there is never replaced."""
    wanted, rank = Path(path), 2
    while wanted.exists():
        wanted, rank = Path(path).with_name(f"{Path(path).stem} ({rank}){Path(path).suffix}"), rank + 1
    return files.write_atomic(wanted, TEMPLATE.encode("utf-8"))


def change(home: Path | str, said: Mapping[str | tuple[str, ...], Any]) -> Mission:
    """Say something in ``mission.toml`` (a name, or a path of names, → its value; None takes it out); the rest stays as it was written.

    Raises
    ------
    Problem
        There is no mission here, or what is said is refused: the file is then left as it was.
    """
    place = Path(home)
    with locked(place):
        source = place / NAME
        model.read(source)
        before = source.read_text(encoding="utf-8-sig")
        text = _said(before, said)
        return model.read(source) if text == before else _replaced(source, text)


def add(home: Path | str, key: str, paths: Iterable[Path | str]) -> list[Path]:
    """Copy files (or folders) into ``fichiers/`` and name them in ``mission.toml``; a file already there with the same content is not copied again.

    Parameters
    ----------
    key
        One of ``GIVEN``; under one that is not ``many``, the last file takes the place of the former.

    Raises
    ------
    Problem
        A file is absent, or is the demo's while the mission's are not.
    """
    place, copied, given = Path(home), [], list(paths)
    there(given)
    with locked(place):
        for path in given:
            copied.append(_copied(Path(path), place / FILES))
        _remember(place / FILES, copied)
    names = [path.relative_to(place).as_posix() for path in copied]
    if key not in LISTS:
        change(place, {key: names[-1]})
        return copied
    told = tomlkit.parse((place / NAME).read_text(encoding="utf-8-sig")).get(key, [])
    change(place, {key: [*map(str, told), *(name for name in names if name not in told)]})
    return copied


def received(home: Path | str, name: str, data: bytes) -> Path:
    """A file sent by a browser, laid in ``fichiers/`` under its own name; not yet named in ``mission.toml``."""
    with tempfile.TemporaryDirectory(prefix=leftovers.prefix()) as folder:
        aside = Path(folder) / _plain(name)
        aside.write_bytes(data)
        place = Path(home)
        with locked(place):
            copied = _copied(aside, place / FILES)
            _remember(place / FILES, [copied])
    return copied


def changed(home: Path | str) -> dict[str, str]:
    """The copied files that are no longer as they were: name → « absent » or « modifié »."""
    folder = Path(home) / FILES
    known = _marks(folder)
    told = {
        name: "absent"
        if not (folder / name).exists()
        else ""
        if _content(folder / name) == mark["sha256"]
        else "modifié"
        for name, mark in known.items()
    }
    return {name: word for name, word in told.items() if word}


def _said(text: str, said: Mapping[str, Any] | Mapping[str | tuple[str, ...], Any]) -> str:
    """The text of ``mission.toml`` once this is said; a commented line of the template gives its place to what it announced."""
    for key, value in said.items():
        path = key if isinstance(key, tuple) else (key,)
        if len(path) == 1 and value is not None and path[0] not in tomlkit.parse(text):
            cut = found.start() if (found := re.search(r"(?m)^#? ?\[", text)) else len(text)
            text = (
                re.sub(rf"(?m)^# {re.escape(path[0])} = [^#\n]*", f"{path[0]} = 0  ", text[:cut], count=1) + text[cut:]
            )
        document = tomlkit.parse(text)
        _set(document, path, value)
        text = tomlkit.dumps(document)
    return text


def _set(table: Any, path: tuple[str, ...], value: Any) -> None:
    for name in path[:-1]:
        if name not in table:
            if value is None:
                return
            table[name] = tomlkit.table()
        table = table[name]
    if value is None:
        table.pop(path[-1], None)
    elif path[-1] not in table or not _same(table[path[-1]], value):
        table[path[-1]] = list(value) if isinstance(value, tuple) else value


def _same(held: Any, value: Any) -> bool:
    """Is this what is already written; « 0 » is not « false », though they are equal."""
    return held == value and isinstance(tomlkit.item(held).unwrap(), bool) == isinstance(value, bool)


def _replaced(source: Path, text: str) -> Mission:
    """The file changed when what it says is right, else left as it was."""
    handle, name = tempfile.mkstemp(prefix=".spaser-", suffix=".toml", dir=source.parent)
    os.close(handle)
    aside = Path(name)
    try:
        aside.write_text(text, encoding="utf-8", newline="\n")
        model.read_as(aside, source)
        written = files.write_atomic(source, text.encode("utf-8"))
        if written != source:
            written.unlink(missing_ok=True)
            raise Problem(
                "La mission n'a pas pu être changée",
                where=source.name,
                why="Le fichier est ouvert dans un autre logiciel",
                todo="Fermez-le, puis recommencez",
            )
    finally:
        aside.unlink(missing_ok=True)
    return model.read(source)


def there(paths: Iterable[Path | str], *, folders: bool = False) -> None:
    """Refuse what cannot be copied before anything is: a file (or a folder, when only folders serve) that is not there, or whose name is no text."""
    for path in map(Path, paths):
        for one in (path, *(path.rglob("*") if path.is_dir() else ())):
            guards.named(one)
        if not (path.is_dir() if folders else path.exists()):
            what = "Ce dossier" if folders else "Ce fichier"
            raise Problem(f"{what} est introuvable", where=str(path), todo="Vérifiez son chemin")


def _copied(path: Path, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    if path.resolve().is_relative_to(folder.resolve()):
        return folder / path.resolve().relative_to(folder.resolve())
    target, rank = folder / path.name, 2
    while target.exists():
        if _content(target) == _content(path):
            return target
        target, rank = folder / f"{path.stem} ({rank}){path.suffix}", rank + 1
    if path.is_dir():
        shutil.copytree(path, target)
    else:
        shutil.copy2(path, target)
    return target


def _content(path: Path) -> str:
    if path.is_dir():
        inside = sorted(one for one in path.rglob("*") if one.is_file())
        return " ".join(f"{one.relative_to(path).as_posix()}:{content(one)}" for one in inside)
    return content(path)


def _marks(folder: Path) -> dict[str, dict[str, Any]]:
    try:
        known = json.loads((folder / MARKS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return (
        {name: mark for name, mark in known.items() if isinstance(mark, dict) and "sha256" in mark}
        if isinstance(known, dict)
        else {}
    )


def _remember(folder: Path, copied: Iterable[Path]) -> None:
    known = _marks(folder)
    for path in copied:
        size = path.stat().st_size if path.is_file() else None
        known[path.relative_to(folder).as_posix()] = {"sha256": _content(path), "octets": size}
    files.write_atomic(
        folder / MARKS, (json.dumps(known, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode("utf-8")
    )


def _plain(name: str) -> str:
    """The name of a file sent, without folders nor what a system refuses."""
    bare = re.sub(r'[<>:"/\\|?*\x00-\x1f]', "_", name.replace("\\", "/").rsplit("/", 1)[-1]).strip(" .")
    return bare or "fichier"


TEMPLATE = """# Une mission : ce que vous donnez, décidez et obtenez, en un seul dossier.
# Les fichiers ajoutés par les carnets sont copiés dans fichiers/ ; vos décisions sont dans decisions/ ; les résultats dans sorties/.
# Les chemins partent de ce dossier. Ôtez le # devant ce que vous remplissez.

# client = "Ma Ville"                         # pour qui : paraît sous le titre
# auteur = "Prénom Nom"                       # écrit à côté de vos décisions
# fichiers = ["fichiers/marches.json"]        # contrats : DECP (JSON, XML, CSV, Parquet) ou votre liste ; motifs permis
# registres = ["fichiers/siae.csv"]           # listes de fournisseurs de l'ESS et inclusifs. Sans elles : ni ESS, ni potentiel
# avis = ["fichiers/avis.xml"]                # avis publiés (BOAMP, TED)
# pieces = ["fichiers/dossiers"]              # pièces des consultations
# programme = ["fichiers/programme.xlsx"]     # programmation des achats
# programme_publie = true                     # s'il est public : ses besoins sont montrés aux fournisseurs (fiche, cahier)
# suivis = ["fichiers/suivi.xlsx"]            # suivis remplis : programme d'achat, rencontres
# acheteurs = ["Ma Ville", "200054781"]       # une partie du nom, le SIREN ou le SIRET ; sans cette ligne : tous les acheteurs
# annees = [2023, 2025]                       # années de première notification
# date = 2026-10-31                           # arrêté des données ; par défaut : la dernière publication lue
# population = "seuil_besoin"                 # publies, seuil_montant ou seuil_besoin
# rayon = 30                                  # kilomètres ; par défaut : l'usage de chaque famille d'achat
# dependance = "30 %"                         # part de son activité qu'un fournisseur ne doit pas dépasser avec l'acheteur
# type = "autre"                              # central, autre ou entite : pour les seuils européens
# spaser_adopte = 2024-06-27                  # le jour d'adoption du SPASER (true ou false sans ce jour) ; sans cette ligne : inconnu
# spaser_lien = "https://ma-ville.example/spaser"  # où il est publié
# soumis_au_code = true                       # false : acheteur privé, que le code de la commande publique n'engage pas
# territoire = "Choisy-le-Roi"                # où vous achetez, si ce n'est pas le territoire de l'acheteur
# mention = "Données de dépenses inventées"   # un avertissement à imprimer sur chaque page des rapports
# formes = ["html", "pdf", "docx", "pptx", "xlsx"]
# logo = "fichiers/logo.png"
# modele_docx = "fichiers/modele.docx"
# modele_pptx = "fichiers/modele.pptx"

# Les objectifs : un code d'indicateur, sa valeur, son échéance (unite : "nombre" ou "valeur" ; definition si plusieurs ont cours).
# [cibles]
# clause_sociale = { valeur = "30 %", annee = 2028 }
# consideration_environnementale = { valeur = "100 %", annee = 2026, definition = "critère non compté" }

# Le nom d'un acheteur que ses données ne nomment pas, par SIREN (le carnet le demande).
# [noms]
# 123456789 = "Syndicat de Maville"

# Ce qui est propre à un acheteur : une table par acheteur.
# [[acheteur]]
# nom = "Ma Ville"
# libelle = "Ville de Maville"                # quand ses données ne disent pas son nom
# depenses = "fichiers/grand_livre.xlsx"
# entretiens = "fichiers/entretiens.xlsx"     # le classeur d'entretiens rempli (spaser entretiens)
# questionnaire = { moyens = 2, bilan = 1 }    # par défaut : les réponses gardées par le carnet 08
# commentaires = { actions = "À présenter au comité du 12 mars." }

# Vos commentaires, en tête de section (essentiel, obligations, potentiel, calendrier, actions…), pour tous les acheteurs.
# [commentaires]
# essentiel = ""
"""
