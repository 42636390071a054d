"""Notices in eForms (UBL): strategic procurement (BT-06, 774, 775, 776, 777, 805), reservations (BT-71, 736), criteria.

The organisations' contacts and touch points are never looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from spaser.sources import dates
from spaser.sources.notices.ted import every, first, name, number_of, said
from spaser.sources.notices.words import months

ROOTS = ("ContractNotice", "ContractAwardNotice", "PriorInformationNotice")
#: BT-02. A subcontracting notice is the contractor's, a completion notice ends a contract: neither launches the buyer's.
_KINDS = {
    "pin-cfc": "concurrence",
    "pin": "preinformation",
    "pmc": "preinformation",
    "cn-desg": "concours",
    "cn": "concurrence",
    "can-modif": "modification",
    "can": "attribution",
    "veat": "attribution",
    "qu-sy": "concurrence",
    "subco": "autre",
    "corr": "rectificatif",
    "compl": "autre",
    "brin": "autre",
}
_ROOT_KINDS = {
    "ContractNotice": "concurrence",
    "ContractAwardNotice": "attribution",
    "PriorInformationNotice": "preinformation",
}
#: BT-71: « ateliers protégés et opérateurs d'intégration » does not say which of the two; public-service missions are L2113-15.
RESERVED = {"res-ws": "unspecified", "res-pub-ser": "ess", "none": "none"}
_CRITERIA = {"price": "prix", "cost": "cout", "quality": "qualite"}
_STRATEGIC = {
    "strategie": ("strategic-procurement",),
    "strategie_environnement": ("environmental-impact",),
    "strategie_social": ("social-objective",),
    "strategie_innovation": ("innovative-acquisition",),
    "criteres_verts": ("gpp-criteria", "green-public-procurement-criteria"),
}
_TEXTS = (
    "strategie",
    "strategie_environnement",
    "strategie_social",
    "strategie_innovation",
    "strategie_description",
    "criteres_verts",
)


def read_xml(root: etree._Element) -> Iterator[dict[str, Any]]:
    """The notice, with its lots (or parts) and their criteria."""
    code = first(root, "NoticeTypeCode") or ""
    project = _child(root, "ProcurementProject")
    lots = [
        _lot(lot, rank)
        for rank, lot in enumerate(_children(root, "ProcurementProjectLot"), 1)
        if _scheme(lot) != "LotsGroup"
    ]
    buyer = _buyer(root)
    kind: str | None = next(
        (known for start, known in _KINDS.items() if code.startswith(start)), None if code else _ROOT_KINDS[name(root)]
    )
    # An award that says it is a call for competition says two things: it proves no launch.
    kind = None if (name(root), kind) == ("ContractAwardNotice", "concurrence") else kind
    yield {
        "avis": number_of(_dated(root)) or _own(root, "ID"),
        "format": f"eForms {(first(root, 'CustomizationID') or '').removeprefix('eforms-sdk-')} ({first(root, 'SubTypeCode') or name(root)})",
        "verifie": True,
        "entier": True,
        "type_avis": _changed(root) or kind,
        "avis_lie": _earlier(root),
        "reference": _own(project, "ID"),
        "acheteur_id": first(buyer, "CompanyID") if buyer is not None else None,
        "acheteur_nom": _party(buyer),
        "acheteur_code_postal": first(buyer, "PostalZone") if buyer is not None else None,
        "objet": _own(project, "Name"),
        "description": _own(project, "Description"),
        "conditions": _joined([_own(project, "Note"), *_conditions(_child(root, "TenderingTerms"))]),
        "codeCPV": _cpv(project),
        "cpv": _all_cpv(root),
        "procedure": first(root, "ProcedureCode"),
        "date_publication": first(root, "PublicationDate"),
        "date_envoi": _own(root, "IssueDate"),
        "date_limite": _deadline(root),
        "dureeMois": _duration(project),
        "montant_estime": _amount(project),
        "titulaires": ", ".join(_winners(root)) or None,
        **_shared(lots),
        "lots": lots,
    }


def of_json(content: Any) -> etree._Element | None:
    """The eForms notice inside the JSON of the BOAMP (``{"EFORMS": {"ContractNotice": …}}``) as the tree of its XML."""
    inner = content.get("EFORMS", content) if isinstance(content, dict) else {}
    found = next(
        ((root, inner[root]) for root in ROOTS if isinstance(inner, dict) and isinstance(inner.get(root), dict)), None
    )
    return _element(*found) if found else None


def _element(tag: str, value: Any, depth: int = 60) -> etree._Element:
    """An element without namespace: keys in « @ » are its attributes, « #text » its text, a list its repetitions."""
    element = etree.Element(tag)
    if isinstance(value, str | int | float):
        element.text = _legible(value)
    for key, one in value.items() if isinstance(value, dict) else ():
        word = key.rpartition(":")[2].removeprefix("@")
        if key == "#text":
            element.text = _legible(one)
        elif not depth or not re.fullmatch(r"[A-Za-z_][\w.-]*", word) or key.startswith("@xmlns"):
            continue
        elif key.startswith("@"):
            element.set(word, _legible(one))
        else:
            element.extend(_element(word, inner, depth - 1) for inner in (one if isinstance(one, list) else [one]))
    return element


