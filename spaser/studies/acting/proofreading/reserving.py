"""A reservation proofread: is it mentioned, with the articles it rests on, within what they allow."""

from __future__ import annotations

import re
from typing import Any

import polars as pl

from spaser import families, french
from spaser.studies.acting.drafting import reserving as law
from spaser.studies.acting.proofreading import lengths, local
from spaser.studies.acting.proofreading.reading import CHECK, CLASHES, LACKS, MET, RULES_OF_CONSULTATION, Lot, row

NAME = "réservation"
_TEXTS = {
    "handicap": "reservation_handicap",
    "iae": "reservation_insertion",
    "handicap_iae": "reservation_handicap_insertion",
    "ess": "reservation_ess",
}
#: The article that each kind rests on; L2113-14 holds handicap and insertion together.
_OWN = {"handicap": {"12"}, "iae": {"13"}, "handicap_iae": {"12", "13"}, "ess": {"15"}}
_ARTICLE = re.compile(r"\bl ?\.? ?2113-1(\d)(?!\d)(?!-\d)")
_FOLLOWING = re.compile(r"\b(?:et|,|a) ?(?:l ?\.? ?2113)?-? ?1([2-6])\b(?![-\d])")
_CPV = re.compile(r"\b(\d{8})(?:-\d)?\b")
_SUBJECT = re.compile(
    r"\b(?:a pour objet|objet|intitule)\b ?:?(?: du marche| de la consultation| de l'accord-cadre)? ?:? ?([^.;\n]{4,200})"
)
_ESUS = re.compile(r"\b(?:agree?e?s? |agrement |label )?(?:esus|entreprises? solidaires? d'utilite sociale)\b")
_NOT_ASKED = re.compile(
    r"(?:n'est|ne sont|sans etre|n'etant) (?:pas|ni) (?:exige|requis|demande|obligatoire)|n'est exige|le cas echeant|facultati|notamment|par exemple|s'il y a lieu|ni agrement|quel que soit"
)


def cited(text: str) -> set[str]:
    """The articles L2113-1x that a folded text names, by their last two figures; « L2113-15 et 16 » names both."""
    found: set[str] = set()
    for one in _ARTICLE.finditer(text):
        found.add(f"1{one[1]}")
        found |= {f"1{more[1]}" for more in _FOLLOWING.finditer(text[one.end() : one.end() + 12]) if more.start() <= 2}
    return found


def check(lot: Lot, over: bool | None) -> list[dict[str, Any]]:
    """Every fault of the reservation of a lot, or that it is met."""
    found = lot.found("soc", "reservation")
    if not found:
        return []
    kinds = {p["reserve"] for p in found if p["reserve"] not in (None, "none", "unspecified")}
    around = [text for text in lot.own if text["texte_id"] in {p["texte_id"] for p in found}]
    named = {article for text in around for article in cited(text["plie"])}
    named |= {"12", "13"} if "14" in named else set()
    if not kinds and named & {"15", "16"}:
        kinds = {"ess"}
    code = _TEXTS.get(next(iter(sorted(kinds)), ""), "reservation_handicap")
    base = "CCP R2113-8" if kinds == {"ess"} else "CCP R2113-7"

    def said(state: str, told: str, on: str = base, text: str = code) -> dict[str, Any]:
        return row(NAME, state, told, on, at=found, text=text)

    rows = []
    if len(kinds) > 1 and not kinds <= {"handicap", "iae", "handicap_iae"}:
        rows.append(said(CLASHES, "Les pièces réservent à des structures différentes.", text=""))
    if not any(p["genre"] in RULES_OF_CONSULTATION for p in found):
        rows.append(said(LACKS, "La réservation n'est pas mentionnée au règlement de la consultation."))
    if not named:
        rows.append(said(LACKS, "Réservation sans l'article qui la fonde."))
    elif not _own(kinds) <= named:
        told = french.listing(f"L2113-{one}" for one in sorted(named))
        missing = french.listing(f"L2113-{one}" for one in sorted(_own(kinds) - named))
        rows.append(
            said(CHECK, f"Structures nommées et article cité ({told}) ne vont pas ensemble : {missing} absent.")
        )
    if "ess" in kinds:
        rows += [said(CHECK, told, on, "") for told, on in _ess(lot, named)]
    rows += [said(CHECK, told, "", "") for told in _conditions(around)]
    return rows or [said(MET, "La réservation est mentionnée avec son article.", text="")]


def _own(kinds: set[str]) -> set[str]:
    """The articles that the kinds of structures rest on."""
    return {article for kind in kinds for article in _OWN.get(kind, ())}


def _ess(lot: Lot, named: set[str]) -> list[tuple[str, str]]:
    """What L2113-15 and L2113-16 do not allow, or what cannot be read here, with the article."""
    found = []
    months, most = lengths.longest(lot), law.longest()
    listed, what = _service(lot)
    if listed is False:
        found.append(
            (
                f"Service hors liste : {what} (liste des codes CPV de L2113-15 ; annexe du code à confirmer).",
                "CCP L2113-15",
            )
        )
    elif listed is None:
        found.append(
            (
                "Service non reconnu : est-il dans la liste de L2113-15 (code CPV ; annexe du code à confirmer) ?",
                "CCP L2113-15",
            )
        )
    if months is None:
        found.append((f"Durée non lue : {most} mois au plus, reconductions comprises.", "CCP L2113-16"))
    elif months > most:
        found.append((f"Durée de {months} mois, au-dessus de {most} mois, reconductions comprises.", "CCP L2113-16"))
    if named and "16" not in named:
        found.append(("Renvoi à L2113-16 absent : l'avis ou les documents renvoient aux deux articles.", "CCP R2113-8"))
    return found


def _service(lot: Lot) -> tuple[bool | None, str]:
    """Is what is bought in the list of L2113-15: by its CPV codes, else by the family that its subject says; with what was read."""
    held = law.codes_listed()
    codes = {code for text in lot.own if "cpv" in text["plie"] for code in _CPV.findall(text["plie"])}
    if codes:
        out = sorted(codes - held)
        return not out, f"CPV {', '.join(out)}"
    subjects = [one for text in lot.own for one in _SUBJECT.findall(text["plie"])]
    if not subjects:
        return None, ""
    said = families.of_words(pl.LazyFrame({"objet": subjects})).collect()
    states = {family: law.may_be_listed(family) for family in said["famille"].unique(maintain_order=True)}
    out = [law.label(family) for family, state in states.items() if state is False]
    if out:
        return False, ", ".join(f"« {name} »" for name in out)
    return (True if states and all(states.values()) else None), ""


def _conditions(around: list[dict[str, Any]]) -> list[str]:
    """Conditions that no reservation may add: an agreement ESUS, a place of establishment; with the sentence that frees them read."""
    sentences = [one for text in around for one in re.split(r"[.;\n]", text["plie"].replace("l. 2113", "l2113"))]
    esus = [one for one in sentences if _ESUS.search(one) and not _NOT_ASKED.search(one)]
    placed = [one for one in sentences if local.PLACED.search(one) and not _NOT_ASKED.search(one)]
    return [
        *(["Agrément ESUS exigé : la réservation ne peut pas en dépendre."] if esus else []),
        *(["Implantation locale exigée : la réservation ne peut pas en dépendre."] if placed else []),
    ]
