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

from spaser import french, rules
from spaser.studies import clauses as dossier
from spaser.studies.acting import drafting
from spaser.studies.acting.proofreading import lengths, local, reserving
from spaser.studies.acting.proofreading.reading import (
    CHECK,
    CLASHES,
    EXECUTION,
    LACKS,
    LOT,
    MAYBE,
    MET,
    RULES_OF_CONSULTATION,
    WHOLE,
    Lot,
    plain,
    row,
)

#: What a row says of one check.
_ROW = ("consultation", "lot", "controle", "etat", "ou", "constat", "fondement", "texte")
_FOLLOWED = re.compile(
    r"facilitateur|facilitatrice|justificatif|attestation|releve|suivi de la clause|comite de suivi|bilan"
)
_PENALTY = re.compile(r"penalite|mise en demeure|refaction")
_GENERAL = re.compile(
    r"politique (?:rse|sociale|societale|generale)|demarche rse|label rse|agrement esus|statut (?:d'|de l')(?:ess|economie sociale)"
)
_WEIGHT = re.compile(r"(\d{1,3}(?:[.,]\d+)?) ?%")


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
    texts = [
        row | {"plie": plain(row["texte"]), "consultation": _consultation(row["document"])}
        for row in read.documents.texts.to_dicts()
    ]
    by_text = {one["texte_id"]: one for one in texts}
    passages = [
        row | {"consultation": _consultation(row["document"])}
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
    need = drafting.Need(atteint=over_threshold)
    known = {text.code: text for lever in drafting.levers() for text in drafting.draft(need, lever)}
    frame = pl.DataFrame(rows, schema=dict.fromkeys(_ROW, pl.String))
    return Proof(frame, tuple(known[code] for code in known if code in asked), read.documents.files)


def _consultation(document: str) -> str:
    parent = PurePath(document.replace("\\", "/")).parent.as_posix()
    return "pièces" if parent == "." else parent


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


def _green_criterion(lot: Lot, over: bool | None) -> list[dict[str, Any]]:
    name, base = "critère environnemental", "CCP L2152-7, R2152-7"
    if found := lot.found("env", "critere"):
        return [row(name, MET, "Un critère environnemental est annoncé.", base, at=found)]
    if not any(text["genre"] in RULES_OF_CONSULTATION for text in lot.texts):
        return [row(name, CHECK, "Aucun règlement de la consultation n'a été lu.", base, text="critere_environnement")]
    said = "Aucun critère environnemental lu (sauf critère unique du coût global qui l'intègre)."
    due = f" Il en faut un {rules.since_of('climat-critere-env')}."
    return [row(name, LACKS, said + due, base, text="critere_environnement")]


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
    name, base = "conditions d'exécution environnementales", "CCP L2112-2"
    if found := lot.found("env", "clause", EXECUTION):
        if not all(_of_product(p, lot) for p in found):
            return [row(name, MET, "Des conditions d'exécution environnementales sont écrites.", base, at=found)]
        said = "C'est une spécification de produit (L2111-2) ; une condition d'exécution dit ce que fait le titulaire."
        return [row(name, MAYBE, said, base, at=found, text="clause_environnement")]
    if loose := _unplaced(lot, "env"):
        return [row(name, CHECK, _LOOSE, base, at=loose, text="clause_environnement")]
    if not any(text["genre"] in EXECUTION for text in lot.texts):
        return [row(name, CHECK, "Aucun cahier des clauses n'a été lu.", base, text="clause_environnement")]
    said = "Aucune condition d'exécution environnementale lue dans les cahiers."
    due = f" Il en faut {rules.since_of('climat-clause-env')}."
    return [row(name, LACKS, said + due, base, text="clause_environnement")]


def _social_clause(lot: Lot, over: bool | None) -> list[dict[str, Any]]:
    name, base = "conditions d'exécution sociales", "CCP L2112-2-1"
    found, denied = lot.found("soc", "clause", EXECUTION), lot.found("soc", "negated")
    if found and denied:
        return [row(name, CLASHES, "Une clause sociale est écrite, et niée ailleurs.", base, at=[*found, *denied])]
    if found:
        return [row(name, MET, "Une clause sociale est écrite.", base, at=found)]
    announced = lot.found("soc", "clause", RULES_OF_CONSULTATION)
    if announced:
        return [
            row(
                name,
                CLASHES,
                "Clause annoncée au règlement et absente des cahiers.",
                base,
                at=announced,
                text="clause_insertion",
            )
        ]
    if loose := _unplaced(lot, "soc"):
        pasted = "condition_sociale" if over else "clause_insertion"
        return [row(name, CHECK, _LOOSE, base, at=loose, text=pasted)]
    if over:
        return [
            row(
                name,
                LACKS,
                "Due à partir du seuil européen, sauf motif écrit et conservé (L2184-1).",
                base,
                at=denied,
                text="condition_sociale",
            )
        ]
    said = "Les pièces disent qu'il n'y en a pas." if denied else "Aucune clause sociale lue."
    return [
        row(
            name,
            CHECK,
            f"{said} Elle est due à partir du seuil européen, sauf motif écrit.",
            base,
            at=denied,
            text="clause_insertion",
        )
    ]


def _hours(lot: Lot, over: bool | None) -> list[dict[str, Any]]:
    name, base = "heures d'insertion", "CCP L2112-2"
    found = [p for p in lot.passages if p["porteur"] == "clause" and p["code"] == "opp" and p["nombre"] is not None]
    if not found:
        bare = [p for p in lot.found("soc", "clause") if p["code"] == "opp"]
        return (
            [row(name, CHECK, "Clause d'insertion sans heures ni taux lus.", base, at=bare, text="clause_insertion")]
            if bare
            else []
        )
    rows = []
    for unit in sorted({p["nombre_unite"] for p in found}):
        values = {p["nombre"] for p in found if p["nombre_unite"] == unit}
        if len(values) > 1:
            said = f"Nombres différents selon les pièces : {french.listing(french.number(v, 0 if v.is_integer() else 1) for v in sorted(values))} {unit}."
            rows.append(row(name, CLASHES, said, base, at=found))
    if not lot.says(_FOLLOWED):
        rows.append(
            row(
                "suivi de la clause",
                LACKS,
                "Heures exigées sans suivi ni justificatif : elles ne seront pas prouvées.",
                base,
                at=found,
                text="suivi_insertion",
            )
        )
    if not lot.says(_PENALTY):
        rows.append(
            row(
                "pénalité de la clause",
                LACKS,
                "Heures exigées sans pénalité ni mise en demeure.",
                base,
                at=found,
                text="suivi_insertion",
            )
        )
    return rows or [row(name, MET, "Heures ou taux écrits, avec suivi et pénalité.", base, at=found)]


def _weights(lot: Lot, over: bool | None) -> list[dict[str, Any]]:
    name, base = "pondération des critères", "CCP L2152-7"
    lines = [t for t in lot.texts if "critère" in (t["champ"] or "") and t["genre"] in RULES_OF_CONSULTATION]
    weights = [float(found[-1].replace(",", ".")) for t in lines if (found := _WEIGHT.findall(t["plie"]))]
    rows = []
    if weights and abs(sum(weights) - 100) > 0.01:
        rows.append(
            row(
                name,
                CHECK,
                f"Les poids lus font {french.number(sum(weights), 0 if float(sum(weights)).is_integer() else 1)} % au lieu de 100 % (sous-critères ou lots à part ?).",
                base,
            )
        )
    bare = [
        p
        for p in [*lot.found("env", "critere"), *lot.found("soc", "critere")]
        if p["nombre"] is None and p["genre"] in RULES_OF_CONSULTATION
    ]
    if bare and not weights:
        rows.append(row(name, CHECK, "Critère social ou environnemental sans poids lu.", base, at=bare))
    said = [t for t in lines if _GENERAL.search(t["plie"])]
    if said:
        where = [{"ou": None, "document": t["document"]} for t in said]
        rows.append(
            row(
                "lien du critère avec l'objet",
                CHECK,
                "Critère qui note une politique générale, un statut ou un agrément : il doit porter sur l'exécution "
                "(CE 25 mai 2018 n° 417580, source secondaire).",
                "CCP R2152-7",
                at=where,
                text="critere_social",
            )
        )
    return rows or ([row(name, MET, "Les poids lus font 100 %.", base)] if weights else [])


CHECKS = (
    _green_criterion,
    _green_clause,
    _social_clause,
    reserving.check,
    _hours,
    _weights,
    lengths.check,
    local.check,
)
