"""Notices of the BOAMP: the open-data table (CSV), the API (JSON) and the XML of the journal, whatever form they carry.

The journal wraps four forms in one envelope: eForms (read by ``notices_eforms``), FNSimple, MAPA and DSP, and the older journal
(read by ``notices_forms``). The envelope gives the number, the dates and the kind; the form gives what is bought. Its summary
(``RESUME_OBJET``) is cut at two hundred characters: the title of the form is kept unless the summary says more.

Only the CSV was checked against real notices; the others are announced as « format non vérifié ».
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from spaser import guards
from spaser.problems import Problem
from spaser.sources.notices import eforms as notices_eforms
from spaser.sources.notices import forms as notices_forms
from spaser.sources.notices.words import agreed, fold, kind
from spaser.sources.tags import local_name

#: The column of NOTICES, and the names it bears in the tables and envelopes of the BOAMP (folded: letters and digits only).
ALIASES = {
    "avis": ("avis", "idweb", "id"),
    "date_publication": ("datepublication", "dateparution"),
    "date_limite": ("datelimitereponse", "receptoffres"),
    "date_envoi": ("dateenvoi",),
    "acheteur_nom": ("acheteur", "nomacheteur", "nomorganisme", "denomination"),
    "acheteur_id": ("acheteuridnational", "codeidentnational", "siretacheteur", "acheteursiret", "siret"),
    "acheteur_code_postal": ("acheteurcp", "cp", "codepostal"),
    "descripteurs": ("descripteurs", "descripteurlibelle"),
    "annonce_social": ("criteresocial", "criteressociaux"),
    "annonce_environnement": ("critereenv", "criteresenvironnementaux"),
    "objet": ("resumeobjet", "objet", "titremarche"),
    "description": ("objetcomplet",),
    "conditions": ("autresconditions", "conditionrelativemarche", "autresinformations"),
    "procedure": ("typeprocedure", "procedurelibelle"),
    "reference": ("numreference", "referencemarche", "identifiantinterne"),
    "avis_lie": ("annoncelie", "annoncesanterieures"),
    "titulaires": ("titulaire", "titulaires"),
    "codeCPV": ("cpv", "cpvprincipal", "codecpv", "principal"),
}
#: What names the kind of a notice, the most telling first; ``type_avis`` of the API is a list of internal codes.
KIND_NAMES = ("nature", "naturelibelle", "naturecategorise", "naturecategoriselibelle", "typeavis", "typeavislibelle")
NEEDED = ("avis", "objet", "acheteur_nom")
#: Said of the format of a record that is its envelope alone.
WITHOUT = ", sans « donnees »"
YES = ("true", "1", "oui", "vrai")
NO = ("false", "0", "non", "faux")
PARSER = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}


def looks_like_table(head: str) -> bool:
    """Whether the first line of a CSV names the columns of BOAMP notices."""
    first = head.lstrip("\ufeff").partition("\n")[0]
    known = {fold(name) for name in re.split(r"[,;\t|]", first)}
    return all(known & set(ALIASES[word]) for word in NEEDED)


def read_csv(text: str, source: str) -> Iterator[dict[str, Any]]:
    """The notices of a table, as found.

    Raises
    ------
    Problem
        The table breaks off within a quoted cell, or its header is not that of notices.
    """
    first = text.partition("\n")[0]
    separator = max(";,\t|", key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        titles = next(rows, [])
        header = [fold(name) for name in titles]
        for row in rows:
            if any(row):
                cells = dict(zip(header, row, strict=False))
                yield from _enveloped(
                    cells, "BOAMP CSV", verified="donnees" not in cells, whole=len(row) == len(header)
                )
    except csv.Error as error:
        raise Problem(
            "Le tableau d'avis est abîmé", where=source, why=guards.of_csv(error), todo="Téléchargez-le de nouveau"
        ) from error


#: Records looked at to tell an export of notices, and the fields that only notices have.
_LOOKED = 50
_OWN = {
    "idweb",
    "nomacheteur",
    "dateparution",
    "datefindiffusion",
    "donnees",
    "gestion",
    "naturelibelle",
    "famille",
    "urlavis",
    "descripteurlibelle",
    "acheteuridnational",
    "resumeobjet",
}


def _is_notice(row: Any) -> bool:
    """Whether a record has the fields of a notice: any table of contracts has an identifier and a subject."""
    if not isinstance(row, dict):
        return False
    inner = row.get("record", row)
    inner = inner.get("fields", inner) if isinstance(inner, dict) else {}
    names = {fold(str(name)) for name in inner} if isinstance(inner, dict) else set()
    return len(names & _OWN) >= 2 or "idweb" in names


def read_json(text: str, source: str) -> Iterator[dict[str, Any]]:
    """The notices of an open-data export: a list, ``results``, or ``records`` with ``fields``; or of the journal's own form.

    Raises
    ------
    Problem
        The text is not JSON, or not an export of notices.
    """
    content = guards.json_of(text, source, what="Ce fichier JSON d'avis est abîmé", todo="Téléchargez-le de nouveau")
    if isinstance(content, dict) and {fold(key) for key in content} & {"idweb", "gestion"}:
        content = [content]
    rows = (
        content
        if isinstance(content, list)
        else next((content[k] for k in ("results", "records", "annonces") if k in content), None)
    )
    if not isinstance(rows, list):
        raise Problem(
            "Ce fichier JSON n'est pas un export d'avis du BOAMP",
            where=source,
            todo="Exportez les avis depuis boamp.fr",
        )
    if rows and not any(_is_notice(row) for row in rows[:_LOOKED]):
        raise Problem(
            "Ce fichier JSON n'est pas un export d'avis du BOAMP",
            where=source,
            why="Aucun enregistrement n'a les champs d'un avis (idweb, nomacheteur, dateparution, donnees…)",
            todo="Exportez les avis depuis boamp.fr",
        )
    for row in rows:
        if isinstance(row, dict):
            fields = row.get("record", row)
            fields = fields.get("fields", fields) if isinstance(fields, dict) else {}
            yield from _enveloped(
                {fold(name): value for name, value in fields.items()} if isinstance(fields, dict) else {}, "BOAMP JSON"
            )
        else:
            yield {"format": "BOAMP JSON", "verifie": False, "entier": False}


def read_xml(root: etree._Element) -> Iterator[dict[str, Any]]:
    """The notices of a BOAMP XML file: one per element that holds an IDWEB, else the whole file."""
    marks = [mark for mark in root.iter() if fold(local_name(mark)) == "idweb" and _is_own(mark)]
    for element in [_notice_of(mark, root) for mark in marks] or [root]:
        inner = next(iter(element.iter("{*}DONNEES")), None)
        envelope = nested(element, without="DONNEES") if inner is not None else {}
        cells = {key: value for key, value in _flat(envelope).items()} if isinstance(envelope, dict) else {}
        cells["donnees"] = nested(inner if inner is not None else element)
        forms = [] if inner is None else [e for e in inner.iter() if local_name(e) in notices_eforms.ROOTS]
        yield from _enveloped(cells, "BOAMP XML", tree=forms[0] if forms else None)


def _is_own(mark: etree._Element) -> bool:
    """Whether this number is the notice's own, not that of one it cites."""
    cited = (
        "avisinitial",
        "annonceanterieur",
        "annonceanterieure",
        "annoncelie",
        "annonceslies",
        "avisprecedent",
        "avislie",
        "avisliee",
    )
    return not any(fold(local_name(e)) in cited for e in mark.iterancestors())


