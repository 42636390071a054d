"""Texts of a concession, of a contract of defence, of several lots, of a dispense: what the law keeps there, and nothing else."""

from __future__ import annotations

import re

import docx
import pytest

from spaser import cli, rules
from spaser.problems import Problem
from spaser.studies.acting import drafting
from spaser.studies.acting.drafting import Need, Share

CONCESSION = Need(objet="Buvette inventée", famille="restauration_collective", concession=True)
DEFENCE = Need(famille="nettoyage_locaux", defense=True, heures=300)


def texts(need: Need, *asked: str) -> dict[str, drafting.Text]:
    return {text.code: text for text in drafting.draft(need, *asked)}


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("lever", "article"), [("reserver_handicap", "L3113-1"), ("reserver_insertion", "L3113-2"), ("critere", "L3124-5")]
)
def test_a_concession_rests_on_its_own_articles_and_owes_three_texts(lever, article):
    found = texts(CONCESSION, lever)
    assert any(article in text.articles for text in found.values())
    due = {"critere_environnement": "L3124-5", "clause_environnement": "L3114-2", "condition_sociale": "L3114-2-1"}
    for code, own in due.items():
        assert own in found[f"{code}_concession"].articles
    for text in found.values():
        assert not re.search(r"L2\d{3}-|CCAG|titulaire", text.texte), text.code
        assert text.piece in ("RC", "Contrat")
    ordinary = drafting.draft(Need(objet="Buvette inventée"), "reserver_handicap")
    assert not any("L31" in text.texte or "concession" in text.texte for text in ordinary)


def test_a_concession_owes_its_social_condition_from_its_own_threshold_alone():
    most = rules.value("eu_threshold_concession", rules.toml("clauses/articles.toml")["version"]) * 100
    for amount, due in ((most, "dû"), (most - 1, None)):
        need = Need(concession=True, annuel=amount, mois=12)
        found = texts(need, "critere").get("condition_sociale_concession")
        assert (found and found.statut) == due
        # The clause asked for by name below the threshold is not left out without a word.
        said = drafting.silent("clause_sociale", need=need)
        assert ("L3114-2-1 n'en exige pas" in said) == (due is None)
        assert "Aucune clause sociale" not in drafting.silent("critere", need=need)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (("reserver_handicap_insertion",), "L3113-3"),
        (("reserver_handicap", "reserver_insertion"), "L3113-3"),
        (("reserver_ess",), "L2113-15"),
        (("formation",), "articles des marchés"),
    ],
)
def test_what_the_law_forbids_of_a_concession_is_refused_with_why(asked, told):
    with pytest.raises(Problem, match=told):
        drafting.draft(CONCESSION, *asked)


def test_a_contract_of_defence_is_offered_only_what_book_three_takes_up():
    found = texts(DEFENCE, "reserver_handicap", "clause_sociale", "formation")
    for text in found.values():
        assert set(text.articles) <= {"L2312-1-1", "L2313-6", "L2113-12"}, text.code
        assert not re.search(r"L2112|L2111|L2152|R2113|R2152", text.texte), text.code
        assert text.statut != "dû", text.code
    assert "critere_environnement" not in " ".join(found) and "condition_sociale" not in " ".join(found)
    assert "L2312-1-1" in texts(DEFENCE, "clause_sociale")["clause_insertion_defense"].texte
    assert "L2113-12" in plain(found["reservation_handicap_defense"].texte)


@pytest.mark.parametrize(
    ("lever", "told"),
    [("reserver_insertion", "L2313-6"), ("reserver_ess", "L2313-6"), ("critere", "L2352-1")],
)
def test_what_book_three_does_not_take_up_is_refused_to_defence_and_given_to_others(lever, told):
    with pytest.raises(Problem, match=told):
        drafting.draft(DEFENCE, lever)
    assert drafting.draft(Need(), lever)


def test_a_concession_of_defence_has_no_text():
    with pytest.raises(Problem, match="défense"):
        drafting.draft(Need(concession=True, defense=True), "reserver_handicap")


