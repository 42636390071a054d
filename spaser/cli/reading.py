"""``spaser lire``: what each file is, how surely, and what is filled in it, before any computation."""

from __future__ import annotations

import argparse
from pathlib import Path

from spaser.cli.options import command
from spaser.cli.terminal import say, wrote
from spaser.problems import Problem


def add(commands: argparse._SubParsersAction) -> None:
    """The command ``lire``."""
    asked = command(
        commands,
        "lire",
        _run,
        "ce qu'est chaque fichier, à quel point c'est sûr, et ce qui y est rempli : colonnes reconnues, gardées, vides",
    )
    asked.add_argument(
        "fichiers",
        nargs="+",
        metavar="FICHIER",
        help="contrats, dépenses, listes de fournisseurs, avis, programmes d'achat, pièces, réponses",
    )
    asked.add_argument("--sortie", type=Path, metavar="DOSSIER", help="écrire aussi les comptes en CSV dans ce dossier")


def _run(choices: argparse.Namespace) -> None:
    from spaser.studies import reading

    found = reading.look(choices.fichiers)
    say(reading.summary(found))
    if choices.sortie:
        wrote(reading.write(found, choices.sortie))
    if all(one.problem for one in found):
        unknown = "Ce fichier n'a pas été reconnu" if len(found) == 1 else "Aucun de ces fichiers n'a été reconnu"
        raise Problem(unknown, todo="Ce qui a été vu et ce qui était attendu sont dits au-dessus")
