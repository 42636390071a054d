"""A TOML or JSON file that a person wrote, read whole: its values, and the line where each stands."""

from __future__ import annotations

import json as json_
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spaser import guards, text
from spaser.problems import Problem
from spaser.settings import faults as faults_
from spaser.settings.faults import Faults
from spaser.settings.kinds import Kind
from spaser.settings.places import lines_of_json, lines_of_toml

#: A person writes a few pages; a file beyond this is something else, and would only cost memory.
LARGEST = 2 << 20
#: Tables within tables: no setting has so many.
DEEPEST = 40
#: Told before parsing, which takes seconds for a file of brackets.
_NESTED = re.compile(rf"(?:[\[{{]\s*){{{DEEPEST + 1}}}")
Also = Callable[[Any, Faults], None]


@dataclass(frozen=True)
class Document:
    """What was written: ``content`` as parsed, not yet checked. ``what`` names the file in messages (« Le fichier de mission »)."""

    path: Path
    what: str
    content: Any = field(repr=False)
    text: str = field(default="", repr=False)
    form: str = "toml"

    def faults(self) -> Faults:
        """An empty list of faults that knows the lines of this document."""
        known: list[dict[faults_.Path, int]] = []

        def line(path: faults_.Path) -> int | None:
            if not known:  # only a file with a fault is gone through again
                known.append(lines_of_toml(self.text) if self.form == "toml" else lines_of_json(self.text))
            return next((known[0][path[:size]] for size in range(len(path), 0, -1) if path[:size] in known[0]), None)

        return Faults(line)

    def checked(self, shape: Kind, *, also: Also | None = None) -> Any:
        """The content, with only declared names and values of the declared kinds.

        Raises
        ------
        Problems
            Every fault at once, each with its line.
        """
        found = self.faults()
        said = shape.check(self.content, (), found)
        if also is not None and isinstance(said, dict | list):
            also(said, found)
        found.complain(f"{self.what} {self.path.name} est à corriger")
        return said


def toml(path: Path | str, what: str, *, todo: str = "") -> Document:
    """A TOML file.

    Raises
    ------
    Problem
        It is absent, too large, not in UTF-8, or is not TOML (with the line and what is wrong there).
    """
    return _document(Path(path), what, todo, "toml")


def json(path: Path | str, what: str, *, todo: str = "") -> Document:
    """A JSON file; the same name twice in a table is a fault, as in TOML."""
    return _document(Path(path), what, todo, "json")


def _document(path: Path, what: str, todo: str, form: str) -> Document:
    written = plain_text(path, what, todo)
    failed = f"{what} n'est pas du {form.upper()}"
    deep = Problem(failed, where=path.name, why="Ses tables sont emboîtées plus profondément que dans aucun réglage")
    if _NESTED.search(written):
        raise deep
    try:
        content = (
            tomllib.loads(written)
            if form == "toml"
            else json_.loads(written, object_pairs_hook=_once, parse_constant=float)
        )
    except guards.exceptions(form) as error:
        why = (
            str(error)
            if isinstance(error, _Twice)
            else guards.of_toml(error)
            if form == "toml"
            else guards.of_json(error)
        )
        raise Problem(failed, where=path.name, why=why, todo=todo or "Corrigez-le, puis recommencez") from None
    if _depth(content) > DEEPEST:
        raise deep
    return Document(path, what, content, written, form)


def plain_text(path: Path, what: str, todo: str = "", *, largest: int = LARGEST) -> str:
    """The text of a file that a person wrote, in UTF-8 (with or without its mark)."""
    with guards.reading(faults_.place(path), what=f"{what} est introuvable ou illisible", todo=todo):
        with guards.named(path).open("rb") as stream:
            data = stream.read(largest + 1)
    if len(data) > largest:
        raise Problem(
            f"{what} est démesuré",
            where=path.name,
            why=f"Il dépasse {largest >> 20} Mo",
            todo="Est-ce le bon fichier ?",
        )
    found = text.decode(data)
    if found.lost or not found.encoding.startswith("utf-8"):
        raise Problem(f"{what} n'est pas un texte en UTF-8", where=path.name, todo=todo or "Enregistrez-le en UTF-8")
    return found.text


class _Twice(ValueError):
    """The same name twice in one table of a JSON text."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _Twice(f"« {faults_.short(twice)} » y est donné deux fois")
    return found


def _depth(content: Any) -> int:
    """How deep tables and lists go, without recursion."""
    depth, level = 0, [content]
    while level and depth <= DEEPEST:
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
        depth += 1
    return depth