def _legible(value: Any) -> str:
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "", "" if value is None else str(value))


def _changed(root: etree._Element) -> str | None:
    """A notice that changes another one is no new competition; one that cancels it ends it."""
    changes = next(iter(every(root, "Changes")), None)
    if changes is None or not first(changes, "ChangedNoticeIdentifier"):
        return None
    return (
        "annulation"
        if any((said(e) or "").startswith("cancel") for e in every(changes, "ReasonCode"))
        else "rectificatif"
    )


def _earlier(root: etree._Element) -> str | None:
    """The notice this one changes, else the one it follows, by its publication number or its own identifier."""
    told = first(root, "ChangedNoticeIdentifier") or first(root, "NoticeDocumentReference")
    return number_of(told) or (re.sub(r"-\d\d$", "", told) if told else None)


def _duration(project: etree._Element | None) -> int | None:
    """BT-36 in months, else between its two days (BT-536, BT-537)."""
    for period in () if project is None else every(project, "PlannedPeriod"):
        for measure in every(period, "DurationMeasure"):
            if length := months(said(measure), measure.get("unitCode", "MONTH")):
                return length
        begin, end = (dates.one(first(period, tag)) for tag in ("StartDate", "EndDate"))
        if begin and end and end > begin:
            return months((end - begin).days, "DAY")
    return None


def _amount(project: etree._Element | None) -> str | None:
    """BT-27 in euros; another currency is not ours to convert."""
    found = None if project is None else next(iter(every(project, "EstimatedOverallContractAmount")), None)
    return said(found) if found is not None and found.get("currencyID", "EUR") == "EUR" else None


def _winners(root: etree._Element) -> list[str]:
    """The names of the companies whose tender won, found by their number."""
    numbers = {
        said(e)
        for party in every(root, "TenderingParty")
        for tenderer in every(party, "Tenderer")
        for e in every(tenderer, "ID")
    }
    named = (company for company in every(root, "Company") if numbers & {said(e) for e in every(company, "ID")})
    return list(dict.fromkeys(text for company in named if (text := _party(company))))


def _lot(lot: etree._Element, rank: int) -> dict[str, Any]:
    project, terms = _child(lot, "ProcurementProject"), _child(lot, "TenderingTerms")
    return {
        "lot": _own(lot, "ID") or str(rank),
        "objet": _own(project, "Name"),
        "description": _own(project, "Description"),
        "conditions": _joined([_own(project, "Note"), *_conditions(terms)]),
        "codeCPV": _cpv(project),
        "cpv": _all_cpv(lot),
        "montant_estime": _amount(project),
        "dureeMois": _duration(project),
        **_strategic(project),
        **_reservation(terms),
        "criteria": list(_criteria(lot)),
    }


