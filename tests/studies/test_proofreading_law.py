"""What the law does not allow in the documents of a consultation is said to be checked, with its reason, and what it allows is met."""

from __future__ import annotations

import pytest

from spaser.studies.acting import proofreading
from spaser.studies.acting.proofreading import CHECK, CLASHES, FORBIDDEN, MAYBE, MET
from spaser.studies.acting.proofreading.figures import in_figures, value
from spaser.studies.acting.proofreading.lengths import durations
from spaser.studies.acting.proofreading.reading import plain
from spaser.studies.acting.proofreading.reserving import cited

OBJECT = "Article 1 – Objet\nLe marché a pour objet {subject}.\n\n"
LENGTH = "Article 2 – Durée\nLa durée du marché est de {months} mois, reconductions comprises.\n\n"
RESERVED = "Article 3 – Réservation\nLe marché est réservé, en application {articles} du code de la commande publique, aux entreprises de l'économie sociale et solidaire{more}.\n"
CARE = "l'accompagnement social des personnes âgées"
BOTH = "des articles L2113-15 et L2113-16"


def read(tmp_path, **files):
    for name, text in files.items():
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
    return proofreading.proofread([tmp_path]).rows


def said(rows, check):
    return [
        (row["etat"], row["constat"].replace("\u00a0", " ").replace("\u202f", " "), row["fondement"])
        for row in rows.filter(controle=check).to_dicts()
    ]


def reservation(tmp_path, subject=CARE, months=36, articles=BOTH, more=""):
    text = OBJECT.format(subject=subject) + LENGTH.format(months=months) + RESERVED.format(articles=articles, more=more)
    return said(read(tmp_path, RC=text), "réservation")


def test_a_lawful_reservation_to_the_ess_is_met(tmp_path):
    assert [state for state, *_ in reservation(tmp_path)] == [MET], reservation(tmp_path)


@pytest.mark.parametrize("subject", ["le nettoyage des locaux", "l'entretien des espaces verts"])
def test_a_service_out_of_the_list_is_said(tmp_path, subject):
    found = reservation(tmp_path, subject=subject)
    assert MET not in {state for state, *_ in found}
    assert any(told.startswith("Service hors liste") and "L2113-15" in base for _, told, base in found)


@pytest.mark.parametrize(("code", "state"), [("85311100-3", MET), ("90911200-8", CHECK)])
def test_the_cpv_code_says_whether_the_service_is_listed(tmp_path, code, state):
    found = reservation(tmp_path, subject=f"une prestation. Code CPV : {code}")
    assert {one for one, *_ in found} == {state}, found


def test_a_service_that_is_not_recognised_is_to_check(tmp_path):
    assert any(
        "Service non reconnu" in told for _, told, _ in reservation(tmp_path, subject="la mission décrite au cahier")
    )


@pytest.mark.parametrize(("months", "over"), [(36, False), (37, True), (48, True)])
def test_a_reservation_to_the_ess_longer_than_its_maximum_is_said(tmp_path, months, over):
    assert (
        any(
            f"Durée de {months} mois, au-dessus de 36" in told and state == FORBIDDEN
            for state, told, _ in reservation(tmp_path, months=months)
        )
        is over
    )


@pytest.mark.parametrize(
    ("articles", "missing"),
    [
        (BOTH, False),
        ("de l'article L2113-15", True),
        ("des articles L. 2113-15 et L. 2113-16", False),
        ("des articles L2113-15 et 16", False),
    ],
)
def test_both_articles_are_wanted(tmp_path, articles, missing):
    found = [state for state, told, _ in reservation(tmp_path, articles=articles) if "L2113-16 absent" in told]
    assert found == [FORBIDDEN] * missing


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        (", titulaires de l'agrément ESUS", "Agrément ESUS exigé"),
        (" agréées entreprises solidaires d'utilité sociale", "Agrément ESUS exigé"),
        (" implantées dans le département", "Implantation locale exigée"),
        (" dont le siège est situé sur le territoire", "Implantation locale exigée"),
        (". L'agrément ESUS n'est pas exigé", ""),
        ("", ""),
    ],
)
def test_an_agreement_or_a_place_asked_is_said(tmp_path, more, reason):
    found = reservation(tmp_path, more=more)
    assert ([state for state, *_ in found] == [MET]) is not reason
    assert not reason or any(told.startswith(reason) for _, told, _ in found)


def test_a_place_asked_of_another_reservation_is_said_too(tmp_path):
    text = "Le marché est réservé, en application de l'article L. 2113-12, aux entreprises adaptées et aux ESAT{}.\n"
    assert [state for state, *_ in said(read(tmp_path, RC=text.format("")), "réservation")] == [MET]
    placed = said(read(tmp_path, RC=text.format(" implantés dans la commune")), "réservation")
    assert placed == [(FORBIDDEN, "Implantation locale exigée : c'est préférer un lieu.", "CCP R2111-7, L2112-4")]


