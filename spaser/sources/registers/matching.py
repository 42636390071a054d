"""Which list a table is, by its headings, by what stands above them, and by what its cells say when no heading does."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from spaser import rules
from spaser.sources.ledgers import composed
from spaser.sources.ledgers.headings import propose
from spaser.sources.registers import kinds
from spaser.sources.registers.evidence import ADDRESSES, MANY, Declared
from spaser.text import fold

Cells = Sequence[str | None]
#: Lines under the headings that are looked at for a column of kinds.
PEEKED = 60


def formats() -> dict[str, dict[str, Any]]:
    """The known lists, as declared in ``register_columns.toml``."""
    return rules.toml("register_columns.toml")["lists"]


def recognise(header: Cells) -> tuple[str, dict[str, str]] | None:
    """The list whose headings these are, with heading → word; None when no known list has them."""
    found = candidates(header)
    return found[0] if found else None


def candidates(header: Cells) -> list[tuple[str, dict[str, str]]]:
    """Every list whose headings these may be, the one that understands most of them first."""
    have = spoken(header)
    found = [
        (name, columns(spec["columns"], have))
        for name, spec in formats().items()
        if spec["marks"] and all(any(fold(s) in have for s in mark) for mark in spec["marks"])
    ]
    return sorted(found, key=lambda one: -len(one[1]))


def matched(
    header: Cells, said: Declared | None, body: Callable[[], Sequence[Cells]], above: str = ""
) -> tuple[str, dict[str, str], str | None] | None:
    """The list of these headings, their words, and the status all its rows have; as declared when the user says it."""
    if said is None:
        found = recognise(header)
        told = _own(header, above, found) or (_by_values(header, body) if _is_open(header, found) else None)
        return told or ((*found, None) if found else None)
    name = said.nature if said.nature in formats() else "propre" if said.nature != ADDRESSES else ADDRESSES
    have = spoken(header)
    words = columns(
        formats().get(name, {}).get("columns", {})
        | formats()["propre"]["columns"]
        | formats()["ess_france"]["columns"],
        have,
    )
    for word, title in (said.colonnes or {}).items():
        if fold(title) in have:
            words = {heading: known for heading, known in words.items() if known != word} | {have[fold(title)]: word}
    fixed = said.nature if said.nature not in formats() and said.nature != ADDRESSES else None
    if fixed or name == ADDRESSES:
        words = {heading: word for heading, word in words.items() if word != "statut"}
    return (name, words, fixed) if {"siren", "siret", "nom"} & set(words.values()) else None


def _own(
    header: Cells, above: str, found: tuple[str, dict[str, str]] | None
) -> tuple[str, dict[str, str], str | None] | None:
    """A list of one's own whose kinds are columns of crosses, or the name of the sheet; what a known list says of itself wins."""
    name = found[0] if found else None
    if name not in (None, "propre", "sans_numero", "ess_france"):
        return None
    crosses = kinds.crossed(header)
    words = columns(formats()["propre"]["columns"], spoken(header))
    has = set(words.values())
    if not ({"siren", "siret"} & has or ("nom" in has and {"commune", "code_postal", "adresse"} & has)):
        return None
    if set(crosses.values()) - {f"{kinds.PREFIX}ESS"}:
        return "propre", words | crosses, None
    own = [mark for mark in formats()["ess_france"]["own"] for cell in header if cell and fold(mark) in fold(cell)]
    if "statut" in has or (name == "ess_france" and own):
        return None
    kind = kinds.told(above, header)
    return ("propre", {title: word for title, word in words.items() if word != "statut"}, kind) if kind else None


def _is_open(header: Cells, found: tuple[str, dict[str, str]] | None) -> bool:
    """Whether the cells may say more than the headings: no list, or one that neither its own words nor a column of kinds tells."""
    if found is None:
        return True
    spec = formats()[found[0]]
    own = any(fold(mark) in fold(cell) for mark in spec.get("own", ()) for cell in header if cell)
    return not (own or spec.get("sure") or "stock" in spec or "statut" in found[1].values())


def _by_values(header: Cells, body: Callable[[], Sequence[Cells]]) -> tuple[str, dict[str, str], str | None] | None:
    """A list of one's own whose kinds stand under a heading of another word: « Agrément », « Dispositif »; never a table with amounts."""
    words = columns(formats()["propre"]["columns"], spoken(header))
    has = set(words.values())
    if not ({"siren", "siret"} & has or ("nom" in has and {"commune", "code_postal", "adresse"} & has)):
        return None
    if propose(header) is not None:
        return None
    known, rows = set(kinds.inclusive()), body()
    for rank, title in enumerate(header):
        cells = [row[rank] for row in rows if rank < len(row) and row[rank]]
        told = [cell for cell in cells if all(fold(part) in known for part in re.split(kinds.APART, cell or ""))]
        if title and title not in words and cells and len(told) >= MANY * len(cells):
            return (
                "propre",
                {heading: word for heading, word in words.items() if word != "statut"} | {title: "statut"},
                None,
            )
    return None


#: What a heading composes (``ledgers.composed``) → the spelling of it that every list knows.
_COMPOSED = {
    "siret": "siret",
    "siren": "siren",
    "fournisseur": "nom",
    "genre": "type de structure",
    "commune": "commune",
}


def spoken(header: Cells) -> dict[str, str]:
    """Each heading by its folded words; one that no list writes so, by what its words compose: « Numéro SIRET de la structure » is « siret »."""
    have = {fold(cell): cell for cell in header if cell}
    known = _spellings()
    if _ours(have):
        return have
    free = [heading for heading in have if heading not in known]
    for word, spelling in _COMPOSED.items():
        said = {
            fold(one)
            for one in formats()["propre"]["columns"].get({"type de structure": "statut"}.get(spelling, spelling), ())
        }
        place = composed.best(free, [], word) if not said & set(have) else None
        if place is not None:
            have[spelling] = have[free[place]]
    return have


def _spellings() -> set[str]:
    """Every heading that a list knows."""
    columns = (words for spec in formats().values() for words in spec["columns"].values())
    return {fold(one) for words in columns for one in words if isinstance(one, str)}


def _ours(have: dict[str, str]) -> bool:
    """Whether a list of SIRENE or of FINESS has these headings: they are compared as they are."""
    return any(
        all(any(fold(s) in have for s in mark) for mark in spec["marks"])
        for spec in formats().values()
        if spec["marks"] and (spec.get("sure") or "stock" in spec)
    )


def columns(words: dict[str, list[Any]], have: dict[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for word, spellings in words.items():
        match = next((have[fold(s)] for s in spellings if isinstance(s, str) and fold(s) in have), None)
        if match is not None and match not in found:
            found[match] = word
    return found
