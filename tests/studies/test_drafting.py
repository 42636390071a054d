"""Texts to paste: each rests on an article held, is found by our own detector with the right code, carrier and figure, and hides no blank."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import docx
import polars as pl
import pytest

from spaser import detection, rules
from spaser.problems import Problem
from spaser.studies.acting import drafting
from spaser.studies.acting.drafting import Need

HELD = set(rules.toml("clauses/articles.toml")["articles"])
FAMILIES = [name for name in rules.toml("clauses/environnement.toml")["familles"] if name != "autres"]
LAW = Path(__file__).parents[3] / "shared" / "facts" / "law_checked.csv"
NEED = Need(objet="Entretien invente", famille="nettoyage_locaux", annuel=20_000_000, mois=36, taux=0.1)
CASES = [(lever, text) for lever in drafting.levers() for text in drafting.draft(NEED, lever)]
GREEN = [
    (family, text)
    for family in FAMILIES
    for text in drafting.draft(Need(famille=family), "sourcing")
    if text.attendu["dimension"] == "env"
]


def passages(text):
    frame = pl.LazyFrame({"texte_id": ["t"], "champ": [text.piece], "texte": [text.texte]})
    return detection.detect(frame).collect().filter(pl.col("niveau") == 2, pl.col("confiance") >= detection.COUNTED)


def figures(text):
    return {(row["nombre"], row["nombre_unite"]) for row in passages(text).to_dicts()}


@pytest.mark.parametrize(("lever", "text"), CASES, ids=lambda one: getattr(one, "code", one))
def test_our_own_detector_finds_each_text_with_its_code_carrier_and_figure(lever, text):
    found, wanted = passages(text), text.attendu
    hit = found.filter(
        pl.col("dimension") == wanted["dimension"],
        pl.col("porteur") == wanted["porteur"],
        pl.col("reserve") == wanted["reserve"],
    )
    if wanted["code"]:
        hit = hit.filter(pl.col("code") == wanted["code"])
    assert hit.height, (text.code, found.select("code", "porteur", "reserve", "citation").to_dicts())
    others = set(found["porteur"]) - {wanted["porteur"], "objet"}
    assert not others or "reservation" not in others, (text.code, others)
    if wanted.get("nombre"):
        number = 1_500.0 if wanted["nombre"] == "heures" else 10.0
        assert (number, wanted["unite"]) in figures(text), figures(text)


@pytest.mark.parametrize(("family", "text"), GREEN, ids=lambda one: getattr(one, "code", one))
def test_the_environmental_texts_of_each_family_are_found(family, text):
    found = passages(text).filter(pl.col("dimension") == "env")
    assert text.attendu["porteur"] in set(found["porteur"]), (
        family,
        text.texte,
        found.select("code", "porteur", "citation").to_dicts(),
    )
    if text.code == "clause_environnement":
        code = rules.toml("clauses/environnement.toml")["familles"][family]["code"]
        assert code in set(found.filter(porteur="clause")["code"]), (
            family,
            found.select("code", "citation").to_dicts(),
        )


def test_at_least_the_twelve_families_with_most_contracts_have_their_own_measures():
    most = {
        "batiment_second_oeuvre",
        "batiment_gros_oeuvre",
        "architecture_ingenierie",
        "periscolaire_jeunesse",
        "maintenance_batiments",
        "numerique_services",
        "formation_insertion",
        "conseil_etudes",
        "sport",
        "travaux_publics",
        "espaces_verts",
        "impression_communication",
    }
    assert most <= set(FAMILIES)
    assert set(FAMILIES) <= set(rules.table("families.csv")["famille"])


def test_only_articles_held_are_named_and_no_number_of_a_ccag_article_is_invented():
    for _, text in CASES + GREEN:
        assert set(text.articles) <= HELD
        assert set(re.findall(r"\b[LRD]\d{4}-\d+(?:-\d+)?", text.texte + text.a_savoir)) <= HELD, text.code
        assert not re.search(r"article \d", text.texte), text.code


@pytest.mark.skipif(not LAW.exists(), reason="les faits vérifiés ne sont pas là")
def test_every_article_held_was_read_in_an_official_copy():
    read = set()
    for row in csv.DictReader(LAW.open(encoding="utf-8-sig")):
        if row["quality"] == "official_mirror":
            read |= set(re.findall(r"\b[LRD]\d{4}-\d+(?:-\d+)?", row["key"] + row["text value"]))
    assert HELD <= read


def test_hours_follow_the_formula_and_stay_blank_where_it_says_nothing():
    value, told = drafting.hours_of(NEED)
    assert (value, "25,2" in told) == (1_500, True)
    assert drafting.hours_of(Need(famille="mobilier", annuel=10_000_000, mois=12, taux=0.1))[0] is None
    text = next(
        text for text in drafting.draft(Need(famille="mobilier"), "clause_sociale") if text.code == "clause_insertion"
    )
    assert "heures" in text.blanks
    assert "au moins …… heures" in text.texte
    assert "À calculer avec le facilitateur" in text.a_savoir


def test_hours_given_by_the_buyer_win_over_the_formula():
    text = next(
        text
        for text in drafting.draft(Need(famille="travaux_publics", heures=700), "clause_sociale")
        if text.code == "clause_insertion"
    )
    assert (700.0, "heures") in figures(text)


def test_an_unknown_lever_or_family_is_refused_with_the_closest_name():
    with pytest.raises(Problem, match="reserver_handicap"):
        drafting.draft(NEED, "reserver_handicapp")
    with pytest.raises(Problem, match="nettoyage_locaux"):
        drafting.draft(Need(famille="nettoyage_local"), "critere")


def test_the_word_file_holds_every_text_its_version_of_the_code_and_the_warning(tmp_path):
    first, _ = drafting.write(
        [(NEED, "clause_sociale"), (Need(famille="espaces_verts", lot="2"), "reserver_handicap")], tmp_path
    )
    told = "\n".join(p.text for p in docx.Document(str(first)).paragraphs) + "\n".join(
        cell.text for table in docx.Document(str(first)).tables for row in table.rows for cell in row.cells
    )
    assert "validé" in told or "valider par le service juridique" in told
    assert "23 août 2026" in told.replace("\u00a0", " ")
    assert "lot n° 2 est réservé" in told.replace("\u00a0", " ")
    for text in drafting.draft(NEED, "clause_sociale"):
        assert text.texte.split("\n")[0] in told


def test_what_is_left_to_fill_is_named_in_words_and_never_by_its_code():
    texts = [text for lever in drafting.levers() for text in drafting.draft(Need(), lever)]
    named = {word for text in texts for word in text.missing}
    assert "pénalité de retard par jour" in named and "article du CCAG" in named
    assert not any("_" in word for word in named)


def test_the_document_says_that_its_articles_were_read_in_a_copy_to_be_checked_again():
    note = " ".join(drafting.report([(NEED, "clause_sociale")]).notes)
    assert "23/08/2026" in note and "lue dans une copie, à revérifier sur Légifrance" in note


def test_the_social_condition_is_due_at_the_threshold_too_and_by_its_article():
    told = {text.code: text.a_savoir for text in drafting.draft(NEED, "clause_sociale")}
    assert "niveau ou au-dessus du seuil européen" in told["clause_insertion"]
    assert "L2112-2-1\u00a0I" in told["clause_insertion"].replace(" ", "\u00a0")
    assert "22/08/2026" in told["clause_insertion"] and "22/08/2026" in told["critere_environnement"]
    assert "irrégulière" not in " ".join(told.values())
