"""What the law says of a need before texts are pasted: the European threshold, a reservation to the ESS, what is due and what is not."""

from __future__ import annotations

import pytest

from spaser import cli, rules
from spaser.problems import Problem
from spaser.studies.acting import drafting, proofreading
from spaser.studies.acting.drafting import Need, Share
from spaser.studies.acting.drafting.reserving import may_be_listed
from spaser.studies.acting.drafting.threshold import reached


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def texts(need: Need, *asked: str) -> dict[str, drafting.Text]:
    return {text.code: text for text in drafting.draft(need, *asked)}


def condition(need: Need) -> str:
    return plain(texts(need, "critere")["condition_sociale"].texte)


KEEP, REACHED = "[À garder seulement si", "La valeur estimée du besoin atteignant le seuil européen"
CLEANING = {"famille": "nettoyage_locaux", "mois": 12}


@pytest.mark.parametrize(
    ("need", "sure"),
    [
        (Need(**CLEANING, annuel=43_200_000), True),
        (Need(**CLEANING, annuel=43_199_999), False),
        (Need(**CLEANING, annuel=21_600_000, acheteur="autre"), True),
        (Need(**CLEANING, annuel=14_000_000, acheteur="central"), True),
        (Need(**CLEANING, annuel=21_600_000, acheteur="entite", lot="1"), False),
        (Need(**CLEANING), False),
        # Listed services: whether the threshold is that of services or that of advertising is disputed.
        (Need(famille="action_sociale", mois=12, annuel=43_200_000), False),
        (Need(famille="action_sociale", mois=12, annuel=74_999_900, acheteur="autre"), False),
        (Need(famille="action_sociale", mois=12, annuel=75_000_000, acheteur="autre"), True),
        (Need(famille="travaux_publics", mois=12, annuel=540_400_000), True),
    ],
)
def test_the_social_condition_asserts_the_threshold_only_when_it_is_surely_reached(need, sure):
    told = condition(need)
    assert (REACHED in told) is sure and (KEEP in told) is not sure


def test_what_is_compared_is_shown_amount_thresholds_by_buyer_and_duration():
    told = condition(Need(famille="nettoyage_locaux", mois=24, annuel=10_000_000))
    for shown in (
        "200 000 € HT sur 24 mois",
        "140 000 € (autorité publique centrale)",
        "432 000 € (entité adjudicatrice)",
    ):
        assert shown in told
    assert "750 000" not in told
    assert "750 000 €" in condition(Need(famille="action_sociale")) and "montant du besoin non donné" in condition(
        Need()
    )


@pytest.mark.parametrize(("months", "kept"), [(4, True), (5, True), (6, False)])
def test_works_over_the_threshold_but_under_six_months_keep_the_option_to_motivate(months, kept):
    told = condition(Need(famille="travaux_publics", mois=months, annuel=2_000_000_000))
    assert REACHED in told and ("L2112-2-1 II 4°" in told) is kept and ((KEEP in told) is kept)


def test_works_below_their_own_threshold_owe_no_condition():
    assert "condition_sociale" not in texts(Need(famille="travaux_publics", mois=12, annuel=540_399_900), "critere")
    assert "condition_sociale" in texts(Need(famille="travaux_publics", mois=12, annuel=540_400_000), "critere")


def test_the_buyer_may_say_that_the_threshold_is_reached_or_not():
    assert REACHED in condition(Need(atteint=True))
    assert "condition_sociale" not in texts(Need(atteint=False), "critere")


def test_the_social_condition_fixes_before_award_a_minimum_its_follow_up_its_proof_and_its_penalty():
    text = texts(Need(), "critere")["condition_sociale"]
    assert "propose cette action" not in text.texte
    assert {"minimum_social", "penalite_sociale"} <= set(text.blanks)
    for word in ("au moins ……", "chaque année", "attestations", "pénalité de ……", "avant de remettre leur offre"):
        assert word in plain(text.texte)


def test_each_text_says_whether_it_is_due_asked_or_optional():
    said = {code: text.statut for code, text in texts(Need(famille="nettoyage_locaux"), "clause_sociale").items()}
    assert said["clause_environnement"] == said["critere_environnement"] == "dû"
    assert said["clause_insertion"] == said["suivi_insertion"] == "demandé"
    assert said["critere_social"] == said["cadre_reponse_social"] == said["clause_formation"] == "facultatif"
    assert texts(Need(), "critere")["critere_social"].statut == "demandé"
    assert texts(Need(), "formation")["clause_formation"].statut == "demandé"
    assert texts(Need(), "critere")["condition_sociale"].statut == "dû sous condition"
    assert texts(Need(atteint=True), "critere")["condition_sociale"].statut == "dû"


@pytest.mark.parametrize("reached", [True, None])
def test_the_insertion_clause_rests_on_the_article_of_the_threshold_too_where_it_is_surely_due(reached):
    text = texts(Need(famille="nettoyage_locaux", atteint=reached), "clause_sociale")["clause_insertion"]
    assert ("L2112-2-1" in text.articles) is bool(reached) and ("L2112-2-1" in text.texte) is bool(reached)
    assert "L2112-2" in text.articles and (text.statut == "dû") is bool(reached)


