"""Where the detection turns: lengths, confidences and counts, each read on both sides. All texts are invented."""

from __future__ import annotations

import html

import polars as pl
import pytest

from spaser import detection
from spaser.detection import reliability, review, search

PASSAGE = {
    "texte_id": "t",
    "niveau": 2,
    "dimension": "env",
    "code": "other",
    "porteur": "clause",
    "reserve": "none",
} | {
    "confiance": 0.9,
    "regle": "essai",
}


def summary(*rows: dict) -> dict:
    schema = {"niveau": pl.Int8, "confiance": pl.Float64}
    frame = pl.LazyFrame([PASSAGE | row for row in rows], schema_overrides=schema)
    return detection.summarise(frame).collect().row(0, named=True)


@pytest.mark.parametrize(
    ("right", "read", "least"),
    [(0, 0, 0.0), (0, 5, 0.0), (5, 5, 0.75), (19, 20, 0.85), (20, 20, 0.92), (100, 100, 0.98), (50, 100, 0.44)],
)
def test_a_share_is_said_by_what_it_is_at_least_nine_times_in_ten(right, read, least):
    """Wilson's bound, worked out apart: (p + z²/2n − z·√(p(1−p)/n + z²/4n²)) / (1 + z²/n), z = 1.2816."""
    assert reliability.bound(right, read) == least


def test_a_part_speaks_for_itself_from_twenty_readings_on():
    def row(carrier: str, right: int, read: int) -> dict:
        return {"dimension": "env", "level": 2, "carrier": carrier, "field": "objet", "right": right, "read": read}

    known = reliability.parts([row("clause", 20, 20), row("critere", 19, 19), row("objet", 1, 21)])
    whole = reliability.bound(40, 60)
    assert known == {
        ("env", 2, "", ""): whole,
        ("env", 2, "clause", "objet"): 0.92,
        ("env", 2, "objet", "objet"): reliability.bound(1, 21),
    }
    said = [reliability.said(known, ("env", 2, carrier, "objet"), 0.9) for carrier in ("clause", "critere", "objet")]
    assert said == [0.9, whole, reliability.bound(1, 21)]
    assert reliability.said(known, ("soc", 2, "clause", "objet"), 0.8) == 0.8


@pytest.mark.parametrize(
    ("field", "length", "read_as"),
    [
        ("", 300, "objet"),
        ("", 301, "autre"),
        ("texte", 300, "objet"),
        ("lot 3", 300, "objet"),
        ("lot 3", 301, "autre"),
        ("lot 3 bis", 20, "autre"),
        ("objet", 301, "objet"),
        (None, 300, "objet"),
        ("CCAP", 20, "autre"),
        ("Critère", 301, "critere"),
        ("critere objet", 20, "critere"),
    ],
)
def test_a_text_of_no_known_field_is_a_subject_up_to_three_hundred_signs(field, length, read_as):
    rows = pl.DataFrame({"champ": [field], "texte": ["a" * length]}, schema={"champ": pl.String, "texte": pl.String})
    assert rows.select(search.nature()).item() == read_as


def test_running_text_is_no_subject_however_short():
    for text, read_as in (("Le titulaire fournit le papier", "autre"), ("Fourniture de papier", "objet")):
        assert pl.DataFrame({"champ": [""], "texte": [text]}).select(search.nature()).item() == read_as


def test_a_passage_counts_from_half_a_confidence_on():
    assert summary({"confiance": 0.5})["env"] == 2 and summary({"confiance": 0.49})["env"] == 0
    assert summary({"confiance": 0.5}, {"confiance": 0.7})["confiance"] == 0.7
    assert summary({"confiance": 0.49})["porteurs"] == [] and summary({"confiance": 0.49})["confiance"] is None


def test_a_text_takes_its_highest_level_and_a_denied_one_gives_no_code():
    found = summary(
        {"niveau": 1, "code": "a"}, {"niveau": 2, "code": "b"}, {"niveau": 0, "code": "c", "porteur": "negated"}
    )
    assert (found["env"], found["soc"], found["env_codes"], found["soc_codes"]) == (2, 0, ["a", "b"], [])
    assert found["porteurs"] == ["clause", "negated"]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (["handicap"], "handicap"),
        (["iae"], "iae"),
        (["handicap", "iae"], "handicap_iae"),
        (["handicap_iae"], "handicap_iae"),
        (["handicap_iae", "handicap"], "handicap_iae"),
        (["unspecified", "iae"], "iae"),
        (["unspecified"], "unspecified"),
        (["ess", "unspecified"], "ess"),
        (["penit", "handicap"], "penit"),
        (["none"], "none"),
    ],
)
def test_a_text_reserves_on_the_most_precise_basis_it_says(said, told):
    assert summary(*({"reserve": one} for one in said))["reserve"] == told


def test_a_basis_denied_or_too_unsure_reserves_nothing():
    assert summary({"reserve": "iae", "niveau": 0})["reserve"] == "none"
    assert summary({"reserve": "iae", "confiance": 0.4})["reserve"] == "none"


def test_marks_say_what_is_found_and_leave_the_rest_of_the_page_alone():
    row = {"debut": 3, "fin": 5, "dimension": "soc", "niveau": 2, "porteur": "critere", "confiance": 0.955}
    shown = detection.highlight("a <bc> d", [row, row | {"debut": 4, "fin": 6}, row | {"debut": 5, "fin": 6}])
    assert html.unescape(shown.replace("<mark", "⟦").replace("</mark>", "⟧")).count("⟦") == 2
    assert "a &lt;<mark" in shown and ">bc</mark><mark" in shown and shown.endswith("&gt;</mark> d")
    assert "social, considération explicite (critère), confiance 96\u202f%" in shown


@pytest.mark.parametrize(
    ("confidences", "kept"),
    [
        ((0.84, 0.9), [0.84]),
        ((0.85, 0.9), []),
        ((0.5, 0.9), [0.5]),
        ((0.49, 0.9), [0.9]),
        ((0.49,), [0.49]),
        ((0.99,), [0.99]),
    ],
)
def test_a_passage_is_read_again_when_it_is_less_sure_than_the_limit_or_alone(confidences, kept):
    rows = [("RC", "env", 2, sure) for sure in confidences]
    frame = pl.LazyFrame(rows, schema=["document", "dimension", "niveau", "confiance"], orient="row")
    assert review.to_review(frame, 0.5).collect()["confiance"].to_list() == kept


def test_a_passage_that_stands_alone_is_worth_three_doubtful_ones():
    rows = [("A", "env", 2, 0.94), ("B", "env", 2, 0.83), ("B", "env", 2, 0.9), ("C", "env", 2, 0.95)]
    frame = pl.LazyFrame(rows, schema=["document", "dimension", "niveau", "confiance"], orient="row")
    assert review.to_review(frame, 0.5).collect()["document"].to_list() == ["A", "B", "C"]
