"""Siblings of the kinds that once failed: other wordings, other patterns of amendments, other numbers, other twins. All invented."""

from __future__ import annotations

from datetime import date

import pytest
from test_contracts import BUYER, built, record

OTHER_PLACE, OTHER_BUYER = BUYER[:9] + "00029", "20000000100019"


SUBSEQUENT = [
    "Accord-cadre à marchés subséquents de contrôle fictif - Travaux de bâtiments - Modernisation de la piscine fictive, 99001 Fictiville",
    "Accords-cadres en 5 lots. - Accord-cadre à marchés subséquents de coordination - Opération de mise aux normes de l'école - 30-32, place Fictive",
    "Marché n°3 subséquent à l'accord-cadre d'élagage",
    "3ème marché subséquent : élagage",
    "M.S. n° 3 élagage",
    "Élagage – MS03",
    "Élagage (MS n°2)",
    "Terminal fictif Lot1 MS3 : qualité des eaux",
    "OP18E0TN MS2019-90277 lycée fictif",
    "Mché subséquent élagage",
    "Marché subs. n°4 élagage",
    "Marché subséq. 3 élagage",
    "Subséquent n°5 - élagage",
    "Contrat subséquent n°2 élagage",
    "MAPA subséquent élagage",
    "Commande n°12 sur accord-cadre élagage",
    "BC n° 2024-113 - élagage",
    "Accord-cadre multi-attributaires élagage - marché subséquent relatif au secteur nord",
    "Remise en concurrence n° 2 de l'accord-cadre élagage",
    "Marché passé sur le fondement de l'accord-cadre élagage",
    "Marché pris en application de l'accord-cadre n°23-14 élagage",
    "Mission de coordination issue de l'accord-cadre 2022 des écoles",
    "Marché attribué sur le fondement de l'AC voirie",
    "Mise en concurrence n°3 dans le cadre de l'accord-cadre de voirie",
    "Commande subséquente n° 3 de mobilier",
]
NOT_SUBSEQUENT = [
    "Gilets MS 12 pour la police fictive",
    "Colonne MS12 sprinkler",
    "Rénovation du bâtiment MS2",
    "Tracteur MS 350",
    "Mise en concurrence des assureurs dans le cadre de l'accord-cadre",
    "Fourniture de 3 MS Surface",
    "Élaboration du dossier MS 2030 d'aménagement",
    "Logiciel de gestion des marchés subséquents et bons de commande",
    "Assistance à la passation de marchés subséquents",
    "Impression des bons de commande de cantine",
    "Accord-cadre avec marchés subséquents élagage",
    "Accord-cadre élagage exécuté par marchés subséquents",
    "AC multi attributaires à MS",
    "Accord-cadre à marchés subséquents de contrôle fictif - Travaux de bâtiments, lot 2 - Rénovations légères",
    "Accord-cadre à marchés subséquents - Travaux d'aménagement des cours des arrondissements 18 et 19, 99001 Fictiville",
    "Accord-cadre à bons de commande de contrôle fictif - Modernisation de la piscine, 3 rue Fictive 99001 Fictiville",
    "Maîtrise d'œuvre urbaine subséquente à l'étude",
]


@pytest.mark.parametrize("subject", SUBSEQUENT)
def test_every_wording_of_a_marche_subsequent_is_one(subject):
    assert built(record(objet=subject))["M1"]["nature_contrat"] == "marche_subsequent"


@pytest.mark.parametrize("subject", NOT_SUBSEQUENT)
def test_words_that_look_like_it_are_not(subject):
    assert built(record(objet=subject))["M1"]["marche_subsequent"] is False


@pytest.mark.parametrize(
    "text", ["NC", "Sans objet", "0", "N/A", "-", "néant", "Aucun", "SO", "non", ".", "0000", "null"]
)
def test_a_word_typed_for_want_of_a_framework_number_is_none(text):
    assert built(record(idAccordCadre=text))["M1"]["nature_contrat"] == "marche"


@pytest.mark.parametrize(
    "number, kind", [("2024-15", "accord_cadre"), ("AC-2024-1501", "accord_cadre"), ("2023-77", "indecis")]
)
def test_with_orders_the_stem_of_its_own_number_makes_a_framework_and_a_foreign_one_does_not(number, kind):
    row = record(id="2024-15-01", idAccordCadre=number, modalitesExecution="Bons de commande", techniques="Sans objet")
    assert built(row)["2024-15-01"]["nature_contrat"] == kind


