"""Before publication: what the documents of a consultation meet, lack or contradict, lot by lot, where, and the text to paste.

The passages are those of ``clauses``; here they are only confronted with each other and with the articles held.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import polars as pl

from spaser import french, rules
from spaser.studies import clauses as dossier
from spaser.studies.acting import drafting
from spaser.text import unaccented

MET, LACKS, CLASHES, CHECK = "rempli", "manque", "se contredit", "à vérifier"
#: What a row says of one check.
_ROW = ("consultation", "lot", "controle", "etat", "ou", "constat", "fondement", "texte")
WHOLE = "tous les lots"
RULES_OF_CONSULTATION = ("RC", "AVIS")
EXECUTION = ("CCAP", "CCTP", "CCP", "AE")
_LOT = re.compile(r"\blot(?:s)? ?(?:n ?[°o]? ?)?(\d{1,2})\b")
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


@dataclass(frozen=True)
class _Lot:
    """What one lot is read in: its passages and its paragraphs, folded once."""

    name: str
    passages: list[dict[str, Any]]
    texts: list[dict[str, Any]]

    def found(self, dimension: str, carrier: str, pieces: Sequence[str] = ()) -> list[dict[str, Any]]:
        return [
            p
            for p in self.passages
            if p["dimension"] == dimension and p["porteur"] == carrier and (not pieces or p["genre"] in pieces)
        ]

    def says(self, pattern: re.Pattern[str]) -> bool:
        return any(pattern.search(text["plie"]) for text in self.texts)


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
        row | {"plie": _plain(row["texte"]), "consultation": _consultation(row["document"])}
        for row in read.documents.texts.to_dicts()
    ]
    by_text = {row["texte_id"]: row for row in texts}
    passages = [
        row | {"consultation": _consultation(row["document"])}
        for row in read.passages.to_dicts()
        if row["niveau"] != 1 and row["confiance"] >= dossier.COUNTED
    ]
    rows: list[dict[str, Any]] = []
    for name in sorted({row["consultation"] for row in texts}):
        own = [row for row in texts if row["consultation"] == name]
        for lot in _lots(own, [row for row in passages if row["consultation"] == name], by_text):
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


def _plain(text: str) -> str:
    """Small letters without accents, straight apostrophes; figures and signs are kept."""
    return unaccented(text).lower().replace("\u2019", "'").replace("\u00a0", " ").replace("\u202f", " ")


def _consultation(document: str) -> str:
    parent = PurePath(document.replace("\\", "/")).parent.as_posix()
    return "pièces" if parent == "." else parent


def _lots(
    texts: list[dict[str, Any]], passages: list[dict[str, Any]], by_text: dict[str, dict[str, Any]]
) -> list[_Lot]:
    """The lots named with a passage of their own; a passage whose sentence names no lot is for all of them."""
    own: dict[str, set[str]] = {}
    for passage in passages:
        around = by_text[passage["texte_id"]]["texte"][
            max(0, (passage["debut"] or 0) - 120) : (passage["fin"] or 0) + 120
        ]
        own[f"{passage['texte_id']}-{passage['debut']}"] = set(_LOT.findall(_plain(around)))
    numbers = sorted({number for found in own.values() for number in found}, key=int)
    if not numbers:
        return [_Lot(WHOLE, passages, texts)]

    def kept(number: str) -> list[dict[str, Any]]:
        named = ((passage, own[f"{passage['texte_id']}-{passage['debut']}"]) for passage in passages)
        return [passage for passage, lots in named if not lots or number in lots]

    return [_Lot(f"lot {number}", kept(number), texts) for number in numbers]


def _row(
    check: str, state: str, said: str, base: str, *, at: list[dict[str, Any]] | None = None, text: str = ""
) -> dict[str, Any]:
    where = french.listing(dict.fromkeys(one["ou"] or one["document"] for one in (at or [])[:4]))
    return {
        "controle": check,
        "etat": state,
        "ou": where,
        "constat": french.typeset(said),
        "fondement": base,
        "texte": text,
    }


def _green_criterion(lot: _Lot, over: bool | None) -> list[dict[str, Any]]:
    name, base = "critère environnemental", "CCP L2152-7, R2152-7"
    if found := lot.found("env", "critere"):
        return [_row(name, MET, "Un critère environnemental est annoncé.", base, at=found)]
    if not any(text["genre"] in RULES_OF_CONSULTATION for text in lot.texts):
        return [_row(name, CHECK, "Aucun règlement de la consultation n'a été lu.", base, text="critere_environnement")]
    said = "Aucun critère environnemental lu (sauf critère unique du coût global qui l'intègre)."
    due = f" Il en faut un {rules.since_of('climat-critere-env')}."
    return [_row(name, LACKS, said + due, base, text="critere_environnement")]


def _green_clause(lot: _Lot, over: bool | None) -> list[dict[str, Any]]:
    name, base = "conditions d'exécution environnementales", "CCP L2112-2"
    if found := lot.found("env", "clause", EXECUTION):
        return [_row(name, MET, "Des conditions d'exécution environnementales sont écrites.", base, at=found)]
    if not any(text["genre"] in EXECUTION for text in lot.texts):
        return [_row(name, CHECK, "Aucun cahier des clauses n'a été lu.", base, text="clause_environnement")]
    said = "Aucune condition d'exécution environnementale lue dans les cahiers."
    due = f" Il en faut {rules.since_of('climat-clause-env')}."
    return [_row(name, LACKS, said + due, base, text="clause_environnement")]


def _social_clause(lot: _Lot, over: bool | None) -> list[dict[str, Any]]:
    name, base = "conditions d'exécution sociales", "CCP L2112-2-1"
    found, denied = lot.found("soc", "clause", EXECUTION), lot.found("soc", "negated")
    if found and denied:
        return [_row(name, CLASHES, "Une clause sociale est écrite, et niée ailleurs.", base, at=[*found, *denied])]
    if found:
        return [_row(name, MET, "Une clause sociale est écrite.", base, at=found)]
    announced = lot.found("soc", "clause", RULES_OF_CONSULTATION)
    if announced:
        return [
            _row(
                name,
                CLASHES,
                "Clause annoncée au règlement et absente des cahiers.",
                base,
                at=announced,
                text="clause_insertion",
            )
        ]
    if over:
        return [
            _row(
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
        _row(
            name,
            CHECK,
            f"{said} Elle est due à partir du seuil européen, sauf motif écrit.",
            base,
            at=denied,
            text="clause_insertion",
        )
    ]


def _reservation(lot: _Lot, over: bool | None) -> list[dict[str, Any]]:
    name = "réservation"
    found = lot.found("soc", "reservation")
    if not found:
        return []
    kinds = {p["reserve"] for p in found if p["reserve"] not in (None, "none", "unspecified")}
    cited = {
        article
        for p in found
        for article in re.findall(r"L ?2113-1[2-6]", " ".join(filter(None, (p["article_cite"], p["citation"]))))
    }
    needed = {
        "handicap": "reservation_handicap",
        "iae": "reservation_insertion",
        "handicap_iae": "reservation_handicap_insertion",
        "ess": "reservation_ess",
    }
    code = needed.get(next(iter(sorted(kinds)), ""), "reservation_handicap")
    base = "CCP R2113-8" if kinds == {"ess"} else "CCP R2113-7"
    rows = []
    if len(kinds) > 1 and kinds != {"handicap", "iae"}:
        rows.append(_row(name, CLASHES, "Les pièces réservent à des structures différentes.", base, at=found))
    if not any(p["genre"] in RULES_OF_CONSULTATION for p in found):
        rows.append(
            _row(
                name,
                LACKS,
                "La réservation n'est pas mentionnée au règlement de la consultation.",
                base,
                at=found,
                text=code,
            )
        )
    if not cited:
        rows.append(_row(name, LACKS, "Réservation sans l'article qui la fonde.", base, at=found, text=code))
    return rows or [_row(name, MET, "La réservation est mentionnée avec son article.", base, at=found)]


def _hours(lot: _Lot, over: bool | None) -> list[dict[str, Any]]:
    name, base = "heures d'insertion", "CCP L2112-2"
    found = [p for p in lot.passages if p["porteur"] == "clause" and p["code"] == "opp" and p["nombre"] is not None]
    if not found:
        bare = [p for p in lot.found("soc", "clause") if p["code"] == "opp"]
        return (
            [_row(name, CHECK, "Clause d'insertion sans heures ni taux lus.", base, at=bare, text="clause_insertion")]
            if bare
            else []
        )
    rows = []
    for unit in sorted({p["nombre_unite"] for p in found}):
        values = {p["nombre"] for p in found if p["nombre_unite"] == unit}
        if len(values) > 1:
            said = f"Nombres différents selon les pièces : {french.listing(french.number(v, 0 if v.is_integer() else 1) for v in sorted(values))} {unit}."
            rows.append(_row(name, CLASHES, said, base, at=found))
    if not lot.says(_FOLLOWED):
        rows.append(
            _row(
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
            _row(
                "pénalité de la clause",
                LACKS,
                "Heures exigées sans pénalité ni mise en demeure.",
                base,
                at=found,
                text="suivi_insertion",
            )
        )
    return rows or [_row(name, MET, "Heures ou taux écrits, avec suivi et pénalité.", base, at=found)]


def _weights(lot: _Lot, over: bool | None) -> list[dict[str, Any]]:
    name, base = "pondération des critères", "CCP L2152-7"
    lines = [t for t in lot.texts if "critère" in (t["champ"] or "") and t["genre"] in RULES_OF_CONSULTATION]
    weights = [float(found[-1].replace(",", ".")) for t in lines if (found := _WEIGHT.findall(t["plie"]))]
    rows = []
    if weights and abs(sum(weights) - 100) > 0.01:
        rows.append(
            _row(
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
        rows.append(_row(name, CHECK, "Critère social ou environnemental sans poids lu.", base, at=bare))
    said = [t for t in lines if _GENERAL.search(t["plie"])]
    if said:
        where = [{"ou": None, "document": t["document"]} for t in said]
        rows.append(
            _row(
                "lien du critère avec l'objet",
                CHECK,
                "Critère qui note une politique générale, un statut ou un agrément : il doit porter sur l'exécution "
                "(CE 25 mai 2018 n° 417580, source secondaire).",
                "CCP R2152-7",
                at=where,
                text="critere_social",
            )
        )
    return rows or ([_row(name, MET, "Les poids lus font 100 %.", base)] if weights else [])


CHECKS = (_green_criterion, _green_clause, _social_clause, _reservation, _hours, _weights)
