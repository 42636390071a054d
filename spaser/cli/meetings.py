"""``spaser matinale``: the workbook of a meeting day between a buyer and ESS suppliers."""

from __future__ import annotations

import argparse

from spaser.cli.options import DEMO, command, selection
from spaser.cli.terminal import progress, say


def add(commands: argparse._SubParsersAction) -> None:
    """The command ``matinale``."""
    asked = command(commands, "matinale", _run, "classeur d'une matinale : besoins à venir, fournisseurs de l'ESS à inviter, souhaits, suivi")
    selection(asked)
    asked.add_argument("--mois", type=int, default=12, metavar="N", help="besoins dont le sourcing commence dans les N mois (par défaut : 12)")
    asked.add_argument("--rayon", type=float, metavar="KM", help="distance des fournisseurs locaux (par défaut : l'usage de chaque famille)")


def _run(choices: argparse.Namespace) -> None:
    import spaser
    from spaser import meetings

    demo = not choices.contrats
    result = spaser.diagnose(
        sorted(DEMO.glob("marches_demo*.json")) if demo else choices.contrats,
        buyer=choices.acheteur, years=choices.annees, as_of=choices.date, population=choices.population,
        registers=choices.registre or (sorted(DEMO.glob("registre_demo*.csv")) if demo else []),
        method=choices.methode, buyer_siret=choices.acheteur_siret, cache=choices.cache, progress=progress,
    )  # fmt: skip
    report = meetings.morning(result, spaser.potential_of(result, radius=choices.rayon), months=choices.mois)
    if demo:
        say("Démonstration : acheteurs, fournisseurs et contrats sont inventés.\n")
    say(" ".join(block.text for block in report.sections[0].blocks))
    say("\nFichiers écrits :\n" + "\n".join(f"  {path}" for path in meetings.write(report, choices.sortie)))
