"""Kinds of fault the detection once made, each with texts on both sides. All texts are invented."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from spaser import detection

FILE = tomllib.loads((Path(__file__).parents[1] / "cases" / "detection_faults.toml").read_text(encoding="utf-8"))
CASES, WEIGHTS = FILE["cases"], FILE["weights"]
CAUSES = sorted({case[0] for case in CASES})
BLANK: dict[str, Any] = {"env": 0, "soc": 0, "reserve": "none", "porteurs": []}


def passages(given: list[tuple[str, str]]) -> pl.DataFrame:
    frame = {"texte_id": [str(i) for i in range(len(given))], "champ": [field for field, _ in given], "texte": [text for _, text in given]}
    return detection.detect(pl.LazyFrame(frame)).collect()


def said(given: list[tuple[str, str]]) -> list[dict[str, Any]]:
    rows = {row["texte_id"]: row for row in detection.summarise(passages(given).lazy()).collect().to_dicts()}
    return [rows.get(str(i), BLANK) for i in range(len(given))]


@pytest.mark.parametrize("cause", CAUSES)
def test_a_kind_of_fault_is_mended_on_both_sides(cause: str) -> None:
    """Levels, reservation and carriers of each text of the kind, read with its field."""
    cases = [case for case in CASES if case[0] == cause]
    read = said([(case[1], case[2]) for case in cases])
    wrong = []
    for (_, _, text, env, soc, reserve, carriers), row in zip(cases, read, strict=True):
        expected = row["porteurs"] if carriers == "-" else sorted(filter(None, carriers.split(",")))
        if (row["env"], row["soc"], row["reserve"], row["porteurs"]) != (env, soc, reserve, expected):
            wrong.append((text, row))
    assert wrong == []


@pytest.mark.parametrize("case", WEIGHTS, ids=[case[1][:40] for case in WEIGHTS])
def test_a_weight_belongs_to_its_own_row_of_a_grid(case: list[Any]) -> None:
    field, text, dimension, weight, unit = case
    rows = passages([(field, text)]).filter((pl.col("dimension") == dimension) & (pl.col("porteur") == "critere"))
    assert set(rows.select("nombre", "nombre_unite").rows()) == {(weight, unit)}
