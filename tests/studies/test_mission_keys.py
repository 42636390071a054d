"""Every key that a mission may say changes what is read of it, and what is read is used somewhere: nothing is asked in vain."""

from __future__ import annotations

import ast
import re
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import spaser
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


@pytest.mark.parametrize("model", [Mission, Asked, Wishes])
def test_what_is_read_of_a_mission_is_used_somewhere_else(model):
    used: set[str] = set()
    for path in PACKAGE.rglob("*.py"):
        if path.as_posix().endswith("studies/mission/model.py"):
            continue
        used |= {node.attr for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Attribute)}
    # What the model itself derives from a field is used in its place.
    derived = ast.parse((PACKAGE / "studies" / "mission" / "model.py").read_text("utf-8"))
    own = [
        node
        for one in ast.walk(derived)
        if isinstance(one, ast.ClassDef)
        for node in one.body
        if isinstance(node, ast.FunctionDef) and node.name in used
    ]
    used |= {leaf.attr for node in own for leaf in ast.walk(node) if isinstance(leaf, ast.Attribute)}
    assert [one.name for one in fields(model) if one.name not in used] == []
