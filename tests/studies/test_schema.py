"""The outline of a SPASER: what the law asks, the start of each indicator, proposals that decide nothing, blanks to fill in."""

from __future__ import annotations

from pathlib import Path

import docx
import pytest

from spaser import french, rules
from spaser.cli import main
from spaser.sections.publication.outline import BLANK
from spaser.studies import publication
from spaser.studies.publication import outline

ROOT = Path(__file__).parents[2]
DEMO = sorted((ROOT / "data").glob("marches_demo*.json"))
LISTS = sorted((ROOT / "data").glob("registre_demo*.csv"))
GOALS = '[[objectif]]\nindicateur = "clause_sociale"\ncible = "40 %"\nannee = 2028\nsource = "Délibération fictive"\n'


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    goals = tmp_path_factory.mktemp("schema") / "objectifs.toml"
    goals.write_text(GOALS, encoding="utf-8")
    return publication.publish(DEMO, buyer="aubrelle", goals=goals, registers=LISTS)


@pytest.fixture(scope="module")
def report(published):
    return outline.report(published)


def tables(report):
    return {block.id: block for section in report.sections for block in section.blocks if hasattr(block, "frame")}


def test_every_item_the_code_asks_of_a_schema_stands_in_it_with_its_article_and_how_it_was_checked(report):
    law = tables(report)["tab-loi"].frame
    for item in rules.toml("spaser_items.toml").values():
        if item["base"].startswith("CCP"):
            row = law.filter(law["devoir"] == item["titre"]).to_dicts()
            assert [(one["base"], one["verification"]) for one in row] == [(item["base"], rules.checked(item))]


def test_every_item_of_the_law_belongs_to_one_axis_and_one_only():
    held = [mark for axis in rules.toml("spaser_axes.toml").values() for mark in axis["items"]]
    assert sorted(held) == sorted(mark for mark in rules.toml("spaser_items.toml") if mark.startswith("S"))


def test_the_start_is_the_figure_of_the_publication(published, report):
    measure = publication.findings(published).one("marche_reserve")
    shown = tables(report)["tab-cibles-inclusion"].frame
    row = next(row for row in shown.to_dicts() if row["indicateur_dit"] == measure.titre)
    assert row["depart"].startswith(french.share(measure.valeur))
    assert french.number(measure.numerateur) in row["depart"] and french.number(measure.denominateur) in row["depart"]


def test_a_target_already_voted_is_shown_and_nothing_is_proposed_beside_it(report):
    rows = tables(report)["tab-cibles-inclusion"].frame.to_dicts()
    voted = [row for row in rows if "2028" in row["vote_dit"]]
    assert [(row["propose_dit"], row["vote_dit"].split()[0]) for row in voted] == [("", "40")]
    assert all(row["vote_dit"] == BLANK for row in rows if row not in voted)


def test_nothing_is_proposed_where_the_law_already_asks_it_of_every_consultation(report):
    records = rules.toml("indicators.toml")
    due = {record["titre"]: record["devoirs"] for record in records.values() if record.get("devoirs")}
    rows = {
        row["indicateur_dit"]: row
        for name, block in tables(report).items()
        if name.startswith("tab-cibles")
        for row in block.frame.to_dicts()
    }
    shown = {title: rows[title] for title in due if title in rows}
    assert {"Contrats avec une clause environnementale", "Contrats avec un critère environnemental"} <= set(shown)
    for row in shown.values():
        assert row["propose_dit"] == "" and "22/08/2026" in row["motif"] and "CCP L2" in row["motif"]
    assert "L2112-2-1" in rows[records["clause_sociale"]["titre"]]["motif"]
    assert "source secondaire" in rows[rules.toml("entered.toml")["egalim_bio"]["titre"]]["reperes"]


def test_the_threshold_of_a_schema_says_its_year_its_tax_and_what_is_left_out(report):
    law = tables(report)["tab-loi"].frame.to_dicts()
    told = next(row["qui"] for row in law if row["devoir"] == "Adopter et publier un SPASER").replace("\u00a0", " ")
    assert "année civile, hors taxes et hors marchés du livre V" in told and "50 000 000 €" in told.replace(
        "\u202f", " "
    )


def test_no_rhythm_is_given_to_the_article_that_the_article_does_not_say():
    for item in rules.toml("spaser_items.toml").values():
        if "tous les deux ans" in item["frequence"]:
            assert "al. 3" in item["base"] or "al. 4" in item["base"]
        elif item["base"].startswith("CCP L2111-3"):
            assert "ne fixe pas de rythme" in item["frequence"]


def test_each_indicator_of_the_schema_says_what_it_counts_once(report):
    frame = tables(report)["tab-formules"].frame
    known = {
        title
        for mark, item in rules.toml("spaser_items.toml").items()
        if mark.startswith("S")
        for code in (*item["contrats"], *item["saisis"])
        for title in [(rules.toml("indicators.toml") | rules.toml("entered.toml"))[code]["titre"]]
    }
    assert set(frame["titre"]) == known and frame["titre"].n_unique() == frame.height
    assert not frame["formule"].is_null().any() and (frame["formule"].str.len_chars() > 10).all()


def test_the_command_writes_a_word_file_and_what_a_team_wrote_in_it_is_kept(tmp_path, capsys):
    asked = ["schema", "--demo", "--acheteur", "aubrelle", "--sortie", str(tmp_path)]
    assert main(asked) == 0
    assert "à débattre" in capsys.readouterr().out
    written = tmp_path / "schema.docx"
    edited = docx.Document(str(written))
    edited.paragraphs[0].insert_paragraph_before("Nos engagements, écrits à la main")
    edited.save(str(written))
    assert main(asked) == 0
    assert "à la main" in "\n".join(p.text for p in docx.Document(str(written)).paragraphs)
    others = [path for path in tmp_path.glob("schema*.docx") if path != written]
    assert len(others) == 1
    text = "\n".join(p.text for p in docx.Document(str(others[0])).paragraphs)
    assert BLANK in text and "Démonstration" in text
