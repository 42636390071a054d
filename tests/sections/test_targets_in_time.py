"""The pace of a target, for who reads after its year."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from spaser.sections import goals


def aimed(**given: Any) -> dict[str, Any]:
    """A target of 30 % in 2025, measured in 2024."""
    row = {
        "titre": "Clauses inventées",
        "unite": "nombre",
        "definition": None,
        "part": True,
        "cible": 0.3,
        "annee": 2025,
    }
    row |= {"derniere": 0.2, "annee_derniere": 2024, "numerateur": 8, "denominateur": 40, "manque": 4, "baisse": False}
    row |= {"projete": None, "euros": None, "reponse": "manque", "etat": "inconnu", "nature": "voté", "source": "essai"}
    return row | {"confidence": ""} | given


@pytest.mark.parametrize(
    ("state", "measured", "day", "told"),
    [
        ("inconnu", 2024, date(2025, 12, 31), "pas assez d'années complètes pour projeter"),
        ("inconnu", 2024, date(2026, 1, 1), "échéance passée, année non mesurée"),
        ("probable", 2024, date(2025, 12, 31), "atteint si le rythme continue"),
        ("probable", 2024, date(2026, 1, 1), "échéance passée, année non mesurée"),
        ("depasse", 2025, date(2026, 1, 1), "échéance passée, non atteint"),
    ],
)
def test_no_pace_leads_to_a_year_that_has_ended(state: str, measured: int, day: date, told: str) -> None:
    row = aimed(etat=state, annee_derniere=measured)
    assert goals.written_goals(pl.DataFrame([row]), day)["etat"].item() == told
    assert told in goals.told(row, day).text


@pytest.mark.parametrize(("state", "told"), [("atteint", "atteint"), ("non_renseigne", "non renseigné")])
def test_a_target_reached_or_without_a_measure_is_left_as_it_is(state: str, told: str) -> None:
    row = aimed(etat=state, reponse="atteint", manque=None)
    assert goals.written_goals(pl.DataFrame([row]), date(2026, 1, 1))["etat"].item() == told
