"""``spaser groupements``: who could answer together to what none can take alone, and which chairs stay empty."""

from __future__ import annotations

import argparse

from spaser.cli.given import delivered, required
from spaser.cli.opening import diagnosed
from spaser.cli.options import closing, command, reach, selection
from spaser.cli.terminal import say
from spaser.problems import Problem
from spaser.vocabulary.sentences import DEMO_NOTE


def add(commands: argparse._SubParsersAction) -> None:
    """The command ``groupements``."""
    asked = command(
        commands,
        "groupements",
        _run,
        "besoins qu'aucun fournisseur ne prend seul : groupements possibles, rôles, chaises vides, filières à structurer",
    )
    selection(asked, needs="")
    asked.add_argument("--besoin", metavar="MOTS", help="les seuls besoins dont l'objet contient ces mots")
    asked.add_argument(
        "--competences",
        nargs="+",
        metavar="FAMILLE",
        help="avec --besoin : les familles d'achat à réunir (par défaut : celle du besoin)",
    )
    asked.add_argument(
        "--classeur",
        metavar="GROUPEMENTS.XLSX",
        help="relire la colonne « Compétences à réunir » du classeur écrit par cette commande",
    )
    reach(asked)


def _run(choices: argparse.Namespace) -> None:
    import spaser
    from spaser.studies.acting import grouping

    if choices.competences and not choices.besoin:
        raise Problem(
            "--competences ne vaut qu'avec --besoin", todo='Dites de quel besoin : --besoin "entretien des berges"'
        )
    if choices.competences and choices.classeur:
        raise Problem("--competences et --classeur ne vont pas ensemble", todo="Gardez l'un des deux")
    skills = grouping.asked(choices.classeur) if choices.classeur else choices.competences
    required(choices, "contrats")
    result = diagnosed(choices)
    found = spaser.potential_of(result, radius=choices.rayon, dependency=choices.dependance)
    made = grouping.groups_of(
        found, only=choices.besoin, skills=skills, method=result.base.method, demo=result.base.demo
    )
    if result.base.demo:
        say(DEMO_NOTE + "\n")
    say(grouping.summary(made))
    say("\n" + closing(choices, result.as_of))
    delivered(choices, "groupements", lambda folder: grouping.write(made, folder))
