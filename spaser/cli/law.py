"""``spaser droit``: what the kit knows of the law, with its texts, its dates and how far each was checked."""

from __future__ import annotations

import argparse
import textwrap

from spaser import french, rules
from spaser.cli.options import command
from spaser.cli.terminal import say
from spaser.studies import law as facts

WIDTH = 80


def add(commands: argparse._SubParsersAction) -> None:
    """The command ``droit``."""
    one = command(
        commands, "droit", _run, "le droit que le kit applique : texte, valeur par date, vérification, ce qui le teste"
    )
    one.add_argument(
        "quoi",
        nargs="*",
        metavar="ARTICLE|DEVOIR",
        help="un article (L2112-2, R2122-8), une obligation (spaser-adoption) ou un mot ; rien : la liste",
    )


def _run(choices: argparse.Namespace) -> None:
    found = facts.search(" ".join(choices.quoi)) if choices.quoi else []
    for line in map(french.typeset, facts.lines(found)) if found else _listed():
        say(line)
    say(
        "Le kit n'est pas un avis juridique : un texte lu dans une copie se revérifie sur Légifrance avant d'être opposé."
    )


def _listed() -> list[str]:
    """Every fact by part, its key and its label, then how many facts stand at each confidence; no line wider than a console."""
    known = facts.facts()
    told = []
    for part in facts.PARTS.values():
        held = [fact for fact in known if fact["nature"] == part]
        told += [f"{french.capital(part)} ({french.number(len(held))})"]
        told += [line for fact in held for line in _folded(f"{fact['cle']} : {fact['libelle']}", "  ")]
        told.append("")
    told += [f"{label} : {french.count(n, 'fait')}" for label, n in facts.by_confidence().items()]
    read = rules.toml("law.toml")["reading"]
    return [*told, "", *_folded(f"Version lue du code : {french.short_date(read['version'])}. {read['note']}"), ""]


def _folded(text: str, indent: str = "") -> list[str]:
    """A text as lines of a console, those after the first set in."""
    shown = french.typeset(text)
    hang = indent * 2
    return textwrap.wrap(
        shown, WIDTH, initial_indent=indent, subsequent_indent=hang, break_long_words=False, break_on_hyphens=False
    )
