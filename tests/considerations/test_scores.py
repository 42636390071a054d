"""Scores: silence never pays, nothing added ever lowers a score, every point has its consideration and its rule."""

from __future__ import annotations

import copy

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spaser import rules
from spaser.considerations.scores import AXES, COLUMNS, bands, checked, contributions, score
from spaser.problems import Problem
from spaser.vocabulary import ACCESS, CONSIDERATIONS, DETECTED, SCORES

NAMES = [word.name for word in (*CONSIDERATIONS, *ACCESS)]
TEXTS = [word.name for word in DETECTED]
answers = st.fixed_dictionaries({name: st.sampled_from([True, False, None]) for name in [*NAMES, *TEXTS]})


def frame(*rows: dict) -> pl.LazyFrame:
    named = [{"uid": str(i), "acheteur_id": str(i % 3)} | row for i, row in enumerate(rows)]
    return pl.LazyFrame(
        named, schema={"uid": pl.String, "acheteur_id": pl.String} | {n: pl.Boolean for n in [*NAMES, *TEXTS]}
    )


def scored(*rows: dict) -> list[dict]:
    return score(frame(*rows)).collect().rows(named=True)


@settings(max_examples=60, deadline=None)
@given(st.lists(answers, min_size=1, max_size=12), st.sampled_from([*NAMES, *TEXTS]))
def test_adding_a_consideration_never_lowers_a_score_or_its_low_bound(rows, name):
    before, after = scored(*rows), scored(*({**row, name: True} for row in rows))
    for one, other in zip(before, after, strict=True):
        assert other["score_bas"] >= one["score_bas"]
        for column in COLUMNS.values():
            assert one[column] is None or (other[column] is not None and other[column] >= one[column])


@settings(max_examples=60, deadline=None)
@given(st.lists(answers, min_size=1, max_size=12))
def test_points_sum_exactly_to_the_scores(rows):
    whole = score(frame(*rows))
    points = contributions(whole, overall=True).collect()
    sums = points.group_by("uid", "axe").agg(pl.col("points").sum())
    told = {(uid, axis): p for uid, axis, p in sums.rows()}
    for row in whole.collect().rows(named=True):
        assert told[row["uid"], "global"] == row["score_bas"]
        for axis in AXES:
            assert told[row["uid"], axis] == (row[COLUMNS[axis]] or 0)
    assert points["regle"].is_not_null().all()


@settings(max_examples=60, deadline=None)
@given(st.lists(answers, min_size=1, max_size=12))
def test_an_unknown_never_becomes_a_zero(rows):
    """Whatever the unknown answers turn out to be, a known axis keeps its score and the interval holds."""
    for row, told in zip(rows, scored(*rows), strict=True):
        for reply in (True, False):
            filled = {name: (reply if row[name] is None and name in NAMES else row[name]) for name in row}
            sure = scored(filled)[0]
            assert told["score_bas"] <= sure["score_bas"] <= sure["score_haut"] <= told["score_haut"]
            for column in COLUMNS.values():
                assert told[column] is None or told[column] == sure[column]


@settings(max_examples=30, deadline=None)
@given(st.lists(answers, min_size=2, max_size=8), st.randoms())
def test_the_order_of_rows_is_irrelevant(rows, random):
    named = [{"uid": str(i)} | row for i, row in enumerate(rows)]
    mixed = random.sample(named, len(named))
    one, other = (score(frame(*listed)).collect().sort("uid") for listed in (named, mixed))
    assert one.drop("acheteur_id").equals(other.drop("acheteur_id"))


def test_silence_never_pays():
    silent = dict.fromkeys([*NAMES, *TEXTS])
    told = scored(silent, silent | {name: False for name in NAMES})
    assert [row["score_bas"] for row in told] == [0, 0]
    assert (told[0]["score_haut"], told[1]["score_haut"]) == (100, 0)
    assert (told[0]["score_couverture"], told[1]["score_couverture"]) == (0.0, 1.0)


def test_without_a_register_the_access_of_the_ess_is_unknown_even_when_reserved():
    told = (
        score(frame({name: True for name in NAMES}).drop([word.name for word in ACCESS])).collect().row(0, named=True)
    )
    assert told["score_acces_ess"] is None and told["score_couverture"] == 0.8


def test_what_a_text_says_counts_for_less_than_what_is_declared():
    no = {name: False for name in NAMES}
    found, said = scored(no | {"clause_sociale_texte": True}, no | {"clause_sociale": True})
    assert 0 < found["score_social"] < said["score_social"]
    assert score(frame(no).drop(TEXTS)).collect()["score_social"].item() == 0


def test_a_table_without_any_answer_is_scored_unknown():
    told = score(pl.LazyFrame({"uid": ["A"]})).collect()
    assert told.schema["score_bas"] == SCORES[3].dtype
    assert told.select(*COLUMNS.values()).row(0) == (None, None, None)


