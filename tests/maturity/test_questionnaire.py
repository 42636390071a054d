"""The questionnaire and the exercises, used as one clicks."""

from __future__ import annotations

import json

import pytest

from spaser import widgets
from spaser.problems import Problem


def test_an_answer_changes_the_profile_and_the_actions_at_once():
    asked = widgets.Questionnaire()
    before = asked.answer.value
    asked.lists["formation"].value = 0
    assert asked.answer.value != before
    assert "Suivre l'atelier" in asked.answer.value.replace("&#x27;", "'")


def test_the_profile_says_the_grid_is_ours_and_shows_what_is_not_answered():
    told = widgets.Questionnaire().told
    assert "pas une grille officielle" in told
    assert "sans réponse" in told


def test_titles_of_tabs_are_read_whole():
    titles = widgets.Questionnaire().widget.children[0].titles
    assert len(titles) == 6
    # A tab is 144 pixels wide: « Connaissance des fo » is all that it shows of a longer title.
    assert max(map(len, titles)) <= 19


def test_a_question_without_answer_says_so_at_first_and_once_its_answer_is_taken_back():
    asked = widgets.Questionnaire()
    assert {one.label for one in asked.lists.values()} == {"sans réponse"}
    asked.fill({"moyens": 2})
    assert asked.said["moyens"] == 2
    asked.fill({"moyens": None})
    assert (asked.lists["moyens"].label, asked.said["moyens"]) == ("sans réponse", None)


def test_answers_are_kept_and_reopened(tmp_path):
    asked = widgets.Questionnaire(tmp_path / "reponses.json")
    asked.fill({"moyens": 2, "bilan": 1})
    asked.button.click()
    again = widgets.Questionnaire(tmp_path / "reponses.json")
    assert {name: level for name, level in again.said.items() if level is not None} == {"moyens": 2, "bilan": 1}


def test_a_file_that_is_not_answers_is_told_in_french(tmp_path):
    other = tmp_path / "autre.json"
    other.write_text(json.dumps({"x": 1}), encoding="utf-8")
    with pytest.raises(Problem, match="n'est pas un fichier de réponses"):
        widgets.Questionnaire().reopen(other)


@pytest.fixture
def exercise() -> widgets.Exercise:
    return widgets.Exercise("Combien font deux et deux ?", ["trois", "quatre"], lambda: "quatre", "On compte.")


def test_the_right_choice_is_recognised_and_explained(exercise):
    assert exercise.answer("quatre").startswith("✔")
    assert "On compte" in exercise.verdict.value


def test_a_wrong_choice_gives_the_right_one_and_why(exercise):
    told = exercise.answer("trois")
    assert told.startswith("✘") and "quatre" in told and "On compte" in told


def test_checking_without_choosing_asks_to_choose(exercise):
    assert exercise.check() == "Choisissez d'abord une réponse."


def test_without_a_kernel_the_exercise_can_still_be_read_with_its_answer_folded(exercise):
    page = exercise._repr_mimebundle_()["text/html"]
    assert "<details>" in page and "quatre" in page


def test_a_right_answer_that_is_no_choice_is_a_fault_of_the_kit():
    with pytest.raises(ValueError, match="not among the choices"):
        widgets.Exercise("?", ["a"], "b", "")
