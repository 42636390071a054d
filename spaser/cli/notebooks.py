"""``spaser lab``, ``spaser carnets``: JupyterLab on the notebooks, and a copy of the notebooks in a folder of one's own."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from spaser import french, shipped
from spaser.cli.options import clock, command
from spaser.cli.terminal import say
from spaser.problems import Problem

#: What a copy leaves behind: what makes the demo and runs the notebooks again is for who develops the kit.
_LEFT = shutil.ignore_patterns(
    "__pycache__", "*.pyc", "*.py", ".ipynb_checkpoints", "sanitize.cfg", "config", "spaser-sortie"
)
#: Same names as in a checkout: a notebook finds the demo at ``../data``.
_PARTS = {"notebooks": shipped.notebooks, "data": shipped.demo}
HOME = Path("spaser-carnets")
#: What opens first: the welcome, or in a mission, whose notebooks have none, its contracts.
_WELCOME, _FIRST = "00_accueil.ipynb", "02_panorama.ipynb"


def add(commands: argparse._SubParsersAction) -> None:
    copy = command(commands, "carnets", copied, "copier les carnets et la démonstration dans un dossier à vous")
    copy.add_argument(
        "dossier",
        type=Path,
        metavar="DOSSIER",
        help="dossier à créer, ou une mission ; ce qui s'y trouve déjà n'est jamais remplacé",
    )
    text = (
        "mettre les carnets du kit à la place de ceux qui en diffèrent ; les vôtres restent à côté, sous un autre nom"
    )
    copy.add_argument("--renouveler", action="store_true", help=text)
    lab = command(commands, "lab", opened, "ouvrir les carnets dans JupyterLab, en français")
    lab.add_argument(
        "dossier",
        nargs="?",
        type=Path,
        metavar="DOSSIER",
        help=f"dossier des carnets, ou une mission (par défaut : {HOME}, créé s'il manque)",
    )
    lab.add_argument(
        "--sans-navigateur", action="store_true", help="ne pas ouvrir le navigateur ; l'adresse est écrite"
    )


def copied(choices: argparse.Namespace) -> None:
    """Copy the notebooks (and the demo, outside a mission); what is there already is kept and said."""
    from spaser.studies import mission

    folder = choices.dossier
    if mission.here(folder):
        place = mission.notebooks(folder)[0].parent
        say(f"Carnets de la mission : {place}")
    else:
        kept, place = copy(folder), folder / "notebooks"
        say(
            f"Carnets et démonstration copiés dans {folder}."
            + (f" {kept} fichiers déjà là ont été gardés tels quels." if kept else "")
        )
        say(f"Pour les ouvrir : {shipped.launcher()} lab {folder}")
    older = mission.outdated(place)
    if older and not choices.renouveler:
        one = len(older) == 1
        count = "1 carnet diffère de celui du kit" if one else f"{len(older)} carnets diffèrent de ceux du kit"
        say(f"{count} : {french.listing(path.stem for path in older)}.")
        say(f"Pour avoir ceux du kit, les vôtres gardés à côté : {shipped.launcher()} carnets {folder} --renouveler")
    for own, kept_as in mission.renew(place, clock()) if choices.renouveler else ():
        say(f"{own.name} renouvelé ; le vôtre est gardé : {kept_as.name}")


def copy(folder: Path) -> int:
    """Copy what lacks into ``folder``; returns how many files were there already and were left alone.

    Raises
    ------
    Problem
        The folder is a file.
    """
    if folder.is_file():
        raise Problem("Ce dossier est un fichier", where=str(folder), todo="Donnez le nom d'un dossier à créer")
    kept = 0

    def place(source: str, target: str) -> str:
        nonlocal kept
        if Path(target).exists():
            kept += 1
            return target
        return shutil.copy2(source, target)

    for name, found in _PARTS.items():
        shutil.copytree(found(), folder / name, ignore=_LEFT, copy_function=place, dirs_exist_ok=True)
    return kept


def _place(folder: Path) -> Path:
    """Where the notebooks of a folder are: a mission's own, the folder itself, else a copy made in it."""
    from spaser.studies import mission

    if mission.here(folder):
        return mission.notebooks(folder)[0].parent
    if any((folder / name).is_file() for name in (_WELCOME, _FIRST)):
        return folder
    if not (folder / "notebooks").is_dir():
        copy(folder)
        say(f"Carnets copiés dans {folder.resolve()}.")
    return folder / "notebooks"


def opened(choices: argparse.Namespace) -> None:
    """JupyterLab on the notebooks: those of the folder, copied there first when they lack."""
    place = _place(choices.dossier or HOME).resolve()
    first = next((name for name in (_WELCOME, _FIRST) if (place / name).is_file()), "")
    settings = str(shipped.notebooks() / "config")
    extensions = os.pathsep.join(filter(None, (settings, os.environ.get("JUPYTER_PATH"))))
    environ = os.environ | {"JUPYTER_CONFIG_PATH": settings, "JUPYTER_PATH": extensions, "PYTHONUTF8": "1"}
    asked = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--notebook-dir",
        str(place),
        f"--LabApp.default_url=/lab/tree/{first}",
    ]
    if _administrator():
        # Refused in English otherwise, in a container as well, where there is often no other account.
        say("Vous êtes l'administrateur de cette machine (root) : ce qu'un carnet exécute a tous les droits.")
        asked.append("--allow-root")
    subprocess.call([*asked, *(["--no-browser"] if choices.sans_navigateur else [])], env=environ)


def _administrator() -> bool:
    return getattr(os, "geteuid", lambda: 1)() == 0