LOTS = Need(
    famille="batiment_second_oeuvre",
    mois=18,
    taux=0.05,
    lots=tuple(Share(str(number), 60_000_000) for number in range(1, 9)),
)


def test_lots_of_one_operation_have_one_set_of_texts_and_a_table_of_hours(tmp_path):
    one = drafting.draft(
        Need(famille="batiment_second_oeuvre", mois=18, taux=0.05, annuel=60_000_000), "clause_sociale"
    )
    found = drafting.draft(LOTS, "clause_sociale")
    assert [text.code for text in found if text.code != "condition_sociale"] == [text.code for text in one]
    clause = plain(next(text.texte for text in found if text.code == "clause_insertion"))
    hours = [line for line in clause.split("\n") if line.startswith("Lot n° ")]
    assert len(hours) == 8 and len({line.split(":")[1] for line in hours}) == 1 and "…" not in hours[0]
    path, _ = drafting.write([(LOTS, "clause_sociale")], tmp_path)
    (table,) = [one for one in docx.Document(str(path)).tables if len(one.rows) == 9]
    assert plain(table.rows[8].cells[0].text) == "Lot n° 8"


def test_lots_reserved_together_are_named_and_one_lot_keeps_its_number():
    need = Need(lots=(Share("1"), Share("4")), public="insertion")
    assert "Les lots n° 1 et 4 sont réservés" in plain(texts(need, "reserver_lot")["reservation_insertion"].texte)
    assert LOTS.of_lots == "Lots n° 1 à 8" and Need(lots=(Share("2B"), Share("3"), Share("4"))).of_lots.endswith(
        "2B, 3 et 4"
    )
    alone = Need(lot="4", public="handicap")
    assert "Le lot n° 4 est réservé" in plain(texts(alone, "reserver_lot")["reservation_handicap"].texte)


@pytest.mark.parametrize("lever", ["reserver_lot", "reserver_tous_lots"])
def test_a_reservation_names_the_one_public_chosen_and_none_is_chosen_for_the_buyer(lever):
    with pytest.raises(Problem, match="À qui"):
        drafting.draft(Need(famille="espaces_verts", lot="2"), lever)
    for public, article, other in (("handicap", "L2113-12", "L2113-13"), ("insertion", "L2113-13", "L2113-12")):
        found = texts(Need(famille="espaces_verts", lot="2", public=public), lever)
        (mention,) = (text for code, text in found.items() if code.startswith("reservation"))
        assert article in mention.texte and other not in mention.texte


def test_the_three_mentions_differ_by_their_public_alone():
    held = rules.toml("clauses/reservation.toml")
    assert [code for code, entry in held.items() if "texte" in entry] == ["mention", "reservation_ess"]


FURNITURE = Need(famille="mobilier", annuel=50_000_000, mois=48, acheteur="autre")


@pytest.mark.parametrize("case", ["1", "2"])
def test_a_documented_case_strikes_the_social_condition_and_keeps_its_reason(case):
    spared = Need(**{**vars(FURNITURE), "dispense": case, "motif": "Mobilier de catalogue, livré sous huit jours."})
    assert "condition_sociale_fournitures" in texts(FURNITURE, "sourcing")
    assert not any(code.startswith("condition_sociale") for code in texts(spared, "sourcing"))
    head = drafting.report([(spared, "sourcing")]).sections[0]
    told = plain(str(head.blocks))
    assert f"II {case}°" in told and "Mobilier de catalogue" in told and "L2184-1" in told
    assert "L2184-1" not in str(texts(FURNITURE, "sourcing"))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"motif": ""}, "se motive"),
        ({"dispense": "4"}, "six mois"),
        ({"concession": True, "dispense": "3"}, "Pas de cas 3"),
        ({"defense": True, "famille": "sport"}, "Pas de cas 1"),
    ],
)
def test_a_case_without_its_reason_or_that_does_not_exist_is_refused(changes, told):
    need = Need(**{**vars(FURNITURE), "dispense": "1", "motif": "Disponible sur étagère."} | changes)
    with pytest.raises(Problem, match=told):
        drafting.draft(need, "clause_sociale" if need.defense or need.concession else "sourcing")


