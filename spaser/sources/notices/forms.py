"""The national forms of the BOAMP (FNSimple, MAPA, DSP, and the journal before 2024) as nested dictionaries → the words of NOTICES.

Four forms share no path for their title, their codes or their lots. What is looked for is told by the meaning of its key
(letters and digits only), the shallowest first, inside the part that speaks of it: the buyer in its own block, a lot in its lot.
Contact persons, addresses and remedies are never looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from spaser.sources.notices.words import amounts, fold, months

#: Blocks that speak of the buyer, and blocks that are the notice itself, with the kind they tell.
BUYERS = ("organisme", "identite", "ident", "acheteur", "organismeacheteur")
DOCUMENTS = {
    "attribution": "attribution",
    "rectificatif": "rectificatif",
    "annulation": "annulation",
    "modification": "modification",
    "preinformation": "preinformation",
    "periodique": "preinformation",
    "initial": "concurrence",
}
_LOTS = ("lot", "lots", "tranche")
_BUYER_NAME = ("nomofficiel", "acheteurpublic", "denomination", "nomorganisme", "raisonsociale")
_BUYER_ID = ("codeidentificationnational", "codeidentnational", "siret", "numerosiret", "siren", "identification")
_TITLE = ("intitule", "titremarche", "titre", "intitulemarche", "objet", "objetmarche")
_DESCRIPTION = ("description", "objetcomplet", "principales", "caracteristiquesprincipales", "descriptif")
_NUMBER = ("num", "numlot", "numero", "numerolot", "numlots", "identifiant", "id")
_VALUE = ("valeurestimee", "valeurestime", "montantestime", "estimation", "valeurtotale", "estimationvaleur")
_REFERENCE = ("identifiantinterne", "numreference", "referencemarche", "refmarche", "reference", "identifiantprocedure")
_HOLDER = ("personnemorale", "nomtitulaire", "titulaire", "denomination", "raisonsociale")
_LINKED = ("idweb", "avisinitial", "numannonce", "annoncelie")
#: Keys under which nobody's purchase is described: people, places, remedies, links.
_SILENT = re.compile(
    r"contact|correspondant|coord|^(?:mel|tel|fax|telecopieur|courriel|url\w*|adr|adresse\w*|voie|nomvoie|ville|cp|bp|pays|pren|nom|fonc)$"
    r"|^titulaire|personne(?:morale|physique)|recours|mediation|greffe|tribunal|instance|adressescompl|organisme|identite|lieuexec"
)
_NOT_TEXT = re.compile(r"^[\d\s.,:/+TZ-]*$|^https?://\S+$|^\S+@\S+$")
_WHO = {
    "handicap": r"handicap|esat|adaptee?s?\b|atelier\w* proteg",
    "iae": r"insertion|\bs?iae\b",
    "penit": r"penitenti|detenu",
    "ess": r"economie sociale|\bess\b|mission de service public|l ?2113 15",
}
#: How a basis read in a sentence starts; any other is a box or a code.
WRITTEN = "écrit :"
_RESERVED = re.compile(
    r"(?i)\b(?:march[ée]s?|lots?|accords?-cadres?|consultations?|proc[ée]dures?|contrats?|participation)\b[^.;\n]{0,40}?(?<!non )(?<!pas )r[ée]serv[ée]e?s?\s+(?:[àa]|aux)\b([^.;\n]{3,160})"
)
_WEIGHTED = re.compile(
    r"\s*(?P<label>[^;\n]*?[^\W\d_][^;\n]*?)\s*[:=(\[–-]*\s*(?P<weight>\d{1,3}(?:[.,]\d+)?)\s*(?:%|points?\b|pts?\b|/\s*100\b)\s*[)\]]*[\s,;.]*"
)


def read_form(content: Any) -> dict[str, Any]:
    """The words of a national form found in its nested content, with its lots and their criteria."""
    kind, document = _document(content)
    buyer = _block(content, BUYERS) or {}
    outside = _without(document, (*_LOTS, *BUYERS))
    codes = list(_codes(outside))
    every = list(dict.fromkeys([*codes, *_codes(document)]))
    title = first(outside, _TITLE)
    told = _every(outside, _DESCRIPTION)
    reserve, basis = reservation(outside)
    lots = [_lot(lot) for lot in _lots(document)]
    if reserve is None:
        reserve, basis = _written([title, *told, *_prose(outside)])
    kinds = [lot["reserve"] for lot in lots]
    if reserve is None and any(kinds):
        reserve = next((kind for kind in kinds if kind not in (None, "none")), "none" if all(kinds) else None)
        basis = next((lot["reserve_fondement"] for lot in lots if lot["reserve"] == reserve), None)
    criteria = list(_criteria(outside))
    return {
        "acheteur_nom": first(buyer, _BUYER_NAME),
        "acheteur_id": first(buyer, _BUYER_ID),
        "acheteur_code_postal": first(buyer, ("cp", "codepostal")),
        "type_document": kind,
        "objet": title,
        "description": _joined(text for text in told if text != title),
        "conditions": _joined(text for text in _prose(outside) if text not in told and text != title),
        "codeCPV": codes[0] if codes else None,
        "cpv": ", ".join(every) or None,
        "reference": first(document, _REFERENCE),
        "dureeMois": _duration(outside),
        "montant_estime": _amount(outside),
        "reserve": reserve,
        "reserve_fondement": basis,
        "titulaires": ", ".join(dict.fromkeys(_holders(document))) or None,
        "avis_lie": _linked(document),
        "date_envoi": first(document, ("dateenvoi", "dateenvoiavis")),
        "date_limite": first(document, ("receptoffres", "datelimitereponse", "receptcandidat")),
        "procedure": _procedure(document),
        "lots": _with_criteria([lot for lot in lots if any(v for k, v in lot.items() if k != "lot")], criteria),
        "criteria": criteria,
    }


def reservation(place: Any) -> tuple[str | None, str | None]:
    """Who a box of reservation names (``none`` when it says no), and the box: null where the form has none."""
    for key, value in walk(place):
        if "reserv" not in key or key.startswith(("tousdroits", "droits")):
            continue
        inner = " ".join([*(k for k, _ in walk(value)), *_words(value, deep=True)])
        told = fold(inner)
        refused = key.endswith("non") or (told.startswith(("non", "false", "faux", "aucun")) and "oui" not in told)
        if refused:
            return "none", f"case « {key} »"
        if key.endswith("oui") or told:
            return _who(f"{key} {inner}"), _joined([f"case « {key} »", *_words(value, deep=True)], " : ")
    return None, None


def _written(texts: list[str | None]) -> tuple[str | None, str | None]:
    """A reservation said in words where the form has no box for it: to whom, and the words."""
    for text in texts:
        for found in _RESERVED.finditer(text or ""):
            if (who := _who(found[1])) != "unspecified" or "protégé" in found[1].lower():
                return who, f"{WRITTEN} « {' '.join(found[0].split())} »"
    return None, None


def _who(text: str) -> str:
    plain = re.sub(r"[^a-z0-9]+", " ", fold(text, spaces=True))
    found = [name for name, pattern in _WHO.items() if re.search(pattern, plain)]
    if "handicap" in found and "iae" in found:
        return "handicap_iae"
    return found[0] if len(found) == 1 else "unspecified"


def _document(content: Any) -> tuple[str | None, Any]:
    """The block that is the notice itself, and the kind it tells; the whole content in the older journal."""
    for _ in range(2):
        if isinstance(content, list):
            content = content[0] if content else {}
        if not isinstance(content, dict):
            break
        named = {fold(key): value for key, value in content.items()}
        for name, kind in DOCUMENTS.items():
            if isinstance(named.get(name), dict | list) and named[name]:
                return kind, named[name]
        if len(content) != 1 or next(iter(named)) in BUYERS:
            break
        content = next(iter(content.values()))
    return None, content


def _lot(lot: Any) -> dict[str, Any]:
    codes = list(_codes(lot))
    title, told = first(lot, _TITLE), _every(lot, _DESCRIPTION)
    reserve, basis = reservation(lot)
    known = {*told, title}
    if reserve is None:
        reserve, basis = _written([title, *told])
    return {
        "lot": first(lot, _NUMBER),
        "objet": title,
        "description": _joined(text for text in told if text != title),
        "conditions": _joined(text for text in _prose(lot) if text not in known),
        "codeCPV": codes[0] if codes else None,
        "cpv": ", ".join(codes) or None,
        "montant_estime": _amount(lot),
        "dureeMois": _duration(lot),
        "reserve": reserve,
        "reserve_fondement": basis,
        "criteria": list(_criteria(lot)),
    }


def _with_criteria(lots: list[dict[str, Any]], criteria: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Criteria said once for the whole notice are those of each lot that gives none."""
    return [lot | {"criteria": lot["criteria"] or criteria} for lot in lots]


