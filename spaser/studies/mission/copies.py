"""The notebooks of a mission: a copy of the kit's own in its folder, opened on it, so that nothing is typed in any of them."""

from __future__ import annotations

import json
import re
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
    kit = [path for path in sorted(shipped.notebooks().glob("[0-9]*.ipynb")) if not path.name.startswith(_WELCOME)]
    for source in kit:
        if not (place / source.name).exists():
            text = json.dumps(_opened(json.loads(source.read_text(encoding="utf-8"))), ensure_ascii=False, indent=1)
            files.write_atomic(place / source.name, (text + "\n").encode("utf-8"))
    return [place / source.name for source in kit]


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
