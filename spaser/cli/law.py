"""``spaser droit``: what the kit knows of the law, with its texts, its dates and how far each was checked."""

from __future__ import annotations

import argparse

from spaser import french, rules
from spaser.cli.options import command
from spaser.cli.terminal import say
from spaser.studies import law as facts


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
    for line in facts.lines(found) if found else _listed():
        say(french.typeset(line))
    say(
        "Le kit n'est pas un avis juridique : un texte lu dans une copie se revérifie sur Légifrance avant d'être opposé."
    )


def _listed() -> list[str]:
    """The keys of every fact by part, then how many facts stand at each confidence."""
    known = facts.facts()
    told = []
    for part in facts.PARTS.values():
        keys = [fact["cle"] for fact in known if fact["nature"] == part]
        told += [f"{french.capital(part)} : {', '.join(keys)}", ""]
    told += [f"{label} : {french.count(n, 'fait')}" for label, n in facts.by_confidence().items()]
    read = rules.toml("law.toml")["reading"]
    return [*told, "", f"Version lue du code : {french.short_date(read['version'])}. {read['note']}", ""]
