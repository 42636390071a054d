"""What a mission holds, in words: files, what changed, decisions, last results, what lacks."""

from __future__ import annotations

from pathlib import Path

from spaser import french
from spaser.problems import Problem
from spaser.studies.mission import model, outputs, writing
from spaser.studies.mission.deciding import TYPES, Decisions
from spaser.studies.mission.fingerprints import members
from spaser.studies.mission.mapped import MAPPING
from spaser.studies.mission.model import DECISIONS, OUTPUTS, Mission
from spaser.vocabulary.given import GIVEN
from spaser.vocabulary.sentences import DEMO_NOTE

#: Told even when a mission has none; the others, when they are there.
_ALWAYS = ("fichiers", "registres", "avis", "pieces", "depenses")


def told(path: Path | str) -> str:
    """The state of a mission, one line each.

    Raises
    ------
    Problem
        There is no mission here, or its file is to be corrected.
    """
    mission = model.read(path)
    lines = [f"Mission « {mission.label} » : {mission.source}"]
    if mission.demo:
        lines.append(f"  {DEMO_NOTE}")
    lines += _files(mission)
    buyers = ", ".join(asked.label or asked.name for asked in mission.asked)
    lines.append(f"  acheteurs : {buyers or 'tous ceux des fichiers'}")
    lines += _decided(mission) + _given(mission)
    last = outputs.last(mission.home / OUTPUTS)
    lines.append(f"  derniers résultats : {last if last else 'aucun encore'}")
    return french.typeset("\n".join(lines))


def held(path: Path | str) -> list[tuple[str, list[str]]]:
    """What a mission already has, for a screen: each kind of files with their names; kinds without a file are left out."""
    given = model.read(path).given
    return [(one.told, [Path(path).name for path in given[one.key]]) for one in GIVEN if given[one.key]]


def _files(mission: Mission) -> list[str]:
    lines = []
    for kind in GIVEN:
        paths, what = mission.given[kind.key], kind.told
        if kind.key == "programme":
            lines += _programmes(mission)
            continue
        if not paths and kind.key not in _ALWAYS:
            continue
        found = [one.name for path in paths for one in members(path)]
        lost = [Path(path).name for path in paths if not members(path)]
        shown = (
            f"{french.listing(found[:4])}{f' et {len(found) - 4} autres' if len(found) > 4 else ''}"
            if found
            else "aucun fichier"
        )
        lines.append(f"  {what} : {shown}")
        lines += [f"    introuvable : {one}" for one in lost]
    return lines + [f"    {name} : {word} depuis son ajout" for name, word in writing.changed(mission.home).items()]


def _programmes(mission: Mission) -> list[str]:
    """Each programme of purchases, and whether it may be shown to suppliers: only once a person says that it is published."""
    public = {one.path for one in mission.public}
    paths = dict.fromkeys(path for asked in (mission.every, *mission.asked) for path in asked.programme)
    shown = "publié : ses besoins sont sur les fiches et le cahier des fournisseurs"
    kept = "non publié : jamais montré à un fournisseur (programme_publie = true, s'il l'est)"
    return [f"  programme d'achat : {Path(path).name}, {shown if path in public else kept}" for path in paths]


def _decided(mission: Mission) -> list[str]:
    decisions = Decisions(mission.home / DECISIONS)
    try:
        counts = {kind: decisions.table(kind).height for kind in TYPES}
    except Problem as problem:
        return [f"  décisions : {problem}"]
    parts = [f"{TYPES[kind][1]} ({french.number(count)})" for kind, count in counts.items() if count]
    return [f"  décisions : {french.listing(parts) or 'aucune encore'}"]


def _given(mission: Mission) -> list[str]:
    known = {
        "reponses.json": "réponses au questionnaire",
        "chiffres-saisis.csv": "chiffres saisis",
        "nomenclature.csv": "nomenclature",
        MAPPING: "colonnes du fichier de dépenses",
        "objectifs.toml": "objectifs",
    }
    there = [what for name, what in known.items() if (mission.home / DECISIONS / name).is_file()]
    return [f"  gardés : {french.listing(there)}"] if there else []
