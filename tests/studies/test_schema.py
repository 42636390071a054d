"""The outline of a SPASER: what the law asks, the start of each indicator, proposals that decide nothing, blanks to fill in."""

from __future__ import annotations

from pathlib import Path

import docx
import pytest

from spaser import french, rules
from spaser.cli import main
from spaser.sections.obligations import briefly
from spaser.sections.publication.outline import BLANK
from spaser.sections.publication.retained import when
from spaser.studies import publication
from spaser.studies.publication import outline
from spaser.vocabulary import sentences as words

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
    assert tables(report)["tab-loi"].note.count(rules.checked({"confidence": "texte_lu_en_copie"})) == 1
    for item in rules.toml("spaser_items.toml").values():
        if item["base"].startswith("CCP"):
            row = law.filter(law["devoir"] == item["titre"]).to_dicts()
            assert [(one["base"], one["verification"]) for one in row] == [(item["base"], briefly(item))]


def test_every_item_of_the_law_belongs_to_one_axis_and_one_only():
    held = [mark for axis in rules.toml("spaser_axes.toml").values() for mark in axis["items"]]
    assert sorted(held) == sorted(mark for mark in rules.toml("spaser_items.toml") if mark.startswith("S"))


def proposals(made):
    return outline.starts(made, publication.findings(made)).to_dicts()


def test_the_start_is_the_row_on_which_the_publication_answers(published, report):
    road = next(road for road in published.references if road.target.indicateur == "consideration_sociale")
    row = next(row for row in proposals(published) if row["indicateur"] == "consideration_sociale")
    assert (row["annee"], row["valeur"], row["numerateur"]) == (road.annee_derniere, road.derniere, road.numerateur)
    shown = next(
        one for one in tables(report)["tab-cibles-inclusion"].frame.to_dicts() if one["indicateur_dit"] == row["titre"]
    )
    assert f"en {road.annee_derniere}" in shown["depart"] and french.share(road.derniere) in shown["depart"]


def test_nothing_is_proposed_below_what_a_buyer_reached_and_each_buyer_has_its_own_start():
    both = publication.publish(DEMO, buyer=["aubrelle", "erbe"], registers=LISTS)
    rows = [row for row in proposals(both) if row["indicateur"] == "consideration_sociale"]
    assert [row["acheteur"] for row in rows] == [name for _, name in both.buyers]
    for (siren, _), row in zip(both.buyers, rows, strict=True):
        alone = publication.publish(DEMO, buyer=siren, registers=LISTS)
        known = next(road for road in alone.references if road.target.indicateur == "consideration_sociale")
        assert (row["numerateur"], row["annee"]) == (known.numerateur, known.annee_derniere)
    for row in proposals(both):
        assert row["propose"] is None or row["propose"] >= row["valeur"]
    reached, below = sorted(rows, key=lambda row: -row["valeur"])
    assert reached["valeur"] > 0.3 > below["valeur"]
    assert (reached["propose"], reached["motif"]) == (None, words.REACHED) and below["propose"] == 0.3


def test_the_indicators_without_any_landmark_are_named(published, report):
    told = " ".join(
        sentence.text
        for section in report.sections
        if section.id == "depart"
        for block in section.blocks
        for sentence in getattr(block, "sentences", ())
    )
    rows = proposals(published)
    lacking = [row["titre"] for row in rows if row["motif"].startswith(words.NO_LANDMARK)]
    assert lacking and all(french.typeset(title) in told for title in lacking)
    assert "sans aucun repère" in told.lower() and "sans aucun repère" in outline.summary(published).lower()


def test_the_targets_of_the_mission_are_those_of_the_schema_and_of_the_publication_and_a_file_replaces_them(
    tmp_path, capsys
):
    assert main(["schema", "--demo", "--acheteur", "aubrelle", "--sortie", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert "voté : 40 % en 2028" in told.replace("\u202f", " ").replace("\u00a0", " ")
    assert "60 % des montants en 2028" in told.replace("\u202f", " ").replace("\u00a0", " ")
    assert main(["publication", "--demo", "--acheteur", "aubrelle", "--sortie", str(tmp_path)]) == 0
    assert capsys.readouterr().out.count("Objectif 2028") == 2
    assert "aucun objectif voté" not in (tmp_path / "index.html").read_text(encoding="utf-8").lower()
    own = tmp_path / "objectifs.toml"
    own.write_text(GOALS.replace("40 %", "55 %"), encoding="utf-8")
    asked = ["schema", "--demo", "--acheteur", "aubrelle", "--objectifs", str(own), "--sortie", str(tmp_path)]
    assert main(asked) == 0
    told = capsys.readouterr().out.replace("\u202f", " ").replace("\u00a0", " ")
    assert "voté : 55 %" in told and "60 % des montants" not in told


def test_a_target_already_voted_is_shown_and_nothing_is_proposed_beside_it(report):
    rows = tables(report)["tab-cibles-inclusion"].frame.to_dicts()
    voted = [row for row in rows if "2028" in row["vote_dit"]]
    assert [(row["propose_dit"], row["vote_dit"].split()[0]) for row in voted] == [("", "40")]
    assert all(row["vote_dit"] == BLANK for row in rows if row not in voted)


def test_the_whole_is_proposed_where_the_law_asks_it_of_every_consultation(report):
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
        assert row["propose_dit"].replace("\u202f", " ").replace("\u00a0", " ") == "100 %"
        assert "rien n'est" not in row["motif"] and "22/08/2026" in row["motif"] and "CCP L2" in row["motif"]
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
            assert "exigé" in item["exige"] and "au choix" not in when(item)
        else:
            assert "exige" not in item and "objectif" not in item


def test_a_content_that_the_code_asks_is_never_told_as_a_choice_only_its_rhythm_is(report):
    rows = dict(tables(report)["tab-loi"].frame.select("devoir", "qui").rows())
    for mark in ("S5", "S6", "S7"):
        assert rows[rules.toml("spaser_items.toml")[mark]["titre"]] == "contenu exigé ; rythme de publication libre"


def motives(made):
    shown = [block.frame for name, block in tables(outline.report(made)).items() if name.startswith("tab-cibles")]
    return {row["indicateur_dit"]: row["motif"].replace("\u00a0", " ") for frame in shown for row in frame.to_dicts()}


def test_a_target_that_the_code_asks_is_to_be_set_even_where_no_start_is_known(published):
    records = rules.toml("indicators.toml")
    alone = motives(publication.publish(DEMO, buyer="aubrelle"))
    for code in ("titulaire_esus", "titulaire_inclusif"):
        assert alone[records[code]["titre"]].startswith("objectif exigé (CCP L2111-3 al. 3), départ inconnu : à fixer")
    listed = motives(published)
    assert "départ inconnu" not in listed[records["titulaire_inclusif"]["titre"]]
    assert listed[records["titulaire_inclusif"]["titre"]].startswith("objectif exigé (CCP L2111-3 al. 3)")
    assert "objectif exigé" not in listed[records["inclusif_reserve"]["titre"]]


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
    assert "voté : 40" in capsys.readouterr().out
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
