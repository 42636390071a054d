"""What older editions left loose (settings, answers, corrections) taken into a mission, and said; the old files stay where they are."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl

from spaser import linkage, settings
from spaser.problems import Problem
from spaser.sources import dates
from spaser.sources.answers import facts, plan
from spaser.sources.answers.constats import read_answers
from spaser.sources.answers.overrides import read_overrides
from spaser.studies.mission import model, writing
from spaser.studies.mission.deciding import Decisions
from spaser.studies.mission.mapped import MAPPING
from spaser.studies.mission.model import ANSWERS, DECISIONS, NAME
from spaser.studies.mission.outputs import books
from spaser.vocabulary.given import PATHS

SELECTION, DIAGNOSTIC = "ma_selection.json", "diagnostic.toml"
#: Files filled in by hand that are kept as they are: the name they had → the one they have in ``decisions/``.
AS_THEY_ARE = {
    "mes_reponses.json": ANSWERS,
    "chiffres-saisis.csv": "chiffres-saisis.csv",
    "objectifs.toml": "objectifs.toml",
    MAPPING: MAPPING,
    "nomenclature.csv": "nomenclature.csv",
    "nomenclature_completee.csv": "nomenclature.csv",
}
_SELECTION = settings.Table(
    {
        "spaser_selection": settings.Whole(),
        "fichiers": settings.Many(settings.Text()),
        "registres": settings.Many(settings.Text()),
        "buyers": settings.Many(settings.Text()),
        "years": settings.Many(settings.Whole()),
        "families": settings.Many(settings.Text()),
        "unit": settings.Text(),
        "population": settings.Text(),
        "definition": settings.Text(),
    }
)


def take(home: Path | str, folder: Path | str) -> list[str]:
    """Take into the mission what ``folder`` holds of older editions; what was taken, one French line each.

    Settings give what the mission does not say yet; decisions are merged by key.

    Raises
    ------
    Problem
        There is no such folder; a file is there and cannot be understood: it is named, what was taken before it stays.
    """
    place, old = Path(home), Path(folder)
    writing.there([old], folders=True)
    told = [
        line
        for name, taken in ((DIAGNOSTIC, _diagnostic), (SELECTION, _selection))
        if (old / name).is_file()
        for line in taken(place, old / name)
    ]
    for name, ours in AS_THEY_ARE.items():
        target = place / DECISIONS / ours
        if (old / name).is_file() and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(old / name, target)
            told.append(f"{name} repris dans decisions/{ours}")
    told += collect(Decisions(place / DECISIONS), old)
    return told or [f"rien à reprendre dans {old}"]


def collect(decisions: Decisions, folder: Path) -> list[str]:
    """The decisions that a person wrote in the tables of a folder of results (constats.csv, a-corriger.csv,
    validations.csv, corrections.csv) and in the plan of its workbooks, merged by key.

    Raises
    ------
    Problems
        A table was filled in a way that cannot be understood: every line is told.
    """
    told = []
    for name, read in (
        ("constats.csv", read_answers),
        (facts.NAME, facts.read_facts),
        ("validations.csv", links),
        ("corrections.csv", read_overrides),
    ):
        if not (folder / name).is_file():
            continue
        rows = read(folder / name).collect()
        if count := decisions.keep(rows):
            told.append(_told(count, name))
    return told + [_told(count, path.name) for path in books(folder) if (count := _planned(decisions, path))]


def _told(count: int, name: str) -> str:
    return f"{count} décision{'s' * (count > 1)} reprise{'s' * (count > 1)} de {name}"


def _planned(decisions: Decisions, path: Path) -> int:
    """Merge what was filled in the plan of a workbook; « à faire », which the kit writes, decides only where something was decided."""
    rows = plan.read_plan(path).collect()
    held = decisions.table("action").select("objet_id", "champ")
    idle = rows.filter(pl.col("valeur") == plan.UNTOUCHED).join(held, on=["objet_id", "champ"], how="anti")
    return decisions.keep(rows.join(idle.select("objet_id", "champ"), on=["objet_id", "champ"], how="anti"))


def links(path: Path) -> pl.LazyFrame:
    """The links accepted or refused in a validation file, as DECISIONS « lien » (object: the name's key; field: SIREN, then SIRET)."""
    rows = linkage.read_validations(path, dates.day).lazy()
    field = pl.concat_str([pl.col("siren"), pl.format(" {}", pl.col("siret"))], ignore_nulls=True)
    return rows.select(
        objet_type=pl.lit("lien"),
        objet_id="cle",
        champ=field,
        valeur="decision",
        auteur="auteur",
        date="date",
        motif="motif",
    )


def _diagnostic(home: Path, path: Path) -> list[str]:
    """A ``diagnostic.toml`` has the words of ``mission.toml``: what the mission does not say yet is taken, paths told from the mission."""
    model.read(path)
    said = settings.toml(path, "Le fichier de réglages").content
    known = settings.toml(home / NAME, "Le fichier de mission").content
    kept = {
        key: _moved(key, value, path.parent, home)
        for key, value in said.items()
        if key not in known and key != "sortie"
    }
    writing.change(home, kept)
    return [f"{path.name} repris dans {NAME} ({', '.join(kept)})"] if kept else []


def _moved(key: str, value: object, before: Path, home: Path) -> object:
    """Paths of an older file, as they are said from the mission."""
    if key in PATHS:
        return [_path(one, before) for one in value] if isinstance(value, list) else _path(str(value), before)
    if key == "questionnaire" and isinstance(value, str):
        return _path(value, before)
    if key == "acheteur" and isinstance(value, list):
        return [{name: _moved(name, one, before, home) for name, one in table.items()} for table in value]
    return value


def _path(name: str, before: Path) -> str:
    return name if Path(name).is_absolute() else (before.resolve() / name).as_posix()


def _selection(home: Path, path: Path) -> list[str]:
    """A saved selection: its files when the mission has none, its choices as those of the screens."""
    said = settings.json(path, "La sélection enregistrée").checked(_SELECTION)
    known = settings.toml(home / NAME, "Le fichier de mission").content
    kept: dict[str | tuple[str, ...], object] = {}
    lost = []
    for ours in ("fichiers", "registres"):
        paths = [_path(one, path.parent) for one in said.get(ours, [])]
        there = [one for one in paths if Path(one).exists()]
        lost += [one for one in paths if one not in there]
        if there and ours not in known:
            kept[ours] = there
    words = {
        "acheteurs": "buyers",
        "annees": "years",
        "familles": "families",
        "compter": "unit",
        "population": "population",
        "definition": "definition",
    }
    kept |= {
        ("ecran", ours): said[theirs]
        for ours, theirs in words.items()
        if said.get(theirs) and ours not in known.get("ecran", {})
    }
    try:
        writing.change(home, kept)
    except Problem as problem:
        raise Problem("La sélection enregistrée n'est pas reprise", where=path.name, why=str(problem)) from None
    told = [f"{path.name} repris dans {NAME}"] if kept else []
    return told + [f"{path.name} : {Path(one).name} n'est plus là, et n'est pas repris" for one in lost]
