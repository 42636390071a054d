"""``spaser rapport``: the whole diagnostic of each buyer of each mission, in the five forms."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from spaser import french
from spaser.cli.options import clock, command, today
from spaser.cli.terminal import first, moment, progress, say, wrote
from spaser.problems import Problem
from spaser.vocabulary.sentences import DEMO_NOTE

if TYPE_CHECKING:
    from spaser.studies.mission import Mission
    from spaser.studies.pams.batch import Outcome


def add(commands: argparse._SubParsersAction) -> None:
    """The command ``rapport``."""
    one = command(
        commands,
        "rapport",
        _run,
        "le diagnostic entier de chaque acheteur d'une mission (HTML, PDF, Word, PowerPoint, Excel)",
    )
    text = "dossiers de missions, ou leurs mission.toml (par défaut : le dossier où vous êtes) ; un ancien diagnostic.toml est encore lu"
    one.add_argument("missions", metavar="MISSION", nargs="*", help=text)
    one.add_argument(
        "--demo", action="store_true", help="la mission de démonstration : acheteurs, fournisseurs et contrats inventés"
    )
    one.add_argument(
        "--sortie",
        type=Path,
        metavar="DOSSIER",
        help="dossier des rapports (par défaut : un nouveau dossier daté de la mission)",
    )
    today(one)
    one.add_argument("--modele", action="store_true", help="écrire un mission.toml commenté, à remplir, et s'arrêter")


def _run(choices: argparse.Namespace) -> None:
    from spaser.studies import mission

    if choices.modele:
        return say(
            f"Modèle écrit, à remplir : {mission.template(choices.missions[0] if choices.missions else 'mission.toml')}"
        )
    if choices.demo and choices.missions:
        raise Problem("--demo et une mission ne vont pas ensemble", todo="Gardez l'un des deux")
    named = [mission.DEMO] if choices.demo else choices.missions or [_here()]
    asked = [_taken_up(mission.read(one)) for one in named]
    failed = [line for one in asked for line in _written(one, choices)]
    if failed:
        raise Problem(f"{french.capital(french.count(len(failed), 'acheteur'))} sans rapport", why=" ; ".join(failed))


def _taken_up(one: Mission) -> Mission:
    """The mission once it has taken up what was written in its last results: findings, links, facts, and the plan of the workbooks."""
    from spaser.studies import mission

    if one.demo or not one.whole:
        return one
    kept = mission.decisions(one)
    for run in mission.edited(one.home / "sorties"):
        for line in mission.collect(kept, run):
            say(line)
        mission.mark(run)
    return mission.read(one.home)


def _here() -> Path:
    """The mission of the folder where the user stands; a ``diagnostic.toml`` of older editions is still read."""
    found = next((Path(name) for name in ("mission.toml", "diagnostic.toml") if Path(name).is_file()), None)
    if found is None:
        raise Problem(
            "Aucune mission n'est donnée",
            todo="Donnez le dossier d'une mission (spaser mission nouvelle DOSSIER en crée une), ou essayez --demo",
        )
    return found


def _written(one: Mission, choices: argparse.Namespace) -> list[str]:
    """The reports of a mission; the buyers that have none, each with its reason."""
    one = replace(one, today=choices.aujourdhui or one.today)
    from spaser.studies import mission
    from spaser.studies.pams import batch

    if one.demo:
        say(DEMO_NOTE)
    if not one.files:
        return _of_company(one, choices)
    own = one.demo
    if choices.sortie or own or not one.whole:
        folder = choices.sortie or (Path("spaser-sortie") / "rapports" if own else one.folder)
        return _said(batch.run(replace(one, folder=folder), progress=progress, clock=clock()), folder)
    before = mission.last(one.folder, "rapports")
    with mission.run(one.folder, "rapports", moment()) as made:
        outcomes = batch.run(replace(one, folder=made.writing), previous=before, progress=progress, clock=clock())
    return _said(outcomes, made.folder or made.writing)


def _of_company(one: Mission, choices: argparse.Namespace) -> list[str]:
    """A mission without contracts: the report of a company, from its spend file alone."""
    from spaser.studies import mission
    from spaser.studies.acting import company

    alone = one.asked[0] if len(one.asked) == 1 else one.every
    ledger = alone.wishes.ledger or one.ledger
    if ledger is None or alone.soumis_au_code is not False:
        raise Problem(
            "Cette mission n'a aucun fichier de contrats",
            where=str(one.source),
            todo="Ajoutez ses contrats ; pour une entreprise que le code de la commande publique ne lie pas, donnez ses dépenses et écrivez soumis_au_code = false",
        )
    kept = None if one.demo or not one.whole else mission.decisions(one)
    result = company.company_of(
        ledger,
        list(one.registers),
        name=alone.label or alone.name or one.client or None,
        overrides=None if kept is None else kept.table().lazy(),
        validations=None if kept is None else mission.validations(kept.table("lien")),
        mapping=alone.wishes.columns,
        clock=one.today or clock(),
        place=one.place or None,
        radius=alone.wishes.radius,
        dependency=alone.wishes.dependency,
        as_of=one.as_of,
        progress=progress,
    )
    say(company.summary(result))
    if choices.sortie or not one.whole:
        wrote(company.write(result, choices.sortie or one.folder))
        return []
    with mission.run(one.folder, "entreprise", moment()) as made:
        written = company.write(result, made.writing)
    wrote([made.final(path) for path in written])
    return []


def _said(outcomes: list[Outcome], folder: Path) -> list[str]:
    done = [one for one in outcomes if not one.failure]
    reused = sum(one.reused for one in done)
    again = f", dont {french.number(reused)} déjà à jour" if reused else ""
    say(f"{french.capital(french.count(len(done), 'rapport'))} dans {folder}{again}.")
    if done:
        first(folder / "index.html")
    return [f"{one.buyer} : {one.failure}" for one in outcomes if one.failure]
