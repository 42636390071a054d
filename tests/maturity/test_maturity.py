"""The questionnaire: a profile that says what is unknown, and actions that lead one level up."""

from __future__ import annotations

import polars as pl
import pytest

from spaser import maturity
from spaser.problems import Problem, Problems

GRID = maturity.grid()
ALL = [one["id"] for axis in GRID["axis"] for one in axis["question"]]


def profile(said: dict[str, int | None]) -> dict[str, dict]:
    return {row["axe"]: row for row in maturity.profile(maturity.answers(said, GRID), GRID).collect().to_dicts()}


def test_the_grid_describes_every_level_and_says_it_is_ours():
    assert len(GRID["axis"]) == 6
    assert "pas une grille officielle" in GRID["origin"]
    for row in maturity.questions(GRID).collect().to_dicts():
        assert len(set(row["niveaux"])) == 4 and len(set(row["actions"])) == 3


def test_an_axis_nobody_answered_has_no_level_and_the_widest_range():
    row = profile({})["strategie"]
    assert (row["niveau"], row["bas"], row["haut"], row["repondues"]) == (None, 0.0, 3.0, 0)


def test_a_question_without_an_answer_is_unknown_and_never_zero():
    row = profile({"portage_elu": 2, "moyens": 3, "transversalite": None})["gouvernance"]
    assert row["niveau"] == 2.5
    assert (row["bas"], row["haut"], row["repondues"]) == (1.25, 2.75, 2)


def test_a_full_axis_has_no_range():
    row = profile({"portage_elu": 1, "moyens": 1, "transversalite": 2, "partenaires": 0})["gouvernance"]
    assert row["niveau"] == row["bas"] == row["haut"] == 1.0


def test_axes_come_in_the_order_of_the_grid():
    assert list(profile({})) == [axis["id"] for axis in GRID["axis"]]


def test_actions_lead_one_level_up_lowest_levels_first_and_the_top_asks_for_nothing():
    rows = maturity.actions(
        maturity.answers({"moyens": 1, "formation": 0, "bilan": 3, "elus": None}, GRID), GRID
    ).collect()
    assert rows["question"].to_list() == ["formation", "moyens"]
    asked = next(one for axis in GRID["axis"] for one in axis["question"] if one["id"] == "moyens")
    assert rows.filter(pl.col("question") == "moyens")["action"].item() == asked["actions"][1]


def test_an_unknown_question_gives_the_closest_one():
    with pytest.raises(Problem, match="portage_elu"):
        maturity.answers({"portage_elus": 1}, GRID)


def test_a_level_outside_the_grid_is_refused():
    with pytest.raises(Problem, match="niveaux vont de 0 à 3") as told:
        maturity.answers({"moyens": 4}, GRID)
    assert type(told.value) is Problem
    assert maturity.answers({"moyens": 3, "formation": 0}, GRID).collect().height == 2


def test_several_faults_are_told_together():
    with pytest.raises(Problems, match="à corriger") as told:
        maturity.answers({"moyens": 4, "formation": -1}, GRID)
    assert "moyens" in str(told.value) and "formation" in str(told.value)


def test_a_grid_of_ones_own_with_a_missing_level_is_told(tmp_path):
    own = tmp_path / "grille.toml"
    own.write_text(
        'levels = ["a", "b"]\n[[axis]]\nid = "x"\nlabel = "X"\n[[axis.question]]\nid = "q"\ntext = "?"\nanswers = ["un"]\nactions = ["faire"]\n',
        encoding="utf-8",
    )
    with pytest.raises(Problems, match="« q » : 2 niveaux décrits et 1 actions sont attendus"):
        maturity.grid(own)


def test_every_question_has_its_own_identifier():
    assert len(ALL) == len(set(ALL)) == 24


#: A grid of two levels, one axis, one question: each line as a consultant would write it.
OWN = {
    "levels": 'levels = ["a", "b"]',
    "axis": "[[axis]]",
    "axis.id": 'id = "x"',
    "label": 'label = "X"',
    "question": "[[axis.question]]",
    "id": 'id = "q"',
    "text": 'text = "?"',
    "answers": 'answers = ["un", "deux"]',
    "actions": 'actions = ["faire"]',
}


def written(tmp_path, lines):
    file = tmp_path / "grille.toml"
    file.write_text("\n".join(lines.values()), encoding="utf-8")
    return file


def test_a_grid_of_ones_own_is_read_whole_and_its_title_is_optional(tmp_path):
    found = maturity.grid(written(tmp_path, OWN))
    assert found["title"] == GRID["title"] and found["origin"] == "Grille fournie par l'utilisateur du kit."
    assert maturity.questions(found).collect().select("rang", "axe", "question").rows() == [(0, "x", "q")]


