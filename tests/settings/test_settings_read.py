"""No setting is written that nobody reads, and a value that conditions name is said once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from spaser import potential, rules

CODE = "\n".join(path.read_text(encoding="utf-8") for path in Path(rules.__file__).parent.rglob("*.py"))
SAID = set(re.findall(r"[\"'](\w+)[\"']", CODE))
#: What is built from a prefix: « mots_{sort} ».
PREFIXES = tuple(set(re.findall(r"f[\"'](\w+_)\{", CODE)))
#: Notes that accompany a setting, for the person who moves it.
NOTES = ("reason", "unit", "date", "source")


def unread(table: dict[str, Any], said: set[str] = SAID) -> Iterator[str]:
    """The keys that no code names; keys that are values of the data (a procedure, a number of digits) are read as a whole."""
    for key, value in table.items():
        named = key in said or key.startswith(PREFIXES) or key in NOTES or key.endswith("_reason")
        if re.fullmatch(r"[a-z_0-9]+", key) and not named:
            yield key
        elif isinstance(value, dict):
            yield from unread(value, said)


def test_every_setting_of_the_method_is_named_by_the_code():
    assert list(unread(rules.toml("method.toml"))) == []


def test_a_setting_that_nobody_reads_is_found():
    assert list(unread({"potential": {"a_side_of_nothing": {"value": 1}}})) == ["a_side_of_nothing"]


def test_every_named_value_of_the_ladder_is_read_and_each_amount_is_said_once():
    written = rules.path("levers.toml").read_text(encoding="utf-8")
    rungs = written[written.index("[[rungs]]") :]
    for name in rules.toml("levers.toml")["values"]:
        assert f'"{name}"' in rungs or f"[{name}]" in rungs, name
    assert not re.findall(r"\d[\d  \u202f\u00a0]*000 €", rungs)
    bounds = re.findall(r"(?:min|max|over|under) = (\d+)", rungs)
    assert bounds and max(map(int, bounds)) < 10


@pytest.mark.parametrize("under_code", [True, False])
def test_no_name_of_a_value_is_left_in_what_the_ladder_says(under_code):
    texts = [text for rung in potential.ladder(under_code) for text in rung.values() if isinstance(text, str)]
    assert not [text for text in texts if re.search(r"\[\w+\]", text)]
