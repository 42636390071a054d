"""Files of thousands of records, each damaged on its own: what one reading meets that a small file never does. By hand:

    PYTHONPATH=.:tests python -m fuzz.run --bulk 2000 --seconds 60 --only depenses_csv avis_json

The headings and the envelope stay whole, so that every record reaches its reader and every account is checked on all of them.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from typing import Any

from fuzz import mutations, rooms

#: What a cell of a large file may hold: no octet nul nor endless cell, which refuse the whole file before its records.
CELLS = [word for word in mutations.WORDS if "\x00" not in word and len(word) < 1_000]
VALUES = [*CELLS, *(one for one in mutations.NUMBERS if abs(one) < 10**300), None, [], {}]


def _cell(rng: random.Random, old: str) -> str:
    choice = rng.randrange(5)
    if choice == 0:
        return rng.choice(CELLS)
    if choice == 1:
        return old + rng.choice(CELLS)
    if choice == 2:
        return str(rng.choice(mutations.NUMBERS[:6]))
    if choice == 3:
        return old[: rng.randrange(len(old) + 1)]
    return old.swapcase()


def table(kind: str) -> Callable[[random.Random, int], bytes]:
    """A CSV whose every line has one to three of its cells damaged."""

    def make(rng: random.Random, records: int) -> bytes:
        head, *body = rooms.rows(kind)
        lines = []
        for _ in range(records):
            row = list(rng.choice(body))
            for _ in range(rng.choice((1, 1, 2, 3))):
                at = rng.randrange(len(row))
                row[at] = _cell(rng, row[at])
            lines.append(row)
        text = "\n".join(";".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in [head, *lines])
        return text.encode("utf-8", "replace")

    return make


def tree(models: Callable[[], list[Any]], wrap: Callable[[list[Any]], Any]) -> Callable[[random.Random, int], bytes]:
    """A JSON whose every record has one to three of its values replaced, removed or wrapped."""

    def make(rng: random.Random, records: int) -> bytes:
        found = []
        for rank in range(records):
            one = copy.deepcopy(rng.choice(models()))
            for _ in range(rng.choice((1, 1, 2, 3))):
                path = rng.choice(mutations.places(one)[1:])
                holder = one
                for key in path[:-1]:
                    holder = holder[key]
                _change(rng, holder, path[-1])
            found.append(one | {"idweb": f"26-{rank}"} if "idweb" in one else one)
        return json.dumps(wrap(found), ensure_ascii=False).encode("utf-8", "replace")

    return make


def _change(rng: random.Random, holder: Any, key: Any) -> None:
    old = holder[key]
    choice = rng.randrange(5)
    if choice <= 1:
        holder[key] = rng.choice(VALUES)
    elif choice == 2:
        holder[key] = rng.choice([[old], {"valeur": old}, str(old), [old] * 3, {}])
    elif choice == 3 and isinstance(holder, dict):
        del holder[key]
    elif isinstance(old, str):
        holder[key] = _cell(rng, old)


def _listed() -> list[Any]:
    head, *body = rooms.rows("registre")
    return [dict(zip(head, row, strict=True)) for row in body]


MAKE: dict[str, Callable[[random.Random, int], bytes]] = {
    "json": tree(rooms.contracts, lambda found: {"marches": {"marche": found, "contrat-concession": []}}),
    "liste": table("liste"),
    "tabulaire": table("decp"),
    "depenses_csv": table("depenses"),
    "registre_csv": table("registre"),
    "registre_json": tree(_listed, lambda found: found),
    "avis_json": tree(lambda: rooms.NOTICES, lambda found: {"total_count": len(found), "results": found}),
    "avis_csv": table("avis"),
    "programme_csv": table("programme"),
    "programme_json": tree(lambda: rooms.PROJECTS, lambda found: {"projets_achats": found}),
    "corrections": table("corrections"),
    "decisions": table("decisions"),
    "validations": table("validations"),
    "saisies": table("saisies"),
    "emplois": table("emplois"),
    "heures": table("heures"),
    "faits": table("faits"),
    "nomenclature": table("nomenclature"),
}
