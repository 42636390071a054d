"""Options that several commands share: files, buyer, years, registers, folder of results."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from spaser import french
from spaser.cli import given
from spaser.cli.numbers import number, whole
from spaser.vocabulary import DEFAULT_POPULATION, POPULATIONS

_LISTS = "listes de fournisseurs de l'ESS et inclusifs"

#: « 30 » or « 30 km », within the bounds of a mission.
kilometres = number("une distance en kilomètres", most=20_000, units=("km",), strict=True)
_PERCENT = number("un pourcentage", most=100, units=("%",), strict=True)
_YEAR = whole("une année", least=1990, most=2100)


def command(
    commands: argparse._SubParsersAction, name: str, run: Callable[[argparse.Namespace], None], text: str
) -> argparse.ArgumentParser:
    """A command, its French sentence and what it runs."""
    added = commands.add_parser(name, help=text, description=text)
    added.set_defaults(run=run)
    return added


def selection(command: argparse.ArgumentParser, files: str = "CONTRATS", needs: str = "contrats") -> None:
    """The options that choose files, a buyer, years and a folder of results."""
    command.add_argument(
        "contrats", nargs="*", metavar=files, help="fichiers, dossiers ou motifs (JSON, XML, CSV, XLSX, Parquet, zip)"
    )
    given.options(command, needs)
    command.add_argument("--acheteur", metavar="SIRET|NOM", help="l'acheteur : une partie du nom, ou le SIRET")
    command.add_argument(
        "--acheteur-siret", metavar="SIRET", help="SIRET de l'acheteur quand la liste de contrats ne le donne pas"
    )
    command.add_argument("--annees", type=years, metavar="2024-2025", help="années de première notification")
    command.add_argument(
        "--date", type=day, metavar="AAAA-MM-JJ", help="date d'arrêté (par défaut : la dernière publication lue)"
    )
    today(command)
    command.add_argument("--population", choices=list(POPULATIONS), help=f"par défaut : {DEFAULT_POPULATION}")
    command.add_argument("--registre", nargs="+", metavar="FICHIER", default=[], help=_LISTS)
    command.add_argument("--methode", metavar="FICHIER", help="votre propre method.toml (points et seuils)")
    command.add_argument("--cache", type=Path, metavar="DOSSIER", help="dossier de travail pour les très gros fichiers")
    output(command)


def today(command: argparse._ActionsContainer) -> None:
    """The reader's day."""
    text = (
        "le jour où vous lisez (par défaut : celui de l'ordinateur ; pour la démonstration, celui de ses données) : rien "
        "n'est préparé avant lui, aucune date postérieure n'arrête les données"
    )
    command.add_argument("--aujourdhui", type=day, metavar="AAAA-MM-JJ", help=text)


def clock() -> date:
    """The day of the computer: the command line reads it here, once, and passes it on."""
    return date.today()


def reading_day(choices: argparse.Namespace) -> date:
    """The reader's day: ``--aujourdhui``, else that of the computer."""
    return choices.aujourdhui or clock()


def output(command: argparse.ArgumentParser) -> None:
    """The folder of results."""
    text = "dossier des résultats (par défaut : spaser-sortie ; dans une mission, un nouveau dossier daté de sorties)"
    command.add_argument("--sortie", type=Path, metavar="DOSSIER", help=text)


def registers(command: argparse.ArgumentParser) -> None:
    """The lists of suppliers and the statuses corrected by hand."""
    command.add_argument("--registre", nargs="+", metavar="FICHIER", default=[], help=_LISTS)
    corrections(command)


def corrections(command: argparse._ActionsContainer) -> None:
    """The statuses corrected by hand, which win over the lists."""
    text = "statuts corrigés à la main (CSV : identifiant ; statut ; valeur ; auteur ; date ; motif)"
    command.add_argument("--corrections", metavar="FICHIER", help=text)


def matched(command: argparse._ActionsContainer) -> None:
    """What a person said of a ledger: the names linked to suppliers, and what each column is."""
    told = "validations.csv rempli : rapprochements acceptés ou refusés"
    command.add_argument("--validations", metavar="FICHIER", help=told)
    columns(command)


def columns(command: argparse._ActionsContainer) -> None:
    """What each column of a ledger is."""
    told = "correspondance.toml corrigé : quelle colonne est quoi"
    command.add_argument("--correspondance", metavar="FICHIER", help=told)


def oeth(command: argparse.ArgumentParser) -> None:
    """The three terms of the deduction for purchases from adapted companies and ESAT."""
    command.add_argument(
        "--oeth",
        nargs=3,
        type=number("un nombre"),
        metavar=("MAIN_OEUVRE", "CONTRIBUTION", "TAUX"),
        help="déduction OETH : main-d'œuvre attestée et contribution brute en euros, taux d'emploi direct en %%",
    )


def source(choices: argparse.Namespace) -> tuple[list[str | Path], dict[str, Any]]:
    """The contracts to read and what to ask of them, as ``spaser.diagnose`` takes them."""
    return choices.contrats, {
        "buyer": choices.acheteur,
        "years": choices.annees,
        "as_of": choices.date,
        "today": choices.aujourdhui,
        "clock": clock(),
        "population": choices.population,
        "registers": choices.registre,
        "method": choices.methode,
        "buyer_siret": choices.acheteur_siret,
        "cache": choices.cache,
    }


PUBLISHED = "la dernière publication lue, sinon la dernière notification"
DATED = "la dernière date lue"


def closing(choices: argparse.Namespace, as_of: date, origin: str = PUBLISHED, last: date | None = None) -> str:
    """The day on which the data stop, where it comes from, how far it is from the reader's day, and the last contract when it is old."""
    told = "donnée par --date" if choices.date else origin
    return french.typeset(french.closing(as_of, reading_day(choices), told, last) + ".")


def years(text: str) -> tuple[int, int]:
    """« 2025 » or « 2024-2025 »."""
    first, _, last = text.partition("-")
    try:
        span = (_YEAR(first), _YEAR(last or first))
    except argparse.ArgumentTypeError:
        raise argparse.ArgumentTypeError(f"« {text} » n'est ni une année (2025) ni une période (2024-2025)") from None
    if span[0] > span[1]:
        raise argparse.ArgumentTypeError(f"« {text} » : la première année vient après la dernière")
    return span


def day(text: str) -> date:
    """« 2026-10-31 »."""
    try:
        read = date.fromisoformat(text)
        if not 1990 <= read.year <= 2100:
            raise ValueError
        return read
    except ValueError:
        raise argparse.ArgumentTypeError(f"« {text} » n'est pas une date (AAAA-MM-JJ, de 1990 à 2100)") from None


def radius(command: argparse.ArgumentParser) -> None:
    """How far local suppliers are looked for."""
    command.add_argument(
        "--rayon",
        type=kilometres,
        metavar="KM",
        help="distance des fournisseurs locaux (par défaut : l'usage de chaque famille)",
    )


def reach(command: argparse.ArgumentParser, whom: str = "vous") -> None:
    """How far suppliers are looked for, and how much of their activity may depend on the buyer."""
    radius(command)
    command.add_argument(
        "--dependance",
        type=percentage,
        metavar="PART",
        help=f"part de son activité qu'un fournisseur ne doit pas dépasser avec {whom}, en %% (par défaut : 30)",
    )


def percentage(text: str) -> float:
    """« 30 » or « 30 % », as a share."""
    return _PERCENT(text) / 100
