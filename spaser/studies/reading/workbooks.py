"""Workbooks of the kit that a person filled in: the people met, what came of a programme or of a meeting day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from spaser import french
from spaser.problems import Problem
from spaser.studies.acting import day, interviews, sheets
from spaser.studies.reading.accounts import Looked
from spaser.vocabulary.given import GIVEN

_ENDINGS = (".xlsx", ".xlsm")
_KINDS = {one.key: one.kind for one in GIVEN}


class _Known(NamedTuple):
    """``own``: the sheets that tell it, each with headings that stand together on one of its first lines; ``told`` what it holds."""

    kind: str
    own: Mapping[str, tuple[str, ...]]
    told: Callable[[Path], str]


def workbook(path: Path) -> Looked | None:
    """Which workbook of the kit a file is, and how far it is filled; None for any other file."""
    if path.suffix.lower() not in _ENDINGS:
        return None
    try:
        seen = sheets.heads(path)
    except Problem:  # told by the readers that follow
        return None
    found = next((one for one in _KNOWN if all(_holds(seen.get(name, []), own) for name, own in one.own.items())), None)
    if found is None:
        return None
    try:
        told = found.told(path)
    except Problem as problem:
        told = f"à corriger avant de le donner : {problem}"
    return Looked(path.name, found.kind, (told,), how=(told,))


def _holds(lines: list[set[str]], own: tuple[str, ...]) -> bool:
    return any(set(own) <= line for line in lines)


def _people(path: Path) -> str:
    found = interviews.study(path)
    return (
        f"{french.count(found.answers.height, 'réponse', feminine=True)} et "
        f"{french.count(found.said.height, 'constat')}"
    )


def _meetings(path: Path) -> str:
    return f"{french.count(day.follow_up(path).height, 'rencontre', feminine=True)} de la journée"


def _programme(path: Path) -> str:
    return "suivi d'un programme d'achat"


_KNOWN = (
    _Known(_KINDS["entretiens"], {interviews.ANSWERS: ("role", "code", "niveau")}, _people),
    _Known(_KINDS["suivis"], {"programme": ("projet",), "publié": ("avis ou contrat",)}, _programme),
    _Known(_KINDS["suivis"], {"suivi": ("fournisseur", "a repondu a la consultation", "a gagne")}, _meetings),
)
