"""Kinds of wrong facts found by reading real records, each with what stands on the other side of its limit. All invented."""

from __future__ import annotations

from datetime import date

import pytest
from test_contracts import built, record

FIRST, PUBLISHED = date(2025, 2, 1), date(2025, 5, 1)


def first(**given):
    return record(**{"dateNotification": FIRST, "datePublicationDonnees": PUBLISHED} | given)


def again(**given):
    """The same contract published again under its number, some weeks later."""
    return first(**{"position": 2, "dateNotification": date(2025, 3, 20), "montant": 60_000} | given)


def test_a_contract_published_again_after_each_amendment_is_not_several_lots():
    states = [
        first(),
        again(),
        again(position=3, dateNotification=date(2025, 4, 20), montant=55_000),
    ]
    got = built(*states)["M1"]
    assert (got["nature_contrat"], got["montant_regle"], got["a_verifier"]) == ("marche", "etats_successifs", "montant")
    assert (got["montant"], got["montant_bas"], got["montant_haut"]) == (5_500_000, 5_000_000, 6_000_000)
    assert (got["montant_initial"], got["dateNotification"]) == (5_000_000, FIRST)
    assert "55\u202f000\u00a0€" in got["montant_preuve"]


def test_the_last_state_gives_the_duration_even_when_its_amount_is_not_the_largest():
    got = built(first(dureeMois=4, montant=60_000), again(dureeMois=5, montant=55_000))["M1"]
    assert (got["dureeMois_initiale"], got["dureeMois"], got["montant"]) == (4, 5, 5_500_000)


def test_several_holders_of_one_state_come_back_in_the_next():
    pair = [{"titulaires": ["T1"]}, {"titulaires": ["T2"]}]
    rows = [first(position=n, **who) for n, who in enumerate(pair, 1)]
    rows += [again(position=n, **who) for n, who in enumerate(pair, 3)]
    assert (built(*rows)["M1"]["montant_regle"], built(*rows)["M1"]["montant"]) == ("etats_successifs", 6_000_000)


@pytest.mark.parametrize(
    "given",
    [
        {"titulaires": ["T9"]},  # another holder: another lot
        {"objet": "Entretien des serres de la ville fictive"},
        {"dateNotification": FIRST},  # the same day
        {"dateNotification": date(2025, 2, 15)},  # fourteen days
        {"montant": 75_000.01},  # more than half as much again
    ],
)
def test_what_says_several_lots_still_does(given):
    got = built(first(), again(**given))["M1"]
    assert got["nature_contrat"] == "plusieurs_lots"


def test_a_true_amendment_beside_them_leaves_the_states_undecided():
    change = record(modification_id=1, date_version=date(2025, 6, 1), montant=62_000, titulaires=None)
    assert built(first(), again(), change)["M1"]["nature_contrat"] == "plusieurs_lots"


@pytest.mark.parametrize(
    ("subject", "published", "kind"),
    [
        ("Fourniture de vélos fictifs. Marché spécifique issu du système d’acquisition dynamique n° 23", "Bons de commande", "accord_cadre"),
        ("Fourniture de vélos fictifs. Marché spécifique issu du système d’acquisition dynamique n° 23", "Sans objet", "marche"),
        ("Fourniture de vélos fictifs pour le système de prêt", "Bons de commande", "indecis"),
    ],
)  # fmt: skip
def test_the_number_of_a_dynamic_purchasing_system_is_not_that_of_a_framework(subject, published, kind):
    got = built(record(objet=subject, idAccordCadre="SAD-77", modalitesExecution=published))["M1"]
    assert got["nature_contrat"] == kind


@pytest.mark.parametrize(
    ("subject", "kind"),
    [
        ("Études fictives - ACCORD CADRE RELATIF aux missions d'assistance", "indecis"),
        ("Appel d'offres en vue d'accords-cadres de services fictifs", "indecis"),
        ("Marché subséquent n°2 - accord-cadre relatif aux études fictives", "marche_subsequent"),
        ("Études fictives dans le cadre d'un accord", "marche_subsequent"),
    ],
)
def test_a_published_marche_subsequent_whose_subject_is_a_framework_is_undecided(subject, kind):
    assert built(record(nature="Marché subséquent", objet=subject))["M1"]["nature_contrat"] == kind


@pytest.mark.parametrize(
    ("subject", "kind"),
    [
        ("Lot 2 - MS - Activité pédalos du bassin fictif", "marche_subsequent"),
        ("Lot 2 - Gilets MS pour le bassin fictif", "indecis"),
    ],
)
def test_ms_after_the_number_of_a_lot_opens_the_subject(subject, kind):
    assert built(record(objet=subject, modalitesExecution="Marchés subséquents"))["M1"]["nature_contrat"] == kind


@pytest.mark.parametrize(
    ("subject", "trial"),
    [
        ("Le marché noir", True),
        ("Le marche du siecle", True),
        ("Le marché noir et blanc", False),
        ("Sur le marché final", False),
    ],
)
def test_subjects_of_trial_files_are_trials(subject, trial):
    assert built(record(objet=subject))["M1"]["test_plateforme"] is trial


