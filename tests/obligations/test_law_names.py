"""The names of ``law.toml``: each is one that the code reads, so that a misspelt one is never a rule left aside without a word."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import polars as pl
import pytest

from spaser import rules
from spaser.obligations import expected

ROOT = rules.path("law.toml").parents[1]


@cache
def code() -> str:
    return "".join(file.read_text(encoding="utf-8") for file in sorted(ROOT.rglob("*.py")))


def names(said: Any) -> Iterator[str]:
    if isinstance(said, list):
        for one in said:
            yield from names(one)
    elif isinstance(said, dict):
        for key, value in said.items():
            yield key
            yield from names(value)


def unread(entry: dict[str, Any]) -> set[str]:
    return {name for name in names(entry) if f'"{name}"' not in code() and f"{name}=" not in code()}


ENTRIES = {
    f"{table}.{key}": entry
    for table in ("duties", "reservations", "targets")
    for key, entry in rules.toml("law.toml")[table].items()
} | {key: entry for key, entry in rules.toml("law.toml").items() if "values" in entry}


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=ENTRIES)
def test_every_name_of_the_law_is_one_the_code_reads(entry: dict):
    assert unread(entry) == set()


def test_a_misspelt_name_of_the_law_is_seen():
    duty = rules.toml("law.toml")["duties"]["climat-critere-env"]
    for name in ("since", "doubt", "exclusions", "met", "confidence"):
        wrong = {(f"{key}s_" if key == name else key): value for key, value in duty.items()}
        assert unread(wrong) == {f"{name}s_"}


@pytest.mark.parametrize(
    "said", [{"anny": ["a"]}, {"any": ["a"], "perhap": ["b"]}, {"text": "x"}, {"all": ["a"], "but": "b"}]
)
def test_a_form_of_what_is_expected_that_is_not_known_is_refused(said: dict):
    with pytest.raises(ValueError, match="Devoir inventé"):
        expected.met({"label": "Devoir inventé", "met": said})


def test_a_duty_that_says_nothing_of_what_it_expects_is_unknown_and_not_met():
    assert pl.select(expected.met({"label": "Devoir inventé"})).item() is None