def test_one_number_on_contracts_of_three_divisions_is_a_template_and_on_two_it_may_be_a_framework():
    rows = [
        record(position=n, id=f"M{n}", idAccordCadre="R8T", codeCPV=f"{cpv}000000")
        for n, cpv in enumerate((55, 80, 45))
    ]
    assert {row["nature_contrat"] for row in built(*rows).values()} == {"marche"}
    assert {row["nature_contrat"] for row in built(*rows[:2]).values()} == {"indecis"}


@pytest.mark.parametrize(
    "number, id, kind",
    [
        ("ac-01", "AC01", "marche_subsequent"),
        ("A 01", "A-01", "marche_subsequent"),
        (BUYER + "A1", "A1", "marche_subsequent"),
        ("A2", "A1", "indecis"),
    ],
)
def test_a_framework_is_found_whatever_the_writing_of_its_number(number, id, kind):
    framework = record(id=id, position=2, techniques="Accord-cadre", dateNotification=date(2025, 1, 1))
    order = record(id="S1", idAccordCadre=number, dateNotification=date(2025, 6, 1), objet="Élagage fictif")
    assert built(order, framework)["S1"]["nature_contrat"] == kind


def test_a_framework_known_by_its_orders_alone_holds_the_contract_that_cites_it():
    framework = record(id="A1", position=2, modalitesExecution="Bons de commande", dateNotification=date(2025, 1, 1))
    order = record(id="S1", idAccordCadre="A1", dateNotification=date(2025, 6, 1), objet="Élagage fictif")
    assert built(order, framework)["S1"]["cadre_uid"] == BUYER + "A1"


def amended(notified, *changes) -> dict:
    told = [change if isinstance(change, dict) else {"montant": change} for change in changes]
    rows = [
        record(**{"modification_id": n, "titulaires": None, "date_version": date(2025, 3 + n, 2)} | change)
        for n, change in enumerate(told, 1)
    ]
    return built(record(montant=notified), *rows)["M1"]


@pytest.mark.parametrize(
    "notified, changes, rule, kept, low, high",
    [
        (100_000, [12.5], "avenant_en_taux", 100_000, 100_000, 112_500),
        (100_000, [1.15], "avenant_en_taux", 100_000, 100_000, 115_000),
        (100_000, [0.15], "avenant_en_taux", 100_000, 100_000, 115_000),
        (100_000, [-5], "avenant_en_taux", 100_000, 95_000, 100_000),
        (100_000, [125], "avenant_douteux", 100_000, 125, 100_125),
        (100_000, [1], "avenant_sans_montant", 100_000, 100_000, 100_000),
        (100_000, [-100_000], "avenant_annule", 100_000, 0, 100_000),
        (100_000, [-130_000], "avenant_annule", 100_000, 0, 100_000),
        (100_000, [-99_000], "avenant_en_moins", 1_000, 1_000, 1_000),
        (100_000, [10_500_000], "avenant_demesure", 100_000, 100_000, 10_500_000),
        (100_000, [500_000], "avenant_total", 500_000, 500_000, 500_000),
        (1_579_545, [11_649_838, 12_572_741], "avenant_total", 12_572_741, 12_572_741, 12_572_741),
        (100_000, [10_500_000, 10_900_000], "avenant_demesure", 100_000, 100_000, 10_900_000),
        (1, [120_000], "avenant_total", 120_000, 120_000, 120_000),
        (100_000, [5_000, 12_000, 20_000], "avenant_douteux", 100_000, 20_000, 137_000),
        (100_000, [5_000, 12_000, 12_000], "avenant_repete", 100_000, 12_000, 129_000),
        (100_000, [5_000, 5_500], "avenant_repete", 100_000, 5_500, 110_500),
        (100_000, [5_000, 5_600], "avenant_douteux", 100_000, 5_600, 110_600),
        (100_000, [5_000, 40_000, 5_000], "avenant_douteux", 100_000, 5_000, 150_000),  # not one after the other
        (
            100_000,
            [5_000, 70_000, 5_000],
            "avenant_douteux",
            70_000,
            5_000,
            75_000,
        ),  # a total between them settles the first
        (100_000, [-3_000, 97_000], "avenant_total", 97_000, 97_000, 97_000),
        (None, [120_000, 4_000], "avenant_douteux", 120_000, 4_000, 124_000),
    ],
)
def test_an_amendment_that_is_a_rate_a_cancellation_or_out_of_proportion_keeps_what_was_in_force(
    notified, changes, rule, kept, low, high
):
    row = amended(notified, *changes)
    got = (row["montant_regle"], *(row[name] / 100 for name in ("montant", "montant_bas", "montant_haut")))
    assert got == (rule, kept, low, high)