def test_works_short_enough_may_be_dispensed_by_their_fourth_case():
    need = Need(famille="travaux_publics", mois=5, dispense="4", motif="Travaux de cinq mois.")
    assert not any(code.startswith("condition_sociale") for code in texts(need, "sourcing"))
    with pytest.raises(Problem, match="six mois"):
        drafting.draft(Need(**{**vars(need), "mois": 6}), "sourcing")


def test_a_training_clause_holds_one_branch_alone():
    usual = texts(Need(famille="nettoyage_locaux", mois=36), "clause_sociale")
    assert "clause_formation" in usual and "clause_apprentissage" not in usual
    assert "apprenti" not in usual["clause_formation"].texte and "relevé de départ" not in str(usual)
    chosen = texts(Need(famille="nettoyage_locaux", mois=36, values={"apprentis": "2"}), "clause_sociale")
    assert "clause_apprentissage" in chosen and "clause_formation" not in chosen
    assert "au moins 2 apprenti" in plain(chosen["clause_apprentissage"].texte)
    for months, offered in ((2, False), (3, True)):
        assert ("clause_formation" in texts(Need(famille="sport", mois=months), "clause_sociale")) is offered


def test_the_social_grid_marks_an_effect_measured_and_says_what_none_half_and_all_are():
    found = texts(Need(famille="nettoyage_locaux"), "critere")
    assert "25 %" not in str([text.texte for text in found.values()]), "a grid marks the form of an answer"
    told = plain(found["critere_social"].texte)
    assert [int(points) for points in re.findall(r"\((\d+) points\)", told)] == [70, 30]
    for said in (
        "0 point",
        "moitié du plafond : 35 points",
        "plafond ou au-dessus : 70 points",
        "15 points",
        "30 points",
    ):
        assert said in told
    assert "indicateur" in told and "preuve" in told and "en proportion du marché" in told
    assert "qualité de rédaction n'est pas notée" in told


def test_meals_are_told_the_shares_of_the_rural_code_and_cleaning_is_not():
    for family, said in (
        ("restauration_collective", True),
        ("denrees_alimentaires", True),
        ("nettoyage_locaux", False),
    ):
        note = plain(texts(Need(famille=family), "sourcing")["clause_environnement"].a_savoir)
        assert ("L230-5-1" in note) is said
        assert ("50 % de produits durables" in note and "dont 20 %" in note and "60 % pour les viandes" in note) is said


def test_each_text_that_is_due_says_who_owes_it_since_when_and_what_of_the_day_before():
    for need in (Need(atteint=True), Need(concession=True, atteint=True)):
        for text in drafting.draft(need, "sourcing" if not need.concession else "critere"):
            if text.statut == "dû":
                note = plain(text.a_savoir)
                assert "tou" in note.split(":")[0] + note.split(":")[1], note
                assert "depuis le 22/08/2026" in note and "21/08/2026" in note, text.code


def test_the_command_drafts_lots_a_concession_and_a_dispense(tmp_path, capsys):
    lots = ["redige", "--famille", "batiment_second_oeuvre", "--taux", "5", "--mois", "18"]
    assert cli.main([*lots, "--lots", "1=600000", "2=90000:120", "3", "--sortie", str(tmp_path / "a")]) == 0
    assert capsys.readouterr().out.replace("’", "'").count("] Clause d'insertion par") == 1
    told = "\n".join(
        cell.text
        for table in docx.Document(str(tmp_path / "a" / "redaction.docx")).tables
        for row in table.rows
        for cell in row.cells
    )
    assert "120 heures" in plain(told) and "……" in told
    assert cli.main(["redige", "--concession", "--objet", "Buvette", "--sortie", str(tmp_path / "b")]) == 0
    assert "L3124-5" in capsys.readouterr().out
    spared = ["redige", "--famille", "mobilier", "--levier", "sourcing", "--dispense", "1"]
    assert cli.main([*spared, "--sortie", str(tmp_path / "c")]) == 2
    assert cli.main([*spared, "--motif", "Sur étagère", "--sortie", str(tmp_path / "c")]) == 0
    assert "Sur étagère" in capsys.readouterr().out
