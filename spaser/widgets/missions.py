"""The missions: open one, make one, send its files; each file is recognised, and the user confirms or corrects before it counts."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import ipywidgets

from spaser import french
from spaser.problems import Problem
from spaser.studies import mission as missions
from spaser.studies import reading
from spaser.text import shortened
from spaser.widgets import faults, tables
from spaser.widgets.views import WIDE

#: Where missions are made: beside the notebooks.
FOLDER = Path("missions")
#: What a file may be, and the list of mission.toml that names it.
KINDS = {one.kind: one.key for one in missions.GIVEN}
_DOCUMENTS = (".pdf", ".docx", ".odt", ".html", ".md", ".txt")
_NEW = "nouvelle mission…"
#: Of a cell shown to recognise a file, its beginning is enough.
_CELL = 40
#: Columns named under a file sent.
_COLUMNS = 12
#: What is done of a table of answers: no file of a mission is one.
_ANSWERED = (
    "Ce n'est pas un fichier à ajouter ici : laissez-le, rempli, dans le dossier de résultats où il a été écrit ; la prochaine "
    "commande (spaser diagnostic, spaser rapport…) y reprend vos réponses."
)
_ROW = {"flex_flow": "row wrap", "align_items": "center", "grid_gap": "2px 1rem"}


class Missions:
    """A list of missions, a name for a new one, and the files sent to it.

    Parameters
    ----------
    mission
        The one shown first.
    opened
        Called with the folder of a mission when it is to be read.
    """

    def __init__(self, mission: str | Path = "", opened: Callable[[Path], None] | None = None) -> None:
        self.opened = opened
        self.list = ipywidgets.Dropdown(
            description="Mission", style=WIDE, layout={"width": "34rem", "max_width": "100%"}
        )
        self.name = ipywidgets.Text(
            description="Son nom",
            placeholder="Ma Ville",
            continuous_update=False,
            style=WIDE,
            layout={"width": "24rem"},
        )
        self.make = ipywidgets.Button(description="Créer la mission", layout={"width": "max-content"})
        self.upload = ipywidgets.FileUpload(
            description="Envoyer un fichier (200 Mo au plus)", multiple=True, layout={"width": "max-content"}
        )
        self.read = ipywidgets.Button(
            description="Lire la mission", button_style="primary", layout={"width": "max-content"}
        )
        self.all = ipywidgets.Button(
            description="Tout ajouter à la mission", layout={"width": "max-content", "display": "none"}
        )
        self.sent, self.status, self.held = ipywidgets.VBox(), ipywidgets.HTML(), ipywidgets.HTML()
        self.new = ipywidgets.HBox([self.name, self.make], layout=_ROW)
        # What is done next stands above the files sent, however many they are: nothing to look for down the page.
        self.tools = ipywidgets.HBox([self.upload, self.all, self.read], layout=_ROW)
        self.widget = ipywidgets.VBox([self.list, self.new, self.held, self.tools, self.status, self.sent])
        self._offer(Path(mission) if mission else None)
        self.list.observe(lambda _: self._show(), names="value")
        self.make.on_click(lambda _: self._tried(self.create))
        self.all.on_click(lambda _: self._tried(self._keep_all))
        self.read.on_click(lambda _: self._tried(self._open))
        self.upload.observe(lambda change: self._tried(lambda: self.receive(change["new"])), names="value")
        self._show()

    @property
    def home(self) -> Path | None:
        """The folder of the mission chosen."""
        return Path(self.list.value) if self.list.value else None

    def create(self) -> None:
        """Make the mission that is named, and choose it."""
        name = self.name.value.strip()
        if not name:
            raise Problem("La mission n'a pas de nom", todo="Écrivez pour qui elle est : « Ma Ville »")
        plain = "".join(letter if letter.isalnum() else "-" for letter in name).strip("-")[:60] or "mission"
        self._offer(missions.create(FOLDER / plain, client=name))
        self._tell(f"Mission créée dans {FOLDER / plain} : envoyez vos fichiers")

    def receive(self, sent: Any) -> None:
        """Files sent from the computer: copied into the mission, recognised, shown to be confirmed."""
        home = self.home
        if not sent or home is None:
            return
        for rank, one in enumerate(sent, 1):
            self._tell(f"reconnaissance du fichier {rank} sur {len(sent)} : « {one['name']} »")
            path = missions.received(home, one["name"], bytes(one["content"]))
            self.sent.children = (*self.sent.children, self._confirm(home, path, alone=len(sent) == 1))
        self.all.layout.display = "" if len(self.sent.children) > 1 else "none"
        self._tell(
            "vérifiez ce que chaque fichier est (liste « C'est »), puis ajoutez-le à la mission ; il sera lu en entier avec elle"
        )

    def _keep_all(self) -> None:
        """Every file sent whose kind is said, at once; the others are named."""
        waiting = [row.children[1].children for row in self.sent.children]
        for chosen, add in waiting:
            if not add.disabled and chosen.value in KINDS:
                add.click()
        left = sum(not add.disabled for _, add in waiting)
        if left:
            told = f"{french.count(left, 'fichier')} {'attend' if left == 1 else 'attendent'} : dites ce que c'est dans la liste « C'est »"
            self._tell(told)
        else:
            self._tell("Tous les fichiers envoyés sont dans la mission : lisez-la")

    def _confirm(self, home: Path, path: Path, alone: bool = True) -> ipywidgets.VBox:
        """What was recognised, its columns, the kind to confirm or correct, and a button; among several, first lines are folded."""
        looked = self._looked(path)
        document = looked.kind not in KINDS and path.suffix.lower() in _DOCUMENTS
        kind = "pièces des marchés" if document else looked.kind
        chosen = ipywidgets.Dropdown(
            options=["à choisir", *KINDS], value=kind if kind in KINDS else "à choisir", description="C'est", style=WIDE
        )
        add = ipywidgets.Button(description="Ajouter à la mission", layout={"width": "max-content"})
        told = ipywidgets.HTML(tables.framed(_account(path, looked, kind, alone)))

        def keep(_: Any) -> None:
            def run() -> None:
                if chosen.value not in KINDS:
                    raise Problem(
                        "On ne sait pas encore ce qu'est ce fichier",
                        where=path.name,
                        todo="Choisissez dans la liste « C'est »",
                    )
                missions.add(home, KINDS[chosen.value], [path])
                add.disabled = chosen.disabled = True
                self._tell(f"« {path.name} » est dans la mission : {chosen.value}")
                self._hold()

            self._tried(run)

        add.on_click(keep)
        return ipywidgets.VBox([told, ipywidgets.HBox([chosen, add], layout=_ROW)])

    def _looked(self, path: Path) -> reading.Looked:
        try:
            return reading.recognise(path)
        except Problem as problem:
            return reading.Looked(path.name, reading.UNKNOWN, problem=str(problem))

    def _open(self) -> None:
        if self.home is None:
            raise Problem("Aucune mission n'est choisie", todo="Choisissez-en une dans la liste, ou créez-en une")
        if self.opened:
            # What was added has been looked at: the answer comes in its place, in sight.
            self.sent.children = tuple(row for row in self.sent.children if not row.children[1].children[1].disabled)
            self.all.layout.display = "" if len(self.sent.children) > 1 else "none"
            self._tell("Les résultats viennent juste dessous")
            # The page has just grown shorter above it: given up then taken again, the button is brought back in sight.
            self.read.blur()
            self.read.focus()
            self.opened(self.home)

    def _offer(self, chosen: Path | None) -> None:
        known = missions.listed(FOLDER)
        if chosen is not None and all(one.resolve() != chosen.resolve() for one in known) and missions.here(chosen):
            # A copy of the notebooks has its own copy of the demo: it is offered once.
            known = [chosen, *(one for one in known if not (_is_demo(chosen) and _is_demo(one)))]
        found = next((one for one in known if chosen is not None and one.resolve() == chosen.resolve()), None)
        self.list.options = [*((_named(one), one.as_posix()) for one in known), (_NEW, "")]
        self.list.value = found.as_posix() if found else ""

    def _show(self) -> None:
        home = self.home
        demo = home is not None and _is_demo(home)
        self.new.layout.display = "" if home is None else "none"
        self.upload.layout.display = "none" if home is None or demo else ""
        self.read.layout.display = "none" if home is None else ""
        self.sent.children, self.status.value, self.all.layout.display = (), "", "none"
        self._hold()
        if demo:
            self._tell(
                "Démonstration : acheteurs, fournisseurs et contrats sont inventés ; rien de ce que vous essayez n'y est gardé"
            )

    def _hold(self) -> None:
        """What the mission has already, told before anything is sent to it again."""
        try:
            held = missions.held(self.home) if self.home is not None else []
        except Problem:  # told when it is read
            held = []
        lines = [f"{french.capital(what)} : {french.listing(names)}" for what, names in held]
        page = "".join(f"<li>{tables.safe(french.typeset(line))}</li>" for line in lines)
        empty = "<p>Cette mission n'a pas encore de fichier.</p>" if self.home is not None else ""
        self.held.value = tables.framed(f"<p>Dans cette mission :</p><ul>{page}</ul>" if lines else empty)

    def _tried(self, run: Callable[[], None]) -> None:
        try:
            run()
        except faults.FAULTS as error:
            self.status.value = tables.framed(tables.problem(faults.told(error)))

    def _tell(self, text: str) -> None:
        self.status.value = tables.framed(f'<p role="status">{tables.safe(french.sentence(text))}</p>')

    @property
    def told(self) -> str:
        """The missions, in plain words."""
        return "Mission : " + next((label for label, value in self.list.options if value == self.list.value), _NEW)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        asked = "Le choix d'une mission et l'envoi des fichiers se font ici une fois le carnet lancé (menu Exécution, Exécuter toutes les cellules)."
        page = f"<p>{tables.safe(french.typeset(self.told))}</p><p>{asked}</p>"
        return self.widget._repr_mimebundle_() | {
            "text/html": tables.framed(page),
            "text/plain": french.typeset(self.told),
        }


def _is_demo(home: Path) -> bool:
    try:
        return missions.read(home).demo
    except Problem:  # told when it is read
        return False


def _named(home: Path) -> str:
    """How a mission is called in the list: its client, or its folder when its file cannot be read."""
    try:
        mission = missions.read(home)
    except Problem:
        return f"{home.name} (à corriger)"
    return french.typeset(f"Démonstration (inventée) : {mission.label}" if mission.demo else mission.label)


def _account(path: Path, looked: reading.Looked, kind: str, alone: bool = True) -> str:
    # Typeset before it is escaped: « &quot; » ends by a semicolon that takes no space.
    known = kind in KINDS or kind != reading.UNKNOWN
    what = tables.safe(french.typeset("reconnu : " + kind if known else kind))
    lines = [f"<strong>{tables.safe(path.name)}</strong> – {what}"]
    # A text has no columns: its marks and commas are not those of a table.
    titles = [] if path.suffix.lower() in _DOCUMENTS else reading.headings(path)
    more = f" et {french.count(len(titles) - _COLUMNS, 'autre')}" if len(titles) > _COLUMNS else ""
    told = [*looked.told, *([f"Colonnes : {', '.join(titles[:_COLUMNS])}{more}"] if len(titles) > 1 else [])]
    told += [looked.problem] if looked.problem and kind not in KINDS else []
    told += [_ANSWERED] if known and kind not in KINDS else []
    lines += [tables.safe(french.typeset(line)) for line in told]
    return "".join(f"<p>{line}</p>" for line in lines) + _first_lines(path, alone)


def _first_lines(path: Path, opened: bool = True) -> str:
    """The beginning of the file as a table that scrolls inside: enough to see whether it is the right one."""
    rows = [[_cut(cell) for cell in row] for row in reading.first_lines(path)]
    if len(rows) < 2 or path.suffix.lower() in _DOCUMENTS:
        return ""
    head = "".join(f'<th scope="col">{tables.safe(cell)}</th>' for cell in rows[0])
    body = "".join(f"<tr>{''.join(f'<td>{tables.safe(cell)}</td>' for cell in row)}</tr>" for row in rows[1:])
    told = french.typeset(f"Premières lignes de {path.name}")
    return (
        f"<details{' open' if opened else ''}><summary>{escape(told)}</summary>"
        f'<div class="table" tabindex="0" role="region" aria-label="{escape(told)}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div></details>"
    )


def _cut(cell: str) -> str:
    return shortened(cell, _CELL)
