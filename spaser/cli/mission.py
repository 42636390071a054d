"""``spaser mission``: a folder for what one gives, decides and gets; made, completed, told."""

from __future__ import annotations

import argparse
from pathlib import Path

from spaser import french
from spaser.cli.options import command
from spaser.cli.terminal import say


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
    one.add_argument(
        "--contrats", nargs="+", metavar="FICHIER", default=[], help="contrats (JSON, XML, CSV, XLSX, Parquet, zip)"
    )
    one.add_argument(
        "--registre", nargs="+", metavar="FICHIER", default=[], help="listes de fournisseurs de l'ESS et inclusifs"
    )
    one.add_argument("--avis", nargs="+", metavar="FICHIER", default=[], help="avis publiés (BOAMP, TED)")
    one.add_argument("--pieces", nargs="+", metavar="DOSSIER", default=[], help="pièces des consultations")
    one.add_argument("--programme", nargs="+", metavar="FICHIER", default=[], help="programmation des achats")
    one.add_argument("--depenses", metavar="FICHIER", help="votre fichier de dépenses")


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
        if paths:
            mission.add(home, key, paths)


def _given(choices: argparse.Namespace) -> dict[str, list[str]]:
    """The files to copy, by the name they take in ``mission.toml``."""
    told = {
        "fichiers": choices.contrats,
        "registres": choices.registre,
        "avis": choices.avis,
        "pieces": choices.pieces,
        "programme": choices.programme,
        "depenses": [choices.depenses] if choices.depenses else [],
    }
    return {key: paths or [] for key, paths in told.items()}


def _run_state(choices: argparse.Namespace) -> None:
    from spaser.studies import mission

    say(mission.told(choices.dossier))
