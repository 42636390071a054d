"""The titles that readers accept: an alias is written once, whatever its case, its accents and its signs."""

from __future__ import annotations

from collections import Counter

import pytest

from spaser import rules
from spaser.text import fold
from spaser.vocabulary import INCLUSIVE_STATUSES


@pytest.mark.parametrize(
    ("file", "table", "letters"),
    [
        ("ledger_columns.toml", "colonnes", fold),
        ("list_columns.toml", "columns", lambda title: fold(title).replace(" ", "")),
    ],
)
def test_no_field_lists_an_alias_twice(file, table, letters):
    fields = rules.toml(file)[table]
    assert len(fields) > 10
    again = {
        name: [one for one, n in Counter(map(letters, aliases)).items() if n > 1] for name, aliases in fields.items()
    }
    assert {name: twice for name, twice in again.items() if twice} == {}


def test_the_inclusive_kinds_are_those_of_the_reference():
    kinds = rules.table("siae_types.csv")
    assert set(kinds.filter(kinds["inclusif"] == "oui")["code"]) == set(INCLUSIVE_STATUSES)