def _notice_of(mark: etree._Element, root: etree._Element) -> etree._Element:
    """The widest element around a number that holds no other notice's own."""
    element = mark
    while element is not root and sum(_is_own(one) for one in element.getparent().iter("{*}IDWEB", "{*}idweb")) == 1:
        element = element.getparent()
    return element


def nested(element: etree._Element, without: str = "") -> Any:
    """The element as dictionaries and lists, as the JSON of the BOAMP writes it."""
    children = [child for child in element if isinstance(child.tag, str) and local_name(child) != without]
    attributes = {f"@{local_name(name)}": value for name, value in element.attrib.items()}
    if not children:
        return attributes | {"#text": element.text} if attributes and element.text else element.text or ""
    inside: dict[str, Any] = {}
    for child in children:
        inside.setdefault(local_name(child), []).append(nested(child, without))
    return attributes | inside


def _flat(content: dict[str, Any]) -> dict[str, Any]:
    """The envelope of the XML with the names of the API: each name once, the shallowest first."""
    flat: dict[str, Any] = {}
    for key, value in notices_forms.walk(content):
        said = notices_forms.said(value)
        if said is None and key == "nature" and isinstance(value, dict):
            said = " ".join(value)
        if said is not None:
            flat.setdefault(key, said)
    labels = [v for k, v in notices_forms.walk(content) if k == "descripteur"]
    found = [word for label in labels if (word := notices_forms.first(label, ("libelle", "mot", "mottexte")))]
    return flat | ({"descripteurs": list(dict.fromkeys(found))} if found else {})


