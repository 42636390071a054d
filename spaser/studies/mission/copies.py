"""The notebooks of a mission: a copy of the kit's own in its folder, opened on it, so that nothing is typed in any of them."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

from spaser import shipped
from spaser.deliverables import files

FOLDER = "carnets"
#: The first notebook makes and opens missions: it stays beside them.
_WELCOME = "00_"
_MISSION = re.compile(r'^mission = "[^"]*"', re.MULTILINE)


def notebooks(home: Path | str) -> list[Path]:
    """The notebooks of a mission, in order: those that lack are copied, without what the demo answered; those there stay as they are."""
    place = Path(home) / FOLDER
    for source in _kit():
        if not (place / source.name).exists():
            _copy(source, place / source.name)
    return [place / source.name for source in _kit()]


def outdated(folder: Path | str) -> list[Path]:
    """The notebooks of a folder whose cells are not those that the kit now has: an older edition's, or changed by their owner."""
    pairs = ((Path(folder) / source.name, source) for source in shipped.notebooks().glob("[0-9]*.ipynb"))
    return sorted(own for own, source in pairs if own.is_file() and _cells(own) != _cells(source))


def renew(folder: Path | str, on: date) -> list[tuple[Path, Path]]:
    """Put the kit's notebooks in the place of those of a folder that differ; each, and where the former one now is.

    Those of a mission are opened on it; the demo's are copied as they are.
    """
    done = []
    for own in outdated(folder):
        kept, rank = own.with_name(f"{own.stem} (avant le {on:%d-%m-%Y}).ipynb"), 2
        while kept.exists():
            kept, rank = own.with_name(f"{own.stem} (avant le {on:%d-%m-%Y}, {rank}).ipynb"), rank + 1
        own.rename(kept)
        source = shipped.notebooks() / own.name
        if own.parent.name == FOLDER:
            _copy(source, own)
        else:
            files.write_atomic(own, source.read_bytes())
        done.append((own, kept))
    return done


def _kit() -> list[Path]:
    """The notebooks that a mission has of its own."""
    return [path for path in sorted(shipped.notebooks().glob("[0-9]*.ipynb")) if not path.name.startswith(_WELCOME)]


def _copy(source: Path, target: Path) -> None:
    text = json.dumps(_opened(json.loads(source.read_text(encoding="utf-8"))), ensure_ascii=False, indent=1)
    files.write_atomic(target, (text + "\n").encode("utf-8"))


def _cells(notebook: Path) -> list[str] | None:
    """What its cells say, parameters aside (they are each one's own); None for a file that is no notebook."""
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        return [
            "".join(cell["source"]).strip()
            for cell in cells
            if "parameters" not in cell.get("metadata", {}).get("tags", ()) and "".join(cell["source"]).strip()
        ]
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def question(notebook: Path) -> str:
    """What a notebook answers: its first words in bold, else its title."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    words = "".join(cells[0]["source"]) if cells else ""
    found = re.search(r"\*\*(.+?\?)\*\*", words, re.DOTALL) or re.search(r"^# (.+)$", words, re.MULTILINE)
    return " ".join(found[1].split()) if found else notebook.stem


def _opened(notebook: dict[str, Any]) -> dict[str, Any]:
    """On the mission whose folder holds it, with no answer yet."""
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
            if "parameters" in cell.get("metadata", {}).get("tags", ()):
                source = _MISSION.sub('mission = ".."', source)
        cell["source"] = source.splitlines(keepends=True)
    return notebook
