"""``spaser entreprise``: the report of a company from its spend file alone; the procurement code does not bind it."""

from __future__ import annotations

import argparse

from spaser.cli import given
from spaser.cli.impact import deduction
from spaser.cli.options import (
    DATED,
    closing,
    command,
    day,
    matched,
    oeth,
    output,
    reach,
    reading_day,
    registers,
    today,
)
from spaser.cli.terminal import progress, say
from spaser.vocabulary.sentences import DEMO_SPEND_NOTE


def add(commands: argparse._SubParsersAction) -> None:
    """The command ``entreprise``."""
    asked = command(
        commands,
        "entreprise",
        _run,
        "une entreprise, d'après ses seules dépenses : fournisseurs, impact, ce qu'elle pourrait acheter à l'ESS, leviers privés",
    )
    asked.add_argument(
        "fichier", nargs="?", metavar="DEPENSES", help="grand livre ou export de comptabilité (XLSX, XLS, ODS, CSV)"
    )
    given.options(asked)
    registers(asked)
    asked.add_argument("--nom", metavar="NOM", help="le nom de l'entreprise (par défaut : celui du fichier)")
    asked.add_argument("--territoire", metavar="NOM|SIREN", help="commune ou intercommunalité où elle achète")
    reach(asked, "elle")
    asked.add_argument("--heures", metavar="FICHIER", help="heures.csv rempli : heures exigées et heures faites")
    oeth(asked)
    asked.add_argument(
        "--nomenclature", metavar="FICHIER", help="correspondance corrigée entre vos codes d'achat et les familles"
    )
    matched(asked)
    asked.add_argument(
        "--date", type=day, metavar="AAAA-MM-JJ", help="date d'arrêté (par défaut : la dernière date du fichier)"
    )
    today(asked)
    output(asked)


def _run(choices: argparse.Namespace) -> None:
    from spaser.studies.acting import company

    given.required(choices, "fichier")
    given.required(choices, "registre")
    result = company.company_of(
        choices.fichier,
        choices.registre,
        name=choices.nom,
        hours=choices.heures,
        place=choices.territoire,
        oeth=deduction(choices.oeth),
        radius=choices.rayon,
        dependency=choices.dependance,
        nomenclature=choices.nomenclature,
        overrides=given.decided(choices),
        validations=given.links(choices),
        mapping=choices.correspondance,
        as_of=choices.date,
        clock=reading_day(choices),
        progress=progress,
    )
    if result.demo:
        say(DEMO_SPEND_NOTE + "\n")
    say(company.summary(result))
    say("\n" + closing(choices, result.as_of, DATED))
    given.delivered(
        choices, "entreprise", lambda folder: company.write(result, folder, validations=choices.validations)
    )
