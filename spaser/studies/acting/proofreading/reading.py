"""What the checks of a consultation read: the words of a state, a lot with its passages, the row a check gives."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from spaser import french
from spaser.studies.acting import drafting
from spaser.text import unaccented

FORBIDDEN, CLASHES, LACKS, CHECK, MAYBE = "contraire au texte", "se contredit", "manque", "à vérifier", "peut-être"
GOOD, NOT_DUE, MET = "bonne pratique", "non applicable", "rempli"
#: The states, the worst first; the last ones leave nothing to mend.
STATES = (FORBIDDEN, CLASHES, LACKS, CHECK, MAYBE, GOOD, NOT_DUE, MET)
IN_ORDER = (NOT_DUE, MET)
#: What a finding rests on when no article does.
COHERENCE, PRACTICE = "cohérence des pièces", "bonne pratique (aucun article)"
WHOLE = "tous les lots"
RULES_OF_CONSULTATION = ("RC", "AVIS")
EXECUTION = ("CCAP", "CCTP", "CCP", "AE", "CONTRAT")
_LOT = re.compile(
    r"\blot(?P<many>s)? ?(?:n ?[°o]?s? ?)?(?P<said>\d{1,2}\b(?(many)(?:(?: ?, ?| et | a )(?:n ?[°o]? ?)?\d{1,2}\b(?! ?(?:%|mois|ans|heures|euros)))*))"
)
#: A row of a table of lots, and the head of such a table: « 2 ; Élagage : 24 mois » under « N° de lot ; Intitulé : Durée ».
_LOT_ROW = re.compile(
    r"^\W*(?P<word>lot ?(?:n ?[°o]? ?)?)?(?P<lot>\d{1,2})(?(word)\b|\b(?![.,/-]?\d| ?(?:%|mois|ans|heures|h\b)|[.)]))(?P<said>[^\n]*)$"
)
_LOT_HEAD, _HEAD = re.compile(r"^\W*(?:n ?[°o]? ?(?:du |de |des )?)?lots?\b[^.]*$"), 150
#: What says that the contract is a concession; « réseaux des concessionnaires » does not.
_CONCEDED = re.compile(
    r"\b[lr] ?\.? ?31(?:13|14|24)-\d|\bavis de concession\b|\bautorite concedante\b|\bduree de la concession\b"
    r"|\bla (?:presente )?concession (?:est|a pour|porte|comporte|ne)\b"
    r"|\b(?:objet|intitule)\b ?:? ?(?:la |l'attribution d'une |une )?(?:concession|delegation de service public)\b"
    r"|^\W*concession (?:de|d'|pour|relative)\b"
)
#: What says that the contract is one of defence or security.
_DEFENCE = re.compile(
    r"\b(?<!n'est pas un )(?<!hors )(?<!non )marche (?:public )?de defense (?:ou|et) de securite\b"
    r"|\b(?<!n'est pas une )(?<!hors )(?<!non )concession de defense (?:ou|et) de securite\b|\bl ?\.? ?(?:1113-1|231[123]-\d+)\b"
)


def lots_told(text: str) -> list[str]:
    """The numbers of the lots that a folded text names; « lots n° 1, 2 et 5 à 7 » names five."""
    found: list[str] = []
    for told in _LOT.finditer(text):
        numbers = re.findall(r"( a )?(?:n ?[°o]? ?)?(\d{1,2})", told["said"])
        for ranged, number in numbers:
            first = int(found[-1]) + 1 if ranged else int(number)
            found += map(str, range(first, int(number) + 1))
    return found


def tables_of_lots(text: str) -> list[tuple[int, dict[int, str]]]:
    """The tables of a folded paragraph whose rows are lots: the line of its head, and the lot of each line that follows it."""
    found: list[tuple[int, dict[int, str]]] = []
    for rank, line in enumerate(text.split("\n")):
        numbered = _LOT_ROW.match(line)
        if found and numbered and rank == max([found[-1][0], *found[-1][1]]) + 1:
            found[-1][1][rank] = numbered["lot"]
        elif len(line) <= _HEAD and _LOT_HEAD.match(line) and not _LOT_ROW.match(line):
            found.append((rank, {}))
    return [(head, rows) for head, rows in found if len(rows) > 1]


def lines_of(text: str, number: str) -> str:
    """A folded paragraph without the rows of other lots; without any row when no lot is asked."""
    others = {rank for _, rows in tables_of_lots(text) for rank, lot in rows.items() if lot != number}
    return "\n".join(line for rank, line in enumerate(text.split("\n")) if rank not in others)


@dataclass(frozen=True)
class Lot:
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

    @property
    def number(self) -> str:
        """Its number; nothing when it is the whole consultation."""
        return "" if self.name == WHOLE else self.name.rsplit(" ", 1)[-1]

    def says(self, pattern: re.Pattern[str]) -> bool:
        return any(pattern.search(text["plie"]) for text in self.texts)

    @property
    def concession(self) -> bool:
        """Is the contract a concession, which rests on articles of its own."""
        return self.says(_CONCEDED)

    @property
    def defence(self) -> bool:
        """Is the contract one of defence or security, to which few articles of the others apply."""
        return self.says(_DEFENCE)

    @property
    def own(self) -> list[dict[str, Any]]:
        """Its paragraphs: those that name another lot and not this one are left out."""
        named = ((text, lots_told(text["plie"])) for text in self.texts)
        return [text for text, lots in named if not self.number or not lots or self.number in lots]


#: The codes of the texts that the checks name.
NAMED: set[str] = set()


def pasted(code: str, *regimes: str) -> str:
    """The code of a text to paste, and of the same one for a concession; a misspelt one fails when the room is imported.

    Raises
    ------
    LookupError
        No text has that code.
    """
    if lacking := {"_".join(filter(None, (code, regime))) for regime in ("", *regimes)} - drafting.codes():
        raise LookupError(f"no text to paste has the code {sorted(lacking)}")
    NAMED.update("_".join(filter(None, (code, regime))) for regime in ("", *regimes))
    return code


def plain(text: str) -> str:
    """Small letters without accents, straight apostrophes; figures and signs are kept."""
    return unaccented(text).lower().replace("\u2019", "'").replace("\u00a0", " ").replace("\u202f", " ")


def row(
    check: str, state: str, said: str, base: str, *, at: list[dict[str, Any]] | None = None, text: str = ""
) -> dict[str, Any]:
    """One line of the proofreading; ``at``: where it was read; ``text``: the code of a text to paste, or nothing."""
    if text:
        pasted(text)
    where = french.listing(dict.fromkeys(one["ou"] or one["document"] for one in (at or [])[:4]))
    return {
        "controle": check,
        "etat": state,
        "ou": where,
        "constat": french.typeset(said),
        "fondement": base,
        "texte": text,
    }


def places(texts: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Where paragraphs stand, as ``row`` shows it."""
    return [
        {"ou": f"{text['document']}, article {text['article']}" if text["article"] else None}
        | {"document": text["document"]}
        for text in texts
    ]
