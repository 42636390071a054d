"""Before publication: what the documents of a consultation meet, lack or contradict, lot by lot, where, and the text to paste.

The passages are those of ``clauses``; here they are only confronted with each other and with the articles held.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import polars as pl

from spaser import rules
from spaser.studies import clauses as dossier
from spaser.studies.acting import drafting
from spaser.studies.acting.proofreading import following, lengths, local, reserving, subject, weights
from spaser.studies.acting.proofreading.reading import (
    CHECK,
    CLASHES,
    COHERENCE,
    EXECUTION,
    LACKS,
    LOT,
    MAYBE,
    MET,
    NOT_DUE,
    RULES_OF_CONSULTATION,
    WHOLE,
    Lot,
    plain,
    row,
)

#: What a row says of one check.
_ROW = ("consultation", "lot", "controle", "etat", "ou", "constat", "fondement", "texte")
#: The duties of the execution and of the award: of a contract, of a concession (none of whose texts is held).
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
    for name in sorted({one["consultation"] for one in texts}):
        own = [one for one in texts if one["consultation"] == name]
        for lot in _lots(own, [one for one in passages if one["consultation"] == name], by_text):
            rows += [
                {"consultation": name, "lot": lot.name} | found
                for check in CHECKS
                for found in check(lot, over_threshold)
            ]
    asked = {row["texte"] for row in rows if row["texte"]}
    known = _texts(asked, over_threshold)
    frame = pl.DataFrame(rows, schema=dict.fromkeys(_ROW, pl.String))
    return Proof(frame, tuple(known[code] for code in known if code in asked), read.documents.files)


def _texts(asked: set[str], over: bool | None) -> dict[str, drafting.Text]:
    """The texts to paste, drafted lever after lever until each one asked for is there: the most asked come first."""
    need, conceded = drafting.Need(atteint=over), drafting.Need(concession=True)
    levers = dict.fromkeys(("critere", "clause_sociale", *drafting.levers()))
    known: dict[str, drafting.Text] = {}
    for one in [*((need, lever) for lever in levers), *((conceded, lever) for lever in drafting.CONCEDED)]:
        if asked <= known.keys():
            break
        known = {text.code: text for text in drafting.draft(*one)} | known
    return known


def _consultation(document: str, folder: str | None) -> str:
    """The folder of a document: the one its name says, else the one that the user named."""
    parent = PurePath(document.replace("\\", "/")).parent.as_posix()
    return (folder or "pièces") if parent == "." else parent


def _lots(texts: list[dict[str, Any]], passages: list[dict[str, Any]], by_text: dict[str, dict[str, Any]]) -> list[Lot]:
    """The lots named with a passage of their own; a passage whose sentence names no lot is for all of them."""
    own: dict[str, set[str]] = {}
    for passage in passages:
        around = by_text[passage["texte_id"]]["texte"][
            max(0, (passage["debut"] or 0) - 120) : (passage["fin"] or 0) + 120
        ]
        own[f"{passage['texte_id']}-{passage['debut']}"] = set(LOT.findall(plain(around)))
    numbers = sorted({number for found in own.values() for number in found}, key=int)
    if not numbers:
        return [Lot(WHOLE, passages, texts)]

    def kept(number: str) -> list[dict[str, Any]]:
        named = ((passage, own[f"{passage['texte_id']}-{passage['debut']}"]) for passage in passages)
        return [passage for passage, lots in named if not lots or number in lots]

    return [Lot(f"lot {number}", kept(number), texts) for number in numbers]


def _law(lot: Lot, which: str, text: str) -> tuple[str, str, str]:
    """The duty that holds for the contract or the concession, its articles, and the text to paste (no concession has one)."""
    duty = _DUTIES[which][lot.concession]
    return duty, _BASES[duty], "" if lot.concession else text


def _defence(lot: Lot, which: str, name: str) -> list[dict[str, Any]]:
    """What a contract of defence or security owes: what the texts read leave out, or what is not known; never a text to paste."""
    kind = "concession" if lot.concession else "marche"
    told, base, sure = (rules.toml("clauses/articles.toml")["defense"][kind][which][key] for key in _DEFENCE_KEYS)
    return [row(name, NOT_DUE if sure else CHECK, told, base)]


_DEFENCE_KEYS = ("constat", "fondement", "ecarte")


def _green_criterion(lot: Lot, over: bool | None) -> list[dict[str, Any]]:
    name = "critère environnemental"
    duty, base, pasted = _law(lot, "critere", "critere_environnement")
    if lot.defence:
        return _defence(lot, "critere", name)
    if found := lot.found("env", "critere"):
        return [row(name, MET, "Un critère environnemental est annoncé.", base, at=found)]
    if not any(text["genre"] in RULES_OF_CONSULTATION for text in lot.texts):
        return [row(name, CHECK, "Aucun règlement de la consultation n'a été lu.", base, text=pasted)]
    unless = "" if lot.concession else " (sauf critère unique du coût global qui l'intègre)"
    said = f"Aucun critère environnemental lu{unless}. Il en faut un {rules.since_of(duty)}."
    return [row(name, LACKS, said, base, text=pasted)]


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
    duty, base, pasted = _law(lot, "clause_env", "clause_environnement")
    if lot.defence:
        return _defence(lot, "clause_env", name)
    if found := lot.found("env", "clause", EXECUTION):
        if not all(_of_product(p, lot) for p in found):
            return [row(name, MET, "Des conditions d'exécution environnementales sont écrites.", base, at=found)]
        said = "C'est une spécification de produit (L2111-2) ; une condition d'exécution dit ce que fait le titulaire."
        return [row(name, MAYBE, said, base, at=found, text=pasted)]
    if loose := _unplaced(lot, "env"):
        return [row(name, CHECK, _LOOSE, base, at=loose, text=pasted)]
    if not any(text["genre"] in EXECUTION for text in lot.texts):
        return [row(name, CHECK, "Aucun cahier des clauses n'a été lu.", base, text=pasted)]
    said = "Aucune condition d'exécution environnementale lue dans les cahiers."
    due = f" Il en faut {rules.since_of(duty)}."
    return [row(name, LACKS, said + due, base, text=pasted)]


def _social_clause(lot: Lot, over: bool | None) -> list[dict[str, Any]]:
    name = "conditions d'exécution sociales"
    goods = subject.goods_alone(lot)
    _, due, pasted = _law(lot, "clause_sociale", "condition_sociale" if over else "" if goods else "clause_insertion")
    notes = rules.toml("clauses/articles.toml")["notes"]
    more = f" {notes['relecture_fournitures']}" if goods else ""
    found, denied = lot.found("soc", "clause", EXECUTION), lot.found("soc", "negated")
    unless = notes["sauf_concession" if lot.concession else "sauf_marche"]

    def said(state: str, told: str, at: list[dict[str, Any]], base: str = due, text: str = "") -> list[dict[str, Any]]:
        return [row(name, state, told, base, at=at, text=text)]

    if found and denied:
        return said(CLASHES, "Une clause sociale est écrite, et niée ailleurs.", [*found, *denied], COHERENCE)
    announced = lot.found("soc", "clause", RULES_OF_CONSULTATION)
    if announced and not found:
        written = "" if lot.defence else pasted if lot.concession or goods else "clause_insertion"
        told = f"Clause annoncée au règlement et absente des cahiers.{more}"
        return said(CLASHES, told, announced, COHERENCE, written)
    if lot.defence:
        return _defence(lot, "clause_sociale", name)
    if found:
        below = "CCP L3114-2" if lot.concession else "CCP L2112-2"
        return said(MET, "Une clause sociale est écrite.", found, due if over else below)
    if loose := _unplaced(lot, "soc"):
        return said(CHECK, _LOOSE, loose, text=pasted)
    if over:
        return said(LACKS, f"Due à partir du seuil européen, {unless}.{more}", denied, text=pasted)
    told = "Les pièces disent qu'il n'y en a pas." if denied else "Aucune clause sociale lue."
    return said(CHECK, f"{told} Elle est due à partir du seuil européen, {unless}.{more}", denied, text=pasted)


CHECKS = (
    _green_criterion,
    _green_clause,
    _social_clause,
    reserving.check,
    following.check,
    weights.check,
    lengths.check,
    local.check,
)
