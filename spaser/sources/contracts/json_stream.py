"""JSON of any size, cut into the elements of its lists of contracts without ever holding the whole document.

The text is read by blocks. NumPy finds the brackets that stand outside strings and their depth; whole elements are
decoded by the standard library, numbers kept as written. A broken element costs itself, not the rest of the file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from spaser.problems import Problem
from spaser.sources.recognition import Readable

BLOCK = 1 << 20
HEAD = 4 << 20
#: An element longer than this is the mark of a stray quote: the reader looks for the next sound element.
LONGEST = 32 << 20
LISTS = {"marches", "marche", "marchés", "marché", "contrat-concession", "contrats-concession", "contrat_concession"}
CONTRACT = {
    "id",
    "uid",
    "objet",
    "nature",
    "montant",
    "codecpv",
    "procedure",
    "datenotification",
    "dureemois",
    "titulaires",
    "acheteur",
    "acheteur.id",
    "acheteur_id",
    "autoriteconcedante",
    "concessionnaires",
    "valeurglobale",
    "datesignature",
    "titulaire_id",
    "considerationssociales",
    "formeprix",
}
#: Names that sub-contracts and amendments do not have.
OWN = {"objet", "acheteur", "acheteur.id", "acheteur_id", "autoriteconcedante", "codecpv", "nature", "uid"}
WRAPPERS = ("marche", "contrat-concession", "fields", "record")
_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)
_TABLE = np.zeros(256, dtype=np.int8)
_TABLE[[ord("{"), ord("[")]] = 1
_TABLE[[ord("}"), ord("]")]] = -1
_QUOTE, _BACKSLASH, _COMMA = ord('"'), ord("\\"), ord(",")
_SEEN = _TABLE != 0
_SEEN[_QUOTE] = True
_BLANK = b" \t\r\n,"


@dataclass(frozen=True)
class Unreadable:
    """An element that could not be decoded: it keeps its place among the others."""

    why: str
    excerpt: str = ""


@dataclass(frozen=True)
class Layout:
    """Where the contracts are: number of brackets open around an element, and the name of their list."""

    depth: int
    key: str
    single: bool = False


@dataclass
class Note:
    """What the stream noticed, filled while it is read."""

    cp1252: bool = False
    cut: int | None = None


@dataclass(frozen=True)
class Batch:
    """Consecutive elements of one list, and the name of that list."""

    key: str
    elements: list[object]


def brackets(data: bytes, depth: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Positions of the brackets outside strings, +1 or -1, and the depth after each."""
    codes = np.frombuffer(data, dtype=np.uint8)
    at = np.flatnonzero(_SEEN[codes])
    kinds = codes[at]
    quotes = kinds == _QUOTE
    quotes &= ~_escaped(codes, at, quotes)
    outside = (np.cumsum(quotes) & 1) == 0
    keep = outside & (kinds != _QUOTE)
    at, steps = at[keep], _TABLE[kinds[keep]]
    return at, steps, depth + np.cumsum(steps, dtype=np.int64)


def _escaped(codes: np.ndarray, at: np.ndarray, quotes: np.ndarray) -> np.ndarray:
    """Which of the quotes follow an odd run of backslashes."""
    escaped = np.zeros(len(at), dtype=bool)
    before = np.maximum(at - 1, 0)
    for index in np.flatnonzero(quotes & (codes[before] == _BACKSLASH) & (at > 0)):
        start = end = int(at[index])
        while start and codes[start - 1] == _BACKSLASH:
            start -= 1
        escaped[index] = (end - start) & 1
    return escaped


def looks_like_contract(element: object) -> bool:
    """Whether an object has at least three fields of a contract, one of which only contracts have."""
    if not isinstance(element, dict):
        return False
    if _are_contract_names(str(key) for key in element):
        return True
    return any(looks_like_contract(value) for key, value in element.items() if key in WRAPPERS)


def _are_contract_names(names: Iterable[str]) -> bool:
    folded = {name.strip().casefold() for name in names}
    return len(folded & CONTRACT) >= 3 and bool(folded & OWN)


