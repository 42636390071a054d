"""``spaser potentiel``: what a buyer could buy from the ESS, to whom, by which lever, and how much."""

from __future__ import annotations

import argparse

from spaser.cli.options import command, selection, source
from spaser.cli.terminal import progress, say


def add(commands: argparse._SubParsersAction) -> None:
    """The command ``potentiel``."""
    asked = command(commands, "potentiel", _run, "potentiel d'achat auprès de l'ESS : besoins, fournisseurs, leviers, montants")
    selection(asked)
    asked.add_argument("--rayon", type=_kilometres, metavar="KM", help="distance des fournisseurs locaux (par défaut : l'usage de chaque famille)")
    text = "part de son activité qu'un fournisseur ne doit pas dépasser avec vous, en %% (par défaut : 30)"
    asked.add_argument("--dependance", type=_percentage, metavar="PART", help=text)


def _run(choices: argparse.Namespace) -> None:
    import spaser
    from spaser import opportunities_handover as handover

    demo = not choices.contrats
    paths, asked = source(choices)
    result = spaser.diagnose(paths, **asked, progress=progress)
    found = spaser.potential_of(result, radius=choices.rayon, dependency=choices.dependance)
    if demo:
        say("Démonstration : acheteurs, fournisseurs et contrats sont inventés.\n")
    say(handover.summary(found))
    say("\nFichiers écrits :\n" + "\n".join(f"  {path}" for path in handover.write(result, found, choices.sortie)))


def _kilometres(text: str) -> float:
    try:
        return float(text.replace(",", ".").removesuffix("km").strip())
    except ValueError:
        raise argparse.ArgumentTypeError(f"« {text} » n'est pas une distance (30)") from None


def _percentage(text: str) -> float:
    try:
        return float(text.replace(",", ".").removesuffix("%").strip()) / 100
    except ValueError:
        raise argparse.ArgumentTypeError(f"« {text} » n'est pas un pourcentage (30)") from None
