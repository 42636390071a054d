"""The kind of a contract is judged: framework, marché subséquent, several lots under one number, undecided, or plain marché."""

from __future__ import annotations

import random
from datetime import date

import polars as pl
import pytest
from test_consultations import decisions
from test_contracts import BUYER, built, record

from spaser import rules
from spaser.contracts import ruling
from spaser.problems import Problem
from spaser.vocabulary import CONTRACT_KINDS

FACTS = rules.toml("contract_facts.toml")
#: The facts that rules judge, and the column that says which one decided.
JUDGED = {fact: f"{fact}_regle" for fact in ("nature", "montant", "duree", "date", "accord", "doublon")}
JUDGED |= {"lots": "nature_regle", "statut": "montant_regle"}
EXAMPLES = [
    pytest.param(fact, name, rows, matches, id=f"{fact}-{name}-{'oui' if matches else 'non'}")
    for fact, table in FACTS.items()
    if fact in JUDGED
    for name, rule in table.items()
    for matches, key in ((True, "oui"), (False, "non"))
    if (rows := rule.get(key))
]


@pytest.mark.parametrize("fact, name, rows, matches", EXAMPLES)
def test_each_rule_of_the_table_sees_its_example_and_not_its_counter_example(fact, name, rows, matches):
    given = [{key: None if value == "" else value for key, value in row.items()} for row in rows]
    got = built(*(record(**row) for row in given))[rows[0].get("id", "M1")]
    rule, column = FACTS[fact][name], JUDGED[fact]
    assert (got[column] == name) is matches
    assert not matches or "preuve" not in rule or got[column.replace("regle", "preuve")]
    concluded = {"nature": "nature_contrat", "lots": "nature_contrat", "statut": "montant_statut"}
    assert not matches or fact not in concluded or got[concluded[fact]] == rule["conclut"]
    assert not matches or decided(fact, rule, got) == []


#: How a doubt of each fact is called where what is to verify is listed, and the columns of its value, its proposal and its bounds.
DOUBTED = {"nature": "nature", "montant": "montant", "duree": "durée", "date": "date"}
VALUED = {
    "montant": ("montant", "montant_propose", "montant_bas", "montant_haut"),
    "duree": ("dureeMois", None, "duree_basse", "duree_haute"),
}
#: A rule that proposes only where its own sums agree: it may propose nothing.
MAY_PROPOSE = {"la somme comptée une fois est proposée", "le centième est proposé quand"}


def decided(fact: str, rule: dict, got: dict) -> list[str]:
    """What the contract that a rule decided has otherwise than the rule says: to look at, proposed, bounded, kept."""
    wrong = []
    if fact in DOUBTED:
        listed = DOUBTED[fact] in (got["a_verifier"] or "").split(", ")
        if bool(rule.get("regarder")) and not listed:
            wrong.append("regarder")
    if fact in VALUED:
        value, proposed, low, high = (got[name] if name else None for name in VALUED[fact])
        sometimes = any(said in rule["conclut"] for said in MAY_PROPOSE)
        if VALUED[fact][1] and not sometimes and (proposed is not None) != ("propose" in rule):
            wrong.append(f"propose : {proposed}")
        if None not in (value, low, high):
            if not low <= value <= high:
                wrong.append(f"bornes : {low}, {value}, {high}")
            if {"bas", "haut", "propose"}.isdisjoint(rule) and not low == value == high:
                wrong.append(f"bornes sans raison : {low}, {value}, {high}")
            if ("bas" in rule or "haut" in rule) and low == high:
                wrong.append("aucune borne")
    if fact == "date" and (got["dateNotification"] is None) != (rule["conclut"] == "inconnue"):
        wrong.append(f"date : {got['dateNotification']}")
    return wrong


def test_what_a_rule_decides_otherwise_than_it_says_is_seen():
    rule = {"conclut": "la valeur", "propose": "somme", "bas": "montant", "regarder": True}
    kept = {"montant": 10, "montant_propose": 20, "montant_bas": 10, "montant_haut": 20, "a_verifier": "montant"}
    assert decided("montant", rule, kept) == []
    for name, value in (("montant_propose", None), ("montant_bas", 20), ("montant_haut", 5), ("a_verifier", "durée")):
        assert decided("montant", rule, kept | {name: value}), name
    assert decided("date", {"conclut": "inconnue"}, {"dateNotification": date(2025, 1, 1), "a_verifier": None})


#: Rules whose examples need a dozen records or a decision: each has its own test.
ELSEWHERE = {"decision", "unit_file", "modification_en_doute", "outlier"}


def test_every_rule_says_what_it_sees_with_an_example_and_a_counter_example():
    for fact in JUDGED:
        for name, rule in FACTS[fact].items():
            assert rule["voit"] and rule["conclut"]
            assert name in ELSEWHERE or (rule["oui"] and rule["non"]), name