@pytest.mark.parametrize(
    ("articles", "states"),
    [
        ("de l'article L2113-12", {MET}),
        ("de l'article L2113-14", {MET}),
        ("de l'article L2113-13", {CHECK}),
        ("de l'article L2113-15", {FORBIDDEN, CLASHES, CHECK}),
    ],
)
def test_an_article_that_is_not_the_one_of_the_structures_named_is_said(tmp_path, articles, states):
    text = f"Le marché est réservé, en application {articles}, aux entreprises adaptées et aux ESAT.\n"
    assert {state for state, *_ in said(read(tmp_path, RC=text), "réservation")} == states


def test_articles_are_read_as_they_are_written():
    assert cited("l2113-15 et l2113-16") == cited("l. 2113-15 et 16") == {"L2113-15", "L2113-16"}
    assert cited("article l2113-15") == {"L2113-15"} and cited("article l2113-13-1") == {"L2113-13-1"}
    assert cited("articles l3113-1 et l. 3113-2-1") == {"L3113-1", "L3113-2-1"} and cited("l3113-20") == set()


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("La durée du marché est de 48 mois", {48}),
        ("Le marché est conclu pour une durée de quatre ans", {48}),
        ("L'accord-cadre est passé pour une durée de 12 mois, reconductible trois fois", {12, 48}),
        ("Le marché est conclu pour une durée de 12 mois, reconductible 2 fois par période de 6 mois", {12, 24}),
        ("La durée du marché est de 24 mois, reconductible une fois 12 mois", {24, 36}),
        ("La durée du marché est de 36 mois, reconductible une fois 12 mois", {36, 48}),
        ("La durée du marché est de 24 mois, reconductible une fois pour 12 mois", {24, 36}),
        ("La durée du marché est de 24 mois, reconductible une fois pour une période de 12 mois", {24, 36}),
        ("La durée du marché est de 24 mois, reconductible une fois", {24, 48}),
        ("La durée du marché est de trente-six (36) mois, reconductions comprises", {36}),
        ("Durée : 24 mois", {24}),
        ("La durée de garantie est de 24 mois", set()),
        ("Le délai de validité des offres est de 4 mois", set()),
        ("Les données du marché sont conservées pendant 5 ans", set()),
        (
            "Le marché est conclu pour 36 mois à compter de sa notification. Il est reconductible deux fois un an.",
            {36, 60},
        ),
        (
            "Il est d'une durée initiale d'un an et peut être tacitement reconduit, trois fois, pour la même durée.",
            {12, 48},
        ),
        (
            "L'accord-cadre est d'une durée de trente-six mois, tacitement reconduit pour une période de 12 mois.",
            {36, 48},
        ),
        ("Le marché est reconductible pour une période de 12 mois. Sa durée initiale est de 24 mois.", {24, 36}),
        (
            "Le marché est conclu pour une période initiale de deux ans, reconduit expressément une fois pour un an.",
            {24, 36},
        ),
        ("Durée initiale : 24 mois. Reconduction : 1 × 24 mois.", {24, 48}),
        ("Accord-cadre d'une durée de 48 mois maximum (24 mois fermes, reconductible 2 fois 12 mois).", {24, 48}),
        (
            "Marché conclu pour un (1) an renouvelable par périodes d'un an, sans que la durée totale n'excède quatre (4) ans.",
            {12, 48},
        ),
        (
            "Le marché est passé pour vingt-quatre (24) mois. Trois reconductions de 12 mois chacune sont possibles.",
            {24, 60},
        ),
        ("1 an reconductible 3 fois", {12, 48}),
        ("Le marché est conclu pour un semestre, renouvelable par semestre, trois fois.", {6, 24}),
        ("Le marché est conclu pour 2 ans. Le préavis de non-reconduction est de 3 mois.", {24}),
        ("Le marché est conclu pour 1 an. Il n'est pas reconductible.", {12}),
        ("Les prix du marché sont fermes pour une durée de 12 mois.", set()),
        ("Le titulaire garantit les matériels du marché pour 3 ans.", set()),
        ("Le candidat justifie d'une expérience de trois ans.", set()),
    ],
)
def test_only_the_duration_of_the_contract_is_read_with_its_renewals(text, months):
    assert durations(plain(text)) == months


@pytest.mark.parametrize(
    ("contract", "clash"),
    [
        ("Le marché est conclu pour une durée de 36 mois.", True),
        ("Le marché est conclu pour une durée de 4 ans.", False),
        ("Le marché est conclu pour une durée de 12 mois, reconductible trois fois.", False),
        ("La durée de garantie est de 12 mois.", False),
    ],
)
def test_durations_that_differ_between_documents_clash(tmp_path, contract, clash):
    found = said(read(tmp_path, RC=LENGTH.format(months=48), CCAP=contract), "durée")
    assert [state for state, *_ in found] == ([CLASHES] if clash else [])