def locate(head: bytes) -> Layout | None:
    """Find the contracts in the beginning of a document; None when nothing looks like one.

    ``{"marches": {"marche": [{"id": …}]}}`` gives depth 3 under « marche »; ``[{"id": …}]`` depth 1 under no name;
    ``[{"source": …, "contrat": {"id": …}}]`` depth 1 too: the elements of the list, each wrapping one contract.
    """
    at, steps, depths = brackets(head, 0)
    stack: list[tuple[str, str]] = []
    single: Layout | None = None
    below = 0
    for index in range(min(len(at), 200_000)):
        depth = int(depths[index])
        if steps[index] < 0:
            del stack[depth:]
            # Leaving the single object found: what follows beside it may still be the list that is looked for.
            below = below if depth >= below else 0
            continue
        name, bracket = _key_before(head, int(at[index])), chr(head[at[index]])
        if bracket == "{" and not below and _is_contract_at(head, at, depths, index):
            if not stack or stack[-1][0] == "[":
                return Layout(depth - 1, stack[-1][1] if stack else "")
            if len(stack) > 1 and stack[-2][0] == "[":
                return Layout(depth - 2, stack[-2][1])
            # Neither in a list nor wrapped in one: alone so far, as in {"marche": {…}} (DECP written from XML give a list of
            # one as an object). Its holders and amendments, below, look like contracts and must not be taken for them.
            single, below = single or Layout(depth - 1, name, single=True), depth
        stack.append((bracket, name))
    return single


def _is_contract_at(head: bytes, at: np.ndarray, depths: np.ndarray, index: int) -> bool:
    """Whether the object opened at a bracket, complete or not, has the names of a contract at its own level."""
    near = slice(index, index + 400)
    left = np.flatnonzero(depths[near] < depths[index])
    last = index + int(left[0]) if len(left) else min(index + 400, len(at))
    own = [i for i in range(index, last) if depths[i] == depths[index]]
    text = b" ".join(head[at[i] : at[i + 1] if i + 1 < len(at) else len(head)][:20_000] for i in own)
    names = re.findall(rb'"([^"\\]{1,40})"\s*:', text)
    return _are_contract_names(name.decode("utf-8", "replace") for name in names)


def _key_before(data: bytes, position: int) -> str:
    found = re.search(rb'"([^"\\]*)"\s*:\s*$', data[max(0, position - 200) : position])
    return found.group(1).decode("utf-8", "replace") if found else ""


def decode(data: bytes) -> tuple[str, bool]:
    """The text, and whether it had to be read as Windows-1252 because it is not UTF-8."""
    try:
        return data.decode("utf-8"), False
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace"), True


