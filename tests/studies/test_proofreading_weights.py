"""The weights of award criteria: whole criteria told apart from their parts, in percent, points or coefficients, and what does not add up."""

from __future__ import annotations

import pytest

from spaser.studies.acting import proofreading
from spaser.studies.acting.proofreading import CHECK, CLASHES, LACKS, MET

H = "Article 6 – Critères d'attribution\n"


def rows(tmp_path, rules):
    (tmp_path / "RC.txt").write_text(rules, encoding="utf-8")
    return proofreading.proofread([tmp_path]).rows


def weighed(tmp_path, rules):
    return rows(tmp_path, rules).filter(controle="pondération des critères")


@pytest.mark.parametrize(
    ("rules", "states"),
    [
        (H + "Critère 1 – Prix 40 %\nCritère 2 – Qualité 60 %\n2.1 – Denrées 30 %\n2.2 – Livraison 30 %\n", [MET]),
        (H + "Critère 1 – Prix 40 %\nCritère 2 – Qualité 60 %\n2.1 – Denrées 40 %\n2.2 – Livraison 30 %\n", [CLASHES]),
        (H + "Critère 1 – Prix 40 % ; critère 2 – Qualité 60 %\n", [MET]),
        (H + "Critère 1 – Prix 40 %\nCritère 2 – Qualité\n2.1 – Denrées 30 %\n2.2 – Livraison 30 %\n", [MET]),
        (H + "6.1 Prix : 40 %\n6.2 Valeur technique : 60 %\n6.2.1 Moyens : 30 %\n6.2.2 Méthode : 30 %\n", [MET]),
        (H + "6.1 Prix : 40 %\n6.2 Valeur technique : 60 %\n6.2.1 Moyens : 30 %\n6.2.2 Méthode : 20 %\n", [CHECK]),
        (
            H
            + "1. Prix : 45 points\n2. Valeur technique : 40 points\n   a) moyens humains : 20 points\n   b) méthodes : 20 points\n3. Environnement : 15 points\n",
            [MET],
        ),
        (
            H + "- Le prix (60%)\n- La valeur technique (40%) dont :\n  * performances : 25%\n  * réparabilité : 15%\n",
            [MET],
        ),
        (
            H
            + "Critère n°1 : Prix, apprécié au DQE (50 %)\nCritère n°2 : Valeur technique (50 %), se décomposant ainsi :\n- Moyens : 20 %\n- Planning : 15 %\n- Environnement : 15 %\n",
            [MET],
        ),
        (H + "- Prix : 50 %\n- Technique : 40 %\n- Environnement : 15 %\n", [CLASHES]),
        (H + "- Prix : 50 %\n- Technique : 30 %\n- Environnement : 15 %\n", [CHECK]),
        (H + "- Prix : 60 %\n- Technique : 40 %\n- Total : 100 %\n", [MET]),
        (H + "- Prix : 60 %\n- Technique : 40 % (moyens 25 %, délais 15 %)\n", [MET]),
        (H + "- Prix : 60 %\n- Technique : 40 % dont moyens 25 % et délais 10 %\n", [CHECK]),
        (H + "- Prix : 40 à 60 %\n- Technique : 40 à 60 %\n", [MET]),
        (H + "- Prix : 70 à 80 %\n- Technique : 40 à 60 %\n", [CLASHES]),
        (H + "Prix noté sur 20 points : 60 %\nTechnique notée sur 20 points : 40 %\n", [MET]),
        (H + "Prix (coefficient 6)\nTechnique (coefficient 3)\nDéveloppement durable (coefficient 1)\n", []),
        (H + "Prix : 55 %\nTechnique : 45 %\nMoyens : 25 %\nDélais : 20 %\n", [MET]),
        (
            H
            + "1 - Prix 40 %\n2 - Valeur technique 60 % (notée sur 100 % répartis ainsi) :\n2.1 - Moyens 50 %\n2.2 - Méthode 50 %\n",
            [MET],
        ),
        (
            "Article 9 – Jugement\nLes offres sont appréciées ainsi : garanties (45 %), tarif (40 %), gestion (10 %), accueil (5 %).\n",
            [MET],
        ),
        (
            "Article 9 – Jugement\nLes offres sont appréciées ainsi : garanties (45 %), tarif (40 %), gestion (10 %), RSE (10 %).\n",
            [CHECK],
        ),
        (
            H
            + "Pour le lot 1 :\n- Prix : 60 %\n- Technique : 40 %\nPour le lot 2 :\n- Prix : 70 %\n- Technique : 30 %\n",
            [MET],
        ),
        (H + "Prix : 40 points\nTechnique : 80 points\nTotal : 120 points\n", [MET]),
        (H + "Prix : 40 points\nTechnique : 70 points\nTotal : 120 points\n", [CHECK]),
        (H + "Prix : 12 points\nTechnique : 8 points\n", []),
        (H + "40 % Prix\n60 % Valeur technique\n", [MET]),
        (H + "Le critère prix est pondéré à 40 %. Le critère valeur technique est pondéré à 60 %.\n", [MET]),
        (
            H
            + "Prix : 40 %\nValeur technique : 60 %\nUne offre dont la part de bio est inférieure à 50 % est éliminée.\n",
            [MET],
        ),
        (H + "Prix des prestations : quarante pour cent (40 %)\nValeur technique : soixante pour cent (60 %)\n", [MET]),
        (H + "Sous-critère 1 : moyens : 60 %\nSous-critère 2 : délais : 40 %\n", [MET]),
        (
            H
            + "Critère 1 : Prix – 40 %\nCritère 2 : Technique – 60 %\nSous-critère 2.1 : moyens – 35 %\nSous-critère 2.2 : délais – 35 %\n",
            [CLASHES],
        ),
    ],
)
def test_whole_criteria_make_a_hundred_and_their_parts_make_them(tmp_path, rules, states):
    found = weighed(tmp_path, rules)
    assert list(dict.fromkeys(found["etat"])) == states, found.to_dicts()


