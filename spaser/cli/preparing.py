"""``spaser preparer``: large files laid by buyer and measured once, so that any diagnostic of one of their buyers is quick."""

from __future__ import annotations

import argparse
from pathlib import Path

from spaser.cli.options import command
from spaser.cli.terminal import progress, say


def add(commands: argparse._SubParsersAction) -> None:
    """The command ``preparer``."""
    one = command(
        commands, "preparer", _run, "copie préparée de gros fichiers : chaque acheteur y est lu en un instant"
    )
    one.add_argument("contrats", nargs="+", metavar="CONTRATS", help="fichiers de contrats (le fichier national)")
    one.add_argument(
        "--cache", type=Path, metavar="DOSSIER", help="où ranger la copie (par défaut : à côté du premier fichier)"
    )


def _run(choices: argparse.Namespace) -> None:
    from spaser.studies import diagnostic

    where = diagnostic.copy(choices.contrats, cache=choices.cache, progress=progress)
    say(f"Copie préparée : {where}")
    option = f" --cache {choices.cache}" if choices.cache else ""
    say(f"Les commandes qui nomment ces mêmes fichiers{option and f' avec{option}'} la lisent d'elles-mêmes ; elle est")
    say("refaite quand les fichiers, le kit ou ses règles changent : relancez alors spaser preparer.")
