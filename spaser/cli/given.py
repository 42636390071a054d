"""What a command works on: a mission, else its arguments, else the demo when it is asked for by name; and where its results go.

``given`` is called once, before any command runs: what the arguments leave out is what the mission says. Nothing is ever
taken from the demo by default.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from spaser.cli.terminal import moment, progress, say, wrote
from spaser.problems import Problem
from spaser.vocabulary import DEFAULT_POPULATION
from spaser.vocabulary.sentences import NO_LIST

if TYPE_CHECKING:
    from spaser.studies.diagnostic import Declared
    from spaser.studies.mission import Asked, Decisions, Mission
    from spaser.studies.potential.announced import Programme as Published

HERE = Path("spaser-sortie")
#: The tables of results that a person fills in, and what reads them.
CONSTATS, FACTS, VALIDATIONS = "constats.csv", "a-corriger.csv", "validations.csv"
_WHAT = {
    "contrats": "Aucun fichier de contrats n'est donné",
    "depenses": "Aucun fichier de dépenses n'est donné",
    "registre": NO_LIST,
    "fichier": "Aucun fichier de dépenses n'est donné",
    "documents": "Aucune pièce n'est donnée",
    "programme": "Aucun programme d'achat n'est donné",
}


def options(command: argparse.ArgumentParser, needs: str = "") -> None:
    """``--mission`` and ``--demo``; ``needs`` is the argument without which the command has nothing to do."""
    text = "dossier d'une mission (par défaut : le dossier où vous êtes, s'il contient mission.toml)"
    command.add_argument("--mission", metavar="DOSSIER", help=text)
    command.add_argument(
        "--demo", action="store_true", help="la démonstration : acheteurs, fournisseurs et contrats inventés"
    )
    command.set_defaults(needs=needs)


def given(choices: argparse.Namespace) -> None:
    """Complete the arguments of a command with its mission, or say that nothing was given.

    Raises
    ------
    Problem
        The mission cannot be read, is asked for beside the demo, or there is neither mission nor argument nor demo.
    """
    if not hasattr(choices, "needs"):
        return
    choices.at = _mission(choices)
    if choices.at is not None:
        _complete(choices, choices.at)
    for name, value in (
        ("population", DEFAULT_POPULATION),
        ("sortie", None if choices.at is not None and choices.at.whole and not _bundled(choices.at) else HERE),
    ):
        if hasattr(choices, name) and getattr(choices, name) is None:
            setattr(choices, name, value)
    if choices.needs:
        required(choices, choices.needs)


def required(choices: argparse.Namespace, name: str) -> None:
    """Say that nothing was given to work on."""
    if not getattr(choices, name, None):
        raise Problem(_WHAT[name], todo=_todo(choices))


def decided(choices: argparse.Namespace) -> pl.LazyFrame | None:
    """Every decision that bears on this run, and how many are taken up again, said: the mission's, those of the files given, those already in the results."""
    from spaser.sources.answers.constats import read_answers
    from spaser.sources.answers.facts import is_facts, read_facts
    from spaser.sources.answers.overrides import read_overrides
    from spaser.sources.answers.plan import is_plan, read_plan

    answered = getattr(choices, "decisions", None) or []
    files: list[tuple[Callable[..., pl.LazyFrame], str | Path | None]] = [
        (read_plan if is_plan(path) else read_facts if is_facts(path) else read_answers, path)
        for path in ([answered] if isinstance(answered, str) else answered)
    ]
    files.append((read_overrides, getattr(choices, "corrections", None)))
    before = _before(choices)
    if not answered and before is not None:
        there = ((read_answers, before / CONSTATS), (read_facts, before / FACTS))
        files += [(read, path) for read, path in there if path.is_file()]
    rows = [read(path).collect() for read, path in files if path]
    if (kept := store(choices)) is not None:
        for one in rows:
            kept.keep(one)
        rows = [kept.table()]
    found = (
        pl.concat(rows).unique(["objet_type", "objet_id", "champ"], keep="first", maintain_order=True) if rows else None
    )
    if found is None or not found.height:
        return None
    from spaser import french

    say(
        f"{french.number(found.height)} {french.plural('décision', found.height)} {french.plural('reprise', found.height)}."
    )
    return found.lazy()


def declared(choices: argparse.Namespace) -> Declared:
    """What the mission says of the buyer; ``--hors-code`` says that the procurement code does not bind it."""
    from spaser.studies.diagnostic import Declared

    at = getattr(choices, "at", None)
    known = about(choices).declared if at is not None else Declared()
    return replace(known, soumis_au_code=known.soumis_au_code and not getattr(choices, "hors_code", False))


def about(choices: argparse.Namespace) -> Asked:
    """What the mission says of the buyer of this run: by its SIREN once the contracts are opened, by its name before."""
    known: Asked = getattr(choices, "said", None) or choices.at.said_of(getattr(choices, "acheteur", None))
    return known


def texts(choices: argparse.Namespace) -> dict[str, Any]:
    """The notices and documents given (``--avis``, ``--pieces``), else those of the mission, as ``diagnose`` takes them."""
    from spaser.studies import beside

    at = getattr(choices, "at", None)
    notices = getattr(choices, "avis", None) or (at.notices if at is not None else ())
    pieces = getattr(choices, "pieces", None) or (at.documents if at is not None else ())
    return beside.read(notices, pieces, progress).options


def said(choices: argparse.Namespace) -> dict[str, Any]:
    """What a mission says of the buyer and holds beside its contracts, for every command that has its diagnostic made."""
    return {"declared": declared(choices), **texts(choices)}