def _lots(document: Any) -> Iterator[Any]:
    for key, value in walk(document):
        if key in ("lot", "tranche") and isinstance(value, dict):
            yield value
        elif (
            key == "lots"
            and isinstance(value, dict)
            and not any(fold(k) == "lot" for k in value)
            and first(value, (*_TITLE, *_DESCRIPTION))
        ):
            yield value


def _criteria(place: Any) -> Iterator[dict[str, Any]]:
    """Award criteria with their weights, given one by one or written in a sentence."""
    for key, value in walk(place):
        if not (key.startswith("crit") and "attrib" in key):
            continue
        given = list(_given_criteria(value))
        if given:
            yield from given
        else:
            for text in _words(value, deep=True):
                yield from _written_criteria(text)
        return


def _given_criteria(value: Any) -> Iterator[dict[str, Any]]:
    for _, inner in [("", value), *walk(value)]:
        if not isinstance(inner, dict):
            continue
        flat = {fold(key): one for key, one in inner.items() if not isinstance(one, dict | list)}
        label = next(
            (str(flat[k]) for k in ("libelle", "critere", "nom", "intitule", "description", "text") if flat.get(k)),
            None,
        )
        weight = next(
            (str(flat[k]) for k in ("ponderation", "poids", "pct", "pourcentage", "valeur") if flat.get(k)), None
        )
        if label and weight:
            yield _criterion(label, weight)


