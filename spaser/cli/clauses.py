"""``spaser clauses``: what a folder of tender documents says, quoted with its page."""

from __future__ import annotations

import argparse

from spaser.cli import given
from spaser.cli.options import command, output
from spaser.cli.terminal import progress, say


def add(commands: argparse._SubParsersAction) -> None:
    """The command ``clauses``."""
    one = command(
        commands,
        "clauses",
        _run,
        "considérations sociales et environnementales des pièces d'un marché, citées avec leur page",
    )
    one.add_argument(
        "documents",
        nargs="*",
        metavar="DOSSIER|FICHIERS",
        help="dossier, fichiers ou zip : PDF, DOCX, ODT, HTML, Markdown, texte",
    )
    one.add_argument("--lexique", metavar="FICHIER", help="votre propre lexicon.toml")
    given.options(one, "documents")
    output(one)


def _run(choices: argparse.Namespace) -> None:
    from spaser.studies import clauses as dossier

    result = dossier.clauses(choices.documents, lexicon=choices.lexique, progress=progress)
    say(dossier.summary(result))
    given.delivered(choices, "clauses", lambda folder: dossier.write(result, folder))
