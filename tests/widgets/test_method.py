"""The method as an officer reads it: French names, no pattern of words, a unit beside its value."""

from __future__ import annotations

import re

import pytest

from spaser.widgets import method


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"value": 5000, "date": 3, "unit": "EUR HT", "reason": "r"}, "5 000 € HT ; date : 3"),
        ({"minimum": 10, "maximum": 30, "unit": "jours", "reason": "r"}, "minimum : 10 ; maximum : 30 jours"),
        ({"minimum_contracts": 5, "reason": "r"}, "contrats, au moins : 5"),
        ({"from": 80, "label": "très engagé", "reason": "r"}, "à partir de : 80 ; très engagé"),
        ({"pattern": r"\blot\s+(?:un|deux)", "reason": "r"}, "forme : un motif de mots (method.toml)"),
        ({"value": "Procédure (adaptée)", "reason": "r"}, "Procédure (adaptée)"),
        ({"reason": "r"}, ""),
    ],
)
def test_a_choice_is_told_in_french_with_its_unit(entry, told):
    ((key, value, reason),) = method._reasoned("une.cle", entry)
    assert (key, re.sub(r"[\u00a0\u202f]", " ", value), reason) == ("une.cle", told, "r")


def test_entries_of_a_list_are_named_only_by_a_name():
    named = [{"name": "A", "from": 1, "reason": "r"}, {"from": 2, "reason": "s"}]
    assert [key for key, *_ in method._reasoned("bandes", named)] == ["bandes.A", "bandes"]


def test_no_choice_of_the_kit_shows_a_pattern_nor_an_english_name():
    words = method.choices()._repr_mimebundle_()["text/html"]
    assert not re.search(r"\(\?|\\b|minimum_|incomplete_|smallest_", words)
