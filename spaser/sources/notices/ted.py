"""Notices of the TED before eForms: R2.0.9 forms F01 to F25 and the older defence form, as lxml trees.

Persons and places of contact (CONTACT_POINT, PHONE, E_MAIL…) are never looked at: only the elements named here are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from spaser.sources import dates
from spaser.sources.notices.words import months
from spaser.sources.tags import local_name
from spaser.text import fold

#: What each form is for; F21 to F23 say it themselves (NOTICE TYPE).
FORMS = {
    "01": "preinformation",
    "02": "concurrence",
    "03": "attribution",
    "04": "preinformation",
    "05": "concurrence",
    "06": "attribution",
    "07": "concurrence",
    "12": "concours",
    "13": "attribution",
    "14": "autre",
    "15": "attribution",
    "17": "concurrence",
    "18": "attribution",
    "20": "modification",
    "24": "concurrence",
    "25": "attribution",
}
_TYPES = {
    "CALL_COMPETITION": "concurrence",
    "AWARD": "attribution",
    "CONTRACT": "concurrence",
    "CONCESSION": "concurrence",
}
#: Forms where a reservation has its box: there, a box left empty is « none »; elsewhere it is unknown.
_BOXED = ("01", "02", "04", "05", "07", "21", "22", "23", "24")
WORKSHOP = (
    "RESTRICTED_SHELTERED_WORKSHOP",
    "RESTRICTED_TO_SHELTERED_WORKSHOPS",
    "RESERVED_CONTRACTS_SHELTERED_WORKSHOP",
)
PROGRAM = (
    "RESTRICTED_SHELTERED_PROGRAM",
    "RESTRICTED_TO_SHELTERED_PROGRAMME",
    "RESTRICTED_FRAMEWORK_SHELTERED_PROGRAM",
)
MISSION = ("RESERVED_ORGANISATIONS_SERVICE_MISSION",)
_TITLES = ("TITLE", "TITLE_CONTRACT", "LOT_TITLE")
_DESCRIPTIONS = ("SHORT_DESCR", "SHORT_CONTRACT_DESCRIPTION", "LOT_DESCRIPTION")
_CONDITIONS = (
    "PERFORMANCE_CONDITIONS",
    "EXISTENCE_OTHER_PARTICULAR_CONDITIONS",
    "OTHER_PARTICULAR_CONDITIONS",
    "MAIN_FEATURES_AWARD",
    "RULES_CRITERIA",
)
_LOTS = ("OBJECT_DESCR", "F02_ANNEX_B", "F05_ANNEX_B", "F17_ANNEX_B", "LOT_PRIOR_INFORMATION")
_CRITERION_KINDS = {"AC_PRICE": "prix", "AC_QUALITY": "qualite", "AC_COST": "cout"}


def read_xml(root: etree._Element) -> Iterator[dict[str, Any]]:
    """The notice of a TED_EXPORT, with its lots and their criteria."""
    form = original(root)
    if form is None:
        return
    number = re.sub(r"\D", "", form.get("FORM", "")) or re.sub(r"\D.*", "", name(form)[1:])
    body = next((e for e in every(form, "ADDRESS_CONTRACTING_BODY", "CA_CE_CONCESSIONAIRE_PROFILE")), form)
    version = root.get("VERSION") or form.get("VERSION") or ""
    reserve, execution = reservation(form, number)
    boxes = {"reserve": reserve, "reserve_fondement": _ticked(form), "execution_reservee": execution}
    lots = list(_lots(form, boxes))
    yield {
        "avis": number_of(root.get("DOC_ID")) or number_of(_own_number(root)),
        "format": f"TED {version.split('.S')[0] or 'ancien'} F{number}",
        "verifie": True,
        "entier": True,
        "type_avis": _kind(form, number),
        "avis_lie": number_of(first(form, "NOTICE_NUMBER_OJ") or first(root, "REF_NOTICE")),
        "reference": first(form, "REFERENCE_NUMBER", "FILE_REFERENCE_NUMBER"),
        "acheteur_id": first(body, "NATIONALID") or _same_body(form, first(body, "OFFICIALNAME")),
        "acheteur_nom": first(body, "OFFICIALNAME"),
        "acheteur_code_postal": first(body, "POSTAL_CODE"),
        "objet": first(form, *_TITLES),
        "description": first(_object(form), *_DESCRIPTIONS),
        "conditions": _conditions(form),
        "codeCPV": main_cpv(form),
        "cpv": all_cpv(form),
        "procedure": _procedure(form),
        "date_publication": first(root, "DATE_PUB"),
        "date_envoi": first(root, "DS_DATE_DISPATCH") or first(form, "DATE_DISPATCH_NOTICE"),
        "date_limite": first(root, "DT_DATE_FOR_SUBMISSION"),
        "dureeMois": _duration(_object(form)),
        "montant_estime": _amount(_object(form), "VAL_ESTIMATED_TOTAL"),
        "titulaires": ", ".join(_winners(form)) or None,
        **boxes,
        "lots": lots,
    }


def original(root: etree._Element) -> etree._Element | None:
    """The form in French (its original first), else the original in another language."""
    section = next(iter(every(root, "FORM_SECTION")), None)
    forms = [] if section is None else [form for form in section if isinstance(form.tag, str) and form.get("CATEGORY")]
    rank = {("ORIGINAL", True): 0, ("TRANSLATION", True): 1, ("ORIGINAL", False): 2}
    return min(forms, key=lambda form: rank.get((form.get("CATEGORY"), form.get("LG") == "FR"), 3), default=None)


def reservation(form: etree._Element, number: str) -> tuple[str | None, bool | None]:
    """What the boxes of a form say: to whom participation is reserved, whether execution is."""
    boxed = number in _BOXED
    ticked = [any(True for _ in every(form, *names)) for names in (MISSION, WORKSHOP, PROGRAM)]
    reserve = "unspecified" if ticked[1] else "ess" if ticked[0] else "none" if boxed else None
    return reserve, ticked[2] or (False if boxed else None)


def number_of(said: str | None) -> str | None:
    """« 2021/S 191-497881 » and « 058359-2021 » as the TED writes numbers today: 497881-2021, 58359-2021."""
    if match := re.search(r"(\d{4})/S\s*\d+-0*(\d+)", said or ""):
        return f"{match[2]}-{match[1]}"
    match = re.search(r"0*(\d+)-(\d{4})$", (said or "").strip())
    return f"{match[1]}-{match[2]}" if match else None


def _own_number(root: etree._Element) -> str | None:
    """The number of the notice itself, not of one it refers to."""
    return next((said(e) for e in every(root, "NO_DOC_OJS") if name(e.getparent()) == "NOTICE_DATA"), None)


def _same_body(form: etree._Element, buyer: str | None) -> str | None:
    """The number that another address of the buyer carries (further information, participation), when it bears its very name."""
    others = every(form, "ADDRESS_FURTHER_INFO", "ADDRESS_PARTICIPATION", "ADDRESS_CONTRACTING_BODY_ADDITIONAL")
    same = (e for e in others if buyer and fold(first(e, "OFFICIALNAME") or "") == fold(buyer))
    return next((number for e in same if (number := first(e, "NATIONALID"))), None)


def _kind(form: etree._Element, number: str) -> str:
    said = next((e.get("TYPE", "") for e in every(form, "NOTICE")), "")
    if number in FORMS and "CALL_COMPETITION" not in said:
        return FORMS[number]
    return next((kind for start, kind in _TYPES.items() if start in said), "preinformation" if said else "autre")


def _object(form: etree._Element) -> etree._Element:
    return next(iter(every(form, "OBJECT_CONTRACT", "OBJECT_CONTRACT_INFORMATION_DEFENCE")), form)


def _ticked(form: etree._Element) -> str | None:
    boxes = dict.fromkeys(name(e) for e in every(form, *WORKSHOP, *MISSION, *PROGRAM))
    return ", ".join(f"case {box}" for box in boxes) or None


def _duration(place: etree._Element) -> int | None:
    """II.2.7: months or days, else between its two days."""
    for block in every(place, "DURATION", "TIME_LIMIT_INDICATION", "PERIOD_WORK_DATE_STARTING"):
        if block.get("TYPE") and (length := months(said(block), block.get("TYPE", ""))):
            return length
    days = [dates.one(first(place, tag)) for tag in ("DATE_START", "DATE_END")]
    return months((days[1] - days[0]).days, "DAY") if days[0] and days[1] and days[1] > days[0] else None


def _amount(place: etree._Element, *names: str) -> str | None:
    """An estimate in euros; another currency is not ours to convert."""
    found = next(iter(every(place, *names)), None)
    return said(found) if found is not None and found.get("CURRENCY", "EUR") == "EUR" else None


def _winners(form: etree._Element) -> list[str]:
    names = [
        first(block, "OFFICIALNAME")
        for block in every(form, "ADDRESS_CONTRACTOR", "CONTACT_DATA_WITHOUT_RESPONSIBLE_NAME_CHP")
    ]
    return list(dict.fromkeys(one for one in names if one))


def _lots(form: etree._Element, boxes: dict[str, Any]) -> Iterator[dict[str, Any]]:
    found = list(every(form, *_LOTS))
    for rank, lot in enumerate(found or [_object(form)], 1):
        yield {
            "lot": first(lot, "LOT_NO", "LOT_NUMBER") or str(rank),
            "objet": first(lot, *_TITLES) or first(form, *_TITLES),
            "description": first(lot, *_DESCRIPTIONS),
            "conditions": first(lot, "INFO_ADD", "ADDITIONAL_INFORMATION"),
            "codeCPV": main_cpv(lot) or main_cpv(form),
            "cpv": all_cpv(lot),
            "montant_estime": _amount(lot, "VAL_OBJECT"),
            "dureeMois": _duration(lot),
            **boxes,
            "criteria": list(_criteria(lot if found else form)),
        }


def _criteria(lot: etree._Element) -> Iterator[dict[str, Any]]:
    for block in every(lot, "AC_PRICE", "AC_QUALITY", "AC_COST", "CRITERIA_DEFINITION"):
        kind = _CRITERION_KINDS.get(name(block))
        label = first(block, "AC_CRITERION", "CRITERIA") or ("Prix" if kind == "prix" else None)
        yield {
            "type_critere": kind or ("prix" if re.match(r"(?i)prix\b", label or "") else "inconnu"),
            "libelle": label,
            "poids_lu": first(block, "AC_WEIGHTING", "WEIGHTING"),
        }
    for block in every(lot, "AC_CRITERION"):
        if name(block.getparent()) == "AC":
            yield {"type_critere": "inconnu", "libelle": said(block), "poids_lu": None}


def _conditions(form: etree._Element) -> str | None:
    complementary = [
        e
        for place in every(
            form,
            "COMPLEMENTARY_INFO",
            "COMPLEMENTARY_INFORMATION_CONTRACT_NOTICE",
            "COMPLEMENTARY_INFORMATION_CONTRACT_DEFENCE",
        )
        for e in every(place, "INFO_ADD", "ADDITIONAL_INFORMATION")
    ]
    return "\n".join(text for e in [*every(form, *_CONDITIONS), *complementary] if (text := said(e))) or None


def _procedure(form: etree._Element) -> str | None:
    return next((name(e) for e in form.iter() if isinstance(e.tag, str) and name(e).startswith("PT_")), None)


def main_cpv(place: etree._Element) -> str | None:
    for tag in ("CPV_MAIN", "CPV_ADDITIONAL"):
        for block in every(place, tag):
            for code in every(block, "CPV_CODE"):
                return code.get("CODE")
    return None


def all_cpv(place: etree._Element) -> str | None:
    codes = dict.fromkeys(code.get("CODE", "") for code in every(place, "CPV_CODE"))
    return ", ".join(code for code in codes if code) or None


def every(place: etree._Element, *names: str) -> Iterator[etree._Element]:
    return place.iter(*(f"{{*}}{tag}" for tag in names))


def first(place: etree._Element, *names: str) -> str | None:
    """The text of the first element so named that has one."""
    return next((text for e in every(place, *names) if (text := said(e))), None)


def said(element: etree._Element) -> str | None:
    """The text of an element, one line per paragraph."""
    paragraphs = [e for e in element.iter("{*}P")] or [element]
    return "\n".join(text for p in paragraphs if (text := " ".join("".join(p.itertext()).split()))) or None


def name(element: etree._Element) -> str:
    return local_name(element)