def published(choices: argparse.Namespace) -> list[Published]:
    """The programmes that may be shown to suppliers: those given as published, else those that the mission says are."""
    from spaser.studies.potential.announced import Programme

    buyer = getattr(choices, "acheteur", None)
    if choices.programme_publie:
        return [Programme(path, buyer if isinstance(buyer, str) else None) for path in choices.programme_publie]
    return choices.at.public if choices.at is not None else []


def links(choices: argparse.Namespace) -> Path | pl.DataFrame | None:
    """The links accepted or refused: in the file given, in the mission, else in the results already there."""
    from spaser.studies import mission

    if (kept := store(choices)) is None:
        before = _before(choices)
        found = choices.validations or (
            before / VALIDATIONS if before is not None and (before / VALIDATIONS).is_file() else None
        )
        return Path(found) if found else None
    if choices.validations:
        kept.keep(mission.links(Path(choices.validations)).collect())
    return mission.validations(kept.table("lien"))


def store(choices: argparse.Namespace) -> Decisions | None:
    """The owner of the decisions of this mission, once it has taken up those written in its last results."""
    from spaser.studies import mission

    at = getattr(choices, "at", None)
    if at is None or not at.whole:
        return None
    kept = mission.decisions(at)
    if not getattr(choices, "collected", False):
        choices.collected = True
        for run in mission.edited(at.home / "sorties"):
            for line in mission.collect(kept, run):
                say(line)
            mission.mark(run)
    return kept


def delivered(choices: argparse.Namespace, verb: str, write: Callable[[Path], Sequence[Path]]) -> None:
    """Write the results where they go, whole, and name them: ``--sortie``, else a new dated folder of the mission."""
    if choices.sortie is not None:
        return wrote(write(choices.sortie))
    from spaser.studies import mission

    with mission.run(choices.at.home / "sorties", verb, moment()) as made:
        written = [Path(path) for path in write(made.writing)]
    wrote([made.final(path) for path in written])


def _bundled(at: Mission) -> bool:
    """A demo is not written to: its results go where those of a command go."""
    return at.demo


def _mission(choices: argparse.Namespace) -> Mission | None:
    if choices.demo and choices.mission:
        raise Problem("--demo et --mission ne vont pas ensemble", todo="Gardez l'un des deux")
    if choices.demo:
        _refuse_beside(choices)
    elif not choices.mission and not (Path.cwd() / "mission.toml").is_file():
        return None
    from spaser.studies import mission

    return mission.read(mission.DEMO if choices.demo else choices.mission or Path.cwd())


def _refuse_beside(choices: argparse.Namespace) -> None:
    """The demo never stands beside one's own files."""
    own = [
        name
        for name in ("contrats", "registre", "depenses", "fichier", "avis", "pieces", "documents")
        if getattr(choices, name, None)
    ]
    if own:
        raise Problem(
            "La démonstration ne se mélange pas à vos fichiers", where=f"--demo et {', '.join(own)}", todo="Ôtez --demo"
        )


def _complete(choices: argparse.Namespace, at: Mission) -> None:
    """What the arguments do not say, the mission says; an argument always wins, so an option told here has no default."""
    buyer = getattr(choices, "acheteur", None)
    said = told(at, buyer if isinstance(buyer, str) else None)
    if getattr(choices, "depenses", None) == "":
        said["depenses"] = said["fichier"]
    if choices.needs != "programme":  # a programme is looked at alone, and only when it is asked for
        said.pop("programme")
        if getattr(choices, "programme", None):
            said |= {"contrats": None, "depenses": None}
    for name, value in said.items():
        if value and hasattr(choices, name) and not getattr(choices, name):
            setattr(choices, name, value)


def told(at: Mission, buyer: str | None = None) -> dict[str, Any]:
    """What a mission says of the options of commands, by their name (``dest``), of the buyer asked for when it names it; a key of it that an option says too is a line here."""
    alone = at.asked[0] if len(at.asked) == 1 else at.said_of(buyer)
    wishes = alone.wishes
    ledger = wishes.ledger or at.ledger
    return {
        "contrats": list(at.files),
        "registre": list(at.registers),
        "avis": list(at.notices),
        "pieces": list(at.documents),
        "documents": list(at.documents),
        "fichier": str(ledger) if ledger else None,
        "acheteur": _named(at),
        "annees": at.years,
        "date": at.as_of,
        "aujourdhui": at.today,
        "population": at.population,
        "rayon": wishes.radius,
        "dependance": wishes.dependency,
        "type_acheteur": alone.kind,
        "territoire": at.place or None,
        "programme": list(alone.programme),
        "entretiens": str(wishes.interviews) if wishes.interviews else None,
        "correspondance": str(wishes.columns) if wishes.columns else None,
        "nomenclature": _kept(at, "nomenclature.csv"),
        "objectifs": _kept(at, "objectifs.toml"),
        "saisies": _kept(at, "chiffres-saisis.csv"),
    }


def _named(at: Mission) -> Any:
    names = [asked.name for asked in at.asked]
    return names[0] if len(names) == 1 else names or None


def _kept(at: Mission, name: str) -> str | None:
    path = at.home / "decisions" / name
    return str(path) if at.whole and path.is_file() else None


def _before(choices: argparse.Namespace) -> Path | None:
    """The folder of results where a person may have written."""
    folder = getattr(choices, "sortie", None)
    return folder if folder is not None and Path(folder).is_dir() else None


def _todo(choices: argparse.Namespace) -> str:
    if choices.at is not None:
        return f"Nommez-le dans {choices.at.source}, ou ajoutez-le depuis un carnet"
    return "Donnez vos fichiers, ou le dossier d'une mission (--mission), ou essayez la démonstration (--demo)"
