"""A company from its spend file alone: the same euros, the levers of a private buyer, no public duty on any page."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from report_text import text, tool_words

import spaser
from spaser import french, rules
from spaser.cli import main
from spaser.problems import Problem
from spaser.sections.acting import company as shown
from spaser.sources.answers.overrides import read_overrides
from spaser.studies import mission
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
    # What the page asks to settle is beside it: validations.csv, correspondance.toml.
    assert {path.suffix for path in tmp_path.iterdir()} == {
        ".html",
        ".json",
        ".pdf",
        ".docx",
        ".xlsx",
        ".csv",
        ".toml",
    }


def test_the_shares_of_the_spending_are_said_once_by_the_analysis_and_by_nobody_else(made):
    first, second, *_ = company.report(made).sections
    assert (first.id, second.id) == ("essentiel", "plan")
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


def test_the_report_of_a_mission_names_its_client_and_takes_up_its_decisions(tmp_path, capsys):
    listed, spent, said = (tmp_path / name for name in ("structures_2026-09.csv", "depenses.csv", "corrections.csv"))
    listed.write_text("SIRET;Nom;Type;Code postal\n00000101600013;Régie Zinnia (fictif);EI;93100\n", encoding="utf-8")
    spent.write_text(
        "Fournisseur;SIRET;Libellé;Montant HT;Date\nRégie Zinnia (fictif);00000101600013;Espaces verts;48000;15/03/2026\n",
        encoding="utf-8",
    )
    said.write_text(
        "identifiant;statut;valeur;auteur;date;motif\n000001016;ESS;oui;Claire;2026-06-01;statuts lus\n",
        encoding="utf-8",
    )
    folder = tmp_path / "mission"
    given = ["--client", "Entreprise fictive", "--depenses", str(spent), "--registre", str(listed)]
    assert main(["mission", "nouvelle", str(folder), *given]) == 0
    toml = folder / "mission.toml"
    toml.write_text(
        toml.read_text(encoding="utf-8").replace("# soumis_au_code = true ", "soumis_au_code = false "),
        encoding="utf-8",
    )

    def told():
        capsys.readouterr()
        assert main(["rapport", str(folder)]) == 0
        return capsys.readouterr().out.replace("\u00a0", " ").replace("\u202f", " ")

    before = told()
    assert before.startswith("Entreprise fictive")
    mission.decisions(mission.read(folder)).keep(read_overrides(said).collect())
    after = told()
    line = next(one for one in after.splitlines() if "Fournisseurs de l'ESS" in one)
    assert "100 %" in line and "100 %" not in next(one for one in before.splitlines() if "Fournisseurs de l'ESS" in one)


def test_a_company_without_lists_is_told_what_to_give():
    with pytest.raises(Problem):
        spaser.company_of(LEDGER, [])


def test_the_first_page_of_a_company_concludes_and_its_plan_begins_with_what_could_be_bought(made):
    first, plan, *_ = company.report(made).sections
    kinds = [type(block).__name__ for block in first.blocks]
    assert kinds[0] == "Answer" and {"Messages", "Todo"} <= set(kinds)
    messages = next(block for block in first.blocks if type(block).__name__ == "Messages")
    assert 2 <= len(messages.items) <= 5
    assert len({one.figure + one.text for one in messages.items}) == len(messages.items)
    table = next(block for block in plan.blocks if getattr(block, "id", "") == "tab-plan")
    assert 1 <= table.frame.height <= 10 and len(table.columns) <= 6
    amounts = table.frame["montant"].drop_nulls().to_list()
    assert amounts == sorted(amounts, reverse=True) and amounts
    assert not any("réserver" in text or "marché" in text for text in table.frame["action"])


@pytest.mark.parametrize(("suppliers", "word"), [(0, "à chercher"), (1, "un seul connu"), (2, "2")])
def test_a_line_of_the_plan_of_a_company_says_how_many_can_answer(suppliers, word):
    assert word in shown._met(suppliers, "fournisseurs crédibles")
    assert shown._met(None, "fournisseurs crédibles") == ""


def test_no_page_of_a_company_speaks_of_a_file_of_the_kit_a_notebook_or_a_command(made):
    given = [path.name for path in (LEDGER, *LISTS)]
    assert tool_words(text(company.report(made)), given) == []