def test_a_letter_is_given_only_when_both_bounds_agree():
    silent = dict.fromkeys([*NAMES, *TEXTS])
    told = bands(score(frame({n: True for n in NAMES}, {n: False for n in NAMES}, silent))).collect()
    assert told["score_bande"].to_list() == ["A", "E", None]


def test_every_weight_has_its_reason():
    table = rules.method()["score"]
    entries = [*table["poids"].values(), *(e for axis in table["points"].values() for e in axis.values())]
    assert all(entry["reason"] for entry in [*entries, table["part_detectee"], *rules.method()["bands"]["score"]])


def test_a_weight_may_be_nothing_and_not_less():
    method = copy.deepcopy(dict(rules.method()))
    weights = method["score"]["poids"]
    weights["social"]["value"], weights["environnement"]["value"] = 0, 100 - weights["acces_ess"]["value"]
    assert score(frame(), method).collect().height == 0
    weights["social"]["value"], weights["environnement"]["value"] = -1, 101 - weights["acces_ess"]["value"]
    with pytest.raises(Problem, match="positif ou nul"):
        score(frame(), method)


def test_a_method_that_cannot_give_a_score_is_refused_with_all_its_faults():
    method = copy.deepcopy(dict(rules.method()))
    method["score"]["poids"]["social"]["value"] = 50
    method["score"]["points"]["environnement"]["clause_environnementale"]["value"] = 10
    with pytest.raises(Problem) as caught:
        score(frame(), method)
    assert "110" in str(caught.value) and "environnement" in str(caught.value)


def without(table: str, axis: str):
    return lambda method: method["score"][table].pop(axis)


def worth(*path: str, value: object):
    def put(method: dict) -> None:
        entry = method["score"]
        for name in path:
            entry = entry[name]
        entry["value"] = value

    return put


ITEM = ("points", "environnement", "clause_environnementale")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (without("poids", "social"), "les axes doivent être"),
        (without("points", "social"), "les axes doivent être"),
        (worth(*ITEM, value=True), "axe environnement : les points"),
        (worth(*ITEM, value=-1), "axe environnement : les points"),
        (worth(*ITEM, value=101), "axe environnement : les points"),
        (worth(*ITEM, value=100), None),
        (worth("poids", "social", value="40"), "chaque poids est un nombre entier"),
        (worth("part_detectee", value=-1), "part_detectee"),
        (worth("part_detectee", value=101), "part_detectee"),
        (worth("part_detectee", value=0), None),
        (worth("part_detectee", value=100), None),
    ],
)
def test_each_value_of_the_method_has_its_bounds(change, told):
    method = copy.deepcopy(dict(rules.method()))
    change(method)
    if told is None:
        assert score(frame(), method).collect().height == 0
    else:
        with pytest.raises(Problem, match=told):
            score(frame(), method)


def test_what_a_text_says_is_worth_its_part_of_the_points_rounded_down():
    method = copy.deepcopy(dict(rules.method()))
    points = method["score"]["points"]["social"]["clause_sociale"]["value"]
    method["score"]["part_detectee"]["value"] = 33
    no = {name: False for name in NAMES}
    found = score(frame(no | {"clause_sociale_texte": True}), method).collect()
    assert found["score_social"].item() == points * 33 // 100
    both = score(frame(no | {"clause_sociale_texte": True, "clause_sociale": True}), method).collect()
    assert both["score_social"].item() == points  # declared and said: counted once


@pytest.mark.parametrize("rank", range(4))
def test_a_band_begins_at_its_own_number_of_points(rank):
    named = sorted(rules.method()["bands"]["score"], key=lambda band: band["from"])
    for value, name in ((named[rank + 1]["from"], rank + 1), (named[rank + 1]["from"] - 1, rank)):
        table = pl.LazyFrame(
            {"score_bas": [value], "score_haut": [value]}, schema=dict.fromkeys(("score_bas", "score_haut"), pl.Int16)
        )
        assert bands(table).collect()["score_bande"].item() == named[name]["name"]


@pytest.mark.parametrize("lacking", ["score", "poids", "points", "part_detectee"])
def test_a_method_whose_table_of_scores_lacks_a_part_is_refused_in_words(lacking):
    method = copy.deepcopy(rules.method())
    (method if lacking == "score" else method["score"]).pop(lacking)
    with pytest.raises(Problem, match=r"\[score\] complète"):
        checked(method)


def test_points_are_those_of_the_axes_unless_the_whole_is_asked_and_name_their_rule():
    row = frame(dict.fromkeys(NAMES, False) | {"clause_sociale_texte": True})
    found = contributions(row).collect()
    assert "global" not in found["axe"].to_list() and set(found["axe"]) == set(AXES)
    rules_of = dict(found.select("consideration", "regle").rows())
    assert not rules_of["clause_sociale"].endswith("part_detectee")
    assert rules_of["clause_sociale_texte"] == rules_of["clause_sociale"] + " × score.part_detectee"