CUT = "SA5 RESTAUR. TOITURES SALLE FICTIVE LOT4 :MACONNERIE"


@pytest.mark.parametrize(
    ("given", "united"),
    [
        ({}, True),
        ({"id": "20250000417"}, True),  # five numbers on
        ({"id": "20250000418"}, False),
        ({"id": "20260000413"}, False),  # another series
        ({"dateNotification": date(2025, 3, 16)}, True),  # fifteen days
        ({"dateNotification": date(2025, 3, 17)}, False),
        ({"procedure": "Appel d'offres ouvert"}, False),
        ({"objet": "SA5 RESTAURATION TOITURES SALLE FICTIVE LOT4:ASCENSEUR"}, False),  # the same lot
        ({"objet": "SA5 RESTAURATION TOITURES SALLE FICTIVE: ASCENSEUR"}, False),  # no lot
        ({"objet": "SA5 RESTAURATION COLLECTIVE LOT5: DENREES SURGELEES"}, False),  # one word in common
    ],
)
def test_lots_numbered_one_after_the_other_are_of_one_consultation_even_when_subjects_were_cut_apart(given, united):
    other = {"id": "20250000413", "objet": "SA5 RESTAURATION TOITURES SALLE FICTIVE LOT5:ASCENSEUR"} | given
    rows = [record(id="20250000412", objet=CUT, codeCPV="45262512"), record(position=2, codeCPV="45313100", **other)]
    groups = [row["consultation"] for row in built(*rows).values()]
    assert (len(set(groups)) == 1) is united


@pytest.mark.parametrize(("near", "proposed"), [(1.5, True), (1.7, False)])
def test_a_repair_is_proposed_only_close_to_what_the_buyer_pays(near, proposed):
    usual = [
        record(position=n, id=f"U{n}", objet=f"Achat fictif numéro {n}", montant=40_000 + 900 * n) for n in range(1, 13)
    ]
    got = built(*usual, record(position=99, montant=4_585_000 * near))["M1"]
    assert (got["montant_regle"], got["montant_propose"] is not None) == ("outlier", proposed)


@pytest.mark.parametrize(
    ("notified", "published", "other"),
    [
        (date(2026, 2, 22), date(2025, 3, 2), "22/02/2025"),
        (date(2025, 12, 30), date(2025, 1, 10), "30/12/2024"),  # the year before
        (date(2028, 2, 29), date(2025, 3, 2), "28/02/2025"),
        (date(2025, 12, 31), date(2025, 4, 2), "31/12/2024"),  # ninety-two days
        (date(2025, 12, 31), date(2025, 4, 3), None),
    ],
)
def test_a_notification_after_its_publication_says_which_mistyped_year_explains_it(notified, published, other):
    proof = built(record(dateNotification=notified, datePublicationDonnees=published))["M1"]["date_preuve"]
    assert (f"l'expliquerait : {other}." in proof) if other else ("expliquerait" not in proof)


@pytest.mark.parametrize("amount, rule", [(51_000, "etats_successifs"), (51_001, "plusieurs_lots_sous_un_numero")])
def test_nearly_the_same_euros_some_days_later_correct_the_contract(amount, rule):
    got = built(first(), again(dateNotification=date(2025, 2, 4), montant=amount))["M1"]
    assert got["montant_regle"] == rule and got["a_verifier"] == "montant"
    assert built(first(), again(dateNotification=FIRST, montant=51_000))["M1"]["nature_contrat"] == "plusieurs_lots"


def test_a_lot_published_again_on_another_day_is_counted_once_in_the_high_bound():
    other = again(position=3, montant=300_000, titulaires=["T2"])
    lots = [first(titulaires=["T1"]), other]
    more = again(titulaires=["T1"], montant=50_000)
    assert built(*lots)["M1"]["montant_haut"] == built(*lots, more)["M1"]["montant_haut"] == 35_000_000
    # Other euros, or another holder: one lot more.
    for given in ({"montant": 50_001}, {"titulaires": ["T3"]}):
        got = built(*lots, again(**{"titulaires": ["T1"], "montant": 50_000} | given))["M1"]
        assert got["montant_haut"] >= 40_000_000


def test_nothing_paid_is_unknown_where_receipts_pay_or_no_maximum_is_published_and_wrong_elsewhere():
    said = {"objet": "Création d'une régie publicitaire pour le magazine fictif", "techniques": "Accord-cadre"}
    for given in ({"objet": said["objet"]}, {"techniques": said["techniques"]}):
        row = built(record(montant=0, **given))["M1"]
        assert (row["montant_statut"], row["montant_retenu"]) == ("inconnu", None)
    assert built(record(montant=0))["M1"]["montant_statut"] == "impossible"
    assert built(record(montant=-1, **said))["M1"]["montant_statut"] == "impossible"
    assert built(record(montant=1, **said))["M1"]["montant_regle"] == "symbolic_below"
