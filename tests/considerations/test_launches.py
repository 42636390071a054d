"""A contract finds the notice that launched it when enough agrees, never silently, never a notice that cannot be. All invented."""

from __future__ import annotations

import copy
from datetime import date, timedelta

import polars as pl
import pytest

from spaser.considerations import launches
from spaser.vocabulary import CONTRACTS, NOTICES

CITY, OTHER = "200054781", "217500016"


def contract(uid: str = "c1", **said: object) -> dict:
    return {
        "uid": uid,
        "id": "2024FCS001",
        "acheteur_siren": CITY,
        "acheteur_nom": "Ville d'Aubrelle",
        "objet": "Nettoyage des écoles maternelles et élémentaires",
        "codeCPV": "90911200",
        "dateNotification": date(2024, 9, 1),
    } | said


def notice(avis: str = "24-1", **said: object) -> dict:
    return {
        "avis": avis,
        "acheteur_siren": CITY,
        "acheteur_nom": "Mairie d'Aubrelle",
        "objet": "Nettoyage des écoles maternelles et élémentaires de la ville",
        "codeCPV": "90911200",
        "type_avis": "concurrence",
        "date_publication": date(2024, 4, 12),
        "date_envoi": date(2024, 4, 10),
    } | said


def joined(contracts: list[dict], notices: list[dict]) -> dict[str, dict]:
    bought = CONTRACTS.conform(pl.LazyFrame(contracts))
    found = launches.join(bought, NOTICES.conform(pl.LazyFrame(notices))).collect()
    assert found.columns == list(launches.LAUNCH)
    return {row["uid"]: row for row in found.to_dicts()}


def test_the_day_of_launch_is_the_day_the_notice_was_sent():
    row = joined([contract()], [notice()])["c1"]
    assert (row["avis"], row["date_lancement"]) == ("24-1", date(2024, 4, 10))
    assert row["score"] > 0.9
    assert row["motif"].startswith("même acheteur (SIREN), objets semblables à 100")


@pytest.mark.parametrize(
    ("code", "told"), [(None, "CPV inconnu"), ("45000000", "CPV différent"), ("90911200", None), ("90910000", None)]
)
def test_the_join_says_when_the_codes_differ_or_are_unknown(code, told):
    found = joined([contract()], [notice(codeCPV=code)]).get("c1")
    assert found is not None and [word for word in ("CPV inconnu", "CPV différent") if word in found["motif"]] == (
        [told] if told else []
    )


#: Of the method: subject 0.6, code 0.25, delay 0.15, reference + 0.3; floor 0.65, margin 0.05.
SHORT = "Nettoyage des crèches"  # one word shared: no agreement


def before(days: int) -> dict:
    return {"date_envoi": contract()["dateNotification"] - timedelta(days=days)}


@pytest.mark.parametrize(
    ("different", "score"),
    [
        ({}, 1.0),
        ({"codeCPV": "90910000"}, 0.6 + 0.15 + 0.25 * 0.8),  # four figures shared
        ({"codeCPV": "90900000"}, 0.6 + 0.15 + 0.25 * 0.6),  # three
        ({"codeCPV": "90000000"}, 0.6 + 0.15 + 0.25 * 0.4),  # two
        ({"codeCPV": "45000000"}, 0.6 + 0.15),
        ({"codeCPV": None}, 0.95),  # unknown: its weight is shared among the others, less sure
        (before(30), 1.0),
        (before(29), 0.85),
        (before(540), 1.0),
        (before(541), 0.85),
        (before(10), 0.85),
        (before(9), None),
        (before(1095), 0.85),
        (before(1096), None),
        ({"objet": "Nettoyage des écoles maternelles"}, 1.0),  # three words of three
        ({"objet": "Nettoyage des écoles"}, 0.4 + 0.4),  # two words, counted out of three
        ({"objet": "Nettoyage des écoles", "codeCPV": "90000000"}, 0.65),  # the floor itself
        ({"objet": "Nettoyage des écoles", "codeCPV": "45000000"}, None),
        ({"objet": SHORT}, None),
        ({"objet": SHORT, "reference": "2024-FCS-001"}, 0.4 + 0.3),
        ({"objet": SHORT, "reference": "2024-FCS-002"}, None),
        ({"acheteur_siren": None}, 0.9),
        ({"acheteur_siren": None, "reference": "2024-FCS-001"}, 0.9),  # a whole agreement is never more than whole
    ],
)
def test_what_a_join_is_worth(different, score):
    found = joined([contract()], [notice(**different)]).get("c1")
    assert (found and found["score"]) == (score and pytest.approx(score, abs=0.0005))


