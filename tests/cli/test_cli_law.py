"""``spaser droit`` and the words of a buyer on the command line of ``diagnostic``."""

from __future__ import annotations

import argparse

import pytest

from spaser import cli, french
from spaser.cli.diagnostic import book_v
from spaser.studies import law


def test_an_article_in_two_words_prints_its_fact_and_what_tests_it(capsys):
    assert cli.main(["droit", "R.", "2122-8"]) == 0
    said = capsys.readouterr().out
    assert "60\u202f000" in said and "ce qui le teste" in said and "Légifrance" in said


def test_without_a_word_every_part_is_listed_with_the_facts_by_confidence(capsys):
    assert cli.main(["droit"]) == 0
    said = capsys.readouterr().out
    assert "climat-clause-sociale-seuils" in said and "texte lu dans une copie" in said


def test_without_a_word_every_fact_stands_on_its_line_with_its_french_label_within_eighty_columns(capsys):
    assert cli.main(["droit"]) == 0
    said = capsys.readouterr().out
    lines = said.splitlines()
    folded = " ".join(said.split())
    for fact in law.facts():
        assert [line for line in lines if line.startswith(f"  {fact['cle']}\u00a0: ")], fact["cle"]
        assert " ".join(french.typeset(f"{fact['cle']} : {fact['libelle']}").split()) in folded
    closing = lines.index(next(line for line in lines if line.startswith("Version lue")))
    assert max(len(line) for line in lines[:closing]) <= 80


def test_an_unknown_article_is_refused_in_french(capsys):
    assert cli.main(["droit", "L9999-9"]) == 2
    assert "Rien dans le droit du kit" in capsys.readouterr().err


def test_the_spending_of_book_v_is_a_year_and_euros():
    assert book_v("2025=3\u202f000\u202f000,50") == (2025, 300_000_050)
    assert book_v("2024=0") == (2024, 0)
    for text in ("2025", "abc=1", "2025=-1", "1900=5", "2025=inf"):
        with pytest.raises(argparse.ArgumentTypeError, match="n'est pas une année et un montant"):
            book_v(text)


def test_a_spaser_is_not_described_without_its_day(capsys):
    assert cli.main(["diagnostic", "--demo", "--spaser-lien", "x"]) == 2
    assert "sans sa date d'adoption" in capsys.readouterr().err
