"""A reservation proofread: is it mentioned, with the articles it rests on, within what they allow."""

from __future__ import annotations

import re
from typing import Any

from spaser import french, rules
from spaser.studies.acting.drafting import reserving as law
from spaser.studies.acting.proofreading import lengths, local, subject
from spaser.studies.acting.proofreading.reading import (
    CHECK,
    CLASHES,
    FORBIDDEN,
    LACKS,
    MET,
    RULES_OF_CONSULTATION,
    Lot,
    pasted,
    row,
)

NAME = "réservation"
_TEXTS = {
    "handicap": pasted("reservation_handicap", "concession", "defense"),
    "iae": pasted("reservation_insertion", "concession"),
    "handicap_iae": pasted("reservation_handicap_insertion"),
    "ess": pasted("reservation_ess"),
}
#: The kinds that may be reserved to in a concession, and in a contract of defence.
_CONCEDED, _DEFENDED = ("handicap", "iae"), ("handicap",)
#: The articles that each kind rests on; L2113-14 holds handicap and insertion together, and no concession may (L3113-3).
_OWN = {
    "handicap": {"L2113-12"},
    "iae": {"L2113-13"},
    "handicap_iae": {"L2113-12", "L2113-13"},
    "penit": {"L2113-13-1"},
    "ess": {"L2113-15"},
}
_BOTH = {"handicap", "iae"}
_ARTICLE = re.compile(r"\bl ?\.? ?(2113-1\d|3113-[123])(?!\d)(-1(?!\d))?")
_FOLLOWING = re.compile(r"\b(?:et|,|a) ?(?:l ?\.? ?2113)?-? ?1([2-6])\b(?![-\d])")
_CPV = re.compile(r"\b(\d{8})(?:-\d)?\b")
_ESUS = re.compile(r"\b(?:agree?e?s? |agrement |label )?(?:esus|entreprises? solidaires? d'utilite sociale)\b")
_NOT_ASKED = re.compile(
    r"(?:n'est|ne sont|sans etre|n'etant) (?:pas|ni) (?:exige|requis|demande|obligatoire)|n'est exige|le cas echeant|facultati|notamment|par exemple|s'il y a lieu|ni agrement|quel que soit"
)


def cited(text: str) -> set[str]:
    """The articles of a reservation that a folded text names; « L2113-15 et 16 » names both."""
    found: set[str] = set()
    for one in _ARTICLE.finditer(text):
        found.add(f"L{one[1]}{one[2] or ''}")
        following = _FOLLOWING.finditer(text[one.end() : one.end() + 12]) if one[1].startswith("2113") else ()
        found |= {f"L2113-1{more[1]}" for more in following if more.start() <= 2}
    return found


def check(lot: Lot, over: bool | None) -> list[dict[str, Any]]:
    """Every fault of the reservation of a lot, or that it is met."""
    found = lot.found("soc", "reservation")
    if not found:
        return []
    around = [text for text in lot.own if text["texte_id"] in {p["texte_id"] for p in found}]
    named = {article for text in around for article in cited(text["plie"])}
    named |= _OWN["handicap_iae"] if "L2113-14" in named else set()
    kinds = _kinds(found, named)
    code, base = _text(lot, kinds), _base(lot, kinds)

    def said(state: str, told: str, on: str = base, text: str = code) -> dict[str, Any]:
        return row(NAME, state, told, on, at=found, text=text)

    rows = []
    if len(kinds) > 1:
        rows.append(said(CLASHES, "Les pièces réservent à des structures différentes.", text=""))
    if not any(p["genre"] in RULES_OF_CONSULTATION for p in found):
        rows.append(said(LACKS, "La réservation n'est pas mentionnée au règlement de la consultation."))
    own = _own(lot, kinds)
    if not named:
        rows.append(said(LACKS, "Réservation sans l'article qui la fonde."))
    elif not own <= named:
        told, missing = french.listing(sorted(named)), french.listing(sorted(own - named))
        rows.append(
            said(CHECK, f"Structures nommées et article cité ({told}) ne vont pas ensemble : {missing} absent.")
        )
    if "ess" in kinds and not lot.concession:
        rows += [said(state, told, on, "") for state, told, on in _ess(lot, named)]
    rows += [said(FORBIDDEN, told, on, "") for told, on in _forbidden(lot, kinds)]
    rows += [said(state, told, on, "") for state, told, on in _conditions(lot, around)]
    return rows or [said(MET, "La réservation est mentionnée avec son article.", text="")]


def _kinds(found: list[dict[str, Any]], named: set[str]) -> set[str]:
    """The kinds of structures named; handicap and insertion together are one kind."""
    kinds = {p["reserve"] for p in found if p["reserve"] not in (None, "none", "unspecified")}
    if not kinds and named & {"L2113-15", "L2113-16"}:
        return {"ess"}
    return (kinds - _BOTH) | {"handicap_iae"} if _BOTH <= kinds or "handicap_iae" in kinds else kinds


