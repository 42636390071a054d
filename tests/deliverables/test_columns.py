"""Columns of printed tables: each word has its place while the page allows it, and nothing is wider than the page."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spaser
from spaser.deliverables import columns

WORDS = st.text(alphabet="abcdefghij 0123456789-'é€", max_size=60)


@settings(deadline=None)
@given(st.lists(st.tuples(WORDS, WORDS, WORDS), min_size=1, max_size=8), st.floats(20, 120))
def test_the_columns_fill_the_page_and_never_leave_it(rows, room):
    found, _ = columns.widths(["Objet", "Montant", "Le"], rows, room)
    assert sum(found) == pytest.approx(room)
    assert all(width >= 0 for width in found)


def test_a_date_and_an_amount_keep_their_place_beside_a_long_text():
    rows = [["un objet de marché qui n'en finit pas " * 6, "21/08/2026", "1\u202f065\u202f519\u202f270\u00a0€"]] * 3
    found, standing = columns.widths(["Objet", "Notifié le", "Montant"], rows, 60)
    assert standing == columns.EASY
    assert found[1] >= columns.breadth("21/08/2026") and found[2] >= columns.breadth(rows[0][2])
    assert found[0] > found[1] + found[2]


def test_when_words_must_be_cut_the_longest_give_first():
    rows = [["environnementales anticonstitutionnellement", "21/08/2026"]]
    found, standing = columns.widths(["Obligation", "Vérifié le"], rows, 13)
    assert standing == columns.CUT
    assert found[1] >= columns.breadth("21/08/2026")


def test_the_letters_shrink_before_the_page_turns():
    heads = [f"Colonne {rank}" for rank in range(9)]
    size, found, standing = columns.fitted(heads, [["mot"] * 9], 400, 8, (8.0, 7.0, 6.0))
    assert (size, standing) in {(7.0, columns.EASY), (6.0, columns.EASY)}
    assert sum(found) == pytest.approx(400)
    assert not columns.sideways(columns.TIGHT, 6)
    assert columns.sideways(columns.CUT, 6)


def test_a_text_is_counted_on_as_many_lines_as_it_takes():
    assert columns.lines("court", 10) == 1
    assert columns.lines("un texte qui ne tient pas sur une ligne", 8) >= 3


def _labels() -> list[tuple[str, list[str]]]:
    """Each list of columns written in the sections and the studies: where, and its headers."""
    found = []
    for path in sorted((Path(spaser.__file__).parent).glob("s*/**/*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Tuple | ast.List):
                calls = [
                    one for one in node.elts if isinstance(one, ast.Call) and getattr(one.func, "id", "") == "Column"
                ]
                heads = [
                    one.args[1].value for one in calls if len(one.args) > 1 and isinstance(one.args[1], ast.Constant)
                ]
                if len(heads) > 1:
                    found.append((f"{path.name}:{node.lineno}", heads))
    return found


def test_no_table_has_two_columns_of_the_same_header():
    """« Part » twice in one table: nobody knows of what."""
    known = _labels()
    assert len(known) > 100
    assert [(where, heads) for where, heads in known if len(set(heads)) < len(heads)] == []
