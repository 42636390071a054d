"""The command ``spaser …``: a thin shell over the verbs of the front door, in French.

Exit codes: 0 done; 2 the user can mend it (the message says how); 130 interrupted.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import polars as pl

import spaser
from spaser.problems import Problem, closest
from spaser.vocabulary import DEFAULT_POPULATION, POPULATIONS

DEMO = Path(__file__).parents[1] / "data"
_FRENCH = {
    "usage: ": "usage : ",
    "positional arguments": "arguments",
    "options": "options",
    "optional arguments": "options",
    "show this help message and exit": "afficher cette aide et sortir",
    "the following arguments are required: %s": "il manque : %s",
    "unrecognized arguments: %s": "option inconnue : %s",
    "expected one argument": "une valeur est attendue",
    "expected at least one argument": "au moins une valeur est attendue",
    "argument %(argument_name)s: %(message)s": "option %(argument_name)s : %(message)s",
    "invalid choice: %(value)r (choose from %(choices)s)": "valeur inconnue : %(value)r (au choix : %(choices)s)",
    "invalid %(type)s value: %(value)r": "valeur incorrecte : %(value)r",
    "%(prog)s: error: %(message)s\n": "%(prog)s : %(message)s\n",
    "ambiguous option: %(option)s could match %(matches)s": "option ambiguë : %(option)s peut être %(matches)s",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code says how it went."""
    argparse._ = lambda text: _FRENCH.get(text, text)  # type: ignore[attr-defined]
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    choices = parser().parse_args(arguments)
    try:
        choices.run(choices)
    except Problem as problem:
        say(str(problem), sys.stderr)
        return 2
    except KeyboardInterrupt:
        say("\nInterrompu : aucun fichier n'est resté à moitié écrit.", sys.stderr)
        return 130
    return 0


def say(text: str, stream: object = None) -> None:
    """Write a line that survives a console in cp1252, where the narrow no-break space does not exist."""
    out = stream or sys.stdout
    if (getattr(out, "encoding", "") or "").lower().replace("-", "") != "utf8":
        text = text.replace("\u202f", "\u00a0").replace("\u2212", "-")
    out.write(text + "\n")  # type: ignore[attr-defined]
    out.flush()  # type: ignore[attr-defined]


def progress(label: str, done: float) -> None:
    """One line that advances on the terminal; nothing when the output is not one."""
    if sys.stderr.isatty():
        bar = "#" * round(30 * done)
        sys.stderr.write(f"\r{label[:44]:<44} [{bar:<30}] {100 * done:3.0f} %" + ("\n" if done >= 1 else ""))
        sys.stderr.flush()


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(
        prog="spaser",
        description="Des contrats publics au diagnostic d'achat responsable, hors ligne, chaque chiffre expliqué.",
        epilog="Exemple : spaser diagnostic marches.json --acheteur « Ma Ville » --sortie resultats",
    )
    top.add_argument("--version", action="version", version=f"spaser {spaser.__version__}", help="afficher la version et sortir")
    commands = top.add_subparsers(title="commandes", metavar="COMMANDE", required=True)
    _diagnostic(commands)
    return top


def _command(commands: argparse._SubParsersAction, name: str, run: Callable[[argparse.Namespace], None], text: str) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=text, description=text)
    command.set_defaults(run=run)
    return command


def _selection(command: argparse.ArgumentParser, files: str = "CONTRATS") -> None:
    """The options that choose files, a buyer, years and a folder of results."""
    command.add_argument(
        "contrats", nargs="*", metavar=files, help="fichiers, dossiers ou motifs (JSON, XML, CSV, XLSX, Parquet, zip) ; sans fichier : la démonstration"
    )
    command.add_argument("--acheteur", metavar="SIRET|NOM", help="l'acheteur : une partie du nom, ou le SIRET")
    command.add_argument("--acheteur-siret", metavar="SIRET", help="SIRET de l'acheteur quand la liste de contrats ne le donne pas")
    command.add_argument("--annees", type=_years, metavar="2024-2025", help="années de première notification")
    command.add_argument("--date", type=_day, metavar="AAAA-MM-JJ", help="date d'arrêté (par défaut : la dernière publication lue)")
    command.add_argument("--population", choices=list(POPULATIONS), default=DEFAULT_POPULATION, help=f"par défaut : {DEFAULT_POPULATION}")
    command.add_argument("--registre", nargs="+", metavar="FICHIER", default=[], help="listes de fournisseurs de l'ESS et inclusifs")
    command.add_argument("--methode", metavar="FICHIER", help="votre propre method.toml (points et seuils)")
    command.add_argument("--cache", type=Path, metavar="DOSSIER", help="dossier de travail pour les très gros fichiers")
    command.add_argument("--sortie", type=Path, default=Path("spaser-sortie"), metavar="DOSSIER", help="dossier des résultats (par défaut : spaser-sortie)")


def _diagnostic(commands: argparse._SubParsersAction) -> None:
    _selection(_command(commands, "diagnostic", _run_diagnostic, "diagnostic d'un acheteur : page HTML, classeur, table notée, rejets"))


def _run_diagnostic(choices: argparse.Namespace) -> None:
    demo = not choices.contrats
    result = spaser.diagnose(
        sorted(DEMO.glob("marches_demo*.json")) if demo else choices.contrats,
        buyer=choices.acheteur, years=choices.annees, as_of=choices.date, population=choices.population,
        registers=choices.registre or (sorted(DEMO.glob("registre_demo*.csv")) if demo else []),
        method=choices.methode, buyer_siret=choices.acheteur_siret, cache=choices.cache, progress=progress,
    )  # fmt: skip
    if demo:
        say("Démonstration : acheteurs, fournisseurs et contrats sont inventés.\n")
    say(spaser.summary(result))
    written = spaser.write(result, choices.sortie)
    say("\nFichiers écrits :\n" + "\n".join(f"  {path}" for path in written))
    _refuse_cut(result.base.rejects)


def _refuse_cut(rejects: pl.LazyFrame) -> None:
    """A file cut before its end is used as far as it goes, but the command says so and does not succeed."""
    cut = rejects.filter(pl.col("regle") == "fichier.coupe").select("source", "message").collect().rows()
    if cut:
        names = ", ".join(source for source, _ in cut)
        raise Problem("Les résultats sont incomplets", where=names, why=cut[0][1], todo="Téléchargez de nouveau le fichier, puis relancez")


def _years(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    try:
        years = (int(first), int(last or first))
    except ValueError:
        raise argparse.ArgumentTypeError(f"« {text} » n'est ni une année (2025) ni une période (2024-2025)") from None
    if years[0] > years[1]:
        raise argparse.ArgumentTypeError(f"« {text} » : la première année vient après la dernière")
    return years


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"« {text} » n'est pas une date (AAAA-MM-JJ)") from None
