"""From a ledger and a file of hours to the report of impact: what is read, what is refused, what is written."""

from __future__ import annotations

import html
from datetime import date
from pathlib import Path

import openpyxl
import polars as pl
import pytest

import spaser
from spaser.cli import main
from spaser.problems import Problem
from spaser.sections.acting import impact as section
from spaser.sources.answers.hours import read_hours
from spaser.studies.acting import impact
from spaser.studies.suppliers.compose import _latest as ledger_day

DATA = Path(__file__).parents[2] / "data"
LISTS = sorted(DATA.glob("registre_demo*.csv"))


@pytest.fixture(scope="module")
def result():
    return spaser.impact_of(
        DATA / "depenses_demo.xlsx",
        LISTS,
        hours=DATA / "heures_demo.csv",
        territory="Cachan",
        oeth={"main_oeuvre": 42_000, "contribution_brute": 20_000, "taux_emploi": 0.028},
    )


def test_every_euro_paid_to_an_inclusive_supplier_is_measured_or_refused_with_its_reason(result):
    found = spaser.suppliers_of(DATA / "depenses_demo.xlsx", LISTS).lines.filter(
        pl.col("titulaire_inclusif"), pl.col("perimetre").is_in(["achat", "centrale_achat"])
    )
    assert (
        result.rows["montant"].sum()
        == found["montant"].sum()
        == result.totals["montant"].sum()
        == result.families["montant"].sum()
    )
    assert result.rows.filter(pl.col("motif").is_null() == pl.col("etp_milieu").is_null()).is_empty()


def test_retention_accounts_for_every_purchase(result):
    lines = spaser.suppliers_of(DATA / "depenses_demo.xlsx", LISTS).lines
    assert (
        result.places["montant"].sum()
        == lines.filter(pl.col("perimetre").is_in(["achat", "centrale_achat"]))["montant"].sum()
    )


def test_the_page_the_document_and_the_workbook_are_written(result, tmp_path):
    page, document, book = impact.write(result, tmp_path)
    text = page.read_text(encoding="utf-8")
    assert "elle n'est pas mesurée" in html.unescape(text)
    assert "5,3 à 8,1" not in text, "years are not added up: the unit is a year of work"
    assert document.stat().st_size > 5000
    sheets = openpyxl.load_workbook(book).sheetnames
    assert {"impact par fournisseur", "impact par famille", "facteurs"} <= set(sheets)


def test_a_file_of_hours_says_all_its_faults_at_once(tmp_path):
    path = tmp_path / "heures.csv"
    path.write_text(
        "marche;annee;taux_clause;heures_exigees;heures_faites;source\n;2025;5;1;;\nA;2025;abc;1 607,5;;\nB;2025;;;12;\n",
        encoding="utf-8",
    )
    with pytest.raises(Problem) as caught:
        read_hours(path)
    told = str(caught.value)
    assert all(part in told for part in ("2", "3", "4", "n'est pas nommé", "abc", "sans source")), told


@pytest.mark.parametrize(
    ("column", "most", "beyond"),
    [("annee", "2100", "2101"), ("montant_ht", "1000000000000", "9" * 400), ("personnes", "1000000", "1000001")],
)
def test_a_number_of_no_possible_contract_is_refused_with_its_line(tmp_path, column, most, beyond):
    path = tmp_path / "heures.csv"
    path.write_text(f"marche;{column}\n2024-1;{most}\n", encoding="utf-8")
    assert read_hours(path).height == 1
    path.write_text(f"marche;{column}\n2024-1;{beyond}\n", encoding="utf-8")
    with pytest.raises(Problem, match="n'est pas un nombre possible"):
        read_hours(path)


def test_numbers_are_read_as_officers_write_them_and_an_empty_cell_stays_unknown(tmp_path):
    path = tmp_path / "heures.csv"
    path.write_text(
        "N° de marché;montant HT;taux;heures exigées;heures réalisées;source\nA;120 000 €;5 %;1 607,5 h;;\nB;;7;;0;facilitateur\nC;;0,5 %;;;\n",
        encoding="cp1252",
    )
    found = read_hours(path)
    assert found["montant"].to_list() == [12_000_000, None, None]
    assert found["taux"].to_list() == [0.05, 0.07, 0.005]
    assert found["heures_exigees"].to_list() == [1607.5, None, None]
    assert found["heures_faites"].to_list() == [None, 0.0, None]


def test_contracts_are_no_spending_and_a_ledger_without_list_is_refused():
    with pytest.raises(Problem, match="liste"):
        spaser.impact_of(DATA / "depenses_demo.xlsx")


