"""``spaser entretiens``: the interview guide and its workbook; read back, several respondents merged and what was said quoted."""

from __future__ import annotations

import argparse

from spaser.cli import given
from spaser.cli.options import command, output, reading_day, today
from spaser.cli.terminal import say


def add(commands: argparse._SubParsersAction) -> None:
    """The command ``entretiens``."""
    asked = command(
        commands,
        "entretiens",
        _run,
        "guide d'entretien par rôle et classeur à remplir ; relu : avis réunis, désaccords, constats cités",
    )
    asked.add_argument(
        "entretiens",
        nargs="?",
        metavar="CLASSEUR.XLSX",
        help="le classeur rempli ; sans lui : le guide et un classeur vide",
    )
    asked.add_argument("--reponses", metavar="FICHIER", help="réponses gardées par le carnet 08 : un répondant de plus")
    given.options(asked)
    today(asked)
    output(asked)


def _run(choices: argparse.Namespace) -> None:
    from spaser.studies.acting import interviews

    day = reading_day(choices)
    if choices.entretiens is None:
        say("Guide d'entretien (Word) et classeur à remplir, une ligne par personne et par question.")
        return given.delivered(choices, "entretiens", lambda folder: interviews.write_guide(folder, day))
    also = interviews.kept(choices.reponses) if choices.reponses else choices.at.answers if choices.at else None
    found = interviews.study(choices.entretiens, also=also)
    say(interviews.summary(found))
    return given.delivered(choices, "entretiens", lambda folder: interviews.write(found, folder, day))
