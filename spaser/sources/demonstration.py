"""Which files are those of the demo, by what they hold, so that invented buyers never enter a real diagnostic.

A copy under another name is still the demo; a user's file that bears the name of one of the demo's is not.
"""

from __future__ import annotations

import glob
import hashlib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from spaser import shipped
from spaser.problems import Problem

_MORE = "Enlevez les fichiers de la démonstration, ou ne gardez qu'eux"


def holds(path: str | Path | None) -> bool | None:
    """Whether what is behind a path (file, folder, pattern) is the demo's; null when nothing is there.

    A folder or a pattern that holds one file of the demo is the demo's.
    """
    if path is None:
        return None
    place = Path(path).expanduser()
    if place.is_file():
        return _is(place)
    if place.is_dir():
        found: Iterable[Path] = place.rglob("*")
    else:
        found = map(Path, glob.glob(str(place)) if glob.has_magic(str(path)) else [])  # noqa: PTH207 an absolute pattern
    told = [_is(one) for one in found if one.is_file()]
    return any(told) if told else None


def known(sha256: str | None) -> bool:
    """Whether this content (its SHA-256, once decompressed) is one of the demo's."""
    return any(sha256 in marks for marks in _marks().values())


def refuse_mix(**given: Iterable[str | Path | bool | None] | bool | None) -> bool:
    """Whether all of it is the demo; each kind of file is given under its French name, as paths or as what is already known.

    Raises
    ------
    Problem
        Files of the demo stand beside others.
    """
    found: dict[str, list[bool]] = {}
    for name, paths in given.items():
        told = (
            [paths]
            if isinstance(paths, bool) or paths is None
            else [path if isinstance(path, bool) else holds(path) for path in paths]
        )
        found[name] = [one for one in told if one is not None]
    every = [one for told in found.values() for one in told]
    if any(every) and not all(every):
        demo = ", ".join(name for name, told in found.items() if any(told))
        own = ", ".join(name for name, told in found.items() if not all(told))
        raise Problem(
            "La démonstration ne se mélange pas à d'autres fichiers",
            where=f"démonstration : {demo} ; à vous : {own}",
            why="Ses acheteurs, ses fournisseurs et ses dépenses sont inventés : ils fausseraient un vrai diagnostic",
            todo=_MORE,
        )
    return any(every)


def refuse_invented(real: bool, **invented: bool | None) -> None:
    """Refuse what the demo invents (notices, documents) over contracts that are not its own; the reverse is a trial, and says so.

    Raises
    ------
    Problem
        The contracts are real and something given with them is the demo's.
    """
    found = [name for name, demo in invented.items() if demo]
    if real and found:
        raise Problem(
            "La démonstration ne se mélange pas à d'autres fichiers",
            where=f"démonstration : {', '.join(found)} ; à vous : contrats",
            why="Ses avis et ses pièces sont inventés : ils fausseraient un vrai diagnostic",
            todo="Enlevez les fichiers de la démonstration, ou ne gardez qu'eux",
        )


def any_of(paths: str | Path | Iterable[str | Path]) -> bool:
    """Whether one of these paths holds a file of the demo."""
    return any(holds(path) for path in ([paths] if isinstance(paths, str | Path) else paths))


def _is(path: Path) -> bool:
    """Most files differ from the demo's by their size alone, and are not read."""
    try:
        return (
            path.stat().st_size in (marks := _marks())
            and hashlib.sha256(path.read_bytes()).hexdigest() in marks[path.stat().st_size]
        )
    except OSError:
        return False


@lru_cache(maxsize=1)
def _marks() -> dict[int, set[str]]:
    """The sizes and contents of the demo's files."""
    found: dict[int, set[str]] = {}
    for path in shipped.demo().rglob("*"):
        if path.is_file() and path.suffix not in (".py", ".toml", ".pyc") and path.name != "README.md":
            data = path.read_bytes()
            found.setdefault(len(data), set()).add(hashlib.sha256(data).hexdigest())
    return found
