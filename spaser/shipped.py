"""What the kit brings with it, found wherever it is installed: the demo, the notebooks, and how it is called there.

In a wheel the demo and the notebooks lie inside the package; an editable install, like a checkout, has them in the folders beside it.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from spaser.problems import Problem

#: Where each lies: inside the package (wheel), then beside it (checkout).
_DEMO = ("demonstration", "data")
_NOTEBOOKS = ("carnets", "notebooks")


def demo() -> Path:
    """The folder of the demo, where everything is invented.

    Raises
    ------
    Problem
        The installation is incomplete.
    """
    return _found(*_DEMO)


def notebooks() -> Path:
    """The folder of the notebooks, with the settings of JupyterLab in ``config``.

    Raises
    ------
    Problem
        The installation is incomplete.
    """
    return _found(*_NOTEBOOKS)


def launcher() -> str:
    """How the user calls the kit here: ``python run.py`` in a checkout, ``spaser`` once installed."""
    beside = _package().parent / "run.py"
    return "python run.py" if beside.is_file() and not (_package() / _DEMO[0]).is_dir() else "spaser"


def _package() -> Path:
    return Path(str(resources.files("spaser")))


def _found(inside: str, beside: str) -> Path:
    here = _package()
    for folder in (here / inside, here.parent / beside):
        if folder.is_dir():
            return folder
    raise Problem(
        "L'installation de spaser est incomplète",
        where=str(here),
        why=f"Le dossier « {inside} » manque",
        todo="Réinstallez : pip install --force-reinstall spaser",
    )
