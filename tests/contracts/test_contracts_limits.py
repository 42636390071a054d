"""Each limit of the method on amounts, read on both sides, where a figure would slip without a word. Invented amounts."""

from __future__ import annotations

import polars as pl
import pytest

from spaser.contracts import amounts, anomalies, frameworks


def table(euros: list[float | None], **more: object) -> pl.DataFrame:
    row = {"acheteur_id": "A", "cpv_division": "77", "type_contrat": "marche", "source": "f.json"}
    shown = row | {"procedure": "Procédure adaptée"} | more
    cents = [None if one is None else round(one * 100) for one in euros]
    return pl.DataFrame({"montant": cents}, schema={"montant": pl.Int64}).with_columns(
        *(pl.lit(value).alias(name) for name, value in shown.items())
    )


@pytest.mark.parametrize(
    ("fifth", "more", "compared"),
    [
        (100, {}, 5),
        (99.99, {}, None),  # symbolic: four amounts are too few
        (2_999_999_999.99, {}, 5),
        (3_000_000_000, {}, None),
        (None, {}, None),
        (0, {}, None),
        (100, {"type_contrat": "concession"}, None),
    ],
)
def test_five_believable_amounts_of_contracts_make_the_usual_one(fifth, more, compared):
    found = amounts.usual(table([1000, 1000, 1000, 1000, fifth], **more))
    assert found["usuel_n"].unique().to_list() == [compared]


def test_a_concession_among_contracts_is_not_compared():
    mixed = pl.concat([table([1000] * 5), table([900_000] * 5, type_contrat="concession")])
    assert amounts.usual(mixed)["usuel_n"].unique().to_list() == [5]


def test_the_usual_amount_is_the_middle_one_with_the_middle_distance():
    found = amounts.usual(table([1000, 10_000, 100_000, 1_000_000, 10_000_000])).row(0, named=True)
    assert (found["usuel_log"], found["usuel_ecart"]) == pytest.approx((7, 1))  # in cents


@pytest.mark.parametrize(
    ("euros", "more", "suspect"),
    [
        ([1_000_000] * 10 + [50_000] * 10, {}, (20, 0.5)),
        ([999_999.99] * 10 + [50_000] * 10, {}, None),
        ([1_000_000] * 10 + [50_000] * 11, {}, None),  # under half
        ([1_000_000] * 10 + [50_000] * 9, {}, None),  # nineteen
        ([1_000_000] * 10 + [50_000] * 9 + [0], {}, None),  # nothing published is no contract to count
        ([1_000_000] * 20, {}, (20, 1.0)),
        ([1_000_000] * 20, {"cpv_division": "45"}, None),
        ([1_000_000] * 20, {"procedure": "Appel d'offres ouvert"}, None),
        ([1_000_000] * 20, {"procedure": None}, None),
    ],
)
def test_a_file_lost_its_comma_from_twenty_contracts_half_of_them_at_a_million(euros, more, suspect):
    found = amounts.whole_file(table(euros, **more)).row(0, named=True)
    assert (found["fichier_mapa"], found["fichier_hors_norme"]) == (suspect or (None, None))


def test_a_lost_comma_is_two_or_three_figures_more_or_less_and_nothing_else():
    gaps = [0.0, 1.0, 1.84, 1.86, 2.0, 2.14, 2.16, 2.5, 2.84, 2.86, 3.0, 3.14, 3.16, 4.0, -1.84, -2.0, -3.0, -4.0]
    rows = pl.DataFrame({"_log": [5 + gap for gap in gaps], "_mediane_acheteur": 5.0})
    seen = rows.select(anomalies._lost_comma("acheteur")).to_series().to_list()
    assert [gap for gap, one in zip(gaps, seen, strict=True) if one] == [1.86, 2.0, 2.14, 2.86, 3.0, 3.14, -2.0, -3.0]
    unknown = pl.DataFrame(
        {"_log": [5.0], "_mediane_acheteur": [None]}, schema_overrides={"_mediane_acheteur": pl.Float64}
    )
    assert unknown.select(anomalies._lost_comma("acheteur")).item() is False


