"""What the award criteria mark: the offer, or the firm and its place, which no criterion may."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from spaser import rules
from spaser.studies.acting.proofreading import grids, local
from spaser.studies.acting.proofreading.reading import CHECK, FORBIDDEN, Lot, pasted, places, row

NAME = "lien du critère avec l'objet"
_SOCIAL = pasted("critere_social", "concession")
_POLICY = re.compile(
    r"\bpolitiques? (?:generale|rse\b|(?:de |en matiere de |d')?(?:responsabilite )?(?:sociale|societale|environnementale|developpement durable))"
    r"|\b(?:demarche|label|certification|engagements?|notation|strategie) rse\b"
    r"|\bresponsabilite (?:sociale|societale) (?:\(rse\) )?(?:de l'entreprise|des entreprises|du candidat|du soumissionnaire)"
)
_ESS = r"(?:ess\b|l'ess\b|l'?economie sociale|economie sociale|associati|cooperati|entreprises? (?:de l'(?:ess\b|economie sociale)|adaptee|d'insertion|a mission))"
_STATUS = re.compile(
    rf"\bagrements? (?:d')?(?:esus|entreprises? solidaires?)|\b(?:statut|qualite|forme) (?:juridique )?(?:d'|de l'|de la |de |d'une )?{_ESS}|\bstatut (?:juridique|social) (?:du |de l'|des )(?:candidat|entreprise|soumissionnaire)"
    rf"|\b(?:appartenance|appartenir) (?:a |au )(?:secteur de )?(?:l'ess\b|l'economie sociale)|\b(?:entreprises?|structures?|candidats?) (?:relevant |issue?s? )?de l'(?:ess\b|economie sociale)"
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
_PIECE = re.compile(r"[^;\n%]+%?")


def criteria(lot: Lot) -> Iterator[tuple[dict[str, Any], int, int]]:
    """Each award criterion that the rules of the consultation weigh, or rank where none is weighed: its paragraph, and where it stands."""
    read = list(grids.paragraphs(lot))
    weighed = {place for text, place in read if place and grids.weighs(text["plie"])}
    for text, place in read:
        ranked = place is not None and place not in weighed
        for piece in _PIECE.finditer(text["plie"]):
            if ranked or "critère" in (text["champ"] or "") or grids.weighs(piece[0]):
                yield text, piece.start(), piece.end()


def marks_the_firm(text: str) -> bool:
    """Does a folded criterion mark a general policy, a status or a place, and not the offer."""
    return any(one.search(text) for one in (_POLICY, _STATUS, _PLACE)) and not _DENIED.search(text)


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
    """The criteria to take out: those of a place, of a status, of a general policy, with the articles held for each."""
    found: dict[tuple[str, bool], list[dict[str, Any]]] = {}
    for text, start, end in unfit(lot):
        said = text["plie"][start:end]
        marked = next(name for name, one in _MARKED.items() if one.search(said))
        found.setdefault((marked, bool(_TIED.search(said))), []).append(text)
    return [_row(lot, marked, tied, texts) for (marked, tied), texts in found.items()]


#: What a criterion marks, and how sure it is that none may: the words are those of the levers (« lever_law.toml »).
_MARKED = {"place": _PLACE, "statut": _STATUS, "politique": _POLICY}


def _row(lot: Lot, marked: str, tied: bool, texts: list[dict[str, Any]]) -> dict[str, Any]:
    placed = marked == "place"
    base, offered = _base(lot, placed)
    held = rules.toml("lever_law.toml")["criteria"][marked]
    how = "semble noter" if tied else "note"
    asked = "il doit noter l'offre ou l'exécution du contrat" if tied else "à retirer"
    why = "" if lot.defence else f" ({held['why']})"
    said = f"Critère qui {how} {held['what']}, et non l'offre : {asked}{why}."
    # That a criterion may not prefer a place is held as read; a policy rests on a decision read elsewhere, a status on our reading.
    sure = held["confidence"] == "texte_lu_en_copie" and base and not tied
    return row(NAME, FORBIDDEN if sure else CHECK, said, base, at=places(texts), text=offered)


def _base(lot: Lot, placed: bool) -> tuple[str, str]:
    """The articles held for what a criterion marks, and the text of a lawful one; those of defence were not read."""
    if lot.defence:
        return "", ""
    if placed:
        base = local.base(lot)
        return f"{base}, R2152-7" if base else "", ""
    if lot.concession:
        return "CCP R3124-4", f"{_SOCIAL}_concession"
    return rules.toml("lever_law.toml")["levers"]["critere"]["legal"], _SOCIAL