def _written_criteria(text: str) -> Iterator[dict[str, Any]]:
    end = 0
    for found in _WEIGHTED.finditer(text):
        label = re.sub(r"^[\s,;:.\d)*•-]+(?=\D)|^\s*et\s+", "", found["label"]).strip(" ,;:-–(")
        if label:
            yield _criterion(label, found["weight"])
            end = found.end()
    if not end and re.search(r"[^\W\d_]{3}", text):
        yield _criterion(text, None)


def _criterion(label: str, weight: str | None) -> dict[str, Any]:
    start = fold(label)
    kind = (
        "prix"
        if start.startswith(("prix", "montantdeloffre", "offredeprix"))
        else "cout"
        if start.startswith("cout")
        else "inconnu"
    )
    return {"type_critere": kind, "libelle": " ".join(label.split()), "poids_lu": weight}


def _codes(place: Any) -> Iterator[str]:
    """The CPV codes, main object before the complementary ones."""
    found = [
        (key, text)
        for key, text in _leaves(place)
        if re.search(r"cpv|classprincipale|^principal$|^supplementaire$", key)
    ]
    whole = dict.fromkeys(match[1] for _, text in found if (match := re.match(r"\s*(\d{8})(?:\D|$)", text)))
    yield from whole


def _duration(place: Any) -> int | None:
    """Months, from the box of the unit that is filled."""
    for key, text in _leaves(place):
        for unit, word in (("MONTH", "mois"), ("DAY", "jour"), ("YEAR", "annee"), ("YEAR", "ans")):
            if (
                ("duree" in key or key.startswith("nb"))
                and key.endswith((word, f"{word}s"))
                and (length := months(text, unit))
            ):
                return length
    said = first(place, ("duree", "dureemarche"))
    found = re.match(r"(?i)\s*(\d{1,3})\s*(mois|ans?|annees?|années?|jours?)", said or "")
    return months(found[1], {"m": "MONTH", "a": "YEAR", "j": "DAY"}[found[2][0].lower()]) if found else None


def _amount(place: Any) -> str | None:
    """The value as written; both ends of a range, which tell no amount."""
    for key, value in walk(place):
        if key in _VALUE and (found := amounts(_leaves(value, name=key))):
            return " à ".join(found)
    return None


