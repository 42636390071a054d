"""Notices of the BOAMP: the open-data table (CSV, JSON) and the XML of the journal.

Only the CSV was checked against real notices; JSON and XML are read from the names their producer documents and announced as
« format non vérifié ».
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from spaser.problems import Problem

#: The column of NOTICES, and the names it bears in the tables and in the XML of the BOAMP (folded: letters and digits only).
ALIASES = {
    "avis": ("avis", "idweb", "id"),
    "date_publication": ("datepublication", "dateparution"),
    "date_limite": ("datelimitereponse", "receptoffres"),
    "date_envoi": ("dateenvoi",),
    "acheteur_nom": ("acheteur", "nomacheteur", "denomination"),
    "acheteur_id": ("acheteuridnational", "codeidentnational", "siret"),
    "acheteur_code_postal": ("acheteurcp", "cp", "codepostal"),
    "descripteurs": ("descripteurs", "descripteurlibelle"),
    "annonce_social": ("criteresocial", "criteressociaux"),
    "annonce_environnement": ("critereenv", "criteresenvironnementaux"),
    "objet": ("resumeobjet", "objet", "titremarche"),
    "description": ("objetcomplet",),
    "conditions": ("autresconditions", "conditionrelativemarche", "autresinformations"),
    "procedure": ("typeprocedure", "procedurelibelle"),
    "reference": ("numreference", "referencemarche", "identifiantinterne"),
    "type_avis": ("typeavis", "naturelibelle", "nature"),
    "avis_lie": ("annoncelie", "annoncesanterieures"),
    "codeCPV": ("cpv", "cpvprincipal", "principal"),
}
NEEDED = ("avis", "objet", "acheteur_nom")
YES = ("true", "1", "oui", "vrai")
NO = ("false", "0", "non", "faux")
_TYPES = {"attribution": "attribution", "resultat": "attribution", "rectificatif": "autre", "modification": "modification",
          "preinformation": "preinformation", "periodique": "preinformation", "concours": "concours", "marche": "concurrence",
          "initial": "concurrence"}  # fmt: skip
PARSER = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False, "remove_comments": True, "remove_pis": True}


def looks_like_table(head: str) -> bool:
    """Whether the first line of a CSV names the columns of BOAMP notices."""
    first = head.lstrip("\ufeff").partition("\n")[0]
    known = {fold(name) for name in re.split(r"[,;\t]", first)}
    return all(known & set(ALIASES[word]) for word in NEEDED)


def read_csv(text: str, source: str) -> Iterator[dict[str, Any]]:
    """The notices of a table, as found.

    Raises
    ------
    Problem
        The table breaks off within a quoted cell, or its header is not that of notices.
    """
    first = text.partition("\n")[0]
    separator = max(";,\t", key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        header = [fold(name) for name in next(rows, [])]
        places = {word: next((header.index(name) for name in names if name in header), None) for word, names in ALIASES.items()}
        for row in rows:
            if any(row):
                wide = len(row) == len(header)
                cells = {word: row[place] for word, place in places.items() if place is not None and place < len(row)}
                yield {"format": "BOAMP CSV", "verifie": True, "entier": wide} | flagged(cells)
    except csv.Error as error:
        raise Problem("Le tableau d'avis est abîmé", where=source, why=str(error), todo="Téléchargez-le de nouveau") from error


def read_json(text: str, source: str) -> Iterator[dict[str, Any]]:
    """The notices of an open-data export: a list, ``results``, or ``records`` with ``fields``.

    Raises
    ------
    Problem
        The text is not JSON, or not an export of notices.
    """
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Problem("Ce fichier JSON d'avis est abîmé", where=source, todo="Téléchargez-le de nouveau") from error
    rows = content if isinstance(content, list) else next((content[k] for k in ("results", "records", "annonces") if k in content), None)
    if not isinstance(rows, list):
        raise Problem("Ce fichier JSON n'est pas un export d'avis du BOAMP", where=source, todo="Exportez les avis depuis boamp.fr")
    for row in rows:
        yield from _record(row)


def _record(row: Any) -> Iterator[dict[str, Any]]:
    if not isinstance(row, dict):
        yield {"format": "BOAMP JSON", "verifie": False, "entier": False}
        return
    fields = row.get("fields", row)
    inner = fields.get("donnees")
    if isinstance(inner, str):
        try:
            inner = json.loads(inner)
        except ValueError:
            inner = {}
    flat = {fold(name): value for name, value in fields.items() if name != "donnees"}
    cells = {word: next((flat[name] for name in names if flat.get(name)), None) for word, names in ALIASES.items()}
    found = _tree(inner or {})
    criteria = " ".join(_words(fields.get("criteres"))).lower()
    if criteria:
        cells["annonce_social"], cells["annonce_environnement"] = str("soci" in criteria), str("environnement" in criteria)
    merged = {word: _said(cells.get(word)) or found.get(word) for word in ALIASES}
    yield {"format": "BOAMP JSON", "verifie": False, "entier": True, "lots": found.get("lots", [])} | flagged(merged)


def read_xml(root: etree._Element) -> Iterator[dict[str, Any]]:
    """The notices of a BOAMP XML file: one per element that holds an IDWEB, else the whole file."""
    marks = [mark for mark in root.iter() if isinstance(mark.tag, str) and fold(etree.QName(mark).localname) == "idweb"]
    whole = [_notice_of(mark, root) for mark in marks] or [root]
    for element in whole:
        yield {"format": "BOAMP XML", "verifie": False, "entier": True} | flagged(_tree(_nested(element)))


def _notice_of(mark: etree._Element, root: etree._Element) -> etree._Element:
    """The widest element around a number that holds no other."""
    element = mark
    while element is not root and sum(1 for _ in element.getparent().iter("{*}IDWEB", "{*}idweb")) == 1:
        element = element.getparent()
    return element


def _nested(element: etree._Element) -> Any:
    """The element as dictionaries and lists, as the JSON of the BOAMP writes it."""
    children = [child for child in element if isinstance(child.tag, str)]
    if not children:
        return element.text
    nested: dict[str, Any] = {}
    for child in children:
        nested.setdefault(etree.QName(child).localname, []).append(_nested(child))
    return nested


def _tree(content: Any) -> dict[str, Any]:
    """The words of ALIASES found anywhere in nested content, the shallowest first, and its lots."""
    found: dict[str, Any] = {}
    lots: list[dict[str, Any]] = []
    level = [("", content)]
    for _ in range(12):
        level = [pair for name, value in level for pair in _children(name, value)]
        for name, value in level:
            if name == "lot" and isinstance(value, dict):
                lots.append(_lot(value))
            for word, names in ALIASES.items():
                if name in names and word not in found and (text := _said(value)):
                    found[word] = text
    return found | {"lots": [lot for lot in lots if lot["objet"]]}


def _children(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        yield from ((fold(key), inner) for key, inner in value.items())
    elif isinstance(value, list):
        yield from ((name, inner) for inner in value)


def _lot(value: dict[str, Any]) -> dict[str, Any]:
    flat = {fold(key): inner for key, inner in value.items()}
    return {"lot": _said(flat.get("num") or flat.get("numlot")), "objet": _said(flat.get("intitule")), "description": _said(flat.get("description"))}


def _said(value: Any) -> str | None:
    return " ".join(_words(value)) or None if not isinstance(value, dict) else None


def _words(value: Any) -> list[str]:
    if isinstance(value, list):
        return [word for inner in value for word in _words(inner)]
    return [str(value)] if value not in (None, "") and not isinstance(value, dict) else []


def flagged(cells: dict[str, Any]) -> dict[str, Any]:
    """The cells with « None » as nothing, flags as yes / no / unknown and a type of notice from the closed list."""
    clean = {word: value for word, value in cells.items() if value not in (None, "", "None", "null")}
    for word in ("annonce_social", "annonce_environnement"):
        said = str(clean.pop(word, "")).strip().lower()
        clean[word] = True if said in YES else False if said in NO else None
    kind = fold(str(clean.get("type_avis", "")))
    clean["type_avis"] = next((known for start, known in _TYPES.items() if start in kind), None)
    return clean


def fold(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
