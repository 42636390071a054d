"""The command ``spaser …``: a thin shell over the verbs of the front door, in French.

Exit codes: 0 done; 2 the user can mend it (the message says how); 130 interrupted.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import spaser
from spaser import guards
from spaser.cli import (
    batch,
    clauses,
    company,
    diagnostic,
    dividing,
    drafting,
    given,
    groups,
    impact,
    interviews,
    law,
    meetings,
    mission,
    notebooks,
    potential,
    preparing,
    publication,
    reading,
    suppliers,
    training,
)
from spaser.cli.terminal import hold_streams, say, speak_french
from spaser.guards import leftovers
from spaser.guards.names import LONGEST
from spaser.problems import Problem

#: The help is grouped as the work is; a command that no group names stands with the measures.
GROUPS = {
    "préparer": ("mission", "lire", "preparer", "telecharger", "registre", "programme"),
    "mesurer": (),
    "se former": ("atelier", "lab", "carnets"),
    "agir": ("allotissement", "groupements", "matinale", "redige", "relire", "impact", "entreprise"),
    "publier": ("schema", "publication", "rapport"),
}
LEARNING = "  carnets 10 (acheteurs) et 11 (élus), à l'écran : spaser lab"
#: Each family of commands adds its own, in the order of the help.
FAMILIES = (
    diagnostic,
    reading,
    clauses,
    interviews,
    drafting,
    suppliers,
    potential,
    dividing,
    groups,
    meetings,
    impact,
    company,
    publication,
    batch,
    mission,
    law,
    preparing,
    training,
    notebooks,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code says how it went."""
    hold_streams()
    speak_french()
    choices = parser().parse_args(arguments)
    leftovers.sweep(Path(tempfile.gettempdir()))
    try:
        _named(choices)
        given.given(choices)
        choices.run(choices)
    except Problem as problem:
        say(str(problem), sys.stderr)
        return 2
    except BrokenPipeError:  # who reads the terminal has stopped (« | more »)
        return 1
    except (OSError, MemoryError) as failure:
        say(str(_barred(failure)), sys.stderr)
        return 2
    except KeyboardInterrupt:
        say("\nInterrompu : aucun fichier n'est resté à moitié écrit.", sys.stderr)
        return 130
    return 0


def _named(choices: argparse.Namespace) -> None:
    """Refuse a path that no system takes, before anything is read."""
    for given_ in vars(choices).values():
        for one in given_ if isinstance(given_, list | tuple) else [given_]:
            if isinstance(one, str | Path):
                guards.named(one)


def _barred(failure: OSError | MemoryError) -> Problem:
    """A folder or a file that the computer refuses: a closed folder, a workbook open in Excel, a full disk."""
    if isinstance(failure, MemoryError):
        return Problem(
            "La mémoire de cet ordinateur ne suffit pas",
            todo="Donnez moins de fichiers à la fois, ou fermez d'autres logiciels",
        )
    return Problem(
        "L'ordinateur refuse de lire ou d'écrire ce fichier ou ce dossier",
        where=str(failure.filename or "")[-LONGEST:],
        why=guards.of_system(failure),
        todo="Fermez le fichier s'il est ouvert (dans Excel, par exemple), vérifiez vos droits et la place libre, ou donnez un autre dossier avec --sortie",
    )


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(
        prog="spaser",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Des contrats publics au diagnostic d'achat responsable, hors ligne, chaque chiffre expliqué.",
        epilog='Exemple : spaser diagnostic marches.json --acheteur "Ma Ville" --sortie resultats',
    )
    top.add_argument(
        "--version", action="version", version=f"spaser {spaser.__version__}", help="afficher la version et sortir"
    )
    commands = top.add_subparsers(
        title="commandes",
        metavar="COMMANDE",
        required=True,
        help="voir ci-dessous ; spaser COMMANDE --help dit ses options",
    )
    for family in FAMILIES:
        family.add(commands)
    top.epilog = f"{_grouped(commands)}\n\n{top.epilog}"
    return top


def _grouped(commands: argparse._SubParsersAction) -> str:
    """The commands under the step of the work they serve; argparse's own flat list is emptied."""
    told = {action.dest: action.help or "" for action in commands._get_subactions()}
    commands._choices_actions = []
    named = {name for names in GROUPS.values() for name in names}
    groups = GROUPS | {"mesurer": tuple(name for name in told if name not in named)}
    lines = []
    for title, names in groups.items():
        known = [name for name in names if name in told]
        lines += [
            "",
            f"{title} :",
            *(f"  {name:<14} {told[name]}" for name in known),
            *([LEARNING] if title == "se former" else []),
        ]
    return "\n".join(lines).strip()
