"""From files to contracts read: chosen by path or sent from the computer, with progress, a way to stop, and French messages."""

from __future__ import annotations

import re
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ipywidgets
import polars as pl
from IPython.display import display

from spaser import french, sections
from spaser.deliverables.report import Callout
from spaser.guards import leftovers
from spaser.problems import Problem
from spaser.sections.findings import Findings
from spaser.studies import diagnostic
from spaser.studies import mission as missions
from spaser.studies.diagnostic import Base
from spaser.studies.mission import Mission
from spaser.vocabulary import MEASURES
from spaser.vocabulary.sentences import DEMO_NOTE
from spaser.widgets import faults, tables
from spaser.widgets.desk import prepared
from spaser.widgets.selection import Selection, reading_day
from spaser.widgets.views import WIDE

_SEVERAL = "Plusieurs fichiers, dossiers ou listes : séparez-les par « ; »."
_AROUND = " \t\r\"'«»\u00a0\u202f"
_KINDS = ".json,.xml,.csv,.xlsx,.parquet,.zip,.gz"


class Lecture:
    """What was read and refused: ``base`` for the desk, ``selection`` to start from (``reopened``: it was saved), and its own account."""

    def __init__(
        self, base: Base, selection: Selection, reopened: bool = False, mission: Mission | None = None
    ) -> None:
        self.base, self.selection, self.reopened, self.mission = base, selection, reopened, mission

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return account(self.base)._repr_mimebundle_()


class _Bar:
    """A line of words, a bar, and a button to stop: visible while something is read."""

    def __init__(self, told: str) -> None:
        self.told = told
        self.words = ipywidgets.HTML(tables.safe(told))
        self.bar = ipywidgets.FloatProgress(value=0, min=0, max=1, layout={"width": "24rem"})
        self.stop = ipywidgets.Button(description="Arrêter la lecture", layout={"width": "max-content"})
        self.stopped = threading.Event()
        self.stop.on_click(lambda _: self.stopped.set())
        self.widget = ipywidgets.VBox([self.words, ipywidgets.HBox([self.bar, self.stop])])

    def follow(self, source: str, done: float) -> None:
        """The share read of a file; raises when the user asked to stop."""
        if self.stopped.is_set():
            raise Problem("La lecture a été arrêtée", todo="Rien n'a été modifié ; relancez-la quand vous voulez")
        self.bar.value = done
        self.words.value = tables.safe(french.typeset(f"Lecture de {Path(source).name} : {french.share(done, 0)}"))
        if done >= 1:
            self.words.value = "Fichiers lus ; les contrats sont mis en ordre et notés…"

    def finish(self, told: str) -> None:
        self.words.value = told
        for part in (self.bar, self.stop):
            part.layout.display = "none"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return self.widget._repr_mimebundle_() | {
            "text/plain": self.told,
            "text/html": tables.framed(f"<p>{tables.safe(self.told)}</p>"),
        }


def read(contracts: str, registers: str = "", saved: str | Path = "", buyer_siret: str = "") -> Lecture:
    """Read the contracts of a mission, or of files, under a progress bar.

    Parameters
    ----------
    contracts, registers
        The folder of a mission; or paths, folders or patterns, parted by « ; ».
    saved
        A saved selection: when the file is there, its files and choices come first.
    buyer_siret
        SIRET of the buyer, for lists of contracts where no column gives it.

    Raises
    ------
    Problem
        Nothing can be read.
    """
    if not registers and _is_mission(contracts):
        return _of_mission(missions.read(contracts.strip(_AROUND)))
    selection = Selection.reopen(saved) if saved and Path(saved).exists() else None
    if selection and selection.files:
        contracts, registers = ";".join(selection.files), ";".join(selection.registers)
    paths, lists = expanded(contracts), expanded(registers)
    bar = _Bar(_announced(paths, lists))
    display(bar)
    base = diagnostic.prepare(
        paths, registers=lists, buyer_siret=buyer_siret or None, clock=reading_day(), progress=bar.follow
    )
    bar.finish(tables.safe(bar.told))
    return Lecture(base, selection or Selection(files=tuple(paths), registers=tuple(lists)), reopened=bool(selection))


