"""What the award criteria mark: the offer, or the firm and its place, which no criterion may."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from spaser import rules
from spaser.studies.acting.proofreading import local
from spaser.studies.acting.proofreading.reading import CHECK, FORBIDDEN, RULES_OF_CONSULTATION, Lot, pasted, places, row

NAME = "lien du critère avec l'objet"
_SOCIAL = pasted("critere_social", "concession")
_FIRM = re.compile(
    r"\bpolitiques? (?:generale|rse\b|(?:de |en matiere de |d')?(?:responsabilite )?(?:sociale|societale|environnementale|developpement durable))"
    r"|\b(?:demarche|label|certification|engagements?|notation|strategie) rse\b"
    r"|\bresponsabilite (?:sociale|societale) (?:\(rse\) )?(?:de l'entreprise|des entreprises|du candidat|du soumissionnaire)"
    r"|\bagrements? (?:d')?(?:esus|entreprises? solidaires?)|\bstatut (?:d'|de l'|de )?(?:ess\b|economie sociale|associati|cooperati)"
    r"|\bappartenance a l'(?:ess\b|economie sociale)"
    r"|\bpreferences? (?:donnees? |accordees? )?(?:aux|pour les) (?:associations|entreprises|structures|candidats|soumissionnaires|fournisseurs|artisans|pme)\b"
)
_THEIRS = r"(?:du |des |de l'|de la )(?:siege|candidats?|entreprises?|soumissionnaires?|societe|agence|prestataires?|fournisseurs?|titulaire)"
_PLACE = re.compile(
    rf"\bproximite (?:geographique|{_THEIRS})|\b(?:implantation|localisation|situation geographique|eloignement|adresse) (?:geographique )?{_THEIRS}"
    rf"|\bimplantation (?:locale|territoriale|geographique)|\bancrage (?:local|territorial)|\bpreference locale\b"
    rf"|\b(?:entreprises?|candidats?|prestataires?|fournisseurs?|associations?) (?:locale?s?|locaux)\b|{local.PLACED.pattern}"
)
#: Words that tie what is marked to the contract, or free it: a reader decides.
_TIED = re.compile(
    r"\b(?:execution|affecte\w*|applique\w*|mise? en oeuvre|mobilise\w*|delais?|reactivite)\b|\b(?:pour|dans le cadre d[ue]) (?:le |la |l'|ce |cette )?(?:present )?(?:marche|accord-cadre|lot|prestations?)\b"
)
_DENIED = re.compile(r"\b(?:n'est|ne sera|ne seront|ne sont|n'entrent?) (?:pas|ni|en aucun)|\baucune?\b|\bsans\b")
_CRITERIA = re.compile(r"\bcriteres?\b")
_WEIGHT = re.compile(r"\d ?(?:%|points?\b)")
_PIECE = re.compile(r"[^;\n%]+%?")


def criteria(lot: Lot) -> Iterator[tuple[dict[str, Any], int, int]]:
    """Each award criterion that the rules of the consultation weigh: its paragraph, and where it stands there."""
    titled = {(t["document"], t["article"]) for t in lot.own if t["article"] and _CRITERIA.search(t["plie"][:80])}
    for text in lot.own:
        if text["genre"] not in RULES_OF_CONSULTATION:
            continue
        listed, article = "critère" in (text["champ"] or ""), text["article"] or ""
        under = {(text["document"], article), (text["document"], article.rpartition(".")[0])} & titled
        if not listed and not under and not _CRITERIA.search(text["plie"]):
            continue
        for piece in _PIECE.finditer(text["plie"]):
            if listed or _WEIGHT.search(piece[0]):
                yield text, piece.start(), piece.end()


def marks_the_firm(text: str) -> bool:
    """Does a folded criterion mark a general policy, a status or a place, and not the offer."""
    return bool(_FIRM.search(text) or _PLACE.search(text)) and not _DENIED.search(text)


def unfit(lot: Lot) -> list[tuple[dict[str, Any], int, int]]:
    """The criteria that mark the firm or its place."""
    return [(text, start, end) for text, start, end in criteria(lot) if marks_the_firm(text["plie"][start:end])]


def within(passage: dict[str, Any], spans: list[tuple[dict[str, Any], int, int]]) -> bool:
    """Does a passage end in one of these criteria; a passage without a place in its paragraph may stand in any of them."""
    end = passage["fin"]
    return any(
        text["texte_id"] == passage["texte_id"] and (end is None or start < end <= stop) for text, start, stop in spans
    )


def check(lot: Lot, over: bool | None) -> list[dict[str, Any]]:
    """The criteria to take out: those of a place, then those of a policy or a status, with the articles held for each."""
    found: dict[tuple[bool, bool], list[dict[str, Any]]] = {}
    for text, start, end in unfit(lot):
        said = text["plie"][start:end]
        found.setdefault((bool(_PLACE.search(said)), bool(_TIED.search(said))), []).append(text)
    return [_row(lot, placed, tied, texts) for (placed, tied), texts in sorted(found.items(), key=lambda one: one[0])]


def _row(lot: Lot, placed: bool, tied: bool, texts: list[dict[str, Any]]) -> dict[str, Any]:
    base, offered = _base(lot, placed)
    told = "Critère qui note l'entreprise ou son lieu, et non l'offre : à retirer"
    if tied:
        told = "Critère qui semble noter l'entreprise ou son lieu : il doit noter l'offre ou l'exécution du contrat"
    said = f"{told}." if placed else f"{told} (source secondaire, à confirmer)."
    sure = (
        placed and base and not tied
    )  # That an article forbids a place was read; for a policy or a status, a decision alone says it.
    return row(NAME, FORBIDDEN if sure else CHECK, said, base, at=places(texts), text=offered)


def _base(lot: Lot, placed: bool) -> tuple[str, str]:
    """The articles held for what a criterion marks, and the text of a lawful one; those of defence were not read."""
    if lot.defence:
        return "", ""
    if placed:
        return local.base(lot), ""
    if lot.concession:
        return "CCP R3124-4", f"{_SOCIAL}_concession"
    return rules.toml("lever_law.toml")["levers"]["critere"]["legal"], _SOCIAL