def test_the_selection_of_candidates_is_no_grid_and_the_lot_of_a_grid_is_named(tmp_path):
    candidates = "Article 4 – Critères de sélection des candidatures\nCapacités techniques : 50 %\nCapacités financières : 40 %\n"
    lots = "Article 5 – Critères d'attribution\nLot n° 1 : prix 60 %, technique 30 %, délais 10 %.\nLot n° 2 : prix 50 %, technique 30 %, délais {} %.\n"
    assert weighed(tmp_path, candidates + lots.format(20))["etat"].to_list() == [MET]
    (said,) = weighed(tmp_path, candidates + lots.format(10))["constat"].to_list()
    assert "Lot n° 2" in said.replace("\u00a0", " ")


def test_the_criterion_whose_parts_do_not_make_it_is_named_as_it_is_written(tmp_path):
    found = weighed(
        tmp_path, H + "Critère 1 – Prix 40 %\nCritère 2 – Qualité 60 %\n2.1 – Denrées 40 %\n2.2 – Délais 30 %\n"
    )
    said = found["constat"].item().replace("\u00a0", " ").replace("\u202f", " ")
    assert "« Critère 2 – Qualité » font 40 + 30 = 70 %, et non 60 %" in said


@pytest.mark.parametrize(
    ("label", "state"),
    [
        ("développement durable", MET),
        ("part de bio", MET),
        ("délais", LACKS),
        ("politique environnementale de l'entreprise", LACKS),
    ],
)
def test_an_environmental_criterion_is_read_under_a_coefficient(tmp_path, label, state):
    found = rows(tmp_path, f"{H}Prix (coefficient 8)\n{label.capitalize()} (coefficient 2)\n")
    assert found.filter(controle="critère environnemental")["etat"].to_list() == [state]


@pytest.mark.parametrize(("kind", "states"), [("Concession de service public", []), ("Marché de services", [CHECK])])
def test_a_concession_may_rank_its_criteria_without_weighing_them(tmp_path, kind, states):
    text = f"{kind} pour la crèche\nLa concession est conclue.\n" if states == [] else f"{kind} pour la crèche\n"
    found = weighed(
        tmp_path,
        text + "Article 7 – Critères d'attribution\nCritère 1 : projet. Critère 2 : performance environnementale.\n",
    )
    assert found["etat"].to_list() == states, found.to_dicts()
