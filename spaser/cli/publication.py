"""``spaser publication``: the folder that a buyer publishes about its SPASER."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from spaser.cli.given import HERE, about, delivered, texts
from spaser.cli.opening import ledger, opened
from spaser.cli.options import closing, columns, command, selection
from spaser.cli.terminal import say, wrote
from spaser.indicators.records import WITH_CRITERION, WITHOUT_CRITERION
from spaser.indicators.targets import Target


def add(commands: argparse._SubParsersAction) -> None:
    """The commands ``publication`` and ``schema``."""
    _add_outline(commands)
    known = command(
        commands,
        "publication",
        _run,
        "publication du SPASER : page, données ouvertes et leur schéma, note, méthode, sources",
    )
    selection(known)
    known.add_argument(
        "--conjoint", nargs="+", metavar="NOM", default=[], help="les autres acheteurs d'un schéma conjoint"
    )
    known.add_argument("--objectifs", metavar="FICHIER", help="objectifs.toml : les objectifs votés")
    known.add_argument(
        "--saisies", metavar="FICHIER", help="le modèle rempli : heures d'insertion, émissions, réemploi…"
    )
    _spending(known)
    known.add_argument(
        "--edition-precedente",
        metavar="DOSSIER",
        help="le dossier de la publication précédente, pour dire ce qui a changé et pourquoi",
    )
    known.add_argument(
        "--definition",
        choices=[WITH_CRITERION, WITHOUT_CRITERION],
        default=WITH_CRITERION,
        help=f"par défaut : {WITH_CRITERION}",
    )
    known.add_argument("--avec-score", action="store_true", help="publier aussi le score (il reste dehors par défaut)")
    known.add_argument(
        "--modele",
        action="store_true",
        help="écrire les fichiers à remplir (chiffres-saisis.csv, objectifs.toml) et s'arrêter",
    )


def _add_outline(commands: argparse._SubParsersAction) -> None:
    known = command(
        commands,
        "schema",
        _run_outline,
        "trame du SPASER à compléter (Word) : ce que la loi demande, le départ, les cibles à débattre, axe par axe",
    )
    selection(known)
    known.add_argument("--objectifs", metavar="FICHIER", help="objectifs.toml : les objectifs déjà votés")
    _spending(known)


def _spending(known: argparse.ArgumentParser) -> None:
    """The spend file and what its columns are."""
    text = "le grand livre : les parts en valeur sont aussi données sur les dépenses (par défaut : celui de la mission)"
    known.add_argument("--depenses", metavar="FICHIER", help=text)
    columns(known)


def _run_outline(choices: argparse.Namespace) -> None:
    from spaser.studies import publication
    from spaser.studies.publication import outline

    buyers = [choices.acheteur] if isinstance(choices.acheteur, str) else choices.acheteur or []
    base, sirens = opened(choices, buyers or None)
    result = publication.publish(base, buyer=sirens, years=choices.annees, **_asked(choices, buyers))
    say(outline.summary(result))
    say("\n" + closing(choices, result.diagnostic.as_of, last=result.diagnostic.last_notified))
    delivered(choices, "schema", lambda folder: outline.write(result, folder))


def _run(choices: argparse.Namespace) -> None:
    from spaser.studies import publication
    from spaser.studies.publication import files as publication_files

    years = choices.annees
    if choices.modele:
        span = tuple(range(years[0], years[1] + 1)) if years else (choices.date.year if choices.date else 2025,)
        return _tell(publication_files.template(_to_fill(choices), span))
    first = [choices.acheteur] if isinstance(choices.acheteur, str) else choices.acheteur or []
    buyers = [*first, *choices.conjoint]
    base, sirens = opened(choices, buyers or None)
    result = publication.publish(
        base,
        buyer=sirens,
        years=years,
        entered=choices.saisies,
        previous=publication_files.previous(choices.edition_precedente) if choices.edition_precedente else None,
        definition=choices.definition,
        with_score=choices.avec_score,
        **_asked(choices, buyers),
    )
    say(publication_files.summary(result))
    say("\n" + closing(choices, result.diagnostic.as_of, last=result.diagnostic.last_notified))
    delivered(choices, "publication", lambda folder: publication_files.write(result, folder))


def _voted(choices: argparse.Namespace, buyers: Sequence[str]) -> tuple[Target, ...]:
    """The targets of the mission, as the report reads them; of several buyers, those that all of them voted."""
    if choices.at is None:
        return ()
    if len(buyers) < 2:
        return about(choices).wishes.goals
    first, *others = [choices.at.said_of(name).wishes.goals for name in buyers]
    return tuple(goal for goal in first if all(goal in some for some in others))


def _asked(choices: argparse.Namespace, buyers: Sequence[str]) -> dict[str, Any]:
    """What the publication and the outline read alike: the targets, what the mission says, the spend file."""
    return _said(choices) | {
        "goals": choices.objectifs or _voted(choices, buyers),
        "texts": texts(choices),
        "population": choices.population,
        "ledger": ledger(choices),
        "columns": choices.correspondance,
    }


def _said(choices: argparse.Namespace) -> dict[str, Any]:
    """What the mission says of the buyer, and what it warns of on each page."""
    if choices.at is None:
        return {}
    asked = about(choices)
    return {"declared": asked.declared, "mention": asked.mention}


def _to_fill(choices: argparse.Namespace) -> Path:
    """Where the files to fill in are written: the decisions of the mission, else the folder of results."""
    return choices.sortie or (choices.at.home / "decisions" if choices.at else HERE)


def _tell(written: list[Path]) -> None:
    wrote(written)
