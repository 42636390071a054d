"""Documents that hold the kit's own texts, filled, are read as their author meant; each planted fault is said, its neighbour is not."""

from __future__ import annotations

import pytest

from spaser.studies.acting import drafting, proofreading
from spaser.studies.acting.drafting import Need
from spaser.studies.acting.proofreading import CHECK, CLASHES, FORBIDDEN, GOOD, LACKS, MET

CLEANING = "Article 1 – Objet\nLe marché a pour objet le nettoyage des locaux.\n\n"


def rows(tmp_path, **files):
    for name, text in files.items():
        (tmp_path / f"{name}.md").write_text(text, encoding="utf-8")
    return proofreading.proofread([tmp_path]).rows


def states(table, check):
    return table.filter(controle=check)["etat"].to_list()


def said(table, check):
    return " ".join(table.filter(controle=check)["constat"]).replace("\u00a0", " ").replace("\u202f", " ")


def pasted(need: Need, *asked: str) -> dict[str, str]:
    """The texts of a need by piece, blanks filled with a figure, each under an article of its own."""
    written: dict[str, str] = {}
    for rank, text in enumerate(drafting.draft(need, *asked), 2):
        filled = text.texte.replace("……", "140")
        written[text.piece] = written.get(text.piece, "") + f"Article {rank} – {text.titre}\n{filled}\n\n"
    return written


def test_the_clauses_pasted_with_their_training_hours_neither_clash_nor_deny_themselves(tmp_path):
    held = pasted(
        Need(famille="nettoyage_locaux", annuel=40_000_000, mois=48, taux=0.1, acheteur="autre"), "clause_sociale"
    )
    table = rows(tmp_path, CCAP=held["CCAP"], AE=held["AE"])
    assert states(table, "conditions d'exécution sociales") == [MET], table.to_dicts()
    assert states(table, "heures d'insertion") == [MET], table.to_dicts()


def test_hours_that_the_commitment_changes_or_a_clause_really_denied_still_clash(tmp_path):
    held = pasted(
        Need(famille="nettoyage_locaux", annuel=40_000_000, mois=48, taux=0.1, acheteur="autre"), "clause_sociale"
    )
    other = held["AE"].replace("4\u202f000", "3\u202f000").replace("4 000", "3 000")
    table = rows(tmp_path, CCAP=held["CCAP"], AE=other + "Le marché ne comporte pas de clause sociale d'insertion.\n")
    assert states(table, "heures d'insertion") == [CLASHES]
    assert states(table, "conditions d'exécution sociales") == [CLASHES]


@pytest.mark.parametrize(("own", "state"), [("de la clause sociale d'insertion", []), ("du compteur d'eau", [GOOD])])
def test_the_penalty_and_the_follow_up_are_those_of_the_clause_and_not_of_another(tmp_path, own, state):
    clause = "Article 14 – Clause sociale\nLe titulaire réserve 700 heures de travail à des personnes éloignées de l'emploi.\n\n"
    other = f"Article 15 – Pénalités\nLe défaut {own} donne lieu, après relevé, à une pénalité de 40 euros.\n"
    table = rows(tmp_path, CCAP=CLEANING + clause + other)
    assert states(table, "pénalité de la clause") == states(table, "suivi de la clause") == state


CONCEDED = "La concession est réservée, en application {}, aux {}.\n"
HANDICAP, INSERTION = "entreprises adaptées et aux ESAT", "structures d'insertion par l'activité économique"


@pytest.mark.parametrize(
    ("articles", "public", "state"),
    [
        ("de l'article L3113-1", HANDICAP, MET),
        ("de l'article L3113-2", INSERTION, MET),
        ("de l'article L2113-13", INSERTION, CHECK),
        ("des articles L3113-1 et L3113-2", f"{HANDICAP}, et aux {INSERTION}", FORBIDDEN),
        ("de l'article L2113-15", "entreprises de l'économie sociale et solidaire", FORBIDDEN),
    ],
)
def test_a_concession_is_read_on_its_own_articles(tmp_path, articles, public, state):
    table = rows(tmp_path, RC=f"Article 3 – Réservation\n{CONCEDED.format(articles, public)}")
    assert set(states(table, "réservation")) == {state}, table.to_dicts()
    bases = dict(table.select("controle", "fondement").rows())
    assert bases["critère environnemental"] == "CCP L3124-5, R3124-4"
    assert bases["conditions d'exécution environnementales"] == "CCP L3114-2"
    assert bases["conditions d'exécution sociales"] == "CCP L3114-2-1"
    assert table.filter(controle="critère environnemental")["texte"].item() == "critere_environnement_concession"