@pytest.mark.parametrize(("number", "told"), [("F001", True), ("F01", False)])
def test_a_reference_of_four_signs_says_something_and_a_shorter_one_does_not(number, told):
    assert ("c1" in joined([contract(id=number)], [notice(objet=SHORT, reference=number)])) is told


@pytest.mark.parametrize(("name", "told"), [("Mont", True), ("Val", False)])
def test_a_buyer_is_found_by_a_name_of_four_letters_at_least(name, told):
    bought, sent = (
        contract(acheteur_nom=f"Ville de {name}"),
        notice(acheteur_siren=None, acheteur_nom=f"Mairie de {name}"),
    )
    assert ("c1" in joined([bought], [sent])) is told


@pytest.mark.parametrize(("code", "told"), [("90910000", False), ("90900000", True)], ids=["0,05", "0,10"])
def test_the_best_notice_is_told_when_it_is_ahead_by_more_than_the_margin(code, told):
    rival = notice("24-2", codeCPV=code, date_envoi=date(2024, 2, 1))
    assert ("c1" in joined([contract()], [notice(), rival])) is told
    same_day = joined([contract()], [notice("24-0", codeCPV="90910000"), notice("24-2"), notice("24-1")])
    assert same_day["c1"]["avis"] == "24-1"  # the best, then the first by its number


def test_the_join_says_what_agrees():
    told = {
        "24-1": "même acheteur (SIREN), objets semblables à 67\u00a0%, CPV voisin",
        "24-2": "même acheteur (SIREN), objets semblables à 100\u00a0%, CPV voisin, délai inhabituel",
        "24-3": "même acheteur (SIREN), objets semblables à 100\u00a0%, CPV différent, même référence",
        "24-4": "même acheteur (SIREN), objets semblables à 100\u00a0%, CPV voisin, "
        "nature de l'avis inconnue : ne prouve aucun lancement",
    }
    sent = [
        notice("24-1", objet="Nettoyage des écoles"),
        notice("24-2") | before(29),
        notice("24-3", codeCPV="45000000", reference="2024 FCS 001"),
        notice("24-4", type_avis=None),
    ]
    found = {row["avis"]: row for one in sent for row in joined([contract()], [one]).values()}
    assert {name: row["motif"] for name, row in found.items()} == told
    assert [found[name]["date_lancement"] is None for name in told] == [False, False, False, True]


def test_a_notice_without_siren_is_found_by_the_name_of_its_buyer_and_less_sure():
    row = joined([contract()], [notice(acheteur_siren=None)])["c1"]
    assert row["motif"].startswith("même acheteur (nom)")
    assert row["score"] < joined([contract()], [notice()])["c1"]["score"]


def test_a_buyer_that_its_data_do_not_name_is_found_by_the_name_of_its_siren():
    bought = CONTRACTS.conform(pl.LazyFrame([contract(acheteur_nom=None)])).with_columns(
        acheteur_libelle=pl.lit("Aubrelle")
    )
    sent = NOTICES.conform(pl.LazyFrame([notice(acheteur_siren=None)]))
    assert launches.join(bought, sent).select("uid", "avis").collect().rows() == [("c1", "24-1")]


@pytest.mark.parametrize(
    "different",
    [
        {"acheteur_siren": OTHER},
        {"date_envoi": date(2024, 9, 2)},
        {"date_envoi": date(2020, 1, 1)},
        {"objet": "Fourniture de denrées alimentaires", "codeCPV": "15000000"},
        {"type_avis": "attribution"},
        {"type_avis": "modification"},
        {"date_envoi": None, "date_publication": None},
    ],
    ids=["another buyer", "after", "too old", "another need", "an award", "an amendment", "undated"],
)
def test_a_notice_that_cannot_be_is_not_joined(different):
    assert joined([contract()], [notice(**different)]) == {}


def test_two_notices_as_likely_leave_the_launch_unknown():
    assert joined([contract()], [notice("24-1"), notice("24-2", date_envoi=date(2024, 2, 1))]) == {}


