"""The duties at their limits, each rule read alone on both sides: thresholds, days, shares, witnesses. Everything is invented."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from spaser import rules
from spaser.obligations import Declared, buyer, expected, ladders, reservations, spending, works

ADOPTION = rules.toml("law.toml")["duties"]["spaser-adoption"]
M = 100_000_000  # a million euros, in cents


def spent(year: int = 2025, **facts: object) -> tuple[int, str]:
    """State and rung of the ladder of the adoption of a SPASER, from what is known of a year (cents; threshold 50 M€)."""
    row = {"annee": year, "seuil": 50 * M, "depense_basse": None, "depense_haute": None, "depense_estimee": None} | {
        "fermes": None,
        "indice": None,
        "livre_v": 0,
        "_seuil_lu": True,
        "_local": True,
        "_over": True,
    }
    numbers = ("seuil", "depense_basse", "depense_haute", "depense_estimee", "fermes", "indice", "livre_v")
    table = pl.DataFrame([row | facts], schema_overrides=dict.fromkeys(numbers, pl.Int64))
    found = table.select(buyer._spending_ladder(ADOPTION, pl.date(pl.col("annee"), 12, 31)).alias("x")).unnest("x")
    return found.select("etat", "regle").row(0)


@pytest.mark.parametrize(
    ("low", "likely", "high", "rung"),
    [
        (50 * M, 50 * M, 50 * M, "depenses_pres_du_seuil"),  # above the threshold, not at it
        (50 * M + 1, 50 * M + 1, 50 * M + 1, "depenses_au_dessus"),
        (50 * M, 50 * M + 1, 60 * M, "taxes_comprises"),
        (50 * M, 50 * M, 50 * M + 1, "depenses_incertaines"),
        (0, 0, 45 * M, "depenses_pres_du_seuil"),
        (0, 0, 45 * M - 1, "depenses_sous"),
    ],
)
def test_what_was_spent_is_held_against_the_threshold_to_the_cent(low, likely, high, rung):
    assert spent(depense_basse=low, depense_estimee=likely, depense_haute=high)[1] == rung


@pytest.mark.parametrize(
    ("facts", "rung"),
    [
        ({"fermes": 200 * M}, "marches_fermes_au_dessus"),
        ({"fermes": 200 * M - 1}, "depenses_inconnues"),
        ({"fermes": 200 * M, "depense_haute": 0, "depense_basse": 0, "depense_estimee": 0}, "depenses_sous"),
        ({"indice": 50 * M + 1}, "notifies_au_dessus"),
        ({"indice": 50 * M}, "depenses_inconnues"),
        ({}, "depenses_inconnues"),
        ({"fermes": 200 * M, "_local": False, "annee": 2022}, "depenses_inconnues"),
        ({"fermes": 200 * M, "_local": False, "annee": 2024}, "marches_fermes_au_dessus"),
        ({"seuil": None, "fermes": 200 * M}, "avant_la_regle"),
        ({"annee": ADOPTION["since"].year - 1, "fermes": 200 * M}, "avant_la_regle"),
        ({"annee": ADOPTION["since"].year, "fermes": 200 * M}, "marches_fermes_au_dessus"),
    ],
)
def test_without_spending_notified_amounts_only_hint(facts, rung):
    assert spent(**facts)[1] == rung


@pytest.mark.parametrize(
    ("facts", "rung", "state"),
    [
        ({}, "depenses_au_dessus", ladders.CERTAIN),
        ({"livre_v": None}, "livre_v_inconnu", ladders.LIKELY),
        ({"_seuil_lu": False}, "seuil_non_relu", ladders.LIKELY),
        ({"_local": False}, "depenses_au_dessus", ladders.CERTAIN),
        ({"_local": False, "annee": 2022}, "acheteurs_plus_tard", ladders.UNDECIDED),
        ({"_over": False}, "depenses_au_dessus", ladders.CERTAIN),
    ],
)
def test_spending_above_the_threshold_is_certain_only_where_all_is_known(facts, rung, state):
    above = {"depense_basse": 51 * M, "depense_estimee": 51 * M, "depense_haute": 51 * M}
    assert spent(**above | facts) == (state, rung)


def test_a_year_that_is_not_over_is_never_said_below():
    below = {"depense_basse": M, "depense_estimee": M, "depense_haute": M}
    assert spent(**below, _over=False)[1] == "annee_en_cours" and spent(**below)[1] == "depenses_sous"


@pytest.mark.parametrize(
    ("perimeter", "tax", "low", "high", "likely"),
    [
        ("achat", "HT", 12_001, 12_001, 12_001),
        ("achat", "TTC", 0, 12_001, 10_000),  # 120,01 € with tax: 100,00 € without, rounded down
        ("achat", None, 0, 12_001, 10_000),
        ("a_verifier", "HT", 0, 12_001, 0),
        ("hors_achat", "HT", 0, 0, 0),
    ],
)
def test_a_line_of_spending_counts_for_sure_perhaps_or_less_its_tax(perimeter, tax, low, high, likely):
    line = {"exercice": 2025, "perimetre": perimeter, "taxe": tax, "montant": 12_001}
    found = spending.by_year(pl.LazyFrame([line], schema_overrides={"taxe": pl.String})).collect().row(0, named=True)
    assert [found[name] for name in ("depense_basse", "depense_haute", "depense_estimee")] == [low, high, likely]


@pytest.mark.parametrize(
    ("year", "lasting", "organic", "meat", "met"),
    [
        (2025, 50, 20, None, True),
        (2025, 49, 20, None, False),
        (2025, 50, 19, None, False),
        (2025, None, 20, None, None),
        (2025, None, 19, None, False),
        (2025, 50, 20, (10, 6), True),
        (2025, 50, 20, (10, 5), False),
        (2023, 50, 20, (10, 0), True),  # before the share of meat and fish
        (2024, 50, 20, (10, 5), False),
        (2025, 50, 20, (10, None), None),
    ],
)
def test_the_shares_of_food_are_reached_at_their_own_value(year, lasting, organic, meat, met):
    row = {"annee": year, "achats": 100, "durables": lasting, "bio": organic, "viandes_poissons": meat and meat[0]}
    names = ("durables", "bio", "viandes_poissons", "viandes_poissons_durables")
    table = pl.DataFrame(
        [row | {"viandes_poissons_durables": meat and meat[1]}], schema_overrides=dict.fromkeys(names, pl.Int64)
    )
    assert table.select(buyer._food_met()).item() is met
    assert table.with_columns(achats=0).select(buyer._food_met()).item() is None


@pytest.mark.parametrize(
    ("adopted", "published", "year", "due"),
    [
        (date(2024, 5, 3), None, 2024, date(2026, 5, 3)),
        (date(2024, 5, 3), None, 2026, date(2026, 5, 3)),
        (date(2024, 5, 3), None, 2027, date(2028, 5, 3)),
        (date(2024, 5, 3), date(2025, 6, 1), 2025, date(2027, 6, 1)),
        (date(2024, 5, 3), None, 2020, date(2026, 5, 3)),  # never before the last one
        (date(2024, 2, 29), None, 2025, date(2026, 2, 28)),
        (date(2024, 2, 28), None, 2025, date(2026, 2, 28)),
        (date(2024, 3, 29), None, 2025, date(2026, 3, 29)),
        (None, None, 2025, None),
    ],
)
def test_indicators_are_next_awaited_every_two_years_from_the_last_known(adopted, published, year, due):
    assert Declared(adopted=adopted, published=published).next_publication(year, 2) == due


CCAG = rules.method()["obligations"]["ccag"]


def lots(*witnesses: tuple[str | None, str | None]) -> list[bool | None]:
    rows = [("C", code, CCAG[named][0] if named else None) for code, named in witnesses]
    table = pl.DataFrame(rows, schema=["consultation", "codeCPV", "ccag"], orient="row", infer_schema_length=None)
    return (
        table.with_columns(pl.col("codeCPV", "ccag").cast(pl.String)).select(works.among_lots()).to_series().to_list()
    )


@pytest.mark.parametrize(
    ("witnesses", "said"),
    [
        ([("45000000", "travaux")], [True]),
        ([("90910000", "autres")], [False]),
        ([("45000000", None)], [True]),
        ([(None, "travaux")], [True]),
        ([(None, None)], [None]),
        ([("42416100", "travaux")], [None]),  # a lift bought by the CCAG of works
        ([("42416100", "travaux"), ("45000000", "travaux")], [True, True]),  # one other lot that speaks is enough
        ([("42416100", "travaux"), ("90910000", "autres")], [False, False]),
        ([("42416100", "travaux"), ("45000000", None), ("90910000", None)], [None, True, False]),
        ([("42416100", "travaux"), (None, None)], [None, None]),
    ],
)
def test_a_lot_whose_witnesses_disagree_is_what_all_its_other_lots_are(witnesses, said):
    assert lots(*witnesses) == said


def answer(met: dict, **row: object) -> bool | None:
    kinds = {
        name: type_ for name, type_ in (("a", pl.Boolean), ("b", pl.Boolean), ("c", pl.Boolean), ("jour", pl.Date))
    }
    table = pl.DataFrame([row], schema_overrides={name: kinds[name] for name in row if name in kinds})
    return table.select(expected.met({"label": "essai", "met": met} if met else {"label": "essai"})).item()


@pytest.mark.parametrize(
    ("met", "row", "told"),
    [
        ({"any": ["a", "b"]}, {"a": False, "b": True}, True),
        ({"any": ["a", "b"]}, {"a": False, "b": False}, False),
        ({"any": ["a", "b"]}, {"a": False, "b": None}, None),
        ({"any": ["a"], "perhaps": ["c"]}, {"a": False, "c": True}, None),
        ({"any": ["a"], "perhaps": ["c"]}, {"a": False, "c": False}, False),
        ({"any": ["a"], "perhaps": ["c"]}, {"a": False, "c": None}, False),
        ({"any": ["a"], "perhaps": ["c"]}, {"a": True, "c": True}, True),
        ({"all": ["a", "b"]}, {"a": True, "b": True}, True),
        ({"all": ["a", "b"]}, {"a": True, "b": None}, None),
        ({"all": ["a", "b"]}, {"a": False, "b": None}, False),
        ({"text": "rechap", "but": "neuf"}, {"objet": "pneus rechapés"}, True),
        ({"text": "rechap", "but": "neuf"}, {"objet": "pneus neufs ou rechapés"}, None),
        ({"text": "rechap", "but": "neuf"}, {"objet": "pneus"}, None),
        ({"text": "rechap", "but": "neuf"}, {"objet": "pneus neufs"}, None),
        ({}, {"a": True}, None),
    ],
)
def test_what_a_duty_expects_is_read_in_each_of_its_forms(met, row, told):
    assert answer(met, **row) is told


@pytest.mark.parametrize(
    ("form", "published", "hidden", "told"),
    [
        ("publication", date(2025, 3, 31), False, True),  # two months to the day (31 January and two months)
        ("publication", date(2025, 4, 1), False, False),
        ("publication", date(2025, 4, 1), True, None),
        ("publication", date(2025, 3, 31), True, True),
        ("before", date(2025, 1, 31), False, True),
        ("before", date(2025, 2, 1), False, False),
        ("before", date(2025, 2, 1), True, None),
        ("before", date(2025, 1, 31), True, True),
    ],
)
def test_a_publication_is_on_time_to_the_day_and_late_only_when_it_is_the_first(form, published, hidden, told):
    row = {"publie": published, "notifie": date(2025, 1, 31), "publication_recouverte": hidden}
    assert answer({form: ["publie", "notifie"]}, **row) is told


@pytest.mark.parametrize(
    ("before", "buyer_", "family", "found"),
    [
        (date(2022, 6, 2), "A", "f", True),
        (date(2022, 6, 1), "A", "f", None),  # three years to the day
        (date(2025, 5, 31), "A", "f", True),
        (date(2025, 6, 1), "A", "f", None),
        (date(2024, 1, 1), "B", "f", False),
        (date(2024, 1, 1), "A", "g", False),
    ],
)
def test_the_same_holder_waits_three_years_wherever_and_it_is_said_when_all_is_the_same(before, buyer_, family, found):
    rows = [("M1", "A", date(2025, 6, 1), "f"), ("M0", buyer_, before, family)]
    known = pl.LazyFrame(rows, schema=["uid", "acheteur_siren", "dateNotification", "famille"], orient="row")
    known = known.with_columns(codeCPV=pl.lit("85311000"), _liste=pl.lit("listee"))
    holders = pl.LazyFrame({"uid": ["M1", "M0"], "titulaire_siren": ["900000001"] * 2})
    told = dict(reservations._earlier(known, holders).select("uid", "avant_meme").collect().rows())
    assert told.get("M1") is found


def test_of_two_earlier_contracts_that_of_the_same_services_is_shown():
    rows = [("M1", date(2025, 6, 1), "f"), ("M3", date(2024, 1, 1), "g"), ("M2", date(2024, 1, 1), "f")]
    known = pl.LazyFrame(rows, schema=["uid", "dateNotification", "famille"], orient="row")
    known = known.with_columns(codeCPV=pl.lit("85311000"), _liste=pl.lit("listee"), acheteur_siren=pl.lit("A"))
    holders = pl.LazyFrame({"uid": ["M1", "M2", "M3"], "titulaire_siren": ["900000001"] * 3})
    assert dict(reservations._earlier(known, holders).select("uid", "avant").collect().rows())["M1"] == "M2"


@pytest.mark.parametrize(("until", "rung"), [(date(2024, 12, 31), "abrogee"), (date(2025, 1, 1), "rien_de_publie")])
def test_a_measured_duty_holds_for_a_year_that_it_began_and_no_longer_for_the_next(until, rung):
    duty = {"since": date(2020, 1, 1), "until": until, "confidence": next(iter(rules.READ)), "label": "essai"}
    facts = pl.LazyFrame({"annee": [2025], "n_essai": [0], "_public": [True]})
    assert buyer._measured(facts, "essai", duty).collect()["regle_etat"].item() == rung
    begun = {"since": date(2025, 12, 31), "confidence": next(iter(rules.READ)), "label": "essai"}
    assert buyer._measured(facts, "essai", begun).collect()["regle_etat"].item() == "rien_de_publie"
    later = begun | {"since": date(2026, 1, 1)}
    assert buyer._measured(facts, "essai", later).collect()["regle_etat"].item() == "pas_encore"