@pytest.mark.parametrize(
    "changes, proposed",
    [
        ([12_000, 12_000], 112_000),  # the same to the cent: published again
        ([12_000, 12_600], None),  # nearly the same twice: one sum, or two
        ([12_000, 12_600, 12_300], 112_300),  # three times: one sum that moves a little
        ([12_000, 20_000], 132_000),  # two sums
    ],
)
def test_a_small_sum_that_comes_back_is_never_proposed_as_many_additions(changes, proposed):
    row = amended(100_000, *changes)
    assert row["montant_propose"] == (None if proposed is None else proposed * 100)
    assert (row["montant"], row["montant_haut"]) == (10_000_000, 10_000_000 + sum(changes) * 100)
    assert row["a_verifier"] == "montant"


@pytest.mark.parametrize(
    "text, published, kept",
    [
        ("le montant est porté de 90 000 à 100 000 € soit + 10 000 €", 10_000, 110_000),
        ("porté de 100 000 € à 104 000 €, soit une augmentation de 4 000,00 € HT", 4_000, 104_000),
        ("porté de 100 000 € à 130 000 € soit une plus-value de 30 000 €", 130_000, 130_000),
        ("montant ramené à 40 000 € HT", 40_000, 40_000),
        ("moins-value de 6 000 € HT", 6_000, 94_000),
        ("travaux supplémentaires pour 7 000,00 euros", 7_000, 107_000),
        ("augmentation de 15 % du montant", 15, 100_000),
        ("Nouveau montant du marché après moins-value : 30 000 € HT", 30_000, 30_000),
        ("Nouveau montant du marché après moins-value de 30 000 € : 70 000 €", 30_000, 70_000),
        ("Montant après avenant : 40 000 € HT", 40_000, 40_000),
        ("Montant de l'avenant : 60 000 € HT", 60_000, 160_000),
        ("Montant total de l'avenant n° 2 : 20 000,00 €", 20_000, 120_000),
        ("Incidence financière : 30 000 € HT", 30_000, 130_000),
        ("Incidence financière de l'avenant : -30 000 € HT", 30_000, 70_000),
        ("Avenant n°1 d'un montant de 30 000 € HT", 30_000, 130_000),
        ("Le montant du marché est modifié : 45 000 € HT au lieu de 100 000 € HT", 45_000, 45_000),
        ("Réduction du montant à 45 000 €", 45_000, 45_000),
        ("Plus-value estimée à 45 000 €", 45_000, 145_000),
        ("Suppression de prestations pour 20 000 €", 20_000, 80_000),
        ("Diminution de 20 000 € du montant du marché, nouveau montant 80 000 €", 20_000, 80_000),
        ("Plus-values 20 000 € et moins-values 5 000 €, solde 15 000 €", 15_000, 100_000),
        ("Le montant de la tranche optionnelle est de 20 000 €", 20_000, 100_000),
        ("Avenant n° 20 du 20/03/2025 en plus-value", 20, 100_000),
    ],
)
def test_the_words_before_a_sum_say_what_it_is(text, published, kept):
    assert amended(100_000, {"montant": published, "objetModification": text})["montant"] == kept * 100


def test_amendments_published_in_disorder_are_read_in_the_order_of_their_days():
    late, early = (
        {"montant": 130_000, "date_version": date(2025, 9, 1)},
        {"montant": 110_000, "date_version": date(2025, 5, 1)},
    )
    assert amended(100_000, late, early)["montant"] == amended(100_000, early, late)["montant"] == 13_000_000


@pytest.mark.parametrize(
    "notified, months, kept",
    [(12, 120, 12), (12, 119, 119), (9, 90, 9), (9, 89, 89), (8, 89, 89), (8, 90, 8), (10, 99, 99), (None, 365, 365)],
)
def test_ten_times_the_months_in_force_and_ninety_at_least_are_days_typed_for_months(notified, months, kept):
    rows = [
        record(dureeMois=notified),
        record(modification_id=1, titulaires=None, dureeMois=months, date_version=date(2025, 4, 2)),
    ]
    assert built(*rows)["M1"]["dureeMois"] == kept


@pytest.mark.parametrize("months, kept", [(365, 12), (24, 24), (90, 90)])
def test_days_typed_for_months_in_an_amendment_are_a_doubt(months, kept):
    first = 12 if months != 90 else 48
    change = record(modification_id=1, montant=None, titulaires=None, dureeMois=months, date_version=date(2025, 6, 1))
    assert built(record(dureeMois=first), change)["M1"]["dureeMois"] == kept


