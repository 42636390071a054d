"""The workbook, reopened by another library: numbers, dates, formulas, and nothing that data could run."""
# ruff: noqa: E501

from __future__ import annotations

import io
import shutil
import subprocess
from dataclasses import replace
from datetime import datetime

import polars as pl
import pytest
from findings import findings
from test_report import built_report

from spaser.deliverables import excel, html, report
from spaser.sections import report as diagnostic
from spaser.sections.annexes import annexes

openpyxl = pytest.importorskip("openpyxl", reason="openpyxl sert à rouvrir le classeur")


@pytest.fixture(scope="module")
def content():
    return excel.render(built_report())


@pytest.fixture(scope="module")
def book(content):
    return openpyxl.load_workbook(io.BytesIO(content))


@pytest.fixture(scope="module")
def computed(content):
    return openpyxl.load_workbook(io.BytesIO(content), data_only=True)


def rows(sheet):
    head, *lines = sheet.iter_rows(values_only=True)
    return [dict(zip(head, line, strict=True)) for line in lines]


def test_the_sheets_come_in_the_order_of_reading(book):
    assert book.sheetnames == [
        "synthèse",
        "mesures",
        "contrats",
        "à corriger",
        "rejets",
        "comptes",
        "sources et règles",
        "tableaux entiers",
    ]


def test_the_same_report_gives_the_same_bytes(content):
    assert excel.render(built_report()) == content


def test_the_order_in_which_rows_come_changes_nothing(content):
    found = findings()
    shuffled = replace(
        found,
        contracts=found.contracts.sample(fraction=1, shuffle=True, seed=3),
        rejects=found.rejects.reverse(),
        contributions=found.contributions.reverse(),
    )
    built = report.build(
        "Diagnostic",
        buyer=found.buyer,
        as_of=found.as_of,
        sections=diagnostic(shuffled),
        sources=found.sources,
        annexes=annexes(shuffled),
        notes=("Données inventées.",),
    )
    assert excel.render(built) == content
    assert html.render(built) == html.render(built_report())


def test_each_list_has_frozen_headers_and_filters(book):
    for name in book.sheetnames[1:-2]:
        assert book[name].freeze_panes == "B2"
        assert book[name].auto_filter.ref.startswith("A1:")


def test_numbers_dates_and_identifiers_keep_their_kind(computed):
    lines = rows(computed["contrats"])
    first = lines[0]
    assert first["Notifié le"] == datetime(2023, 1, 15)
    assert first["Montant notifié HT (maximum pour les accords-cadres)"] == 90_000
    assert first["SIRET de l'acheteur"] == "99999999900019"
    assert first["Clause sociale déclarée"] == "oui"
    assert lines[4]["Clause sociale déclarée"] == "inconnu"
    assert lines[5]["Montant notifié HT (maximum pour les accords-cadres)"] is None


def test_no_formula_comes_from_the_data(book):
    cells = [cell for row in book["contrats"].iter_rows() for cell in row]
    assert any(str(cell.value).startswith("=HYPERLINK") for cell in cells)
    assert {cell.data_type for cell in cells if isinstance(cell.value, str)} == {"s"}
    assert {cell.data_type for row in book["rejets"].iter_rows() for cell in row if cell.value is not None} <= {
        "s",
        "n",
    }
    assert all(not sheet._hyperlinks for sheet in book)


def test_measures_recount_the_rows_and_hold_the_measured_value(book, computed):
    formulas, values, found = rows(book["mesures"]), rows(computed["mesures"]), findings().measures.to_dicts()
    assert len(values) == len(found)
    for formula, value, measure in zip(formulas, values, found, strict=True):
        scale = 100 if measure["unite"] == "valeur" else 1
        assert value["Numérateur"] == measure["numerateur"] / scale
        if measure["dimension"] != "total" or measure["indicateur"] == "nb_contrats":
            continue
        assert formula["Numérateur"].startswith("=SUMIFS(" if scale == 100 else "=COUNTIFS(")
        assert formula["Sur l'ensemble"].startswith("=M")
        assert value["Sur l'ensemble"] == pytest.approx(measure["valeur"], abs=1e-15)