def ruled(monkeypatch, fact: str, name: str, **said) -> dict:
    """The judgement of three invented contracts, with one more rule in the table, and nothing else."""
    entry = {"voit": "un essai", "conclut": "accord_cadre", "preuve": "Dit : {}.", "cite": ["objet"]} | said
    motifs = FACTS["motifs"] | {"normal": {**FACTS["motifs"]["normal"], "essai": "^concession d accord$"}}
    table = FACTS | {fact: {**FACTS[fact], name: entry}, "motifs": motifs}
    monkeypatch.setattr(
        rules, "toml", lambda file, read=rules.toml: table if file == "contract_facts.toml" else read(file)
    )
    ruling._checked.cache_clear()
    try:
        return built(record(objet="Concession d'accord"), record(id="M2", position=2, objet="Accord de concession"))
    finally:
        ruling._checked.cache_clear()


def test_a_new_rule_on_texts_is_an_entry_of_the_table_and_nothing_else(monkeypatch):
    assert built(record(objet="Concession d'accord"))["M1"]["nature_contrat"] == "marche"
    monkeypatch.setitem(FACTS["motifs"], "lire_si", "(?i)accord")
    got = ruled(monkeypatch, "nature", "essai", quand="dit_essai")
    assert [got[name]["nature_contrat"] for name in ("M1", "M2")] == ["accord_cadre", "marche"]
    assert got["M1"]["nature_preuve"] == "Dit : Concession d'accord."


def test_a_new_rule_on_durations_speaks_of_contracts_without_amendment_too(monkeypatch):
    said = {"quand": "notifiee = 12 AND dernier_avenant IS NULL", "cite": ["notifiee"], "regarder": True}
    plain, other = ruled(monkeypatch, "duree", "essai", **said).values()
    assert (plain["duree_regle"], plain["duree_preuve"], plain["dureeMois"]) == ("essai", "Dit : 12.", 12)
    assert plain["a_verifier"] == other["a_verifier"] == "durée"
    said["quand"] = "notifiee = 13"
    assert {row["duree_regle"] for row in ruled(monkeypatch, "duree", "essai", **said).values()} == {None}


def test_only_dates_and_durations_say_why_a_contract_is_listed_to_be_corrected():
    said = {fact for fact in JUDGED for rule in FACTS[fact].values() if {"corriger", "poids"} & rule.keys()}
    assert said == {"date", "duree"}
    assert all(rule["regarder"] for fact in said for rule in FACTS[fact].values() if "corriger" in rule)


@pytest.mark.parametrize(
    "said, told",
    [
        ({"quand": "dit_essay"}, "« quand » nomme « dit_essay ». Vouliez-vous dire « dit_essai » ?"),
        ({"quand": "dit_essai", "cite": ["objets"]}, "« cite » nomme « objets »"),
        ({"quand": "dit_essai", "conclut": "accord_cadres"}, "« conclut » dit « accord_cadres »"),
        ({"quand": "dit_essai AND"}, "« quand » ne se lit pas"),
        ({"quand": "dit_essai", "cite": []}, "« preuve » n'a pas autant de places que « cite » de noms"),
        ({"quand": "dit_essai", "preuv": "faute"}, "« preuv » n'est pas un mot d'une règle"),
        ({"quand": ""}, "« quand » manque"),
    ],
)
def test_a_misspelt_rule_stops_the_first_judgement_and_says_where(monkeypatch, said, told):
    with pytest.raises(Problem, match="nature.essai") as raised:
        ruled(monkeypatch, "nature", "essai", **said)
    assert told in str(raised.value)


def test_a_rule_that_names_an_unknown_bound_stops_the_first_judgement():
    with pytest.raises(Problem, match="« haut » nomme « somme »"):
        ruling.valued("duree", "haut", pl.col("regle"), {"sommes": pl.lit(1)})


#: Frameworks with orders that carry the framework's own number, under all sorts of spellings: none is a marché subséquent.
OWN_NUMBERS = [
    ("2023-1401-00", "2023-14", "ACCORD-CADRE RELATIF A L'ENTRETIEN DES ESPACES VERTS : Lot 1"),
    ("2023-19-00", "2023.19", "ACCORD CADRE RELATIF A UN SERVICE DE COLLECTE"),
    ("2024-0401-00", "2024.04.01", "Contrôles réglementaires périodiques - Lot 1"),
    ("24MS016_L1", "24MS016", "Entretien des espaces verts : Lot 1"),
    ("AC7-2", "AC7", "Fourniture de papier"),
    ("2024_12", "12", "Fourniture de denrées"),
    ("F2024-3", "f2024/3", "Location de bennes"),
    ("2024000900", "2024-009", "Maintenance des ascenseurs"),
]


@pytest.mark.parametrize("id, number, subject", OWN_NUMBERS)
def test_a_framework_that_carries_its_own_short_number_is_a_framework(id, number, subject):
    got = built(record(id=id, idAccordCadre=number, objet=subject, techniques="Accord-cadre"))[id]
    assert (got["nature_contrat"], got["accord_cadre"], got["marche_subsequent"]) == ("accord_cadre", True, False)