class Elements:
    """The elements of the lists of contracts of one JSON stream, batch after batch.

    Parameters
    ----------
    stream
        Bytes in UTF-8 or in an ASCII superset of one byte; the mark of order already removed.
    layout
        Where the contracts are (`locate`).
    note
        Filled with what is noticed on the way.
    head
        Bytes already taken from the stream.
    """

    def __init__(self, stream: Readable, layout: Layout, note: Note, head: bytes = b"", block: int = BLOCK) -> None:
        self.stream, self.layout, self.note, self.block = stream, layout, note, block
        self.data, self.depth, self.inside, self.key = head, 0, layout.depth == 0, ""
        self.offset = 0

    def __iter__(self) -> Iterator[Batch]:
        ended = False
        if self.layout.single:
            yield from self._single()
            return
        while not ended:
            fresh = self.stream.read(self.block)
            ended = not fresh
            self.data += fresh
            yield from self._whole_elements()
            if self.inside and len(self.data) > LONGEST and not ended:
                yield from self._salvage()
        yield from self._tail()

    def _whole_elements(self) -> Iterator[Batch]:
        """Cut what is complete in the window; keep the rest."""
        at, _, depths = brackets(self.data, self.depth)
        done, first, wanted = 0, 0, self.layout.depth
        while True:
            if not self.inside:
                opened = np.flatnonzero(
                    (depths[first:] == wanted) & (np.frombuffer(self.data, np.uint8)[at[first:]] == 91)
                )
                if not len(opened):
                    done, self.depth = self._forget(at, depths, done)
                    break
                first += int(opened[0])
                done, first = int(at[first]) + 1, first + 1
                self.key, self.depth = _key_before(self.data, done - 1), wanted
                self.inside = True
            closed = np.flatnonzero(depths[first:] < wanted) if wanted else np.empty(0, int)
            if not len(closed):
                ends = np.flatnonzero(depths[first:] == wanted)
                if len(ends):
                    end = int(at[first + int(ends[-1])]) + 1
                    yield from self._decoded(self.data[done:end])
                    done = end
                break
            end = int(at[first + int(closed[0])])
            yield from self._decoded(self.data[done:end])
            done, first = end + 1, first + int(closed[0]) + 1
            self.inside, self.depth = False, wanted - 1
        self.data, self.offset = self.data[done:], self.offset + done

    def _forget(self, at: np.ndarray, depths: np.ndarray, done: int) -> tuple[int, int]:
        """Outside any list: what precedes the last bracket seen may go."""
        later = at >= done
        if not later.any():
            return done, self.depth
        return int(at[-1]) + 1, int(depths[-1])

    def _decoded(self, region: bytes) -> Iterator[Batch]:
        region = region.strip(_BLANK)
        if not region or not self._accepted():
            return
        text, guessed = decode(region)
        self.note.cp1252 |= guessed
        try:
            elements = _DECODER.decode(f"[{text}]") if self.layout.depth else self._one_by_one(region)
        except (ValueError, RecursionError):
            elements = self._one_by_one(region)
        yield Batch(self.key, elements)

    def _accepted(self) -> bool:
        return self.key == self.layout.key or self.key.strip().casefold() in LISTS

    def _one_by_one(self, region: bytes) -> list[object]:
        """The elements of a region decoded separately, because one of them is broken (or they are one a line)."""
        at, _, depths = brackets(region, 0)
        elements: list[object] = []
        start = 0
        for end in (int(x) + 1 for x in at[depths == 0]):
            elements += self._piece(region[start:end])
            start = end
        return elements + self._piece(region[start:])

    def _piece(self, piece: bytes) -> list[object]:
        piece = piece.strip(_BLANK)
        if not piece:
            return []
        text, guessed = decode(piece)
        self.note.cp1252 |= guessed
        try:
            return [_DECODER.decode(text)]
        except RecursionError:
            return [Unreadable("imbrication trop profonde", text[:80])]
        except ValueError as error:
            head = re.match(rb"^[^{]*,\s*(?=\{)", piece)
            if head:
                return self._piece(piece[: head.end()]) + self._piece(piece[head.end() :])
            return [Unreadable(f"JSON mal formé : {_reason(error)}", text[:80])]

    def _single(self) -> Iterator[Batch]:
        data = self.data + self.stream.read()
        at, _, depths = brackets(data, 0)
        for index in np.flatnonzero((depths == self.layout.depth + 1) & (np.frombuffer(data, np.uint8)[at] == 123)):
            key = _key_before(data, int(at[index]))
            ends = np.flatnonzero(depths[index + 1 :] == self.layout.depth)
            if (key == self.layout.key or key in LISTS) and len(ends):
                yield Batch(key, self._piece(data[int(at[index]) : int(at[index + 1 + ends[0]]) + 1]))

    def _salvage(self) -> Iterator[Batch]:
        """After a broken element that hides the next ones: go on from the next sound contract."""
        text, guessed = decode(self.data)
        self.note.cp1252 |= guessed
        elements: list[object] = []
        end = 0
        for candidate in re.finditer(r'\{\s*"', text):
            if candidate.start() < end:
                continue
            try:
                element, stop = _DECODER.raw_decode(text, candidate.start())
            except (ValueError, RecursionError):
                continue
            if looks_like_contract(element):
                gap = text[end : candidate.start()].strip(" \t\r\n,")
                elements += [Unreadable("JSON mal formé", gap[:80]), element] if gap else [element]
                end = stop
        if not elements and len(text) > LONGEST:
            elements, end = [Unreadable("JSON mal formé", text[:80])], len(text)
        if elements:
            yield Batch(self.key, elements)
        rest = text[end:].encode("utf-8")
        self.offset += len(self.data) - len(rest)
        self.data, self.depth = rest, self.layout.depth

    def _tail(self) -> Iterator[Batch]:
        """What remains at the end of the file when a list was not closed."""
        lines = self.layout.depth == 0
        if not self.inside or (lines and not self.data.strip(_BLANK)):
            return
        closed = self.data.rstrip()[-1:] in (b"]", b"}")
        if self.data.strip(_BLANK):
            yield from self._salvage()
        rest = self.data.strip(_BLANK + b"]}")
        if rest or not closed:
            self.note.cut = self.offset
        if rest:
            yield Batch(self.key, [Unreadable("enregistrement coupé par la fin du fichier", decode(rest)[0][:80])])


def _reason(error: ValueError) -> str:
    column = getattr(error, "colno", None)
    return f"caractère {getattr(error, 'pos', 0) + 1}" if column else "nombre ou texte illisible"


def foreign(head: bytes, source: str) -> Problem:
    """The problem of a JSON text where no contract was found."""
    text, _ = decode(head)
    try:
        found = _DECODER.decode(text.strip())
    except (ValueError, RecursionError) as error:
        if len(head) < HEAD:
            why = f"Ligne {error.lineno}, colonne {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
            return Problem(
                "Le fichier n'est pas du JSON valide", where=source, why=why, todo="Téléchargez-le de nouveau"
            )
        found = None
    names = ", ".join(f"« {name} »" for name in list(found)[:6]) if isinstance(found, dict) else ""
    if not found or (isinstance(found, dict) and LISTS & {str(name).casefold() for name in found}):
        return Problem(
            "Le fichier JSON ne contient aucun contrat", where=source, todo="Vérifiez la période ou l'export demandé"
        )
    return Problem(
        "Aucune liste de contrats n'est reconnue dans le fichier JSON",
        where=source,
        why=f"Champs trouvés : {names}" if names else "",
        todo='Le format attendu est celui des DECP : {"marches": {"marche": […]}}',
    )
