"""Explain: from any figure to the rows that make it."""

from __future__ import annotations

import polars as pl
import pytest
from test_indicators import contracts

from spaser.indicators import measure
from spaser.indicators.explain import explain, headings
from spaser.problems import Problem

FRAME = contracts()
MEASURED = measure(FRAME, by=("annee", "tranche_montant", "codeCPV")).collect().rows(named=True)


@pytest.mark.parametrize("code", sorted({row["indicateur"] for row in MEASURED}))
def test_the_rows_behind_a_figure_recount_to_it(code):
    """Independently of Polars: plain sums over the rows handed to the reader."""
    for told in (row for row in MEASURED if row["indicateur"] == code):
        rows = explain(told, FRAME).rows.collect().rows(named=True)
        counted = {
            "numerateur": sum(r["poids"] for r in rows if r["compte"]),
            "denominateur": sum(r["poids"] for r in rows),
            "repondus": sum(r["poids"] for r in rows if r["compte"] is not None),
        }
        assert (told["numerateur"] or 0) == counted["numerateur"], told
        if told["denominateur"] is not None:
            assert {name: told[name] for name in counted} == counted, told


def test_an_explanation_gives_the_rule_its_columns_and_its_sources():
    told = next(row for row in MEASURED if row["indicateur"] == "cumul_environnemental" and row["unite"] == "nombre")
    found = explain(pl.DataFrame([told], infer_schema_length=None), FRAME.with_columns(source=pl.lit("invente.json")))
    assert "cumul" in found.text and "Prudence" in found.text
    assert {"clause_environnementale", "critere_environnemental", "compte"} <= set(found.rows.collect_schema().names())
    assert found.sources.collect().select("source", "contrats").rows() == [("invente.json", 5)]
    assert headings(found.rows.collect())["compte"]


def test_what_cannot_be_explained_is_refused():
    told = MEASURED[0]
    for wrong in (
        {"indicateur": "inconnu"},
        {"definition": "autre"},
        {"regle": "nb_contrats@0"},
        {"dimension": "famille"},
    ):
        with pytest.raises(Problem):
            explain(told | wrong, FRAME)
    with pytest.raises(Problem):
        explain(pl.DataFrame(MEASURED[:2], infer_schema_length=None), FRAME)