@pytest.mark.parametrize(
    ("day", "rule", "kept"),
    [
        (date(2024, 6, 21), "avenant_duree_totale", 12),  # before the new end
        (date(2024, 8, 23), "avenant_apres_la_fin", 12),  # two months after it, and to be looked at
        (date(2024, 8, 24), "avenant_duree_douteuse", 11),  # later: perhaps twelve months more
    ],
)
def test_an_amendment_notified_some_weeks_after_the_end_it_moves_gives_the_new_duration(day, rule, kept):
    first = record(dureeMois=11, dateNotification=date(2023, 6, 22))
    change = record(modification_id=1, montant=None, titulaires=None, dureeMois=12, date_version=day)
    got = built(first, change)["M1"]
    assert (got["duree_regle"], got["dureeMois"]) == (rule, kept)


def lots(*rows: dict) -> tuple:
    row = built(*(record(**{"position": n} | row) for n, row in enumerate(rows, 1)))["M1"]
    return row["nature_contrat"], row["montant_haut"] // 100


@pytest.mark.parametrize(
    "rows, kind, high",
    [
        (
            [{"titulaires": [f"T{n}"], "dateNotification": date(2025, 3, n)} for n in (1, 6, 11)],
            "plusieurs_lots",
            150_000,
        ),
        (
            [{"titulaires": [f"T{n}"], "objet": f"Rénovation fictive lot {n} : corps {n}"} for n in (1, 2, 3)],
            "plusieurs_lots",
            150_000,
        ),
        ([{"titulaires": [f"T{n}"]} for n in (1, 2, 3)], "marche", 50_000),
        (
            [{"titulaires": ["T1"]}, {"titulaires": ["T2"], "montant": 90_000, "source": "b.json"}],
            "plusieurs_lots",
            140_000,
        ),
        (
            [
                {"titulaires": ["T1"]},
                {"titulaires": ["T2"], "montant": 90_000, "datePublicationDonnees": date(2025, 5, 1)},
            ],
            "plusieurs_lots",
            140_000,
        ),
        ([{}, {"montant": 90_000, "datePublicationDonnees": date(2025, 5, 1)}], "marche", 90_000),
        ([{}, {"titulaires": ["T2"], "datePublicationDonnees": date(2025, 5, 1)}], "marche", 50_000),
    ],
)
def test_lots_under_one_number_are_seen_in_one_edition_or_in_several_and_a_correction_is_not_a_lot(rows, kind, high):
    assert lots(*rows) == (kind, high)


@pytest.mark.parametrize(
    "subjects, amounts, rule",
    [
        (["Denrées fictives (accord-cadre pluri-attributaire)"] * 2, (100_000, 120_000), "maxima_inegaux"),
        (["Denrées fictives diverses (3 titulaires)"] * 2, (100_000, 120_000), "maxima_inegaux"),
        (
            [f"Travaux de voirie fictifs du secteur nord - attributaire {n}" for n in (1, 2)],
            (100_000, 120_000),
            "maxima_inegaux",
        ),
        (
            [f"Travaux de voirie fictifs du secteur nord - rang {n}" for n in (1, 2)],
            (100_000, 100_000),
            "maximum_repete",
        ),
        ([f"Voirie fictive - lot {n} : nord" for n in (1, 2)], (100_000, 120_000), None),
        (["Fourniture de denrées fictives diverses"] * 2, (100_000, 120_000), None),
        (["Voirie fictive - lot 3 : nord"] * 2, (100_000, 400_000), None),
    ],
)
def test_holders_of_one_lot_told_apart_by_rank_or_number_are_one_need(subjects, amounts, rule):
    rows = [
        record(id=f"M{n}", position=n, techniques="Accord-cadre", objet=subject, montant=amount, titulaires=[f"T{n}"])
        for n, (subject, amount) in enumerate(zip(subjects, amounts, strict=True))
    ]
    assert {row["accord_regle"] for row in built(*rows).values()} == {rule}