def test_sibling_lots_that_share_the_number_of_one_of_them_are_frameworks_not_its_orders():
    lots = [
        record(
            position=n,
            id=id,
            idAccordCadre="24MS016",
            objet=f"Entretien des espaces verts de la ville fictive : Lot {n}",
            techniques="Accord-cadre",
            dateNotification=day,
        )
        for n, id, day in (
            (1, "24MS016_L1", date(2024, 7, 11)),
            (2, "24MS016", date(2024, 7, 11)),
            (4, "24MS016_L4", date(2024, 7, 20)),
        )
    ]
    assert {row["nature_contrat"] for row in built(*lots).values()} == {"accord_cadre"}
    # Without their technique nothing proves it: a lot notified after its sibling is not its order either.
    plain = [row | {"techniques": None if row["id"] == "24MS016_L4" else "Accord-cadre"} for row in lots]
    got = built(*plain)["24MS016_L4"]
    assert got["nature_contrat"] == "indecis" and "lot de la même consultation" in got["nature_preuve"]


SAID = [
    ("Marché subséquent n°2 accord-cadre espaces verts", True),
    ("MARCHES SUBSEQUENTS MULTI-ATTRIBUTAIRES DE MENUISERIE", True),
    ("March\ufffd subs\ufffdquent de peinture", True),
    ("MS n° 3 - Entretien du parc", True),
    ("MS2019-90125 SSI du lycée fictif", True),
    ("Terminal fictif - MS 4 maîtrise d'œuvre", True),
    ("Bon de commande n°12 : signalisation", True),
    ("Location d'écrans - marché fondé sur l'accord-cadre n° 20212021F09371", True),
    ("Accord-cadre à marchés subséquents de travaux", False),
    ("Accord-cadre mono-attributaire à bons de commande et à marchés subséquents", False),
    ("Licences MS 365 et support", False),
    ("Maintenance des systèmes MS Office 2019", False),
    ("Marché à bons de commande de voirie", False),
]


@pytest.mark.parametrize("subject, later", SAID)
def test_the_subject_says_a_marche_subsequent_in_all_its_forms(subject, later):
    assert built(record(objet=subject))["M1"]["marche_subsequent"] is later


def test_a_number_alone_is_undecided_kept_in_the_sums_and_its_low_bound_is_nothing_when_a_framework_may_hold_it():
    framework = record(
        position=2,
        id="2023-19-00",
        objet="Collecte des encombrants fictifs",
        techniques="Accord-cadre",
        dateNotification=date(2024, 1, 1),
    )
    alone = built(record(idAccordCadre="AC9"))["M1"]
    assert (alone["nature_contrat"], alone["marche_subsequent"], alone["montant_retenu"], alone["montant_bas"]) == (
        "indecis",
        None,
        5_000_000,
        5_000_000,
    )
    stem = built(record(idAccordCadre="2023-19"), framework)["M1"]
    assert (stem["nature_contrat"], stem["cadre_possible"]) == ("indecis", BUYER + "2023-19-00")
    assert (stem["montant_retenu"], stem["montant_bas"]) == (5_000_000, 0)


def test_a_marche_subsequent_without_a_number_joins_the_framework_it_resembles_and_is_not_summed_beside_it():
    framework = record(
        position=1,
        id="M0",
        objet="Accord-cadre espaces verts",
        techniques="Accord-cadre",
        montant=1_000_000,
        dateNotification=date(2025, 1, 1),
    )
    told = record(position=2, id="M2", objet="Marché subséquent n°2 accord-cadre espaces verts", montant=80_000)
    got = built(framework, told)
    assert got["M2"]["cadre_uid"] == BUYER + "M0" and got["M2"]["cadre_lien"] == "ressemblance"
    assert got["M2"]["montant_retenu"] is None and got["M2"]["montant_retenu_haut"] == 8_000_000
    other = built(
        framework, told | {"objet": "Marché subséquent n°2 : peinture", "codeCPV": "45442100", "titulaires": None}
    )["M2"]
    assert other["cadre_uid"] is None and other["montant_retenu"] == 8_000_000


def test_a_decision_on_the_kind_wins_and_is_said():
    got = built(record(idAccordCadre="AC9"), decisions=decisions(("nature", "M1", "accord_cadre")))["M1"]
    assert (got["nature_contrat"], got["accord_cadre"], got["nature_regle"]) == ("accord_cadre", True, "decision")
    assert (
        built(record(idAccordCadre="AC9"), decisions=decisions(("nature", "M1", "peut-être")))["M1"]["nature_contrat"]
        == "indecis"
    )


def test_the_kind_does_not_depend_on_the_order_of_records():
    rows = [
        record(position=n, id=id, objet=subject, idAccordCadre=number, techniques="Accord-cadre")
        for n, (id, number, subject) in enumerate(OWN_NUMBERS, 1)
    ]
    rows += [record(position=20 + n, id=f"S{n}", objet=subject) for n, (subject, _) in enumerate(SAID)]
    first = built(*rows)
    random.Random(3).shuffle(rows)
    columns = ("nature_contrat", "nature_regle", "cadre_uid", "cadre_possible", "marche_subsequent")
    again = built(*rows)
    assert all(first[id][name] == again[id][name] for id in first for name in columns)
    assert pl.Series([row["nature_contrat"] for row in first.values()]).is_in(list(CONTRACT_KINDS)).all()
