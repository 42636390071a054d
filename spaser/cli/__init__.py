"""The command ``spaser …``: a thin shell over the verbs of the front door, in French.

Exit codes: 0 done; 2 the user can mend it (the message says how); 130 interrupted.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import spaser
from spaser.cli import batch, clauses, diagnostic, given, law, meetings, mission, notebooks, potential, publication, reading, suppliers
from spaser.cli.terminal import say, speak_french
from spaser.problems import Problem

#: Each family of commands adds its own, in the order of the help.
FAMILIES = (diagnostic, reading, clauses, suppliers, potential, meetings, publication, law, batch, mission, notebooks)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code says how it went."""
    speak_french()
    choices = parser().parse_args(arguments)
    try:
        given.given(choices)
        choices.run(choices)
    except Problem as problem:
        say(str(problem), sys.stderr)
        return 2
    except BrokenPipeError:  # who reads the terminal has stopped (« | more »)
        return 1
    except OSError as failure:
        say(str(_barred(failure)), sys.stderr)
        return 2
    except KeyboardInterrupt:
        say("\nInterrompu : aucun fichier n'est resté à moitié écrit.", sys.stderr)
        return 130
    return 0


def _barred(failure: OSError) -> Problem:
    """A folder or a file that the computer refuses: a closed folder, a workbook open in Excel, a full disk."""
    return Problem(
        "L'ordinateur refuse de lire ou d'écrire ce fichier ou ce dossier",
        where=str(failure.filename or failure),
        todo="Fermez le fichier s'il est ouvert (dans Excel, par exemple), vérifiez vos droits et la place libre, ou donnez un autre dossier avec --sortie",
    )


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(
        prog="spaser",
        description="Des contrats publics au diagnostic d'achat responsable, hors ligne, chaque chiffre expliqué.",
        epilog="Exemple : spaser diagnostic marches.json --acheteur \"Ma Ville\" --sortie resultats",
    )
    top.add_argument("--version", action="version", version=f"spaser {spaser.__version__}", help="afficher la version et sortir")
    commands = top.add_subparsers(title="commandes", metavar="COMMANDE", required=True)
    for family in FAMILIES:
        family.add(commands)
    return top