@pytest.mark.parametrize(
    ("euros", "procedure", "division", "forbidden"),
    [
        (1_000_000, "Procédure adaptée", "77", True),
        (999_999.99, "Procédure adaptée", "77", False),
        (1_000_000, "Procédure adaptée", "45", False),
        (1_000_000, "Appel d'offres ouvert", "77", False),
        (1_000_000, None, "77", False),
        (None, "Procédure adaptée", "77", False),
    ],
)
def test_a_procedure_without_formalities_forbids_a_million_of_supplies_or_services(
    euros, procedure, division, forbidden
):
    rows = table([euros], procedure=procedure, cpv_division=division)
    assert rows.with_columns(pl.col("procedure").cast(pl.String)).select(anomalies._forbidden()).item() is forbidden


@pytest.mark.parametrize(
    ("logs", "count", "enough"), [([4.0, 4.0, 4.0], 3, True), ([4.0, 4.0], 3, False)], ids=["assez", "trop peu"]
)
def test_what_is_usual_needs_enough_amounts_and_never_less_than_the_smallest_spread(logs, count, enough):
    rows = pl.DataFrame({"acheteur_siren": "A", "cpv_division": "77", "_log": logs})
    found = anomalies._usual(rows, "acheteur_siren", "acheteur", pl.len() >= count)
    assert found.select("_mediane_acheteur", "_n_acheteur", "_etendue_acheteur").rows() == [(4.0, 3, 0.2)] * enough


def test_the_spread_is_the_middle_distance_at_the_scale_of_a_normal_law():
    rows = pl.DataFrame({"acheteur_siren": "A", "cpv_division": "77", "_log": [3.0, 4.0, 4.5, 5.0, 9.0]})
    found = anomalies._usual(rows, "acheteur_siren", "acheteur", pl.len() >= 5)
    assert found["_etendue_acheteur"].item() == pytest.approx(0.5 * 1.4826)


@pytest.mark.parametrize(
    ("people", "band"),
    [
        (1_999, "0"),
        (2_000, "1"),
        (9_999, "1"),
        (10_000, "2"),
        (49_999, "2"),
        (50_000, "3"),
        (199_999, "3"),
        (200_000, "4"),
    ],
)
def test_a_band_of_inhabitants_begins_at_its_own_number(monkeypatch, people, band):
    known = pl.DataFrame({"acheteur_siren": ["A"], "_habitants": [people]})
    monkeypatch.setattr(anomalies, "_people", lambda: known)
    found = anomalies._banded(pl.DataFrame({"acheteur_siren": ["A", "B"]}))
    assert found.sort("acheteur_siren")["_tranche"].to_list() == [band, "sans population connue"]


def judged(euros: list[float], sizes: pl.DataFrame | None = None) -> list[bool | None]:
    """Whether each amount of one buyer is an anomaly."""
    rows = pl.DataFrame(
        {
            "uid": [str(rank) for rank in range(len(euros))],
            "acheteur_siren": "A",
            "montant": [round(one * 100) for one in euros],
            "montant_statut": "valide",
            "cpv_division": "77",
            "type_contrat": "marche",
            "procedure": "Appel d'offres ouvert",
            "test_plateforme": False,
        }
    )
    nothing = pl.DataFrame(schema=anomalies.SIZES)
    return (
        anomalies.judge(rows, nothing if sizes is None else sizes)
        .sort(pl.col("uid").cast(pl.Int32))["montant_anomalie"]
        .to_list()
    )


@pytest.mark.parametrize(("euros", "seen"), [(49_900, False), (50_300, True), (201, False), (199, True)])
def test_an_amount_is_far_beyond_three_and_a_half_deviations(euros, seen):
    """Nine like amounts: the smallest spread, 0.2; so 0.7 on the decimal logarithm, five times the middle one."""
    assert judged([10_000] * 9 + [euros] if euros > 10_000 else [1_000] * 9 + [euros])[-1] is seen


def test_ten_amounts_of_the_buyer_are_enough_to_compare_and_nine_are_not():
    assert judged([10_000] * 9 + [100_000])[-1] is True
    assert judged([10_000] * 8 + [100_000]) == [None] * 9