def test_the_summary_points_to_the_measures(book, computed):
    cells = {row[0].value: row for row in book["synthèse"].iter_rows(max_col=5)}
    assert cells["Clause sociale déclarée"][1].value.startswith("='mesures'!")
    shown = {row[0]: row[1] for row in computed["synthèse"].iter_rows(max_col=2, values_only=True)}
    measure = findings().one("clause_sociale")
    assert shown["Clause sociale déclarée"] == pytest.approx(measure.valeur)


def test_a_measure_that_the_rows_do_not_give_stays_a_number():
    found = findings()
    odd = found.measures.with_columns(numerateur=pl.col("numerateur") + 1)
    blocks = annexes(type(found)(measures=odd, contracts=found.contracts, as_of=found.as_of))
    built = report.build("T", buyer="", as_of=found.as_of, sections=[], annexes=blocks)
    sheet = openpyxl.load_workbook(io.BytesIO(excel.render(built)))["mesures"]
    assert isinstance(rows(sheet)[0]["Numérateur"], int | float)
    assert str(rows(sheet)[0]["Dénominateur (tous)"]).startswith("=COUNTIFS(")


def test_hostile_values_are_written_as_text_or_left_blank():
    odd = pl.DataFrame(
        {
            "objet": ["@SUM(1)", "+1", "-1", "\x00\x1f<&>", "http://exemple.invalid", "é" * 40_000],
            "part": [float("nan"), float("inf"), None, 0.5, -1.0, 1e308],
        }
    )
    block = report.table(
        "lignes", "Lignes", odd, [report.Column("objet", "Objet"), report.Column("part", "Part", "valeur")]
    )
    built = report.build("=1+1", buyer="=cmd", as_of=findings().as_of, sections=[], annexes=[block])
    sheet = openpyxl.load_workbook(io.BytesIO(excel.render(built)))
    assert [cell.data_type for cell in sheet["lignes"]["A"]] == ["s"] * 7
    assert [cell.value for cell in sheet["lignes"]["B"]][1:4] == [None, None, None]
    assert sheet["synthèse"]["A1"].data_type == "s"


def test_totals_follow_the_filter(book, computed):
    last = book["comptes"].max_row
    assert book["comptes"].cell(last, 3).value == "=SUBTOTAL(109,C2:C2)"
    assert computed["comptes"].cell(last, 3).value == 45
    assert book["comptes"].cell(2, 9).value == "=C2-D2-E2-F2-G2-H2"


@pytest.mark.office
def test_libreoffice_recomputes_the_same_values(content, computed, tmp_path):
    office = shutil.which("soffice")
    if not office:
        pytest.skip("LibreOffice n'est pas installé")
    source = tmp_path / "r.xlsx"
    source.write_bytes(content)
    profile = f"-env:UserInstallation={(tmp_path / 'profil').as_uri()}"
    done = subprocess.run(
        [office, profile, "--headless", "--convert-to", "ods", "--outdir", str(tmp_path), str(source)],
        capture_output=True,
        timeout=180,
        check=False,
    )
    if done.returncode or not (tmp_path / "r.ods").exists():
        pytest.skip("LibreOffice n'a pas pu ouvrir de fichier ici")
    subprocess.run(
        [
            office,
            profile,
            "--headless",
            "--convert-to",
            "xlsx:Calc MS Excel 2007 XML",
            "--outdir",
            str(tmp_path / "b"),
            str(tmp_path / "r.ods"),
        ],
        capture_output=True,
        timeout=180,
        check=True,
    )
    again = openpyxl.load_workbook(tmp_path / "b" / "r.xlsx", data_only=True)
    for name in ("mesures", "comptes"):
        for ours, theirs in zip(
            computed[name].iter_rows(values_only=True), again[name].iter_rows(values_only=True), strict=False
        ):
            for a, b in zip(ours, theirs, strict=False):
                if isinstance(a, int | float):
                    assert b == pytest.approx(a, abs=1e-9)
