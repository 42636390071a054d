"""The durations that the documents give to the contract, renewals included, and whether the documents agree."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from spaser import french
from spaser.studies.acting.proofreading.figures import in_figures
from spaser.studies.acting.proofreading.reading import CLASHES, COHERENCE, Lot, lines_of, lots_told, places, row

NAME = "durée"
_MONTHS = {"mois": 1, "trimestre": 3, "semestre": 6, "an": 12, "annee": 12}
_UNIT = r"(?:mois|trimestres?|semestres?|ans?|annees?)\b"
_COUNTED = rf"{_UNIT}|fois|reprises?|(?:nouvelles? |autres? )?(?:periodes?|reconductions?|renouvellements?)|[x×]"
_LENGTH = rf"(?P<n>\d{{1,3}}) ?(?P<u>{_UNIT})"
#: What a number of months beside the word « durée » may be instead of the duration of the contract.
_ELSE = r"garanti|validite|preavis|delai|paiement|conserv|essai|suspen|retard|anteri|avant l'ech|embauch|derniers?\b|experience|archiv|prix (?:du marche |de l'accord-cadre |du contrat )?(?:sont|est|rest)"
_OTHER = rf"(?:(?!{_ELSE}|reconduc|renouvel|periode)[^.;\n])"
_THING = r"(?:present |dit )?(?:marche|accord-cadre|contrat|lot|convention|concession|prestation)s?\b"
_KIND = r"(?:(?:totale|maximale|maximum|globale|initiale|ferme|previsionnelle|prevue|fixe|d'execution)(?: et \w+)? )*"
_PERIOD = r"(?:duree|periode)s?"
#: The duration of the contract: the first pattern that reads a length keeps it.
_CONTRACT = tuple(
    re.compile(one)
    for one in (
        rf"\b{_PERIOD} {_KIND}(?:du |de l'|de la |des |de ce |de cette |de chaque ){_THING}{_OTHER}{{0,60}}?\b{_LENGTH}",
        rf"\b{_THING}{_OTHER}{{0,120}}? pour (?:une )?(?:{_PERIOD} {_KIND}(?:de |d'))?{_LENGTH}",
        rf"(?:\b{_THING}{_OTHER}{{0,60}}?|(?:^|[.;\n] ?)(?:il|elle) (?:est|sera) (?:conclue? |passee? )?(?:pour )?)(?:une |d'une ){_PERIOD} {_KIND}(?:de |d'){_LENGTH}",
        rf"(?:^|[.;\n(] ?|\bla |\bsa |\bl'|\bune )(?:{_PERIOD}) {_KIND}(?:(?:est|sera) )?(?:fixee? a |estimee? a |de |d'|: ?){_LENGTH}",
        rf"\bduree {_KIND}?(?:[\w' ]{{0,30}})?(?::|[–-]|=) ?(?:le (?:marche|contrat) est conclu pour )?{_LENGTH}",
        rf"\bduree ?\n(?:le )?{_LENGTH}",
        rf"{_LENGTH} fermes?\b",
        rf"{_LENGTH},? (?:a compter de [^.;\n]{{0,40}}, )?(?:tacitement |expressement )?(?:reconductible|renouvelable)",
    )
)
#: What is said of a length that is the whole, renewals included.
_TOTAL_BEFORE = re.compile(r"(?:totale|maximale|maximum|globale)\b[^.;\n]{0,30}$")
_TOTAL_AFTER = re.compile(
    r"^[^.;\n]{0,20}?(?:maximum|maximal|au (?:plus|total|maximum)|(?:toutes )?(?:reconductions?|periodes?|renouvellements?) (?:eventuelles? )?(?:comprises?|incluse?s?))"
)
#: The most that renewals may make.
_AT_MOST = re.compile(
    rf"(?:duree (?:totale|maximale|maximum|globale)(?:(?!reconduc|renouv)[^.;\n]){{0,60}}?|(?:sans|ne) (?:que [^.;\n]{{0,40}})?(?:pouvoir |puisse |pourra |peut )?(?:exceder|excede|depasser|depasse) |dans la limite (?:totale |maximale )?(?:de |d'))"
    rf"(?:une duree (?:totale |maximale )?(?:de |d'))?{_LENGTH}"
)
_AGAIN = re.compile(r"reconduc|reconduit|renouvel|prolong|periodes? successive")
_TIMES = re.compile(
    r"(?P<k>\d{1,2}) ?(?:fois|reprises?|(?:nouvelles? |autres? )?(?:reconductions?|renouvellements?)|(?:nouvelles? |autres? )?periodes? (?:successives |supplementaires )?(?!initiale)|[x×])"
    r"|(?:nombre (?:maximal |maximum )?de (?:reconductions|renouvellements|periodes))[^.;\n\d]{0,20}?(?P<l>\d{1,2})\b"
)
_ONCE = re.compile(
    rf"(?:reconductible|renouvelable|reconduit|renouvele|prolonge)e?s?\b[^.;\n]{{0,60}}?(?:pour |de |d')?(?:une (?:nouvelle )?(?:duree |periode )?)?(?:supplementaire )?(?:de |d')?{_LENGTH}"
)
_EACH = re.compile(
    rf"(?:(?:{_PERIOD}|reconductions?)(?: \w+){{0,3}}? ?(?:de |d'|: ?)|\d (?:fois|reprises?),? ?(?:pour |par |de |d')?(?:chaque fois )?(?:une )?|[x×] ?){_LENGTH}"
)
_YEARLY = re.compile(
    r"(?:reconductions?|periodes?) annuelles?|annuellement|d'annee en annee|chaque annee|tous les ans|par an\b"
)


_FIRM = re.compile(rf"\bferme (?:de |d'|: ?)\d{{1,3}} ?{_UNIT}|\d ?{_UNIT} fermes?\b")


@dataclass(frozen=True)
class Told:
    """What a paragraph gives, in months: the first period, the whole as its renewals make it, the whole told; ``firm``: no less."""

    first: frozenset[int]
    made: int | None
    whole: frozenset[int]
    firm: bool = False

    @property
    def ends(self) -> frozenset[int]:
        """The months after which it ends, renewals included; those of the first period when none is told."""
        return (frozenset({self.made}) if self.made else frozenset()) | self.whole or self.first

    @property
    def months(self) -> frozenset[int]:
        return self.first | self.ends


def _months(found: re.Match[str]) -> int:
    return int(found["n"]) * _MONTHS[found["u"].rstrip("s") if found["u"] != "mois" else "mois"]


def told(text: str) -> Told:
    """What a folded paragraph says of the duration of the contract."""
    text = re.sub(r"\b1 (?=periode\b)", "une ", in_figures(text, _COUNTED))
    first: set[int] = set()
    whole = {_months(one) for one in _AT_MOST.finditer(text) if not _of_another(text, one)}
    for one in (one for pattern in _CONTRACT for one in pattern.finditer(text)):
        if _of_another(text, one):
            continue
        before, after = text[: one.start("n")], text[one.end("u") :]
        total = _TOTAL_BEFORE.search(before[-60:]) or _TOTAL_AFTER.match(after[:80])
        (whole if total else first).add(_months(one))
    if not first and not whole:
        return Told(frozenset(), None, frozenset())
    first -= whole if len(first | whole) > 1 and first - whole else set()
    firm = bool(_FIRM.search(text))
    return Told(frozenset(first), _made(text, first), frozenset(whole), firm)


def _of_another(text: str, found: re.Match[str]) -> bool:
    """Is the length that of a renewal, of a notice or of a guarantee, said in the words just before or after it."""
    start = max(text.rfind(sign, 0, found.start("n")) for sign in ".;\n(") + 1
    before = re.sub(rf"^.*\b{_UNIT}", "", text[start : found.start("n")])
    after = text[found.end("u") : found.end("u") + 25]
    return bool(
        re.search(rf"(?:{_ELSE}|reconduc|reconduit|renouvel)[^.;\n]*$", before.removesuffix(" par reconduction"))
        and not re.search(r"(?:total|maximal|maximum|global|exced|depass|limite|initial)[^.;\n]*$", before)
    ) or bool(re.match(r" (?:de |avant |d')(?:preavis|garantie|validite|l'echeance|retard)", after))


def _made(text: str, first: set[int]) -> int | None:
    """The first period and its renewals, when their number is told."""
    again = _AGAIN.search(text)
    if not again or not first:
        return None
    begun = min(first)
    clause = text[max(text.rfind(sign, 0, again.start()) for sign in ".\n") + 1 :]
    times = next((one for one in _TIMES.finditer(clause)), None)
    if times is None:
        once = _ONCE.search(clause)
        same = once and not re.search(r"\bperiodes\b|chaque|total|maxim|exced|depass", once[0])
        return begun + _months(once) if once and same else None
    if int(times["k"] or times["l"]) > 20:
        return None
    rest = clause[min(times.start(), max(0, again.start() - (len(text) - len(clause)))) :]
    each = next((one for one in _EACH.finditer(rest) if not _TOTAL_BEFORE.search(rest[: one.start("n")][-60:])), None)
    period = _months(each) if each else 12 if _YEARLY.search(rest) else begun
    return begun + int(times["k"] or times["l"]) * period


def durations(text: str) -> set[int]:
    """The months that a folded paragraph gives to the contract: the first period, and the whole with its renewals."""
    return set(told(text).months)


def read(lot: Lot) -> list[tuple[dict[str, Any], Told]]:
    """The paragraphs of a lot that give a duration, with it."""
    found = ((text, told(lines_of(text["plie"], lot.number))) for text in lot.own)
    return [(text, one) for text, one in found if one.months]


def longest(lot: Lot) -> int | None:
    """The longest duration read for a lot, renewals included."""
    return max((months for _, one in read(lot) for months in one.months), default=None)


def check(lot: Lot, over: bool | None) -> list[dict[str, Any]]:
    """Documents that give durations that differ, and a whole that its renewals do not make; those of several lots are left out."""
    kept = [(text, one) for text, one in read(lot) if len(set(lots_told(text["plie"]))) < 2]
    if len({number for text, _ in kept for number in lots_told(text["plie"])}) > 1:
        return []
    rows = [_unequal(text, one) for text, one in kept if one.made and one.whole and one.made not in one.whole]
    by_document: dict[str, list[Told]] = {}
    for text, one in kept:
        by_document.setdefault(text["document"], []).append(one)
    said = list(by_document.values())
    if any(not _agree(one, other) for rank, one in enumerate(said) for other in said[:rank]):
        listed = french.listing(f"{_listed(found)} ({document})" for document, found in by_document.items())
        constat = f"Durées différentes selon les pièces : {listed}."
        rows.append(row(NAME, CLASHES, constat, COHERENCE, at=places([t for t, _ in kept])))
    return rows


def _unequal(text: dict[str, Any], one: Told) -> dict[str, Any]:
    made, whole = one.made, french.listing(str(month) for month in sorted(one.whole))
    said = f"La première période et ses reconductions font {made} mois ; la durée totale écrite est de {whole} mois."
    return row(NAME, CLASHES, said, COHERENCE, at=places([text]))


def _agree(one: list[Told], other: list[Told]) -> bool:
    """Do two documents agree: what both tell is alike, and what one alone tells is told by the other as a part or as the whole."""
    months = [frozenset().union(*(told.months for told in said)) for said in (one, other)]
    if not months[0] & months[1]:
        return False
    ends = [frozenset().union(*(t.ends for t in said if t.made or t.whole)) for said in (one, other)]
    first = [
        frozenset().union(*(t.first for t in said if t.made or t.firm or t.whole - t.first)) for said in (one, other)
    ]
    return all(not (part[0] and part[1]) or bool(part[0] & part[1]) for part in (ends, first))


def _listed(found: list[Told]) -> str:
    """« 24 mois, 36 avec ses reconductions »."""
    months = sorted(frozenset().union(*(one.months for one in found)))
    return f"{french.listing(str(month) for month in months)} mois"
