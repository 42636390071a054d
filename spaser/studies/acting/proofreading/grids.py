"""The grids of award criteria: each weight with its unit, and whether it is a whole criterion's or that of a part of one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from spaser.studies.acting.proofreading.reading import RULES_OF_CONSULTATION, Lot, lots_told, plain

PERCENT, POINTS, COEFFICIENT = "%", "points", "coefficient"
_WEIGHT = re.compile(
    r"(?:(?P<low>\d{1,3}(?:[.,]\d+)?) ?(?:%|points?|pts)? ?(?:a|et|-|–) ?)?(?P<value>\d{1,4}(?:[.,]\d+)?) ?(?P<unit>%|pour ?cent\b|points?\b|pts?\b)"
    r"|\bcoeff?(?:icient|\.)? ?(?:de )?:? ?(?P<coefficient>\d{1,2}(?:[.,]\d+)?)(?! ?(?:%|points?|pts))"
)
#: A share that is no weight: a scale (« noté sur 20 points »), a minimum, a tax.
_NO_WEIGHT = re.compile(
    r"(?:superieure?s? a|inferieure?s? a|au moins|au minimum|minimum de|moins de|plus de|au-dela de|jusqu'a|tva(?: de| a)?|remise de|hausse de|ecart de|notee?s? (?:sur|de \d+ a)|sur|bareme de|/|note maximale (?:de|:))\s?$"
)
#: The title of an article that gives the award criteria, or a sentence that does.
_TITLED = re.compile(
    r"\bcriteres?\b|^\W*(?:\w+ \d[\d.]*\W+)?jugement\b|\b(?:jugement|appreciation|notation|evaluation|selection|choix|classement|analyse) des offres\b"
)
#: Those that select the candidates are no award criteria.
_CANDIDATES = re.compile(r"\b(?:candidatures?|selection des candidats)\b")
_SAID = re.compile(r"\boffres (?:sont|seront) (?:jugees|appreciees|notees|classees|evaluees)\b|\bcriteres?\b")
_NUMBER = re.compile(
    r"^\W*(?:(?P<sub>sous-? ?)?criteres? ?)?(?:n ?[°o]? ?)?(?P<number>\d{1,2}(?:[.-]\d{1,2})*)(?! ?(?:%|points?\b|pts?\b|[.,]?\d))"
)
_SUB = re.compile(r"^\W*(?:(?:dont|soit)\b|sous-? ?criteres?\b)")
_LETTER = re.compile(r"^\W*[a-h] ?[).]")
_BULLET = re.compile(r"^\s*(?P<sign>[-–—•*▪■○➢►o](?= ))")
#: What says of a criterion that its parts follow.
_OPENS = re.compile(
    r"\b(?:dont|decompos\w+|reparti\w*|detaille\w*|comme suit|comme ci-apres|ainsi|sous-? ?criteres|suivants?|selon)\b[^:]*:?\s*$|:\s*$"
)
_INSIDE = re.compile(
    r"\b(?:dont|decompos\w+|reparti\w*|sous-? ?criteres)\b|\((?=[^)]*\d ?(?:%|points?|pts)[^)]*[,;/+])"
)
_ALL = re.compile(r"^\W*(?:(?:note )?totale?\b|ensemble\b|somme\b)")
#: The head of a table of weights, and a row of it whose number bears no unit.
_UNITS_TOLD, _BARE = (
    re.compile(r"\bponderation\b|\bpoids\b|\bpoints\b|%"),
    re.compile(r"[:;|\t] ?\d{1,3}(?:[.,]\d+)?\s*$"),
)
_NEAR = 0.011


#: Where a list of criteria stands: its document, its article, its title when the article does not announce it.
Place = tuple[str, str | None, str | None]


@dataclass(frozen=True)
class Weight:
    """One weight of a grid: the paragraph and the words it is said with, its value (a range when it is one), its unit, its parent."""

    text: dict[str, Any]
    label: str
    low: float
    high: float
    unit: str
    number: tuple[int, ...] = ()
    mark: str = ""
    lone: bool = True
    parent: int | None = None


@dataclass
class Grid:
    """The weights of one list of criteria, in the order they are written; ``total``: the one that its last line tells."""

    weights: list[Weight] = field(default_factory=list)
    total: float | None = None
    lots: tuple[str, ...] = ()

    @property
    def whole(self) -> list[Weight]:
        return [one for one in self.weights if one.parent is None]

    def parts(self, rank: int) -> list[Weight]:
        return [one for one in self.weights if one.parent == rank]

    @property
    def unit(self) -> str:
        units = {one.unit for one in self.whole}
        return units.pop() if len(units) == 1 else ""


def grids(lot: Lot) -> list[Grid]:
    """Each grid of the rules of the consultation for a lot, its parts told apart from its whole criteria."""
    under: dict[tuple[Any, ...], list[list[Weight]]] = {}
    about: dict[tuple[Any, ...], tuple[str, ...]] = {}
    heads: dict[tuple[Any, ...], str] = {}
    for key, text, line in _lines(lot):
        named = tuple(lots_told(line))
        weights = _weights(text, line) or _weights(text, _with_unit(line, heads.get(key, "")))
        if not weights and (head := _UNITS_TOLD.search(line)) and not re.search(r"\d", line):
            heads[key] = POINTS if head[0].startswith("point") else PERCENT
        if named and not weights:
            about[key] = named
        told = (key, named if named and len(weights) > 2 else about.get(key, ()))
        if weights:
            under.setdefault(told, []).append(weights)
    return [
        replace(grid, lots=lots)
        for (_, lots), rows in under.items()
        for one in _columns(rows)
        if (grid := _parted(one)).weights
    ]


def _with_unit(line: str, unit: str) -> str:
    """A row of a table that ends with a bare number, with the unit that the head of the table tells."""
    return f"{line.rstrip()} {unit}" if unit and _BARE.search(line) else line


def labelled(lot: Lot, words: re.Pattern[str]) -> list[Weight]:
    """The weights of a lot whose label holds some words."""
    return [one for grid in grids(lot) for one in grid.weights if words.search(one.label)]


def _lines(lot: Lot) -> Iterator[tuple[Place, dict[str, Any], str]]:
    """The lines that may hold weights, under the article that gives the criteria."""
    for text, place in paragraphs(lot):
        if place:
            yield from ((place, text, line) for line in text["plie"].split("\n"))
            continue
        for rank, one in enumerate(re.split(r"\.\s|\n", text["plie"])):
            if len(_weights(text, one)) > 1:
                yield (text["texte_id"], str(rank), None), text, one


def paragraphs(lot: Lot) -> Iterator[tuple[dict[str, Any], Place | None]]:
    """The paragraphs of the rules of the consultation that give award criteria, with where; None when a sentence alone does."""
    kept = [text for text in lot.own if text["genre"] in RULES_OF_CONSULTATION]
    titled = {(t["document"], t["article"]) for t in kept if t["article"] and gives_criteria(t)}
    for text in kept:
        root = _root(text["document"], text["article"] or "", titled)
        if root or "critère" in (text["champ"] or ""):
            yield text, (text["document"], root or text["article"], None if root else text["titre"])
        elif _SAID.search(text["plie"]):
            yield text, None


def weighs(said: str) -> bool:
    """Does a folded text give a weight."""
    return any(not _NO_WEIGHT.search(said[: one.start()]) for one in _WEIGHT.finditer(said))


def gives_criteria(text: dict[str, Any]) -> bool:
    """Does the title of the article of a paragraph say that the award criteria follow."""
    titles = (plain(text["titre"] or ""), text["plie"][:80])
    return any(_TITLED.search(one) and not _CANDIDATES.search(one) for one in titles)


def _root(document: str, article: str, titled: set[tuple[str, str]]) -> str:
    """The nearest article above, this one included, whose title gives the criteria."""
    while article and (document, article) not in titled:
        article = article.rpartition(".")[0]
    return article


def _weights(text: dict[str, Any], line: str) -> list[Weight]:
    """The weights of a line; a list on one line (« prix 60 % ; délais 40 % ») gives one for each label."""
    found, end = [], 0
    head = _NUMBER.match(line)
    for one in _WEIGHT.finditer(line):
        if _NO_WEIGHT.search(line[: one.start()]):
            continue
        label, end = line[end : one.start()], one.end()
        high = float((one["value"] or one["coefficient"]).replace(",", "."))
        low = float(one["low"].replace(",", ".")) if one["low"] else high
        unit = (
            COEFFICIENT if one["coefficient"] else PERCENT if one["unit"][0] in "%" or "cent" in one["unit"] else POINTS
        )
        found.append(Weight(text, label, min(low, high), high, unit))
    if not found:
        return []
    number = tuple(map(int, re.split(r"[.-]", head["number"]))) if head else ()
    bullet = _BULLET.match(line)
    mark = "sous" if _SUB.match(line) else "lettre" if _LETTER.match(line) else bullet["sign"] if bullet else ""
    opens = _OPENS.search(line[end:].rstrip()) or (line.rstrip().endswith(":") and not line[end:].strip(" :)"))
    first = replace(found[0], label=found[0].label or line[end:], number=number, mark=mark, lone=len(found) == 1)
    rest = [replace(one, lone=False) for one in found[1:]]
    if len(found) > 1 and _INSIDE.search(line[line.find(found[0].label) + len(found[0].label) :]):
        rest = [replace(one, mark="sous") for one in rest]
    return [replace(first, mark=f"{mark}:" if opens else mark), *rest]


def _columns(rows: list[list[Weight]]) -> list[list[Weight]]:
    """The weights as one list; as one list per column when each row of a table gives as many and each column makes a hundred."""
    count = len(rows[0])
    inside = any(one.mark == "sous" for row in rows for one in row)
    if count > 1 and len(rows) > 1 and not inside and all(len(row) == count for row in rows):
        columns = [[row[rank] for row in rows] for rank in range(count)]
        if all(abs(sum(one.high for one in column) - 100) < _NEAR for column in columns):
            return columns
    return [[one for row in rows for one in row]]


def _parted(weights: list[Weight]) -> Grid:
    """A grid: the line of the total set apart, each part given its criterion."""
    totals = [one.high for one in weights if _ALL.match(one.label)]
    kept = [one for one in weights if not _ALL.match(one.label)]
    grid = Grid(
        [replace(one, parent=_parent(kept, rank)) for rank, one in enumerate(kept)], totals[-1] if totals else None
    )
    if _sums(grid.whole):
        return grid
    flat = Grid([replace(one, parent=None) for one in kept], grid.total)
    guessed = Grid(_by_sums(kept), grid.total)
    return next((one for one in (flat, guessed) if _sums(one.whole)), grid)


def _sums(whole: list[Weight], total: float = 100) -> bool:
    """Do the weights make the whole; a range makes it when some value of each does."""
    return sum(one.low for one in whole) - _NEAR <= total <= sum(one.high for one in whole) + _NEAR


def _parent(weights: list[Weight], rank: int) -> int | None:
    """The rank of the criterion that a weight is a part of: by its number, its words, or the list that it stands in."""
    one, before = weights[rank], range(rank - 1, -1, -1)
    if len(one.number) > 1:
        above = [
            at for at in before if weights[at].number and weights[at].number == one.number[: len(weights[at].number)]
        ]
        return next((at for at in above if len(weights[at].number) < len(one.number)), None)
    if one.mark.startswith("sous"):
        return next((at for at in before if not weights[at].mark.startswith("sous")), None)
    if one.number:
        return None
    heads = [at for at in before if weights[at].number or weights[at].mark.endswith(":")]
    if not heads:
        return None
    head = weights[heads[0]]
    mark, same = one.mark.rstrip(":"), head.mark.rstrip(":")
    opened = head.mark.endswith(":") and (bool(head.number) or mark != same)
    lettered = bool(head.number) and mark in ("lettre", "-", "–", "•", "*", "○", "▪", "o")
    return heads[0] if opened or lettered else None


def _by_sums(weights: list[Weight]) -> list[Weight]:
    """The weights where those that follow one and make it exactly are taken for its parts."""
    found, rank = [], 0
    while rank < len(weights):
        head, total, stop = weights[rank], 0.0, rank + 1
        while stop < len(weights) and total + weights[stop].high <= head.high + _NEAR:
            total += weights[stop].high
            stop += 1
            if abs(total - head.high) < _NEAR:
                break
        parts = weights[rank + 1 : stop] if stop - rank > 2 and abs(total - head.high) < _NEAR else []
        found += [replace(head, parent=None), *(replace(one, parent=rank) for one in parts)]
        rank += 1 + len(parts)
    return found
