"""The pace of a target, for who reads after its year."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest
from findings import findings as invented

from spaser.deliverables.report import Figure
from spaser.sections import goals
from spaser.sections.declared import CODES
from spaser.sections.publication.legal import section_years


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


@pytest.mark.parametrize(("contracts", "drawn"), [(1, False), (9, False), (10, True)])
def test_a_year_of_a_few_contracts_is_not_drawn_and_is_said(contracts, drawn):
    found = invented(90)
    shares = found.rows(*CODES, dimension="total")
    years = [("2023", contracts), ("2024", 30), ("2025", 50)]
    rows = pl.concat(
        shares.with_columns(
            dimension=pl.lit("annee"), modalite=pl.lit(year), denominateur=pl.lit(n, shares["denominateur"].dtype)
        )
        for year, n in years
    )
    section = section_years(replace(found, measures=rows))
    assert section is not None
    picture = next(block for block in section.blocks if isinstance(block, Figure))
    told = " ".join(s.text for block in section.blocks for s in getattr(block, "sentences", ()))
    assert ("2023 n'est pas dessiné" in told.replace("’", "'")) is not drawn
    assert ("2023" in {str(value)[:4] for row in picture.twin.frame.rows() for value in row}) is drawn
