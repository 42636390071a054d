"""The hours of an insertion clause: are they the same everywhere, followed up, proved and sanctioned."""

from __future__ import annotations

import re
from typing import Any

from spaser import french
from spaser.studies.acting.proofreading import subject
from spaser.studies.acting.proofreading.figures import in_figures
from spaser.studies.acting.proofreading.reading import (
    CHECK,
    CLASHES,
    COHERENCE,
    GOOD,
    MET,
    PRACTICE,
    RULES_OF_CONSULTATION,
    Lot,
    pasted,
    row,
)

NAME = "heures d'insertion"
_CLAUSE, _FOLLOW = pasted("clause_insertion"), pasted("suivi_insertion")
_FOLLOWED = re.compile(
    r"facilitateur|facilitatrice|justificatif|attestation|releve|suivi de la clause|comite de suivi|bilan"
)
_PENALTY = re.compile(r"penalite|mise en demeure|refaction")
#: Words that say of a paragraph that it follows the clause, where the clause itself is in another article.
_OF_CLAUSE = re.compile(
    r"\b(?:d'|en |l')insertion\b|\bclauses? sociales?\b|\bheures? [^.;\n]{0,30}?non (?:realise|effectue)e?s?\b"
)


def check(lot: Lot, over: bool | None) -> list[dict[str, Any]]:
    """Every fault of the hours of a lot, or that they are met."""
    bound = lot.concession or lot.defence
    follow = "" if bound else _FOLLOW
    bare = [_in_words(p, lot) for p in lot.found("soc", "clause") if p["code"] == "opp"]
    found = [p for p in bare if p["nombre"] is not None]
    if not found and bare and all(p["genre"] in RULES_OF_CONSULTATION for p in bare):
        return []  # Announced, and written nowhere: the condition itself says so.
    if not found:
        text = "" if bound or subject.goods_alone(lot) else _CLAUSE
        return (
            [row(NAME, CHECK, "Clause d'insertion sans heures ni taux lus.", COHERENCE, at=bare, text=text)]
            if bare
            else []
        )
    rows = []
    for unit in sorted({p["nombre_unite"] for p in found}):
        values = _values([p for p in found if p["nombre_unite"] == unit])
        if len(values) > 1:
            told = french.listing(f"{french.number(v, 0 if v.is_integer() else 1)} {unit} ({at})" for v, at in values)
            said = f"Nombres différents selon les pièces : {told}."
            rows.append(row(NAME, CLASHES, said, COHERENCE, at=found))
    near = _near(lot, bare)
    if not any(map(_FOLLOWED.search, near)):
        said = "Heures exigées sans suivi ni justificatif : elles ne seront pas prouvées."
        rows.append(row("suivi de la clause", GOOD, said, PRACTICE, at=found, text=follow))
    if not any(map(_PENALTY.search, near)):
        said = "Heures exigées sans pénalité ni mise en demeure."
        rows.append(row("pénalité de la clause", GOOD, said, PRACTICE, at=found, text=follow))
    return rows or [row(NAME, MET, "Heures ou taux écrits, avec suivi et pénalité.", COHERENCE, at=found)]


def _in_words(passage: dict[str, Any], lot: Lot) -> dict[str, Any]:
    """A passage without a number, with the hours that its line says in words: « mille deux cents heures »."""
    if passage["nombre"] is not None:
        return passage
    text = next(one["plie"] for one in lot.texts if one["texte_id"] == passage["texte_id"])
    start = text.rfind("\n", 0, passage["debut"] or 0) + 1
    line = text[start : max(text.find("\n", passage["fin"] or 0), passage["fin"] or 0)]
    said = re.search(r"\b(\d{2,5}) heures?\b", in_figures(line, "heures?")) if not re.search(r"\d", line) else None
    return passage | {"nombre": float(said[1]), "nombre_unite": "heures"} if said else passage


def _values(found: list[dict[str, Any]]) -> list[tuple[float, str]]:
    """The numbers told, each with the first place that tells it."""
    return sorted({p["nombre"]: p["ou"] or p["document"] for p in reversed(found)}.items(), reverse=True)


def _near(lot: Lot, clause: list[dict[str, Any]]) -> list[str]:
    """The paragraphs of the articles where the clause is, and those that name it: the penalty of another clause is not its own."""
    ids = {p["texte_id"] for p in clause}
    places = {(text["document"], text["article"]) for text in lot.own if text["texte_id"] in ids}
    return [
        text["plie"]
        for text in lot.own
        if (text["document"], text["article"]) in places or _OF_CLAUSE.search(text["plie"])
    ]