def _is_mission(text: str) -> bool:
    """Whether a text names a mission: a folder that holds one, or a folder that is no longer there (told so, rather than as a file)."""
    path = Path(text.strip(_AROUND))
    return bool(text.strip(_AROUND)) and (
        path.name == "mission.toml"
        or (path / "mission.toml").is_file()
        or (not path.suffix and not path.exists() and ";" not in text)
    )


def _of_mission(mission: Mission, announce: Callable[[_Bar], None] = display) -> Lecture:
    """The contracts of a mission, its decisions obeyed, its screens as they were left."""
    if not mission.files:
        raise Problem(
            "Cette mission n'a pas encore de contrats",
            where=str(mission.home),
            todo="Ajoutez vos fichiers dans le carnet d'accueil, ou : spaser mission ajouter",
        )
    changed = missions.changed(mission.home) if mission.whole else {}
    bar = _Bar(_announced(list(mission.files), list(mission.registers)))
    announce(bar)
    base = prepared(mission, bar.follow)
    bar.finish(
        tables.safe(
            bar.told + "".join(f" {name} : {word} depuis son ajout à la mission." for name, word in changed.items())
        )
    )
    return Lecture(base, Selection.of_mission(mission, base.buyers), reopened=bool(mission.screen), mission=mission)


def expanded(text: str) -> list[str]:
    """The paths that a text names: parted by « ; », a comma or a line, patterns opened, in alphabetical order."""
    found: list[str] = []
    for part in _parted(text):
        matches = _opened(part) if any(mark in part for mark in "*?[") else [part]
        if not matches:
            raise Problem("Aucun fichier ne répond à ce motif", where=part, todo="Vérifiez le dossier et l'extension")
        found += matches
    return found


def _parted(text: str) -> list[str]:
    """A comma may stand in the name of a file: it parts only what is not the path of one."""
    pieces = [piece.strip(_AROUND) for piece in re.split(r"[;\n]", text)]
    parted = ([piece] if _there(piece) else piece.split(",") for piece in pieces)
    return [part.strip(_AROUND) for parts in parted for part in parts if part.strip(_AROUND)]


def _there(path: str) -> bool:
    try:
        return Path(path).exists()
    except OSError:  # a text too long to be one path
        return False


def _opened(pattern: str) -> list[str]:
    root = Path(pattern).anchor
    return sorted(path.as_posix() for path in Path(root or ".").glob(pattern.removeprefix(root)))


def account(base: Base) -> tables.Shown:
    """What was read and refused, as the report says it."""
    found = Findings(
        measures=MEASURES.empty(),
        contracts=pl.DataFrame(),
        as_of=base.as_of,
        accounts=base.accounts,
        rejects=base.rejects.collect(),
    )
    section = sections.section_reading(found)
    notes = (
        [Callout("Démonstration", DEMO_NOTE.removeprefix("Démonstration\u00a0: ").removeprefix("Démonstration : "))]
        if base.demo
        else []
    )
    return tables.blocks(*notes, *(section.blocks if section else ()))


