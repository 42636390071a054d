"""``spaser atelier``: a half-day workshop on the buyer's own figures, to run as is."""

from __future__ import annotations

import argparse

from spaser.cli.given import delivered, required
from spaser.cli.opening import diagnosed
from spaser.cli.options import closing, command, selection
from spaser.cli.terminal import say


def add(commands: argparse._SubParsersAction) -> None:
    """The command ``atelier``."""
    asked = command(
        commands,
        "atelier",
        _run,
        "une demi-journée de formation sur vos chiffres : diaporama, questions et réponses, marchés à travailler",
    )
    selection(asked)


def _run(choices: argparse.Namespace) -> None:
    from spaser.studies.acting import training

    required(choices, "contrats")
    made = training.study(diagnosed(choices))
    if made.demo:
        say("Démonstration : acheteurs, fournisseurs et contrats sont inventés.\n")
    say(training.summary(made))
    say("\n" + closing(choices, made.as_of))
    delivered(choices, "atelier", lambda folder: training.write(made, folder))