def test_the_own_text_of_a_concession_is_met_and_offered_to_one_that_lacks_its_article(tmp_path):
    own = pasted(Need(concession=True), "reserver_insertion")["RC"]
    assert states(rows(tmp_path, RC=own), "réservation") == [MET]
    bare = rows(tmp_path, RC=f"Avis de concession\nLe contrat est réservé aux {INSERTION}.\n")
    assert bare.filter(controle="réservation")["texte"].to_list() == ["reservation_insertion_concession"]


def test_a_contract_near_the_networks_of_concessionaires_stays_a_contract(tmp_path):
    table = rows(tmp_path, CCTP=CLEANING + "Les réseaux des concessionnaires sont repérés avant les travaux.\n")
    assert dict(table.select("controle", "fondement").rows())["conditions d'exécution sociales"] == "CCP L2112-2-1"


@pytest.mark.parametrize(
    ("defence", "article", "public", "state"),
    [
        ("Le marché est un marché de défense ou de sécurité.", "L2113-13", INSERTION, FORBIDDEN),
        ("Le marché est un marché de défense ou de sécurité.", "L2113-12", HANDICAP, MET),
        ("Le marché n'est pas un marché de défense ou de sécurité.", "L2113-13", INSERTION, MET),
    ],
)
def test_defence_keeps_one_reservation_alone(tmp_path, defence, article, public, state):
    text = f"{defence}\nLe marché est réservé, en application de l'article {article}, aux {public}.\n"
    assert states(rows(tmp_path, RC=text), "réservation") == [state]


def test_a_reservation_to_prisons_rests_on_its_own_article_and_has_no_text_of_another(tmp_path):
    text = "Le marché est réservé aux établissements pénitentiaires{}.\n"
    assert states(rows(tmp_path, RC=text.format(", en application de l'article L2113-13-1")), "réservation") == [MET]
    bare = rows(tmp_path, RC=text.format("")).filter(controle="réservation")
    assert bare["etat"].to_list() == [LACKS] and bare["texte"].to_list() == [""]


def test_both_publics_named_without_a_mention_get_the_text_of_both(tmp_path):
    text = f"Le marché est réservé, en application de l'article L2113-14, aux {HANDICAP} et aux {INSERTION}.\n"
    found = rows(tmp_path, CCAP=text).filter(controle="réservation")
    assert found["texte"].to_list() == ["reservation_handicap_insertion"]


@pytest.mark.parametrize(
    ("subject", "pasted_text"),
    [
        ("la fourniture de papier de bureau", ""),
        ("la fourniture et la pose de mobilier", "clause_insertion"),
        ("le nettoyage des locaux", "clause_insertion"),
    ],
)
def test_goods_alone_are_not_offered_an_insertion_clause(tmp_path, subject, pasted_text):
    table = rows(tmp_path, CCAP=f"Article 1 – Objet\nLe marché a pour objet {subject}.\n")
    found = table.filter(controle="conditions d'exécution sociales")
    assert found["texte"].to_list() == [pasted_text]
    assert ("II 1°" in said(table, "conditions d'exécution sociales")) is not bool(pasted_text)


GRID = "Prix : {}\n\nValeur technique : 30 %\n\nPerformances environnementales : 20 %\n\n"


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("Article 5 – Critères de jugement des offres\n\n" + GRID.format("50 %"), MET),
        ("Article 5 – Critères de jugement des offres\n\n" + GRID.format("60 %"), CLASHES),
        ("Article 5 – Critères de jugement des offres\n\n" + GRID.format("40 %"), CHECK),
        ("Critères de jugement des offres\n\n" + GRID.format("50 %"), MET),
        ("Critères de jugement des offres\n\n" + GRID.format("60 %"), CLASHES),
        ("Les critères sont : prix (50 %), valeur technique (30 %), environnement (20 %).\n", MET),
        ("Les critères sont : prix (60 %), valeur technique (30 %), environnement (20 %).\n", CHECK),
        (
            "Article 5 – Critères de jugement du lot 1\n\n"
            + GRID.format("50 %")
            + "Article 6 – Critères de jugement du lot 2\n\n"
            + GRID.format("50 %"),
            MET,
        ),
    ],
)
def test_each_grid_of_weights_is_summed_alone_and_told_where_it_is(tmp_path, text, state):
    found = rows(tmp_path, RC=text).filter(controle="pondération des critères")
    assert found["etat"].unique().to_list() == [state], found.to_dicts()
    assert all(found["ou"])