@pytest.mark.parametrize(("middle", "seen"), [(6.0, True), (7.0, False), (None, True)])
def test_buyers_of_its_size_that_find_the_amount_ordinary_clear_it(middle, seen):
    """100 000 € is ten million cents: 7 on the decimal logarithm."""
    rows = [] if middle is None else [("sans population connue", "77", middle, 30, 0.2)]
    sizes = pl.DataFrame(rows, schema=anomalies.SIZES, orient="row")
    assert judged([10_000] * 9 + [100_000], sizes)[-1] is seen


@pytest.mark.parametrize(
    ("per_buyer", "buyers", "known"), [(6, 5, True), (10, 4, False), (29, 1, False), (5, 5, False), (1, 30, True)]
)
def test_a_size_is_known_from_thirty_contracts_of_five_buyers(per_buyer, buyers, known):
    rows = pl.DataFrame(
        [
            (f"{buyer}-{rank}", f"INCONNU{buyer}", 1_000_000, "valide", "77", "marche", "Procédure adaptée", False)
            for buyer in range(buyers)
            for rank in range(per_buyer)
        ],
        schema=["uid", "acheteur_siren", "montant", "montant_statut", "cpv_division", "type_contrat", "procedure"]
        + ["test_plateforme"],
        orient="row",
    )
    assert anomalies.sizes(rows).height == known


@pytest.mark.parametrize(
    ("shared", "mine", "theirs", "alike"),
    [
        (2, 4, 9, True),
        (2, 5, 9, False),
        (2, 9, 4, True),
        (1, 2, 2, False),
        (1, 1, 1, False),
        (2, 2, 2, True),
        (3, 6, 6, True),
        (3, 7, 7, False),
    ],
)
def test_two_subjects_are_alike_from_two_words_and_half_of_the_shortest(shared, mine, theirs, alike):
    rows = pl.DataFrame({"commun": [shared], "n": [mine], "n_autre": [theirs]})
    assert rows.select(frameworks._alike(pl.col("commun"))).item() is alike


@pytest.mark.parametrize(
    ("count", "middle", "spread", "cents", "far"),
    [
        (10, 6.0, 0.5, 10**9.70, False),  # 5 × 0.5 × 1.4826 = 3.7065 on the decimal logarithm
        (10, 6.0, 0.5, 10**9.71, True),
        (10, 6.0, 0.5, 10**2.30, False),
        (10, 6.0, 0.5, 10**2.29, True),
        (10, 6.0, 0.0, 9_990_000, False),  # never less than 0.2: one figure more
        (10, 6.0, 0.0, 10_100_000, True),
        (9, 6.0, 0.0, 10_100_000, False),
        (11, 6.0, 0.0, 10_100_000, True),
    ],
)
def test_an_amount_is_to_verify_beyond_five_deviations_of_ten_like_contracts(count, middle, spread, cents, far):
    rows = pl.DataFrame({"montant": [round(cents)], "usuel_n": [count], "usuel_log": [middle], "usuel_ecart": [spread]})
    assert rows.select(amounts._seen()["loin"]).item() is far


@pytest.mark.parametrize(
    ("cents", "proposed"),
    [
        (100_000_000, 1_000_000),  # a comma lost: a hundredth is the usual amount
        (158_000_000, 1_580_000),
        (159_000_000, None),  # farther than 0.2 on the decimal logarithm
        (64_000_000, 640_000),
        (63_000_000, None),
        (1_000_000_000, 1_000_000),
        (1_000, 1_000_000),  # thousands of euros
        (10_000, 1_000_000),
        (10_000_000, None),  # ten times is nothing that a comma explains
    ],
)
def test_a_repair_is_proposed_only_where_it_gives_back_the_usual_amount(cents, proposed):
    rows = pl.DataFrame({"montant": [cents], "usuel_log": [6.0], "_regle": ["outlier"], "avenant_propose": [7]})
    assert rows.select(amounts._repair()).item() == proposed


@pytest.mark.parametrize(("rule", "proposed"), [("unit_file", 1_000_000), ("outlier", 1_000_000), ("impossible", None)])
def test_a_proposal_is_that_of_the_rule_that_decided(rule, proposed):
    rows = pl.DataFrame({"montant": [100_000_000], "usuel_log": [6.0], "_regle": [rule], "avenant_propose": [7]})
    assert rows.select(amounts._repair()).item() == proposed
    assert rows.with_columns(_regle=pl.lit(amounts._AMENDED)).select(amounts._repair()).item() == 7
