"""The half-day workshop: every figure is the buyer's, every answer among the choices, answers apart from questions."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

import spaser
from spaser.cli import main
from spaser.deliverables.report import KeyFigures, TableBlock
from spaser.studies.acting import training
from spaser.studies.diagnostic import handover

DATA = Path(__file__).parents[2] / "data"
CONTRACTS = sorted(DATA.glob("marches_demo*.json"))


@pytest.fixture(scope="module")
def result():
    return spaser.diagnose(CONTRACTS, buyer="Aubrelle")


@pytest.fixture(scope="module")
def workshop(result):
    return training.study(result)


def test_each_answer_is_among_at_least_three_different_choices(workshop):
    assert len(workshop.questions) >= 6
    for one in workshop.questions:
        assert one.right in one.choices and len(set(one.choices)) == len(one.choices) >= 2, one.text
        assert one.why


def test_the_figures_are_those_of_the_buyer_and_of_nobody_else(result, workshop):
    from spaser import french

    asked = {one.code: one for one in workshop.questions}
    measure = handover.findings(result).one("clause_sociale")
    assert asked["clause_sociale"].right == french.share(measure.valeur, 0)
    ending = int(result.extras["renouvellements"]["trimestre"].is_not_null().sum())
    assert asked["fins"].right == french.number(ending)
    other = training.study(spaser.diagnose(CONTRACTS, buyer="Haute-Sorgue"))
    assert {one.code: one.right for one in other.questions}["fins"] != asked["fins"].right


def test_the_half_day_lasts_three_hours_and_a_half_with_its_break():
    assert sum(step.minutes for step in training._PROGRAMME) == 210


def test_an_answer_is_never_on_the_slide_of_its_question_and_the_cases_end_the_deck(workshop):
    deck = training.deck(workshop)
    ids = [section.id for section in deck.sections]
    assert ids[:5] == ["deroule", "question-1", "reponse-1", "question-2", "reponse-2"]
    assert ids[-4:] == ["textes", "atelier", "commun", "decisions"]
    for rank, one in enumerate(workshop.questions, 1):
        section = next(s for s in deck.sections if s.id == f"question-{rank}")
        assert one.why not in str(section)


def test_the_workshop_is_written_as_slides_and_a_document(tmp_path, monkeypatch, capsys):
    pptx = pytest.importorskip("pptx")
    monkeypatch.chdir(tmp_path)
    code = main(["atelier", *map(str, CONTRACTS), "--acheteur", "Aubrelle", "--sortie", str(tmp_path / "s")])
    assert code == 0 and "sur vos chiffres" in capsys.readouterr().out
    deck = pptx.Presentation(str(tmp_path / "s" / "atelier.pptx"))
    words = " ".join(shape.text_frame.text for slide in deck.slides for shape in slide.shapes if shape.has_text_frame)
    assert "Question 1" in words and len(deck.slides) > 12
    assert (tmp_path / "s" / "atelier.docx").is_file()


def test_the_right_number_is_not_always_in_the_same_place_and_the_choices_differ():
    places = set()
    for number in range(60):
        choices = training.around(number)
        assert len(set(choices)) == 3 and choices == sorted(choices) and number in choices, number
        places.add(choices.index(number))
    assert places == {0, 1, 2}


def test_each_slide_of_the_workshop_has_something_to_see_and_its_minutes(workshop):
    deck = training.deck(workshop)
    minutes = 0
    for section in deck.sections:
        assert any(isinstance(block, TableBlock | KeyFigures) for block in section.blocks), section.id
        if section.id.startswith("question-"):
            said = " ".join(s.text for block in section.blocks for s in getattr(block, "sentences", ()))
            assert "minutes" in said and "Exercice" in said and "Matériel" in said
            assert "une minute seul, une minute à deux" in said
            minutes += int(said.replace("\u00a0", " ").split(", ")[1].split(" ")[0])
    assert 0 < minutes <= 45


def test_what_a_reader_is_told_names_no_command(workshop):
    told = " ".join(one.why for one in workshop.questions)
    assert "spaser droit" not in told and "L2111-3" in told


def ending(uid, family, day, amount, **more):
    row = {
        "uid": uid,
        "objet": f"Objet {uid}",
        "famille": family,
        "famille_libelle": family,
        "trimestre": f"{day.year}-T{(day.month + 2) // 3}",
    }
    return row | {"echeance": day, "montant_annuel": amount, "ponctuel": False, "dureeMois": 12} | more


def worked_on(result, *rows):
    real = result.extras["renouvellements"].head(1)
    frame = pl.concat(
        [real.with_columns(pl.lit(value, real.schema[name]).alias(name) for name, value in row.items()) for row in rows]
    )
    return training._cases(replace(result, extras=dict(result.extras) | {"renouvellements": frame}))["uid"].to_list()


def test_groups_work_on_renewals_that_can_still_be_prepared_and_that_the_ess_sells(result):
    day = result.day
    late, time_left = day + timedelta(days=80), day + timedelta(days=95)
    good = [ending(f"b{n}", "espaces_verts", day + timedelta(days=400 + n), 600_000) for n in range(training.CASES)]
    assert worked_on(result, ending("a", "espaces_verts", late, 600_000)) == []
    assert worked_on(result, ending("a", "espaces_verts", time_left, 600_000)) == ["a"]
    assert worked_on(result, ending("a", "espaces_verts", time_left, None, ponctuel=True)) == []
    for family, amount, chosen in (
        ("energie", 600_000, False), ("nettoyage_locaux", 499_999, False),
        ("nettoyage_locaux", 500_000, True), ("nettoyage_locaux", None, True),
    ):  # fmt: skip
        assert ("a" in worked_on(result, *good, ending("a", family, day + timedelta(days=900), amount))) == chosen, (
            family
        )


def test_a_purchase_of_less_than_a_year_comes_after_those_that_come_back(result):
    day = result.day + timedelta(days=400)
    good = [ending(f"b{n}", "espaces_verts", day, 600_000) for n in range(training.CASES)]
    for months, chosen in ((11, False), (12, True)):
        short = ending("a", "nettoyage_locaux", day + timedelta(days=300), 600_000, dureeMois=months)
        assert ("a" in worked_on(result, *good, short)) == chosen, months


def test_a_share_of_the_answered_alone_is_told_only_when_it_differs(workshop):
    class Told:
        valeur, valeur_repondus = 0.262, 0.264

    assert "la même" in training._answered(Told)
    Told.valeur_repondus = 0.30
    assert "30" in training._answered(Told) and "Dites toujours" in training._answered(Told)
