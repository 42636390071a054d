"""The verbs in their order: what must hold of the whole way from files to tables. The demonstration is invented."""

from __future__ import annotations

from pathlib import Path

import polars as pl

import spaser

DATA = Path(__file__).parents[2] / "data"


def _tables() -> dict[str, pl.DataFrame]:
    result = spaser.diagnose(sorted(DATA.glob("marches_demo*.json")), registers=sorted(DATA.glob("registre_demo*.csv")))
    whole = {
        "contrats": result.contracts,
        "titulaires": result.holders,
        "sous_traitance": result.subcontracts,
        "mesures": result.measures,
    }
    return whole | {"points": result.contributions, "rejets": result.base.rejects.collect()} | result.extras


def test_two_readings_of_the_same_files_give_the_same_rows_in_the_same_order():
    first, second = _tables(), _tables()
    assert first.keys() == second.keys()
    assert [name for name, table in first.items() if not table.equals(second[name])] == []
    assert first["contrats"]["uid"].is_sorted()
