"""What favours one place, one maker or one label: local preference, a brand or a label without « ou équivalent »."""

from __future__ import annotations

import re
from typing import Any

from spaser import rules
from spaser.studies.acting.proofreading.reading import CHECK, Lot, places, row

_AREA = r"(?:commune|ville|territoire|departement|agglomeration|metropole|region|canton|communaute|bassin d'emploi|intercommunalite)"
_IN = rf"(?:de la |du |de l'|des |de notre |sur le |sur la |dans la |dans le |dans l'|sur l'){_AREA}s?\b"
#: A firm that must stand somewhere.
PLACED = re.compile(
    rf"\b(?:implante|installe|domicilie|etabli|localise)e?s? (?:dans|sur|en|a l'interieur) ?(?:de )?(?:le|la|l'|les|notre)? ?{_AREA}"
    rf"|\b(?:siege|agence|etablissement|implantation)s? (?:social )?(?:(?:est |soit |sont )?(?:situe|fixe)e?s? )?(?:dans|sur) (?:le |la |l'){_AREA}"
)
_STAFF = re.compile(
    rf"\b(?:recrut|embauch|emplo[iy])\w*[^.;\n]{{0,50}}\b(?:habitants?|residents?|riverains?|personnes (?:domiciliees|residant)|jeunes|demandeurs d'emploi)\b[^.;\n]{{0,30}}?{_IN}"
)
_FIRM = re.compile(
    r"\b(?:preference locale|priorite (?:est |sera )?(?:donnee |accordee )?aux entreprises locales"
    r"|(?:entreprises?|prestataires?|fournisseurs?|candidats?|artisans?|structures?) locale?s?\b|(?:fournisseurs|artisans) locaux\b)"
)
_FIRM_PLACED = re.compile(
    rf"\b(?:entreprises?|candidats?|soumissionnaires?|structures?|titulaire|prestataires?|fournisseurs?)\b(?:(?!locaux|batiment|site)[^.;\n]){{0,60}}(?:{PLACED.pattern})"
)
#: An origin that is asked of what is bought; direct supplies (« circuits courts ») are none.
_ORIGIN = re.compile(
    r"\b(?:fabriqu|produi|assembl|confectionn|cultiv|elev|transform|issu|proven)\w*\b[^.;\n]{0,40}\b(?:en france|francaise?s?\b|dans (?:un|le) rayon|a moins de \d+ ?km|de la region\b|du departement\b|du territoire\b|regiona(?:le?s?|ux)\b)"
    r"|\b(?:d'|de )?(?:origine|provenance|fabrication) (?:(?:est|sera) )?(?:exclusivement )?(?:francaise|france|locale|regionale)\b|\bmade in france\b"
    r"|\b(?:produits?|denrees?|fournitures?|materiaux|legumes|fruits|viandes?) (?:locaux|locales?|regiona(?:le?s?|ux))\b"
)
_LABEL = re.compile(
    r"\becolabel (?:europeen|nordique|de l'union|eu)|\beu ecolabel|\bnf environnement\b|\bange bleu\b|\bcygne (?:blanc|nordique)\b|\b(?:fsc|pefc)\b"
    r"|\boeko-?tex\b|\bmax havelaar\b|\bfairtrade\b|\benergy star\b|\bepeat\b|\bnature et progres\b|\blabel rouge\b|\bgots\b|\becocert\b"
)
_BRAND = re.compile(r"\b[Mm]arques? ?:? ?(?:« ?)?((?!NF\b|CE\b|Employeur\b|La\b|Le\b|Les\b|Et\b|Ou\b)[A-Z][\w&'’-]+)")
_EQUAL = re.compile(r"equivalen|similaire|comparable")
_FREE = re.compile(r"par exemple|a titre (?:indicatif|d'exemple)|peut|notamment|tel(?:le)?s? que")


def base(lot: Lot) -> str:
    """The articles that forbid to prefer a place; those of a concession or of defence were not read."""
    return "" if lot.concession or lot.defence else rules.toml("lever_law.toml")["levers"]["localisation"]["legal"]


def check(lot: Lot, over: bool | None) -> list[dict[str, Any]]:
    """A brand, a label or a place that the documents ask for."""
    legal = "" if lot.defence else rules.toml("lever_law.toml")["levers"]["label"]["legal"]
    label = [t for t in lot.own if any(_LABEL.search(one) for one in _alone(t["plie"]))]
    brand = [t for t in lot.own if _brand(t)]
    area = [
        t for t in lot.own if any(p.search(t["plie"]) for p in (_STAFF, _FIRM, _FIRM_PLACED)) and not _reserved(lot, t)
    ]
    rows = []
    if label:
        said = "Label demandé sans « ou équivalent » : écrire « ou tout label équivalent » ; les labels équivalents sont à accepter."
        rows.append(row("label", CHECK, said, legal, at=places(label)))
    if brand:
        said = "Marque nommée sans « ou équivalent » : l'ajouter."
        rows.append(row("marque", CHECK, said, "", at=places(brand)))
    if origin := [t for t in lot.own if any(_ORIGIN.search(one) for one in _alone(t["plie"]))]:
        said = "Provenance demandée (pays, région, rayon) : une spécification n'en vise aucune, sauf à la justifier par l'objet et à écrire « ou équivalent »."
        rows.append(row("provenance", CHECK, said, base(lot), at=places(origin)))
    if area:
        said = "Préférence locale : le recrutement ou le choix dépend du lieu (habitants, entreprises du lieu)."
        rows.append(row("préférence locale", CHECK, said, base(lot), at=places(area)))
    return rows


def _alone(text: str) -> list[str]:
    """The sentences that neither accept an equivalent nor only give an example; an equivalent told in the next one counts."""
    sentences = re.split(r"[.;\n]", text)
    pairs = zip(sentences, [*sentences[1:], ""], strict=True)
    return [
        one for one, after in pairs if not _EQUAL.search(one) and not _EQUAL.search(after) and not _FREE.search(one)
    ]


def _brand(text: dict[str, Any]) -> bool:
    """Does the paragraph name a brand, in capitals as it is written, with no equivalent beside."""
    for found in _BRAND.finditer(text["texte"]):
        around = text["plie"][max(0, found.start() - 60) : found.end() + 120]
        if not _EQUAL.search(around):
            return True
    return False


def _reserved(lot: Lot, text: dict[str, Any]) -> bool:
    """The paragraph of the reservation says its own conditions already."""
    return any(p["texte_id"] == text["texte_id"] and p["porteur"] == "reservation" for p in lot.passages)
