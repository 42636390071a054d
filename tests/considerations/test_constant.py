"""A field that always says the same over a whole file is told, from a number of answers on. All is invented."""

from __future__ import annotations

import polars as pl
import pytest

from spaser import considerations, rules
from spaser.deliverables import sentences
from spaser.vocabulary import CONSIDERATIONS

LEAST = rules.method()["considerations"]["reponse_constante"]["value"]


def file(answers: list[bool | None], source: str = "a.json") -> pl.LazyFrame:
    others = {word.name: [True, False] * (len(answers) // 2) + [True] * (len(answers) % 2) for word in CONSIDERATIONS}
    return pl.LazyFrame({"source": [source] * len(answers), **others, "critere_social": answers})


def told(*frames: pl.LazyFrame) -> list[tuple[str, str, str, int]]:
    return considerations.constant_answers(pl.concat(frames)).collect().rows()


@pytest.mark.parametrize(("answer", "word"), [(False, "non"), (True, "oui")])
def test_an_answer_that_never_changes_is_told_from_the_number_on_and_not_below(answer, word):
    assert told(file([answer] * LEAST)) == [("a.json", "critere_social", word, LEAST)]
    assert told(file([answer] * (LEAST - 1))) == []


def test_one_other_answer_is_enough_to_believe_the_field():
    assert told(file([False] * LEAST + [True])) == []


def test_silence_is_no_answer_and_each_file_is_looked_at_alone():
    assert told(file([None] * LEAST)) == []
    assert told(file([False] * (LEAST - 1) + [None] * 5)) == []
    half = LEAST // 2 + 1
    assert told(file([False] * half), file([False] * half, "b.json")) == []


def test_the_sentence_names_the_field_the_file_and_what_to_do():
    (said,) = sentences.constant(considerations.constant_answers(file([False] * LEAST)).collect())
    assert "Critère social déclaré" in said and "a.json" in said and "valeur par défaut" in said
    assert sentences.constant(None) == []
