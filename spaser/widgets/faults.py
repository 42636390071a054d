"""The one place where what fails in a notebook becomes a French message in its output; never a traceback.

A cell that fails still fails for the kernel: « run all » stops there, and what later cells had stored stays on the page.
"""

from __future__ import annotations

import tempfile
import traceback
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import polars as pl
from IPython import get_ipython
from IPython.display import display

from spaser.problems import Problem
from spaser.widgets import tables

LOG = "spaser-incident.txt"
#: What a form or a view tells instead of failing: what the user can mend, and what a fault of the kit or of a library may raise.
FAULTS = (
    Problem,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    pl.exceptions.PolarsError,
)
_BEFORE = "Cette cellule a besoin de celles qui la précèdent"
_RUN = "Lancez-les d'abord : menu Exécution, Exécuter toutes les cellules"


class Box:
    """A problem as a notebook shows it."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": str(self.problem), "text/html": tables.framed(tables.problem(self.problem))}


def told(error: BaseException, log: Path | None = None) -> Problem:
    """Any fault as a problem in French: a Problem is itself; another leaves a log that can be sent.

    Parameters
    ----------
    log
        The folder of the log; by default that of temporary files.
    """
    if isinstance(error, Problem):
        return error
    if isinstance(error, NameError):
        return Problem(_BEFORE, why=f"Le nom « {error.name} » n'est pas encore connu" if error.name else "", todo=_RUN)
    if isinstance(error, SyntaxError):
        return Problem(
            "Cette cellule ne se lit pas",
            where=f"ligne {error.lineno}" if error.lineno else "",
            why="Un signe manque ou est de trop",
            todo='Un texte s\'écrit entre guillemets : mission = "../ma-ville"',
        )
    if isinstance(error, KeyboardInterrupt):
        return Problem("Le calcul a été arrêté", todo="Relancez la cellule quand vous voulez")
    if isinstance(error, MemoryError):
        return Problem(
            "La mémoire ne suffit pas", todo="Fermez les autres carnets, ou choisissez moins d'acheteurs ou d'années"
        )
    return Problem(
        "Une erreur imprévue s'est produite",
        why=f"Le détail est dans le fichier {_written(error, log)}",
        todo="Vos fichiers et vos décisions sont intacts ; envoyez-nous ce fichier",
    )


def _written(error: BaseException, folder: Path | None) -> Path:
    path = (folder or Path(tempfile.gettempdir())) / LOG
    text = "".join(traceback.format_exception(error))
    with path.open("a", encoding="utf-8") as stream:
        stream.write(f"--- {datetime.now():%Y-%m-%d %H:%M:%S}\n{text}\n")
    return path


def install(shell: Any = None) -> None:
    """Make the kernel say its faults in French; nothing to do outside a notebook."""
    shell = shell or get_ipython()
    if shell is None or getattr(shell, "spaser_speaks", False):
        return
    shell.set_custom_exc((Exception, KeyboardInterrupt), _shown)
    shell.showsyntaxerror = lambda *_, **__: _show_last(shell)
    shell.showindentationerror = lambda *_, **__: _show_last(shell)
    shell.spaser_speaks = True


def _shown(
    shell: Any,
    kind: type[BaseException],
    error: BaseException,
    trace: TracebackType | None,
    tb_offset: int | None = None,
) -> list[str]:
    display(Box(told(error)))
    return [str(told(error)) if isinstance(error, Problem) else kind.__name__]


def _show_last(shell: Any) -> None:
    import sys

    error = sys.exc_info()[1] or getattr(sys, "last_value", None)
    if error is not None:
        display(Box(told(error)))
