"""Documents read again before publication: what is met, what lacks, what clashes, and the text to paste."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest

from spaser import french
from spaser.cli import main
from spaser.studies import clauses
from spaser.studies.acting import proofreading

CLAUSE = "Article 14 – Clause sociale d'insertion\nLe titulaire réserve {hours} heures de travail à des personnes éloignées de l'emploi.\n"
FOLLOWED = "Le facilitateur reçoit les attestations. Après mise en demeure, une pénalité de 40 euros par heure non réalisée est appliquée.\n"
GREEN = "Article 6 – Critères de jugement des offres\n\n- Prix des prestations : 60 %\n- Valeur technique : 30 %\n- Performances en matière de protection de l'environnement : 10 %\n"


def states(tmp_path: Path, files: dict[str, str], **options):
    for name, text in files.items():
        path = tmp_path / "Marché 1" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return proofreading.proofread([tmp_path], **options)


def state(result, check):
    return result.rows.filter(controle=check)["etat"].to_list()


def test_a_file_that_meets_everything_has_nothing_to_mend(tmp_path):
    execution = (
        CLAUSE.format(hours=700)
        + FOLLOWED
        + "Article 15 – Environnement\nConditions d'exécution relatives à l'environnement : le titulaire recycle ses déchets.\n"
    )
    result = states(tmp_path, {"RC.md": GREEN, "CCAP.txt": execution})
    assert set(result.rows["etat"]) == {proofreading.MET}, result.rows.to_dicts()
    assert result.texts == ()


def test_an_absent_criterion_and_absent_conditions_come_with_their_text(tmp_path):
    result = states(
        tmp_path,
        {
            "RC.md": "Article 6 – Critères\n- Prix : 100 %\n",
            "CCAP.txt": "Article 1 – Objet\nLe marché a pour objet le gardiennage.\n",
        },
        over_threshold=True,
    )
    lacking = result.rows.filter(etat=proofreading.LACKS)
    assert set(lacking["texte"]) == {"critere_environnement", "clause_environnement", "condition_sociale"}
    assert {text.code for text in result.texts} == set(lacking["texte"])


def test_a_text_to_paste_is_named_by_its_title_and_never_by_its_code(tmp_path):
    said = proofreading.summary(
        states(
            tmp_path,
            {"RC.md": "Article 6 – Critères\n- Prix : 100 %\n", "CCAP.txt": "Article 1 – Objet\nLe gardiennage.\n"},
        )
    )
    assert (
        "Conditions d'exécution environnementales" in said.replace("\u2019", "'") and "clause_environnement" not in said
    )


def test_the_social_condition_is_due_only_from_the_threshold(tmp_path):
    files = {"CCAP.txt": "Article 1 – Objet\nLe marché a pour objet le gardiennage.\n"}
    assert state(states(tmp_path, files), "conditions d'exécution sociales") == [proofreading.CHECK]
    assert state(states(tmp_path, files, over_threshold=True), "conditions d'exécution sociales") == [
        proofreading.LACKS
    ]


def test_a_clause_announced_in_the_rules_and_absent_from_the_contract_clashes(tmp_path):
    result = states(
        tmp_path,
        {
            "RC.md": "Article 3\nLe marché comporte une clause sociale d'insertion.\n",
            "CCAP.txt": "Article 1 – Objet\nGardiennage.\n",
        },
    )
    assert proofreading.CLASHES in state(result, "conditions d'exécution sociales")


def test_hours_that_differ_between_documents_clash(tmp_path):
    result = states(
        tmp_path,
        {"CCAP.txt": CLAUSE.format(hours=700) + FOLLOWED, "AE.md": "Acte d'engagement\n" + CLAUSE.format(hours=500)},
    )
    assert proofreading.CLASHES in state(result, "heures d'insertion")


def test_hours_without_follow_up_nor_penalty_are_said(tmp_path):
    result = states(tmp_path, {"CCAP.txt": CLAUSE.format(hours=700)})
    assert state(result, "suivi de la clause") == state(result, "pénalité de la clause") == [proofreading.GOOD]


def test_a_reservation_without_its_article_or_its_mention_is_said(tmp_path):
    bare = states(tmp_path, {"RC.md": "Le marché est réservé aux entreprises adaptées et aux ESAT.\n"})
    assert any("sans l'article" in said for said in bare.rows.filter(controle="réservation")["constat"])


def test_a_reservation_told_only_in_the_contract_is_not_mentioned_where_candidates_look(tmp_path):
    hidden = states(
        tmp_path,
        {
            "CCAP.txt": "Le marché est réservé, en application de l'article L2113-12, aux entreprises adaptées et aux ESAT.\n"
        },
    )
    assert any("pas mentionnée" in said for said in hidden.rows.filter(controle="réservation")["constat"])


def test_a_reservation_with_its_article_is_met(tmp_path):
    result = states(
        tmp_path,
        {
            "RC.md": "Le marché est réservé, en application de l'article L2113-12 du code de la commande publique, aux entreprises adaptées et aux ESAT.\n"
        },
    )
    assert state(result, "réservation") == [proofreading.MET]


def test_weights_that_do_not_make_a_hundred_are_to_check(tmp_path):
    assert state(states(tmp_path, {"RC.md": GREEN.replace("60", "50")}), "pondération des critères") == [
        proofreading.CHECK
    ]


@pytest.mark.parametrize("said", ["politique RSE de l'entreprise", "agrément ESUS du candidat"])
def test_a_criterion_on_a_general_policy_or_an_agreement_is_said(tmp_path, said):
    result = states(
        tmp_path,
        {
            "RC.md": f"Article 6 – Critères de jugement des offres\n\n- Prix des prestations : 90 %\n- Démarche sociale, {said} : 10 %\n"
        },
    )
    assert state(result, "lien du critère avec l'objet") == [proofreading.CHECK]


def test_each_lot_is_read_with_its_own_passages(tmp_path):
    text = "Article 3\nLe lot n° 1 est réservé, en application de l'article L2113-12, aux entreprises adaptées et aux ESAT.\n"
    second = "Article 9\nPour le lot n° 2, le titulaire réserve 300 heures de travail à des personnes éloignées de l'emploi.\n"
    result = states(tmp_path, {"RC.md": text, "CCAP.txt": second})
    found = (
        result.rows.filter(pl.col("controle").is_in(["réservation", "heures d'insertion", "suivi de la clause"]))
        .select("lot", "controle")
        .unique()
    )
    assert ("lot 1", "réservation") in set(found.iter_rows())
    assert ("lot 2", "réservation") not in set(found.iter_rows())
    assert ("lot 2", "suivi de la clause") in set(found.iter_rows())


def test_folders_named_one_by_one_are_one_consultation_each(tmp_path):
    for name, files in (("Alpha", ("RC", "CCAP")), ("Bravo", ("RC",))):
        for piece in files:
            path = tmp_path / name / f"{piece}.txt"
            path.parent.mkdir(exist_ok=True)
            path.write_text("Article 1 – Objet\nLe marché a pour objet le gardiennage.\n", encoding="utf-8")
    read = proofreading.proofread([tmp_path / "Alpha", tmp_path / "Bravo"]).rows
    unread = dict(
        read.filter(controle="conditions d'exécution environnementales").select("consultation", "etat").rows()
    )
    assert unread == {"Alpha": proofreading.LACKS, "Bravo": proofreading.CHECK}, "the CCAP is that of Alpha"
    alone = proofreading.proofread([tmp_path / "Alpha"]).rows
    assert alone["consultation"].unique().to_list() == ["Alpha"]


def test_both_commands_run_and_write(tmp_path, capsys):
    assert main(["relire", "--demo", "--sortie", str(tmp_path)]) == 0
    assert "Gardiennage" in capsys.readouterr().out
    assert (
        main(["redige", "--levier", "reserver_insertion", "--famille", "espaces_verts", "--sortie", str(tmp_path)]) == 0
    )
    assert {"relecture.docx", "redaction.docx"} <= {path.name for path in tmp_path.iterdir()}
    assert main(["redige", "--levier", "inconnu", "--sortie", str(tmp_path)]) == 2


def test_the_day_of_documents_is_that_of_their_files_and_no_day_of_data(tmp_path):
    result = states(tmp_path, {"RC.md": GREEN})
    for told in (proofreading.report(result), clauses.report(clauses.clauses([tmp_path]))):
        day = french.long_date(result.documents["modifie"].max())
        assert told.closing.replace("\u00a0", " ") == f"Pièces lues : dernier fichier modifié le {day}".replace(
            "\u00a0", " "
        )
        assert "arrêtées" not in " ".join(told.cover)
    assert "ne portent pas de date" in clauses.ground(None)


def test_a_clause_of_a_document_of_no_known_kind_is_said_read_and_not_absent(tmp_path):
    green = "Conditions d'exécution relatives à l'environnement : le titulaire recycle ses déchets.\n"
    named = {"soc": "conditions d'exécution sociales", "env": "conditions d'exécution environnementales"}
    for over in (None, True):
        result = states(tmp_path, {"fiche-a.md": CLAUSE.format(hours=700) + green}, over_threshold=over)
        for check in named.values():
            assert state(result, check) == ["à vérifier"], result.rows.to_dicts()
            told = result.rows.filter(controle=check).row(0, named=True)
            assert "nature n'est pas reconnue" in told["constat"].replace("’", "'") and "fiche-a.md" in told["ou"]
    (tmp_path / "Marché 1" / "fiche-a.md").unlink()
    kept = states(tmp_path, {"CCAP.md": CLAUSE.format(hours=700) + green})
    assert {state(kept, check)[0] for check in named.values()} == {proofreading.MET}


def test_what_a_text_forbids_comes_first_and_what_none_asks_is_only_good_practice(tmp_path):
    rules_ = "Article 3\nLa concession est réservée, en application des articles L3113-1 et L3113-2, aux entreprises adaptées et aux structures d'insertion par l'activité économique.\n"
    result = states(tmp_path, {"RC.md": rules_, "CCAP.txt": CLAUSE.format(hours=700)})
    order = re.findall(r"\[([^\]]+)\]", proofreading.summary(result))
    assert order == sorted(order, key=proofreading.STATES.index)
    assert {proofreading.FORBIDDEN, proofreading.LACKS, proofreading.GOOD} & set(order) >= {
        proofreading.FORBIDDEN,
        proofreading.GOOD,
    }
    told = {row["controle"]: row["fondement"] for row in result.rows.to_dicts()}
    assert told["suivi de la clause"] == told["pénalité de la clause"] == "bonne pratique (aucun article)"


def test_no_article_is_given_for_the_coherence_of_documents(tmp_path):
    result = states(tmp_path, {"RC.md": GREEN.replace("60", "65"), "CCAP.txt": CLAUSE.format(hours=700)})
    assert result.rows.filter(controle="pondération des critères")["fondement"].to_list() == ["cohérence des pièces"]


@pytest.mark.parametrize(("over", "base"), [(None, "CCP L2112-2"), (True, "CCP L2112-2-1")])
def test_a_clause_written_rests_on_the_article_of_the_threshold_only_when_it_is_reached(tmp_path, over, base):
    result = states(tmp_path, {"CCAP.txt": CLAUSE.format(hours=700) + FOLLOWED}, over_threshold=over)
    assert result.rows.filter(controle="conditions d'exécution sociales")["fondement"].to_list() == [base]


DEFENCE = "Le marché est un marché de défense ou de sécurité. "


@pytest.mark.parametrize(
    ("said", "defence"), [(DEFENCE, True), (DEFENCE.replace("est un", "n'est pas un"), False), ("", False)]
)
@pytest.mark.parametrize("over", [None, True])
def test_a_contract_of_defence_owes_no_condition_and_is_pasted_nothing(tmp_path, said, defence, over):
    files = {"RC.md": f"Article 1\n{said}Prix : 100 %\n", "CCAP.txt": f"Article 1 – Objet\n{said}Le gardiennage.\n"}
    result = states(tmp_path, files, over_threshold=over)
    found = {row["controle"]: row for row in result.rows.to_dicts()}
    for check in ("conditions d'exécution environnementales", "conditions d'exécution sociales"):
        assert (found[check]["etat"] == proofreading.NOT_DUE) is defence, found[check]
        assert ("L2312-1" in found[check]["fondement"]) is defence
    criterion = found["critère environnemental"]
    assert criterion["etat"] == (proofreading.NOT_DUE if defence else proofreading.LACKS)
    assert ("L2352-1" in criterion["fondement"]) is defence and ("livre III" not in criterion["constat"])
    assert (not result.texts) is defence


@pytest.mark.parametrize("defence", [True, False])
def test_a_concession_of_defence_keeps_its_social_condition_to_check(tmp_path, defence):
    text = "Avis de concession\nLa concession est une concession de défense ou de sécurité.\n"
    text = text if defence else text.replace("de défense ou de sécurité", "de restauration")
    result = states(tmp_path, {"RC.md": text, "CCAP.txt": text})
    found = dict(result.rows.select("controle", "etat").rows())
    wanted = proofreading.NOT_DUE if defence else proofreading.LACKS
    assert found["critère environnemental"] == found["conditions d'exécution environnementales"] == wanted
    assert found["conditions d'exécution sociales"] == proofreading.CHECK
