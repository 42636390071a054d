"""The next diagnostic says what came of the last: planned, advised, decided, launched, awarded; met, bid, won."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import polars as pl
import pytest

import spaser
from spaser.problems import Problem
from spaser.studies import mission, pams
from spaser.studies.acting import followup, outcomes
from spaser.studies.potential.programme import programme_of

DATA = Path(__file__).parents[2] / "data"
CONTRACTS = sorted(DATA.glob("marches_demo*.json"))
BUYER = "000000117"
PLAN = (
    "Numéro;Objet;Montant estimé HT;Date prévue;Durée\n"
    "A1;Gardiennage et sécurité des sites;500000;01/08/2026;48 mois\n"
    "A2;Nettoyage des locaux;900000;01/06/2026;48 mois\n"
    "A4;Fourniture de pianos de concert;90000;01/02/2026;12 mois\n"
)


@pytest.fixture(scope="module")
def base():
    return spaser.prepare(CONTRACTS)


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    path = tmp_path_factory.mktemp("programme") / "programme.csv"
    path.write_text(PLAN, encoding="utf-8")
    return path


def met(folder, *lines):
    """A meeting day's sheet « suivi » as a person fills it in."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "suivi"
    sheet.append(
        ["Besoin n°", "Fournisseur", "Rencontré le", "A répondu à la consultation", "A gagné", "Montant gagné"]
    )
    for line in lines:
        sheet.append(line)
    path = folder / "rencontres.xlsx"
    book.save(path)
    return path


def told(rows):
    return {(row["objet"], row["etape"]): (row["nombre"], row["sur"], row["inconnus"]) for row in rows.to_dicts()}


def test_each_step_of_the_programme_is_counted_on_what_is_known(base, plan):
    followed = followup.follow(programme_of(plan), base, buyer_siren=BUYER)
    found = told(followup_steps := outcomes.steps(followed))
    states = followed.projects["etat"].to_list()
    assert found["programme d'achat", "prévus"] == (3, 3, 0)
    assert found["programme d'achat", "avec un levier conseillé"] == (0, 3, 0)  # no list of suppliers
    unsure = states.count("à vérifier")
    assert found["programme d'achat", "attribués"] == (states.count("attribué"), 3 - unsure, unsure)
    assert followup_steps["etape"].to_list()[0] == "prévus"


def test_a_decision_written_counts_and_a_project_of_another_buyer_does_not(base, plan):
    followed = followup.follow(programme_of(plan), base, buyer_siren=BUYER)
    rows = followed.projects.with_columns(decision=pl.Series(["lancé", None, None], dtype=pl.String))
    from dataclasses import replace

    written = replace(followed, projects=rows)
    assert told(outcomes.steps(written, BUYER))["programme d'achat", "décidés par écrit"] == (1, 3, 0)
    assert not outcomes.steps(written, "999999999").height


def test_meetings_are_rated_on_known_answers_and_the_silent_are_told_apart(tmp_path, base):
    book = met(
        tmp_path,
        [1, "A", "2026-05-12", "oui", "non", None],
        [2, "B", "2026-05-12", None, None, None],
        [3, "C", "non", None, None, None],
        [4, "D", None, None, None, None],
    )
    found = told(rows := outcomes.outcomes(base, BUYER, books=[book]))
    assert found["rencontres", "prévues"] == (4, 4, 0)
    assert found["rencontres", "tenues"] == (2, 3, 1)
    assert found["rencontres", "suivies d'une réponse"] == (1, 1, 1)
    assert found["rencontres", "suivies d'un marché gagné"] == (0, 1, 1)
    assert rows.filter(pl.col("etape") == "tenues")["part"].item() == pytest.approx(2 / 3)


def test_a_workbook_that_is_no_follow_up_is_refused(tmp_path, base):
    book = openpyxl.Workbook()
    book.save(tmp_path / "autre.xlsx")
    with pytest.raises(Problem, match="n'est pas un suivi"):
        outcomes.outcomes(base, BUYER, books=[tmp_path / "autre.xlsx"])


def test_the_report_of_a_mission_says_what_came_of_it(tmp_path, base, plan):
    book = met(tmp_path, [1, "A", "oui", "oui", "oui", 1000])
    made = mission.create(tmp_path / "m", client="Inventée")
    mission.add(made, "programme", [plan])
    mission.add(made, "suivis", [book])
    asked = mission.read(made).every.wishes
    result = spaser.diagnose(CONTRACTS, buyer="Aubrelle")
    report = pams.report(pams.study(result, asked))
    section = next(one for one in report.sections if one.id == "suites")
    table = next(block for block in section.blocks if getattr(block, "id", "") == "tab-suites")
    assert table.frame["objet"].unique().sort().to_list() == ["programme d'achat", "rencontres"]
    alone = pams.report(pams.study(result, pams.Wishes()))
    assert "suites" not in [one.id for one in alone.sections]


def test_yes_no_and_unsaid_make_the_total_and_a_sentence_names_its_base(tmp_path, base):
    from spaser.sections.acting import outcomes as section

    lines = [[1, f"F{i}", "oui", answer, None, None] for i, answer in enumerate(["oui", "non", "non", None])]
    rows = outcomes.outcomes(base, BUYER, books=[met(tmp_path, *lines)])
    told, table = section.section_outcomes(type("F", (), {"extras": {"suites": rows}})()).blocks
    said = told.sentences[0].text.replace("\u00a0", " ")
    assert "1 suivies d'une réponse sur 3 que l'on sait" in said and "4 tenues," in said
    counts = table.frame.filter(etape="suivies d'une réponse").select("nombre", "non", "inconnus").row(0)
    assert counts == (1, 2, 1)
    assert table.frame.filter(etape="suivies d'un marché gagné").select("nombre", "non", "inconnus").row(0) == (0, 2, 2)
    assert [column.label for column in table.columns][2:5] == ["Oui", "Non", "Pas dit"]