@pytest.mark.parametrize("missing", ["levels", "axis.id", "label", "id", "text", "answers", "actions"])
def test_a_grid_that_lacks_what_it_is_made_of_is_told(tmp_path, missing):
    with pytest.raises((Problem, Problems), match=missing.split(".")[-1]):
        maturity.grid(written(tmp_path, {name: line for name, line in OWN.items() if name != missing}))


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("axis.id", 'id = ""'),
        ("label", 'label = ""'),
        ("id", 'id = ""'),
        ("text", 'text = ""'),
        ("answers", 'answers = ["un", ""]'),
        ("actions", 'actions = [""]'),
    ],
)
def test_a_grid_whose_words_are_empty_is_told(tmp_path, name, line):
    with pytest.raises((Problem, Problems), match=name.split(".")[-1]):
        maturity.grid(written(tmp_path, OWN | {name: line}))


@pytest.mark.parametrize(
    "kept",
    [
        {name: line for name, line in OWN.items() if name in ("levels",)},
        {name: line for name, line in OWN.items() if name in ("levels", "axis", "axis.id", "label")},
        OWN | {"levels": 'levels = ["a"]', "answers": 'answers = ["un"]', "actions": "actions = []"},
    ],
    ids=["aucun axe", "aucune question", "un seul niveau"],
)
def test_a_grid_without_axis_without_question_or_of_one_level_is_told(tmp_path, kept):
    with pytest.raises((Problem, Problems)):
        maturity.grid(written(tmp_path, kept))


def test_an_identifier_given_twice_is_told_with_its_place(tmp_path):
    again = {f"{name}'": OWN[name] for name in ("question", "id", "text", "answers", "actions")}
    with pytest.raises((Problem, Problems), match="« q » est donné deux fois"):
        maturity.grid(written(tmp_path, OWN | again))
    same_word = OWN | {"axis.id": 'id = "q"'}  # an axis and a question may share a word
    assert maturity.grid(written(tmp_path, same_word))["axis"][0]["id"] == "q"


@pytest.mark.parametrize("text", ['{"spaser_maturite": 1}', '{"spaser_maturite": 2, "reponses": {}}', "[]"])
def test_a_file_that_is_not_answers_of_this_form_is_refused(tmp_path, text):
    file = tmp_path / "reponses.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises((Problem, Problems)):
        maturity.kept(file)


def test_the_answers_of_several_people_are_one_the_lower_of_two_with_their_bounds():
    said = pl.LazyFrame({"question": ["m", "m", "n", "n", "n", "p"], "niveau": [1, 2, 3, 0, 2, None]})
    assert maturity.merged(said).collect().sort("question").rows() == [("m", 1, 1, 2, 2), ("n", 2, 0, 3, 3)]


@pytest.mark.parametrize(("level", "read"), [("0", True), ("20", True), ("null", True), ("-1", False), ("21", False)])
def test_a_level_kept_in_a_file_is_a_whole_number_from_0_to_20_or_nothing(tmp_path, level, read):
    file = tmp_path / "reponses.json"
    file.write_text(f'{{"spaser_maturite": 1, "reponses": {{"moyens": {level}}}}}', encoding="utf-8")
    if read:
        assert maturity.kept(file) == {"moyens": None if level == "null" else int(level)}
    else:
        with pytest.raises((Problem, Problems)):
            maturity.kept(file)


@pytest.mark.parametrize(("count", "read"), [(10, True), (11, False)])
def test_a_grid_has_ten_levels_at_the_most(tmp_path, count, read):
    many, between = [f"niveau {rank}" for rank in range(count)], [f"étape {rank}" for rank in range(count - 1)]
    file = written(
        tmp_path,
        OWN | {"levels": f"levels = {many}", "answers": f"answers = {many}", "actions": f"actions = {between}"},
    )
    if read:
        assert len(maturity.grid(file)["levels"]) == count
    else:
        with pytest.raises((Problem, Problems)):
            maturity.grid(file)


def test_the_action_to_the_next_level_stands_beside_what_is_seen_today(tmp_path):
    lines = OWN | {"levels": 'levels = ["a", "b", "c"]', "answers": 'answers = ["un", "deux", "trois"]'}
    own = maturity.grid(written(tmp_path, lines | {"actions": 'actions = ["faire", "suivre"]'}))
    seen = {level: maturity.actions(maturity.answers({"q": level}, own), own).collect() for level in (0, 1, 2, None)}
    assert {level: rows.select("constat", "action").rows() for level, rows in seen.items()} == {
        0: [("un", "faire")],
        1: [("deux", "suivre")],
        2: [],
        None: [],
    }
