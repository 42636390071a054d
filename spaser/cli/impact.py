"""``spaser impact``: what purchases make people do, always an interval, or why it is not measured."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from spaser import french
from spaser.cli import given
from spaser.cli.options import DATED, closing, command, day, matched, oeth, output, reading_day, registers, today
from spaser.cli.terminal import progress, say
from spaser.vocabulary.sentences import DEMO_SPEND_NOTE

#: The hours of the demo, beside its ledger.
HOURS = "heures_demo.csv"


def add(commands: argparse._SubParsersAction) -> None:
    """The command ``impact``."""
    asked = command(
        commands,
        "impact",
        _run,
        "impact des achats : travail acheté, heures exigées, heures faites, retombées locales, toujours en intervalle",
    )
    asked.add_argument("fichier", nargs="?", metavar="DEPENSES", help="grand livre ou mandats (XLSX, XLS, ODS, CSV)")
    given.options(asked)
    registers(asked)
    asked.add_argument(
        "--heures",
        metavar="FICHIER",
        help="heures.csv rempli : clauses, heures exigées et heures faites (export du facilitateur)",
    )
    asked.add_argument(
        "--territoire",
        metavar="NOM|SIREN",
        help="commune ou intercommunalité auprès de laquelle mesurer les retombées locales",
    )
    oeth(asked)
    matched(asked)
    asked.add_argument(
        "--date", type=day, metavar="AAAA-MM-JJ", help="date d'arrêté (par défaut : la dernière date du fichier)"
    )
    today(asked)
    asked.add_argument("--modele", action="store_true", help="écrire heures.csv, à remplir, et s'arrêter")
    output(asked)


def _run(choices: argparse.Namespace) -> None:
    from spaser.studies.acting import impact

    if choices.modele:
        return say(f"Modèle écrit, à remplir : {impact.template(choices.sortie or given.HERE)}")
    given.required(choices, "fichier")
    given.required(choices, "registre")
    beside = Path(choices.fichier).with_name(HOURS)
    result = impact.impact_of(
        choices.fichier,
        choices.registre,
        hours=choices.heures or (beside if choices.demo and beside.is_file() else None),
        territory=choices.territoire,
        oeth=deduction(choices.oeth),
        overrides=given.decided(choices),
        validations=given.links(choices),
        mapping=choices.correspondance,
        as_of=choices.date,
        clock=reading_day(choices),
        progress=progress,
    )
    name, mention = _told(choices) or (result.name, result.mention)
    result = replace(result, name=name or result.name, mention=mention)
    if result.demo:
        say(DEMO_SPEND_NOTE + "\n")
    say(impact.summary(result))
    say("\n" + closing(choices, result.as_of, DATED))
    given.delivered(choices, "impact", lambda folder: impact.write(result, folder))


def _told(choices: argparse.Namespace) -> tuple[str, str] | None:
    """How the mission calls the buyer whose spend file is read, and what it warns of; nothing of a file that is not its own."""
    at = choices.at
    if at is None:
        return None
    mine = [one for one in at.asked or (at.every,) if one.wishes.ledger == Path(choices.fichier)]
    if len(mine) != 1:
        return None
    return mine[0].label or (mine[0].name and french.called(mine[0].name)) or at.client or "", mine[0].mention


def deduction(given: list[float] | None) -> dict[str, float] | None:
    """What the deduction of the employment obligation needs, from three numbers typed."""
    return {"main_oeuvre": given[0], "contribution_brute": given[1], "taux_emploi": given[2] / 100} if given else None