def test_the_same_reference_settles_between_two_notices():
    rivals = [
        notice("24-1", reference="2024-FCS-001", objet="Nettoyage des écoles"),
        notice("24-2", date_envoi=date(2024, 2, 1), objet="Nettoyage des crèches"),
    ]
    assert joined([contract()], rivals)["c1"]["avis"] == "24-1"


def test_the_lots_of_a_consultation_share_its_notice():
    lots = [contract(f"c{n}", objet=f"Nettoyage des écoles maternelles et élémentaires - lot {n}") for n in (1, 2, 3)]
    assert set(joined(lots, [notice()])) == {"c1", "c2", "c3"}


def test_the_join_feeds_the_obligations():
    from spaser.vocabulary import LAUNCHES

    rows = launches.join(CONTRACTS.conform(pl.LazyFrame([contract()])), NOTICES.conform(pl.LazyFrame([notice()])))
    assert LAUNCHES.conform(rows).collect().rows() == [("c1", date(2024, 4, 10), "24-1")]


def linked(contracts: list[dict], *keys: tuple[str, str, bool]) -> dict[str, str]:
    numbers = pl.LazyFrame(keys, schema={"document": pl.String, "cle": pl.String, "entier": pl.Boolean}, orient="row")
    return dict(
        launches.by_number(CONTRACTS.conform(pl.LazyFrame(contracts)), numbers)
        .select("document", "uid")
        .collect()
        .rows()
    )


def test_a_document_belongs_to_the_contract_whose_number_its_folder_bears():
    assert linked(
        [contract(), contract("c2", id="2024-FCS-002")],
        ("a/RC.pdf", "2024FCS001", True),
        ("b/RC.pdf", "2024FCS002", False),
    ) == {"a/RC.pdf": "c1", "b/RC.pdf": "c2"}


def test_a_document_whose_folder_and_name_bear_the_number_is_joined_by_its_folder():
    keys = [("a.pdf", "2024FCS001", False), ("a.pdf", "2024FCS001", True), ("b.pdf", "2024FCS001", False)]
    for order in (keys, keys[::-1]):
        numbers = pl.LazyFrame(
            order, schema={"document": pl.String, "cle": pl.String, "entier": pl.Boolean}, orient="row"
        )
        found = launches.by_number(CONTRACTS.conform(pl.LazyFrame([contract()])), numbers).collect()
        assert found.select("document", "score").rows() == [("a.pdf", 1.0), ("b.pdf", 0.95)]


def test_what_a_join_is_worth_is_said_to_three_figures():
    found = joined([contract()], [notice(objet="Nettoyage des écoles", codeCPV=None)])["c1"]
    assert found["score"] == round(found["score"], 3) == pytest.approx(0.95 * (0.6 * 2 / 3 + 0.15) / 0.75, abs=6e-4)


def test_the_longest_number_wins_and_a_number_of_two_contracts_joins_nothing():
    twins = [
        contract("c1"),
        contract("c2", id="2024FCS00112"),
        contract("c3", id="2023X01"),
        contract("c4", id="2023-X01"),
    ]
    assert linked(
        twins, ("RC.pdf", "2024FCS001", False), ("RC.pdf", "2024FCS00112", False), ("AE.pdf", "2023X01", True)
    ) == {"RC.pdf": "c2"}


def test_the_weights_of_the_method_decide_the_join():
    from spaser import rules

    strict = copy.deepcopy(rules.method())
    strict["launches"]["score_minimal"]["value"] = 0.99
    bought, sent = CONTRACTS.conform(pl.LazyFrame([contract(codeCPV=None)])), NOTICES.conform(pl.LazyFrame([notice()]))
    assert launches.join(bought, sent).collect().height == 1
    assert launches.join(bought, sent, strict).collect().height == 0


def test_a_consultation_that_another_notice_cancels_launched_no_contract():
    cancelled = notice("24-3", type_avis="annulation", avis_lie="24-1")
    assert joined([contract()], [notice(), cancelled]) == {}
    # Cancelled through its correction; another notice's cancellation changes nothing.
    corrected = [notice("24-2", type_avis="rectificatif", avis_lie="24-1"), cancelled | {"avis_lie": "24-2"}]
    assert joined([contract()], [notice(), *corrected]) == {}
    assert joined([contract()], [notice(), cancelled | {"avis_lie": "23-9"}])["c1"]["avis"] == "24-1"