def _strategic(project: etree._Element | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if project is None:
        return found
    for word, lists in _STRATEGIC.items():
        codes = [said(e) for e in every(project, "ProcurementTypeCode") if e.get("listName") in lists]
        found[word] = ", ".join(dict.fromkeys(code for code in codes if code)) or None
    texts = [first(block, "ProcurementType") for block in every(project, "ProcurementAdditionalType")]
    return found | {"strategie_description": _joined(texts)}


def _reservation(terms: etree._Element | None) -> dict[str, Any]:
    if terms is None:
        return {"reserve": None, "reserve_fondement": None, "execution_reservee": None}
    who = [said(e) for e in every(terms, "TendererRequirementTypeCode") if e.get("listName") == "reserved-procurement"]
    known = [RESERVED[code] for code in who if code in RESERVED]
    how = [said(e) for e in every(terms, "ExecutionRequirementCode") if e.get("listName") == "reserved-execution"]
    execution = True if "yes" in how else False if "no" in how else None
    basis = ", ".join(f"BT-71 {code}" for code in dict.fromkeys(who) if code in RESERVED) or None
    return {"reserve": _widest(known), "reserve_fondement": basis, "execution_reservee": execution}


def _widest(kinds: list[str]) -> str | None:
    return next((kind for kind in ("ess", "unspecified", "none") if kind in kinds), None)


def _shared(lots: list[dict[str, Any]]) -> dict[str, Any]:
    """What the notice as a whole says: the union of its lots; « none » only when every lot says so."""
    kinds = {lot["reserve"] for lot in lots}
    runs = {lot["execution_reservee"] for lot in lots}
    reserve = next((kind for kind in ("ess", "unspecified") if kind in kinds), "none" if kinds == {"none"} else None)
    bases = dict.fromkeys(
        lot["reserve_fondement"] for lot in lots if lot["reserve_fondement"] and (lot["reserve"] == reserve)
    )
    whole: dict[str, Any] = {
        "reserve": reserve,
        "reserve_fondement": ", ".join(bases) or None,
        "execution_reservee": True if True in runs else False if runs == {False} else None,
    }
    for word in _TEXTS:
        codes = dict.fromkeys(
            code
            for lot in lots
            if lot.get(word)
            for code in (lot[word].split(", ") if word != "strategie_description" else [lot[word]])
        )
        whole[word] = ("\n" if word == "strategie_description" else ", ").join(codes) or None
    return whole


def _criteria(lot: etree._Element) -> Iterator[dict[str, Any]]:
    for block in every(lot, "SubordinateAwardingCriterion"):
        kind = first(block, "AwardingCriterionTypeCode")
        label = ". ".join(dict.fromkeys(text for text in (_own(block, "Name"), _own(block, "Description")) if text))
        weights = [
            first(one, "ParameterNumeric")
            for one in every(block, "AwardCriterionParameter")
            if any(code.get("listName") == "number-weight" for code in every(one, "ParameterCode"))
        ]
        yield {
            "type_critere": _CRITERIA.get(kind or "", "inconnu"),
            "libelle": label or ("Prix" if kind == "price" else None),
            "poids_lu": next((w for w in weights if w), None),
        }


def _conditions(terms: etree._Element | None) -> list[str | None]:
    if terms is None:
        return []
    return [
        _own(block, "Description")
        for block in every(terms, "ContractExecutionRequirement", "ProcurementLegislationDocumentReference")
    ]


def _buyer(root: etree._Element) -> etree._Element | None:
    party = _child(root, "ContractingParty")
    wanted = first(party, "ID") if party is not None else None
    companies = list(every(root, "Company"))
    named = (company for company in companies if wanted and any(said(e) == wanted for e in every(company, "ID")))
    return next(named, None)


def _party(company: etree._Element | None) -> str | None:
    place = next(iter(every(company, "PartyName")), None) if company is not None else None
    return _own(place, "Name")


def _dated(root: etree._Element) -> str | None:
    return first(root, "NoticePublicationID")


def _deadline(root: etree._Element) -> str | None:
    places = every(root, "TenderSubmissionDeadlinePeriod", "ParticipationRequestReceptionPeriod")
    return next((day for place in places if (day := first(place, "EndDate"))), None)


def _cpv(project: etree._Element | None) -> str | None:
    main = next(iter(every(project, "MainCommodityClassification")), None) if project is not None else None
    return first(main, "ItemClassificationCode") if main is not None else None


def _all_cpv(place: etree._Element) -> str | None:
    codes = dict.fromkeys(said(e) or "" for e in every(place, "ItemClassificationCode"))
    return ", ".join(code for code in codes if code) or None


def _scheme(lot: etree._Element) -> str:
    own = _child(lot, "ID")
    return (own.get("schemeName") or "") if own is not None else ""


def _own(place: etree._Element | None, tag: str) -> str | None:
    """The text of a direct child, in French when several languages stand side by side."""
    found = [] if place is None else list(_children(place, tag))
    found.sort(key=lambda e: e.get("languageID", "FRA") != "FRA")
    return next((text for e in found if (text := said(e))), None)


def _child(place: etree._Element, tag: str) -> etree._Element | None:
    return next(_children(place, tag), None)


def _children(place: etree._Element, tag: str) -> Iterator[etree._Element]:
    return (e for e in place if isinstance(e.tag, str) and name(e) == tag)


def _joined(texts: list[str | None]) -> str | None:
    return "\n".join(dict.fromkeys(text for text in texts if text)) or None
