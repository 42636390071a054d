"""A company from its spend file alone: the same euros, the levers of a private buyer, no public duty on any page."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

import spaser
from spaser import french, rules
from spaser.cli import main
from spaser.problems import Problem
from spaser.studies.acting import company

DATA = Path(__file__).parents[2] / "data"
LEDGER, LISTS = DATA / "depenses_demo.xlsx", sorted(DATA.glob("registre_demo*.csv"))
PUBLIC = r"\b[LR]\.?\s?\d{4}-\d+|\bSPASER\b|L\s?21\d\d|march[ée]s? r[ée]serv"


@pytest.fixture(scope="module")
def made():
    return spaser.company_of(LEDGER, LISTS, name="Entreprise Aubrelle (fictive)")


def test_its_levers_are_those_of_a_private_buyer_alone(made):
    private = {rung["label"] for rung in rules.toml("levers.toml")["private"]}
    told = set(made.spending.found.opportunities["levier_libelle"].drop_nulls())
    assert told and told <= private


def test_the_public_ladder_would_have_said_otherwise_on_the_same_needs(made):
    public = spaser.potential_of_spend(LEDGER, LISTS)
    private = {rung["label"] for rung in rules.toml("levers.toml")["private"]}
    assert set(public.found.opportunities["levier_libelle"].drop_nulls()) - private
    assert public.found.opportunities["annuel"].sum() == made.spending.found.opportunities["annuel"].sum()


def test_no_page_speaks_of_public_duties_outside_the_section_that_says_they_do_not_apply(made, tmp_path):
    page, *_ = company.write(made, tmp_path)
    text = re.sub(r"<(script|style)[^>]*>.*?</\1>", "", page.read_text(encoding="utf-8"), flags=re.S)
    plain = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", text)))
    facts = [
        str(rule[name]) for rule in rules.toml("law.toml")["private"].values() for name in ("label", "legal", "value")
    ]
    for fact in facts:
        plain = plain.replace(re.sub(r"\s+", " ", fact), "")
    found = [plain[max(0, m.start() - 60) : m.end() + 40] for m in re.finditer(PUBLIC, plain)]
    assert [text for text in found if "L1111-1" not in text and "L1211-1" not in text] == []
    assert {path.suffix for path in tmp_path.iterdir()} == {
        ".html",
        ".json",
        ".pdf",
        ".docx",
        ".xlsx",
    }


def test_the_shares_of_the_spending_are_said_once_by_the_analysis_and_by_nobody_else(made):
    first, second, *_ = company.report(made).sections
    assert (first.id, second.id) == ("essentiel", "entreprise-essentiel")
    assert first.blocks and not any("%" in text for text in company._said(made))
    said = " ".join(company._said(made))
    families = made.spending.found.families
    assert french.euros_short(families["potentiel"].sum()) in said
    assert french.euros_short(families["potentiel_haut"].sum()) in said


def test_a_mission_without_contracts_gives_the_report_of_a_company_only_when_it_says_so(tmp_path, capsys):
    head = f'depenses = "{LEDGER.as_posix()}"\nregistres = {[path.as_posix() for path in LISTS]}\n'.replace("'", '"')
    one = tmp_path / "mission.toml"
    one.write_text(head + "soumis_au_code = false\n", encoding="utf-8")
    assert main(["rapport", str(one), "--sortie", str(tmp_path / "sortie")]) == 0
    assert (tmp_path / "sortie" / "entreprise.pdf").is_file()
    capsys.readouterr()
    one.write_text(head, encoding="utf-8")
    assert main(["rapport", str(one), "--sortie", str(tmp_path / "non")]) == 2
    assert "soumis_au_code" in capsys.readouterr().err


def test_a_company_without_lists_is_told_what_to_give():
    with pytest.raises(Problem):
        spaser.company_of(LEDGER, [])