@pytest.mark.parametrize(
    "one, other, rule",
    [
        (
            {"objet": "Réfection de la salle"},
            {"acheteur_id": OTHER_PLACE, "objet": "Refection de la salle"},
            "deux_etablissements",
        ),
        ({}, {"acheteur_id": OTHER_BUYER, "dateNotification": date(2025, 3, 9)}, "groupement"),
        ({}, {"acheteur_id": OTHER_BUYER, "dateNotification": date(2025, 3, 20)}, None),
        ({"montant": 50_000.4}, {"montant": 50_000}, "autre_numero"),
        ({"id": "2024-15"}, {"id": "2024_15", "montant": 50_001}, "numero_ecrit_autrement"),
        ({"id": "0015"}, {"id": "15", "montant": 50_001}, "numero_ecrit_autrement"),
        ({"id": "15"}, {"id": "16", "montant": 50_001}, None),
        ({}, {"titulaires": ["30000000000022"]}, "autre_numero"),
        ({}, {"titulaires": ["31000000000022"]}, None),
        ({"id": "2019S0700"}, {"id": "2019S0701", "montant": 60_000}, "ordre_de_modification"),
        ({"objet": "École - lot 1 maçonnerie"}, {"objet": "École - lot 2 plomberie"}, None),
    ],
)
def test_the_same_contract_is_seen_across_establishments_groups_numbers_and_dialects(one, other, rule):
    found = [row["doublon_regle"] for row in twins(one, other)]
    assert found == [rule, rule]


def twins(one: dict, other: dict) -> list[dict]:
    from test_contracts import build

    rows = record(**{"id": "M1"} | one), record(**{"id": "M2", "position": 2} | other)
    return build(*rows).contracts.sort("uid").collect().to_dicts()


@pytest.mark.parametrize(
    "euros, status",
    [
        (8_333_333.33, "valide"),
        (1_666_666.67, "valide"),
        (416_666.67, "valide"),
        (2_083_333.33, "valide"),
        (7_777_777.77, "valide"),
        (987_654_321, "impossible"),
        (9_876_543, "impossible"),
        (1_234_567.89, "impossible"),
        (9_999_999.99, "impossible"),
        (1_234_568.89, "valide"),
    ],
)
def test_sequences_typed_up_down_or_with_their_cents_are_placeholders_and_twelfths_are_not(euros, status):
    assert built(record(montant=euros))["M1"]["montant_statut"] == status


@pytest.mark.parametrize(
    "low, subject, regle",
    [
        (199_999, "Voirie fictive - lot 3 : nord", "maxima_eloignes"),
        (200_000, "Voirie fictive - lot 3 : nord", None),
        (100_000, "Fourniture de denrées fictives diverses", None),
    ],
)
def test_maxima_of_one_lot_too_far_apart_are_kept_and_flagged(low, subject, regle):
    rows = [
        record(id=f"M{n}", position=n, techniques="Accord-cadre", objet=subject, montant=amount, titulaires=[f"T{n}"])
        for n, amount in ((1, 400_000), (2, low))
    ]
    found = built(*rows)
    got = found["M2"]
    assert got["doublon_regle"] == regle
    assert got["doublon_possible"] == (found["M1"]["uid"] if regle else None)
    assert got["montant_retenu"] == (None if low == 200_000 else low * 100)
    assert (got["a_verifier"] == "doublon") is (regle is not None)


NOTHING, CLAUSE, RESERVED = "Pas de considération sociale", "Clause sociale", "Marché réservé"


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ({"considerationsSociales": NOTHING}, {"considerationsSociales": RESERVED}, RESERVED),
        ({"considerationsSociales": RESERVED}, {"considerationsSociales": NOTHING}, RESERVED),
        ({"considerationsSociales": CLAUSE}, {"considerationsSociales": RESERVED}, f"{CLAUSE}, {RESERVED}"),
        ({"considerationsSociales": NOTHING}, {"considerationsSociales": NOTHING}, NOTHING),
        ({"considerationsSociales": None}, {"considerationsSociales": None}, None),
    ],
)
def test_what_one_lot_declares_is_kept_when_another_lot_of_the_number_declares_nothing(first, second, told):
    rows = [
        record(objet=f"Denrées fictives - lot {n}", titulaires=[f"T{n}"], montant=amount, position=n, **lot)
        for n, amount, lot in ((1, 171_000, first), (2, 9_000, second))
    ]
    got = built(*rows)["M1"]
    assert (got["nature_contrat"], got["considerationsSociales"]) == ("plusieurs_lots", told)


def test_a_later_publication_that_corrects_a_contract_corrects_what_it_declares():
    first = record(considerationsSociales=RESERVED)
    later = record(position=2, considerationsSociales=NOTHING, datePublicationDonnees=date(2025, 5, 1))
    assert built(first, later)["M1"]["considerationsSociales"] == NOTHING
