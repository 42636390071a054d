"""Numbers, years and dates of the command line: read as written in French, refused in French when they are of no use."""

from __future__ import annotations

import argparse
import re

import pytest

from spaser.cli import main, options
from spaser.cli.numbers import number, whole


@pytest.mark.parametrize(
    "asked",
    [
        ["redige", "--heures", "nan"],
        ["redige", "--heures", "-1"],
        ["redige", "--montant", "inf"],
        ["redige", "--montant", "0"],
        ["redige", "--montant", "9" * 60],
        ["redige", "--montant", "1.234,56"],
        ["redige", "--mois", "0"],
        ["redige", "--mois", "9" * 5_000],
        ["redige", "--taux", "101"],
        ["redige", "--lots", "-5"],
        ["redige", "--lots", "=1+1"],
        ["potentiel", "--demo", "--rayon", "-5"],
        ["potentiel", "--demo", "--rayon", "nan"],
        ["potentiel", "--demo", "--dependance", "0"],
        ["impact", "--demo", "--oeth", "1", "-5", "nan"],
        ["diagnostic", "--demo", "--annees", "0-99999"],
        ["diagnostic", "--demo", "--date", "0001-01-01"],
        ["diagnostic", "--demo", "--aujourdhui", "9999-12-31"],
        ["matinale", "--creneaux", "61"],
        ["matinale", "--mois", "0"],
    ],
    ids=lambda asked: " ".join(asked)[:40],
)
def test_a_value_of_no_use_is_refused_before_anything_is_read(tmp_path, monkeypatch, capsys, asked):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as left:
        main(asked)
    told = capsys.readouterr().err
    assert (
        left.value.code == 2
        and "n'est" in told
        and len(told.rsplit("\n", 2)[-2]) < 400
        and not list(tmp_path.iterdir())
    )


def test_both_sides_of_each_bound_and_the_writings_of_an_officer():
    amount = number("un montant en euros", most=100, units=("€",), strict=True)
    assert amount("12 ,5 €") == 12.5 and amount("0.01") == 0.01 and amount("100") == 100
    for wrong in ("0", "100.01", "1_0", "", "douze"):
        with pytest.raises(argparse.ArgumentTypeError, match="un montant en euros"):
            amount(wrong)
    months = whole("une durée en mois", least=1, most=600)
    assert months("1") == 1 and months("600") == 600
    for wrong in ("0", "601", "1.5", ""):
        with pytest.raises(argparse.ArgumentTypeError):
            months(wrong)
    assert options.kilometres("30 km") == 30 and options.percentage("30 %") == 0.3
    assert options.years("1990-2100") == (1990, 2100)
    assert options.day("1990-01-01").year == 1990


def test_help_shows_no_sign_of_formatting(capsys):
    with pytest.raises(SystemExit):
        main(["redige", "--help"])
    assert "%%" not in capsys.readouterr().out


def test_the_terminal_counts_the_suppliers_that_the_page_counts(tmp_path, capsys):
    assert main(["potentiel", "--demo", "--sortie", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    told = re.search(r"Fournisseurs crédibles pour ces besoins\s: (\d+)[^;]*; (\d+) de plus, à part", said)
    page = next(tmp_path.rglob("potentiel*.html")).read_text(encoding="utf-8")
    shown = re.search(r"n = (\d+)\sfournisseurs? sur la carte\s; hors de la carte\s: (\d+)", page)
    assert told and shown and int(told[1]) + int(told[2]) == int(shown[1]) + int(shown[2]) > 0
