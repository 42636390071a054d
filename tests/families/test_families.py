"""CPV codes find their purchase family by longest prefix."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from spaser import families, rules
from spaser.families import spend as families_spend
from spaser.families.purchase import OF_WORDS, decided, of_words
from spaser.vocabulary import DECISIONS, NOMENCLATURE


@pytest.mark.parametrize(
    ("code", "family"),
    [
        ("77310000", "espaces_verts"),
        ("90911200", "nettoyage_locaux"),
        ("45311200", "batiment_second_oeuvre"),
        ("45452000", "nettoyage_locaux"),
        ("45451000", "batiment_second_oeuvre"),
        ("50232100", "travaux_publics"),
        ("50230000", "vehicules"),
        ("60120000", "transport_personnes"),
        ("60160000", "logistique_livraison"),
        ("79632000", "formation_insertion"),
        ("90650000", "deconstruction"),
        ("90610000", "proprete_urbaine"),
        ("90711100", "conseil_etudes"),
        ("90712000", "genie_ecologique"),
        ("98395000", "batiment_second_oeuvre"),
        ("55520000", "traiteur"),
        (None, None),
        ("00000000", None),
    ],
)
def test_a_cpv_code_takes_the_family_of_its_longest_prefix(code, family):
    found = families.add(pl.LazyFrame({"codeCPV": [code]}, schema={"codeCPV": pl.String})).collect()
    assert found["famille"].item() == family
    assert found["famille_origine"].item() == ("cpv" if family else None)


def test_every_prefix_leads_to_a_family_that_exists():
    known = set(rules.table("families.csv")["famille"])
    assert set(rules.table("cpv_families.csv")["famille"]) <= known


def test_no_prefix_is_given_twice():
    prefixes = rules.table("cpv_families.csv")["prefixe"]
    assert prefixes.n_unique() == prefixes.len()


def test_adding_families_never_multiplies_rows():
    codes = pl.LazyFrame({"codeCPV": ["77310000"] * 3 + [None] * 2}, schema={"codeCPV": pl.String})
    assert families.add(codes).collect().height == 5


def test_words_say_the_family_when_the_cpv_is_missing_or_names_a_bare_division():
    frame = pl.LazyFrame(
        {
            "codeCPV": [None, "45000000", "90911200", None, "45000000"],
            "objet": [
                "Entretien des espaces verts",
                "Peintures intérieures de l'école",
                "Espaces verts",
                "Divers",
                "Espaces verts et peinture",
            ],
        },
        schema={"codeCPV": pl.String, "objet": pl.String},
    )
    found = families.add(frame).collect()
    assert found["famille"].to_list() == [
        "espaces_verts",
        "batiment_second_oeuvre",
        "nettoyage_locaux",
        None,
        "batiment_gros_oeuvre",
    ]
    assert found["famille_origine"].to_list() == ["texte", "texte", "cpv", None, "cpv"]
    assert found["famille_confiance"].to_list() == [
        families.OF_WORDS,
        families.OF_WORDS,
        families.OF_CPV,
        None,
        families.OF_DIVISION,
    ]


def spend(*rows: dict) -> pl.LazyFrame:
    base = {
        "code_achat": None,
        "code_libelle": None,
        "libelle": None,
        "naf": None,
        "montant": 100,
        "perimetre": "achat",
    }
    texts = dict.fromkeys(("code_achat", "code_libelle", "libelle", "naf", "perimetre"), pl.String)
    return pl.LazyFrame([base | row for row in rows], schema_overrides=texts | {"montant": pl.Int64})


def kept(**families_of: str) -> pl.LazyFrame:
    return NOMENCLATURE.conform(
        pl.LazyFrame({"code_achat": list(families_of), "famille_retenue": list(families_of.values())})
    )


def classed(lines: pl.LazyFrame) -> pl.LazyFrame:
    """Settled, as the composing room does: a plan reused in many branches takes minutes to optimise."""
    return families_spend.of_lines(lines).collect().lazy()


def judged(row: dict, nomenclature: pl.LazyFrame | None = None) -> tuple:
    found = families_spend.of_lines(spend(row), nomenclature).collect()
    return found.select("famille", "famille_origine", "famille_confiance").row(0)


def test_a_family_kept_by_a_person_wins_over_everything_else():
    row = {"code_achat": "12", "code_libelle": "Nettoyage", "naf": "8121Z", "libelle": "nettoyage des locaux"}
    assert judged(row, kept(**{"12": "traiteur"})) == ("traiteur", "nomenclature", 1.0)
    assert judged(row, kept(**{"13": "traiteur"}))[0] == "nettoyage_locaux"


def test_a_line_takes_the_words_of_its_code_then_the_activity_of_its_supplier_then_its_own_words():
    both, one, two = families_spend.OF_BOTH, families_spend.OF_ACTIVITY, families_spend.OF_ACTIVITY_AGAINST
    assert judged({"code_achat": "Nettoyage des locaux", "naf": "5621Z"}) == (
        "nettoyage_locaux",
        "nomenclature_proposee",
        families.OF_WORDS,
    )
    assert judged({"code_achat": "12.3", "code_libelle": "Nettoyage des locaux", "naf": "8121Z"}) == (
        "nettoyage_locaux",
        "nomenclature_proposee",
        both,
    )
    assert judged({"code_achat": "12.3", "naf": "5621Z", "libelle": "facture 12"}) == ("traiteur", "activite", one)
    assert judged({"naf": "5621Z", "libelle": "cocktail, traiteur"}) == ("traiteur", "activite", both)
    assert judged({"naf": "5621Z", "libelle": "nettoyage des locaux"}) == ("traiteur", "activite", two)
    assert judged({"libelle": "nettoyage des locaux"}) == ("nettoyage_locaux", "texte", families.OF_WORDS)
    assert judged({"code_achat": "XZ-12", "libelle": "facture 12", "naf": "0000Z"}) == (None, None, None)


def test_an_activity_that_serves_several_families_says_none_unless_the_words_choose():
    several = "8130Z"
    assert judged({"naf": several, "libelle": "facture"}) == (None, None, None)
    assert judged({"naf": several, "libelle": "entretien des espaces verts"}) == (
        "espaces_verts",
        "texte",
        families_spend.OF_BOTH,
    )


def test_a_nomenclature_is_proposed_from_its_words_else_from_what_its_lines_weigh():
    lines = classed(
        spend(
            {"code_achat": "Nettoyage des locaux"},
            {"code_achat": "XZ-12", "naf": "5621Z", "montant": 900},
            {"code_achat": "XZ-12", "montant": 100},
            {"code_achat": "RIEN"},
            {"code_achat": "SUBV", "perimetre": "subvention"},
            {"montant": 5},
        )
    )
    rows = {row["code_achat"]: row for row in families_spend.propose(lines).collect().to_dicts()}
    assert list(rows) == ["XZ-12", "Nettoyage des locaux", "RIEN"]  # what weighs most first, then by name
    assert (rows["Nettoyage des locaux"]["famille_proposee"], rows["Nettoyage des locaux"]["proposition"]) == (
        "nettoyage_locaux",
        "libelle",
    )
    assert (rows["XZ-12"]["famille_proposee"], rows["XZ-12"]["proposition"], rows["XZ-12"]["montant"]) == (
        "traiteur",
        "lignes",
        1000,
    )
    assert rows["XZ-12"]["famille_confiance"] == pytest.approx(0.9 * families_spend.OF_ACTIVITY)
    assert rows["RIEN"]["famille_proposee"] is None and all(row["famille_retenue"] is None for row in rows.values())


def test_what_a_person_kept_stays_in_the_next_proposal_even_when_its_code_is_no_longer_bought():
    lines = classed(spend({"code_achat": "A"}, {"code_achat": "B"}))
    rows = {
        row["code_achat"]: row
        for row in families_spend.propose(lines, kept(A="traiteur", Z="sport")).collect().to_dicts()
    }
    assert {code: row["famille_retenue"] for code, row in rows.items()} == {"A": "traiteur", "B": None, "Z": "sport"}
    assert rows["Z"]["montant"] == 0


def test_a_code_no_longer_bought_stays_once_and_one_still_bought_is_not_repeated():
    lines = classed(spend({"code_achat": "A", "code_libelle": "Divers"}))
    known = kept(A="traiteur").with_columns(code_libelle=pl.lit("Ancien"))
    rows = families_spend.propose(lines, known).collect()
    assert rows.select("code_achat", "code_libelle").rows() == [("A", "Divers")]


@pytest.mark.parametrize(
    ("naf", "family"),
    [
        ("5621Z", "traiteur"),
        ("6311Z", "numerique_services"),
        ("0113Z", "denrees_alimentaires"),
        ("3320A", "sous_traitance_industrielle"),
    ],
)
def test_an_activity_is_looked_for_by_its_section_of_two_to_five_signs(naf, family):
    listed = rules.table("families.csv").select(
        "famille", pl.col("naf").fill_null("").str.replace_all(".", "", literal=True).str.split(" ")
    )
    served = [name for name, codes in listed.rows() if any(len(code) >= 2 and naf.startswith(code) for code in codes)]
    found = families_spend.of_lines(spend({"naf": naf})).collect()["famille"].item()
    assert served == [family] and found == family


def test_a_family_chosen_by_a_person_is_that_of_the_contract_and_other_decisions_are_not_families():
    contracts = families.add(pl.LazyFrame({"uid": ["a", "b"], "codeCPV": ["90911200", "90911200"]}))
    said = DECISIONS.conform(
        pl.LazyFrame(
            {
                "objet_type": ["famille", "montant"],
                "objet_id": ["a", "b"],
                "valeur": ["traiteur", "traiteur"],
                "date": [date(2026, 1, 1)] * 2,
            }
        )
    )
    found = decided(contracts, said).sort("uid").collect().select("famille", "famille_origine", "famille_confiance")
    assert found.row(0) == ("traiteur", "decision", 1.0) and found.row(1)[:2] == ("nettoyage_locaux", "cpv")


def test_the_last_decision_on_a_family_wins_and_leaves_no_doubt():
    contracts = families.add(pl.LazyFrame({"uid": ["a", "b"], "codeCPV": ["98390000"] * 2, "objet": ["Divers"] * 2}))
    assert contracts.collect()["famille_doute"].to_list() == [True, True]
    said = {"objet_type": ["famille"] * 2, "objet_id": ["a"] * 2, "valeur": ["traiteur", "nettoyage_locaux"]}
    said |= {"date": [date(2026, 1, 2), date(2026, 1, 1)]}
    found = decided(contracts, DECISIONS.conform(pl.LazyFrame(said))).sort("uid").collect()
    assert found.select("famille", "famille_libelle", "famille_doute").row(0) == (
        "traiteur",
        "Traiteur et réceptions",
        False,
    )
    assert found["famille_doute"][1]
    assert decided(contracts, None) is contracts


@pytest.mark.parametrize(
    ("code", "subject", "doubt"),
    [
        ("98390000", "Divers", True),  # a code of waiting, a silent subject
        ("98390000", None, True),
        (None, "Divers", True),
        (None, "Nettoyage des locaux", False),  # the subject says it
        ("45000000", "Espaces verts et peinture", True),  # a bare division, several trades
        ("55520000", "Divers", False),  # a fine code needs no subject
    ],
)
def test_a_code_that_says_no_family_leaves_a_doubt_unless_the_subject_says_one(code, subject, doubt):
    frame = pl.LazyFrame({"codeCPV": [code], "objet": [subject]}, schema={"codeCPV": pl.String, "objet": pl.String})
    assert families.add(frame).collect()["famille_doute"].item() is doubt


def test_of_two_families_that_weigh_the_same_the_first_by_name_is_proposed_and_what_is_paid_back_weighs_nothing():
    lines = spend(
        {"code_achat": "XZ-12", "naf": "5621Z", "montant": 500},
        {"code_achat": "XZ-12", "libelle": "nettoyage des locaux", "montant": 500},
        {"code_achat": "XZ-13", "naf": "5621Z", "montant": 500},
        {"code_achat": "XZ-13", "naf": "5621Z", "montant": -400},
        {"code_achat": "XZ-13", "libelle": "nettoyage des locaux", "montant": 300},
        {"code_achat": "XZ-14", "naf": "5621Z", "montant": 0},
    )
    rows = families_spend.propose(classed(lines)).collect()
    assert dict(rows.select("code_achat", "famille_proposee").rows()) == {
        "XZ-12": "nettoyage_locaux",
        "XZ-13": "traiteur",
        "XZ-14": None,
    }


def test_every_word_leads_to_a_family_that_exists():
    assert set(rules.table("family_words.csv")["famille"]) <= set(rules.table("families.csv")["famille"])


@pytest.mark.parametrize(
    ("code", "subject", "doubt"),
    [
        (
            "30200000",
            "CONSTRUCTION DE 28 LOGEMENTS COLLECTIFS - ILOT B",
            True,
        ),  # construction works under a code of computers
        (
            "42000000",
            "Construction de 12 lgts individuels",
            False,
        ),  # a bare division: the words win, they do not contradict
        ("42410000", "Construction d'une école, lot 3", True),
        ("45421000", "Construction d'une école, lot menuiseries", False),
        (
            "39160000",
            "Construction d'une école, lot mobilier scolaire",
            False,
        ),  # the subject also says the code's family
        ("45255000", "Maintenance de la station gaz naturel du dépôt", True),
        ("45255000", "Travaux de gros œuvre de la station gaz naturel du dépôt", False),
        ("45255000", "Maintenance de la station et rénovation de la toiture", False),
        ("77310000", "Prestations d'animation sur les plantations des écoles", True),  # the theme is not the work
        ("92331210", "Prestations d'animation sur les plantations des écoles", False),
        ("77310000", "Plantations et animation du jardin", False),
        ("79810000", "Fourniture d'instruments de musique", True),
        ("79810000", "Impression de partitions musicales et de brochures", False),
        ("45452000", "Nettoyage renforcé des squares", True),  # outdoors is neither a façade nor premises
        ("90610000", "Nettoyage renforcé des squares", False),
        ("45452000", "Nettoyage des façades de la mairie", False),
        ("90911200", "Nettoyage des locaux et des rues", False),
        ("45316200", "Impression numérique sur supports", True),
        ("79810000", "Impression numérique sur supports", False),
        ("37820000", "Travaux de désamiantage de l'école", True),
        ("45262660", "Travaux de désamiantage de l'école", False),
        ("09310000", "Grosses réparations du groupe scolaire - lot 5 : électricité", True),
        ("09310000", "Fourniture d'électricité - lot 5 : écoles", False),
        ("50324200", "Contrôle et maintenance des jeux d'enfants", True),
        ("37535200", "Contrôle et maintenance des jeux d'enfants", False),
        ("60100000", "Transports routiers de voyageurs en cars", True),
        ("60100000", "Transports routiers de matériel", False),
        ("72500000", "Recyclage et destruction des équipements numériques en fin de vie", True),
        ("90500000", "Recyclage et destruction des équipements numériques en fin de vie", False),
        ("72500000", "Maintenance des équipements numériques", False),
        ("72310000", "Numérisation de collections photographiques", True),
        ("79995100", "Numérisation de collections photographiques", False),
        ("72310000", "Traitement de données des collections", False),
        ("79111000", "Gestion du portefeuille de noms de domaine", True),
        ("79111000", "Conseil en droit du domaine public", False),
        ("85311300", "Accompagnement de jeunes confiés à l'aide sociale à l'enfance", True),
        ("85312400", "Accompagnement de jeunes confiés à l'aide sociale à l'enfance", False),
        ("30200000", "Ordinateurs portables", False),
        ("30200000", None, False),
    ],
)
def test_certain_words_against_a_fine_code_leave_a_doubt_and_nothing_else_does(code, subject, doubt):
    frame = pl.LazyFrame({"codeCPV": [code], "objet": [subject]}, schema={"codeCPV": pl.String, "objet": pl.String})
    assert families.add(frame).collect()["famille_doute"].item() is doubt


def test_certain_words_admit_families_that_exist_and_say_why():
    table = rules.table("certain_words.csv")
    known = set(rules.table("families.csv")["famille"])
    assert {name for allowed in table["familles"] for name in allowed.split("|")} <= known
    assert table["raison"].str.len_chars().min() > 0
    assert set(table["malgre"].fill_null("")) == {"", "oui"}


@pytest.mark.parametrize(
    ("objet", "famille"),
    [
        ("Électricité au lot 1, sites à relève à courbe de charge C1-C2", "energie"),
        ("Achat d'électricité pour les bâtiments communaux", "energie"),
        ("Fourniture et acheminement d'électricité", "energie"),
        ("Achat de matériel d'électricité", "batiment_second_oeuvre"),
        ("Travaux d'électricité au gymnase", "batiment_second_oeuvre"),
        ("Lot 5 : électricité, courants faibles", "batiment_second_oeuvre"),
    ],
)
def test_the_longest_words_that_begin_at_one_place_say_the_family_alone(objet, famille):
    (row,) = of_words(pl.LazyFrame({"objet": [objet]})).collect().to_dicts()
    assert row["famille"] == famille and row["famille_confiance"] == OF_WORDS


def _trades_said(name):
    return set(families.trades(pl.LazyFrame({"nom": [name]})).collect()["famille"])


@pytest.mark.parametrize("row", rules.table("cause_words.csv").to_dicts(), ids=lambda row: row["oui"])
def test_the_words_of_a_cause_say_no_trade_and_those_of_a_trade_beside_them_still_do(row):
    assert row["raison"] and not _trades_said(row["oui"]), row
    assert _trades_said(row["non"]), row


def test_a_trade_said_beside_a_cause_is_still_read():
    assert not _trades_said("A2EF LES RESTAURANTS DU COEUR")
    assert _trades_said("Blanchisserie des Restaurants du Coeur") == {"blanchisserie"}
    assert "restauration_collective" in _trades_said("Restaurant du Coeur de Ville et traiteur")


def test_the_families_said_by_words_are_listed_in_the_order_of_the_texts():
    texts = [f"Entretien des espaces verts, lot {n:03d}" for n in range(300)]
    found = of_words(pl.LazyFrame({"objet": texts[::-1]})).collect()
    assert found["objet"].to_list() == texts
