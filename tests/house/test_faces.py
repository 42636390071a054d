"""Every study has the same face: how it is made, its tables, its report, its files, what the terminal says."""

from __future__ import annotations

import pkgutil
from dataclasses import dataclass
from importlib import import_module

import polars as pl
import pytest

import spaser.studies
import spaser.studies.acting
from spaser.studies.acting.tables import tables_of

FACE = {"study", "findings", "report", "write", "summary"}
#: Studies, and the names each does not have, with the reason.
STUDIES: dict[str, dict[str, str]] = {
    "diagnostic": {},
    "suppliers": {},
    "potential": {},
    "potential.spend": {},
    "potential.programme": {},
    "territory": {},
    "publication": {},
    "clauses": {},
    "reading": {
        "findings": "ce qui est lu est déjà une liste de fichiers, chacun avec ses tables",
        "report": "deux tables et l'écran suffisent à dire ce que contient un fichier",
    },
    "pams": {"summary": "une étude entière se lit dans son rapport ; le lot dit une ligne par acheteur"},
    "meetings": {
        "study": "le classeur d'invitation n'a pas d'autre calcul que le potentiel",
        "findings": "le classeur d'invitation n'a pas d'autre table que ses feuilles",
        "report": "« morning » le compose : il demande un diagnostic et son potentiel",
        "summary": "le classeur est à remplir, il ne constate rien",
    },
    "acting.impact": {},
    "acting.company": {},
    "acting.proofreading": {},
    "acting.day": {},
    "acting.dividing": {},
    "acting.grouping": {},
    "acting.followup": {},
    "acting.interviews": {},
    "acting.training": {},
    "acting.supplier": {},
    "acting.drafting": {
        "findings": "des textes à coller : rien n'y est mesuré",
        "summary": "le terminal montre les textes eux-mêmes",
    },
}
#: What lives beside studies without being one.
BESIDE = {
    "plan": "une table du diagnostic complet",
    "beside": "les avis et les pièces lus à côté des contrats, pour le diagnostic, ses rapports et les carnets",
    "law": "la recherche d'un texte de loi",
    "answered": "ce qu'une personne a écrit, lu comme un fichier : une part de la lecture",
    "mission": "le dossier du consultant, où les études sont demandées",
    "acting": "un dossier d'études",
    "acting.sheets": "la lecture des feuilles remplies par une personne",
    "acting.outcomes": "les étapes d'un suivi, pour le diagnostic suivant : une table de son rapport",
    "acting.planned": "les heures que le plan exigerait : une colonne de la table des actions",
    "acting.tables": "les tables d'un résultat, par leur nom",
}


def inside(package: object, prefix: str = "") -> set[str]:
    return {f"{prefix}{found.name}" for found in pkgutil.iter_modules(package.__path__)}  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", STUDIES)
def test_a_study_has_the_face_of_every_study(name):
    room, excused = import_module(f"spaser.studies.{name}"), STUDIES[name]
    had = {one for one in FACE if callable(getattr(room, one, None))}
    assert FACE - had == set(excused), "ce qui manque à son visage, et ce que la liste excuse"
    assert all(len(reason) > 20 for reason in excused.values())


def test_nothing_stands_among_the_studies_without_being_one_or_saying_why():
    there = inside(spaser.studies) | inside(spaser.studies.acting, "acting.")
    assert there == {one for one in STUDIES if not one.startswith("potential.")} | set(BESIDE)


def test_the_tables_of_a_result_are_its_frames_by_name():
    @dataclass(frozen=True, eq=False)
    class Result:
        name: str
        rows: pl.DataFrame
        groups: pl.DataFrame

    found = tables_of(Result("essai", pl.DataFrame({"a": [1]}), pl.DataFrame()))
    assert list(found) == ["rows", "groups"] and found["rows"]["a"].item() == 1
