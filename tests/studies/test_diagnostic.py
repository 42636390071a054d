"""The verbs in their order: what must hold of the whole way from files to tables. The demonstration is invented."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

import spaser
from spaser.problems import Problem

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


def test_lists_that_prove_only_yes_give_no_share_of_the_known_holders():
    """« 56,3 % of the answered » would be that of the few whose approval is told, not of the holders."""
    result = spaser.diagnose(
        sorted(DATA.glob("marches_demo*.json")), buyer="aubrelle", registers=sorted(DATA.glob("registre_demo*.csv"))
    )
    total = result.measures.filter(pl.col("dimension") == "total", pl.col("denominateur") > 0)
    esus, social = (total.filter(pl.col("indicateur") == code) for code in ("titulaire_esus", "clause_sociale"))
    assert (esus["repondus"] > 0).any() and esus["valeur_repondus"].is_null().all()
    assert social["valeur_repondus"].is_not_null().all()


def test_a_readers_day_before_every_date_is_said_as_such(tmp_path):
    files = sorted(DATA.glob("marches_demo*.json"))
    with pytest.raises(Problem) as told:
        spaser.prepare(files, today=date(2001, 1, 1))
    assert "suivent le jour de lecture" in str(told.value)
    bare = tmp_path / "sans_date.csv"
    bare.write_text(
        "SIRET acheteur;Acheteur;Objet;Montant HT\n00000011700010;Ville inventée;Peinture;1000\n", encoding="utf-8"
    )
    with pytest.raises(Problem) as other:
        spaser.prepare([bare], today=date(2001, 1, 1))
    assert "n'est lisible" in str(other.value).replace("\u2019", "'")