class Files:
    """Choose files, by path or by sending them; « Lire » reads them aside, so that it can be stopped."""

    def __init__(
        self,
        contracts: str = "",
        registers: str = "",
        ready: Callable[[Lecture], None] | None = None,
        mission: Path | None = None,
    ) -> None:
        self.mission = mission
        self.ready = ready
        self.lecture: Lecture | None = None
        self._worker: threading.Thread | None = None
        self._kept: tempfile.TemporaryDirectory[str] | None = None
        self.path = _path("Vos contrats (fichier ou dossier) :", contracts)
        self.registers = _path("Listes de fournisseurs (facultatif) :", registers)
        self.upload = ipywidgets.FileUpload(
            description="… ou envoyer un fichier (200 Mo au plus)",
            multiple=True,
            accept=_KINDS,
            layout={"width": "max-content"},
        )
        self.launch = ipywidgets.Button(description="Lire", button_style="primary", layout={"width": "8rem"})
        self.place, self.result = ipywidgets.VBox(), ipywidgets.HTML()
        self.upload.observe(self._receive, names="value")
        self.launch.on_click(lambda _: self.start())
        row = ipywidgets.HBox([self.path, self.upload], layout={"flex_flow": "row wrap"})
        told = ipywidgets.HTML(tables.framed(f"<p>{tables.safe(french.typeset(_SEVERAL))}</p>"))
        self.widget = ipywidgets.VBox([row, self.registers, told, self.launch, self.place, self.result])

    def start(self) -> None:
        """Read aside what is named; the answer comes in the same place."""
        if self._worker and self._worker.is_alive():
            return
        self.launch.disabled = True
        self._worker = threading.Thread(target=self._read, daemon=True)
        self._worker.start()

    def wait(self) -> Lecture | None:
        """What was read, once it is (None when nothing was)."""
        if self._worker:
            self._worker.join()
        return self.lecture

    def _read(self) -> None:
        self.result.value = ""
        try:
            self._read_named()
        except faults.FAULTS as failure:
            self.result.value = tables.framed(tables.problem(faults.told(failure)))
        finally:
            self.place.children = ()
            self.launch.disabled = False

    def _read_named(self) -> None:
        if self.mission is not None:
            return self._settled(_of_mission(missions.read(self.mission), self._announce))
        paths, lists = expanded(self.path.value), expanded(self.registers.value)
        if not paths:
            raise Problem(
                "Aucun fichier n'est indiqué",
                todo="Donnez le chemin d'un fichier ou d'un dossier, ou envoyez un fichier",
            )
        bar = _Bar(_announced(paths, lists))
        self.place.children = (bar.widget,)
        base = diagnostic.prepare(paths, registers=lists, clock=reading_day(), progress=bar.follow)
        self._settled(Lecture(base, Selection(files=tuple(paths), registers=tuple(lists))))

    def _announce(self, bar: _Bar) -> None:
        self.place.children = (bar.widget,)

    def _settled(self, lecture: Lecture) -> None:
        self.lecture = lecture
        self.result.value = tables.framed(account(lecture.base).content)
        if self.ready:
            self.ready(lecture)

    def _receive(self, change: dict[str, Any]) -> None:
        """Files sent from the computer are laid in a temporary folder, under their own name."""
        if not change["new"]:
            return
        self._kept = self._kept or tempfile.TemporaryDirectory(prefix=leftovers.prefix(), ignore_cleanup_errors=True)
        names = []
        for sent in change["new"]:
            target = Path(self._kept.name) / Path(sent["name"].replace("\\", "/")).name
            target.write_bytes(bytes(sent["content"]))
            names.append(target.as_posix())
        self.path.value = " ; ".join(names)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        told = french.typeset(
            f"Contrats : {self.path.value or 'à indiquer'}. Listes de fournisseurs : {self.registers.value or 'aucune'}."
        )
        asked = (
            "Le choix des fichiers se fait ici une fois le carnet lancé (menu Exécution, Exécuter toutes les cellules)."
        )
        page = f"<p>{tables.safe(told)}</p><p>{asked}</p>" + self.result.value
        return self.widget._repr_mimebundle_() | {"text/plain": told, "text/html": tables.framed(page)}


def _path(label: str, value: str) -> ipywidgets.Text:
    return ipywidgets.Text(
        value=value,
        description=french.typeset(label),
        continuous_update=False,
        style=WIDE,
        layout={"width": "52rem", "max_width": "100%"},
    )


def _announced(paths: list[str], lists: list[str]) -> str:
    told = f"Lecture de {french.count(len(paths), 'fichier', none=False)} de contrats"
    if lists:
        told += f" et de {french.count(len(lists), 'liste', none=False)} de fournisseurs"
    return french.sentence(told)
