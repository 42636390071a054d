"""Two figures near each other say what each counts: a spend file perhaps not whole, a share of another year, euros beside contracts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest
from findings import findings as invented

from spaser.sections.body import buying, where
from spaser.sections.purchases import measured
from spaser.sections.summary import FACTS, eligible
from spaser.vocabulary.handed import declared

QUIET: dict[str, Any] = dict.fromkeys(FACTS) | {"contrats": 40, "lus": 40, "jour": date(2026, 11, 30)}


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def partial(**row: Any) -> str | None:
    known = {"premier": None, "dernier": None, "mois": None, "annee": 2025, "achats": 900_00, "par_an": 900_00} | row
    told = measured.partial(replace(invented(), extras={"depenses_couverture": pl.DataFrame([known])}))
    return told and plain(told)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({}, None),
        ({"achats": 899_99}, "sous une année des contrats lus"),
        ({"par_an": None}, None),
        ({"mois": 11, "premier": date(2025, 1, 9), "dernier": date(2025, 11, 3)}, "11 mois (janvier 2025 à novembre 2025)"),
        ({"mois": 12, "premier": date(2025, 1, 9), "dernier": date(2025, 12, 3)}, None),
        ({"mois": 1, "premier": date(2025, 1, 9), "dernier": date(2025, 1, 30)}, "1 mois (janvier 2025)"),
    ],
)  # fmt: skip
def test_a_spend_file_under_a_year_or_under_a_year_of_contracts_is_doubted(row: dict[str, Any], words: str) -> None:
    told = partial(**row)
    assert (told is None) == (words is None) and (words is None or words in (told or ""))


@pytest.mark.parametrize("doubt", [None, "le fichier de dépenses ne couvre que 9 mois"])
def test_the_doubt_is_told_where_the_share_of_spend_is(doubt: str | None) -> None:
    known = QUIET | {
        "payes": 100_00,
        "payes_ess": 40_00,
        "payes_part": 0.4,
        "payes_couverture": 0.4,
        "payes_partiel": doubt,
    }
    (said,) = [one.message.told for one in eligible(known) if one.rule.code == "payes"]
    assert (doubt or "rien") in said or doubt is None
    assert ("ne couvre que" in said) == (doubt is not None)


def test_a_share_of_euros_beside_a_share_of_contracts_is_named() -> None:
    known = QUIET | {
        "gagnes_part": 0.3,
        "gagnes_ess": 12,
        "gagnes_connus": 12,
        "payes_part": 0.43,
        "payes_ess": 1,
        "payes": 2,
    }
    (said,) = [plain(one.message.sentence()) for one in eligible(known) if one.rule.code == "gagnes"]
    assert said.startswith("12 sur 40 contrats") and "en euros payés, 43 %" in said


def aimed(**row: Any) -> pl.DataFrame:
    goal = {"indicateur": "clause_sociale", "unite": "nombre", "part": True, "nature": "référence nationale", "rang": 1}
    goal |= {"derniere": 0.4, "annee_derniere": 2025, "numerateur": 8, "denominateur": 20, "cible": 0.3, "annee": 2025}
    lacking = dict.fromkeys(name for name in declared("objectifs").columns if name not in goal)
    return pl.DataFrame([lacking | goal | {"titre": "Inventée", "baisse": False} | row], infer_schema_length=None)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({}, "8 sur 20 contrats de 2025"),
        (
            {"indicateur": "consideration_sociale", "definition": "critère compté"},
            "8 avec une clause, un critère ou une réservation sur 20 contrats de 2025",
        ),
        ({"indicateur": "consideration_sociale", "definition": "critère non compté"}, "8 avec une clause ou une réservation sur 20"),
    ],
)  # fmt: skip
def test_a_share_held_against_a_target_says_what_it_counts_beside_the_table(row: dict[str, Any], words: str) -> None:
    found = invented()
    whole = found.one("clause_sociale")
    assert whole is not None and whole.denominateur
    (said,) = where.bases(replace(found, extras=dict(found.extras) | {"objectifs": aimed(**row)}))
    assert words in plain(said.text) and f"{whole.numerateur} sur {whole.denominateur}, toutes années" in plain(
        said.text
    )


def test_one_denominator_asks_for_no_note() -> None:
    found = invented()
    whole = found.one("clause_sociale")
    assert whole is not None
    same = aimed(numerateur=whole.numerateur, denominateur=whole.denominateur, derniere=whole.valeur)
    assert where.bases(replace(found, extras=dict(found.extras) | {"objectifs": same})) == []
    assert where.bases(replace(found, extras={})) == []


@pytest.mark.parametrize(("cents", "shown"), [(4_999_99, False), (5_000_00, True), (None, True)])
def test_a_contract_under_the_floor_of_the_plan_is_counted_and_not_listed(cents: int | None, shown: bool) -> None:
    rows = [
        ("grand achat", date(2026, 1, 1), date(2027, 1, 1), True, 90_000_00),
        ("petit achat", date(2026, 1, 1), date(2027, 1, 1), True, cents),
    ]
    soon = pl.DataFrame(rows, schema=["objet", "sourcing", "echeance", "urgence", "montant_annuel"], orient="row")
    table = buying._to_prepare(soon)
    assert ("petit achat" in table.frame["objet"].to_list()) == shown
    assert ("1 autre contrat, dont 1 à préparer sans attendre ; 1 de moins de" in plain(table.note)) != shown
