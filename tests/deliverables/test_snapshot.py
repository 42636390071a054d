"""The demo's diagnostic, word for word: a change of one rule is a difference that a person reads before it is committed."""

from __future__ import annotations

import difflib

import pytest
from report_text import DATA, STORED, demo_report, text, tool_words


@pytest.fixture(scope="module")
def told() -> str:
    return text(demo_report())


def test_the_diagnostic_of_the_demo_says_what_it_said(told):
    kept = STORED.read_text(encoding="utf-8")
    if told != kept:
        changes = "\n".join(
            difflib.unified_diff(kept.splitlines(), told.splitlines(), "gardé", "dit aujourd'hui", lineterm="", n=0)
        )
        pytest.fail(
            f"Le diagnostic de la démonstration a changé. Si c'est voulu : python tests/report_text.py\n{changes[:8000]}",
            pytrace=False,
        )


def test_a_change_of_one_rule_is_a_readable_difference(told):
    counted = text(demo_report(population="publies"))
    changes = [
        line
        for line in difflib.unified_diff(told.splitlines(), counted.splitlines(), lineterm="", n=0)
        if line[:1] in "+-"
    ]
    assert any("contrats sur" in line for line in changes)
    assert len(changes) < len(told.splitlines())


def test_the_kept_text_is_french_and_names_no_machine(told):
    assert "/" not in {line[:1] for line in told.splitlines()}
    assert not {"None", "null", "nan", "True", "False"} & set(told.replace("|", " ").split())


def test_no_page_speaks_of_a_file_of_the_kit_a_notebook_or_a_command(told):
    assert tool_words(told, [path.name for path in DATA.iterdir()]) == []


@pytest.mark.parametrize(
    ("said", "seen"),
    [
        ("suit les comptes (perimeter.toml)", True),
        ("se tranche (carnet 04)", True),
        ("l'option --sortie", True),
        ("la commande spaser clauses", True),
        ("la clé clause_sociale", True),
        ("lu dans depenses.csv, donné par le client", False),
        ("un carnet de commandes ; 12-2024 – 3 contrats ; SPASER adopté", False),
    ],
)
def test_a_word_of_a_tool_is_seen_and_plain_french_is_not(said, seen):
    assert bool(tool_words(said, ["depenses.csv"])) is seen
