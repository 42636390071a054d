"""Run the notebooks again and store their outputs in place: python notebooks/execute.py [NOTEBOOK …]

Two runs give the same bytes: identifiers of widgets, dates and durations are not stored. What is stored is what a reader
without a kernel sees: the static twin of each view, not the widget that needs one.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).resolve().parent
WIDGET = "application/vnd.jupyter.widget-view+json"
#: Seconds for one cell: a display that never ends must not wait for ever.
PATIENCE = 180


def notebooks() -> list[Path]:
    """The notebooks of the kit, in their order."""
    return sorted(HERE.glob("[0-9][0-9]_*.ipynb"))


def executed(path: Path, folder: Path | None = None) -> nbformat.NotebookNode:
    """The notebook run in its folder (or another), cleaned of what changes from one run to the next."""
    notebook = nbformat.read(path, as_version=4)
    where = {"metadata": {"path": str(folder or path.parent)}}
    NotebookClient(
        notebook, timeout=PATIENCE, kernel_name="python3", resources=where, store_widget_state=False
    ).execute()
    return cleaned(notebook)


def cleaned(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Only what a reader sees: no state of widgets, no timing, no version of the machine."""
    notebook.metadata = nbformat.from_dict({
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    })  # fmt: skip
    for rank, cell in enumerate(notebook.cells):
        cell.id = f"cellule-{rank:02d}"
        cell.metadata = nbformat.from_dict(
            {key: value for key, value in cell.metadata.items() if key in ("tags", "jupyter")}
        )
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET, None)
    return notebook


def written(notebook: nbformat.NotebookNode) -> str:
    """The notebook as stored."""
    return nbformat.writes(notebook, indent=1, ensure_ascii=False) + "\n"


def main(names: list[str]) -> int:
    """Run the notebooks named, or all of them."""
    if sys.platform == "win32":
        asyncio.set_event_loop_policy(asyncio.WindowsSelectorEventLoopPolicy())
    chosen: list[Any] = [Path(name) for name in names] or notebooks()
    for path in chosen:
        path.write_text(written(executed(path)), encoding="utf-8", newline="\n")
        sys.stdout.write(f"{path.name}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