def test_the_command_writes_its_model_once_and_runs_on_the_demo(tmp_path, capsys):
    assert main(["impact", "--modele", "--sortie", str(tmp_path)]) == 0
    assert main(["impact", "--modele", "--sortie", str(tmp_path)]) == 2
    capsys.readouterr()
    assert main(["impact", "--demo", "--sortie", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "ne s'ajoutent pas" in said
    assert "non mesuré (intervalle trop large" in said


def test_the_terminal_says_hours_calculated_in_their_interval_and_hours_written_as_they_are(tmp_path):
    written = "marche;lot;annee;montant_ht;famille;taux_clause;heures_exigees;heures_faites;personnes;source\n"
    written += "M1;;2026;2000000;batiment_gros_oeuvre;5;;;;\nM2;1;2026;300000;nettoyage_locaux;;1567;;;\n"
    (tmp_path / "heures.csv").write_text(written, encoding="utf-8")
    made = spaser.impact_of(DATA / "depenses_demo.xlsx", LISTS, hours=tmp_path / "heures.csv")
    said = impact.summary(made).replace("\u00a0", " ").replace("\u202f", " ")
    assert "théoriques : 560 à 1 300 (milieu 910) h (1 marché)" in said
    assert "écrites : 1 567 h (1 marché)" in said


@pytest.mark.parametrize(
    ("publishable", "measured", "told"), [(False, 100, True), (True, 100, False), (False, 0, False)]
)
def test_work_told_by_a_factor_from_memory_says_that_it_is_not_to_publish(publishable, measured, told):
    rows = pl.DataFrame({"type": ["AI"], "montant_mesure": [measured], "publiable": [publishable]})
    said = [one.text for one in section._from_memory(rows)]
    assert bool(said) == told and (not told or ("(AI)" in said[0] and "rien n'en est à publier" in said[0]))


@pytest.mark.parametrize(
    ("publishable", "told"),
    [
        ([True, True], "3,0 k€ mesurés sur 4,0 k€ achetés à des structures inclusives en 2025, soit 75,0 %"),
        ([True, False], "2,0 k€ mesurés sur 4,0 k€ achetés à des structures inclusives en 2025, soit 50,0 %"),
        ([False, False], "rien de publiable n'est mesuré des 4,0 k€ achetés à des structures inclusives en 2025"),
    ],
)
def test_the_answer_counts_as_measured_what_it_may_tell(publishable, told):
    rows = pl.DataFrame({"montant_mesure": [200_000, 100_000], "publiable": publishable})
    left = section._unsourced(rows)
    measured = int(rows["montant_mesure"].sum() - left["montant_mesure"].sum())
    said = section._measured(measured, 400_000, " en 2025", recalled=left.height > 0)
    assert said.replace("\u00a0", " ").replace("\u202f", " ") == told


@pytest.mark.parametrize(
    ("clock", "day"),
    [
        (date(2026, 12, 30), date(2026, 12, 30)),
        (date(2026, 12, 31), date(2026, 12, 31)),
        (date(2027, 3, 1), date(2026, 12, 31)),
        (None, date(2026, 12, 31)),
    ],
)
def test_a_ledger_that_tells_only_its_year_stops_at_its_end_but_never_after_the_day_it_is_read(clock, day):
    lines = pl.DataFrame({"date": [None], "exercice": [2026]}, schema_overrides={"date": pl.Date})
    assert ledger_day(lines, pl.DataFrame(), clock) == day


def test_typos_of_the_hours_are_faults_and_other_spellings_are_read(tmp_path):
    head = "marche;lot;annee;montant_ht;famille;taux_clause;heures_exigees;heures_faites;personnes;source\n"
    path = tmp_path / "heures.csv"
    path.write_text(head + "M1;;2025;350000;Nettoyage de locaux et vitrerie;10 %;1.200,5;1 020 h;3;x\n", "utf-8")
    row = read_hours(path).row(0, named=True)
    assert (row["famille"], row["heures_exigees"], row["heures_faites"]) == ("nettoyage_locaux", 1200.5, 1020)
    wrong = [
        ("M1;;2025;350000;netoyage_locaux;10;900;;;", "« nettoyage_locaux »"),
        ("M1;;25;350000;nettoyage_locaux;10;900;;;", "exercice"),
        ("M1;;2025;350000;nettoyage_locaux;10;900;1.020;3;x", "1 020"),
        ("M1;;2025;1;;;900;20;3;x\nM1;;2025;1;;;900;20;3;x", "mêmes heures faites que la ligne 2"),
    ]
    for line, told in wrong:
        path.write_text(head + line + "\n", "utf-8")
        with pytest.raises(Problem) as found:
            read_hours(path)
        assert told in str(found.value).replace("\u00a0", " "), str(found.value)
    path.write_text(head + "M1;;2025;1;;;900;20;3;x\nM1;;2025;1;;;900;20;3;y\n", "utf-8")
    assert read_hours(path).height == 2
