"""``spaser matinale``: the workbook of a meeting day between a buyer and ESS suppliers."""

from __future__ import annotations

import argparse
from datetime import time

from spaser.cli.given import delivered, required
from spaser.cli.numbers import whole
from spaser.cli.opening import diagnosed
from spaser.cli.options import closing, command, day, reach, selection
from spaser.cli.terminal import say
from spaser.problems import Problem
from spaser.vocabulary.sentences import DEMO_NOTE


def add(commands: argparse._SubParsersAction) -> None:
    """The command ``matinale``."""
    asked = command(
        commands,
        "matinale",
        _run,
        "classeur d'une matinale : besoins à venir, fournisseurs de l'ESS à inviter, souhaits, suivi",
    )
    selection(asked)
    asked.set_defaults(needs="")
    asked.add_argument(
        "--planning", metavar="SOUHAITS.XLSX", help="écrire le planning d'après la feuille « souhaits » remplie"
    )
    asked.add_argument(
        "--planning-precedent",
        metavar="PLANNING.XLSX",
        help="planning déjà distribué : il est changé le moins possible",
    )
    asked.add_argument(
        "--suivi",
        metavar="CLASSEUR.XLSX",
        help="lire la feuille « suivi » remplie : rencontres, réponses, marchés gagnés",
    )
    _frame(asked)
    reach(asked)


def _frame(asked: argparse.ArgumentParser) -> None:
    """The day: when it begins, its slots and its tables."""
    asked.add_argument("--jour", type=day, metavar="AAAA-MM-JJ", help="jour de la matinale")
    asked.add_argument(
        "--debut", type=_hour, default="9:00", metavar="9:00", help="heure du premier créneau (par défaut : 9:00)"
    )
    asked.add_argument(
        "--creneaux",
        type=whole("un nombre de créneaux", least=1, most=60),
        default=12,
        metavar="N",
        help="nombre de créneaux (par défaut : 12)",
    )
    asked.add_argument(
        "--tables",
        type=whole("un nombre de tables", least=1, most=500),
        default=10,
        metavar="N",
        help="nombre de tables (par défaut : 10)",
    )
    asked.add_argument(
        "--minutes",
        type=whole("une durée en minutes", least=1, most=240),
        default=12,
        metavar="N",
        help="durée d'une rencontre (par défaut : 12)",
    )
    asked.add_argument(
        "--marche",
        type=whole("une durée en minutes", least=0, most=120),
        default=3,
        metavar="N",
        help="minutes pour changer de table (par défaut : 3)",
    )
    asked.add_argument(
        "--mois",
        type=whole("un nombre de mois", least=1, most=120),
        default=12,
        metavar="N",
        help="besoins dont le sourçage commence dans les N mois (par défaut : 12)",
    )


def _run(choices: argparse.Namespace) -> None:
    import spaser
    from spaser.deliverables.report import Sentence
    from spaser.studies import meetings

    if choices.planning or choices.suivi:
        return _day(choices)
    required(choices, "contrats")
    result = diagnosed(choices, others=True)
    found = spaser.potential_of(result, radius=choices.rayon, dependency=choices.dependance)
    report = meetings.morning(result, found, months=choices.mois)
    if result.base.demo:
        say(DEMO_NOTE + "\n")
    say(" ".join(block.text for block in report.sections[0].blocks if isinstance(block, Sentence)))
    say("\n" + closing(choices, result.as_of))
    delivered(choices, "matinale", lambda folder: meetings.write(report, folder))


def _day(choices: argparse.Namespace) -> None:
    """The timetable from the wishes, or what came of the meetings."""
    from spaser.studies.acting import day

    if choices.suivi:
        return say("\n".join(day.rates(day.follow_up(choices.suivi))))
    if choices.jour is None:
        raise Problem("Le jour de la matinale n'est pas donné", todo="Ajoutez --jour 2026-12-03")
    if min(choices.creneaux, choices.tables, choices.minutes) < 1 or choices.marche < 0 or choices.creneaux > 60:
        raise Problem("Créneaux, tables et minutes doivent être des nombres d'au moins 1 (60 créneaux au plus)")
    frame = day.Frame(choices.jour, choices.debut, choices.minutes, choices.marche, choices.creneaux, choices.tables)
    found = day.plan(choices.planning, frame, before=choices.planning_precedent)
    say(day.summary(found))
    delivered(choices, "matinale", lambda folder: day.write(found, folder))


def _hour(text: str) -> time:
    try:
        return time.fromisoformat(text.replace("h", ":").strip().rjust(5, "0"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"« {text} » n'est pas une heure (9:00)") from None
