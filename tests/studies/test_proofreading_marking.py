"""A criterion that marks the firm or its place is to take out, wherever it is written; one that marks the offer is left alone."""

from __future__ import annotations

import pytest

from spaser import rules
from spaser.studies.acting import proofreading
from spaser.studies.acting.proofreading import CHECK, FORBIDDEN, MET

LINK, WEIGHTS = "lien du critère avec l'objet", "pondération des critères"
LISTED = "Article 6 – Critères d'attribution\n\n- Prix : 80 %\n- {} : 20 %\n"
NUMBERED = "Article 6 - Critères d'attribution\n6.1 Prix : 80 %\n6.2 {} : 20 %\n"
INLINE = "Article 6 - Critères d'attribution : prix 50 % ; valeur technique 30 % ; {} 20 %\n"


def rows(tmp_path, rules):
    (tmp_path / "RC.txt").write_text(rules, encoding="utf-8")
    return proofreading.proofread([tmp_path]).rows


def states(table, check):
    return table.filter(controle=check)["etat"].to_list()


@pytest.mark.parametrize("grid", [LISTED, NUMBERED, INLINE])
@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("Proximité géographique du siège du candidat", FORBIDDEN),
        ("Implantation locale", FORBIDDEN),
        ("Proximité du siège et délais d'intervention", CHECK),
        ("Politique de responsabilité sociétale (RSE) de l'entreprise", CHECK),
        ("politique sociale générale", CHECK),
        ("préférence aux associations parisiennes", CHECK),
        ("politique RSE de l'entreprise et agrément ESUS", CHECK),
        ("Politique environnementale de l'entreprise", CHECK),
    ],
)
def test_a_criterion_on_the_firm_or_its_place_is_to_take_out_and_its_grid_is_never_in_order(
    tmp_path, grid, said, state
):
    table = rows(tmp_path, grid.format(said))
    assert states(table, LINK) == [state], table.to_dicts()
    assert MET not in states(table, WEIGHTS)
    assert MET not in states(table, "critère environnemental")
    assert "annoncée" not in table.filter(controle="conditions d'exécution sociales")["constat"].item()


@pytest.mark.parametrize("grid", [LISTED, NUMBERED, INLINE])
@pytest.mark.parametrize(
    "said",
    [
        "Délais d'intervention sur site",
        "Performances en matière d'insertion des publics",
        "Part du personnel affecté au marché en insertion",
        "Développement des approvisionnements directs",
        "Performances en matière de protection de l'environnement",
    ],
)
def test_a_criterion_on_the_offer_is_left_alone(tmp_path, grid, said):
    table = rows(tmp_path, grid.format(said))
    assert states(table, LINK) == []
    assert states(table, WEIGHTS) == [MET]


@pytest.mark.parametrize(
    ("said", "base"),
    [
        ("Proximité géographique du siège", "CCP R2111-7, L2112-4"),
        ("Politique RSE de l'entreprise", "CCP R2152-7 2° a"),
    ],
)
def test_each_rests_on_the_articles_held_for_it_and_on_none_in_a_contract_of_defence(tmp_path, said, base):
    found = rows(tmp_path, LISTED.format(said)).filter(controle=LINK)
    assert found["fondement"].item().startswith(base)
    bound = rows(tmp_path, "Marché de défense ou de sécurité.\n\n" + LISTED.format(said)).filter(controle=LINK)
    assert bound.select("etat", "fondement", "texte").rows() == [(CHECK, "", "")]


def test_a_sentence_that_says_it_is_not_marked_is_left_alone(tmp_path):
    assert not states(rows(tmp_path, LISTED.format("Méthode (l'agrément ESUS n'est pas noté)")), LINK)


def test_a_clause_announced_outside_the_criteria_is_still_read(tmp_path):
    clause = "Article 7 – Clause sociale\nLe titulaire réserve 200 heures de travail à des personnes éloignées de l'emploi.\n"
    table = rows(tmp_path, LISTED.format("Politique RSE de l'entreprise") + "\n" + clause)
    assert "annoncée" in table.filter(controle="conditions d'exécution sociales")["constat"].item()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("Politique RSE de l'entreprise", "source secondaire, à confirmer"),
        ("Statut d'entreprise de l'économie sociale et solidaire", "dans notre lecture : à confirmer"),
        ("Agrément ESUS", "dans notre lecture : à confirmer"),
        ("Implantation locale", "c'est préférer une offre parce qu'elle est locale"),
    ],
)
def test_what_may_not_be_marked_is_said_with_the_confidence_of_the_levers(tmp_path, said, words):
    found = rows(tmp_path, LISTED.format(said)).filter(controle=LINK)
    held = rules.toml("lever_law.toml")["criteria"]
    assert words in found["constat"].item().replace("’", "'").replace("\u00a0", " ").replace("\u202f", " ")
    sure = [one for one in held.values() if one["confidence"] == "texte_lu_en_copie" and words in one["why"]]
    assert (found["etat"].item() == FORBIDDEN) is bool(sure)
    assert "à retirer" in found["constat"].item()


def test_criteria_ranked_without_a_weight_are_read_too(tmp_path):
    text = "Article 7 – Critères d'attribution\n1° Projet ; 2° Ancrage territorial du candidat ; 3° Qualité environnementale.\n"
    assert states(rows(tmp_path, text), LINK) == [FORBIDDEN]
