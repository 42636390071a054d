"""What a spend file covers: its months, its largest year, beside a year of the contracts."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from spaser.suppliers import spending
from spaser.vocabulary import RENEWALS, SPEND


def lines(*days: date | None, euros: int = 100, year: int | None = None, scope: str = "achat") -> pl.LazyFrame:
    rows = [{"date": day, "montant": euros * 100, "exercice": year, "perimetre": scope} for day in days]
    return SPEND.conform(pl.LazyFrame(rows, schema={name: SPEND.schema[name] for name in rows[0]}))


def covered(*parts: pl.LazyFrame, yearly: int | None = None) -> dict:
    ends = None if yearly is None else RENEWALS.conform(pl.LazyFrame({"montant_annuel": [yearly * 100, None]}))
    return spending.covered(pl.concat(parts), ends).collect().row(0, named=True)


@pytest.mark.parametrize(("last", "months"), [(date(2025, 9, 30), 9), (date(2025, 12, 1), 12), (date(2026, 1, 2), 13)])
def test_the_months_go_from_the_first_purchase_to_the_last(last: date, months: int) -> None:
    assert covered(lines(date(2025, 1, 3), last))["mois"] == months


def test_a_grant_says_nothing_of_the_months_and_undated_lines_leave_them_unknown() -> None:
    dated = lines(date(2025, 1, 3), date(2025, 3, 3))
    assert covered(dated, lines(date(2025, 12, 3), scope="subvention"))["mois"] == 3
    assert covered(dated, lines(None, None, year=2025))["mois"] is None


def test_the_largest_year_is_beside_a_year_of_the_contracts() -> None:
    found = covered(lines(None, year=2024), lines(None, None, year=2025), yearly=500)
    assert (found["annee"], found["achats"], found["par_an"]) == (2025, 200_00, 500_00)
    assert covered(lines(None, year=2024))["par_an"] is None
