"""Before publication: what the documents of a consultation meet, lack or contradict, lot by lot, where, and the text to paste.

The passages are those of ``clauses``; here they are only confronted with each other and with the articles held.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

import polars as pl

from spaser import rules
from spaser.problems import Problem
from spaser.studies import clauses as dossier
from spaser.studies.acting import drafting
from spaser.studies.acting.proofreading import following, grids, lengths, local, marking, reserving, subject, weights
from spaser.studies.acting.proofreading.lots import lots_of, together
from spaser.studies.acting.proofreading.reading import (
    CHECK,
    CLASHES,
    COHERENCE,
    EXECUTION,
    LACKS,
    MAYBE,
    MET,
    NOT_DUE,
    RULES_OF_CONSULTATION,
    WHOLE,
    Lot,
    pasted,
    places,
    plain,
    row,
)

#: What a row says of one check.
_ROW = ("consultation", "lot", "controle", "etat", "ou", "constat", "fondement", "texte")
#: The texts to paste, each for a contract and, but for the clause of hours and the condition of goods, for a concession.
_CRITERION, _GREEN, _CONDITION = (
    pasted(code, "concession") for code in ("critere_environnement", "clause_environnement", "condition_sociale")
)
_CLAUSE, _OF_GOODS = pasted("clause_insertion"), pasted("condition_sociale_fournitures")
#: The duties of the execution and of the award: of a contract, of a concession.
_DUTIES = {
    "critere": ("climat-critere-env", "climat-concession-critere-env"),
    "clause_env": ("climat-clause-env", "climat-concession-clause-env"),
    "clause_sociale": ("climat-clause-sociale-seuils", "climat-concession-clause-sociale"),
}
_BASES = {
    "climat-critere-env": "CCP L2152-7, R2152-7",
    "climat-clause-env": "CCP L2112-2",
    "climat-clause-sociale-seuils": "CCP L2112-2-1",
    "climat-concession-critere-env": "CCP L3124-5, R3124-4",
    "climat-concession-clause-env": "CCP L3114-2",
    "climat-concession-clause-sociale": "CCP L3114-2-1",
}


@dataclass(frozen=True, eq=False)
class Proof:
    """``rows``: one row per consultation, lot and check; ``texts``: the texts to paste, by code."""

    rows: pl.DataFrame
    texts: tuple[drafting.Text, ...]
    documents: pl.DataFrame


def proofread(
    paths: Any, *, over_threshold: bool | None = None, progress: Callable[[str, float], None] | None = None
) -> Proof:
    """Confront the documents of one or several consultations (one folder each) with what is due and with each other.

    Parameters
    ----------
    paths
        As in ``clauses``.
    over_threshold
        Whether the need reaches the European threshold; None: unknown, and the social condition is then « à vérifier ».

    Raises
    ------
    Problem
        No document can be read at all.
    """
    read = dossier.clauses(paths, progress=progress)
    named = {
        name: _consultation(name, folder) for name, folder in read.documents.files.select("document", "dossier").rows()
    }
    texts = [
        row | {"plie": plain(row["texte"]), "consultation": named[row["document"]]}
        for row in read.documents.texts.to_dicts()
    ]
    by_text = {one["texte_id"]: one for one in texts}
    passages = [
        row | {"consultation": named[row["document"]]}
        for row in read.passages.to_dicts()
        if row["niveau"] != 1 and row["confiance"] >= dossier.COUNTED
    ]
    rows: list[dict[str, Any]] = []
    bought: set[tuple[str, str]] = set()
    for name in sorted({one["consultation"] for one in texts}):
        own = [one for one in texts if one["consultation"] == name]
        lots = lots_of(own, [one for one in passages if one["consultation"] == name], by_text)
        found = [
            {"consultation": name, "lot": lot.name} | told
            for lot in lots
            for check in CHECKS
            for told in check(lot, over_threshold)
        ]
        rows += together(found, lots)
        bought |= {(name, family) for lot in lots for family in subject.families_of(lot)}
    asked = {row["texte"] for row in rows if row["texte"]}
    known = _texts(asked, over_threshold, _needed(rows, bought))
    frame = pl.DataFrame(rows, schema=dict.fromkeys(_ROW, pl.String))
    return Proof(frame, tuple(known[code] for code in known if code in asked), read.documents.files)


def _needed(rows: list[dict[str, Any]], bought: set[tuple[str, str]]) -> dict[str, drafting.Need]:
    """What is known of the need of each text asked: its lot when one alone asks for it, its family when one alone is told."""
    known: dict[str, drafting.Need] = {}
    for code in {found["texte"] for found in rows if found["texte"]}:
        asking = {(found["consultation"], found["lot"]) for found in rows if found["texte"] == code}
        families = {family for name, family in bought if name in {one for one, _ in asking}}
        lots = {lot.rsplit(" ", 1)[-1] for _, lot in asking if lot != WHOLE}
        single = len(lots) == 1 == len(asking)
        known[code] = drafting.Need(
            lot=lots.pop() if single else "", famille=families.pop() if len(families) == 1 else "autres"
        )
    return known


def _texts(asked: set[str], over: bool | None, needed: dict[str, drafting.Need]) -> dict[str, drafting.Text]:
    """The texts to paste, each drafted by the first lever that gives it, for what is known of its need."""
    found: dict[str, drafting.Text] = {}
    for code in sorted(asked):
        need = replace(needed[code], atteint=over)
        usual = (need, *(replace(need, famille=name) for name in ("autres", *_BARE)))
        bound = (replace(need, concession=True), replace(need, defense=True, atteint=None))
        tried = ((one, lever) for one in (*bound, *usual) if one.regime == _regime(code) for lever in _LEVERS)
        drafted = (text for one, lever in tried for text in _drafted(one, lever) if text.code == code)
        if (text := next(drafted, None)) is None:
            raise LookupError(f"no lever drafts the text {code}")
        found[code] = text
    return dict(sorted(found.items(), key=lambda item: drafting.PIECES.index(item[1].piece)))


def _regime(code: str) -> str:
    """The kind of contract that the code of a text names at its end."""
    return next((one for one in drafting.REGIMES if one and code.endswith(f"_{one}")), "")


def _drafted(need: drafting.Need, lever: str) -> list[drafting.Text]:
    try:
        return drafting.draft(need, lever)
    except Problem:
        return []  # That lever is not lawful, or has no text, for that contract.


#: Families whose purchases carry no hours: their social condition is another.
_BARE = ("mobilier", "formation_insertion")
_LEVERS = tuple(
    dict.fromkeys(("critere", "clause_sociale", *(one for one in drafting.levers() if one not in drafting.OPEN)))
)


def _consultation(document: str, folder: str | None) -> str:
    """The folder of a document: the one its name says, else the one that the user named."""
    parent = PurePath(document.replace("\\", "/")).parent.as_posix()
    return (folder or "pièces") if parent == "." else parent


def _law(lot: Lot, which: str, text: str) -> tuple[str, str, str]:
    """The duty that holds for the contract or the concession, its articles, and the text to paste."""
    duty = _DUTIES[which][lot.concession]
    return duty, _BASES[duty], f"{text}_concession" if lot.concession else text


def _since(duty: str) -> str:
    return rules.since(rules.toml("law.toml")["duties"][duty]["since"])


def _defence(lot: Lot, which: str, name: str) -> list[dict[str, Any]]:
    """What a contract of defence or security owes: what the texts read leave out, or what is not known; never a text to paste."""
    kind = "concession" if lot.concession else "marche"
    told, base, sure = (rules.toml("clauses/articles.toml")["defense"][kind][which][key] for key in _DEFENCE_KEYS)
    return [row(name, NOT_DUE if sure else CHECK, told, base)]


_DEFENCE_KEYS = ("constat", "fondement", "ecarte")


#: The label of a weighted criterion that takes the environment into account, whatever its weight is written in.
_OF_ENVIRONMENT = re.compile(
    r"\benvironnement(?!s? de travail)|\becolog|developpement durable|\bcarbone\b|\bdechets?\b|\bsobriete\b|\breemploi\b|\brecycl|\bbiodivers|\bbiologique|\b(?:part|produits?|denrees) (?:de )?bio\b|\bduree de vie\b|\breparab"
)


def _green_criterion(lot: Lot, over: bool | None) -> list[dict[str, Any]]:
    name = "critère environnemental"
    duty, base, offered = _law(lot, "critere", _CRITERION)
    if lot.defence:
        return _defence(lot, "critere", name)
    unfit = marking.unfit(lot)
    if found := [p for p in lot.found("env", "critere", RULES_OF_CONSULTATION) if not marking.within(p, unfit)]:
        return [row(name, MET, "Un critère environnemental est annoncé.", base, at=found)]
    if named := [one.text for one in grids.labelled(lot, _OF_ENVIRONMENT) if not marking.marks_the_firm(one.label)]:
        return [row(name, MET, "Un critère environnemental est annoncé.", base, at=places(named[:1]))]
    if found := [p for p in lot.found("env", "critere") if p["genre"] not in RULES_OF_CONSULTATION]:
        said = "Lu hors du règlement de la consultation et de l'avis, où les candidats le cherchent : à y écrire."
        return [row(name, CHECK, said, base, at=found, text=offered)]
    if not any(text["genre"] in RULES_OF_CONSULTATION for text in lot.texts):
        return [row(name, CHECK, "Aucun règlement de la consultation n'a été lu.", base, text=offered)]
    unless = "" if lot.concession else " (sauf critère unique du coût global qui l'intègre)"
    said = f"Aucun critère environnemental lu{unless}. Il en faut un {_since(duty)}."
    return [row(name, LACKS, said, base, text=offered)]


#: A sentence about what is delivered, and the words of an execution that it does not have.
_PRODUCT = re.compile(
    r"\b(?:produits?|papiers?|articles|fournitures|materiels?|materiaux|mobiliers?|meubles|appareils?|vehicules?|peintures?|textiles?|"
    r"vetements|cartouches|emballages?|equipements?|sacs|bois|denrees|distributeurs)\b[^.;\n]*\b(?:port(?:e|ent|eurs?)|sont|est|doivent|doit|contien\w+|"
    r"comport\w+|conformes?|certifi\w+|labelli\w+|ecolabel\w*|issus?|recycl\w+|respect\w+)\b"
)
_PERFORMED = re.compile(
    r"conditions? d'execution|pendant (?:toute )?l'execution|\b(?:met|mettra|mettre) en (?:oeuvre|\u0153uvre)|s'engage|\b(?:le |la )?(?:titulaire|prestataire|entrepreneur|"
    r"entreprise|attributaire)\b(?! (?:fourni|livre|propose))(?:(?! par le titulaire)[^.;\n])*|\b(?:tri|collecte|releve|bilan|tournees?|compteur)\b"
)


def _of_product(passage: dict[str, Any], lot: Lot) -> bool:
    """Does the sentence of a passage describe what is bought and nothing of how the contract is performed."""
    (text,) = (one["plie"] for one in lot.texts if one["texte_id"] == passage["texte_id"])
    at = passage["debut"] or 0
    start = max(text.rfind(sign, 0, at) for sign in ".;\n") + 1
    ends = [end for sign in ".;\n" if (end := text.find(sign, at)) >= 0]
    sentence = text[start : min(ends, default=len(text))]
    return bool(_PRODUCT.search(sentence)) and not _PERFORMED.search(sentence.replace("par le titulaire", ""))


#: What is said of a clause whose document nothing tells to be one that binds the holder.
_LOOSE = "Lu dans une pièce dont la nature n'est pas reconnue : à écrire dans un cahier des clauses ou l'acte d'engagement, qui lient le titulaire."


def _unplaced(lot: Lot, dimension: str) -> list[dict[str, Any]]:
    """The clauses read in documents that are neither the rules of the consultation nor those of its execution."""
    placed = {*EXECUTION, *RULES_OF_CONSULTATION}
    return [one for one in lot.found(dimension, "clause") if one["genre"] not in placed]


def _green_clause(lot: Lot, over: bool | None) -> list[dict[str, Any]]:
    name = "conditions d'exécution environnementales"
    duty, base, offered = _law(lot, "clause_env", _GREEN)
    if lot.defence:
        return _defence(lot, "clause_env", name)
    if found := lot.found("env", "clause", EXECUTION):
        if not all(_of_product(p, lot) for p in found):
            return [row(name, MET, "Des conditions d'exécution environnementales sont écrites.", base, at=found)]
        said = "C'est une spécification de produit (L2111-2) ; une condition d'exécution dit ce que fait le titulaire."
        return [row(name, MAYBE, said, base, at=found, text=offered)]
    if loose := _unplaced(lot, "env"):
        return [row(name, CHECK, _LOOSE, base, at=loose, text=offered)]
    if not any(text["genre"] in EXECUTION for text in lot.texts):
        return [row(name, CHECK, "Aucun cahier des clauses n'a été lu.", base, text=offered)]
    said = "Aucune condition d'exécution environnementale lue dans les cahiers."
    due = f" Il en faut {_since(duty)}."
    return [row(name, LACKS, said + due, base, text=offered)]


def _social_clause(lot: Lot, over: bool | None) -> list[dict[str, Any]]:
    name = "conditions d'exécution sociales"
    goods = subject.goods_alone(lot)
    _, due, offered = _law(lot, "clause_sociale", _CONDITION)
    if not lot.concession:
        offered = (_OF_GOODS if goods else _CONDITION) if over else "" if goods else _CLAUSE
    notes = rules.toml("clauses/articles.toml")["notes"]
    more = f" {notes['relecture_fournitures']}" if goods else ""
    found, denied = lot.found("soc", "clause", EXECUTION), lot.found("soc", "negated")
    unless = notes["sauf_concession" if lot.concession else "sauf_marche"]

    def said(state: str, told: str, at: list[dict[str, Any]], base: str = due, text: str = "") -> list[dict[str, Any]]:
        return [row(name, state, told, base, at=at, text=text)]

    if found and denied:
        return said(CLASHES, "Une clause sociale est écrite, et niée ailleurs.", [*found, *denied], COHERENCE)
    weighed = list(marking.criteria(lot))  # What a criterion weighs is marked, and announces no clause.
    announced = [p for p in lot.found("soc", "clause", RULES_OF_CONSULTATION) if not marking.within(p, weighed)]
    if announced and not found and not any(text["genre"] in EXECUTION for text in lot.texts):
        return said(CHECK, "Clause annoncée au règlement ; aucun cahier des clauses n'a été lu.", announced, COHERENCE)
    if announced and not found:
        written = "" if lot.defence else offered if lot.concession or goods else _CLAUSE
        told = f"Clause annoncée au règlement et absente des cahiers.{more}"
        return said(CLASHES, told, announced, COHERENCE, written)
    if lot.defence:
        return _defence(lot, "clause_sociale", name)
    if found:
        below = "CCP L3114-2" if lot.concession else "CCP L2112-2"
        return said(MET, "Une clause sociale est écrite.", found, due if over else below)
    if loose := _unplaced(lot, "soc"):
        return said(CHECK, _LOOSE, loose, text=offered)
    if over:
        return said(LACKS, f"Due à partir du seuil européen, {unless}.{more}", denied, text=offered)
    told = "Les pièces disent qu'il n'y en a pas." if denied else "Aucune clause sociale lue."
    return said(CHECK, f"{told} Elle est due à partir du seuil européen, {unless}.{more}", denied, text=offered)


CHECKS = (
    _green_criterion,
    _green_clause,
    _social_clause,
    reserving.check,
    following.check,
    weights.check,
    marking.check,
    lengths.check,
    local.check,
)
