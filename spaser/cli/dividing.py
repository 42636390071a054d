"""``spaser allotissement``: what dividing a need into lots would let be taken, where it stops helping, and for whom."""

from __future__ import annotations

import argparse

from spaser.cli.given import delivered, required
from spaser.cli.opening import diagnosed
from spaser.cli.options import closing, command, reach, selection
from spaser.cli.terminal import say
from spaser.vocabulary.sentences import DEMO_NOTE


def add(commands: argparse._SubParsersAction) -> None:
    """The command ``allotissement``."""
    asked = command(
        commands,
        "allotissement",
        _run,
        "part prenable de chaque besoin selon le nombre de lots, où diviser n'aide plus, qui pourrait prendre quel lot",
    )
    selection(asked, needs="")
    asked.add_argument("--besoin", metavar="MOTS", help="les seuls besoins dont l'objet contient ces mots")
    reach(asked)


def _run(choices: argparse.Namespace) -> None:
    import spaser
    from spaser.studies.acting import dividing

    required(choices, "contrats")
    result = diagnosed(choices)
    found = spaser.potential_of(result, radius=choices.rayon, dependency=choices.dependance)
    made = dividing.divided(found, only=choices.besoin, method=result.base.method, demo=result.base.demo)
    if result.base.demo:
        say(DEMO_NOTE + "\n")
    say(dividing.summary(made))
    say("\n" + closing(choices, result.as_of))
    delivered(choices, "allotissement", lambda folder: dividing.write(made, folder))