def _text(lot: Lot, kinds: set[str]) -> str:
    """The text to paste: that of the one kind named; none for a kind without a text held."""
    kind = next(iter(sorted(kinds)), "handicap")
    if lot.concession:
        return f"{_TEXTS[kind]}_concession" if kind in _CONCEDED and not lot.defence else ""
    if lot.defence:
        return f"{_TEXTS[kind]}_defense" if kind in _DEFENDED else ""
    if kinds == {"ess"} and _service(lot)[0] is False:
        return ""  # no mention of the ESS founds what is outside the list of L2113-15
    return _TEXTS.get(kind, "")


def _base(lot: Lot, kinds: set[str]) -> str:
    if lot.concession:
        return "CCP R3113-1"
    return "CCP R2113-8" if kinds == {"ess"} else "CCP R2113-7"


def _own(lot: Lot, kinds: set[str]) -> set[str]:
    """The articles that the kinds of structures rest on; a concession has those that mirror them, none for the ESS."""
    own = {article for kind in kinds for article in _OWN.get(kind, ())}
    if not lot.concession:
        return own
    held = rules.toml("law.toml")["reservations"]
    return {held[article]["mirror"] for article in own if "mirror" in held[article]}


def _forbidden(lot: Lot, kinds: set[str]) -> list[tuple[str, str]]:
    """What the law does not allow of the contract itself: a concession on two grounds or to the ESS, a contract of defence."""
    held = rules.toml("law.toml")["reservations"]
    if lot.concession and "handicap_iae" in kinds:
        return [("Une concession se réserve au handicap ou à l'insertion, jamais aux deux ensemble.", "CCP L3113-3")]
    if lot.concession and "ess" in kinds:
        return [
            (
                "Une concession ne se réserve pas à l'économie sociale et solidaire en tant que telle : L2113-15 ne vaut que pour les marchés.",
                "CCP L2113-15",
            )
        ]
    bases = {article for kind in kinds for article in _OWN.get(kind, ())}
    if not lot.concession and lot.defence and not all(held[article]["defence"] for article in bases):
        return [
            (
                "Marché de défense ou de sécurité : la seule réservation possible est celle de L2113-12.",
                "CCP L2313-6",
            )
        ]
    return []


def _ess(lot: Lot, named: set[str]) -> list[tuple[str, str, str]]:
    """What L2113-15 and L2113-16 do not allow, or what cannot be read here, with its state and the article."""
    found = []
    months, most = lengths.longest(lot), law.longest()
    listed, what = _service(lot)
    if listed is False:
        found.append(
            (
                CHECK,
                f"Service hors liste : {what} (liste des codes CPV de L2113-15 ; annexe du code à confirmer). Réserver, s'il y a lieu, au handicap ou à l'insertion (L2113-12, L2113-13, L2113-14).",
                "CCP L2113-15",
            )
        )
    elif listed is None:
        found.append(
            (
                CHECK,
                "Service non reconnu : est-il dans la liste de L2113-15 (code CPV ; annexe du code à confirmer) ?",
                "CCP L2113-15",
            )
        )
    if months is None:
        found.append((CHECK, f"Durée non lue : {most} mois au plus, reconductions comprises.", "CCP L2113-16"))
    elif months > most:
        found.append(
            (FORBIDDEN, f"Durée de {months} mois, au-dessus de {most} mois, reconductions comprises.", "CCP L2113-16")
        )
    if named and "L2113-16" not in named:
        found.append(
            (
                FORBIDDEN,
                "Renvoi à L2113-16 absent : l'avis ou les documents renvoient aux deux articles.",
                "CCP R2113-8",
            )
        )
    return found


def _service(lot: Lot) -> tuple[bool | None, str]:
    """Is what is bought in the list of L2113-15: by its CPV codes, else by the family that its subject says; with what was read."""
    held = law.codes_listed()
    codes = {code for text in lot.own if "cpv" in text["plie"] for code in _CPV.findall(text["plie"])}
    if codes:
        out = sorted(codes - held)
        return not out, f"CPV {', '.join(out)}"
    states = {family: law.may_be_listed(family) for family in subject.families_of(lot)}
    out = [law.label(family) for family, state in states.items() if state is False]
    if out:
        return False, ", ".join(f"« {name} »" for name in out)
    return (True if states and all(states.values()) else None), ""


def _conditions(lot: Lot, around: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """Conditions that no reservation may add: an agreement ESUS, a place of establishment; with the sentence that frees them read."""
    sentences = [one for text in around for one in re.split(r"[.;\n]", text["plie"].replace("l. 2113", "l2113"))]
    esus = [one for one in sentences if _ESUS.search(one) and not _NOT_ASKED.search(one)]
    placed = [one for one in sentences if local.PLACED.search(one) and not _NOT_ASKED.search(one)]
    where = FORBIDDEN if local.base(lot) else CHECK
    return [
        *([(CHECK, "Agrément ESUS exigé : la réservation ne peut pas en dépendre.", "")] if esus else []),
        *([(where, "Implantation locale exigée : c'est préférer un lieu.", local.base(lot))] if placed else []),
    ]
