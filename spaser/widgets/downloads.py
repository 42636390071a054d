"""What is taken away: the page, the workbook and the tables, made when asked and downloaded by a plain link."""

from __future__ import annotations

import base64
import tempfile
from pathlib import Path
from typing import Any

import ipywidgets

from spaser import french
from spaser.guards import leftovers
from spaser.problems import Problem
from spaser.studies.diagnostic import handover
from spaser.widgets import tables
from spaser.widgets.desk import Desk
from spaser.widgets.selection import CHOSEN

_KINDS = {
    ".html": ("la page", "text/html"),
    ".xlsx": ("le classeur", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ".parquet": ("la table des contrats notés", "application/octet-stream"),
    ".csv": ("la liste des refus et doutes", "text/csv"),
    ".pdf": ("le PDF", "application/pdf"),
    ".docx": ("le document Word", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ".pptx": ("le diaporama", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
}
#: A browser keeps a link of this size without trouble.
_HEAVIEST = 30_000_000


class Downloads:
    """« Préparer les fichiers », then one link per file; a change of the selection takes the links away."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.launch = ipywidgets.Button(
            description="Préparer les fichiers à emporter", button_style="primary", layout={"width": "max-content"}
        )
        self.links = ipywidgets.HTML()
        self.launch.on_click(lambda _: self.prepare())
        desk.selection.observe(self._forget, names=list(CHOSEN))
        self.widget = ipywidgets.VBox([self.launch, self.links])

    def prepare(self) -> None:
        """Write the files of the selection and show their links, or the problem met."""
        self.launch.disabled = True
        self.links.value = tables.framed('<p role="status">Préparation de la page et du classeur…</p>')
        try:
            with tempfile.TemporaryDirectory(prefix=leftovers.prefix(), ignore_cleanup_errors=True) as folder:
                written = handover.write(self.desk.diagnostic, folder)
                page = "".join(link(path) for path in written)
        except Problem as failure:
            page = tables.problem(failure)
        self.links.value = tables.framed(page)
        self.launch.disabled = False

    def _forget(self, _: Any) -> None:
        self.links.value = ""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        told = "Une fois le carnet lancé, un bouton prépare ici la page, le classeur et les tables à emporter."
        return self.widget._repr_mimebundle_() | {"text/html": tables.framed(f"<p>{told}</p>"), "text/plain": told}


def link(path: Path) -> str:
    """A link that gives a file to the browser, or why it cannot."""
    return given(path.name, path.read_bytes(), _KINDS[path.suffix][0] if path.suffix in _KINDS else path.name)


def given(name: str, content: bytes, told: str) -> str:
    """A link that gives these bytes to the browser under a name, or why it cannot."""
    kind = _KINDS.get(Path(name).suffix, ("", "application/octet-stream"))[1]
    size = french.typeset(f"{french.number(max(len(content) // 1000, 1))} ko")
    if len(content) > _HEAVIEST:
        todo = "Écrivez-le avec la commande : spaser diagnostic"
        return tables.problem(Problem(f"« {name} » est trop lourd pour être téléchargé d'ici ({size})", todo=todo))
    data = base64.b64encode(content).decode("ascii")
    return f'<a class="file" download="{name}" href="data:{kind};base64,{data}">Télécharger {told} ({name}, {size})</a>'
