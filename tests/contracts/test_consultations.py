"""Presumed consultations, repeated maxima, marchés subséquents. Every buyer, supplier and subject here is invented."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from test_contracts import BUYER, build, built, record

from spaser import vocabulary as words
from spaser.contracts import consultations


def stem(subject: str | None) -> str | None:
    return consultations.stems(pl.DataFrame({"objet": [subject]}, schema={"objet": pl.String}))["racine"].item()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (
            "Réhabilitation du groupe scolaire - Lot 1 : gros œuvre",
            "Réhabilitation du groupe scolaire - Lot n°2 : peinture",
        ),
        ("Entretien des espaces verts en 3 lots - Nord", "Entretien des espaces verts en 3 lots - Sud"),
        (
            "Cuisine du collège, opération traitée en quatre lots - CVC",
            "Cuisine du collège, opération traitée en quatre lots - TCE",
        ),
        ("Lot 3 : Réhabilitation du groupe scolaire", "Lot n° 4 - Réhabilitation du groupe scolaire"),
        (
            "Fourniture de livres non scolaires, méthodes de langues - Romans",
            "Fourniture de livres non scolaires, méthodes de langues - BD",
        ),
        ("Fourniture de viandes et d'épicerie: Lot 2: Épicerie", "FOURNITURE DE VIANDES ET D'ÉPICERIE: LOT 1: BŒUF"),
        ("CSP5 RESTAUR.TOITURES EGLISE FICTIVE -LOT3 MACONN", "CSP5 RESTAUR.TOITURES EGLISE FICTIVE -LOT5:VERRIE"),
        ("SA1_LOT2_ACCOMPAGNEMENT DES COPROPRIETES", "SA1_LOT3_ACCOMPAGNEMENT DES COPROPRIETES"),
        ("SA2 PLACES D'ACCUEIL DES TOUT-PETITS RG6", "SA2 PLACES D'ACCUEIL DES TOUT-PETITS RG5"),
        ("M2019.90142 exécution de transports fictifs", "M2019.90148 exécution de transports fictifs"),
        ("Marché N°18MAD23 : restructuration fictive", "Marché N°18MAD28 : Restructuration fictive"),
    ],
)
def test_the_lot_is_cut_from_the_subject(first, second):
    assert stem(first) == stem(second) is not None


@pytest.mark.parametrize("subject", [None, "", "Lot 1", "Travaux", "Lot 2 : CVC"])
def test_a_subject_that_says_too_little_names_no_consultation(subject):
    assert stem(subject) is None


def test_two_purchases_at_one_place_are_not_one_consultation():
    assert stem("Mairie fictive - Nettoyage des vitres") != stem("Mairie fictive - Achat de véhicules")


def lots(*days: int, **values) -> list[dict]:
    return [
        record(
            position=n,
            id=f"M{n}",
            objet=f"Réhabilitation du groupe scolaire - Lot {n} : ouvrage {n}",
            titulaires=[f"T{n}"],
            dateNotification=date(2025, 3, 1) + timedelta(days=day),
            **values,
        )
        for n, day in enumerate(days, 1)
    ]


def test_lots_notified_within_sixty_days_of_one_another_chain_into_one_consultation():
    got = built(*lots(0, 60, 120, 181, montant=20_000))
    assert [got[f"M{n}"]["consultation"] for n in (1, 2, 3, 4)] == [BUYER + "M1"] * 3 + [BUYER + "M4"]
    assert (got["M1"]["consultation_n"], got["M1"]["consultation_montant"]) == (3, 6_000_000)
    assert (got["M4"]["consultation_n"], got["M4"]["consultation_montant"]) == (1, 2_000_000)


def test_small_lots_of_a_large_need_come_back_by_their_consultation():
    got = built(*lots(0, 10, montant=25_000))
    assert not got["M1"]["seuil_montant"] and got["M1"]["seuil_besoin"]
    assert not built(*lots(0, montant=25_000))["M1"]["seuil_besoin"]


@pytest.mark.parametrize(
    "other", [{"acheteur_id": "20000000000029"}, {"codeCPV": "45000000"}, {"dateNotification": None}]
)
def test_another_buyer_or_cpv_group_or_an_unknown_date_is_another_consultation(other):
    subject = "Entretien des espaces verts de la ville fictive - {}"
    rows = [
        {"id": "M1", "objet": subject.format("nord")},
        {"id": "M2", "position": 2, "objet": subject.format("sud"), "titulaires": ["T2"]} | other,
    ]
    got = built(*(record(**row) for row in rows))
    assert got["M1"]["consultation_n"] == got["M2"]["consultation_n"] == 1


def test_numbered_lots_of_one_operation_are_one_consultation_whatever_their_trade():
    trades = ("45210000", "45331000", "45442100", "45311000")
    rows = [
        record(
            position=n,
            id=f"M{n}",
            objet=f"Construction du gymnase fictif : Lot {n} : corps d'état",
            codeCPV=cpv,
            montant=15_000,
        )
        for n, cpv in enumerate(trades, 1)
    ]
    got = built(*rows)
    assert {row["consultation_n"] for row in got.values()} == {4} and got["M1"]["consultation_montant"] == 6_000_000
    other = built(rows[0], rows[1] | {"procedure": "Appel d'offres ouvert"})
    assert {row["consultation_n"] for row in other.values()} == {1}


def frameworks(
    *holders: str, subject: str = "Maintenance multi-attributaire des ascenseurs fictifs", **values
) -> list[dict]:
    return [
        record(
            position=n,
            id=f"A{n}",
            objet=subject,
            techniques="Accord-cadre",
            titulaires=[holder],
            montant=60_000_000,
            **values,
        )
        for n, holder in enumerate(holders, 1)
    ]


def test_the_same_maximum_published_once_per_holder_counts_once():
    got = built(*frameworks("T1", "T2", "T3"))
    assert {row["accord_multiple"] for row in got.values()} == {BUYER + "A1"}
    assert [got[f"A{n}"]["montant_retenu"] for n in (1, 2, 3)] == [6_000_000_000, None, None]
    assert sum(row["montant_retenu_haut"] for row in got.values()) == 18_000_000_000
    assert got["A2"]["consultation_montant"] == 6_000_000_000
    assert (got["A1"]["montant_bas"], got["A1"]["montant_haut"]) == (0, 6_000_000_000)


def test_the_same_holder_twice_or_two_lots_with_equal_maxima_are_not_a_repeated_maximum():
    assert {row["accord_multiple"] for row in built(*frameworks("T1", "T1")).values()} == {None}
    two = frameworks("T1", subject="Maintenance des ascenseurs fictifs - Lot 1 : nord") + [
        row | {"id": "A2", "uid": BUYER + "A2", "position": 2}
        for row in frameworks("T2", subject="Maintenance des ascenseurs fictifs - Lot 2 : sud")
    ]
    got = built(*two)
    assert got["A1"]["consultation_n"] == 2
    assert got["A1"]["accord_multiple"] is None
    assert got["A2"]["montant_retenu"] == 6_000_000_000


def test_a_plain_contract_is_not_a_framework():
    rows = [row | {"techniques": "Sans objet"} for row in frameworks("T1", "T2")]
    assert {row["accord_multiple"] for row in built(*rows).values()} == {None}


def subsequent(**values) -> dict:
    return record(
        position=9, id="S1", objet="Marché subséquent : ascenseur de l'hôtel de ville", montant=80_000, **values
    )


def test_a_marche_subsequent_is_never_added_to_its_framework():
    got = built(*frameworks("T1"), subsequent(idAccordCadre="A1"))
    assert got["S1"]["marche_subsequent"]
    assert got["S1"]["montant_retenu"] is None and got["S1"]["montant_retenu_haut"] is None
    assert got["S1"]["montant"] == 8_000_000


def test_a_marche_subsequent_whose_framework_is_not_in_the_files_keeps_its_amount_to_be_summed_apart():
    got = built(*frameworks("T1"), subsequent(idAccordCadre="AUTRE"))["S1"]
    assert got["marche_subsequent"] and got["montant_retenu"] == 8_000_000
    assert built(subsequent(nature="Marché subséquent"))["S1"]["marche_subsequent"]


def test_a_framework_that_repeats_its_own_number_is_not_its_own_marche_subsequent():
    got = built(*frameworks("T1", idAccordCadre="A1"))["A1"]
    assert not got["marche_subsequent"] and got["montant_retenu"] == 6_000_000_000


def decisions(*rows: tuple[str, str, str]) -> pl.LazyFrame:
    known = [
        {"objet_type": kind, "objet_id": BUYER + uid, "champ": kind, "valeur": value, "date": date(2026, 1, n + 1)}
        for n, (kind, uid, value) in enumerate(rows)
    ]
    schema = {name: words.DECISIONS.schema[name] for name in ("objet_type", "objet_id", "champ", "valeur", "date")}
    return pl.DataFrame(known, schema=schema).lazy()


def test_a_decision_joins_or_separates_what_was_presumed_and_the_latest_wins():
    rows = lots(0, 10, 20)
    said = decisions(
        ("consultation", "M1", "X"),
        ("consultation", "M3", "seul"),
        ("consultation", "M1", "Y"),
        ("consultation", "M2", "Y"),
    )
    got = built(*rows, decisions=said)
    assert [got[f"M{n}"]["consultation"] for n in (1, 2, 3)] == ["Y", "Y", "seul"]
    assert (got["M1"]["consultation_n"], got["M3"]["consultation_n"]) == (2, 1)


def test_the_presumption_does_not_depend_on_the_order_of_lots():
    rows = lots(0, 50, 90, 130)
    for mixed in (rows[::-1], rows[2:] + rows[:2]):
        assert build(*mixed).contracts.sort("uid").collect().equals(build(*rows).contracts.sort("uid").collect())


def grouped(*rows: dict) -> int:
    """How many consultations these contracts make."""
    given = [record(id=f"M{n}", position=n, titulaires=[f"T{n}"], **row) for n, row in enumerate(rows, 1)]
    return len({row["consultation"] for row in built(*given).values()})


LONG = "Travaux de mise aux normes de six bâtiments fictifs"


@pytest.mark.parametrize(
    "one, other, count",
    [
        ({"objet": LONG, "codeCPV": "44310000"}, {"objet": LONG, "codeCPV": "45330000"}, 1),
        (
            {"objet": LONG, "codeCPV": "44310000"},
            {"objet": LONG, "codeCPV": "45330000", "procedure": "Appel d'offres ouvert"},
            2,
        ),
        ({"objet": "Travaux divers", "codeCPV": "44310000"}, {"objet": "Travaux divers", "codeCPV": "45330000"}, 2),
        ({"objet": LONG, "codeCPV": "44310000"}, {"objet": LONG + " et d'un préau", "codeCPV": "45330000"}, 2),
        (
            {"objet": LONG, "codeCPV": "44310000"},
            {"objet": LONG, "codeCPV": "45330000", "dateNotification": date(2025, 6, 1)},
            2,
        ),
        ({"objet": LONG, "codeCPV": "44310000"}, {"objet": LONG + " (99001)", "codeCPV": "45330000"}, 1),
        ({"objet": LONG, "codeCPV": "44310000"}, {"objet": LONG + " (2025)", "codeCPV": "45330000"}, 2),
    ],
)
def test_one_subject_to_the_letter_by_one_procedure_is_one_operation_whatever_the_trades(one, other, count):
    assert grouped(one, other) == count


END = "Fournitures de vêtements fictifs de la ville"


@pytest.mark.parametrize(
    "heads, end, other, count",
    [
        (("Blouses et sabots", "Chaussures"), END, {}, 1),
        (("Blouses et sabots", "Chaussures"), "Fournitures de vêtements de la ville", {}, 2),  # too short an end
        (
            ("Blouses et sabots", "Chaussures de sécurité à usage professionnel"),
            END,
            {},
            2,
        ),  # a lot longer than the end
        (("Blouses et sabots", "Chaussures"), END, {"dateNotification": date(2025, 3, 16)}, 1),
        (("Blouses et sabots", "Chaussures"), END, {"dateNotification": date(2025, 3, 17)}, 2),
        (("Blouses et sabots", "Chaussures"), END, {"procedure": "Appel d'offres ouvert"}, 2),
        (("Blouses et sabots", "Chaussures"), END, {"codeCPV": "33140000"}, 2),
    ],
)
def test_lots_written_before_the_subject_of_their_consultation_are_of_one_operation(heads, end, other, count):
    rows = [{"objet": f"{head} - {end}", "codeCPV": "18100000", "dateNotification": date(2025, 3, 1)} for head in heads]
    assert grouped(rows[0], rows[1] | other) == count


def test_one_subject_bought_by_a_formal_procedure_and_by_another_is_two_consultations_unless_it_has_lots():
    one = {"objet": "Exécution de services de transports scolaires fictifs", "procedure": "Procédure adaptée"}
    formal = {"procedure": "Appel d'offres ouvert"}
    assert grouped(one, one | formal) == 2
    assert grouped(one, one | {"procedure": "Marché passé sans publicité ni mise en concurrence préalable"}) == 1
    lot = one["objet"] + " - Lot {}"
    assert grouped(one | {"objet": lot.format(1)}, one | {"objet": lot.format(2)} | formal) == 1
    # The lot may be written without a space.
    assert grouped(one | {"objet": one["objet"] + " LOT1"}, one | {"objet": one["objet"] + " LOT2"} | formal) == 1
