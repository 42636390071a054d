"""A need divided into lots: where dividing stops helping, for whom, and that it is no way under a threshold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

import spaser
from spaser.cli import main
from spaser.problems import Problem
from spaser.studies import diagnostic
from spaser.studies.acting import dividing

DATA = Path(__file__).parents[2] / "data"
TOWN = "000000117"


@pytest.fixture(scope="module")
def found():
    base = diagnostic.prepare(
        sorted(DATA.glob("marches_demo*.json")), registers=sorted(DATA.glob("registre_demo*.csv"))
    )
    return spaser.potential_of(spaser.diagnose(base, buyer=TOWN))


@pytest.fixture(scope="module")
def made(found):
    return dividing.divided(found, demo=True)


def test_only_actionable_needs_are_divided_and_never_in_more_lots_than_the_ladder_or_than_known_suppliers(made):
    assert set(made.needs["etat_action"]) == {"agir"}
    known = made.takers.group_by("besoin_id").len("connus")
    most = made.curve.group_by("besoin_id").agg(pl.col("lots").max())
    rows = most.join(known, on="besoin_id", how="left").with_columns(pl.col("connus").fill_null(0))
    assert rows.filter(pl.col("lots") > pl.max_horizontal("connus", pl.lit(1))).is_empty()
    assert made.curve["lots"].max() <= dividing.most_lots(made.found.day) == 6


def test_the_part_that_can_be_taken_stays_a_part_and_its_amount_agrees(made):
    rows = made.curve.join(made.needs.select("besoin_id", "annuel"), on="besoin_id")
    assert rows["part"].is_between(0, 1).all()
    assert ((rows["montant"] - rows["annuel"] * rows["part"]).abs() <= 1).all()
    assert (rows["lot_annuel"] == rows["annuel"] // rows["lots"]).all()


def test_dividing_is_useful_up_to_one_number_of_lots_and_not_beyond(made):
    for _, curve in made.curve.group_by("besoin_id", maintain_order=True):
        useful = curve["utile"].to_list()
        assert useful[0] and useful == sorted(useful, reverse=True)


def test_who_could_take_a_lot_is_said_with_the_fewest_lots_from_which_it_is_at_its_size(made):
    told = made.takers.join(made.needs.select("besoin_id", pl.col("annuel").alias("an")), on="besoin_id").drop_nulls(
        "lots_minimum"
    )
    assert told.height
    assert (told["lot_prenable"] * told["lots_minimum"] >= told["an"] - told["lots_minimum"]).all()
    fewer = told.filter(pl.col("lots_minimum") > 1)
    assert (fewer["lot_prenable"] * (fewer["lots_minimum"] - 1) < fewer["an"] + fewer["lots_minimum"]).all()


def test_the_ban_on_splitting_is_said_with_its_articles_on_the_page_and_the_terminal(made):
    page = dividing.law_said().text.replace("\u00a0", " ")
    for words in ("L2113-10", "R2121-1", "la scission est interdite (R2121-4)", "se motive", "Légifrance"):
        assert words in page
        assert words in dividing.summary(made).replace("\u00a0", " ")


def test_a_private_buyer_has_nothing_to_divide(found):
    own = replace(found, opportunities=found.opportunities.with_columns(levier=pl.lit("gre_a_gre")))
    with pytest.raises(Problem, match="ne concerne pas cet acheteur"):
        dividing.divided(own)


def test_words_of_no_need_say_what_to_do(found):
    with pytest.raises(Problem, match="Aucun besoin actionnable ne contient"):
        dividing.divided(found, only="zéppelin")


def test_the_command_writes_the_page_and_the_workbook_of_the_needs_asked_for(tmp_path, capsys):
    files = [str(path) for path in sorted(DATA.glob("marches_demo*.json"))]
    lists = [str(path) for path in sorted(DATA.glob("registre_demo*.csv"))]
    asked = ["allotissement", *files, "--registre", *lists, "--acheteur", TOWN, "--besoin", "espaces verts"]
    assert main([*asked, "--sortie", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "prenable" in said and "inventés" in said
    assert {path.name for path in tmp_path.iterdir() if not path.name.startswith(".")} == {
        "allotissement.html",
        "allotissement.xlsx",
    }


@pytest.mark.parametrize("kind", ["contrats", "depenses", "programme"])
def test_a_private_buyer_is_never_told_of_reserving_whatever_its_needs_come_from(kind, tmp_path, capsys):
    files = [str(path) for path in sorted(DATA.glob("marches_demo*.json"))]
    given = {
        "contrats": [*files, "--acheteur", TOWN],
        "depenses": ["--depenses", str(DATA / "depenses_demo.xlsx")],
        "programme": ["--programme", str(tmp_path / "programme.csv"), "--territoire", "Choisy-le-Roi"],
    }[kind]
    (tmp_path / "programme.csv").write_text(
        "Objet;Montant estimé;Date prévue;Code CPV\nEntretien des espaces verts;40000;2027-09-01;77310000\n",
        encoding="utf-8",
    )
    lists = [str(path) for path in sorted(DATA.glob("registre_demo*.csv"))]
    folder = tmp_path / "sortie"
    assert main(["potentiel", *given, "--registre", *lists, "--hors-code", "--sortie", str(folder)]) == 0
    said = capsys.readouterr().out
    for path in folder.glob("*.csv"):  # what the buyer itself wrote in its subjects is not advice
        said += pl.read_csv(path, separator=";", infer_schema=False).drop("objet", strict=False).write_csv()
    assert "gré à gré" in said or "Rencontrer les fournisseurs" in said
    for forbidden in ("Réserver", "Allotir", "L2113", "R2122-8", "Clause sociale : obligatoire"):
        assert forbidden not in said
