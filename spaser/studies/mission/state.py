"""What a mission holds, in words: files, what changed, decisions, last results, what lacks."""

from __future__ import annotations

from pathlib import Path

from spaser import french
from spaser.problems import Problem
from spaser.studies.mission import model, outputs, writing
from spaser.studies.mission.deciding import FILES as TYPES
from spaser.studies.mission.deciding import Decisions
from spaser.studies.mission.fingerprints import members
from spaser.studies.mission.mapped import MAPPING
from spaser.studies.mission.model import DECISIONS, OUTPUTS, Mission
from spaser.vocabulary.sentences import DEMO_NOTE

_LISTS = {
    "files": ("contrats", "contrat"),
    "registers": ("listes de fournisseurs", ""),
    "notices": ("avis", ""),
    "documents": ("pièces", ""),
}
_NAMES = {
    "constat": "constat",
    "lien": "rapprochement de fournisseur",
    "statut": "statut de fournisseur",
    "montant": "montant",
    "duree": "durée",
    "nature": "nature de contrat",
    "date": "date",
    "consultation": "consultation",
    "famille": "famille d'achat",
    "action": "action du plan",
}


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
    mission = model.read(path)
    kinds = [(what, list(getattr(mission, name))) for name, (what, _) in _LISTS.items()]
    everyone = (mission.every, *mission.asked)
    kinds.append(("dépenses", sorted({str(one.wishes.ledger) for one in everyone if one.wishes.ledger})))
    kinds.append(("programme d'achat", sorted({file for one in everyone for file in one.programme})))
    kinds.append(("suivis", sorted({file for one in everyone for file in one.wishes.followed})))
    kinds.append(("entretiens", sorted({str(one.wishes.interviews) for one in everyone if one.wishes.interviews})))
    return [(what, [Path(path).name for path in paths]) for what, paths in kinds if paths]


def _files(mission: Mission) -> list[str]:
    lines = []
    for name, (what, _) in _LISTS.items():
        paths = getattr(mission, name)
        found = [one.name for path in paths for one in members(path)]
        lost = [Path(path).name for path in paths if not members(path)]
        shown = (
            f"{french.listing(found[:4])}{f' et {len(found) - 4} autres' if len(found) > 4 else ''}"
            if found
            else "aucun fichier"
        )
        lines.append(f"  {what} : {shown}")
        lines += [f"    introuvable : {one}" for one in lost]
    ledgers = {asked.wishes.ledger for asked in (mission.every, *mission.asked) if asked.wishes.ledger}
    lines.append(f"  dépenses : {french.listing(sorted(one.name for one in ledgers)) or 'aucun fichier'}")
    lines += _programmes(mission)
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
    parts = [f"{_NAMES[kind]} ({french.number(count)})" for kind, count in counts.items() if count]
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
