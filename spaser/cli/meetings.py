"""``spaser matinale``: the workbook of a meeting day between a buyer and ESS suppliers."""

from __future__ import annotations

import argparse

from spaser.cli.given import decided, delivered
from spaser.cli.options import closing, command, selection, source
from spaser.cli.terminal import progress, say


def add(commands: argparse._SubParsersAction) -> None:
    """The command ``matinale``."""
    asked = command(commands, "matinale", _run, "classeur d'une matinale : besoins à venir, fournisseurs de l'ESS à inviter, souhaits, suivi")
    selection(asked)
    asked.add_argument("--mois", type=int, default=12, metavar="N", help="besoins dont le sourcing commence dans les N mois (par défaut : 12)")
    asked.add_argument("--rayon", type=float, metavar="KM", help="distance des fournisseurs locaux (par défaut : l'usage de chaque famille)")


def _run(choices: argparse.Namespace) -> None:
    import spaser
    from spaser.studies import meetings

    paths, asked = source(choices)
    result = spaser.diagnose(paths, **asked, decisions=decided(choices), progress=progress)
    report = meetings.morning(result, spaser.potential_of(result, radius=choices.rayon), months=choices.mois)
    if result.base.demo:
        say("Démonstration : acheteurs, fournisseurs et contrats sont inventés.\n")
    say(" ".join(block.text for block in report.sections[0].blocks))
    say("\n" + closing(choices, result.as_of))
    delivered(choices, "matinale", lambda folder: meetings.write(report, folder))
