"""Every key that a mission may say changes what is read of it, and what is read is used somewhere: nothing is asked in vain."""

from __future__ import annotations

import argparse
import ast
import re
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import spaser
from spaser import cli
from spaser.cli import given
from spaser.studies import mission
from spaser.studies.mission import shape, writing
from spaser.studies.mission.model import Asked, Mission
from spaser.studies.pams.compose import Wishes

PACKAGE = Path(spaser.__file__).parent
#: Something each key may say, other than what is understood without it; a file that it names is made.
SAID: dict[str, Any] = {
    "client": "Ville inventée",
    "mention": "Dépenses inventées",
    "auteur": "A. Inventée",
    "acheteurs": ["Ville"],
    "acheteur": [{"nom": "Ville", "libelle": "La ville"}],
    "fichiers": ["a.csv"],
    "registres": ["a.csv"],
    "avis": ["a.csv"],
    "pieces": ["a.csv"],
    "annees": [2024],
    "date": date(2026, 1, 2),
    "aujourdhui": date(2026, 1, 2),
    "population": "publies",
    "formes": ["html"],
    "logo": "logo.svg",
    "modele_docx": "modele.docx",
    "modele_pptx": "modele.pptx",
    "sortie": "ailleurs",
    "ecran": {"compter": "valeur"},
    "noms": {"900000001": "Syndicat inventé"},
    "territoire": "Choisy",
    "demonstration": True,
    "rayon": 12,
    "dependance": "20 %",
    "cibles": {"clause_sociale": {"valeur": "30 %", "annee": 2028}},
    "depenses": "a.csv",
    "questionnaire": {"moyens": 2},
    "entretiens": "a.csv",
    "commentaires": {"actions": "À voir."},
    "programme": ["a.csv"],
    "programme_publie": True,
    "suivis": ["a.csv"],
    "type": "central",
    "spaser_adopte": True,
    "spaser_lien": "https://ville.example",
    "soumis_au_code": False,
}


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    (tmp_path / "a.csv").write_text("Fournisseur;Montant HT\nA;1\n", encoding="utf-8")
    (tmp_path / "logo.svg").write_text("<svg/>", encoding="utf-8")
    for form in ("docx", "pptx"):
        (tmp_path / f"modele.{form}").write_text("", encoding="utf-8")
        monkeypatch.setitem(shape._KINDS, f"modele_{form}", lambda _: True)
    return mission.create(tmp_path / "m").parent / "m"


def read(home: Path, said: dict[str, Any]) -> Mission:
    for name in ("a.csv", "logo.svg", "modele.docx", "modele.pptx"):
        (home / name).write_bytes((home.parent / name).read_bytes())
    (home / "mission.toml").write_text("", encoding="utf-8")
    return mission.change(home, said)


def without_mark(one: Mission) -> str:
    """What was read, but for the fingerprint, which any word of the file changes."""
    told = repr(one)
    for asked in (one.every, *one.asked):
        told = told.replace(asked.fingerprint, "")
    return told + repr(one.logo)


def test_every_key_declared_has_its_example():
    assert set(SAID) == set(shape.SHAPE.names)


#: What a person does not write: the screens' own choices, the clock of the demo, where an older file had its results.
UNTOLD = {"ecran", "demonstration", "aujourdhui", "sortie"}


def test_every_key_a_person_may_write_stands_in_the_file_of_a_new_mission():
    told = set(re.findall(r"(?m)^# (?:\[+)?(\w+)(?:\]+$| = )", writing.TEMPLATE))
    assert set(SAID) - UNTOLD - told == set()


def test_every_kind_of_file_is_a_key_of_its_own_and_has_its_words():
    keys = [one.key for one in mission.GIVEN]
    assert set(keys) <= set(shape.SHAPE.names)
    for words in (keys, [one.kind for one in mission.GIVEN], [one.told for one in mission.GIVEN]):
        assert len(set(words)) == len(words) == len(mission.GIVEN)


@pytest.mark.parametrize("key", sorted(SAID))
def test_a_key_said_changes_what_is_read_of_the_mission(home, key):
    assert without_mark(read(home, {key: SAID[key]})) != without_mark(read(home, {}))


#: What each of these is called wherever it is read: a field read of something else is a namesake, and proves nothing.
CALLED = {
    Mission: {"mission", "at"},
    Asked: {"asked", "_asked", "alone", "every"},
    Wishes: {"wishes", "asked"},
}


def _called(node: ast.Attribute) -> str:
    holder = node.value
    return holder.id if isinstance(holder, ast.Name) else holder.attr if isinstance(holder, ast.Attribute) else ""


@pytest.mark.parametrize("model", list(CALLED))
def test_what_is_read_of_a_mission_is_used_somewhere_else(model):
    used: set[str] = set()
    derived_too: set[str] = set()
    for path in PACKAGE.rglob("*.py"):
        if path.as_posix().endswith("studies/mission/model.py"):
            continue
        read = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Attribute)]
        used |= {node.attr for node in read if _called(node) in CALLED[model]}
        derived_too |= {node.attr for node in read if _called(node) in set().union(*CALLED.values())}
    # What the model itself derives from a field is used in its place.
    derived = ast.parse((PACKAGE / "studies" / "mission" / "model.py").read_text("utf-8"))
    own = [
        node
        for one in ast.walk(derived)
        if isinstance(one, ast.ClassDef)
        for node in one.body
        if isinstance(node, ast.FunctionDef) and node.name in derived_too
    ]
    used |= {leaf.attr for node in own for leaf in ast.walk(node) if isinstance(leaf, ast.Attribute)}
    lost = [one.name for one in fields(model) if one.name not in used]
    assert lost == [], f"{lost}: read by nobody under one of the names {sorted(CALLED[model])}"


def _options() -> list[tuple[str, argparse.ArgumentParser]]:
    (commands,) = (one for one in cli.parser()._actions if isinstance(one, argparse._SubParsersAction))
    return list(commands.choices.items())


def test_an_option_that_a_mission_completes_has_no_value_of_its_own(home):
    """What a person did not give is told by its emptiness: a default would win over the mission without a word."""
    told = given.told(read(home, {}))
    silent = [
        (name, action.dest)
        for name, command in _options()
        if command.get_default("needs") is not None
        for action in command._actions
        if action.dest in told and command.get_default(action.dest)
    ]
    assert silent == []
    known = {action.dest for _, command in _options() for action in command._actions}
    assert set(told) <= known, "a mission completes an option that no command has"