def test_lots_with_their_own_durations_do_not_clash(tmp_path):
    rows = read(tmp_path, RC="La durée du lot n° 1 est de 12 mois.", CCAP="La durée du lot n° 2 est de 24 mois.")
    assert not said(rows, "durée")


@pytest.mark.parametrize(
    ("text", "check", "base"),
    [
        ("Les distributeurs sont de marque Lumex.", "marque", ""),
        ("Les produits portent l'Écolabel européen.", "label", "CCP R2111-12 à R2111-17"),
        ("Le papier est certifié FSC.", "label", "CCP R2111-12 à R2111-17"),
        ("Le titulaire s'engage à recruter des habitants de la commune.", "préférence locale", "CCP R2111-7, L2112-4"),
        ("Une priorité est donnée aux entreprises locales.", "préférence locale", "CCP R2111-7, L2112-4"),
    ],
)
def test_a_brand_a_label_or_a_place_is_to_check_with_the_article_only_when_it_is_held(tmp_path, text, check, base):
    (found,) = said(read(tmp_path, CCTP=text), check)
    assert found[0] == CHECK and found[2] == base


@pytest.mark.parametrize(
    "text",
    [
        "Les distributeurs sont de marque Lumex ou équivalent.",
        "Les produits portent l'Écolabel européen ou un label équivalent.",
        "Le papier est certifié FSC. Tout label équivalent est accepté.",
        "Le titulaire respecte la marque de la ville.",
        "Le titulaire recrute des demandeurs d'emploi de longue durée.",
        "Les locaux à nettoyer sont implantés dans la commune.",
        "Les habitants de la commune sont informés des travaux.",
    ],
)
def test_an_equivalent_accepted_or_a_place_of_execution_is_nothing_to_mend(tmp_path, text):
    rows = read(tmp_path, CCTP=text)
    assert not [one for check in ("marque", "label", "préférence locale") for one in said(rows, check)]


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("Les produits d'entretien portent l'Écolabel européen ou équivalent.", MAYBE),
        ("Le titulaire recycle ses déchets pendant l'exécution du marché.", MET),
        ("Conditions d'exécution relatives à l'environnement : les produits portent un écolabel.", MET),
    ],
)
def test_a_specification_of_a_product_is_only_perhaps_a_condition_of_execution(tmp_path, text, state):
    found = said(read(tmp_path, CCTP="Article 2 – Produits\n" + text), "conditions d'exécution environnementales")
    assert [one for one, *_ in found] == [state]


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("trente-six", 36),
        ("soixante et onze", 71),
        ("quatre-vingt-douze", 92),
        ("mille deux cents", 1200),
        ("cent vingt", 120),
    ],
)
def test_numbers_in_words_are_read(said, number):
    assert value(said) == number
    assert in_figures(f"{said} ({number}) mois", "mois") == f"{number} mois"


FIRST = "Article 2 – Durée\nLe marché est conclu pour deux ans, reconductible une fois pour un an.\n"


@pytest.mark.parametrize(
    ("other", "clash"),
    [
        ("Article 2 – Durée\nDurée initiale : 24 mois. Reconduction : 1 × 12 mois.\n", False),
        ("Article 2 – Durée\nDurée : trois ans, reconductions comprises.\n", False),
        ("Article 2 – Durée\nDurée initiale : 24 mois. Reconduction : 1 × 24 mois.\n", True),
        ("Article 2 – Durée\nLe marché est conclu pour un an, reconductible deux fois.\n", True),
        ("Article 2 – Durée\nLe marché est conclu pour trois ans ferme.\n", True),
    ],
)
def test_documents_that_give_the_same_start_and_other_renewals_clash(tmp_path, other, clash):
    found = said(read(tmp_path, RC=FIRST, CCAP=other), "durée")
    assert [state for state, *_ in found] == [CLASHES] * clash, found


@pytest.mark.parametrize(("whole", "clash"), [("48", False), ("36", True)])
def test_a_whole_that_its_renewals_do_not_make_is_said(tmp_path, whole, clash):
    text = f"Article 2 – Durée\nLe marché est conclu pour 12 mois, reconductible 3 fois, sans que la durée totale puisse excéder {whole} mois.\n"
    found = said(read(tmp_path, CCAP=text), "durée")
    assert [state for state, *_ in found] == [CLASHES] * clash, found


@pytest.mark.parametrize(
    ("wanted", "state"),
    [
        ("Le mobilier est fabriqué en France.", [CHECK]),
        ("Les légumes sont produits dans un rayon de 80 km.", [CHECK]),
        ("Les denrées sont issues d'approvisionnements directs.", []),
        ("Le mobilier est fabriqué en France ou dans des conditions équivalentes.", []),
        ("Le titulaire produit ses attestations chaque trimestre.", []),
    ],
)
def test_an_origin_asked_of_what_is_bought_is_said(tmp_path, wanted, state):
    assert [one for one, *_ in said(read(tmp_path, CCTP=wanted), "provenance")] == state
