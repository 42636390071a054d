"""``spaser rapport``: the whole diagnostic of each buyer, in the five forms, from a short ``diagnostic.toml``."""

from __future__ import annotations

import argparse
from pathlib import Path

from spaser import french
from spaser.cli.options import command
from spaser.cli.terminal import first, progress, say
from spaser.problems import Problem


def add(commands: argparse._SubParsersAction) -> None:
    """The command ``rapport``."""
    one = command(commands, "rapport", _run, "le diagnostic entier de chaque acheteur (HTML, PDF, Word, PowerPoint, Excel), d'après un diagnostic.toml")
    text = "client, acheteurs, fichiers, registres, rayon, cibles, dépenses, questionnaire, logo, commentaires par section"
    one.add_argument("mission", metavar="DIAGNOSTIC.TOML", nargs="?", default="diagnostic.toml", help=text)
    one.add_argument("--modele", action="store_true", help="écrire un diagnostic.toml commenté, à remplir, et s'arrêter")


def _run(choices: argparse.Namespace) -> None:
    from spaser.studies.pams import batch

    if choices.modele:
        return say(f"Modèle écrit, à remplir : {batch.template(choices.mission)}")
    mission = batch.read_mission(choices.mission)
    outcomes = batch.run(mission, progress=progress)
    done = [one for one in outcomes if not one.failure]
    reused = sum(one.reused for one in done)
    again = f", dont {french.number(reused)} déjà à jour" if reused else ""
    say(f"{french.capital(french.count(len(done), 'rapport'))} dans {Path(mission.folder)}{again}.")
    if done:
        first(Path(mission.folder) / "index.html")
    failed = [one for one in outcomes if one.failure]
    if failed:
        names = " ; ".join(f"{one.buyer} : {one.failure}" for one in failed)
        raise Problem(f"{french.capital(french.count(len(failed), 'acheteur'))} sans rapport", why=names)