def _holders(document: Any) -> Iterator[str]:
    """Names of the companies an award names; natural persons have another key."""
    for key, value in walk(document):
        if key == "titulaire" and isinstance(value, dict):
            name = first(value, _HOLDER)
            if name:
                yield name


def _linked(document: Any) -> str | None:
    for key, value in walk(document):
        if key in (
            "avisinitial",
            "annonceanterieur",
            "annonceanterieure",
            "publicationanterieure",
            "avisprecedent",
            "annoncelie",
        ):
            if found := (first(value, _LINKED) if isinstance(value, dict | list) else said(value)):
                return found
    return None


def _procedure(document: Any) -> str | None:
    for key, value in walk(document):
        if key in ("typeprocedure", "typeprocedurev1"):
            return said(value) or next((k for k, _ in walk(value)), None)
    return None


def _prose(place: Any) -> list[str]:
    """What is written under any other key: conditions, capacities, supplementary information; in the order of the form."""
    texts: dict[str, None] = {}
    for key, text in _leaves(_without(place, _LOTS), silent=True):
        wordy = len(text) >= 12 and " " in text.strip() and not _NOT_TEXT.match(text)
        if (
            wordy
            and key not in (*_TITLE, *_DESCRIPTION, *_REFERENCE)
            and not (key.startswith("crit") and "attrib" in key)
        ):
            texts[text] = None
    return list(texts)


def _block(content: Any, names: tuple[str, ...]) -> Any:
    return next((value for key, value in walk(content) if key in names and isinstance(value, dict) and value), None)


def _without(content: Any, names: tuple[str, ...]) -> Any:
    if isinstance(content, dict):
        return {key: _without(value, names) for key, value in content.items() if fold(key) not in names}
    return [_without(value, names) for value in content] if isinstance(content, list) else content


def walk(content: Any, depth: int = 24) -> Iterator[tuple[str, Any]]:
    """Every key and its value, the shallowest first; a list is as many values of its key."""
    level = [("", content)]
    for _ in range(depth):
        level = [pair for name, value in level for pair in _children(name, value)]
        yield from level
        if not level:
            return


def _children(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        yield from ((fold(key), inner) for key, inner in value.items() if not key.startswith("@"))
    elif isinstance(value, list):
        yield from ((name, inner) for inner in value)


def _leaves(content: Any, silent: bool = False, name: str = "", depth: int = 24) -> Iterator[tuple[str, str]]:
    """Every text with its key, in the order of the form; with ``silent``, nothing under people, places and remedies."""
    if depth and isinstance(content, dict):
        for key, value in content.items():
            word = fold(key)
            if not key.startswith("@") and not (silent and _SILENT.search(word)):
                yield from _leaves(value, silent, name if key == "#text" else word, depth - 1)
    elif depth and isinstance(content, list):
        for value in content:
            yield from _leaves(value, silent, name, depth - 1)
    elif content not in (None, "", True, False) and str(content).strip():
        yield name, str(content).strip()


def first(place: Any, names: tuple[str, ...]) -> str | None:
    return next(iter(_every(place, names)), None)


def _every(place: Any, names: tuple[str, ...]) -> list[str]:
    """The texts under these keys, the shallowest first, then in the order of the names."""
    found = [(names.index(key), text) for key, value in walk(place) if key in names and (text := said(value))]
    return list(dict.fromkeys(text for _, text in sorted(found, key=lambda pair: pair[0])))


def said(value: Any) -> str | None:
    if isinstance(value, dict):
        return said(value.get("#text"))
    return " ".join(_words(value)) or None


def _words(value: Any, deep: bool = False) -> list[str]:
    if isinstance(value, list):
        return [word for inner in value for word in _words(inner, deep)]
    if isinstance(value, dict):
        return (
            [word for key, inner in value.items() if not key.startswith("@") for word in _words(inner, deep)]
            if deep or "#text" in value
            else []
        )
    return [str(value).strip()] if value not in (None, "", True, False) and str(value).strip() else []


def _joined(texts: Any, mark: str = "\n") -> str | None:
    return mark.join(dict.fromkeys(text for text in texts if text)) or None
