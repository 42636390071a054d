"""A quote that is never closed swallows the lines after it: it is said, and never read as one cell."""

from __future__ import annotations

import pytest

from spaser.problems import Problem
from spaser.sources import delimited, ledgers
from spaser.sources.answers.overrides import read_overrides

HEAD = "Fournisseur;SIRET;Montant HT\n"


def lines(first: str) -> str:
    return HEAD + f"{first};73282932000074;100,50\n" + "Alpha;73282932000074;200,00\n" * 5


def test_an_open_quote_is_told_with_its_line(tmp_path):
    path = tmp_path / "depenses.csv"
    path.write_text(lines('"Alpha'), encoding="utf-8")
    with pytest.raises(Problem, match="guillemet ouvert.*ligne 2"):
        ledgers.read_ledger(path)


@pytest.mark.parametrize(
    "text",
    [lines('"Alpha\nBeta"'), lines('Alpha "le vieux"'), HEAD + 'A;1;"deux\nlignes"\n', HEAD + 'A;1;"deux\nlignes"'],
    ids=["case de deux lignes", "guillemets dans un mot", "deux lignes à la fin", "sans fin de ligne"],
)
def test_a_closed_quote_is_read(text):
    assert len(list(delimited.rows(text, ";", "depenses.csv"))) >= 2


def test_corrections_after_an_open_quote_are_not_lost(tmp_path):
    path = tmp_path / "corrections.csv"
    head, line = "identifiant;statut;valeur;auteur;date;motif\n", "732829320;ess;oui;A;31/01/2024;vu\n"
    path.write_text(head + line.replace("vu", '"vu') + line, encoding="utf-8")
    with pytest.raises(Problem, match="guillemet ouvert.*ligne"):
        read_overrides(path)
    path.write_text(head + line.replace("vu", '"vu\nle 3"'), encoding="utf-8")
    assert read_overrides(path).collect().height == 1


def test_the_beginning_of_a_file_may_stop_within_a_quote():
    assert len(list(delimited.rows(HEAD + '"Alpha\nBe', ";", "x.csv", whole=False))) == 2