def _enveloped(
    cells: dict[str, Any], form: str, *, verified: bool = False, whole: bool = True, tree: etree._Element | None = None
) -> Iterator[dict[str, Any]]:
    """One notice: what its envelope says, completed by the form it carries."""
    content, management = _loaded(cells.get("donnees")), _loaded(cells.get("gestion"))
    outside = (_flat(management) if isinstance(management, dict) else {}) | {
        k: v for k, v in cells.items() if v not in (None, "", [])
    }
    own = {
        word: next((found for name in names if (found := _said(outside.get(name)))), None)
        for word, names in ALIASES.items()
    }
    told = kind(*(outside.get(name) for name in KIND_NAMES))
    if criteria := " ".join(_words(outside.get("criteres"))).lower():
        own["annonce_social"], own["annonce_environnement"] = str("soci" in criteria), str("environnement" in criteria)
    tree = notices_eforms.of_json(content) if tree is None else tree
    inside = (
        next(notices_eforms.read_xml(tree)) if tree is not None else notices_forms.read_form(content) if content else {}
    )
    told_here = {name for word in ("description", "conditions", "codeCPV") for name in ALIASES[word]} & set(cells)
    bare = form if tree is not None or told_here else f"{form}{WITHOUT}"
    inner = f"{form} {_name_of(content, tree)}".strip() if content else bare
    yield merged(own, inside, told) | {"format": inner, "verifie": verified, "entier": whole}


def merged(own: dict[str, Any], inside: dict[str, Any], told: str | None) -> dict[str, Any]:
    """The envelope first for the number, the dates and the buyer's name; the form for what is bought."""
    clean = flagged(own)
    row = inside | {
        word: value
        for word, value in clean.items()
        if value is not None and not (word in _FORM_FIRST and inside.get(word))
    }
    for word in ("annonce_social", "annonce_environnement"):
        row[word] = clean.get(word)
    row["objet"] = fuller(clean.get("objet"), inside.get("objet"))
    row["type_avis"] = agreed(told, inside.get("type_document") or inside.get("type_avis"))
    return row


#: Where the form knows better than the envelope.
_FORM_FIRST = (
    "acheteur_id",
    "acheteur_code_postal",
    "codeCPV",
    "description",
    "conditions",
    "reference",
    "procedure",
    "date_envoi",
)


def fuller(summary: str | None, title: str | None) -> str | None:
    """The title of the form, unless the summary says the same and more."""
    if summary and title and fold(summary).startswith(fold(title)):
        return summary
    return title or summary


def _loaded(content: Any) -> Any:
    if isinstance(content, str):
        try:
            return guards.json_of(content, "")
        except Problem:
            return {}
    return content if isinstance(content, dict | list) else {}


def _name_of(content: Any, tree: etree._Element | None) -> str:
    if tree is not None:
        return f"eForms ({local_name(tree)})"
    name = next(iter(content), "") if isinstance(content, dict) else ""
    return name if re.fullmatch(r"[A-Za-z]\w{1,14}", str(name)) and len(content) == 1 else ""


def _said(value: Any) -> str | None:
    if isinstance(value, dict):
        return notices_forms.said(value)
    return ", ".join(_words(value)) or None


def _words(value: Any) -> list[str]:
    if isinstance(value, str) and value.startswith('["'):  # a list kept as it was in a cell
        with contextlib.suppress(ValueError):
            value = json.loads(value)
    if isinstance(value, list):
        return [word for inner in value for word in _words(inner)]
    return [str(value)] if value not in (None, "") and not isinstance(value, dict) else []


def flagged(cells: dict[str, Any]) -> dict[str, Any]:
    """The cells with « None » as nothing, and flags as yes / no / unknown."""
    clean = {word: value for word, value in cells.items() if value not in (None, "", "None", "null")}
    for word in ("annonce_social", "annonce_environnement"):
        said = str(clean.pop(word, "")).strip().lower()
        clean[word] = True if said in YES else False if said in NO else None
    return clean