@pytest.mark.parametrize(("months", "refused"), [(36, False), (37, True), (60, True), (None, False)])
def test_a_reservation_to_the_ess_over_its_maximum_is_refused(months, refused):
    need = Need(famille="action_sociale", mois=months)
    if refused:
        with pytest.raises(Problem, match=f"(?i)durée de {months} mois") as told:
            drafting.draft(need, "reserver_ess")
        assert "36" in told.value.todo
    else:
        assert "reservation_ess" in texts(need, "reserver_ess")


@pytest.mark.parametrize(
    ("family", "state"),
    [("nettoyage_locaux", False), ("espaces_verts", False), ("action_sociale", True), ("autres", None)],
)
def test_a_reservation_to_the_ess_is_refused_for_a_family_without_any_listed_service(family, state):
    assert may_be_listed(family) is state
    need = Need(famille=family, mois=36)
    if state is False:
        with pytest.raises(Problem, match="hors de la liste"):
            drafting.draft(need, "reserver_ess")
    else:
        assert "liste de L2113-15" in " ".join(drafting.to_check(need, "reserver_ess"))
    assert "reservation_handicap" in texts(need, "reserver_handicap") and not drafting.to_check(
        need, "reserver_handicap"
    )


def test_the_lever_that_shortens_a_contract_says_to_shorten_it_and_is_not_refused():
    need = Need(famille="action_sociale", mois=48)
    assert "reservation_ess" in texts(need, "reserver_ess_duree")
    assert "à ramener à 36 mois" in " ".join(drafting.to_check(need, "reserver_ess_duree"))


def test_the_families_said_uncertain_are_families():
    assert set(rules.toml("clauses/articles.toml")["natures"]["liste_incertaine"]) <= set(
        rules.table("families.csv")["famille"]
    )


def test_the_page_of_a_reservation_to_the_ess_is_headed_by_what_to_check_and_no_other_is():
    need = Need(famille="action_sociale", mois=36)
    assert drafting.report([(need, "reserver_ess")]).sections[0].title == "À vérifier avant de coller"
    assert drafting.report([(need, "reserver_handicap")]).sections[0].id != "a-verifier"


def test_the_validation_is_asked_once_and_the_day_is_that_of_the_code():
    made = drafting.report([(Need(famille="sport"), "clause_sociale")])
    assert str([made.sections, made.notes]).count(drafting.WARNING.rstrip(".")) == 1
    assert "Version du code au 23 août 2026" in plain(made.closing) and "Données arrêtées" not in " ".join(made.cover)


def test_a_proofreading_told_that_the_threshold_is_reached_pastes_the_condition_without_its_doubt(tmp_path):
    (tmp_path / "CCAP.txt").write_text("Article 1 – Objet\nLe gardiennage.\n", encoding="utf-8")
    (text,) = [
        t for t in proofreading.proofread([tmp_path], over_threshold=True).texts if t.code == "condition_sociale"
    ]
    assert REACHED in plain(text.texte)


def test_the_command_refuses_an_unlawful_reservation_and_labels_each_text(tmp_path, capsys):
    asked = ["redige", "--levier", "reserver_ess", "--famille", "nettoyage_locaux", "--mois", "48"]
    assert cli.main([*asked, "--sortie", str(tmp_path)]) == 2
    said = capsys.readouterr()
    assert "48 mois" in plain(said.out + said.err) and "hors de la liste" in plain(said.out + said.err)
    assert not list(tmp_path.iterdir())
    assert cli.main(["redige", "--famille", "nettoyage_locaux", "--seuil-europeen", "--sortie", str(tmp_path)]) == 0
    told = plain(capsys.readouterr().out)
    assert "[dû] Clause d'insertion" in told.replace("’", "'") and "[facultatif]" in told


def test_a_reservation_is_open_to_equivalent_structures_whatever_its_public():
    """One that shuts them out keeps those of another Member State away."""
    for concession in (False, True):
        levers = {"reserver_handicap", "reserver_insertion"} | (
            set() if concession else {"reserver_ess", "reserver_handicap_insertion"}
        )
        for lever in levers:
            (told,) = (
                one.texte
                for code, one in texts(Need(concession=concession), lever).items()
                if code.startswith("reservation")
            )
            assert "structures équivalentes" in told, lever


def test_what_defence_forbids_is_said_of_every_reservation_but_the_one_it_keeps():
    for lever, forbidden in (
        ("reserver_handicap", False),
        ("reserver_insertion", True),
        ("reserver_ess", True),
        ("reserver_handicap_insertion", True),
    ):
        (told,) = (one.a_savoir for code, one in texts(Need(), lever).items() if code.startswith("reservation"))
        assert ("marché de défense ou de sécurité" in told) is forbidden, lever


def test_disabled_workers_are_the_same_in_a_contract_and_in_a_concession():
    said = "qui, en raison de la nature ou de la gravité de leurs déficiences, ne peuvent exercer"
    for concession in (False, True):
        found = texts(Need(concession=concession), "reserver_handicap").values()
        assert any(said in plain(one.texte) for one in found)


@pytest.mark.parametrize(("lots", "sure"), [(2, None), (3, True)])
def test_the_lots_drafted_together_are_summed_before_the_threshold(lots, sure):
    shares = tuple(Share(str(number), 150_000_000) for number in range(1, lots + 1))
    need = Need(famille="batiment_gros_oeuvre", mois=18, lots=shares)
    found = reached(need)
    assert found.sure is sure
    assert f"les {lots} lots demandés" in plain(found.told)
    assert "lots demandés" not in plain(
        reached(Need(famille="batiment_gros_oeuvre", annuel=150_000_000, mois=18, lot="1")).told
    )
