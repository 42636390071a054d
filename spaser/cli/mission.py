"""``spaser mission``: a folder for what one gives, decides and gets; made, completed, told."""

from __future__ import annotations

import argparse
from pathlib import Path

from spaser import french
from spaser.cli.options import command
from spaser.cli.terminal import say
from spaser.vocabulary.given import GIVEN


def add(commands: argparse._SubParsersAction) -> None:
    """The command ``mission`` and its verbs."""
    one = command(
        commands, "mission", _run_state, "votre dossier de travail : fichiers, décisions et résultats au même endroit"
    )
    verbs = one.add_subparsers(title="verbes", metavar="VERBE", required=True)
    made = command(
        verbs,
        "nouvelle",
        _run_new,
        "crée une mission : mission.toml, fichiers, decisions, sorties ; vos fichiers y sont copiés",
    )
    made.add_argument("dossier", metavar="DOSSIER", help="le dossier à créer")
    made.add_argument("--client", metavar="NOM", help="pour qui")
    made.add_argument("--auteur", metavar="NOM", help="qui décide")
    made.add_argument(
        "--acheteurs",
        nargs="+",
        metavar="NOM|SIRET",
        help="une partie du nom, le SIREN ou le SIRET ; sans cela : tous les acheteurs des fichiers",
    )
    _files(made)
    text = "dossier d'une édition antérieure dont reprendre ma_selection.json, diagnostic.toml, réponses, constats, validations et corrections"
    made.add_argument("--reprendre", metavar="DOSSIER", help=text)
    more = command(verbs, "ajouter", _run_add, "copie d'autres fichiers dans une mission")
    more.add_argument(
        "dossier", metavar="DOSSIER", nargs="?", default=".", help="la mission (par défaut : le dossier où vous êtes)"
    )
    _files(more)
    state = command(verbs, "etat", _run_state, "ce que contient une mission : fichiers, décisions, derniers résultats")
    state.add_argument(
        "dossier", metavar="DOSSIER", nargs="?", default=".", help="la mission (par défaut : le dossier où vous êtes)"
    )


def _files(one: argparse.ArgumentParser) -> None:
    for given in GIVEN:
        name, kept = f"--{given.option}", f"donne_{given.key}"
        if given.many:
            one.add_argument(name, dest=kept, metavar="FICHIER", help=given.help, nargs="+", default=[])
        else:
            one.add_argument(name, dest=kept, metavar="FICHIER", help=given.help)


def _run_new(choices: argparse.Namespace) -> None:
    from spaser.studies import mission

    said = {
        key: value
        for key, value in (("client", choices.client), ("auteur", choices.auteur), ("acheteurs", choices.acheteurs))
        if value
    }
    mission.there(path for paths in _given(choices).values() for path in paths)
    mission.there([choices.reprendre] if choices.reprendre else [], folders=True)
    home = mission.create(choices.dossier, **said)
    say(f"Mission créée : {home}")
    _add(home, choices)
    for line in mission.take(home, choices.reprendre) if choices.reprendre else ():
        say(f"  {french.sentence(line)}")
    say("\n" + mission.told(home))


def _run_add(choices: argparse.Namespace) -> None:
    from spaser.studies import mission

    mission.read(choices.dossier)
    _add(Path(choices.dossier), choices)
    say(mission.told(choices.dossier))


def _add(home: Path, choices: argparse.Namespace) -> None:
    from spaser.studies import mission

    for key, paths in _given(choices).items():
        mission.add(home, key, paths)


def _given(choices: argparse.Namespace) -> dict[str, list[str]]:
    """The files to copy, by the name they take in ``mission.toml``."""
    said = {given: getattr(choices, f"donne_{given.key}") for given in GIVEN}
    return {given.key: list(value) if given.many else [value] for given, value in said.items() if value}


def _run_state(choices: argparse.Namespace) -> None:
    from spaser.studies import mission

    say(mission.told(choices.dossier))
